"""Write rollups from facts: some buckets, or all of them, in set-based statements. The caller holds the lock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from metrics.facts import (
    COUNTS,
    HAS_CREDITS,
    PART_NAMES,
    PART_SUMS,
    PARTS,
    all_events,
    closed_credits,
    closed_events,
    created_credits,
    created_events,
)
from metrics.models import NOBODY

NO_DAY = date(9999, 12, 31)
Bucket = tuple[int, date]


@dataclass(frozen=True)
class Rollup:
    """A table of rollups: by which column of the events, and of the facts, it is keyed."""

    table: str
    key: str
    event_column: str
    fact_column: str
    credit_column: str
    dimension: str = ""

    @property
    def columns(self) -> str:
        return f"{'dimension, ' if self.dimension else ''}{self.key}, day, {PART_NAMES}"

    @property
    def only(self) -> str:
        """The rows of this rollup in its table."""
        return f"dimension = '{self.dimension}'" if self.dimension else "true"

    def select(self, events: str) -> str:
        """Events summed up to rows of this rollup."""
        constant = f"'{self.dimension}' AS dimension, " if self.dimension else ""
        return f"""
            SELECT {constant}{self.event_column} AS {self.key}, day, {PART_SUMS} FROM ({events}) events
            GROUP BY {self.event_column}, day
        """

    def insert(self, events: str) -> str:
        """Sum events up into rows of this rollup."""
        return f"INSERT INTO {self.table} ({self.columns}) {self.select(events)}"


PERSON = Rollup("metrics_dailyrollup", "person_id", "person_id", "o.owner_id", "c.person_id")
PRODUCT = Rollup(
    "metrics_dailybreakdown", "value_id", "product_id", "o.product_id", "o.product_id", dimension="product"
)
ROLLUPS = (PERSON, PRODUCT)


def rebuild(rollup: Rollup, start: str) -> None:
    """Every row anew, written where it differs; readers see the former ones until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {rollup.table} WHERE {rollup.only})")
        [has_rows] = cursor.fetchone()
        if not has_rows:
            cursor.execute(rollup.insert(all_events(start)))
            return
        cursor.execute("DROP TABLE IF EXISTS metrics_anew")
        cursor.execute(f"CREATE TEMP TABLE metrics_anew ON COMMIT DROP AS {rollup.select(all_events(start))}")
        cursor.execute("ANALYZE metrics_anew")
        same = " AND ".join(f"n.{part} = r.{part}" for part in PARTS)
        at = f"n.{rollup.key} = r.{rollup.key} AND n.day = r.day"
        cursor.execute(
            f"DELETE FROM {rollup.table} r WHERE {rollup.only}"
            f" AND NOT EXISTS (SELECT 1 FROM metrics_anew n WHERE {at} AND {same})"
        )
        cursor.execute(
            f"INSERT INTO {rollup.table} ({rollup.columns}) SELECT {rollup.columns} FROM metrics_anew n"
            f" WHERE NOT EXISTS (SELECT 1 FROM {rollup.table} r WHERE {rollup.only} AND {at})"
        )
        cursor.execute("DROP TABLE metrics_anew")


def rewrite(rollup: Rollup, buckets: Iterable[Bucket], start: str) -> None:
    """The rows of these buckets anew."""
    kinds: dict[tuple[bool, bool], list[Bucket]] = {}
    for bucket in set(buckets):
        kinds.setdefault((bucket[0] == NOBODY, bucket[1] == NO_DAY), []).append(bucket)
    for (is_nobody, is_undated), some in kinds.items():
        due: list[Any] = [[key for key, _ in some], [day for _, day in some]]
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                DELETE FROM {rollup.table} r USING unnest(%s::bigint[], %s::date[]) AS due(key, day)
                WHERE {rollup.only} AND r.{rollup.key} = due.key AND r.day = due.day
                """,
                due,
            )
            cursor.execute(rollup.insert(_events_of(rollup, start, is_nobody, is_undated)), due * 5)


def _events_of(rollup: Rollup, start: str, is_nobody: bool, is_undated: bool) -> str:
    """Events of the due buckets, each branch worded so that an index of the facts answers it."""
    owner = f"{rollup.fact_column} IS NULL" if is_nobody else f"{rollup.fact_column} = due.key"
    credited = f"{rollup.credit_column} IS NULL" if is_nobody else f"{rollup.credit_column} = due.key"
    closed = "coalesce(o.closed_on, due.day) = due.day" if is_undated else "o.closed_on = due.day"
    due = "unnest(%s::bigint[], %s::date[]) AS due(key, day) JOIN crm_opportunity o ON"
    return " UNION ALL ".join(
        [
            closed_events(
                start, source=f"{due} {owner} AND {closed}", where=f"{COUNTS} AND o.outcome IN ('won', 'lost')"
            ),
            closed_events(start, source=f"{due} {owner} AND {closed}", where=f"{COUNTS} AND o.outcome = 'open'"),
            created_events(source=f"{due} {owner} AND o.created_on = due.day"),
            # few deals have credits, and an index of their own by day
            closed_credits(source=f"{due} {HAS_CREDITS} AND {closed}", where=f"{COUNTS} AND {credited}"),
            created_credits(source=f"{due} {HAS_CREDITS} AND o.created_on = due.day", where=f"{COUNTS} AND {credited}"),
        ]
    )
