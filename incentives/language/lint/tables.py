"""Rate tables: tiers and curves."""

from __future__ import annotations

from decimal import Decimal

from incentives.language.choices import (
    Basis,
    ComponentType,
    RoundEach,
)
from incentives.language.lint.telling import Place, Telling, shown
from incentives.language.plan import Component, Plan, Tier
from incentives.language.valid import CURVES, refusal
from kernel.issue import Level

_HIGHEST_RATE = Decimal(9)


class TableLinter(Telling):
    """Checks tiers and curves."""

    def tiered(self, plan: Plan, place: Place, component: Component) -> None:
        wrong = refusal(component)
        if wrong:
            self.error("invalid_combination", (*place, "application"), wrong)
        if component.basis in (Basis.MEASURE, Basis.RATIO, Basis.KPI) and not component.basis_of:
            self.error(
                "missing", (*place, "basis"), f"the basis {component.basis} needs basis_of: the column or measure"
            )
        if component.application in CURVES:
            if component.tiers:
                self.error("conflict", (*place, "tiers"), f"{component.application} uses `curve`; remove `tiers`")
            if plan.round_each is RoundEach.LINE:
                self.error(
                    "conflict",
                    (*place, "application"),
                    "a curve is rounded as a running total; remove round_each: line",
                )
            self.curve(place, component)
            return
        if component.curve:
            self.error(
                "conflict",
                (*place, "curve"),
                f"{component.application} uses `tiers`; remove `curve`, or choose a curve",
            )
        if component.attainment_decimals is not None and not 0 <= component.attainment_decimals <= 9:
            self.error("bad_value", (*place, "attainment_decimals"), "decimals are 0 to 9")
        if not component.tiers:
            self.error("missing", (*place, "tiers"), "the component has no rate table; add `tiers`, the first from 0")
        if component.type is ComponentType.BONUS:
            self.warn(
                "unusual",
                (*place, "type"),
                "a bonus usually pays target pay on a curve; this one pays rates like a commission",
            )
        self._tiers(place, component)

    def _tiers(self, place: Place, component: Component) -> None:
        percent = component.basis in (Basis.ATTAINMENT, Basis.RATIO, Basis.KPI)
        for number, tier in enumerate(component.tiers):
            here = (*place, "tiers", number)
            self.unit(here, percent, "from")
            previous = component.tiers[number - 1].start if number else None
            if number == 0 and tier.start > 0:
                self.error(
                    "hole",
                    here,
                    "the first tier starts above 0 and leaves a hole below; start it at 0 (rate: 0% for nothing)",
                )
            if number == 0 and tier.start < 0:
                self.error("bad_value", here, "the first tier starts at 0; below 0 its rate holds by itself")
            if previous is not None and tier.start == previous:
                self.error("duplicate", here, "two tiers start at the same place; remove one")
            if previous is not None and tier.start < previous:
                self.error(
                    "overlap", here, "the tiers overlap: each must start above the one before; put them in order"
                )
            self._rate(here, component, number, tier)

    def _rate(self, here: Place, component: Component, number: int, tier: Tier) -> None:
        kinds = [
            name
            for name in ("rate", "times_base", "times_below", "points", "amount")
            if getattr(tier, name) is not None
        ]
        if len(kinds) != 1:
            given = ", ".join(kinds) or "none"
            self.error(
                "rate_kind", here, f"give exactly one of rate, times_base, times_below, points, amount; here: {given}"
            )
        if number == 0 and (tier.times_base is not None or tier.times_below is not None):
            self.error("rate_kind", here, "the first tier has nothing below it; give it a rate")
        if tier.rate is not None and abs(tier.rate) > _HIGHEST_RATE:
            self.error(
                "rate_too_high", here, f"a rate of {shown(tier.rate)} is above 900%; write percentages such as 8%"
            )
        money = component.measure in ("amount", "margin") or component.measure.endswith("_amount")
        if tier.amount is not None and money:
            self.error("rate_kind", here, "money per unit needs the measure count or units; for money use rate")
        if tier.points is not None and component.basis is not Basis.ATTAINMENT:
            self.error("rate_kind", here, "points are payout points per attainment point; the basis must be attainment")
        if number and tier.rate is not None and component.tiers[number - 1].rate == tier.rate:
            self.tell(Level.INFO, "unused", here, "this tier pays the same rate as the one below and has no effect")

    def curve(self, place: Place, component: Component) -> None:
        if not component.curve:
            self.error("missing", (*place, "curve"), "the curve has no points; add `curve`")
        percent = component.basis is Basis.ATTAINMENT or component.type is ComponentType.MBO
        for number, point in enumerate(component.curve):
            here = (*place, "curve", number)
            self.unit(here, percent, "at")
            if number and point.at <= component.curve[number - 1].at:
                self.error("overlap", here, "the points of a curve must rise; put them in order")
            if number and point.pays < component.curve[number - 1].pays:
                self.warn("falling", here, "the curve falls here: who sells more is paid less")
        if component.curve and component.curve[0].at <= 0 and component.curve[0].pays > 0:
            self.warn(
                "pay_for_nothing",
                (*place, "curve", 0),
                "the curve pays at 0; with the first credit this is earned at once",
            )
