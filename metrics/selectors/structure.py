"""Which teams and people stand below a team, with their names: the rows of its tables. One query each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from kernel.period import Period

TREE = """
    SELECT t.id, t.name, c.depth FROM people_teamclosure c JOIN people_team t ON t.id = c.descendant_id
    WHERE c.ancestor_id = %(team)s AND c.depth <= 1 AND c.starts_on <= %(on)s AND %(on)s < c.ends_before
    ORDER BY c.depth, t.name
"""
TOPS = """
    WITH tops AS (
        SELECT t.id FROM people_team t WHERE NOT EXISTS (
            SELECT 1 FROM people_teamclosure up WHERE up.descendant_id = t.id AND up.depth = 1
            AND up.starts_on <= %(on)s AND %(on)s < up.ends_before
        )
    )
    SELECT t.id, t.name, c.depth FROM tops
    JOIN people_teamclosure c ON c.ancestor_id = tops.id AND c.depth <= 1
        AND c.starts_on <= %(on)s AND %(on)s < c.ends_before
    JOIN people_team t ON t.id = c.descendant_id
    ORDER BY c.depth, t.name
"""
PEOPLE = """
    SELECT p.id, p.name, (array_agg(t.name ORDER BY h.starts_on DESC))[1],
           (array_agg(s.role ORDER BY h.starts_on DESC))[1],
           (SELECT l.ends_before FROM people_leave l
            WHERE l.person_id = p.id AND l.starts_on <= %(today)s AND %(today)s < l.ends_before)
    FROM people_seatholding h
    JOIN people_seat s ON s.id = h.seat_id
    JOIN people_team t ON t.id = s.team_id
    JOIN people_person p ON p.id = h.person_id
    JOIN people_teamclosure c ON c.descendant_id = s.team_id
        AND c.starts_on < h.ends_before AND h.starts_on < c.ends_before
    WHERE c.ancestor_id = %(team)s
        AND h.starts_on < %(ends_before)s AND %(starts_on)s < h.ends_before
        AND c.starts_on < %(ends_before)s AND %(starts_on)s < c.ends_before
    GROUP BY p.id, p.name
"""


@dataclass(frozen=True)
class TeamNames:
    """A team's name, and by id the teams directly below it; of the company the top ones (of one top team, its own)."""

    name: str
    below: dict[int, str]


@dataclass(frozen=True)
class Member:
    """Somebody who sat in a team or below it: the latest team and role there, and before which day they are back."""

    id: int
    name: str
    team: str
    role: str
    away_before: date | None = None


def teams_below(team_id: int, on: date) -> TeamNames:
    """A team's name and the teams directly below it on a day. One query."""
    rows = _select(TREE, {"team": team_id, "on": on})
    return TeamNames(
        next((name for _key, name, depth in rows if depth == 0), ""),
        {key: name for key, name, depth in rows if depth == 1},
    )


def top_teams(on: date) -> TeamNames:
    """The teams that the company is compared by: the top ones, or those below the one at the top. One query."""
    rows = _select(TOPS, {"on": on})
    tops = {key: name for key, name, depth in rows if depth == 0}
    below = {key: name for key, name, depth in rows if depth == 1}
    return TeamNames("", below if len(tops) == 1 and below else tops)


def members_below(team_id: int, period: Period, today: date) -> dict[int, Member]:
    """Everybody who sat in a team, or below it, on some day of a period; who is away is said of today only. One query."""
    days = {"starts_on": period.starts_on, "ends_before": period.ends_before, "today": today}
    rows = _select(PEOPLE, {"team": team_id, **days})
    return {row[0]: Member(*row) for row in rows}


def _select(text: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def account_words(column: str) -> list[tuple[str, str]]:
    """Every region, or industry, that an account has. One query."""
    assert column in ("region", "industry")
    found = _select(f"SELECT DISTINCT {column} FROM crm_account WHERE {column} <> '' ORDER BY {column}", {})
    return [(value, value) for (value,) in found]


def product_choices() -> list[tuple[int, str]]:
    """Every product by name. One query."""
    return [(key, name) for key, name in _select("SELECT id, name FROM crm_product ORDER BY name", {})]
