"""Which days a calculation covers: from the facts, unless it is told where to end."""

from __future__ import annotations

from datetime import date

from incentives.engine.columns import NO_DAY, Input
from incentives.facts.rows import Facts
from incentives.language.plan import Plan
from kernel.period import Calendar

_NEVER = 9**7


def event_days(facts: Facts, data: Input) -> list[int]:
    """Return the first and last day of everything that happened, as ordinals."""
    columns = [*data.deals.days.values(), data.refunds.day, data.refunds.recorded]
    found = [row.date.toordinal() for row in facts.adjustments]
    for column in columns:
        if len(column):
            found += [int(column[column != NO_DAY].min(initial=_NEVER)), int(column.max())]
    return [day for day in found if NO_DAY < day < _NEVER]


def last_day(plan: Plan, calendar: Calendar, days: list[int]) -> date:
    """Return the end of the last pay period that any event touches."""
    last = date.fromordinal(max(days)) if days else plan.starts_on
    return calendar.period_of(plan.pay_period, last).ends_before


def covered(plan: Plan, calendar: Calendar, facts: Facts, days: list[int], until: date) -> tuple[int, int]:
    """Return the days that tables cover: whole fiscal years around everything, and what falls due later."""
    known = [*days, plan.starts_on.toordinal(), until.toordinal() - 1]
    low = calendar.period_of("year", date.fromordinal(min(known))).starts_on
    held = [row.until.toordinal() for row in facts.holds if row.until]
    high = calendar.period_of("year", date.fromordinal(max([*known, *held]))).ends_before
    more = 1 + plan.instalments // 12 + (plan.unpaid_after_days or 0) // 365
    return low.toordinal(), date(high.year + more, high.month, high.day).toordinal()
