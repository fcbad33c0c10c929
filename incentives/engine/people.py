"""Who is there on which day: a grid of people × days, and weighted running sums over it.

``row`` of the grid is the number of the participant's dated row (−1: not on the plan that day). Active days are between
hire and leaving, on the plan, not on leave. ``presence`` gives, for any stretch of days, the weighted active days,
with or
without the ramp, exactly (in 10⁻⁹ of a day).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction

import numpy as np

from incentives.engine.exact import NANO, Flags, Ints, ints
from incentives.facts.rows import Facts, Leave, Participant
from incentives.language.choices import Proration, RampFrom
from incentives.language.plan import Plan
from kernel.period import Period, add_months

_NEVER = date(9999, 1, 1)


def on_this_plan(plan: Plan, row: Participant) -> bool:
    """Return whether a row of the participants file is about this plan."""
    return row.plan in ("", plan.plan) and (not plan.roles or row.role in plan.roles)


class People:
    """The people of a calculation on the days ``[first, last)``."""

    def __init__(self, plan: Plan, facts: Facts, names: tuple[str, ...], first: int, last: int) -> None:
        self.plan, self.names, self.first, self.days = plan, names, first, last - first
        self.place = {name: code for code, name in enumerate(names)}
        self.rows = [row for row in facts.participants if on_this_plan(plan, row)]
        self.everybody = not facts.participants
        self.of: dict[int, list[Participant]] = defaultdict(list)
        for row in sorted(self.rows, key=lambda row: row.starts_on or date.min):
            self.of[self.place[row.participant]].append(row)
        self.leaves: dict[int, list[Leave]] = defaultdict(list)
        for leave in facts.leaves:
            self.leaves[self.place.get(leave.participant, -1)].append(leave)
        self.known = np.zeros(len(names), dtype=bool)
        self.hired = [self._first(code, "hired_on") for code in range(len(names))]
        self.left = [self._first(code, "left_on") for code in range(len(names))]
        self.grid = self._grid(facts)
        self.weights = self._weights()
        self._sums: dict[tuple[bool, bool], Ints] = {}

    def _first(self, code: int, name: str) -> date | None:
        found = (getattr(row, name) for row in self.of.get(code, ()))
        return next((day for day in found if day), None)

    def _grid(self, facts: Facts) -> Ints:
        grid = np.full((len(self.names), self.days), -1, dtype=np.int32)
        if self.everybody:
            named = {row.participant for row in facts.transactions} | {row.participant for row in facts.quotas}
            named -= {""}
            codes = [self.place[name] for name in named]
            grid[codes], self.known[codes] = 0, True
            return grid
        for number, row in enumerate(self.rows):
            code = self.place[row.participant]
            grid[code, self._slice(row.starts_on, row.ends_before)] = number
            self.known[code] = True
        return grid

    def _slice(self, start: date | None, end: date | None) -> slice:
        low = self._offset(start) if start else 0
        high = self._offset(end) if end else self.days
        return slice(low, high)

    def _offset(self, day: date) -> int:
        return min(max(day.toordinal() - self.first, 0), self.days)

    def _weights(self) -> Ints:
        days = [date.fromordinal(self.first + n) for n in range(self.days + 1)]
        if self.plan.proration is Proration.WORKING_DAYS:
            return ints([day.weekday() < 5 for day in days[:-1]])
        if self.plan.proration is Proration.THIRTY_360:
            return np.diff(ints([360 * day.year + 30 * day.month + min(day.day, 30) for day in days]))
        return np.ones(self.days, dtype=np.int64)

    def active(self, leaving: bool = True) -> Flags:
        """Return the grid of active days; ``leaving`` False ignores the day of leaving."""
        active = self.grid >= 0
        for code in np.flatnonzero(self.known):
            hired, left = self.hired[code], self.left[code]
            if hired:
                active[code, : self._offset(hired)] = False
            if left and leaving:
                active[code, self._offset(left) :] = False
            for leave in self.leaves.get(int(code), ()):
                active[code, self._slice(leave.starts_on, leave.ends_before)] = False
        return active

    def ramp(self, code: int) -> Ints:
        """Return a person's share of the full quota, day by day, in 10⁻⁹."""
        ramp, hired = self.plan.ramp, self.hired[code]
        full = np.full(self.days, NANO, dtype=np.int64)
        if ramp is None or hired is None:
            return full
        start = hired
        if ramp.starts is RampFrom.FIRST_FULL_MONTH and hired.day != 1:
            start = add_months(hired.replace(day=1), 1)
        days = np.arange(self.first, self.first + self.days)
        tenure = days - self._pauses(code, start, days)
        for number in range(len(ramp.months), 0, -1):
            full[tenure < add_months(start, number).toordinal()] = int(ramp.months[number - 1] * NANO)
        return full

    def _pauses(self, code: int, start: date, days: Ints) -> Ints:
        """Return how many days of leave lie between ``start`` and each day."""
        total = np.zeros(len(days), dtype=np.int64)
        for leave in self.leaves.get(code, ()):
            low = max(leave.starts_on, start).toordinal()
            high = max(leave.ends_before.toordinal(), low)
            total += np.clip(days - low, 0, high - low)
        return total

    def sums(self, ramped: bool, leaving: bool) -> Ints:
        """Return running sums of weighted active days (10⁻⁹) for each person; column n sums the first n days."""
        key = (ramped and self.plan.ramp is not None, leaving)
        if key not in self._sums:
            active = self.active(leaving)
            each = active * (self.weights * NANO)
            if key[0]:
                for code in np.flatnonzero(self.known):
                    each[code] = active[code] * self.weights * self.ramp(int(code))
            table = np.zeros((len(self.names), self.days + 1), dtype=np.int64)
            np.cumsum(each, axis=1, out=table[:, 1:])
            self._sums[key] = table
        return self._sums[key]

    def share(
        self, code: int, days: Period | None, whole: Period, *, ramped: bool = True, leaving: bool = True
    ) -> Fraction:
        """Return weighted active days in ``days`` ÷ weighted days of ``whole``."""
        if days is None:
            return Fraction(0)
        low, high = self._offset(days.starts_on), self._offset(days.ends_before)
        if self.plan.proration is Proration.NONE:
            return self._first_active(code, low, high, ramped, leaving)
        sums = self.sums(ramped, leaving)
        length = self.length(whole)
        there = int(sums[code, high]) - int(sums[code, low])
        return Fraction(there, length * NANO) if length else Fraction(0)

    def always(self, code: int, days: Period, leaving: bool) -> bool:
        """Return whether a person is active on every day, with the whole quota."""
        if self.plan.ramp is not None:
            return False
        sums = self.sums(False, leaving)
        there = int(sums[code, self._offset(days.ends_before)]) - int(sums[code, self._offset(days.starts_on)])
        return there == self.length(days) * NANO > 0

    def _first_active(self, code: int, low: int, high: int, ramped: bool, leaving: bool) -> Fraction:
        sums = self.sums(False, leaving)[code]
        first = int(np.searchsorted(sums, sums[low], side="right")) - 1
        if first >= high:
            return Fraction(0)
        return Fraction(int(self.ramp(code)[first]), NANO) if ramped else Fraction(1)

    def length(self, days: Period) -> int:
        """Return the weighted length of a stretch of days, wherever it lies."""
        if self.plan.proration is Proration.WORKING_DAYS:
            weeks, rest = divmod(days.days(), 7)
            first = days.starts_on.weekday()
            return weeks * 5 + sum((first + n) % 7 < 5 for n in range(rest))
        if self.plan.proration is Proration.THIRTY_360:
            low, high = (360 * d.year + 30 * d.month + min(d.day, 30) for d in (days.starts_on, days.ends_before))
            return high - low
        return days.days()

    def part(self, days: Period | None, whole: Period) -> Fraction:
        """Return plain weighted days ÷ weighted days (calendar days where nothing is prorated)."""
        if days is None:
            return Fraction(0)
        length = self.length(whole)
        return Fraction(self.length(days), length) if length else Fraction(0)

    def row_at(self, code: int, day: date) -> Participant | None:
        """Return the row of a person in force on a day."""
        for row in self.of.get(code, ()):
            if (row.starts_on or date.min) <= day < (row.ends_before or _NEVER):
                return row
        return None

    def column(self, code: int, name: str, day: date) -> str:
        """Return a column of the participants file for a person on a day."""
        row = self.row_at(code, day)
        return row.columns.get(name, "") if row else ""

    def categories(self, name: str) -> list[str]:
        """Return a column of the participants file, row by row."""
        return [row.columns.get(name, "") for row in self.rows]

    def row_numbers(self, codes: Ints, days: Ints) -> Ints:
        """Return the row in force for each (person, day); -1 where there is none."""
        inside = np.clip(days - self.first, 0, self.days - 1)
        return np.asarray(self.grid[codes, inside])

    def earning(self, codes: Ints, days: Ints) -> Flags:
        """Return where a credit of the person on the day earns: on the plan, after hire, before leaving (as the
        plan extends it).
        """
        rule = self.plan.leaver
        hired = ints([day.toordinal() if day else 0 for day in self.hired])
        left = ints([self._last(day, rule.earns, rule.grace_days) for day in self.left])
        there: Flags = (days >= hired[codes]) & (days < left[codes])
        return np.asarray(there & (self.row_numbers(codes, days) >= 0))

    @staticmethod
    def _last(left: date | None, earns: str, grace_days: int) -> int:
        if left is None or earns == "pro_rata":
            return _NEVER.toordinal()
        return (left + timedelta(days=grace_days if earns == "grace" else 0)).toordinal()
