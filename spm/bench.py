"""`manage.py bench pages` and `bench freshness`: the three home pages on a small and a large demo organization.

Pages: server time in this process, middleware and templates included, and the queries that are the page's own.
Freshness: from the commit that wins a deal to a company page that counts it, with a real worker.
"""

import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.models import Opportunity
from metrics.services import rollups_recompute
from people.benching import AsOwner, bench_organization_remove
from people.models import Organization, User
from people.wall import tenant
from spm import embedded
from spm.demo.bar import address_of
from spm.demo.live import deal_close
from spm.demo.load import demo_create
from spm.demo.sign_ins import sign_ins_create
from spm.embedded import launch

HOMES = {"rep": ("maya", "/me/"), "manager": ("daniel", "/team/"), "company": ("helen", "/company/")}
SMALL = (10_000, 40)  # deals, reps
LOOKS = 21  # at each page, of which the median counts
CHANGES = 30
FRAME = 7  # statements of the frame: session, user, tenant; transaction and savepoint, begun and ended
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def bench_pages(*, deals: int, people: int, as_owner: AsOwner) -> dict[str, Any]:
    """Both organizations are looked at in turns, so that a busy machine is busy for both."""
    few, many = min(deals, SMALL[0]), deals
    with ExitStack() as stack:
        small = stack.enter_context(_company("bench-pages-small", few, min(people, SMALL[1]), as_owner))
        large = stack.enter_context(_company("bench-pages-large", many, people, as_owner))
        figures: dict[str, Any] = {"deals_small": few}
        for name, (account, address) in HOMES.items():
            clients = {"small": _client(small, account), "large": _client(large, account)}
            for size, client in clients.items():
                figures[f"{name}_queries_{size}"] = _queries(client, address, {"small": small, "large": large}[size])
            times = _times(clients, address, {"small": small, "large": large})
            figures |= {f"{name}_{kind}_ms": round(1000 * seconds, 1) for kind, seconds in times.items()}
    return {
        "size": {"deals": deals, "people": people},
        "figures": figures,
        "ratios": {
            "time_large_vs_small": round(max(figures[f"{n}_large_ms"] / figures[f"{n}_small_ms"] for n in HOMES), 3),
            "changed_large_vs_small": round(
                max(figures[f"{n}_large_changed_ms"] / figures[f"{n}_small_changed_ms"] for n in HOMES), 3
            ),
            "queries_max": max(figures[f"{n}_queries_{size}"] for n in HOMES for size in ("small", "large")),
        },
    }


def bench_freshness(*, deals: int, people: int, as_owner: AsOwner) -> dict[str, Any]:
    """Times are seconds. An open page asks for news every three seconds, which comes on top."""
    with _company("bench-freshness", deals, people, as_owner) as organization, _worker():
        client = _client(organization, "helen")
        _change(organization, client)  # the first one waits for the worker to be there
        times = sorted(_change(organization, client) for _ in range(CHANGES))
    return {
        "size": {"deals": deals, "people": people},
        "figures": {
            "change_to_dashboard_p50_s": round(statistics.median(times), 3),
            "change_to_dashboard_p95_s": round(times[int(len(times) * 0.95)], 3),
            "changes": len(times),
        },
        "ratios": {},
    }


BENCHES = {"pages": bench_pages, "freshness": bench_freshness}


@contextmanager
def _company(slug: str, deals: int, reps: int, as_owner: AsOwner) -> Iterator[Organization]:
    bench_organization_remove(slug, as_owner)
    organization = demo_create(slug=slug, reps=reps, deals=deals, months=24, seed=7, at=timezone.now())
    try:
        sign_ins_create(organization, is_public=False)
        rollups_recompute(organization_id=organization.pk, is_full=True)
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        yield organization
    finally:
        bench_organization_remove(slug, as_owner)


def _client(organization: Organization, account: str) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(email=address_of(account, organization)), backend=BACKEND)
    return client


def _look(client: Client, address: str) -> None:
    response = client.get(address)
    if response.status_code != 200:
        raise RuntimeError(f"{address} answered {response.status_code}")


def _queries(client: Client, address: str, organization: Organization) -> int:
    """Queries of the page itself, the first time after the data changed."""
    _look(client, address)
    _changed(organization)
    with CaptureQueriesContext(connection) as captured:
        _look(client, address)
    return len(captured) - FRAME


def _changed(organization: Organization) -> None:
    """The last deal that was won is worth one more, and counts."""
    with tenant(organization.pk):
        last = Opportunity.objects.filter(outcome="won", is_deleted=False).order_by("-closed_on", "-pk")[:1]
        Opportunity.objects.filter(pk__in=last.values("pk")).update(converted_amount=F("converted_amount") + 1)
    rollups_recompute(organization_id=organization.pk)


def _times(clients: dict[str, Client], address: str, of: dict[str, Organization]) -> dict[str, float]:
    """Medians of looks, in turns: right after the data changed, and again."""
    times: dict[str, list[float]] = {}
    for _turn in range(LOOKS):
        for size, client in clients.items():
            _changed(of[size])
            for kind in (f"{size}_changed", size):
                start = time.perf_counter()
                _look(client, address)
                times.setdefault(kind, []).append(time.perf_counter() - start)
    return {kind: statistics.median(each) for kind, each in times.items()}


def _change(organization: Organization, client: Client) -> float:
    """Win a deal, wait for the version of the data to grow, and load the company page."""
    version = client.get("/live/version/").json()["version"]
    deal_close(organization, at=timezone.now())
    start = time.perf_counter()
    while client.get("/live/version/", {"since": version}).status_code == 204:
        if time.perf_counter() - start > 120:
            raise RuntimeError("the worker did not recompute within two minutes")
        time.sleep(0.01)
    _look(client, "/company/")
    return time.perf_counter() - start


@contextmanager
def _worker() -> Iterator[None]:
    """A worker as `make run` has one; without beat, so that only the bell rings."""
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "spm", "worker", "--concurrency=1"]
    command += ["--loglevel=ERROR", "--without-mingle", "--without-gossip"]
    environment = os.environ | {"REDIS_URL": settings.REDIS_URL}
    worker = launch.start(
        command,
        on_death=signal.SIGTERM,
        cwd=embedded.CHECKOUT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        launch.stop(worker, signal.SIGTERM, 10)
