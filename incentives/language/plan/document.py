"""The document itself, and the examples it carries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from incentives.language import choices as c
from incentives.language.plan.component import Component
from incentives.language.plan.modifiers import Cap, Floor
from incentives.language.plan.payment import Clawback, Draw, Leaver, PayShare, Ramp, Recovery
from incentives.language.plan.values import Number, Words
from incentives.language.settings import required, setting


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
        "`transaction` (and `participant`, `component`) with `earned`. Periods: `2026-03`, `2026-03-A` (half of a "
        "month), `2026-03-30` (a week), `2026-03-30+2W` (two weeks), `2026Q1`, `2026`."
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
