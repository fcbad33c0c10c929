"""A worker is killed twenty times at random moments, while files are imported and deals are edited.

Afterwards every figure is right, the history has every deal, and nobody has to do anything.
"""

import random
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from crm.models import ImportBatch, Opportunity, OpportunityChange
from crm.services.imports import import_run, import_upload
from metrics.models import DailyRollup, DirtyBucket
from metrics.services import rollups_recompute
from people.models import Job
from people.queue import enqueue
from people.wall import tenant
from tests.cast import Cast
from tests.crm.files import DEALS, text_of
from tests.journeys import worker
from tests.spm.processes import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
KILLS = 20
DEAL_COUNT = 400  # of each file; every file but the first repeats half of the one before with other amounts
FIRST_DAY = date(2026, 1, 5)
PATIENCE = 180  # seconds until the last worker has done everything
Deals = dict[str, tuple[Decimal, date]]


def deals_of(number: int) -> Deals:
    """The deals of a file: id → amount and day they were won."""
    start = number * DEAL_COUNT // 2
    return {
        f"D{each}": (Decimal(f"{each + number}.25"), FIRST_DAY + timedelta(days=(each * 7 + number) % 60))
        for each in range(start, start + DEAL_COUNT)
    }


def import_begin(cast: Cast, number: int) -> Deals:
    deals = deals_of(number)
    rows = [
        [name, "Alice Ames", "", "", "Won", "2025-12-01", str(day), str(amount)]
        for name, (amount, day) in deals.items()
    ]
    with tenant(cast.organization.pk):
        at = timezone.now()
        batch = import_upload(
            stream=[text_of(DEALS, rows).encode()],
            file_name=f"deals-{number}.csv",
            source="crm",
            created_by=None,
            at=at,
            kind="opportunity",
        )
        import_run(batch=batch, at=at, actor=None)
    return deals


def settled_ids(cast: Cast) -> list[str]:
    """Deals that no waiting file speaks of."""
    with tenant(cast.organization.pk):
        waiting = ImportBatch.objects.exclude(state="applied").values_list("file_name", flat=True)
        spoken_of = {name for file in waiting for name in deals_of(int(file[len("deals-") : -len(".csv")]))}
        ids = Opportunity.objects.order_by("pk").values_list("external_id", flat=True)
        return [name for name in ids if name not in spoken_of]


def edit(cast: Cast, wanted: list[str], number: int) -> Deals:
    """Somebody changes deals by hand."""
    with tenant(cast.organization.pk):
        deals = Opportunity.objects.filter(external_id__in=wanted)
        deals.update(converted_amount=Decimal(number), amount=Decimal(number), closed_on=FIRST_DAY)
        enqueue("pipeline.facts_changed", organization_id=cast.organization.pk)
    return dict.fromkeys(wanted, (Decimal(number), FIRST_DAY))


def works() -> bool:
    """Whether somebody else is in the database: the worker has come."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        count: int = cursor.fetchone()[0]
    return count > 0


def nothing_is_due(cast: Cast) -> bool:
    with tenant(cast.organization.pk):
        is_waiting = Job.objects.filter(state__in=[Job.State.WAITING, Job.State.RUNNING]).exists()
        return not is_waiting and not DirtyBucket.objects.exists()


def rolled_up() -> dict[date, tuple[int, Decimal]]:
    found: dict[date, tuple[int, Decimal]] = {}
    for row in DailyRollup.objects.filter(won_count__gt=0):
        count, amount = found.get(row.day, (0, Decimal()))
        found[row.day] = (count + row.won_count, amount + row.won_amount)
    return found


def summed_up(deals: Deals) -> dict[date, tuple[int, Decimal]]:
    found: dict[date, tuple[int, Decimal]] = {}
    for amount, day in deals.values():
        count, total = found.get(day, (0, Decimal()))
        found[day] = (count + 1, total + amount)
    return found


def test_twenty_kills_leave_every_figure_right(committed_cast: Cast, tmp_path: Path) -> None:
    chance = random.Random(20)
    worker.empty_queue()
    expected: Deals = {}
    for number in range(KILLS):
        running = worker.start(tmp_path)
        try:
            if number % 2:
                settled = settled_ids(committed_cast)
                expected |= edit(committed_cast, chance.sample(settled, min(25, len(settled))), number)
            else:
                expected |= import_begin(committed_cast, number // 2)
            wait_for(works, "the worker to come", PATIENCE)
            time.sleep(chance.uniform(0, 1.0))
        finally:
            worker.kill(running)
    with worker.working(tmp_path):
        wait_for(lambda: nothing_is_due(committed_cast), "the last worker to do everything", PATIENCE)
    with tenant(committed_cast.organization.pk):
        assert set(ImportBatch.objects.values_list("state", flat=True)) == {"applied"}
        kept = {
            deal.external_id: (deal.amount, deal.closed_on)
            for deal in Opportunity.objects.all()  # one row each: nothing doubled, nothing lost
        }
        assert kept == expected
        assert rolled_up() == summed_up(expected)
        latest = OpportunityChange.objects.order_by("opportunity_id", "-pk").distinct("opportunity_id")
        assert {(change.opportunity.external_id, change.amount) for change in latest.select_related("opportunity")} == {
            (name, amount) for name, (amount, _day) in expected.items()
        }
    rollups_recompute(organization_id=committed_cast.organization.pk, is_full=True)
    with tenant(committed_cast.organization.pk):
        assert rolled_up() == summed_up(expected)
