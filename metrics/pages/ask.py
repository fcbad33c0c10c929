"""The questions of the pages, in their words. Everything is computed by `metrics.selectors`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

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


@dataclass(frozen=True)
class Figures(Mapping[str, Value]):
    """Values of a group, each worked out when it is looked at: of most periods a page shows one."""

    rows: dict[str, Row] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Value:
        return self.rows[name].figure

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def dated(metrics: Iterable[Metric]) -> tuple[Metric, ...]:
    """Those that belong to a period: decided and created deals."""
    return tuple(metric for metric in metrics if metric.basis is not Basis.DUE)


def standing(metrics: Iterable[Metric]) -> tuple[Metric, ...]:
    """Those that stand as they are now: open deals."""
    return tuple(metric for metric in metrics if metric.basis is Basis.DUE)


def _question(viewer: Viewer, metrics: Iterable[Metric], as_of: date | None, **asked: Any) -> Question:
    return Question(tuple(metrics), as_of or viewer.on, as_of=as_of, **asked)


def by_period(
    viewer: Viewer,
    subject: Subject,
    metrics: Sequence[Metric],
    periods: Iterable[Period],
    as_of: date | None = None,
    ever: Period | None = None,
) -> dict[Period, Values]:
    """Values per period; periods may not overlap. `ever` is the only one where it stands for all time, which has no
    ends. One query, two with medians."""
    found: dict[Period, dict[str, Value]] = {}
    for row in _rows(viewer, _question(viewer, metrics, as_of, scope=subject.scope, cuts=_cuts(periods, ever))):
        if period := row.period or ever:
            found.setdefault(period, {})[row.metric.name] = row.figure
    return dict(found)


def _cuts(periods: Iterable[Period], ever: Period | None) -> tuple[Period, ...]:
    return () if ever else tuple(sorted(set(periods)))


def now(viewer: Viewer, subject: Subject, metrics: Sequence[Metric], as_of: date | None = None) -> Values:
    """Values of open deals as they stand, or stood. One query."""
    rows = _rows(viewer, _question(viewer, metrics, as_of, scope=subject.scope))
    return {row.metric.name: row.figure for row in rows}


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
    as_of: date | None = None,
    ever: Period | None = None,
) -> dict[int, dict[Period, Values]]:
    """Member → period → values, of everybody with facts in the subject; `ever` as above. One query, two with medians."""
    asked = {"by": (by,), "scope": subject.scope, "cuts": _cuts(periods, ever), "members": {by: members}}
    question = _question(viewer, metrics, as_of, **asked)
    found: dict[int, dict[Period, Figures]] = {}
    for row in _rows(viewer, question):
        if period := row.period or ever:
            found.setdefault(row.ids[by], {}).setdefault(period, Figures()).rows[row.metric.name] = row
    return {member: dict(values) for member, values in found.items()}


def members_now(
    viewer: Viewer,
    subject: Subject,
    by: Dimension,
    members: Names,
    metrics: Sequence[Metric],
    as_of: date | None = None,
) -> dict[int, Values]:
    """Member → values of open deals as they stand, or stood. One query."""
    question = _question(viewer, metrics, as_of, by=(by,), scope=subject.scope, members={by: members})
    found: dict[int, dict[str, Value]] = {}
    for row in _rows(viewer, question):
        found.setdefault(row.ids[by], {})[row.metric.name] = row.figure
    return dict(found)


def people_by_period(
    viewer: Viewer,
    people: Sequence[int],
    metrics: Sequence[Metric],
    period: Period,
    as_of: date | None = None,
    ever: Period | None = None,
) -> list[Values]:
    """The values of each of these people. One query, two with medians."""
    return _people(viewer, _question(viewer, metrics, as_of, cuts=_cuts([period], ever)), people)


def people_now(
    viewer: Viewer, people: Sequence[int], metrics: Sequence[Metric], as_of: date | None = None
) -> list[Values]:
    """The values of each of these people as their open deals stand, or stood. One query."""
    return _people(viewer, _question(viewer, metrics, as_of), people)


def _people(viewer: Viewer, question: Question, people: Sequence[int]) -> list[Values]:
    members = {Dimension.PERSON: dict.fromkeys(people, "")}
    asked = replace(question, by=(Dimension.PERSON,), scope=Scope(tuple(people)), members=members)
    found: dict[int, dict[str, Value]] = {}
    for row in _rows(viewer, asked):
        found.setdefault(row.ids[Dimension.PERSON], {})[row.metric.name] = row.figure
    return list(found.values())


def _rows(viewer: Viewer, question: Question) -> list[Row]:
    return figures_of(viewer.organization, question) if question.metrics else []
