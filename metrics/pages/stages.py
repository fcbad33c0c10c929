"""Open pipeline by stage, beside what it is worth by how likely it is."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from metrics.pages import links
from metrics.pages.links import Whose
from metrics.selectors.deals import StageSum, open_by_stage
from metrics.selectors.question import Scope
from people import formats
from people.components import Chart, Empty, Series
from people.viewer import Viewer


def pipeline_chart(viewer: Viewer, scope: Scope, whose: Whose) -> Chart:
    """Bars per stage, from the first to the last. Two queries."""
    currency = viewer.organization.currency
    stages = open_by_stage(scope, on=viewer.on)
    count = sum(stage.count for stage in stages)
    hrefs = [links.deals(whose, outcome="open", stage=stage.id) for stage in stages]
    has_amounts = any(stage.open_amount is not None for stage in stages)
    return Chart(
        "pipeline",
        _("Open pipeline by stage"),
        _summary(stages, count, currency),
        [stage.name for stage in stages] if count else [],
        _series(stages, hrefs, has_amounts) if count else [],
        "money" if has_amounts else "count",
        currency if has_amounts else "",
        _("Stage"),
        "h",
        empty=Empty(_("No open deals"), _("Deals that are neither won nor lost appear here by their stage."), "stages"),
    )


def _series(stages: Sequence[StageSum], hrefs: Sequence[str], has_amounts: bool) -> list[Series]:
    """Amounts; where no open deal has one, how many deals there are."""
    if not has_amounts:
        return [Series(_("Open deals"), [stage.count for stage in stages], hrefs)]
    series = [Series(_("Open"), [stage.open_amount for stage in stages], hrefs)]
    if any(stage.weighted_amount is not None for stage in stages):
        series.append(Series(_("Weighted"), [stage.weighted_amount for stage in stages], hrefs, role="second"))
    return series


def _summary(stages: Sequence[StageSum], count: int, currency: str) -> str:
    if not count:
        return ""
    total = sum((stage.open_amount or Decimal(0) for stage in stages), Decimal(0))
    deals = ngettext("%(n)s open deal", "%(n)s open deals", count) % {"n": formats.number(count)}
    if all(stage.open_amount is None for stage in stages):
        return _("%(deals)s, none with an amount.") % {"deals": deals}
    return _("%(deals)s worth %(total)s, as they stand now.") % {
        "deals": deals,
        "total": formats.money(total, currency),
    }
