"""Who sat below a team from when to when: what a deal of that day is counted, and seen, by."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, BooleanField, DateField, Expression, F, Func, Value

from people.models import FOREVER

LAST_STRUCTURE = date.fromordinal(FOREVER.toordinal() - 1)  # the last day on which a row that holds forever holds

STRETCHES = """
    SELECT DISTINCT h.person_id, greatest(h.starts_on, c.starts_on), least(h.ends_before, c.ends_before)
    FROM people_teamclosure c
    JOIN people_seat s ON s.team_id = c.descendant_id
    JOIN people_seatholding h ON h.seat_id = s.id AND h.starts_on < c.ends_before AND c.starts_on < h.ends_before
    WHERE c.ancestor_id = ANY(%s)
"""

Stretch = tuple[int, date, date]


def stretches_below(team_ids: Iterable[int]) -> list[Stretch]:
    """(person, first day, day after the last) of everybody who ever sat in these teams or below them. One query."""
    with connection.cursor() as cursor:
        cursor.execute(STRETCHES, [list(team_ids)])
        found: list[Stretch] = cursor.fetchall()
        return found


class SatThere(Func):
    """Whether a person (a field) sat in one of the stretches on a day (an expression); a missing day is the last one."""

    output_field = BooleanField()

    def __init__(self, stretches: list[Stretch], person: str, day: Expression | F) -> None:
        people, firsts, ends = ([each[n] for each in stretches] for n in range(3))
        days = ArrayField(DateField())
        super().__init__(
            Value(people, ArrayField(BigIntegerField())), Value(firsts, days), Value(ends, days), F(person), day
        )

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:  # type: ignore[override]
        sides = [compiler.compile(each) for each in self.get_source_expressions()]
        (people, one), (firsts, two), (ends, three), (person, four), (day, five) = sides
        then = f"least(coalesce({day}, DATE '{LAST_STRUCTURE}'), DATE '{LAST_STRUCTURE}')"
        sql = (
            f"EXISTS (SELECT 1 FROM unnest({people}::bigint[], {firsts}::date[], {ends}::date[])"
            f" AS sat (person, since, until)"
            f" WHERE sat.person = {person} AND sat.since <= {then} AND {then} < sat.until)"
        )
        return sql, [*one, *two, *three, *four, *five, *five]
