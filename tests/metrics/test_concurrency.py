"""Two workers, changes while one works, and a worker killed in the middle: afterwards every figure is right."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection, connections

from crm.models import Opportunity
from metrics.models import DailyRollup, DataVersion, DirtyBucket
from metrics.services import Recomputed, recompute, rollups_recompute
from people.models import Organization
from people.wall import tenant
from tests.metrics import build

pytestmark = pytest.mark.django_db(transaction=True)
DEALS = 60


@pytest.fixture
def company() -> Iterator[Organization]:
    """Sixty won deals of ten people on as many days, committed; nothing recomputed yet."""
    made = build.organization("busy")
    with tenant(made.pk):
        stages = build.stages()
        people = [build.person(f"P{n}") for n in range(10)]
        build.deals(
            *(
                build.deal(stages["won"], people[n % 10], 10, closed_on=date(2017, 1, 1) + timedelta(n))
                for n in range(DEALS)
            )
        )
    yield made


def in_threads(*works: Callable[[], None]) -> None:
    failures: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures, failures


def won(company: Organization) -> int:
    with tenant(company.pk):
        return sum(DailyRollup.objects.values_list("won_count", flat=True))


def revenue(company: Organization) -> int:
    with tenant(company.pk):
        return int(sum(DailyRollup.objects.values_list("won_amount", flat=True)))


def is_due(company: Organization) -> bool:
    with tenant(company.pk):
        return DirtyBucket.objects.exists()


def test_two_workers_at_once_leave_every_bucket_right_and_do_none_twice(company: Organization) -> None:
    done: list[Recomputed] = []
    start = threading.Barrier(2)
    with tenant(company.pk):
        marks = DirtyBucket.objects.count()

    def work() -> None:
        start.wait()
        for _ in range(200):
            done.append(rollups_recompute(organization_id=company.pk, batch=3))
            if not is_due(company):
                return

    in_threads(work, work)
    assert won(company) == DEALS
    assert sum(each.marks for each in done) == marks


def test_a_worker_leaves_an_organization_alone_that_another_one_holds(company: Organization) -> None:
    found: list[Recomputed] = []
    with tenant(company.pk):
        DataVersion.objects.create()
    with tenant(company.pk):
        DataVersion.objects.select_for_update().get()
        in_threads(lambda: found.append(rollups_recompute(organization_id=company.pk)))
    assert found[0].is_busy
    assert is_due(company)


def test_a_change_committed_while_a_worker_recomputes_is_not_lost(
    company: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deal changes after the marks were taken and before the worker commits: its new mark outlives the batch."""
    taken, changed = threading.Event(), threading.Event()
    original = recompute._marks_take

    def marks_take(batch: int | None) -> list[recompute.Mark]:
        found = original(batch)
        if found and not taken.is_set():
            taken.set()
            assert changed.wait(30)
        return found

    monkeypatch.setattr(recompute, "_marks_take", marks_take)

    def change() -> None:
        assert taken.wait(30)
        with tenant(company.pk):
            Opportunity.objects.filter(closed_on=date(2017, 1, 5)).update(converted_amount=1000)
        changed.set()

    in_threads(lambda: void(rollups_recompute(organization_id=company.pk)), change)
    rollups_recompute(organization_id=company.pk)
    assert revenue(company) == (DEALS - 1) * 10 + 1000


def test_changes_from_many_sides_while_workers_run_all_arrive(company: Organization) -> None:
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            rollups_recompute(organization_id=company.pk, batch=5)

    def change(offset: int) -> Callable[[], None]:
        def run() -> None:
            for n in range(offset, DEALS, 2):
                with tenant(company.pk):
                    day = date(2017, 1, 1) + timedelta(n)
                    Opportunity.objects.filter(closed_on=day).update(
                        converted_amount=20, closed_on=day + timedelta(100)
                    )

        return run

    def both() -> None:
        in_threads(change(0), change(1))
        stop.set()

    in_threads(work, work, both)
    rollups_recompute(organization_id=company.pk)
    assert (won(company), revenue(company)) == (DEALS, DEALS * 20)


WORKER = """
import os, sys, time
import django
django.setup()
from metrics.services import recompute, rollups_recompute
if {is_full}:
    original = recompute.rebuild
    def slow(rollup, start):
        original(rollup, start)
        print("inside", flush=True)
        time.sleep(60)
    recompute.rebuild = slow
else:
    original = recompute.rewrite
    def slow(rollup, buckets, start):
        original(rollup, buckets, start)
        print("inside", flush=True)
        time.sleep(60)
    recompute.rewrite = slow
rollups_recompute(organization_id={organization_id}, is_full={is_full}, batch=25)
"""


@pytest.mark.parametrize("is_full", [False, True])
def test_a_worker_killed_in_the_middle_loses_nothing(company: Organization, is_full: bool) -> None:
    settings = connection.settings_dict
    address = (
        f"postgres://{settings['USER']}:{settings['PASSWORD']}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER.format(organization_id=company.pk, is_full=is_full)],
        env={
            **os.environ,
            "DATABASE_URL": address,
            "SPM_DATABASE_ROLE": "spm_app",
            "SPM_INSECURE_KEY": "1",
            "DJANGO_SETTINGS_MODULE": "spm.settings",
        },
        cwd=Path(__file__).resolve().parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout
    assert worker.stdout.readline().strip() == "inside"
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait(10)
    assert (won(company), is_due(company)) == (0, True)
    until = time.monotonic() + 20
    while rollups_recompute(organization_id=company.pk).is_busy and time.monotonic() < until:
        time.sleep(0.1)
    assert (won(company), is_due(company)) == (DEALS, False)


def void(_: object) -> None:
    return None
