"""What is wrong, doubtful or unused in a plan, with the line and what to do.

Errors refuse the plan; warnings are shown; information names what has no effect.
"""

from __future__ import annotations

from decimal import Decimal

from incentives.language.choices import ComponentType, DrawKind, DrawRecover, RoundEach, UnpaidThen
from incentives.language.lint.components import ComponentLinter
from incentives.language.lint.limits import LimitsLinter
from incentives.language.lint.telling import Place, Telling, shown
from incentives.language.lint.unused import UnusedLinter
from incentives.language.plan import Draw, Plan
from incentives.language.reader import Document
from kernel.issue import IssueCollector, Level
from kernel.money import MINOR_UNIT_DIGITS

_LENGTHS = ("week", "half_month", "two_weeks", "month", "quarter", "year")


class PlanLinter(Telling):
    """Checks a document from top to bottom."""

    def plan(self, plan: Plan) -> None:
        """Check everything."""
        self._head(plan)
        self._payout(plan)
        self._names("components", [component.id for component in plan.components])
        self._names("draws", [draw.id for draw in plan.draws])
        components = ComponentLinter(self.document, self.issues)
        for number, component in enumerate(plan.components):
            components.component(plan, number, component)
        for number, draw in enumerate(plan.draws):
            self._draw(plan, number, draw)
        LimitsLinter(self.document, self.issues).limits(("caps",), plan.caps, ("floors",), plan.floors, whole_plan=True)
        if not plan.examples:
            self.warn(
                "no_examples", ("plan",), "the plan has no examples; add deals in and pay out, so that a mistake shows"
            )

    def _names(self, kind: str, names: list[str]) -> None:
        for number, name in enumerate(names):
            if name in names[:number]:
                self.error("duplicate", (kind, number, "id"), f"`{name}` stands twice; give each its own id")

    def _head(self, plan: Plan) -> None:
        if plan.ends_before is not None and plan.ends_before <= plan.starts_on:
            self.error(
                "bad_period", ("ends_before",), "the plan ends before it starts; ends_before is the first day after"
            )
        if not plan.components:
            self.error("missing", ("components",), "a plan needs at least one component")
        if not 1 <= plan.fiscal_year_start_month <= 12:
            self.error("bad_value", ("fiscal_year_start_month",), "a month is 1 to 12")
        for name in ("pay_day", "cut_off_days", "unpaid_after_days"):
            if (getattr(plan, name) or 0) < 0:
                self.error("bad_value", (name,), "days are 0 or more")
        self._currencies(plan)
        self._ramp(plan)
        self._recovery(plan)

    def _currencies(self, plan: Plan) -> None:
        if plan.currency not in MINOR_UNIT_DIGITS:
            self.error("bad_value", ("currency",), f"{plan.currency!r} is no currency of ISO 4217, such as USD")
        for currency, rate in plan.plan_rates.items():
            place = ("plan_rates", currency)
            if currency not in MINOR_UNIT_DIGITS:
                self.error("bad_value", place, f"{currency!r} is no currency of ISO 4217, such as EUR")
            if rate <= 0:
                self.error("bad_value", place, "a rate of exchange is more than 0")

    def _ramp(self, plan: Plan) -> None:
        if plan.ramp is None:
            return
        if not plan.ramp.months:
            self.error("missing", ("ramp", "months"), "a ramp needs at least one month's share")
        if any(not 0 <= share <= 1 for share in plan.ramp.months):
            self.error("bad_value", ("ramp", "months"), "the share of a month is 0% to 100%")

    def _recovery(self, plan: Plan) -> None:
        if not 0 <= plan.recovery.max_share <= 1:
            self.error("bad_value", ("recovery", "max_share"), "a share is 0% to 100%")
        for name in ("notice_days", "max_age_months", "protected_amount"):
            if getattr(plan.recovery, name) < 0:
                self.error("bad_value", ("recovery", name), "write 0 or more")
        steps = plan.clawback.decay
        for number, step in enumerate(steps):
            if number and step.start <= steps[number - 1].start:
                self.error("overlap", ("clawback", "decay", number), "the days of decay must rise from step to step")
            if not 0 <= step.share <= 1:
                self.error("bad_value", ("clawback", "decay", number, "share"), "a share is 0% to 100%")

    def _payout(self, plan: Plan) -> None:
        total = sum((part.share for part in plan.pay_out), Decimal(0))
        if plan.pay_out and total != 1:
            self.error("shares_not_100", ("pay_out",), f"the shares total {shown(total)}; make them 100%")
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
                f"the weights (target) of bonuses and mbos total {shown(sum(weights, Decimal(0)))}; make them 100%",
            )

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
        if draw.months is not None and draw.months < 1:
            self.error("bad_value", (*here, "months"), "a draw lasts at least one month; leave it out for no end")
        if draw.amount <= 0:
            self.error("bad_value", (*here, "amount"), "a draw is more than 0")
        if guarantee and plan.round_each is RoundEach.LINE:
            self.tell(Level.INFO, "rounding", here, "lines are rounded alone; the guarantee compares their sum")


def lint(document: Document, issues: IssueCollector) -> None:
    """Check a document that was read."""
    if document.plan is not None:
        PlanLinter(document, issues).plan(document.plan)
        UnusedLinter(document, issues).plan(document.plan)
