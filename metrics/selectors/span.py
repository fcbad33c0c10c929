"""From which day to which there are facts: where all time begins and ends."""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from django.db import connection

from kernel.period import Period
from metrics.engine.parts import Basis
from metrics.facts import NO_DAY

DEALS = f"SELECT day FROM metrics_dailybreakdown WHERE day < {NO_DAY} AND"

# the days on which facts of a basis stand; facts without a day aside
DAYS: dict[Basis, str] = {
    Basis.CLOSED: f"{DEALS} (won_count > 0 OR lost_count > 0)",
    Basis.CREATED: f"{DEALS} created_count > 0",
    Basis.DUE: f"{DEALS} open_count > 0",
    Basis.LEAD_CREATED: f"SELECT day FROM metrics_leadrollup WHERE day < {NO_DAY} AND lead_count > 0",
    Basis.CONVERTED: f"SELECT day FROM metrics_leadrollup WHERE day < {NO_DAY} AND customer_count > 0",
    Basis.OCCURRED: "SELECT day FROM metrics_activityrollup",
    Basis.STEPPED: f"(SELECT {NO_DAY} - 1 AS day FROM crm_opportunity WHERE next_step <> '' OR next_step_on IS NOT NULL"
    " LIMIT 1)",
    Basis.CREDITED: "SELECT starts_on AS day FROM crm_quota WHERE measure = 'bookings'"
    " UNION ALL SELECT ends_before - 1 FROM crm_quota WHERE measure = 'bookings'",
}


QUOTA_DAYS = """
    WITH found AS (
        SELECT * FROM crm_quota WHERE measure = 'bookings' AND starts_on < %(last)s AND ends_before > %(first)s
    ) SELECT starts_on FROM found UNION SELECT max(ends_before) FROM found ORDER BY 1
"""


def quota_periods(starts_on: date | None, ends_before: date | None) -> tuple[Period, ...]:
    """The periods between the days on which quotas of the organization start, up to the end of the last. One query."""
    asked = {"first": starts_on or date.min, "last": ends_before or date.max}
    with connection.cursor() as cursor:
        cursor.execute(QUOTA_DAYS, asked)
        days = [day for (day,) in cursor.fetchall() if day]
    return tuple(Period(first, last) for first, last in pairwise(days))


def span_of(bases: Iterable[Basis]) -> tuple[date, date] | None:
    """The first day and the day after the last with facts of these bases. One query."""
    days = " UNION ALL ".join(DAYS[basis] for basis in sorted(set(bases)))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT min(day), max(day) + 1 FROM ({days}) d")
        first, last = cursor.fetchone()
    return None if first is None else (first, last)


def last_closed_on(as_of: date | None = None) -> date | None:
    """The last day on which a deal was decided; looking back, none after that day. One query."""
    span = span_of({Basis.CLOSED})
    if span is None:
        return None
    last = Period(*span).last_day
    return last if as_of is None else min(last, as_of)
