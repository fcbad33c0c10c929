"""The key figures of a page: which metrics, asked how, compared with what."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from metrics.catalogue import (
    CREATED_COUNT,
    CYCLE_DAYS_MEDIAN,
    DEAL_SIZE_MEAN,
    PIPELINE_OPEN,
    PIPELINE_WEIGHTED,
    REVENUE,
    WIN_RATE,
    WON_COUNT,
)
from metrics.engine.definitions import Basis, Metric
from metrics.engine.evaluate import Value
from metrics.pages import links
from metrics.pages.ask import Line
from metrics.pages.charts import trend_of
from metrics.pages.compare import Comparison
from metrics.pages.figures import Links, delta_of, figure_of
from metrics.pages.links import Whose
from metrics.pages.periods import Choice
from people.components import Figure

KEY: tuple[Metric, ...] = (
    REVENUE,
    WIN_RATE,
    WON_COUNT,
    DEAL_SIZE_MEAN,
    CYCLE_DAYS_MEDIAN,
    PIPELINE_OPEN,
    PIPELINE_WEIGHTED,
    CREATED_COUNT,
)
DATED: tuple[Metric, ...] = tuple(metric for metric in KEY if metric.basis is not Basis.DUE)


def tiles(
    values: Mapping[str, Value],
    compared: Comparison,
    trend: Sequence[Line],
    *,
    choice: Choice,
    whose: Whose,
    currency: str,
) -> list[Figure]:
    """One tile per key metric."""
    return [_tile(metric, values[metric.name], compared, trend, choice, whose, currency) for metric in KEY]


def _tile(
    metric: Metric,
    value: Value,
    compared: Comparison,
    trend: Sequence[Line],
    choice: Choice,
    whose: Whose,
    currency: str,
) -> Figure:
    is_now = metric.basis is Basis.DUE
    return figure_of(
        metric,
        value,
        currency=currency,
        delta=delta_of(
            metric,
            value,
            compared.of(metric),
            compared_with=compared.words,
            currency=currency,
            has_counts=compared.has_counts,
        ),
        trend=[] if is_now else trend_of(metric, trend),
        note=_("as the deals stand now") if is_now and value.value is not None and not value.notes else "",
        links=Links(
            links.deals_of(metric, whose, None if is_now else choice.period),
            links.why(metric, whose, None if is_now else choice),
        ),
    )
