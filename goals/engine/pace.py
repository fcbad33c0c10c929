"""Pace: what a goal should have reached by the end of a day, and what that makes of it.

A *curve* gives every day of the goal's period a weight; what is expected by the end of a day is

    expected(day) = Σ weight of the days from the start up to and including the day ÷ Σ weight of all days

On a **working-day curve** a working day weighs 1, every other day 0. On a **seasonal curve** a working day weighs its
month's weight ÷ the working days of that whole month, so a month brings its weight however its weekends fall; the weights
come from history (`month_weights`) or from whoever plans. Where no day would weigh anything, all days weigh the same.
Expected is 0 before the start, never falls, and is exactly 1 from the last day on. In the measure's unit:
baseline + expected × (target − baseline).

The **status** is a function of the day and the value and remembers nothing, so it cannot get stuck: a reopened deal
un-reaches a goal, and when the period is over a goal is met or missed. With gap = progress − expected, both shares of
the way:

=============================== ============
first that holds                status
=============================== ============
the period is over: reached     met
the period is over: not         missed
the period has not begun        not started
the value is unknown            no figure
reached, and it adds up         met
reached, may fall back          ahead
progress is undefined           behind
gap ≥ +0.05                     ahead
gap ≥ −0.05                     on track
gap ≥ −0.15                     at risk
otherwise                       behind
=============================== ============

A measure *adds up* when it grows by events (bookings, meetings) and *may fall back* when it is a rate or a mean (win rate,
cycle): the latter is met only when the period is over. A goal of 100 in a quarter of 60 working days, at the end of day 30:

======= ========== ========= ======
value   progress   expected  status
======= ========== ========= ======
56      0.56       0.5       ahead
45      0.45       0.5       on track
40      0.40       0.5       at risk
30      0.30       0.5       behind
======= ========== ========= ======

**Confidence** is what people say in check-ins; it stands beside the status and never changes it. It is stale when the last
check-in is older than one cadence and a half.

Units: shares are exact fractions (1 = the whole); days are dates of the organization. Errors: `Curve` raises `ValueError`
on a negative weight. Source: the linear and seasonal attainment lines of quota planning (Zoltners, Sinha, Lorimer: The
Complete Guide to Sales Force Incentive Compensation, 2006, on quota setting), with the working days of a calendar.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

from goals.engine.progress import Direction, Milestone, Scale, progress_of
from kernel.period import Period, month_of
from kernel.ratio import Ratio

_ZERO, _ONE = Fraction(0), Fraction(1)
MONDAY_TO_FRIDAY = frozenset(range(5))


class Status(StrEnum):
    """What a goal is on a day. There is no other state, and none is stored."""

    NOT_STARTED = "not_started"
    NO_FIGURE = "no_figure"
    AHEAD = "ahead"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    BEHIND = "behind"
    MET = "met"
    MISSED = "missed"

    @property
    def is_final(self) -> bool:
        """Whether only a changed value, no later day, can still change it."""
        return self in (Status.MET, Status.MISSED)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far from expected each status reaches, as shares of the whole way (0.05 = five points)."""

    ahead: Decimal = Decimal("0.05")
    on_track: Decimal = Decimal("-0.05")
    at_risk: Decimal = Decimal("-0.15")

    def __post_init__(self) -> None:
        if not self.at_risk <= self.on_track <= self.ahead:
            raise ValueError("at risk lies below on track, and on track below ahead")


@dataclass(frozen=True)
class Curve:
    """How a goal's period is to be filled: working days, and weights by month of the year (1 to 12) where seasonal.

    ``weekdays`` counts from 0 (Monday); ``days_off`` are single days nobody works. A month without a weight weighs 0.
    """

    period: Period
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    days_off: frozenset[date] = frozenset()
    months: Mapping[int, Decimal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if any(weight < 0 for weight in self.months.values()):
            raise ValueError("a month weighs nothing or more")

    def expected(self, day: date) -> Fraction:
        """Return the share that should be reached by the end of ``day``: 0 before the period, 1 from its last day on."""
        if day < self.period.starts_on:
            return _ZERO
        if day >= self.period.last_day:
            return _ONE
        until = day + timedelta(days=1)
        if not self._whole:
            return Fraction((until - self.period.starts_on).days, self.period.days())
        return self._weight(until) / self._whole

    def expected_value(self, scale: Scale, day: date) -> Fraction:
        """Return the value that should be reached by the end of ``day``, in the measure's unit."""
        return Fraction(scale.baseline) + self.expected(day) * Fraction(scale.way)

    def working_days_left(self, day: date) -> int:
        """Return the number of working days after ``day`` in the period."""
        return self._working_days(max(day + timedelta(days=1), self.period.starts_on), self.period.ends_before)

    def _working_days(self, starts_on: date, ends_before: date) -> int:
        """Whole weeks and what is left, without counting day by day."""
        weeks, rest = divmod(max(0, (ends_before - starts_on).days), 7)
        days = weeks * len(self.weekdays)
        days += sum((starts_on.weekday() + each) % 7 in self.weekdays for each in range(rest))
        return days - sum(starts_on <= day < ends_before and day.weekday() in self.weekdays for day in self.days_off)

    @cached_property
    def _whole(self) -> Fraction:
        return self._weight(self.period.ends_before)

    def _weight(self, ends_before: date) -> Fraction:
        """Σ weight of the working days from the period's first one on."""
        if not self.months:
            return Fraction(self._working_days(self.period.starts_on, ends_before))
        total, starts_on = _ZERO, self.period.starts_on
        while starts_on < ends_before:
            month = month_of(starts_on)
            total += self._weight_in(month) * self._working_days(starts_on, min(month.ends_before, ends_before))
            starts_on = month.ends_before
        return total

    def _weight_in(self, month: Period) -> Fraction:
        """What one working day of the month weighs."""
        working = self._working_days(month.starts_on, month.ends_before)
        return Fraction(self.months.get(month.starts_on.month, Decimal(0))) / working if working else _ZERO


def month_weights(history: Iterable[tuple[date, Decimal]]) -> dict[int, Decimal]:
    """Return the mean value of each month of the year over whole past months, given as (any day of it, value).

    A month met in several years counts as their mean, so that a history of two and a half years is not tilted. Negative
    means (more cancelled than sold) weigh 0. No history, or nothing but zeros: an empty mapping, which is not seasonal.
    """
    values: dict[int, list[Decimal]] = {}
    for day, value in history:
        values.setdefault(day.month, []).append(value)
    means = {month: max(sum(found, Decimal(0)) / len(found), Decimal(0)) for month, found in sorted(values.items())}
    return means if any(means.values()) else {}


def milestones_expected(milestones: Iterable[Milestone], curve: Curve, day: date) -> Fraction:
    """Return the share of milestones that should be done by the end of ``day``.

    A milestone with a day is due on it; those without one follow the curve. Without any weight: the curve alone.
    """
    due = whole = _ZERO
    for one in milestones:
        weight = Fraction(one.weight)
        whole += weight
        due += weight * (curve.expected(day) if one.due_on is None else int(one.due_on <= day))
    return due / whole if whole else curve.expected(day)


def status_of(
    period: Period,
    day: date,
    *,
    progress: Ratio,
    is_reached: bool,
    is_known: bool,
    expected: Fraction,
    adds_up: bool = True,
    tolerance: Tolerance | None = None,
) -> Status:
    """Return what a goal is on ``day``: the first row of the table above that holds."""
    if day >= period.ends_before:
        return Status.MET if is_known and is_reached else Status.MISSED
    if day < period.starts_on:
        return Status.NOT_STARTED
    if not is_known:
        return Status.NO_FIGURE
    if is_reached:
        return Status.MET if adds_up else Status.AHEAD
    return _by_gap(progress, expected, tolerance or Tolerance())


def _by_gap(progress: Ratio, expected: Fraction, tolerance: Tolerance) -> Status:
    if not progress.is_defined:
        return Status.BEHIND
    gap = Fraction(progress.numerator) / Fraction(progress.denominator) - expected
    steps = (
        (tolerance.ahead, Status.AHEAD),
        (tolerance.on_track, Status.ON_TRACK),
        (tolerance.at_risk, Status.AT_RISK),
    )
    return next((status for least, status in steps if gap >= Fraction(least)), Status.BEHIND)


def measured_status(
    scale: Scale,
    value: Decimal | None,
    curve: Curve,
    day: date,
    *,
    adds_up: bool = True,
    tolerance: Tolerance | None = None,
) -> Status:
    """Return the status of a goal with a measure (``value`` in its unit, None = unknown)."""
    return status_of(
        curve.period,
        day,
        progress=progress_of(scale, value).ratio,
        is_reached=value is not None and scale.direction.is_reached(value, scale.target),
        is_known=value is not None,
        expected=curve.expected(day),
        adds_up=adds_up,
        tolerance=tolerance,
    )


def needed_per_working_day(scale: Scale, value: Decimal | None, curve: Curve, day: date) -> Fraction | None:
    """Return what each working day after ``day`` must bring to reach the target, in the measure's unit.

    0 once reached; None without a value or without a working day left. Meaningful for measures that add up.
    """
    if value is None:
        return None
    left = scale.target - value if scale.direction is Direction.HIGHER else value - scale.target
    days = curve.working_days_left(day)
    if left <= 0:
        return _ZERO
    return Fraction(left) / days if days else None


@dataclass(frozen=True, slots=True)
class CheckIn:
    """What somebody said on a day; ``confidence`` in whatever words the check-ins use, None where nothing was said."""

    on: date
    confidence: str | None


@dataclass(frozen=True, slots=True)
class Confidence:
    """The last confidence that was given, what it was before, and whether it is too old to rely on."""

    value: str
    given_on: date
    before: str | None
    is_stale: bool


def confidence_of(check_ins: Iterable[CheckIn], day: date, *, cadence_days: int | None) -> Confidence | None:
    """Return the confidence of the latest check-in up to ``day`` that gave one, or None.

    Of two check-ins on one day the later in the sequence counts. Without a cadence nothing is stale.
    """
    given = sorted(((one.on, one.confidence) for one in check_ins if one.confidence and one.on <= day), key=_first)
    if not given:
        return None
    on, value = given[-1]
    is_stale = cadence_days is not None and 2 * (day - on).days > 3 * cadence_days
    return Confidence(value, on, given[-2][1] if len(given) > 1 else None, is_stale)


def _first(said: tuple[date, str]) -> date:
    return said[0]
