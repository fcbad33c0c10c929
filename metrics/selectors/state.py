"""How far the numbers of an organization are, and which days they cover."""

import json
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from kernel.period import Period
from metrics.selectors.kept import Stamps, stamps_known

MANY = 1_000  # marks from which nobody looks which days they are of
NO_DAY = "0001-01-01"  # of marks of what every day depends on

STATE = f"""
    WITH marks AS (SELECT day FROM metrics_dirtybucket LIMIT {MANY})
    SELECT s.first, s.last, v.version, v.computed_at, v.stamp, v.since, v.months,
        ARRAY(SELECT DISTINCT to_char(m.day, 'YYYY-MM-01') FROM marks m), (SELECT count(*) FROM marks)
    FROM (
        SELECT min(day) AS first, max(day) AS last FROM metrics_dailybreakdown
        WHERE (won_count > 0 OR lost_count > 0) AND day < DATE '9999-12-31'
    ) s
    LEFT JOIN metrics_dataversion v ON true
"""


@dataclass(frozen=True)
class State:
    """The first and last day on which a deal was decided (none yet: None), the version, and when it was computed."""

    first: date | None
    last: date | None
    version: int
    computed_at: datetime | None

    @property
    def decided(self) -> Period | None:
        """The days from the first to the last decision."""
        if self.first is None or self.last is None:
            return None
        return Period(self.first, date.fromordinal(self.last.toordinal() + 1))


def numbers_state() -> State:
    """One query."""
    with connection.cursor() as cursor:
        cursor.execute(STATE)
        first, last, version, computed_at, stamp, since, months, due, marks = cursor.fetchone()
    is_all_due = stamp is None or marks == MANY or None in due or NO_DAY in due
    stamps_known(None if is_all_due else Stamps(str(stamp), str(since), json.loads(months), due))
    return State(first, last, version or 0, computed_at)
