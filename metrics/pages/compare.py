"""What a page's figures are compared with: the period before, the same one last year, or the middle of the team."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from kernel.period import Period
from metrics.engine.definitions import Metric
from metrics.engine.evaluate import Value
from metrics.pages import links
from metrics.pages.ask import Values
from metrics.pages.frame import Asked
from metrics.pages.periods import Choice
from people.components import Tab

PREVIOUS, LAST_YEAR, MEDIAN = "previous", "last_year", "median"


@dataclass(frozen=True)
class Comparison:
    """Values to hold against, by metric, and what they are called. Empty where there is nothing to compare with.

    `has_counts`: the deals behind the values are known, so that chance can be told from change.
    """

    words: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    has_counts: bool = True

    def of(self, metric: Metric) -> Value | None:
        return self.values.get(metric.name)


def chosen(asked: Asked, choice: Choice, *, has_median: bool = False) -> str:
    """Which comparison the query asks for, as far as there is one."""
    keys = [key for key, _words in _offered(choice, has_median)]
    wanted = asked.query.get("compare", "")
    return wanted if wanted in keys else next(iter(keys), "")


def tabs(asked: Asked, choice: Choice, key: str, *, has_median: bool = False) -> list[Tab]:
    """The comparisons there are, as links; a single one needs no choice."""
    offered = _offered(choice, has_median)
    return [Tab(words, links.same_page(asked.path, asked.query, compare=each), each == key) for each, words in offered][
        : len(offered) if len(offered) > 1 else 0
    ]


def with_period(key: str, choice: Choice, values: Mapping[Period, Values]) -> Comparison:
    """The figures of the earlier days that were chosen."""
    compared = choice.last_year if key == LAST_YEAR else choice.previous
    if compared is None or compared.period not in values:
        return Comparison()
    return Comparison(compared.words, values[compared.period])


def _offered(choice: Choice, has_median: bool) -> list[tuple[str, str]]:
    return [
        (key, words)
        for key, words, is_there in (
            (PREVIOUS, _("Period before"), choice.previous is not None),
            (LAST_YEAR, _("Last year"), choice.last_year is not None),
            (MEDIAN, _("Team median"), has_median),
        )
        if is_there
    ]
