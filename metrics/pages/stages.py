"""Open pipeline by stage, beside what it is worth by how likely it is."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from metrics.catalogue.pipeline import OPEN_COUNT, PIPELINE_OPEN, PIPELINE_WEIGHTED
from metrics.engine.definitions import Metric
from metrics.pages import links
from metrics.pages.periods import Choice
from metrics.selectors.pipeline import StageRow
from metrics.selectors.question import Dimension
from metrics.selectors.subject import Subject
from people import formats
from people.components import Chart, Empty, Series


def pipeline_chart(stages: Sequence[StageRow], subject: Subject, choice: Choice, currency: str) -> Chart:
    """Bars per stage, from the first to the last."""
    count = sum(stage.count for stage in stages)
    has_amounts = any(stage.count > stage.without_amount or stage.amount for stage in stages)
    is_known = bool(count or has_amounts)
    return Chart(
        "pipeline",
        _("Open pipeline by stage"),
        _summary(stages, count, has_amounts, currency),
        [stage.name for stage in stages] if is_known else [],
        _series(stages, subject, choice, has_amounts) if is_known else [],
        "money" if has_amounts else "count",
        currency if has_amounts else "",
        _("Stage"),
        "h",
        opens_drawer=True,
        empty=Empty(_("No open deals"), _("Deals that are neither won nor lost appear here by their stage."), "stages"),
    )


def _series(stages: Sequence[StageRow], subject: Subject, choice: Choice, has_amounts: bool) -> list[Series]:
    """Amounts; where no open deal has one, how many deals there are."""

    def hrefs(metric: Metric) -> list[str]:
        return [links.why(metric, subject.having(Dimension.STAGE, stage.stage_id), choice) for stage in stages]

    if not has_amounts:
        return [Series(_("Open deals"), [stage.count for stage in stages], hrefs(OPEN_COUNT))]
    series = [Series(_("Open"), [_amount(stage) for stage in stages], hrefs(PIPELINE_OPEN))]
    if any(stage.weighted_amount for stage in stages):
        weighted = [stage.weighted_amount for stage in stages]
        series.append(Series(_("Weighted"), weighted, hrefs(PIPELINE_WEIGHTED), role="second"))
    return series


def _amount(stage: StageRow) -> Decimal | None:
    """What is known to be worth something; a stage whose deals have no amounts has none either."""
    return None if stage.count and stage.count == stage.without_amount and not stage.amount else stage.amount


def _summary(stages: Sequence[StageRow], count: int, has_amounts: bool, currency: str) -> str:
    if not count and not has_amounts:
        return ""
    deals = ngettext("%(n)s open deal", "%(n)s open deals", count) % {"n": formats.number(count)}
    if not has_amounts:
        return _("%(deals)s, none with an amount") % {"deals": deals}
    total = sum((stage.amount for stage in stages), Decimal(0))
    return _("%(deals)s worth %(total)s") % {"deals": deals, "total": formats.money(total, currency)}


def past_due_words(stages: Sequence[StageRow], currency: str) -> str:
    """5 past due, $41,200."""
    count = sum(stage.past_due_count for stage in stages)
    if not count:
        return ""
    amount = sum((stage.past_due_amount for stage in stages), Decimal(0))
    words = ngettext("%(n)s past due", "%(n)s past due", count) % {"n": formats.number(count)}
    return f"{words}, {formats.money(amount, currency)}" if amount else words
