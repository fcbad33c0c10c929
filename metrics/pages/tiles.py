"""The key figures of a page: which metrics, asked how, compared with what."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from metrics.catalogue.deals import CYCLE_DAYS_MEDIAN, CYCLE_DAYS_P90, DEAL_SIZE_MEAN, REVENUE, WIN_RATE, WON_COUNT
from metrics.catalogue.pipeline import OPEN_COUNT, PIPELINE_OPEN, PIPELINE_WEIGHTED
from metrics.catalogue.quotas import ATTAINMENT, PACE
from metrics.engine.definitions import Metric
from metrics.engine.evaluate import Value
from metrics.engine.parts import Basis
from metrics.pages import links
from metrics.pages.ask import dated, standing
from metrics.pages.charts import Trend, trend_of
from metrics.pages.compare import Comparison
from metrics.pages.figures import delta_of, figure_of
from metrics.pages.periods import Choice
from metrics.selectors.subject import Subject
from metrics.words import notes_text
from people import formats
from people.components import Figure, Progress

KEY: tuple[Metric, ...] = (
    REVENUE,
    ATTAINMENT,
    WIN_RATE,
    WON_COUNT,
    DEAL_SIZE_MEAN,
    CYCLE_DAYS_MEDIAN,
    PIPELINE_OPEN,
    PIPELINE_WEIGHTED,
    OPEN_COUNT,
)
ASKED = (*dated(KEY), CYCLE_DAYS_P90, PACE)
STANDING = standing(KEY)
TREND: tuple[Metric, ...] = (REVENUE, WIN_RATE, WON_COUNT, DEAL_SIZE_MEAN)  # sums: one query for all months


@dataclass(frozen=True)
class Tiles:
    """What the tiles of a page are made of."""

    subject: Subject
    choice: Choice
    currency: str
    values: Mapping[str, Value]
    compared: Comparison
    trend: Trend
    past_due: str = ""

    def all(self) -> list[Figure]:
        """One tile per key metric."""
        return [self._tile(metric) for metric in KEY if metric.name in self.values]

    def _tile(self, metric: Metric) -> Figure:
        value, is_now = self.values[metric.name], metric.basis is Basis.DUE
        return figure_of(
            metric,
            value,
            currency=self.currency,
            delta=delta_of(
                metric,
                value,
                self.compared.of(metric),
                compared_with=self.compared.words,
                currency=self.currency,
                has_counts=self.compared.has_counts,
            ),
            trend=[] if is_now else trend_of(metric, self.trend),
            note=self._note(metric),
            progress=self._progress() if metric is ATTAINMENT else None,
            why=links.why(metric, self.subject, self.choice),
        )

    def _progress(self) -> Progress | None:
        """How far towards the quota, beside what should be reached by now."""
        value = self.values[ATTAINMENT.name]
        if value.value is None:
            return None
        return Progress(
            _("Quota"), value.numerator, value.denominator, "money", self.currency, self.values[PACE.name].value
        )

    def _note(self, metric: Metric) -> str:
        if metric is ATTAINMENT and self.values[metric.name].value is None:
            return notes_text(self.values[metric.name].notes) or _("no quota in these days")
        if metric is OPEN_COUNT:
            return self.past_due or _("none past due")
        if metric is CYCLE_DAYS_MEDIAN:
            slowest = self.values[CYCLE_DAYS_P90.name].value
            return "" if slowest is None else _("nine of ten within %(days)s") % {"days": formats.days(slowest)}
        if metric.basis is Basis.DUE and not self.values[metric.name].notes:
            return _("as the deals stood") if self.choice.as_of else _("as the deals stand now")
        return ""
