"""Calendars that are a table of dated periods: 4-4-5 years, 13 periods, whatever an organization agreed on.

A row is (grain, label, period). Rows of one grain may not overlap; a day that no row covers has no period there,
and asking for it is an error that says so. ``four_four_five`` writes the rows of one year of 52 or 53 weeks:
four quarters of thirteen weeks, each cut 4-4-5 (or 4-5-4, 5-4-4), the 53rd week at the end of the last month.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from kernel.period import Calendar, Grain, Period, PeriodError


@dataclass(frozen=True, slots=True)
class DatedPeriod:
    """One row of the table. ``year`` is the fiscal year it is counted in, for comparing with last year."""

    grain: Grain
    label: str
    period: Period
    year: int


class TableCalendar(Calendar):
    """A calendar read from explicit rows. Raises: PeriodError for overlaps and repeated labels."""

    def __init__(self, rows: Iterable[DatedPeriod]) -> None:
        self._rows: dict[Grain, list[DatedPeriod]] = {}
        self._by_label: dict[str, DatedPeriod] = {}
        for row in sorted(rows, key=lambda row: row.period):
            self._add(row)

    def _add(self, row: DatedPeriod) -> None:
        before = self._rows.setdefault(row.grain, [])
        if before and before[-1].period.ends_before > row.period.starts_on:
            raise PeriodError(f"{row.grain} {row.label} overlaps {before[-1].label}")
        if row.label in self._by_label:
            raise PeriodError(f"two periods are called {row.label}")
        before.append(row)
        self._by_label[row.label] = row

    def _row_of(self, grain: Grain | str, day: date) -> DatedPeriod:
        rows = self._rows.get(Grain(grain), [])
        index = bisect_right(rows, day, key=lambda row: row.period.starts_on) - 1
        if index < 0 or not rows[index].period.contains(day):
            raise PeriodError(f"the calendar has no {Grain(grain)} for {day}; add its period to the table")
        return rows[index]

    def period_of(self, grain: Grain | str, day: date) -> Period:
        if Grain(grain) is Grain.DAY:
            return Period(day, day + timedelta(days=1))
        return self._row_of(grain, day).period

    def label_of(self, grain: Grain | str, period: Period) -> str:
        if Grain(grain) is Grain.DAY:
            return period.starts_on.isoformat()
        row = self._row_of(grain, period.starts_on)
        if row.period != period:
            raise PeriodError(f"{period} is no {Grain(grain)} of this calendar")
        return row.label

    def parse(self, label: str) -> tuple[Grain, Period]:
        row = self._by_label.get(label.strip())
        if row is not None:
            return row.grain, row.period
        try:
            return Grain.DAY, self.period_of(Grain.DAY, date.fromisoformat(label.strip()))
        except ValueError as error:
            raise PeriodError(f"{label!r} names no period of the calendar's table") from error

    def same_period_last_year(self, grain: Grain | str, period: Period) -> Period:
        if Grain(grain) is Grain.DAY:
            return period.shift(-364)
        row = self._row_of(grain, period.starts_on)
        rows = self._rows[row.grain]
        place = [other for other in rows if other.year == row.year].index(row)
        last_year = [other for other in rows if other.year == row.year - 1]
        if place >= len(last_year):
            raise PeriodError(f"the calendar has no {row.grain} a year before {row.label}; add its period to the table")
        return last_year[place].period


def four_four_five(
    year: int, starts_on: date, *, pattern: tuple[int, int, int] = (4, 4, 5), weeks: int = 52
) -> list[DatedPeriod]:
    """Return the rows (weeks, months, quarters, halves, year) of one fiscal year of 52 or 53 weeks."""
    if sum(pattern) != 13 or min(pattern) < 1 or weeks not in (52, 53):
        raise PeriodError("a quarter has 13 weeks in three months and a year 52 or 53 weeks")
    months = [*pattern * 3, *pattern[:2], pattern[2] + weeks - 52]
    quarters = [13, 13, 13, weeks - 39]
    rows = _run(year, Grain.WEEK, "{year}-W{n:02d}", starts_on, [1] * weeks)
    rows += _run(year, Grain.MONTH, "{year}-{n:02d}", starts_on, months)
    rows += _run(year, Grain.QUARTER, "{year}Q{n}", starts_on, quarters)
    rows += _run(year, Grain.HALF, "{year}H{n}", starts_on, [26, weeks - 26])
    return rows + _run(year, Grain.YEAR, "{year}", starts_on, [weeks])


def _run(year: int, grain: Grain, label: str, starts_on: date, lengths: list[int]) -> list[DatedPeriod]:
    rows = []
    for number, weeks in enumerate(lengths, start=1):
        period = Period(starts_on, starts_on + timedelta(days=7 * weeks))
        rows.append(DatedPeriod(grain, label.format(year=year, n=number), period, year))
        starts_on = period.ends_before
    return rows
