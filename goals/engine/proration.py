"""What of an amount falls into a part of its days, by calendar or by working days.

The part of ``[start, end)`` is the difference of two rounded running totals, ``F(end) − F(start)`` with
``F(day) = amount × days before it ÷ all days``, rounded half up to whole units. However a period is cut, its parts add
up to the whole, and a part cut again adds up to the part.

=========================== ============================= =============
amount and days             parts                         shares
=========================== ============================= =============
10000, 1 Jan – 1 Apr (90)   31, 28 and 31 days            3444, 3112, 3444
10000, 1 Jan – 11 Jan       1 Jan – 4 Jan, the rest       3000, 7000
=========================== ============================= =============

Working days are Monday to Friday without the holidays given. A period without a single one is cut by calendar days.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from enum import StrEnum
from fractions import Fraction

from goals.engine.rounding import round_half_up
from kernel.period import Period


class Basis(StrEnum):
    """Which days count."""

    CALENDAR = "calendar"
    WORKING = "working"


def days_of(period: Period, basis: Basis = Basis.CALENDAR, holidays: Collection[date] = ()) -> int:
    """Return how many days of a period count."""
    if basis is Basis.CALENDAR:
        return period.days()
    weeks, rest = divmod(period.days(), 7)
    first = period.starts_on.weekday()
    count = 5 * weeks + sum((first + offset) % 7 < 5 for offset in range(rest))
    return count - sum(1 for day in set(holidays) if period.contains(day) and day.weekday() < 5)


def prorate(
    amount: int,
    period: Period,
    part: Period,
    basis: Basis = Basis.CALENDAR,
    holidays: Collection[date] = (),
) -> int:
    """Return what of ``amount`` (whole units, over ``period``) falls into ``part``; days outside the period get nothing."""
    inside = part.intersect(period)
    if inside is None:
        return 0
    all_days = days_of(period, basis, holidays)
    if all_days == 0:
        basis, all_days = Basis.CALENDAR, period.days()

    def running(day: date) -> int:
        if day == period.starts_on:
            return 0
        before = days_of(Period(period.starts_on, day), basis, holidays)
        return round_half_up(Fraction(amount * before, all_days))

    return running(inside.ends_before) - running(inside.starts_on)


def prorate_parts(
    amount: int,
    period: Period,
    parts: Sequence[Period],
    basis: Basis = Basis.CALENDAR,
    holidays: Collection[date] = (),
) -> list[int]:
    """Return the share of each part; parts that make up the period add up to ``amount``."""
    return [prorate(amount, period, part, basis, holidays) for part in parts]


def cut(period: Period, days: Collection[date]) -> list[Period]:
    """Return the period cut at each of the days that lies inside it."""
    edges = [period.starts_on, *sorted(day for day in set(days) if period.starts_on < day < period.ends_before)]
    return [Period(one, two) for one, two in zip(edges, [*edges[1:], period.ends_before], strict=True)]
