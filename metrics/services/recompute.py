"""Work off what is due. One transaction per batch: killed at any moment, the marks and the old rows are still there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Count

from metrics.engine.parts import Family
from metrics.facts import cycle_start
from metrics.models import DataVersion, DirtyBucket
from metrics.selectors.version import KEEP_SECONDS, version_key
from metrics.services.rollups import PERSON, PRODUCT, ROLLUPS, Bucket, Rollup, rebuild, rewrite
from metrics.services.teams import teams_rebuild, teams_rewrite
from people.models import Organization
from people.wall import tenant

BATCH = 2_000  # marks of one transaction
MANY = 20_000  # marks from which a rebuild is cheaper

OLDEST = "SELECT max(id) FROM (SELECT id FROM metrics_dirtybucket ORDER BY id LIMIT %s) m"
NEXT = """
    UPDATE metrics_dataversion SET version = version + 1, stamp = n.stamp, computed_at = now(),
        since = CASE WHEN n.months IS NULL THEN n.stamp ELSE since END,
        months = CASE WHEN n.months IS NULL THEN '{}'
            ELSE metrics_dataversion.months || (SELECT coalesce(jsonb_object_agg(m, n.stamp), '{}') FROM unnest(n.months) m) END
    FROM (SELECT gen_random_uuid() AS stamp, %s::text[] AS months) n
    RETURNING version
"""
FIRST_DAY = date(1, 1, 1)  # of a mark that is of no day: what every day depends on changed

Mark = tuple[str, int, int, date | None]


@dataclass(frozen=True)
class Recomputed:
    """What was done: marks worked off, rebuilds, transactions; `is_busy` when another worker holds the organization."""

    marks: int = 0
    rebuilds: int = 0
    batches: int = 0
    version: int = 0
    is_busy: bool = False


def rollups_recompute(
    *,
    organization_id: int,
    is_full: bool = False,
    waits: bool = False,
    batch: int = BATCH,
    between: Callable[[], None] | None = None,
) -> Recomputed:
    """Recompute what is due, or everything. `waits` for another worker instead of leaving the work to it."""
    marks = rebuilds = batches = version = 0
    while True:
        with tenant(organization_id):
            done = _batch(organization_id, is_full=is_full, waits=waits, batch=batch)
        if done is None:
            return Recomputed(marks, rebuilds, batches, version, is_busy=True)
        taken, was_rebuilt, version = done
        if not taken and not was_rebuilt:
            return Recomputed(marks, rebuilds, batches, version)
        is_full, marks, rebuilds, batches = False, marks + taken, rebuilds + was_rebuilt, batches + 1
        if between:
            between()


def _batch(organization_id: int, *, is_full: bool, waits: bool, batch: int) -> tuple[int, bool, int] | None:
    """One transaction: (marks taken, whether everything was rebuilt, version), None when somebody else is at it."""
    DataVersion.objects.bulk_create([DataVersion(organization_id=organization_id)], ignore_conflicts=True)
    held = DataVersion.objects.select_for_update(skip_locked=not waits).first()
    if held is None:
        return None
    start = cycle_start(Organization.objects.get(pk=organization_id))
    families = {rollup.family for rollup in ROLLUPS} if is_full else _rebuilds_due()
    if families:
        taken = _marks_drop(families)
        for rollup in ROLLUPS:
            if rollup.family in families:
                rebuild(rollup, start)
        if Family.DEALS in families:
            teams_rebuild()
        return taken, True, _version_up(organization_id, None)
    marks = _marks_take(batch)
    if not marks:
        return 0, False, held.version
    for rollup in ROLLUPS:
        rewrite(rollup, _due(rollup, marks), start)
    is_moved = teams_rewrite(_due(PERSON, marks))
    return len(marks), False, _version_up(organization_id, None if is_moved else _months(marks))


def _due(rollup: Rollup, marks: list[Mark]) -> list[Bucket]:
    """The buckets of a rollup that marks make due."""
    return [
        (product if rollup is PRODUCT else person, day)
        for family, person, product, day in marks
        if family == rollup.family and day
    ]


def _rebuilds_due() -> set[Family]:
    """Families with a mark without a day, or with more marks than a rebuild costs. Two queries."""
    due = set(DirtyBucket.objects.filter(day=None).values_list("family", flat=True))
    if DirtyBucket.objects.all()[:MANY].count() >= MANY:
        counts = DirtyBucket.objects.values_list("family").annotate(n=Count("id"))
        due |= {family for family, n in counts if n >= MANY // 2}
    return {Family(family) for family in due}


def _marks_drop(families: set[Family]) -> int:
    """Take all marks of some families away; how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM metrics_dirtybucket WHERE family = ANY(%s)", [[str(each) for each in families]])
        count: int = cursor.rowcount
        return count


def _marks_take(batch: int) -> list[Mark]:
    """Take marks away, oldest first; those committed later stay for the next batch."""
    with connection.cursor() as cursor:
        cursor.execute(OLDEST, [batch])
        [last] = cursor.fetchone()
        if last is None:
            return []
        cursor.execute(
            "DELETE FROM metrics_dirtybucket WHERE id <= %s RETURNING family, person_id, product_id, day", [last]
        )
        taken: list[Mark] = cursor.fetchall()
        return taken


def _months(marks: list[Mark]) -> list[str] | None:
    """The first days of the months that marks are of; None where one is of no day."""
    days = {day for _family, _person, _product, day in marks}
    if None in days or FIRST_DAY in days:
        return None
    return sorted({str(day.replace(day=1)) for day in days if day})


def _version_up(organization_id: int, months: list[str] | None) -> int:
    """A new version, of these months or of everything."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [months])
        version: int = cursor.fetchone()[0]
    transaction.on_commit(lambda: cache.set(version_key(organization_id), version, KEEP_SECONDS), robust=True)
    return version
