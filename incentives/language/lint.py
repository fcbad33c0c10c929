"""What is wrong, doubtful or unused in a plan, with the line and what to do.

Errors refuse the plan; warnings are shown; information names what has no effect.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from incentives.language.choices import (
    Basis,
    ComponentType,
    DrawKind,
    DrawRecover,
    Excess,
    GateClosed,
    LargeDealThen,
    LimitOn,
    LimitPer,
    OverrideOn,
    RoundEach,
    UnpaidThen,
    Window,
)
from incentives.language.plan import Cap, Component, Draw, Floor, Plan, Tier
from incentives.language.reader import Document
from incentives.language.valid import CURVES, refusal
from kernel.issue import IssueCollector, Level
from kernel.money import MINOR_UNIT_DIGITS

Place = tuple[str | int, ...]
_TIERED = (ComponentType.COMMISSION, ComponentType.BONUS, ComponentType.OVERRIDE)
_HIGHEST_RATE = Decimal(9)
_LENGTHS = ("week", "half_month", "two_weeks", "month", "quarter", "year")


class Linter:
    """Collects issues about one document."""

    def __init__(self, document: Document, issues: IssueCollector) -> None:
        self.document, self.issues = document, issues

    def _tell(self, level: Level, code: str, place: Place, message: str) -> None:
        field = ".".join(str(part + 1) if isinstance(part, int) else part for part in place)
        self.issues.add(level, code, f"{field}: {message}", row=self.document.line(*place), field=field)

    def error(self, code: str, place: Place, message: str) -> None:
        self._tell(Level.ERROR, code, place, message)

    def warn(self, code: str, place: Place, message: str) -> None:
        self._tell(Level.WARNING, code, place, message)

    def plan(self, plan: Plan) -> None:
        """Check everything."""
        self._head(plan)
        self._payout(plan)
        self._names("components", [component.id for component in plan.components])
        self._names("draws", [draw.id for draw in plan.draws])
        for number, component in enumerate(plan.components):
            self._component(plan, number, component)
        for number, draw in enumerate(plan.draws):
            self._draw(plan, number, draw)
        self._limits(("caps",), plan.caps, ("floors",), plan.floors, whole_plan=True)
        if not plan.examples:
            self.warn(
                "no_examples", ("plan",), "the plan has no examples; add deals in and pay out, so that a mistake shows"
            )

    def _names(self, kind: str, names: list[str]) -> None:
        for number, name in enumerate(names):
            if name in names[:number]:
                self.error("duplicate", (kind, number, "id"), f"`{name}` stands twice; give each its own id")

    def _head(self, plan: Plan) -> None:
        if plan.currency not in MINOR_UNIT_DIGITS:
            self.error("bad_value", ("currency",), f"{plan.currency!r} is no currency of ISO 4217, such as USD")
        for currency in plan.plan_rates:
            if currency not in MINOR_UNIT_DIGITS:
                self.error(
                    "bad_value", ("plan_rates", currency), f"{currency!r} is no currency of ISO 4217, such as EUR"
                )
        for currency, rate in plan.plan_rates.items():
            if rate <= 0:
                self.error("bad_value", ("plan_rates", currency), "a rate of exchange is more than 0")
        if plan.ends_before is not None and plan.ends_before <= plan.starts_on:
            self.error(
                "bad_period", ("ends_before",), "the plan ends before it starts; ends_before is the first day after"
            )
        if not plan.components:
            self.error("missing", ("components",), "a plan needs at least one component")
        if not 1 <= plan.fiscal_year_start_month <= 12:
            self.error("bad_value", ("fiscal_year_start_month",), "a month is 1 to 12")
        if plan.ramp is not None and not plan.ramp.months:
            self.error("missing", ("ramp", "months"), "a ramp needs at least one month's share")
        self._recovery(plan)

    def _recovery(self, plan: Plan) -> None:
        if not 0 <= plan.recovery.max_share <= 1:
            self.error("bad_value", ("recovery", "max_share"), "a share is 0% to 100%")
        steps = plan.clawback.decay
        for number, step in enumerate(steps):
            if number and step.start <= steps[number - 1].start:
                self.error("overlap", ("clawback", "decay", number), "the days of decay must rise from step to step")
            if not 0 <= step.share <= 1:
                self.error("bad_value", ("clawback", "decay", number, "share"), "a share is 0% to 100%")

    def _payout(self, plan: Plan) -> None:
        total = sum((part.share for part in plan.pay_out), Decimal(0))
        if plan.pay_out and total != 1:
            self.error("shares_not_100", ("pay_out",), f"the shares total {_shown(total)}; make them 100%")
        if plan.pay_out and plan.instalments > 1:
            self.error("conflict", ("instalments",), "instalments and pay_out exclude each other; keep one")
        if not 1 <= plan.instalments <= 120:
            self.error("bad_value", ("instalments",), "instalments are 1 to 120 months")
        if plan.unpaid_then is UnpaidThen.UN_EARN and plan.unpaid_after_days is None:
            self.error("missing", ("unpaid_then",), "un_earn needs unpaid_after_days: after how many days")
        weighted = (ComponentType.BONUS, ComponentType.MBO)
        weights = [item.target for item in plan.components if item.type in weighted and item.target_amount is None]
        if len(weights) > 1 and sum(weights) != 1:
            self.error(
                "weights_not_100",
                ("components",),
                f"the weights (target) of bonuses and mbos total {_shown(sum(weights, Decimal(0)))}; make them 100%",
            )

    def _component(self, plan: Plan, number: int, component: Component) -> None:
        place: Place = ("components", number)
        checks: dict[ComponentType, Callable[[Place, Component], None]] = {
            ComponentType.SPIF: self._spif, ComponentType.MBO: self._mbo, ComponentType.RANKING: self._ranking,
        }  # fmt: skip
        if component.type in _TIERED:
            self._tiered(plan, place, component)
        elif component.type in checks:
            checks[component.type](place, component)
        self._dates(place, plan, component)
        self._references(plan, number, component)
        self._rules(place, component)
        self._gate(place, component)
        self._multipliers(place, component)
        self._limits((*place, "caps"), component.caps, (*place, "floors"), component.floors, whole_plan=False)
        self._large(place, component)

    def _dates(self, place: Place, plan: Plan, component: Component) -> None:
        start = component.starts_on or plan.starts_on
        end = component.ends_before or plan.ends_before or date.max
        if start >= end:
            self.error("bad_period", (*place, "ends_before"), "the component ends before it starts")

    def _tiered(self, plan: Plan, place: Place, component: Component) -> None:
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
            self._curve(place, component)
            return
        if component.curve:
            self.error(
                "conflict",
                (*place, "curve"),
                f"{component.application} uses `tiers`; remove `curve`, or choose a curve",
            )
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
            self._unit(here, percent, "from")
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

    def _unit(self, here: Place, percent: bool, name: str) -> None:
        shown = self.document.texts.get((*here, name), "")
        if shown and percent and not shown.endswith("%") and Decimal(shown) != 0:
            self.error(
                "percent_as_number", (*here, name), f"{shown} is no percentage; write {shown}% if you mean per cent"
            )
        if shown and not percent and shown.endswith("%"):
            self.error(
                "number_as_percent",
                (*here, name),
                f"{shown} is a percentage, but the basis is an amount or count; write a number",
            )

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
                "rate_too_high", here, f"a rate of {_shown(tier.rate)} is above 900%; write percentages such as 8%"
            )
        money = component.measure in ("amount", "margin") or component.measure.endswith("_amount")
        if tier.amount is not None and money:
            self.error("rate_kind", here, "money per unit needs the measure count or units; for money use rate")
        if tier.points is not None and component.basis is not Basis.ATTAINMENT:
            self.error("rate_kind", here, "points are payout points per attainment point; the basis must be attainment")
        if number and tier.rate is not None and component.tiers[number - 1].rate == tier.rate:
            self._tell(Level.INFO, "unused", here, "this tier pays the same rate as the one below and has no effect")

    def _curve(self, place: Place, component: Component) -> None:
        if not component.curve:
            self.error("missing", (*place, "curve"), "the curve has no points; add `curve`")
        percent = component.basis is Basis.ATTAINMENT or component.type is ComponentType.MBO
        for number, point in enumerate(component.curve):
            here = (*place, "curve", number)
            self._unit(here, percent, "at")
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

    def _spif(self, place: Place, component: Component) -> None:
        if component.amount is None:
            self.error("missing", (*place, "amount"), "a spif needs an amount for each transaction or unit")
        if component.max_winners is not None and component.max_winners < 1:
            self.error("bad_value", (*place, "max_winners"), "there is at least one winner; leave it out for no limit")

    def _mbo(self, place: Place, component: Component) -> None:
        if component.kpi is None:
            self.error("missing", (*place, "kpi"), "an mbo needs the name of its score in the measures file")
        if component.curve:
            self._curve(place, component)

    def _ranking(self, place: Place, component: Component) -> None:
        if not component.prizes:
            self.error("missing", (*place, "prizes"), "a ranking needs prizes, first place first")

    def _references(self, plan: Plan, number: int, component: Component) -> None:
        place: Place = ("components", number)
        earlier = {other.id: other for other in plan.components[:number]}
        needs = component.type is ComponentType.TRUE_UP or component.less_lower_pay
        needs = needs or (component.type is ComponentType.OVERRIDE and component.override_on is OverrideOn.COMMISSIONS)
        if needs and component.of is None:
            self.error("missing", (*place, "of"), "say which earlier component it refers to: `of: <id>`")
        if component.of is not None and component.of not in earlier:
            known = ", ".join(earlier) or "none"
            self.error(
                "unknown_reference", (*place, "of"), f"`{component.of}` is no component above this one; known: {known}"
            )
        if component.type is ComponentType.TRUE_UP:
            if component.of in earlier and earlier[component.of].type not in _TIERED:
                self.error("unknown_reference", (*place, "of"), "a true-up tops up a component with tiers or a curve")
            if component.window in (None, Window.QUOTA, Window.TRANSACTION):
                self.error(
                    "missing", (*place, "window"), "a true-up needs its own, longer window: quarter, half or year"
                )

    def _rules(self, place: Place, component: Component) -> None:
        for number, rule in enumerate(component.rules):
            if not rule.where and number < len(component.rules) - 1:
                self.warn(
                    "unreachable",
                    (*place, "rules", number + 1),
                    f"the rule before, {rule.name!r}, matches everything; this one is never reached",
                )
            if not 0 <= rule.credit <= 1:
                self.error("bad_value", (*place, "rules", number, "credit"), "a rule credits 0% to 100%")

    def _gate(self, place: Place, component: Component) -> None:
        gate = component.gate
        if gate is None:
            return
        here = (*place, "gate")
        if not gate.conditions:
            self.error("missing", (*here, "conditions"), "a gate needs at least one condition")
        for number, condition in enumerate(gate.conditions):
            at = (*here, "conditions", number)
            if (condition.at_least is None) == (condition.more_than is None):
                self.error("missing", at, "give exactly one of at_least and more_than")
            if condition.measure == "attainment":
                for name in ("at_least", "more_than"):
                    self._unit(at, True, name)
            self._window(at, condition.window)
        if gate.closed is GateClosed.SHARE and (gate.share is None or not 0 <= gate.share <= 1):
            self.error("missing", (*here, "share"), "closed: share needs a share of 0% to 100%")
        if gate.closed is GateClosed.BASE_RATE and (component.type not in _TIERED or component.curve):
            self.error(
                "conflict", (*here, "closed"), "only a rate table has a base rate to fall back to; use nothing or share"
            )

    def _window(self, at: Place, window: Window) -> None:
        if window in (Window.QUOTA, Window.TRANSACTION):
            self.error("bad_value", (*at, "window"), "the window is month, quarter, half or year")

    def _multipliers(self, place: Place, component: Component) -> None:
        for number, multiplier in enumerate(component.multipliers):
            at = (*place, "multipliers", number)
            self._window(at, multiplier.window)
            starts = [step.start for step in multiplier.steps]
            if not starts or starts[0] != 0:
                self.error("hole", (*at, "steps"), "the first step starts at 0")
            if starts != sorted(set(starts)):
                self.error("overlap", (*at, "steps"), "the steps must rise; put them in order")

    def _limits(
        self, at: Place, caps: tuple[Cap, ...], floors_at: Place, floors: tuple[Floor, ...], *, whole_plan: bool
    ) -> None:
        for number, cap in enumerate(caps):
            here = (*at, number)
            if cap.amount < 0:
                self.error("bad_value", (*here, "amount"), "a cap is 0 or more")
            if cap.excess is Excess.CARRIED_OVER and (cap.on is LimitOn.CREDIT or cap.per is not LimitPer.PERIOD):
                self.error("conflict", (*here, "excess"), "only a cap on pay per period can be carried over")
            if whole_plan:
                self._of_plan(here, cap.on, cap.per)
        for number, floor in enumerate(floors):
            here = (*floors_at, number)
            if floor.amount < 0:
                self.error("bad_value", (*here, "amount"), "a floor is 0 or more")
            if floor.on is LimitOn.CREDIT and floor.per is not LimitPer.TRANSACTION:
                self.error("conflict", (*here, "per"), "a floor on credit is per transaction")
            if whole_plan:
                self._of_plan(here, floor.on, floor.per)

    def _of_plan(self, here: Place, on: LimitOn, per: LimitPer) -> None:
        if on is LimitOn.CREDIT or per is LimitPer.TRANSACTION:
            self.error("conflict", here, "a limit over all components is on pay, per period or year")

    def _large(self, place: Place, component: Component) -> None:
        clause = component.large_deal
        if clause is not None and clause.then is LargeDealThen.LOWER_RATE and clause.rate is None:
            self.error("missing", (*place, "large_deal", "rate"), "then: lower_rate needs the rate of the part above")

    def _draw(self, plan: Plan, number: int, draw: Draw) -> None:
        here: Place = ("draws", number)
        guarantee = draw.kind in (DrawKind.NON_RECOVERABLE_GUARANTEE, DrawKind.RECOVERABLE_GUARANTEE)
        if draw.recover is DrawRecover.WHILE_LIVE and draw.kind is DrawKind.RECOVERABLE_ON_TOP:
            self.error(
                "conflict",
                (*here, "recover"),
                "while_live goes with a guarantee only; use after_end, from_date or interval_end",
            )
        if draw.recover is DrawRecover.FROM_DATE and draw.recover_from is None:
            self.error("missing", (*here, "recover_from"), "recover: from_date needs the date")
        if draw.period is not None and _LENGTHS.index(draw.period) < _LENGTHS.index(plan.pay_period):
            self.error("bad_value", (*here, "period"), "a draw's period is as long as the pay period or longer")
        for name in draw.components:
            if name not in [component.id for component in plan.components]:
                self.error("unknown_reference", (*here, "components"), f"`{name}` is no component of this plan")
        if draw.amount <= 0:
            self.error("bad_value", (*here, "amount"), "a draw is more than 0")
        if guarantee and plan.round_each is RoundEach.LINE:
            self._tell(Level.INFO, "rounding", here, "lines are rounded alone; the guarantee compares their sum")


def _shown(share: Decimal) -> str:
    return f"{(share * 100).normalize():f}%"


def lint(document: Document, issues: IssueCollector) -> None:
    """Check a document that was read."""
    if document.plan is not None:
        Linter(document, issues).plan(document.plan)
