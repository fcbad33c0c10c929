"""A team's people and subteams side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import connection

from kernel.period import Period
from metrics.catalogue import CATALOGUE
from metrics.engine.comparison import is_noise
from metrics.engine.definitions import Basis, Metric
from metrics.engine.evaluate import Value
from metrics.selectors.answer import figures_of
from metrics.selectors.figures import KEY_METRICS, Comparison
from metrics.selectors.question import Dimension, Question, Scope
from metrics.selectors.subject import Chosen, Subject
from metrics.selectors.why import DealsBehind, deals_behind
from people.models import Organization


@dataclass(frozen=True)
class Compared:
    """A figure beside the one of the previous period; pipeline has none."""

    value: Value
    previous: Comparison | None
    deals: DealsBehind


@dataclass(frozen=True)
class TeamRow:
    """A person or a subteam with a figure per metric."""

    subject: Subject
    role: str
    figures: dict[str, Compared] = field(default_factory=dict)


CHILDREN = """
    SELECT t.id, t.name FROM people_team t
    JOIN people_teamclosure c ON c.descendant_id = t.id AND c.depth = 1
        AND c.starts_on <= %(on)s AND %(on)s < c.ends_before
    WHERE c.ancestor_id = %(team)s ORDER BY t.name
"""
TOPS = """
    SELECT t.id, t.name FROM people_team t
    WHERE NOT EXISTS (
        SELECT 1 FROM people_teamclosure c WHERE c.descendant_id = t.id AND c.depth = 1
        AND c.starts_on <= %(on)s AND %(on)s < c.ends_before
    ) ORDER BY t.name
"""
MEMBERS = """
    SELECT p.id, p.name, s.role FROM people_seatholding h
    JOIN people_seat s ON s.id = h.seat_id
    JOIN people_person p ON p.id = h.person_id
    WHERE s.team_id = %(team)s AND h.starts_on <= %(on)s AND %(on)s < h.ends_before
    ORDER BY s.role, p.name
"""


def team_table(
    organization: Organization, subject: Subject, chosen: Chosen, names: Sequence[str] = KEY_METRICS
) -> list[TeamRow]:
    """People who sit in the team itself and its subteams, as the structure is on the page's day, each with its figures;
    of the company the top teams. Ten queries at most, however large the team."""
    metrics = [CATALOGUE[name] for name in names]
    on = min(chosen.on, chosen.period.last_day)
    teams, people = _below(subject, on)
    people_rows = _figures(
        organization, chosen, metrics, Dimension.PERSON, {key: name for key, (name, _) in people.items()}
    )
    team_rows = _figures(organization, chosen, metrics, Dimension.TEAM, teams, subject.team_id)
    return [
        TeamRow(Subject(name, person_id=key), role, people_rows.get(key, {})) for key, (name, role) in people.items()
    ] + [TeamRow(Subject(name, team_id=key), "team", team_rows.get(key, {})) for key, name in teams.items()]


def _below(subject: Subject, on: date) -> tuple[dict[int, str], dict[int, tuple[str, str]]]:
    with connection.cursor() as cursor:
        cursor.execute(CHILDREN if subject.team_id else TOPS, {"team": subject.team_id, "on": on})
        teams = dict(cursor.fetchall())
        if not subject.team_id:
            return teams, {}
        cursor.execute(MEMBERS, {"team": subject.team_id, "on": on})
        return teams, {key: (name, role) for key, name, role in cursor.fetchall()}


def _figures(
    organization: Organization,
    chosen: Chosen,
    metrics: Sequence[Metric],
    dimension: Dimension,
    members: Mapping[int, str],
    below: int | None = None,
) -> dict[int, dict[str, Compared]]:
    """Member → metric → figure. Three queries, four for teams."""
    if not members:
        return {}
    scope = Scope(tuple(members)) if dimension is Dimension.PERSON else Scope(team_id=below)
    found: dict[int, dict[str, dict[Period | None, Value]]] = {}
    for is_due in (True, False):
        some = tuple(metric for metric in metrics if (metric.basis is Basis.DUE) == is_due)
        cuts = () if is_due else tuple(sorted({chosen.previous, chosen.period}))
        question = Question(some, chosen.on, (dimension,), scope=scope, cuts=cuts, members={dimension: members})
        for row in figures_of(organization, question) if some else []:
            values = found.setdefault(row.ids[dimension], {}).setdefault(row.metric.name, {})
            values[row.period] = row.figure
    return {
        key: {
            name: _compared(CATALOGUE[name], values, _subject(dimension, key, members[key]), chosen)
            for name, values in by_metric.items()
        }
        for key, by_metric in found.items()
        if key in members
    }


def _subject(dimension: Dimension, key: int, name: str) -> Subject:
    return Subject(name, person_id=key) if dimension is Dimension.PERSON else Subject(name, team_id=key)


def _compared(metric: Metric, values: Mapping[Period | None, Value], subject: Subject, chosen: Chosen) -> Compared:
    deals = deals_behind(metric, subject, chosen.period)
    if None in values:
        return Compared(values[None], None, deals)
    now, before = values[chosen.period], values[chosen.previous]
    return Compared(now, Comparison(chosen.previous, before, is_noise(metric, now, before)), deals)
