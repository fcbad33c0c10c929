"""Work off what is due. One transaction per batch: killed at any moment, the marks and the old rows are still there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.core.cache import cache
from django.db import connection, transaction

from metrics.facts import cycle_start
from metrics.models import DataVersion, DirtyBucket
from metrics.selectors.version import KEEP_SECONDS, version_key
from metrics.services.rollups import PERSON, PRODUCT, ROLLUPS, rebuild, rewrite
from people.models import Organization
from people.wall import tenant

BATCH = 2_000  # marks of one transaction
MANY = 20_000  # marks from which a rebuild is cheaper

OLDEST = "SELECT max(id) FROM (SELECT id FROM metrics_dirtybucket ORDER BY id LIMIT %s) m"

Mark = tuple[int, int, date | None]


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
    is_full = is_full or _is_rebuild_due()
    taken = _marks_take(None if is_full else batch)
    if not taken and not is_full:
        return 0, False, held.version
    if is_full:
        for rollup in ROLLUPS:
            rebuild(rollup, start)
    else:
        rewrite(PERSON, ((person, day) for person, _, day in taken if day), start)
        rewrite(PRODUCT, ((product, day) for _, product, day in taken if day), start)
    return len(taken), is_full, _version_up(organization_id)


def _is_rebuild_due() -> bool:
    """A mark without a day, or more marks than a rebuild costs."""
    if DirtyBucket.objects.filter(day=None).exists():
        return True
    return DirtyBucket.objects.all()[:MANY].count() >= MANY


def _marks_take(batch: int | None) -> list[Mark]:
    """Take marks away, oldest first; those committed later stay for the next batch."""
    with connection.cursor() as cursor:
        if batch is None:
            cursor.execute("DELETE FROM metrics_dirtybucket")
            return [(0, 0, None)] * cursor.rowcount
        cursor.execute(OLDEST, [batch])
        [last] = cursor.fetchone()
        if last is None:
            return []
        cursor.execute("DELETE FROM metrics_dirtybucket WHERE id <= %s RETURNING person_id, product_id, day", [last])
        taken: list[Mark] = cursor.fetchall()
        return taken


def _version_up(organization_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE metrics_dataversion SET version = version + 1, computed_at = now() RETURNING version")
        version: int = cursor.fetchone()[0]
    transaction.on_commit(lambda: cache.set(version_key(organization_id), version, KEEP_SECONDS), robust=True)
    return version
