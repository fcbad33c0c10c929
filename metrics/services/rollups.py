"""Write rollups from facts: some buckets, or all of them, in set-based statements. The caller holds the lock."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from metrics.engine.parts import Family
from metrics.facts import (
    COUNTS,
    HAS_CREDITS,
    PARTS,
    all_events,
    closed_credits,
    closed_events,
    created_credits,
    created_events,
)
from metrics.happenings import ACTIVITY_PARTS, LEAD_PARTS, activity_events, cohort_events, customer_events
from metrics.models import NOBODY

NO_DAY = date(9999, 12, 31)
Bucket = tuple[int, date]


@dataclass(frozen=True)
class Rollup:
    """A table of rollups: of which facts, by which column of their events, and of the facts, it is keyed.

    `parts` are its columns and what each is of a group of events. `everything` are the events of all facts from the start
    of a cycle; `due` those of buckets: (rollup, start, joined to whom) → one select per index of the facts.
    """

    family: Family
    table: str
    key: str
    event_column: str
    fact_column: str
    parts: dict[str, str]
    everything: Callable[[str], str]
    due: Callable[["Rollup", str, bool, bool], list[str]]
    dimension: str = ""
    credit_column: str = ""  # of deals: by which column of their credits, where it is not that of the facts

    @property
    def columns(self) -> str:
        return f"{'dimension, ' if self.dimension else ''}{self.key}, day, {', '.join(self.parts)}"

    @property
    def only(self) -> str:
        """The rows of this rollup in its table."""
        return f"dimension = '{self.dimension}'" if self.dimension else "true"

    def select(self, events: str) -> str:
        """Events summed up to rows of this rollup."""
        constant = f"'{self.dimension}' AS dimension, " if self.dimension else ""
        sums = ", ".join(f"{sql} AS {name}" for name, sql in self.parts.items())
        return f"""
            SELECT {constant}{self.event_column} AS {self.key}, day, {sums} FROM ({events}) events
            GROUP BY {self.event_column}, day
        """

    def insert(self, events: str) -> str:
        """Sum events up into rows of this rollup."""
        return f"INSERT INTO {self.table} ({self.columns}) {self.select(events)}"

    def due_facts(self, facts: str, day: str, *, is_nobody: bool, is_undated: bool) -> str:
        """The facts of due buckets, worded so that an index of the facts answers it."""
        on = f"coalesce({day}, due.day) = due.day" if is_undated else f"{day} = due.day"
        return f"{DUE} JOIN {facts} ON {_is_due(self.fact_column, is_nobody)} AND {on}"


DUE = "unnest(%s::bigint[], %s::date[]) AS due(key, day)"


def _is_due(column: str, is_nobody: bool) -> str:
    return f"{column} IS NULL" if is_nobody else f"{column} = due.key"


def _due_deals(rollup: Rollup, start: str, is_nobody: bool, is_undated: bool) -> list[str]:
    closed = rollup.due_facts("crm_opportunity o", "o.closed_on", is_nobody=is_nobody, is_undated=is_undated)
    created = rollup.due_facts("crm_opportunity o", "o.created_on", is_nobody=is_nobody, is_undated=False)
    closed_day = "coalesce(o.closed_on, due.day) = due.day" if is_undated else "o.closed_on = due.day"
    credited = f"{COUNTS} AND {_is_due(rollup.credit_column or rollup.fact_column, is_nobody)}"
    split = f"{DUE} JOIN crm_opportunity o ON {HAS_CREDITS}"  # few deals have credits, and an index of their own by day
    return [
        closed_events(start, source=closed, where=f"{COUNTS} AND o.outcome IN ('won', 'lost')"),
        closed_events(start, source=closed, where=f"{COUNTS} AND o.outcome = 'open'"),
        created_events(source=created),
        closed_credits(source=f"{split} AND {closed_day}", where=credited),
        created_credits(source=f"{split} AND o.created_on = due.day", where=credited),
    ]


def _due_leads(rollup: Rollup, start: str, is_nobody: bool, is_undated: bool) -> list[str]:
    cohort, customers = (
        rollup.due_facts("crm_lead o", day, is_nobody=is_nobody, is_undated=is_undated)
        for day in ("o.created_on", "o.converted_on")
    )
    return [cohort_events(source=cohort), customer_events(source=customers)]


def _due_activities(rollup: Rollup, start: str, is_nobody: bool, is_undated: bool) -> list[str]:
    facts = rollup.due_facts("crm_activity o", "o.occurred_on", is_nobody=is_nobody, is_undated=False)
    return [activity_events(source=facts)]


def _added(parts: Iterable[str]) -> dict[str, str]:
    return {part: f"sum({part})" for part in parts}


PERSON = Rollup(
    Family.DEALS,
    "metrics_dailyrollup",
    "person_id",
    "person_id",
    "o.owner_id",
    PARTS,
    all_events,
    _due_deals,
    credit_column="c.person_id",
)
PRODUCT = Rollup(
    Family.DEALS,
    "metrics_dailybreakdown",
    "value_id",
    "product_id",
    "o.product_id",
    PARTS,
    all_events,
    _due_deals,
    dimension="product",
)
LEADS = Rollup(
    Family.LEADS,
    "metrics_leadrollup",
    "person_id",
    "person_id",
    "o.owner_id",
    _added(LEAD_PARTS),
    lambda start: f"{cohort_events()} UNION ALL {customer_events()}",
    _due_leads,
)
ACTIVITIES = Rollup(
    Family.ACTIVITIES,
    "metrics_activityrollup",
    "person_id",
    "person_id",
    "o.person_id",
    _added(ACTIVITY_PARTS),
    lambda start: activity_events(),
    _due_activities,
)
ROLLUPS = (PERSON, PRODUCT, LEADS, ACTIVITIES)


# Of rows that this transaction wrote PostgreSQL knows nothing yet, and would look their partners up one by one.
JOINED_AS_A_WHOLE = "SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '128MB'"
AS_ALWAYS = "SET LOCAL enable_nestloop TO DEFAULT; SET LOCAL work_mem TO DEFAULT"


def rebuild(rollup: Rollup, start: str) -> None:
    """Every row anew, written where it differs; readers see the former ones until the transaction ends.

    The many of an empty rollup of people go straight into their table, because writing them twice costs more.
    """
    select = rollup.select(rollup.everything(start))
    if rollup.dimension or _has_rows(rollup.table, rollup.only):
        write_differences(rollup.table, rollup.key, rollup.columns, rollup.parts, select, rollup.only)
        return
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {rollup.table} ({rollup.columns}) {select}")


def write_differences(
    table: str, key: str, columns: str, parts: Iterable[str], select: str, only: str = "true"
) -> None:
    """Make a table (those rows of it that `only` names) what a select gives, by key and day.

    Rows are summed up aside, which PostgreSQL does on several cores.
    """
    same = " AND ".join(f"n.{part} = r.{part}" for part in parts)
    at = f"n.{key} = r.{key} AND n.day = r.day"
    has_rows = _has_rows(table, only)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS metrics_anew")
        cursor.execute(JOINED_AS_A_WHOLE)
        cursor.execute(f"CREATE TEMP TABLE metrics_anew ON COMMIT DROP AS {select}")
        if has_rows:
            cursor.execute("ANALYZE metrics_anew")
            cursor.execute(
                f"DELETE FROM {table} r WHERE {only}"
                f" AND NOT EXISTS (SELECT 1 FROM metrics_anew n WHERE {at} AND {same})"
            )
        missing = f"WHERE NOT EXISTS (SELECT 1 FROM {table} r WHERE {only} AND {at})" if has_rows else ""
        cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM metrics_anew n {missing}")
        cursor.execute(AS_ALWAYS)
        cursor.execute("DROP TABLE metrics_anew")


def _has_rows(table: str, only: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table} WHERE {only})")
        return bool(cursor.fetchone()[0])


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
            branches = rollup.due(rollup, start, is_nobody, is_undated)
            cursor.execute(rollup.insert(" UNION ALL ".join(branches)), due * len(branches))
