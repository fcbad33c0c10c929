"""Every page of the access table that somebody may open: read by axe, in light and dark, on a desktop and on a phone.

And what stands where a page is refused or does not exist.
"""

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Browser, ConsoleMessage, Page, TimeoutError
from pytest_django.live_server_helper import LiveServer

from crm.models import ImportBatch
from crm.services.imports import import_map, import_run, import_upload
from metrics.services import rollups_recompute
from people.jobs import job_work_here
from people.wall import tenant
from tests.cast import NOW, SIGN_INS, Cast
from tests.crm.files import DEALS, text_of
from tests.journeys.keyboard import PATIENCE
from tests.journeys.test_homes import wait_for_charts
from tests.metrics.numbers import make_deals
from tests.test_access import TABLE
from tests.world import make_objects

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(1200)]
Scheme = Literal["light", "dark"]
LOOKS: list[list[tuple[int, Scheme]]] = [  # pages take turns: each on both screens and in both schemes
    [(1440, "light"), (390, "dark")],
    [(1440, "dark"), (390, "light")],
]
SETTLED = """() => Promise.race([
    new Promise((late) => setTimeout(late, 5000)),
    Promise.allSettled(document.getAnimations()
        .filter((each) => each.effect.getComputedTiming().endTime !== Infinity).map((each) => each.finished)),
]).then(() => null)"""
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
GRAVE = {"serious", "critical"}
REFUSED = {"crm": [("alice", "/imports/"), ("ada", "/deals/999999/")]}
APPS = ["accounts", "crm", "design", "goals", "metrics", "people"]
FRAGMENTS = {"goals:ambition"}  # a part of a page that is asked for while one types
ODD_FILE = text_of(
    DEALS,
    [
        ["Z1", "Alice Ames", "Rope", "Acme", "Won", "2026-01-05", "2026-02-01", "100.50"],
        ["Z2", "Alicia Nobody", "Ropes", "ACME Inc", "Won", "2026-03-05", "2026-02-01", "0"],
        ["Z3", "", "", "", "Won", "", "never", ""],
    ],
)


@pytest.fixture
def company(committed_cast: Cast) -> Iterator[tuple[Cast, dict[str, Any]]]:
    """Deals, an import that found something odd, one that is previewed, and what the access table speaks of."""
    with tenant(committed_cast.organization.pk):
        make_deals(committed_cast)
    objects = make_objects(committed_cast)
    objects["checked"] = batch_at_work(committed_cast, is_run=False)
    objects["applied"] = batch_at_work(committed_cast, is_run=True)
    rollups_recompute(organization_id=committed_cast.organization.pk)
    yield committed_cast, objects


def batch_at_work(cast: Cast, *, is_run: bool) -> int:
    with tenant(cast.organization.pk):
        batch = import_upload(
            stream=[ODD_FILE.encode()],
            file_name="odd.csv",
            source="crm",
            created_by=cast.ada,
            at=NOW,
            kind="opportunity",
        )
        if is_run:
            job = import_run(batch=batch, at=NOW, actor=cast.ada)
        else:
            flags = {"is_all_or_nothing": False, "is_snapshot": False}
            job = import_map(batch=batch, kind="opportunity", source="crm", mapping={}, at=NOW, actor=cast.ada, **flags)
    job_work_here(cast.organization.pk, job.pk)
    with tenant(cast.organization.pk):
        assert ImportBatch.objects.get(pk=batch.pk).refused == 1
    return batch.pk


def pages_of(app: str, cast: Cast, objects: dict[str, Any]) -> list[tuple[str, str]]:
    """Who opens which address; of all who may, Ada first."""
    namespaces = {"accounts": ("account_",), "metrics": ("metrics:", "home")}
    found = []
    for name, row in TABLE.items():
        is_of_app = name.startswith(namespaces.get(app, (f"{app}:",))) and name not in FRAGMENTS
        if not is_of_app or row.get("method", "get") != "get":
            continue
        arguments = {key: objects.get(value, value) for key, value in row.get("arguments", {}).items()}
        query = {key: objects.get(value, value) for key, value in row.get("data", {}).items()}
        everybody = ["ada", *SIGN_INS, "nobody"]
        who = next(
            (each for each in everybody if row.get(each, row["signed_in"] if each != "nobody" else 302) == 200), ""
        )
        answer = cast.client(who).get(reverse(name, kwargs=arguments), query) if who else None
        if answer is not None and answer["Content-Type"].startswith("text/html"):
            found.append((who, answer.wsgi_request.get_full_path()))
    return found + REFUSED.get(app, [])


def problems_of(page: Page, address: str, heard: list[str], looks: list[tuple[int, Scheme]]) -> list[str]:
    heard.clear()
    page.set_viewport_size({"width": looks[0][0], "height": 900})
    page.emulate_media(color_scheme=looks[0][1])
    page.goto(address)
    wait_for_charts(page)
    found = [f"{address}: {words}" for words in heard]
    for width, scheme in looks:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.evaluate(SETTLED)
        where = f"{address} at {width} in the {scheme}"
        if not is_soon(page, FITS):
            found.append(f"{where}: scrolls sideways")
        found += [
            f"{where}: {each['id']}: {[node['html'][:150] for node in each['nodes'][:3]]}"
            for each in Axe().run(page).response["violations"]
            if each["impact"] in GRAVE
        ]
    return found


def is_soon(page: Page, condition: str) -> bool:
    """Charts follow a new width a moment later."""
    try:
        page.wait_for_function(condition, timeout=8_000)
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize("app", APPS)
def test_nothing_is_wrong_with_any_page(
    app: str, browser: Browser, company: tuple[Cast, dict[str, Any]], live_server: LiveServer
) -> None:
    cast, objects = company
    found: list[str] = []
    pages = pages_of(app, cast, objects)
    assert pages
    for who in sorted({who for who, _address in pages}):
        context = browser.new_context(base_url=live_server.url, locale="en-US", timezone_id="UTC")
        if who != "nobody":
            session = cast.client(who).cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page, heard = context.new_page(), list[str]()
        page.set_default_timeout(PATIENCE)
        listen(page, heard)
        for turn, address in enumerate(address for each, address in pages if each == who):
            found += problems_of(page, address, heard, LOOKS[turn % 2])
        context.close()
    assert not found, "\n".join(found)


def listen(page: Page, heard: list[str]) -> None:
    """Errors of scripts, and what the Content-Security-Policy refused."""

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            heard.append(message.text)

    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", hear)
