"""An administrator of a fresh organization imports four files by keyboard alone; every page then says what they hold."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from metrics.models import DirtyBucket
from people.models import Organization, Person, Team, User
from people.services.organization import organization_create
from people.wall import tenant
from tests.cast import PASSWORD
from tests.journeys.keyboard import PATIENCE, import_file, sign_in
from tests.journeys.sample import FILES, Sample, changed_pipeline, pick
from tests.journeys.worker import working
from tests.spm.processes import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ADMIN = "ann@fresh.example"
OURS = {
    "won": "won_count",
    "lost": "lost_count",
    "win_rate": "win_rate",
    "won_revenue": "revenue",
    "avg_deal_size": "deal_size_mean",
    "cycle_days_mean": "cycle_days_mean",
    "cycle_days_median": "cycle_days_median",
}
GROUPS = {"by_rep": "person", "by_manager": "team", "by_close_quarter": "quarter"}


@dataclass
class Fresh:
    """An organization with an administrator and nothing else."""

    organization: Organization
    browser: Browser
    live_server: LiveServer

    def page_of(self, person: str) -> tuple[BrowserContext, Page]:
        """A browser in which somebody whom the import made has a sign-in."""
        with tenant(self.organization.pk):
            found = Person.objects.get(name=person)
            if found.user is None:
                address = f"{person.split()[0].lower()}@fresh.example"
                found.user = User.objects.create_user(email=address, password=PASSWORD, organization=self.organization)
                found.save(update_fields=["user"])
        client = Client()
        client.force_login(found.user)
        context = self.browser.new_context(base_url=self.live_server.url, locale="en-US", timezone_id="UTC")
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.live_server.url}])
        return context, context.new_page()

    def wait_for_numbers(self) -> None:
        def is_done() -> bool:
            with tenant(self.organization.pk):
                return not DirtyBucket.objects.exists()

        wait_for(is_done, "the worker to recompute", 60)


@pytest.fixture
def fresh(transactional_db: None, browser: Browser, live_server: LiveServer, tmp_path: Path) -> Iterator[Fresh]:
    made = organization_create(
        slug="fresh", name="Fresh", admin_email=ADMIN, password=PASSWORD, at=timezone.now(), currency="USD"
    )
    with working(tmp_path):
        yield Fresh(made.organization, browser, live_server)


def rows_of(page: Page, metric: str, by: str) -> dict[str, Decimal | None]:
    """The explorer's download: exact values by group."""
    answer = page.request.get(f"/metrics/{metric}/rows.csv?by={by}&period=all")
    assert answer.status == 200, (metric, by, answer.status)
    rows = csv.DictReader(io.StringIO(answer.text().lstrip("\ufeff")))
    return {row[by]: Decimal(row["value"]) if row["value"] else None for row in rows}


def exactly(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def differences(page: Page, expected: dict[str, Any]) -> list[str]:
    found = []
    for block, by in GROUPS.items():
        for theirs, ours in OURS.items():
            shown = rows_of(page, ours, by)
            wanted = {group: exactly(figures[theirs]) for group, figures in expected[block].items()}
            found += [
                f"{ours} of {group}: {shown.get(group, 'no row')} instead of {value}"
                for group, value in wanted.items()
                if shown.get(group, "no row") != value
            ]
    return found


def money(amount: Any) -> str:
    return f"${Decimal(str(amount)):,.0f}"


def shows(page: Page, address: str, expected: dict[str, Any]) -> None:
    """The tiles of a page: bookings to the dollar, won deals counted."""
    page.goto(address)
    expect(page.locator("[data-figure=revenue]")).to_have_text(money(expected["won_revenue"]), timeout=PATIENCE)
    expect(page.locator("[data-figure=win_rate]")).to_have_text(f"{Decimal(str(expected['win_rate'])):.1%}")


def ids(fresh: Fresh, sample: Sample) -> tuple[int, int]:
    with tenant(fresh.organization.pk):
        return Person.objects.get(name=sample.rep).pk, Team.objects.get(name=sample.manager).pk


@pytest.mark.parametrize("name", ["small", "maven"])
def test_four_files_by_keyboard_then_every_page_says_what_they_hold(
    page: Page, fresh: Fresh, name: str, tmp_path: Path
) -> None:
    sample = pick(name, tmp_path)
    sign_in(page, ADMIN)
    for file in FILES:
        import_file(page, sample.folder / file)
    fresh.wait_for_numbers()

    expected = sample.expected
    rep_id, team_id = ids(fresh, sample)
    shows(page, "/company/?period=all", expected["totals"])
    shows(page, f"/people/{rep_id}/numbers/?period=all", expected["by_rep"][sample.rep])
    shows(page, f"/teams/{team_id}/numbers/?period=all", expected["by_manager"][sample.manager])
    assert differences(page, expected) == []

    for person, address, figures in [
        (sample.rep, "/me/?period=all", expected["by_rep"][sample.rep]),
        (sample.manager, "/team/?period=all", expected["by_manager"][sample.manager]),
    ]:
        context, theirs = fresh.page_of(person)
        shows(theirs, address, figures)
        context.close()

    page.goto("/data-health/")
    for spelling in sample.near:
        expect(page.locator("#main").get_by_text(spelling, exact=False).first).to_be_attached()


def test_a_managers_open_page_follows_an_import_of_the_administrator(page: Page, fresh: Fresh, tmp_path: Path) -> None:
    """Nothing is loaded anew: the figure changes where it stands."""
    sample = pick("small", tmp_path)
    sign_in(page, ADMIN)
    for file in FILES:
        import_file(page, sample.folder / file)
    fresh.wait_for_numbers()
    bookings = sample.expected["by_manager"][sample.manager]["won_revenue"]
    context, theirs = fresh.page_of(sample.manager)
    shows(theirs, "/team/?period=all", sample.expected["by_manager"][sample.manager])
    theirs.evaluate("window.sameDocument = true")
    path, more = changed_pipeline(sample, tmp_path, Decimal("54321"))
    import_file(page, path)
    expect(theirs.locator("[data-figure=revenue]")).to_have_text(money(bookings + more), timeout=PATIENCE)
    assert theirs.evaluate("window.sameDocument === true")
    context.close()
