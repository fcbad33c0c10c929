"""The plan document as typed, frozen classes: what the reader fills, the schema describes and the engine executes.

Units: a share or rate is an exact fraction (``8%`` is ``Decimal("0.08")``), an amount is in major units of the plan's
currency, days are dates, periods are half-open. Every field carries its sentence; the reference page, the JSON Schema
and the messages of the linter are made from it, so they cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NewType

from incentives.language import choices as c
from incentives.language.settings import required, setting

Percent = NewType("Percent", Decimal)
Amount = NewType("Amount", Decimal)
Number = NewType("Number", Decimal)
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Which transactions earn. Rules are tried in order and the first that matches wins."""

    name: str = required("Shown on the statement and in explanations.")
    where: dict[str, Words] = setting(
        dict,
        "Column of the transaction, or `person.<column>` of the participant, and what it must be: one value, a list "
        'of values, or a comparison such as `">= 1000"`, `"< 5"` or `"not services"`. All must hold.',
    )
    credit: Percent = setting(Percent(Decimal(1)), "Share of the transaction that counts; `0%` excludes it by name.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """One band of a rate table: from this point to the next tier's. Exactly one kind of rate is given."""

    start: Percent | Number = required("Where the band starts, in units of the basis; the first starts at 0.", "from")
    rate: Percent | None = setting(None, "Share of the base, such as `8%`.")
    times_base: Number | None = setting(None, "n × the rate of the first tier.")
    times_below: Number | None = setting(None, "n × the rate of the tier just below.")
    points: Number | None = setting(
        None, "n payout points per attainment point: n × target pay ÷ quota, the individual commission rate."
    )
    amount: Amount | None = setting(None, "Money for each unit of the base; for the measures `count` and `units`.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One point of a curve. Between two points the value is interpolated on a straight line."""

    at: Percent | Number = required("Place on the basis, such as `80%` of quota.")
    pays: Percent = required("Share of target pay (interpolated payout) or rate (interpolated rate) at that place.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition of a gate, measured up to the end of the pay period."""

    measure: str = required("`attainment`, `amount`, `count`, or the name of a measure of the measures file.")
    of: c.GateOf = setting(
        c.GateOf.SELF,
        "Whose: the person's own, their `team`, another `participant`, a `territory` or a `shop` (the columns of those "
        "names in the participants file).",
    )
    name: str | None = setting(None, "Which participant, team, territory or shop; left out: the person's own.")
    window: c.Window = setting(c.Window.QUARTER, "The window it is measured over: `month`, `quarter`, `half`, `year`.")
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
    window: c.Window = setting(c.Window.QUARTER, "The window it is measured over.")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One way of earning. Components are calculated in the order of the document."""

    id: str = required("Short and unique in the plan; statements and other components refer to it.")
    type: c.ComponentType = setting(
        c.ComponentType.COMMISSION,
        "`commission` (rate table), `bonus` (share of target pay on a curve), `spif` (fixed amounts), `mbo` (scored "
        "goal), `override` (on those below), `ranking` (prizes by place), `true_up` (tops an earlier component up).",
    )
    name: str = setting("", "What the statement calls it.")
    starts_on: date | None = setting(None, "First day it earns; left out: the plan's.")
    ends_before: date | None = setting(None, "First day it no longer earns; left out: the plan's.")
    rules: tuple[Rule, ...] = setting((), "Which transactions earn; without rules all do.")
    measure: str = setting(
        "amount",
        "What is paid on: `amount`, `count` (the share of the deal), or a numeric column: `units`, `margin`, your own.",
    )
    credits: c.Credits = setting(
        c.Credits.OWN, "Whose credits: one's `own`, those of one's `reports`, or those of one's whole `team`."
    )
    levels: c.Levels = setting(c.Levels.ONE, "Roll-up over `one` level of managers or `all`.")
    same_deal: c.SameDeal = setting(
        c.SameDeal.ONCE,
        "Several credits of one transaction below the same manager count `once`, capped at the transaction, or `each`.",
    )
    own_credits: bool = setting(False, "Whether a playing manager's own credits are in the roll-up.")
    overlay: bool = setting(True, "Whether overlay credits count, those outside the 100 % of the split.")
    basis: c.Basis = setting(
        c.Basis.ATTAINMENT,
        "What the tiers look at: `attainment` of quota, cumulative `amount`, `count`, another `measure`, a `ratio` to "
        "the amount, or a `kpi` of the measures file.",
    )
    basis_of: str | None = setting(None, "The column or measure, for the bases `measure`, `ratio` and `kpi`.")
    quota_measure: str = setting("amount", "Which quotas of the quotas file, by their `measure` column.")
    window: c.Window | None = setting(
        None,
        "The window the basis is added up over: left out, `quota`, the quota's own period, and the pay period where "
        "the basis needs no quota; or `month`, `quarter`, `half`, fiscal `year`, single `transaction`.",
    )
    evaluated: c.Evaluated = setting(
        c.Evaluated.WINDOW,
        "Each `window` alone, or `to_date`: from the start of the fiscal year, less what was earned before.",
    )
    application: c.Application = setting(
        c.Application.MARGINAL,
        "How the table applies: `marginal`, `whole_deal`, `whole_window`, `whole_overage`, or a curve: "
        "`interpolated_payout`, `interpolated_rate`.",
    )
    tiers: tuple[Tier, ...] = setting((), "The rate table: contiguous bands, the first from 0.")
    curve: tuple[Point, ...] = setting((), "The points of a curve; it may start at a threshold and jump there.")
    above_last: c.AboveLast = setting(
        c.AboveLast.RATE,
        "Above the last point: the last `rate` continues, the `slope` continues, or `flat`, which is a cap.",
    )
    re_rating: c.ReRating | None = setting(
        None,
        "Earlier deals when a tier is reached or lost: `no`, `upwards`, `both_ways`. Left out: `both_ways` for "
        "`whole_window` and `whole_overage`, otherwise `no`.",
    )
    attainment_decimals: int | None = setting(
        None, "Round attainment to so many decimals of a percent before the look-up; left out: exact."
    )
    on_edge: c.OnEdge = setting(
        c.OnEdge.HIGHER, "Exactly on an edge: the `higher` tier, bands are [from, to), or the `lower`, (from, to]."
    )
    target: Percent = setting(
        Percent(Decimal(1)), "Weight: the share of the person's target pay that hangs on this component."
    )
    target_amount: Amount | None = setting(
        None, "Target pay of a full fiscal year for everybody, instead of the person's."
    )
    gate: Gate | None = setting(None, "When it pays at all.")
    multipliers: tuple[Multiplier, ...] = setting((), "Factors on its pay.")
    caps: tuple[Cap, ...] = setting((), "Upper limits of this component.")
    floors: tuple[Floor, ...] = setting((), "Lower limits of this component.")
    large_deal: LargeDeal | None = setting(None, "What happens to large credits.")
    amount: Amount | None = setting(None, "A spif's money for each transaction or unit.")
    per: c.SpifPer = setting(c.SpifPer.TRANSACTION, "A spif pays per `transaction` or per `unit`.")
    budget: Amount | None = setting(None, "A spif's budget for everybody together; who comes first is paid first.")
    max_winners: int | None = setting(None, "How many people a spif pays at most; who comes first wins.")
    kpi: str | None = setting(None, "An mbo's score: the name in the measures file.")
    max_score: Percent | None = setting(None, "An mbo's highest score that is paid.")
    override_on: c.OverrideOn = setting(
        c.OverrideOn.CREDITS, "An override is paid on the `credits` of those below or on their `commissions`."
    )
    of: str | None = setting(None, "The earlier component that an override or a true-up refers to.")
    less_lower_pay: bool = setting(False, "Whether the pay of those below is taken off an override's base.")
    direction: c.Direction = setting(
        c.Direction.UPWARDS, "A true-up only tops up (`upwards`), or also takes back (`both_ways`)."
    )
    prizes: tuple[Amount, ...] = setting((), "A ranking's prizes, first place first; equal places share theirs.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ramp:
    """New people's quota grows month by month of tenure; months of leave do not count."""

    months: tuple[Percent, ...] = required("Share of the full quota in the first, second, … month.")
    starts: c.RampFrom = setting(
        c.RampFrom.HIRE, "Months count from the day of `hire` or the `first_full_month`.", "from"
    )
    scales: c.RampScales = setting(c.RampScales.QUOTA, "Scales the `quota` only, or `quota_and_target` pay.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PayShare:
    """One part of what was earned and the event that makes it payable."""

    on: c.PayOn = required("`credit` (at once), `booking`, `invoice`, `payment`, or `year_end`.")
    share: Percent = required("The part; all parts total 100 %.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """Money in advance, or a guaranteed minimum."""

    id: str = required("Short and unique in the plan.")
    amount: Amount = required("For each of its periods.")
    kind: c.DrawKind = setting(
        c.DrawKind.RECOVERABLE_GUARANTEE,
        "`non_recoverable_guarantee` max(E, D), `non_recoverable_on_top` E + D, `recoverable_guarantee`, "
        "`recoverable_on_top`.",
    )
    period: c.PayPeriod | None = setting(None, "Its own period, as long as the pay period (left out) or longer.")
    starts_on: date | None = setting(None, "First day; left out: the later of the plan's start and the hire date.")
    months: int | None = setting(None, "How many months it lasts; left out: until the plan ends.")
    components: Words = setting((), "The components it covers; left out: all.")
    recover: c.DrawRecover = setting(
        c.DrawRecover.WHILE_LIVE,
        "Recovered `while_live` (guarantees; pay never below it), `after_end`, `from_date`, or at `interval_end`.",
    )
    recover_from: date | None = setting(None, "With `recover: from_date`.")
    forgiven_on: date | None = setting(None, "On this day the balance is forgiven.")
    max_recovery: Amount | None = setting(None, "At most this much is recovered in a pay period.")
    order: int = setting(1, "Several draws are recovered in this order, lowest first.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decay:
    """From this age on, this share is taken back."""

    start: int = required("Days since the credit date or the payment.", "from_day")
    share: Percent = required("Share of the refunded part that is taken back.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clawback:
    """What a refund takes back. It reverses the actual lines of the transaction."""

    decay: tuple[Decay, ...] = setting((), "By age; left out: all of it, however old.")
    age_since: c.AgeSince = setting(c.AgeSince.CREDIT_DATE, "Age counts since the `credit_date` or the `payment`.")
    later_position: c.LaterPosition = setting(
        c.LaterPosition.DROPS, "The cumulative position of later deals `drops` by the refund, or `stays`."
    )
    indirect: bool = setting(True, "Whether roll-up and override credits are taken back too.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """How money already paid comes back. Only ever from incentive pay."""

    mode: c.RecoveryMode = setting(
        c.RecoveryMode.PROPOSED, "`proposed`: shown before and approved by finance; or `automatic` within the limits."
    )
    notice_days: int = setting(
        14, "The person sees a proposed recovery with its lines so many days before the pay day."
    )
    max_share: Percent = setting(Percent(Decimal("0.5")), "At most this share of the period's incentive.")
    protected_amount: Amount = setting(Amount(Decimal(0)), "Incentive of the period below this amount is left alone.")
    max_age_months: int = setting(12, "What was paid longer ago than this is not taken back.")
    authorisation: c.Authorisation = setting(
        c.Authorisation.IN_PLAN,
        "The signed plan authorises (`in_plan`), or only who has a date in `recovery_authorised_on` (`recorded`).",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaver:
    """What a person who leaves still earns."""

    earns: c.LeaverEarns = setting(
        c.LeaverEarns.UNTIL_DATE,
        "`until_date`: credits before the leaving date; `grace`: `grace_days` longer; `pro_rata`: all of the window, "
        "times the part of it they were there.",
    )
    grace_days: int = setting(0, "With `earns: grace`.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Deals in, pay out. A plan whose example fails is refused."""

    name: str = required("The sentence a customer would say.")
    transactions: tuple[dict[str, str], ...] = setting((), "Rows as in the transactions file.")
    participants: tuple[dict[str, str], ...] = setting((), "Rows as in the participants file.")
    quotas: tuple[dict[str, str], ...] = setting((), "Rows as in the quotas file.")
    hierarchy: tuple[dict[str, str], ...] = setting((), "Rows as in the hierarchy file.")
    rates: tuple[dict[str, str], ...] = setting((), "Rows as in the rates file.")
    measures: tuple[dict[str, str], ...] = setting((), "Rows as in the measures file.")
    leaves: tuple[dict[str, str], ...] = setting((), "Rows as in the leaves file.")
    holds: tuple[dict[str, str], ...] = setting((), "Rows as in the holds file.")
    adjustments: tuple[dict[str, str], ...] = setting((), "Rows as in the adjustments file.")
    write_offs: tuple[dict[str, str], ...] = setting((), "Rows as in the write-offs file.")
    expect: tuple[dict[str, str], ...] = required(
        "What must come out: `participant` with `period`, and any of `earned`, `payable`, `draw_balance`; or "
        "`transaction` (and `participant`, `component`) with `earned`."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan: versioned text that people read and the engine executes."""

    plan: str = required("Short and unique name, such as `ae-accelerator`.")
    name: str = required("What people call it.")
    starts_on: date = required("First day in force.")
    components: tuple[Component, ...] = required("At least one.")
    version: int = setting(1, "Counts up; a published version never changes.")
    ends_before: date | None = setting(None, "First day no longer in force; left out: open.")
    roles: Words = setting((), "Whose plan it is: the roles of the participants file; left out: everybody's.")
    currency: str = setting("USD", "ISO 4217 code of everything the plan pays.")
    fiscal_year_start_month: int = setting(1, "1 is January.")
    week_start: c.WeekStart = setting(c.WeekStart.MONDAY, "First day of the week.")
    pay_period: c.PayPeriod = setting(c.PayPeriod.MONTH, "How often is paid.")
    cut_off_days: int | None = setting(
        None,
        "A transaction recorded (`recorded_on`) this many days after the end of its pay period or later is posted to "
        "the pay period then open; left out: never.",
    )
    pay_day: int = setting(15, "Days from the end of the pay period to the day of pay.")
    credit_date: c.CreditDate = setting(
        c.CreditDate.CLOSED,
        "The day a transaction counts, everywhere: `closed` (column `date`), or the column `booked_on`, `invoiced_on`, "
        "`delivered_on`, `paid_on`.",
    )
    rounding: c.RoundingMode = setting(c.RoundingMode.HALF_AWAY, "`half_away` from zero or `half_even`.")
    round_each: c.RoundEach = setting(
        c.RoundEach.RUNNING_TOTAL,
        "Each line is the difference of two rounded `running_total`s, so lines add up; or each `line` alone, where a "
        "cent may be lost.",
    )
    exchange_rate: c.ExchangeRate = setting(
        c.ExchangeRate.PLAN_RATE, "For pay: the `plan_rate`, the rate of the `credit_date`, or of the `pay_date`."
    )
    plan_rates: dict[str, Number] = setting(
        dict, "One unit of each currency in the plan's; attainment always uses these."
    )
    proration: c.Proration = setting(
        c.Proration.CALENDAR_DAYS,
        "Of quota, target pay and draw: `calendar_days`, `working_days`, `thirty_360`, `none`.",
    )
    ramp: Ramp | None = setting(None, "Reduced quota for new people.")
    mid_period_change: c.MidPeriodChange = setting(
        c.MidPeriodChange.SEGMENTS,
        "A change of quota or target pay inside a window: time-sliced `segments`, `blended` by days, in force at the "
        "`credit_date`, in force at `period_end`.",
    )
    on_change: c.OnChange = setting(
        c.OnChange.PERCENT, "Position at the change, with segments: carried as `percent`, as `amount`, or `restart`s."
    )
    pay_out: tuple[PayShare, ...] = setting((), "When what was earned becomes payable; left out: at once.")
    instalments: int = setting(1, "Paid in so many equal monthly instalments; the last takes the rounding.")
    unpaid_after_days: int | None = setting(None, "The customer should have paid (`paid_on`) after so many days.")
    unpaid_then: c.UnpaidThen = setting(c.UnpaidThen.KEEP, "Then earned pay is kept (`keep`) or reversed (`un_earn`).")
    negative_result: c.NegativeResult = setting(
        c.NegativeResult.CARRIED_FORWARD,
        "A component's negative period is `carried_forward` to its own next periods, or `deducted` from the other "
        "components of the same statement.",
    )
    caps: tuple[Cap, ...] = setting((), "Upper limits of all components together, on pay.")
    floors: tuple[Floor, ...] = setting((), "Lower limits of all components together, on pay.")
    draws: tuple[Draw, ...] = setting((), "Advances and guarantees.")
    clawback: Clawback = setting(Clawback, "Refunds.")
    recovery: Recovery = setting(Recovery, "Money that comes back.")
    leaver: Leaver = setting(Leaver, "People who leave.")
    examples: tuple[Example, ...] = setting((), "Run as tests whenever the plan is checked.")
