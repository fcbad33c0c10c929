"""What changes the pay of a component: gates, multipliers, caps, floors, the large-deal clause."""

from __future__ import annotations

from dataclasses import dataclass

from incentives.language import choices as c
from incentives.language.plan.values import Amount, Number, Percent
from incentives.language.settings import required, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition of a gate, measured up to the end of the pay period."""

    measure: str = required("`attainment`, `amount`, `count`, or the name of a measure of the measures file.")
    of: c.GateOf = setting(
        c.GateOf.SELF,
        "Whose: the person's own, their `team`, another `participant`, a `territory` or a `shop` (the columns of those "
        "names in the participants file). A team is the people of this plan: name further roles in `roles` and keep them "
        "from earning by a rule. Overlay credits are counted too.",
    )
    name: str | None = setting(None, "Which participant, team, territory or shop; left out: the person's own.")
    window: c.MeasuredOver = setting(
        c.MeasuredOver.QUARTER, "The window it is measured over: `quarter`, `month`, `half`, fiscal `year`."
    )
    at_least: Percent | Number | None = setting(None, "Open when the measure is this much or more.")
    more_than: Percent | Number | None = setting(None, "Open when the measure is strictly more than this.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A component pays only while its gate is open."""

    conditions: tuple[Condition, ...] = required("One or several conditions.")
    need: c.GateNeed = setting(c.GateNeed.ALL, "Whether `all` conditions must hold or `any` is enough.")
    closed: c.GateClosed = setting(
        c.GateClosed.NOTHING,
        "Closed, the component pays `nothing`, a scaled `share`, or falls back to its `base_rate`.",
    )
    share: Percent | None = setting(None, "The share paid while closed, with `closed: share`.")
    opened_later: c.GateOpened = setting(
        c.GateOpened.FROM_THEN_ON,
        "When it opens later in the fiscal year: pays `from_then_on`, or also `pay_back` what was withheld.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a multiplier table: from this value on, times this factor."""

    start: Percent | Number = required("From this value of the measure on.", "from")
    times: Number = required("The factor, such as `1.2`.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiplier:
    """Multiplies a component's pay of the pay period by a factor looked up from a measure."""

    measure: str = required("`attainment`, `amount`, `count`, or the name of a measure of the measures file.")
    steps: tuple[Step, ...] = required("The table; the first step starts at 0.")
    of: c.GateOf = setting(c.GateOf.SELF, "Whose measure, as in a gate.")
    name: str | None = setting(None, "Which one, as in a gate.")
    window: c.MeasuredOver = setting(c.MeasuredOver.QUARTER, "The window it is measured over, as in a gate.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """An upper limit."""

    amount: Amount = required("The limit, in the plan's currency.")
    on: c.LimitOn = setting(c.LimitOn.PAY, "Limits `pay`, or the `credit` that pay is calculated from.")
    per: c.LimitPer = setting(c.LimitPer.PERIOD, "For each pay `period`, `transaction` or fiscal `year`.")
    counts_for_quota: bool = setting(True, "Whether credit above a cap on credit still counts for quota and roll-up.")
    excess: c.Excess = setting(c.Excess.LOST, "What exceeds is `lost`, or `carried_over` to the next pay period.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """A lower limit: what is missing is paid on top."""

    amount: Amount = required("The limit, in the plan's currency.")
    on: c.LimitOn = setting(c.LimitOn.PAY, "Lifts `pay`, or the `credit` that pay is calculated from.")
    per: c.LimitPer = setting(c.LimitPer.PERIOD, "For each pay `period`, `transaction` or fiscal `year`.")


@dataclass(frozen=True, slots=True, kw_only=True)
class LargeDeal:
    """What happens to a credit above an amount."""

    above: Amount = required("Credits above this amount are large.")
    then: c.LargeDealThen = setting(
        c.LargeDealThen.HELD,
        "`held`: earned, not payable until released; `lower_rate`: the part above is paid at `rate`; `credit_cap`: the "
        "part above pays nothing. It counts for quota in all three.",
    )
    rate: Percent | None = setting(None, "The rate of the part above, with `then: lower_rate`.")
