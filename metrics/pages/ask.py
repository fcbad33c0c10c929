"""The questions of the pages, in their words. Everything is computed by `metrics.selectors`."""

from collections.abc import Sequence
from dataclasses import dataclass

from kernel.period import Grain, Period
from metrics.engine.definitions import Basis, Metric
from metrics.engine.evaluate import Value
from metrics.pages.periods import Choice
from metrics.selectors.answer import Row, answer
from metrics.selectors.question import Dimension, Question, Scope
from people.viewer import Viewer

Values = dict[str, Value]


@dataclass(frozen=True)
class Line:
    """One group's values: its id and name by dimension, its period where time was cut."""

    id: int
    name: str | None
    period: Period | None
    values: Values


def values(viewer: Viewer, scope: Scope, metrics: Sequence[Metric], period: Period | None) -> Values:
    """One value per metric. Five queries at most."""
    rows = _rows(viewer, scope, metrics, period)
    return {row.metric.name: row.figure for row in rows}


def now(viewer: Viewer, scope: Scope, metrics: Sequence[Metric], choice: Choice) -> Values:
    """Decided and created deals of the page's days, open ones as they stand now."""
    found: Values = {}
    for some, period in by_period(metrics, choice):
        found |= values(viewer, scope, some, period)
    return found


def by_period(metrics: Sequence[Metric], choice: Choice) -> list[tuple[list[Metric], Period | None]]:
    """Metrics that are asked together, and of which days."""
    dated = [metric for metric in metrics if metric.basis is not Basis.DUE]
    open_now = [metric for metric in metrics if metric.basis is Basis.DUE]
    asked: list[tuple[list[Metric], Period | None]] = [(dated, choice.period), (open_now, None)]
    return [(some, period) for some, period in asked if some]


def lines(
    viewer: Viewer,
    scope: Scope,
    metrics: Sequence[Metric],
    period: Period | None,
    by: Dimension | None = None,
    grain: Grain | None = None,
) -> list[Line]:
    """One line per group, in the order of names and time. Seven queries at most."""
    found: dict[tuple[int, Period | None], Line] = {}
    for row in _rows(viewer, scope, metrics, period, by, grain):
        member = row.ids[by] if by else 0
        line = found.setdefault(
            (member, row.period), Line(member, row.names.get(str(by)) if by else None, row.period, {})
        )
        line.values[row.metric.name] = row.figure
    return list(found.values())


def _rows(
    viewer: Viewer,
    scope: Scope,
    metrics: Sequence[Metric],
    period: Period | None,
    by: Dimension | None = None,
    grain: Grain | None = None,
) -> list[Row]:
    question = Question(
        tuple(metrics),
        viewer.on,
        (by,) if by else (),
        grain,
        period.starts_on if period else None,
        period.ends_before if period else None,
        scope,
    )
    return answer(viewer.organization, question).rows
