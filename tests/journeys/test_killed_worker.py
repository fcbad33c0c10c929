"""A real Celery worker is killed in the middle; whoever comes next puts everything right, and nobody has to do anything.

What holds the worker in the middle is a lock of the test, so that the program that is killed is the product as it is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import psycopg2
import pytest
from django.db import connection
from django.utils import timezone

from crm.models import ImportBatch, Opportunity, OpportunityChange
from crm.services.imports import import_run, import_upload
from metrics.models import DailyRollup, DirtyBucket
from people.wall import tenant
from tests.cast import Cast
from tests.crm.files import DEALS, text_of
from tests.journeys import worker
from tests.spm.processes import wait_for

pytestmark = pytest.mark.slow
ROWS = [[f"D{n}", "Alice Ames", "", "", "Won", "2026-01-05", f"2026-02-{n % 28 + 1:02}", f"{n}.25"] for n in range(700)]
BOOKINGS = sum((Decimal(row[7]) for row in ROWS), Decimal())
PATIENCE = 120  # seconds; a worker starts twice and a lease runs out


def start_import(cast: Cast) -> None:
    with tenant(cast.organization.pk):
        content = text_of(DEALS, ROWS).encode()
        now = timezone.now()
        batch = import_upload(
            stream=[content], file_name="deals.csv", source="crm", created_by=None, at=now, kind="opportunity"
        )
        import_run(batch=batch, at=now, actor=None)


@contextmanager
def held(table: str) -> Iterator[None]:
    """Nobody writes to a table meanwhile."""
    given = connection.settings_dict
    names = {"host": given["HOST"], "port": given["PORT"], "dbname": given["NAME"]}
    other = psycopg2.connect(user=given["USER"], password=given["PASSWORD"], **names)
    try:
        other.cursor().execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
        yield
    finally:
        other.close()


def waits_for(table: str) -> bool:
    """Whether somebody stands before the lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass", [table])
        count: int = cursor.fetchone()[0]
    return count > 0


def is_right(cast: Cast) -> bool:
    with tenant(cast.organization.pk):
        states = set(ImportBatch.objects.values_list("state", flat=True))
        if states != {"applied"} or DirtyBucket.objects.exists():
            return False
        return sum(row.won_amount for row in DailyRollup.objects.all()) == BOOKINGS


@pytest.mark.parametrize(
    "table",
    [
        pytest.param("people_auditentry", id="import written but not committed"),
        pytest.param("metrics_dailybreakdown", id="rollups written but not committed"),
    ],
)
def test_a_killed_worker_costs_time_and_nothing_else(committed_cast: Cast, tmp_path: Path, table: str) -> None:
    worker.empty_queue()
    first = worker.start(tmp_path)
    try:
        with held(table):
            start_import(committed_cast)
            wait_for(lambda: waits_for(table), "the worker to be in the middle", PATIENCE)
            worker.kill(first)
            with tenant(committed_cast.organization.pk):
                assert not DailyRollup.objects.exists()
    finally:
        if first.poll() is None:
            worker.kill(first)
    with worker.working(tmp_path):
        wait_for(lambda: is_right(committed_cast), "the next worker to put everything right", PATIENCE)
    with tenant(committed_cast.organization.pk):
        assert Opportunity.objects.count() == OpportunityChange.objects.count() == len(ROWS)
        assert ImportBatch.objects.get().created == len(ROWS)
