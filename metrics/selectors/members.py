"""Who and what there is to have a row, with or without facts."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q

from metrics.selectors.question import NAMED, ROLLED_UP, WITHOUT, Dimension, Question
from people.models import FOREVER, Person, Team

Days = tuple[date, date]
ALWAYS: Days = (date(1, 1, 1), FOREVER)


def names_of(question: Question, met: Mapping[Dimension, set[Any]]) -> dict[Dimension, dict[Any, str]]:
    """What the groups are called, by dimension and member. `met`: those with facts. One query a dimension at most."""
    return {
        dimension: dict(question.members[dimension])
        if dimension in question.members
        else _names(dimension, met[dimension])
        for dimension in question.by
    }


def _names(dimension: Dimension, met: set[Any]) -> dict[Any, str]:
    if dimension is Dimension.PERSON:
        return dict(Person.objects.values_list("id", "name"))
    if dimension is Dimension.TEAM:
        return dict(Team.objects.values_list("id", "name"))
    if dimension is Dimension.PRODUCT:
        return dict(_select("SELECT id, name FROM crm_product"))
    if dimension in NAMED:
        return dict(_select(f"SELECT id, name FROM crm_{dimension} WHERE id = ANY(%s)", [list(met)]))
    return {value: value for value in met if value != WITHOUT}


def member_name(dimension: Dimension, value: Any) -> str | None:
    """What a member is called; None where there is none. One query where members are rows."""
    if dimension not in NAMED:
        return str(value)
    found = _select(f"SELECT name FROM crm_{dimension} WHERE id = %s", [value])
    return found[0][0] if found else None


def members_of(question: Question, dimension: Dimension, met: set[Any]) -> list[Any]:
    """Who and what has a row whatever the facts say; of accounts, regions and the like those met. One query."""
    if dimension in question.members:
        return list(question.members[dimension])
    if dimension not in ROLLED_UP:
        return list(met)
    days = (question.starts_on or ALWAYS[0], question.ends_before or ALWAYS[1])
    scope = question.scope
    if dimension is Dimension.PRODUCT:
        known = [row[0] for row in _select("SELECT id FROM crm_product")]
        return known if scope.product_ids is None else [each for each in known if each in scope.product_ids]
    if dimension is Dimension.TEAM:
        return _teams(days, scope.team_id)
    if scope.team_id is not None:
        people = [row[0] for row in _select(PEOPLE_BELOW, [scope.team_id, *days[::-1], *days[::-1]])]
    else:
        people = list(_people(days))
    return people if scope.person_ids is None else [each for each in people if each in scope.person_ids]


def pairs_of(question: Question) -> set[tuple[int, int]]:
    """(person, team) for every team somebody sat in or below. One query."""
    days = (question.starts_on or ALWAYS[0], question.ends_before or ALWAYS[1])
    return set(_select(PAIRS, [*days[::-1], *days[::-1]]))


def _people(days: Days) -> Any:
    existed = (Q(hired_on=None) | Q(hired_on__lt=days[1])) & (Q(left_on=None) | Q(left_on__gt=days[0]))
    return Person.objects.filter(existed).values_list("id", flat=True)


TEAMS = """
    SELECT t.id FROM people_team t
    WHERE (
        NOT EXISTS (SELECT 1 FROM people_seat s WHERE s.team_id = t.id)
        AND NOT EXISTS (SELECT 1 FROM people_teamplacement p WHERE p.team_id = t.id)
        OR EXISTS (SELECT 1 FROM people_seat s WHERE s.team_id = t.id AND s.starts_on < %s AND s.ends_before > %s)
        OR EXISTS (
            SELECT 1 FROM people_teamclosure c
            WHERE c.depth > 0 AND t.id IN (c.ancestor_id, c.descendant_id) AND c.starts_on < %s AND c.ends_before > %s
        )
    )
"""

PEOPLE_BELOW = """
    SELECT DISTINCT h.person_id FROM people_seatholding h
    JOIN people_seat s ON s.id = h.seat_id
    JOIN people_teamclosure c ON c.descendant_id = s.team_id
        AND c.starts_on < h.ends_before AND h.starts_on < c.ends_before
    WHERE c.ancestor_id = %s AND h.starts_on < %s AND h.ends_before > %s AND c.starts_on < %s AND c.ends_before > %s
"""

PAIRS = """
    SELECT DISTINCT h.person_id, c.ancestor_id FROM people_seatholding h
    JOIN people_seat s ON s.id = h.seat_id
    JOIN people_teamclosure c ON c.descendant_id = s.team_id
        AND c.starts_on < h.ends_before AND h.starts_on < c.ends_before
    WHERE h.starts_on < %s AND h.ends_before > %s AND c.starts_on < %s AND c.ends_before > %s
"""


def _teams(days: Days, below: int | None) -> list[int]:
    text, parameters = TEAMS, list[Any]([*days[::-1], *days[::-1]])
    if below is not None:
        text += """ AND EXISTS (
            SELECT 1 FROM people_teamclosure c WHERE c.ancestor_id = %s AND c.descendant_id = t.id
            AND c.starts_on < %s AND c.ends_before > %s
        )"""
        parameters += [below, *days[::-1]]
    return [row[0] for row in _select(text, parameters)]


def _select(text: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, parameters or [])
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
