"""What happens to lines once they exist: leaver's part, gate, multipliers, caps and floors, in this order.

Work is done on *items*: what one line is worth in one pay period with everything that was added to it. Every change
is a line
of its own. Factors are rounded as running totals per person and pay period, in the order of the lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

import numpy as np

from incentives.engine.exact import (
    NANO,
    Flags,
    Ints,
    before,
    ints,
    narrow,
    product,
    quotient,
    running,
    starts_of,
)
from incentives.engine.limits import minor
from incentives.engine.lines import Kind, Lines, lines_of, together
from incentives.engine.measures import Looked, Measures
from incentives.engine.people import People
from incentives.engine.periods import Spans
from incentives.engine.quotas import half_away
from incentives.language.choices import Excess, GateClosed, GateNeed, GateOpened, LeaverEarns, LimitOn, LimitPer
from incentives.language.plan import Cap, Component, Floor, Gate, Multiplier, Plan
from kernel.period import Period

OPEN, CLOSED, ABSENT = 1, 0, -1
_FAR = date(9999, 1, 1)


@dataclass(frozen=True)
class Items:
    """``line`` is the line an item began with; ``order`` its place among the lines."""

    line: Ints
    person: Ints
    tx: Ints
    period: Ints
    amount: Ints
    order: Ints

    def take(self, rows: Ints | Flags) -> Items:
        return Items(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))

    def plus(self, other: Items) -> Items:
        return Items(*(np.append(getattr(self, name), getattr(other, name)) for name in self.__dataclass_fields__))


class Modifiers:
    """Modifies the lines of one component, or, for the plan's own limits, of all of them."""

    def __init__(
        self, plan: Plan, people: People, measures: Measures, periods: Spans, years: Ints, lines: Lines
    ) -> None:
        self.plan, self.people, self.measures = plan, people, measures
        self.periods, self.years = periods, years
        self.half_even = plan.rounding == "half_even"
        self.lines = lines
        self.added: list[Lines] = []
        index = np.arange(len(lines))
        self.items = Items(index, lines.person, lines.tx, lines.period.astype(np.int64), lines.amount, index)
        self.absent: set[int] = set()

    def result(self) -> Lines:
        """Return the lines with all that were added."""
        return together([self.lines, *self.added])

    def modify(self, component: Component, windows: Sequence[Period], people: Ints) -> Lines:
        """Apply everything a component asks for."""
        if windows and self.plan.leaver.earns is LeaverEarns.PRO_RATA:
            self._leavers(windows)
        if component.gate and len(self.lines):
            self._gate(component.gate)
        for multiplier in component.multipliers:
            self._multiplier(multiplier)
        span = (component.starts_on or date.min, component.ends_before or _FAR)
        self.limits(component.caps, component.floors, people, span)
        return self.result()

    def _sort(self) -> None:
        """Put the items in order of period, then of their lines."""
        order = np.lexsort((self.items.order, self.items.period))
        self.items = self.items.take(order)

    def _change(self, rows: Ints, amount: Ints, kind: Kind) -> None:
        """Add ``amount`` to items, as lines of their own."""
        rows, amount = rows[amount != 0], amount[amount != 0]
        if len(rows):
            self._lines_for(self.items.take(rows), amount, kind)
            changed = self.items.amount.copy()
            changed[rows] += amount
            self.items = replace(self.items, amount=changed)

    def _lines_for(self, items: Items, amount: Ints, kind: Kind) -> None:
        known = items.line >= 0
        at = np.where(known, items.line, 0)
        if not len(self.lines):
            day, held = self.periods.starts[items.period], np.zeros(len(at), dtype=bool)
        else:
            day = np.where(known, self.lines.day[at], self.periods.starts[items.period])
            held = self.lines.held[at] & known
        self.added.append(
            lines_of(kind, items.person, tx=items.tx, day=day, period=items.period, amount=amount, held=held)
        )

    def _create(self, person: Ints, period: Ints, amount: Ints, kind: Kind) -> None:
        """Add lines that belong to no transaction."""
        none = np.full(len(person), -1, dtype=np.int64)
        order = 10**12 + np.arange(len(self.items.order), len(self.items.order) + len(person))
        items = Items(none, person, none, period, amount, order)
        self._lines_for(items, amount, kind)
        self.items = self.items.plus(items)

    def _running(self, rows: Ints, group: Ints, numerator: Ints, divisor: Ints, kind: Kind) -> None:
        """Make items worth numerator ÷ divisor, rounded as running totals of each group (one divisor per group)."""
        order = np.argsort(group, kind="stable")
        starts = starts_of(group[order])
        totals = narrow(quotient(running(numerator[order], starts), divisor[order], half_even=self.half_even))
        worth = np.empty(len(rows), dtype=np.int64)
        worth[order] = totals - before(totals, starts)
        self._change(rows, worth - self.items.amount[rows], kind)

    def _leavers(self, windows: Sequence[Period]) -> None:
        shares: dict[tuple[int, int], Fraction] = {}
        for person in np.flatnonzero(ints([day is not None for day in self.people.left])).tolist():
            left = self.people.left[person]
            for number, days in enumerate(windows):
                if left and days.starts_on < left < days.ends_before:
                    shares[person, number] = self.people.part(Period(days.starts_on, left), days)
        if not shares or not len(self.lines):
            return
        window = self.lines.window[self.items.line]
        keys = ints([person * 10**6 + number for person, number in shares])
        code = self.items.person * 10**6 + window
        rows = np.flatnonzero(np.isin(code, keys))
        found = [shares[divmod(key, 10**6)] for key in code[rows].tolist()]
        top, bottom = ints([share.numerator for share in found]), ints([share.denominator for share in found])
        self._running(rows, code[rows], product(self.items.amount[rows], top), bottom, Kind.LEAVER)

    def _gate(self, gate: Gate) -> None:
        self._sort()
        everybody = np.unique(self.items.person)
        state = self._state(gate, everybody)
        row = np.searchsorted(everybody, self.items.person)
        now = state[row, self.items.period]
        self.absent |= set(self.items.person[now == ABSENT].tolist())
        closed = np.flatnonzero(now != OPEN)
        was = self.items.amount[closed]
        top, bottom = self._kept(gate, closed, now[closed])
        group = self.items.person[closed] * len(self.periods) + self.items.period[closed]
        self._running(closed, group, top, bottom, Kind.GATE)
        if gate.opened_later is GateOpened.PAY_BACK:
            self._pay_back(closed, was - self.items.amount[closed], state, row[closed])

    def _state(self, gate: Gate, persons: Ints) -> Ints:
        holds = []
        for condition in gate.conditions:
            value = self.measures.of(condition, persons.tolist())
            strict = condition.at_least is None
            limit = Fraction((condition.more_than if strict else condition.at_least) or 0)
            left, right = value.numerator * limit.denominator, limit.numerator * value.denominator
            is_open = (left > right) if strict else (left >= right)
            holds.append(np.where(value.denominator == 0, ABSENT, np.where(is_open, OPEN, CLOSED)).astype(np.int64))
        stacked = np.stack(holds)
        absent = (stacked == ABSENT).any(axis=0)
        opened = (stacked == OPEN).any(axis=0) if gate.need is GateNeed.ANY else (stacked == OPEN).all(axis=0)
        return np.where(opened, OPEN, np.where(absent, ABSENT, CLOSED))

    def _kept(self, gate: Gate, rows: Ints, state: Ints) -> tuple[Ints, Ints]:
        """Return what closed items keep, as numerator and divisor."""
        amount = self.items.amount[rows]
        if gate.closed is GateClosed.BASE_RATE:
            at = self.items.line[rows]
            own = self.lines.kind[at] == Kind.EARNED
            kept = np.where(own, product(self.lines.base[at], self.lines.first_rate[at]), 0)
            divisor = NANO
        else:
            share = Fraction(gate.share or 0) if gate.closed is GateClosed.SHARE else Fraction(0)
            kept, divisor = product(amount, share.numerator), share.denominator
        return np.where(state == ABSENT, 0, kept), np.full(len(rows), divisor)

    def _pay_back(self, rows: Ints, amount: Ints, state: Ints, person_row: Ints) -> None:
        """Pay what was withheld in the first later period of the same fiscal year in which the gate is open."""
        size = len(self.periods)
        following = np.full((state.shape[0], size + 1), -1, dtype=np.int64)
        for period in range(size - 1, -1, -1):
            later = following[:, period + 1]
            same = (later >= 0) & (self.years[np.maximum(later, 0)] == self.years[period])
            following[:, period] = np.where(state[:, period] == OPEN, period, np.where(same, later, -1))
        first = following[person_row, self.items.period[rows] + 1]
        same_year = (first >= 0) & (self.years[np.maximum(first, 0)] == self.years[self.items.period[rows]])
        paid = same_year & (amount != 0)
        items = replace(self.items.take(rows[paid]), period=first[paid], amount=amount[paid])
        if len(items.line):
            self._lines_for(items, items.amount, Kind.PAY_BACK)
            self.items = self.items.plus(items)

    def _multiplier(self, multiplier: Multiplier) -> None:
        if not len(self.items.line):
            return
        self._sort()
        everybody = np.unique(self.items.person)
        value = self.measures.of(multiplier, everybody.tolist())
        top, bottom = self._factors(multiplier, value)
        row = np.searchsorted(everybody, self.items.person)
        self.absent |= set(self.items.person[value.denominator[row, self.items.period] == 0].tolist())
        numerator = product(self.items.amount, top[row, self.items.period])
        group = self.items.person * len(self.periods) + self.items.period
        every = np.arange(len(self.items.line))
        self._running(every, group, numerator, bottom[row, self.items.period], Kind.MULTIPLIER)

    @staticmethod
    def _factors(multiplier: Multiplier, value: Looked) -> tuple[Ints, Ints]:
        top, bottom = np.ones(value.numerator.shape, dtype=object), np.ones(value.numerator.shape, dtype=object)
        for step in multiplier.steps:
            start, times = Fraction(step.start), Fraction(step.times)
            reached = (value.numerator * start.denominator >= start.numerator * value.denominator) & (
                value.denominator != 0
            )
            top, bottom = np.where(reached, times.numerator, top), np.where(reached, times.denominator, bottom)
        return narrow(top), narrow(bottom)

    def limits(self, caps: Sequence[Cap], floors: Sequence[Floor], people: Ints, span: tuple[date, date]) -> None:
        """Apply caps and floors on pay."""
        for cap in caps:
            if cap.on is LimitOn.PAY:
                self._cap(cap)
        for floor in floors:
            if floor.on is LimitOn.PAY and floor.per is LimitPer.TRANSACTION:
                self._floor_of_deals(minor(floor.amount, self.measures.digits))
            elif floor.on is LimitOn.PAY:
                self._floor(floor, people, span)

    def _group(self, per: LimitPer) -> Ints:
        slot = {
            LimitPer.TRANSACTION: self.items.tx,
            LimitPer.PERIOD: self.items.period,
            LimitPer.YEAR: self.years[self.items.period],
        }[per]
        group: Ints = self.items.person * (int(slot.max(initial=0)) + 1) + slot
        return group

    def _cap(self, cap: Cap) -> None:
        self._sort()
        highest = minor(cap.amount, self.measures.digits)
        rows = np.arange(len(self.items.line))
        if cap.per is LimitPer.TRANSACTION:
            rows = np.flatnonzero(self.items.tx >= 0)
        group = self._group(cap.per)[rows]
        order = rows[np.argsort(group, kind="stable")]
        starts = starts_of(np.sort(group, kind="stable"))
        totals = running(self.items.amount[order], starts)
        kept = np.minimum(totals, highest)
        kept = kept - before(kept, starts)
        excess = self.items.amount[order] - kept
        persons, periods = self.items.person[order], self.items.period[order]
        whole = self._by_period(persons, periods, self.items.amount[order])
        self._change(*_in_order(order, -excess, cap.per), Kind.CAP)
        if cap.excess is Excess.CARRIED_OVER:
            self._carry(highest, whole, self._by_period(persons, periods, excess))

    def _by_period(self, persons: Ints, periods: Ints, amounts: Ints) -> Ints:
        table = np.zeros((len(self.people.names), len(self.periods)), dtype=np.int64)
        np.add.at(table, (persons, periods), amounts)
        return table

    def _carry(self, highest: int, whole: Ints, excess: Ints) -> None:
        """Pay what a period's cap held back in the following periods, as long as they are below it."""
        waiting = np.zeros(len(whole), dtype=np.int64)
        for period in range(self.periods.over):
            room = highest - np.minimum(whole[:, period], highest)
            paid = np.minimum(waiting, room)
            waiting = waiting + excess[:, period] - paid
            someone = np.flatnonzero(paid)
            if len(someone):
                self._create(someone, np.full(len(someone), period), paid[someone], Kind.CARRIED_OVER)

    def _floor(self, floor: Floor, people: Ints, span: tuple[date, date]) -> None:
        start = max(self.plan.starts_on, span[0])
        end = min(self.plan.ends_before or _FAR, span[1])
        by_period = self._by_period(self.items.person, self.items.period, self.items.amount)
        for number, whole, last in self._wholes(floor.per):
            inside = Period(start, end).intersect(whole) if start < end else None
            if inside is None:
                continue
            shares = [self.people.share(code, inside, whole, ramped=False) for code in people.tolist()]
            lowest = minor(floor.amount, self.measures.digits)
            wanted = ints([half_away(lowest * share) for share in shares])
            earned = by_period[people][:, number].sum(axis=1)
            missing = np.where(ints([share > 0 for share in shares]) > 0, wanted - earned, 0)
            short = np.flatnonzero(missing > 0)
            if len(short):
                self._create(people[short], np.full(len(short), last), missing[short], Kind.FLOOR)

    def _wholes(self, per: LimitPer) -> list[tuple[list[int], Period, int]]:
        """Return (numbers of the pay periods, days, last pay period) of each period or fiscal year that is over."""
        if per is LimitPer.PERIOD:
            return [([number], self.periods.periods[number], number) for number in range(self.periods.over)]
        found = []
        for year in np.unique(self.years).tolist():
            numbers = np.flatnonzero(self.years == year).tolist()
            days = self.measures.calendar.period_of("year", self.periods.periods[numbers[-1]].last_day)
            last = self.periods.of_day(days.last_day)
            if last < self.periods.over and days.ends_before <= self.periods.periods[last].ends_before:
                found.append((numbers, days, last))
        return found

    def _floor_of_deals(self, lowest: int) -> None:
        self._sort()
        rows = np.flatnonzero(self.items.tx >= 0)
        group = self._group(LimitPer.TRANSACTION)[rows]
        order = rows[np.argsort(group, kind="stable")]
        starts = starts_of(np.sort(group, kind="stable"))
        if not len(starts):
            return
        totals = np.add.reduceat(self.items.amount[order], starts)
        missing = np.where((totals > 0) & (totals < lowest), lowest - totals, 0)
        self._change(*_in_order(order[starts], missing, LimitPer.TRANSACTION), Kind.FLOOR)


def _in_order(rows: Ints, amount: Ints, per: LimitPer) -> tuple[Ints, Ints]:
    """Return rows that were grouped by transaction in the order of the lines again: what comes last is held back first."""
    if per is not LimitPer.TRANSACTION:
        return rows, amount
    order = np.argsort(rows, kind="stable")
    return rows[order], amount[order]
