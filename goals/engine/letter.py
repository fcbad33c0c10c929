"""What a quota letter says, from the quotas in force: an amount for each month of the period, and their total."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from kernel.period import Period, month_of


@dataclass(frozen=True)
class QuotaDays:
    """A quota in force: an amount (major units) for a half-open range of days."""

    starts_on: date
    ends_before: date
    amount: Decimal


@dataclass(frozen=True)
class MonthAmount:
    """What is to be reached in the days of one calendar month within the period; `amount` in major units."""

    starts_on: date
    amount: Decimal


def letter_months(quotas: Sequence[QuotaDays], period: Period, digits: int) -> list[MonthAmount]:
    """One amount for each calendar month that the period touches, zero where no quota holds.

    A quota that is cut by a month or by the period counts by calendar days. Amounts have `digits` decimal places, and those
    of one quota add up to its share of the period rounded once: running totals are rounded, never the parts.
    """
    months = _months(period)
    totals = [Decimal(0)] * len(months)
    for quota in quotas:
        for number, month in enumerate(months):
            totals[number] += _until(quota, period, month.ends_before, digits) - _until(
                quota, period, month.starts_on, digits
            )
    return [MonthAmount(month.starts_on, total) for month, total in zip(months, totals, strict=True)]


def letter_total(months: Sequence[MonthAmount]) -> Decimal:
    """The sum of the months."""
    return sum((month.amount for month in months), Decimal(0))


def _months(period: Period) -> list[Period]:
    found, day = [], period.starts_on
    while day < period.ends_before:
        month = month_of(day)
        found.append(Period(day, min(month.ends_before, period.ends_before)))
        day = month.ends_before
    return found


def _until(quota: QuotaDays, period: Period, end: date, digits: int) -> Decimal:
    """The rounded share of a quota from its first day in the period to before `end`."""
    first, last = max(quota.starts_on, period.starts_on), min(quota.ends_before, period.ends_before, end)
    days = max((last - first).days, 0)
    exact = quota.amount * days / (quota.ends_before - quota.starts_on).days
    return exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
