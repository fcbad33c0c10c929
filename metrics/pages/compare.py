"""What a page's figures are compared with: the period before, the same one last year, or the middle of the team."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from metrics.engine.definitions import Basis, Metric
from metrics.engine.evaluate import Value
from metrics.engine.peers import middle
from metrics.pages import ask, links
from metrics.pages.frame import Asked
from metrics.pages.periods import Choice, Compared
from metrics.selectors.question import Dimension, Scope
from people.components import Tab

PREVIOUS, LAST_YEAR, MEDIAN = "previous", "last_year", "median"


@dataclass(frozen=True)
class Comparison:
    """Values to hold against, by metric, and what they are called. Empty where there is nothing to compare with."""

    words: str = ""
    values: Mapping[str, Value] = ()  # type: ignore[assignment]  # nothing to compare with

    def of(self, metric: Metric) -> Value | None:
        return dict(self.values).get(metric.name)


def chosen(asked: Asked, choice: Choice, *, has_median: bool) -> str:
    """Which comparison the query asks for, as far as there is one."""
    return next((key for key, _words in _offered(choice, has_median) if key == asked.query.get("compare")), "") or next(
        (key for key, _words in _offered(choice, has_median)), ""
    )


def tabs(asked: Asked, choice: Choice, key: str, *, has_median: bool) -> list[Tab]:
    """The comparisons there are, as links."""
    return [
        Tab(words, links.same_page(asked.path, asked.query, compare=each), each == key)
        for each, words in _offered(choice, has_median)
    ]


def _offered(choice: Choice, has_median: bool) -> list[tuple[str, str]]:
    return [
        (key, words)
        for key, words, is_there in (
            (PREVIOUS, _("Previous period"), choice.previous is not None),
            (LAST_YEAR, _("Last year"), choice.last_year is not None),
            (MEDIAN, _("Team median"), has_median),
        )
        if is_there
    ]


def with_period(asked: Asked, scope: Scope, metrics: Sequence[Metric], compared: Compared | None) -> Comparison:
    """The same metrics in an earlier period. What stands as of now (open deals) has no earlier value. Five queries."""
    dated = [metric for metric in metrics if metric.basis is not Basis.DUE]
    if compared is None or not dated:
        return Comparison()
    return Comparison(compared.words, ask.values(asked.viewer, scope, dated, compared.period))


def with_median(asked: Asked, team: Scope, metrics: Sequence[Metric], choice: Choice) -> Comparison:
    """The middle of the team's people, where they are five or more. Seven queries per date basis."""
    found: dict[str, Any] = {}
    for some, period in by_period(metrics, choice):
        people = ask.lines(asked.viewer, team, some, period, by=Dimension.PERSON)
        found |= {metric.name: Value(middle(line.values[metric.name].value for line in people)) for metric in some}
    return Comparison(_("team median"), found)


def by_period(metrics: Sequence[Metric], choice: Choice) -> list[tuple[list[Metric], Any]]:
    """Metrics asked together: decided and created deals of the period, open ones as they stand now."""
    dated = [metric for metric in metrics if metric.basis is not Basis.DUE]
    open_now = [metric for metric in metrics if metric.basis is Basis.DUE]
    return [(some, period) for some, period in ((dated, choice.period), (open_now, None)) if some]
