"""How much of a full quota somebody carries in a month: days there, leave, and ramp by month of tenure.

A schedule is a share per month of tenure: 0, 25 %, 50 %, 75 %, and the whole afterwards. Tenure counts from the day of
hire, or from the first full calendar month (the days before it carry the first share). Days of leave carry nothing and
pause the tenure, so that nobody ramps up while away. The factor of a month is

    sum of the shares of the days there ÷ days of the month

by calendar or working days (`proration`). It is exact, from 0 to 1.

========================== ======================= ================
hired, schedule            month                   factor
========================== ======================= ================
1 Jan, 0 / 50 %            Jan, Feb, Mar           0, 1/2, 1
16 Apr, 0 / 50 %           Apr, May, Jun           0, 8/31, 3/4
10 years ago               June, 15 days of leave  15/30
========================== ======================= ================
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from goals.engine.proration import Basis, days_of
from kernel.period import Period, add_months

WHOLE = Fraction(1)


@dataclass(frozen=True)
class Ramp:
    """Shares (0 to 1) of the first months of tenure, one each. Empty: the whole from the first day."""

    shares: tuple[Fraction, ...] = ()
    is_from_full_month: bool = False

    def __post_init__(self) -> None:
        if any(not 0 <= share <= 1 for share in self.shares):
            raise ValueError("the shares of a ramp lie between 0 and 1")

    def first_day(self, hired_on: date) -> date:
        """Return the day from which tenure counts."""
        if not self.is_from_full_month or hired_on.day == 1:
            return hired_on
        return add_months(hired_on.replace(day=1), 1)

    def share(self, months: int) -> Fraction:
        """Return the share after so many whole months of tenure; below zero it is the first one."""
        if months >= len(self.shares):
            return WHOLE
        return self.shares[max(months, 0)]


@dataclass(frozen=True)
class Presence:
    """Somebody in one place: the days there, the day of hire (None: long ago) and the days away, which do not overlap."""

    days: Period
    hired_on: date | None = None
    leaves: Sequence[Period] = ()


def month_factor(
    month: Period,
    presence: Presence,
    ramp: Ramp,
    basis: Basis = Basis.CALENDAR,
    holidays: Collection[date] = (),
) -> Fraction:
    """Return which share of a full quota of ``month`` somebody carries."""
    all_days = days_of(month, basis, holidays)
    if all_days == 0:
        basis, all_days = Basis.CALENDAR, month.days()
    inside = month.intersect(presence.days)
    if inside is None:
        return Fraction(0)
    total = Fraction(0)
    for stretch in _there(inside, presence.leaves):
        for piece, share in _pieces(stretch, presence, ramp):
            total += share * days_of(piece, basis, holidays)
    return total / all_days


def ramp_share(
    month: Period,
    presence: Presence,
    ramp: Ramp,
    basis: Basis = Basis.CALENDAR,
    holidays: Collection[date] = (),
) -> Fraction | None:
    """Return the share that the ramp leaves of a full quota in the days of ``month`` that somebody is there and not away; None
    where there are no such days."""
    whole = month_factor(month, presence, Ramp(), basis, holidays)
    return month_factor(month, presence, ramp, basis, holidays) / whole if whole else None


def _there(period: Period, leaves: Sequence[Period]) -> Iterator[Period]:
    """The days of a period without those of leave."""
    first = period.starts_on
    for leave in sorted(leaves):
        away = leave.intersect(period)
        if away is None:
            continue
        if first < away.starts_on:
            yield Period(first, away.starts_on)
        first = max(first, away.ends_before)
    if first < period.ends_before:
        yield Period(first, period.ends_before)


def _pieces(stretch: Period, presence: Presence, ramp: Ramp) -> Iterator[tuple[Period, Fraction]]:
    """Days without leave, cut where a month of tenure is complete, with the share of each piece."""
    if presence.hired_on is None or not ramp.shares:
        yield stretch, WHOLE
        return
    start = ramp.first_day(presence.hired_on)
    paused = sum(_paused(leave, start, stretch.starts_on) for leave in presence.leaves)
    first = stretch.starts_on
    for months in range(len(ramp.shares) + 1):
        is_last = months == len(ramp.shares)
        until = stretch.ends_before if is_last else add_months(start, months + 1) + timedelta(days=paused)
        last = min(until, stretch.ends_before)
        if first < last:
            yield Period(first, last), ramp.share(months)
            first = last


def _paused(leave: Period, start: date, before: date) -> int:
    """Days of leave after tenure began and before a day."""
    return max((min(leave.ends_before, before) - max(leave.starts_on, start)).days, 0)
