"""What a page's figures are compared with: the period before, the same one last year, or the middle of the team."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

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
    values: Mapping[str, Value] = field(default_factory=dict)
    has_counts: bool = True

    def of(self, metric: Metric) -> Value | None:
        return self.values.get(metric.name)


def chosen(asked: Asked, choice: Choice, *, has_median: bool) -> str:
    """Which comparison the query asks for, as far as there is one."""
    keys = [key for key, _words in _offered(choice, has_median)]
    wanted = asked.query.get("compare", "")
    return wanted if wanted in keys else next(iter(keys), "")


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


def comparison(
    asked: Asked, key: str, choice: Choice, scope: Scope, team: Scope | None, metrics: Sequence[Metric]
) -> Comparison:
    """What the page's figures are compared with."""
    if key == MEDIAN and team is not None:
        return with_median(asked, team, metrics, choice)
    compared = choice.last_year if key == LAST_YEAR else choice.previous
    return with_period(asked, scope, metrics, compared)


def with_period(asked: Asked, scope: Scope, metrics: Sequence[Metric], compared: Compared | None) -> Comparison:
    """The same metrics in an earlier period. What stands as of now (open deals) has no earlier value. Five queries."""
    dated = [metric for metric in metrics if metric.basis is not Basis.DUE]
    if compared is None or not dated:
        return Comparison()
    return Comparison(compared.words, ask.values(asked.viewer, scope, dated, compared.period))


def with_median(asked: Asked, team: Scope, metrics: Sequence[Metric], choice: Choice) -> Comparison:
    """The middle of the team's people, where they are five or more. Seven queries per date basis."""
    found: dict[str, Value] = {}
    for some, period in ask.by_period(metrics, choice):
        people = ask.lines(asked.viewer, team, some, period, by=Dimension.PERSON)
        found |= {metric.name: Value(middle(line.values[metric.name].value for line in people)) for metric in some}
    return Comparison(_("team median"), found, has_counts=False)

