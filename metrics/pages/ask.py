"""The questions of the pages, in their words. Everything is computed by `metrics.selectors`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from kernel.period import Grain, Period
from metrics.engine.definitions import Metric
from metrics.engine.evaluate import Value
from metrics.engine.parts import Basis
from metrics.pages.periods import ALL, Choice
from metrics.selectors.answer import Row, figures_of
from metrics.selectors.question import Dimension, Question, Scope
from metrics.selectors.subject import Subject
from people.viewer import Viewer

Values = Mapping[str, Value]
Names = Mapping[int, str]


def dated(metrics: Iterable[Metric]) -> tuple[Metric, ...]:
    """Those that belong to a period: decided and created deals."""
    return tuple(metric for metric in metrics if metric.basis is not Basis.DUE)


def standing(metrics: Iterable[Metric]) -> tuple[Metric, ...]:
    """Those that stand as they are now: open deals."""
    return tuple(metric for metric in metrics if metric.basis is Basis.DUE)


def by_period(
    viewer: Viewer, subject: Subject, metrics: Sequence[Metric], periods: Iterable[Period]
) -> dict[Period, Values]:
    """Values per period; periods may not overlap. One query, two with medians."""
    cuts = tuple(sorted(set(periods)))
    found: dict[Period, dict[str, Value]] = {}
    for row in _rows(viewer, Question(tuple(metrics), viewer.on, scope=subject.scope, cuts=cuts)):
        if row.period:
            found.setdefault(row.period, {})[row.metric.name] = row.figure
    return dict(found)


def now(viewer: Viewer, subject: Subject, metrics: Sequence[Metric]) -> Values:
    """Values of open deals as they stand. One query."""
    return {
        row.metric.name: row.figure for row in _rows(viewer, Question(tuple(metrics), viewer.on, scope=subject.scope))
    }


def rows_of(
    viewer: Viewer,
    scope: Scope,
    metrics: Sequence[Metric],
    choice: Choice,
    by: Dimension | None = None,
    grain: Grain | None = None,
    as_of: date | None = None,
) -> list[Row]:
    """Rows as the command gives them, now or as they stood at the end of a past day; all time has no ends, so that
    deals due later are in it. Eleven queries."""
    is_all = choice.key == ALL
    question = Question(
        tuple(metrics),
        as_of or viewer.on,
        (by,) if by else (),
        grain,
        None if is_all else choice.period.starts_on,
        None if is_all else choice.period.ends_before,
        scope,
        as_of=as_of,
    )
    return _rows(viewer, question)


def members_by_period(
    viewer: Viewer,
    subject: Subject,
    by: Dimension,
    members: Names,
    metrics: Sequence[Metric],
    periods: Iterable[Period],
) -> dict[int, dict[Period, Values]]:
    """Member → period → values, of everybody with facts in the subject. One query, two with medians."""
    cuts = tuple(sorted(set(periods)))
    question = Question(tuple(metrics), viewer.on, (by,), scope=subject.scope, cuts=cuts, members={by: members})
    found: dict[int, dict[Period, dict[str, Value]]] = {}
    for row in _rows(viewer, question):
        if row.period:
            found.setdefault(row.ids[by], {}).setdefault(row.period, {})[row.metric.name] = row.figure
    return {member: dict(values) for member, values in found.items()}


def members_now(
    viewer: Viewer, subject: Subject, by: Dimension, members: Names, metrics: Sequence[Metric]
) -> dict[int, Values]:
    """Member → values of open deals as they stand. One query."""
    question = Question(tuple(metrics), viewer.on, (by,), scope=subject.scope, members={by: members})
    found: dict[int, dict[str, Value]] = {}
    for row in _rows(viewer, question):
        found.setdefault(row.ids[by], {})[row.metric.name] = row.figure
    return dict(found)


def people_by_period(viewer: Viewer, people: Sequence[int], metrics: Sequence[Metric], period: Period) -> list[Values]:
    """The values of each of these people. One query, two with medians."""
    return _people(viewer, Question(tuple(metrics), viewer.on, cuts=(period,)), people)


def people_now(viewer: Viewer, people: Sequence[int], metrics: Sequence[Metric]) -> list[Values]:
    """The values of each of these people as their open deals stand. One query."""
    return _people(viewer, Question(tuple(metrics), viewer.on), people)


def _people(viewer: Viewer, question: Question, people: Sequence[int]) -> list[Values]:
    members = {Dimension.PERSON: dict.fromkeys(people, "")}
    asked = replace(question, by=(Dimension.PERSON,), scope=Scope(tuple(people)), members=members)
    found: dict[int, dict[str, Value]] = {}
    for row in _rows(viewer, asked):
        found.setdefault(row.ids[Dimension.PERSON], {})[row.metric.name] = row.figure
    return list(found.values())


def _rows(viewer: Viewer, question: Question) -> list[Row]:
    return figures_of(viewer.organization, question) if question.metrics else []
