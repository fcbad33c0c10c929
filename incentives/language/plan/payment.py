"""From earned to paid: ramps, payable shares, draws, refunds, recovery, leavers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from incentives.language import choices as c
from incentives.language.plan.values import Amount, Percent, Words
from incentives.language.settings import required, setting


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
    months: int | None = setting(
        None,
        "How many months it lasts, from the very first day, so that the first and last amount may be of a part of its period "
        "(`proration`); left out: until the plan ends.",
    )
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
