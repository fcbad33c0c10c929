"""The figures of a home page: value, comparisons, trend, and the deals behind each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median

from django.db import connection

from kernel.period import Period
from metrics.catalogue import CATALOGUE
from metrics.engine.comparison import is_noise
from metrics.engine.definitions import Basis, Metric, is_cumulative
from metrics.engine.evaluate import Value
from metrics.selectors.answer import figures_of
from metrics.selectors.question import Dimension, Question, Scope
from metrics.selectors.subject import Chosen, Subject
from metrics.selectors.why import DealsBehind, deals_behind
from people.models import Organization

ENOUGH_PEERS = 5  # no comparison with a smaller group
KEY_METRICS = ("revenue", "win_rate", "cycle_days_median", "deal_size_mean", "pipeline_open", "pipeline_weighted")


@dataclass(frozen=True)
class Comparison:
    """An earlier figure of the same metric; `is_noise` None where one of the two is undefined."""

    period: Period
    value: Value
    is_noise: bool | None


@dataclass(frozen=True)
class Peers:
    """The middle one of the people of a team, at least `ENOUGH_PEERS` of them with a figure."""

    team: str
    people: int
    median: Decimal


@dataclass(frozen=True)
class Point:
    """One period of a trend, with the deals behind it."""

    label: str
    period: Period
    value: Value
    deals: DealsBehind


@dataclass(frozen=True)
class KeyFigure:
    """A metric of a subject and period with all a tile shows. `previous`, `last_year`: None where there is no time to
    compare with (the pipeline stands as it is now)."""

    metric: Metric
    value: Value
    deals: DealsBehind
    previous: Comparison | None = None
    last_year: Comparison | None = None
    peers: Peers | None = None
    trend: list[Point] = field(default_factory=list)


def figures(
    organization: Organization, subject: Subject, chosen: Chosen, names: Sequence[str] = KEY_METRICS
) -> list[KeyFigure]:
    """Key figures in the order asked for. Ten queries at most, five without medians."""
    metrics = [CATALOGUE[name] for name in names]
    dated = tuple(metric for metric in metrics if metric.basis is not Basis.DUE and not is_cumulative(metric))
    now = figures_now(organization, subject, chosen, [metric for metric in metrics if metric.basis is Basis.DUE])
    to_date = _to_date(organization, subject, chosen, [metric for metric in metrics if is_cumulative(metric)])
    windows = sorted({chosen.period, chosen.previous, chosen.last_year})
    compared = _by_period(organization, subject, chosen, dated, _apart(windows, chosen))
    trends = _by_period(organization, subject, chosen, dated, chosen.trend)
    medians = _peers(organization, subject, chosen, metrics)
    return [
        KeyFigure(
            metric,
            now.get(metric.name) or to_date.get(metric.name) or compared[metric.name, chosen.period],
            deals_behind(metric, subject, chosen.period),
            _comparison(metric, compared, chosen.period, chosen.previous),
            _comparison(metric, compared, chosen.period, chosen.last_year),
            medians.get(metric.name),
            [
                Point(
                    chosen.calendar.label_of(chosen.grain, period),
                    period,
                    trends[metric.name, period],
                    deals_behind(metric, subject, period),
                )
                for period in (chosen.trend if metric in dated else [])
            ],
        )
        for metric in metrics
    ]


def series(organization: Organization, subject: Subject, chosen: Chosen, names: Sequence[str]) -> list[list[Point]]:
    """One filled series of twelve periods per metric. Two queries, three with medians."""
    metrics = tuple(CATALOGUE[name] for name in names)
    found = _by_period(organization, subject, chosen, metrics, chosen.trend)
    return [
        [
            Point(
                chosen.calendar.label_of(chosen.grain, period),
                period,
                found[metric.name, period],
                deals_behind(metric, subject, period),
            )
            for period in chosen.trend
        ]
        for metric in metrics
    ]


def figures_now(
    organization: Organization, subject: Subject, chosen: Chosen, metrics: Sequence[Metric]
) -> dict[str, Value]:
    """Metrics of open deals as they stand, whenever they are due. One query."""
    if not metrics:
        return {}
    rows = figures_of(organization, Question(tuple(metrics), chosen.on, scope=subject.scope))
    return {row.metric.name: row.figure for row in rows}


def _to_date(
    organization: Organization, subject: Subject, chosen: Chosen, metrics: Sequence[Metric]
) -> dict[str, Value]:
    if not metrics:
        return {}
    question = Question(tuple(metrics), chosen.on, ends_before=chosen.period.ends_before, scope=subject.scope)
    return {row.metric.name: row.figure for row in figures_of(organization, question)}


def _by_period(
    organization: Organization, subject: Subject, chosen: Chosen, metrics: tuple[Metric, ...], cuts: Iterable[Period]
) -> dict[tuple[str, Period], Value]:
    if not metrics:
        return {}
    question = Question(metrics, chosen.on, scope=subject.scope, cuts=tuple(cuts))
    return {(row.metric.name, row.period): row.figure for row in figures_of(organization, question) if row.period}


def _apart(windows: list[Period], chosen: Chosen) -> list[Period]:
    """Windows that do not overlap: 52 weeks before may touch the previous period only where the grain is a year."""
    kept: list[Period] = []
    for window in windows:
        if not kept or kept[-1].ends_before <= window.starts_on:
            kept.append(window)
    return kept


def _comparison(
    metric: Metric, compared: dict[tuple[str, Period], Value], now: Period, before: Period
) -> Comparison | None:
    mine, theirs = compared.get((metric.name, now)), compared.get((metric.name, before))
    if mine is None or theirs is None:
        return None
    return Comparison(before, theirs, is_noise(metric, mine, theirs))


PEERS = """
    SELECT up.depth, t.name, h.person_id FROM people_seatholding mine
    JOIN people_seat s ON s.id = mine.seat_id
    JOIN people_teamclosure up ON up.descendant_id = s.team_id AND up.starts_on <= %(on)s AND %(on)s < up.ends_before
    JOIN people_team t ON t.id = up.ancestor_id
    JOIN people_teamclosure down ON down.ancestor_id = up.ancestor_id
        AND down.starts_on <= %(on)s AND %(on)s < down.ends_before
    JOIN people_seat other ON other.team_id = down.descendant_id AND other.role = 'rep'
    JOIN people_seatholding h ON h.seat_id = other.id AND h.starts_on <= %(on)s AND %(on)s < h.ends_before
    WHERE mine.person_id = %(person)s AND mine.starts_on <= %(on)s AND %(on)s < mine.ends_before
    ORDER BY up.depth
"""


def peers_of(person_id: int, chosen: Chosen) -> tuple[str, list[int]] | None:
    """The smallest team around a person with enough reps in it, and those reps. One query."""
    with connection.cursor() as cursor:
        cursor.execute(PEERS, {"on": min(chosen.on, chosen.period.last_day), "person": person_id})
        rows = cursor.fetchall()
    circles: dict[int, tuple[str, list[int]]] = {}
    for depth, name, other in rows:
        circles.setdefault(depth, (name, []))[1].append(other)
    return next((circle for circle in circles.values() if len(circle[1]) >= ENOUGH_PEERS), None)


def _peers(organization: Organization, subject: Subject, chosen: Chosen, metrics: Sequence[Metric]) -> dict[str, Peers]:
    asked = tuple(metric for metric in metrics if not is_cumulative(metric))
    circle = peers_of(subject.person_id, chosen) if subject.person_id else None
    if circle is None:
        return {}
    team, people = circle
    found: dict[str, Peers] = {}
    for due in (True, False):
        some = tuple(metric for metric in asked if (metric.basis is Basis.DUE) == due)
        question = Question(
            some,
            chosen.on,
            (Dimension.PERSON,),
            scope=Scope(tuple(people)),
            cuts=() if due else (chosen.period,),
            members={Dimension.PERSON: dict.fromkeys(people, "")},
        )
        values: dict[str, list[Decimal]] = {}
        for row in figures_of(organization, question) if some else []:
            if row.figure.value is not None:
                values.setdefault(row.metric.name, []).append(row.figure.value)
        for name, known in values.items():
            if len(known) >= ENOUGH_PEERS:
                found[name] = Peers(team, len(known), Decimal(median(known)))
    return found
