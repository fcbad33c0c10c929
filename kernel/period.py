"""Periods of days and the calendars that name them.

A ``Period`` is half-open: ``[starts_on, ends_before)``. Its length is ``ends_before - starts_on`` days, two neighbours
share no day and leave none out, and an empty period does not exist.

A calendar cuts time into periods of a grain and names them. ``FiscalCalendar`` makes them from two numbers, the month
in which the fiscal year starts and the day on which the week starts; ``TableCalendar`` (``kernel/table_calendar.py``)
takes them from a table, for 4-4-5 years and whatever else an organization agreed on. A fiscal year, and everything
counted inside it, has the number of the calendar year in which it *ends*:

=========== ============== ==================== ====================
grain       label          starts on (Jan year) starts on (Feb year)
=========== ============== ==================== ====================
day         2017-03-01     2017-03-01           2017-03-01
week        2017-02-27     2017-02-27           2017-02-27
two_weeks   2017-02-27+2W  2017-02-27           2017-02-27
half_month  2017-03-A, -B  2017-03-01, -16      2017-03-01, -16
month       2017-03        2017-03-01           2017-03-01
quarter     2017Q1         2017-01-01           2016-02-01
half        2017H1         2017-01-01           2016-02-01
year        2017           2017-01-01           2016-02-01
=========== ============== ==================== ====================

``2017-W09`` is read too; it is the ninth week of 2017, week 1 being the one that holds 4 January.
"""

from __future__ import annotations

import calendar as _gregorian
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

_ONE_DAY = timedelta(days=1)


class PeriodError(ValueError):
    """A period, label or calendar that makes no sense: the message says which and what is expected."""


class Grain(StrEnum):
    """The lengths into which a calendar cuts time."""

    DAY = "day"
    WEEK = "week"
    TWO_WEEKS = "two_weeks"
    HALF_MONTH = "half_month"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from ``starts_on`` up to, and not including, ``ends_before``."""

    starts_on: date
    ends_before: date

    def __post_init__(self) -> None:
        if self.starts_on >= self.ends_before:
            raise PeriodError(f"a period has at least one day; {self.starts_on} to {self.ends_before} has none")

    @property
    def last_day(self) -> date:
        """The last day inside."""
        return self.ends_before - _ONE_DAY

    def days(self) -> int:
        """Return the number of days inside."""
        return (self.ends_before - self.starts_on).days

    def dates(self) -> Iterator[date]:
        """Yield every day inside, in order."""
        return (self.starts_on + timedelta(days=offset) for offset in range(self.days()))

    def contains(self, other: date | Period) -> bool:
        """Return whether a day, or the whole of another period, lies inside."""
        if isinstance(other, Period):
            return self.starts_on <= other.starts_on and other.ends_before <= self.ends_before
        return self.starts_on <= other < self.ends_before

    def intersect(self, other: Period) -> Period | None:
        """Return the days in both, or None when there are none."""
        starts_on = max(self.starts_on, other.starts_on)
        ends_before = min(self.ends_before, other.ends_before)
        return Period(starts_on, ends_before) if starts_on < ends_before else None

    def shift(self, days: int) -> Period:
        """Return the period moved by ``days``, later when positive."""
        moved = timedelta(days=days)
        return Period(self.starts_on + moved, self.ends_before + moved)

    def __str__(self) -> str:
        return f"[{self.starts_on}, {self.ends_before})"


def add_months(day: date, months: int) -> date:
    """Return the same day ``months`` later, or the last day of a month that is too short."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month0 + 1, min(day.day, _gregorian.monthrange(year, month0 + 1)[1]))


def month_of(day: date) -> Period:
    """Return the calendar month that holds ``day``."""
    first = day.replace(day=1)
    return Period(first, add_months(first, 1))


class Calendar(ABC):
    """What every calendar can do, whatever it is made from."""

    @abstractmethod
    def period_of(self, grain: Grain | str, day: date) -> Period:
        """Return the period of ``grain`` that holds ``day``. Raises: PeriodError when the calendar has none."""

    @abstractmethod
    def label_of(self, grain: Grain | str, period: Period) -> str:
        """Return the label of a period of this calendar."""

    @abstractmethod
    def parse(self, label: str) -> tuple[Grain, Period]:
        """Return the grain and period that ``label`` names. Raises: PeriodError when it names none."""

    @abstractmethod
    def same_period_last_year(self, grain: Grain | str, period: Period) -> Period:
        """Return the period to compare with, one year earlier (weeks: 52 weeks, so that weekdays match)."""

    def label(self, grain: Grain | str, day: date) -> str:
        """Return the label of the period of ``grain`` that holds ``day``."""
        return self.label_of(grain, self.period_of(grain, day))

    def period(self, label: str) -> Period:
        """Return the period that ``label`` names. Raises: PeriodError."""
        return self.parse(label)[1]

    def periods_between(self, grain: Grain | str, starts_on: date, ends_before: date) -> list[Period]:
        """Return every whole period of ``grain`` that has a day in ``[starts_on, ends_before)``, in order."""
        found: list[Period] = []
        day = starts_on
        while day < ends_before:
            found.append(self.period_of(grain, day))
            day = found[-1].ends_before
        return found

    def previous(self, grain: Grain | str, period: Period) -> Period:
        """Return the period of ``grain`` just before."""
        return self.period_of(grain, period.starts_on - _ONE_DAY)

    def next(self, grain: Grain | str, period: Period) -> Period:
        """Return the period of ``grain`` just after."""
        return self.period_of(grain, period.ends_before)


_MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.HALF: 6, Grain.YEAR: 12}
_WEEKS = {Grain.WEEK: 1, Grain.TWO_WEEKS: 2}


@dataclass(frozen=True, slots=True)
class FiscalCalendar(Calendar):
    """Months as everybody has them, a fiscal year from ``fiscal_year_start_month`` (1 = January) and weeks from
    ``week_start`` (0 = Monday … 6 = Sunday). Two weeks are counted from ``two_weeks_from`` (that day's week first)."""

    fiscal_year_start_month: int = 1
    week_start: int = 0
    two_weeks_from: date = date(2000, 1, 3)

    def __post_init__(self) -> None:
        if not 1 <= self.fiscal_year_start_month <= 12:
            raise PeriodError(f"a fiscal year starts in month 1 to 12, not {self.fiscal_year_start_month}")
        if not 0 <= self.week_start <= 6:
            raise PeriodError(f"a week starts on day 0 (Monday) to 6 (Sunday), not {self.week_start}")

    def period_of(self, grain: Grain | str, day: date) -> Period:
        grain = Grain(grain)
        if grain is Grain.DAY:
            return Period(day, day + _ONE_DAY)
        if grain in _WEEKS:
            return self._weeks(grain, day)
        if grain is Grain.HALF_MONTH:
            month = month_of(day)
            middle = month.starts_on.replace(day=16)
            return Period(month.starts_on, middle) if day < middle else Period(middle, month.ends_before)
        return self._months(_MONTHS[grain], day)

    def _week_starts_on(self, day: date) -> date:
        return day - timedelta(days=(day.weekday() - self.week_start) % 7)

    def _weeks(self, grain: Grain, day: date) -> Period:
        length = _WEEKS[grain]
        first = self._week_starts_on(day)
        if length == 2 and (first - self._week_starts_on(self.two_weeks_from)).days // 7 % 2:
            first -= timedelta(days=7)
        return Period(first, first + timedelta(days=7 * length))

    def _months(self, length: int, day: date) -> Period:
        into_year = (day.month - self.fiscal_year_start_month) % 12
        starts_on = add_months(day.replace(day=1), -(into_year % length))
        return Period(starts_on, add_months(starts_on, length))

    def fiscal_year(self, day: date) -> int:
        """Return the number of the fiscal year that holds ``day``: the calendar year in which it ends."""
        return self._months(12, day).last_day.year

    def label_of(self, grain: Grain | str, period: Period) -> str:
        grain = Grain(grain)
        day = period.starts_on
        if self.period_of(grain, day) != period:
            raise PeriodError(f"{period} is no {grain} of this calendar")
        into_year = (day.month - self.fiscal_year_start_month) % 12
        labels: dict[Grain, Callable[[], str]] = {
            Grain.DAY: day.isoformat,
            Grain.WEEK: day.isoformat,
            Grain.TWO_WEEKS: lambda: f"{day.isoformat()}+2W",
            Grain.HALF_MONTH: lambda: f"{day:%Y-%m}-{'A' if day.day == 1 else 'B'}",
            Grain.MONTH: lambda: f"{day:%Y-%m}",
            Grain.QUARTER: lambda: f"{self.fiscal_year(day)}Q{into_year // 3 + 1}",
            Grain.HALF: lambda: f"{self.fiscal_year(day)}H{into_year // 6 + 1}",
            Grain.YEAR: lambda: f"{self.fiscal_year(day)}",
        }
        return labels[grain]()

    def parse(self, label: str) -> tuple[Grain, Period]:
        for pattern, grain in _PATTERNS:
            found = pattern.fullmatch(label.strip())
            if found:
                return grain, self._parsed(grain, label, found)
        raise PeriodError(
            f"{label!r} names no period; write 2017, 2017H1, 2017Q1, 2017-03, 2017-03-A, 2017-W09 or a day"
        )

    def _parsed(self, grain: Grain, label: str, found: re.Match[str]) -> Period:
        parts = found.groupdict()
        try:
            return self._from_parts(grain, parts)
        except ValueError as error:
            raise PeriodError(f"{label!r} names no {grain}: {error}") from error

    def _from_parts(self, grain: Grain, parts: dict[str, str]) -> Period:
        if grain in (Grain.DAY, Grain.TWO_WEEKS):
            return self._starting(grain, date.fromisoformat(parts["day"]))
        year = int(parts["year"])
        if grain is Grain.WEEK:
            return self._numbered_week(year, int(parts["number"]))
        if grain in (Grain.MONTH, Grain.HALF_MONTH):
            day = date(year, int(parts["number"]), 16 if parts.get("part") == "B" else 1)
            return self.period_of(grain, day)
        first = date(year - (self.fiscal_year_start_month > 1), self.fiscal_year_start_month, 1)
        offset = (int(parts.get("number") or 1) - 1) * _MONTHS[grain]
        return self.period_of(grain, add_months(first, offset))

    def _starting(self, grain: Grain, day: date) -> Period:
        period = self.period_of(grain, day)
        if period.starts_on != day:
            raise PeriodError(f"it starts on {period.starts_on}")
        return period

    def _numbered_week(self, year: int, number: int) -> Period:
        first = self._week_starts_on(date(year, 1, 4))
        following = self._week_starts_on(date(year + 1, 1, 4))
        starts_on = first + timedelta(days=7 * (number - 1))
        if number < 1 or starts_on >= following:
            raise PeriodError(f"{year} has {(following - first).days // 7} weeks")
        return Period(starts_on, starts_on + timedelta(days=7))

    def same_period_last_year(self, grain: Grain | str, period: Period) -> Period:
        grain = Grain(grain)
        if grain in _WEEKS:
            return period.shift(-364)
        return self.period_of(grain, add_months(period.starts_on, -12))


_PATTERNS = [
    (re.compile(r"(?P<year>\d{4})"), Grain.YEAR),
    (re.compile(r"(?P<year>\d{4})H(?P<number>[12])"), Grain.HALF),
    (re.compile(r"(?P<year>\d{4})Q(?P<number>[1-4])"), Grain.QUARTER),
    (re.compile(r"(?P<year>\d{4})-(?P<number>\d{2})"), Grain.MONTH),
    (re.compile(r"(?P<year>\d{4})-(?P<number>\d{2})-(?P<part>[AB])"), Grain.HALF_MONTH),
    (re.compile(r"(?P<year>\d{4})-W(?P<number>\d{2})"), Grain.WEEK),
    (re.compile(r"(?P<day>\d{4}-\d{2}-\d{2})\+2W"), Grain.TWO_WEEKS),
    (re.compile(r"(?P<day>\d{4}-\d{2}-\d{2})"), Grain.DAY),
]
