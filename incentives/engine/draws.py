"""Draws: money in advance and guaranteed minimums, for everybody at once, one pay period after the other.

=========================== ================= ==================== ==============================
kind                        pays              adds to the balance  recovered while live
=========================== ================= ==================== ==============================
non_recoverable_guarantee   max(0, D − E)     nothing              –
non_recoverable_on_top      D                 nothing              –
recoverable_guarantee       max(0, D − E)     what it paid         min(balance, E − D)
recoverable_on_top          D                 what it paid         –
=========================== ================= ==================== ==============================

D is the draw of its own period, settled in the pay period that holds that period's last day; E is what the covered
components paid in the pay periods that end in it, at least 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

import numpy as np

from incentives.engine.exact import Ints, ints
from incentives.engine.limits import minor
from incentives.engine.people import People
from incentives.engine.periods import Spans
from incentives.engine.quotas import half_away
from incentives.language.choices import DrawKind, DrawRecover
from incentives.language.plan import Draw, Plan
from kernel.period import Calendar, Period, add_months

_FAR = date(9999, 1, 1)


class Balance:
    """One draw of everybody: its balance, and how far earnings of the period are above it."""

    def __init__(
        self, plan: Plan, draw: Draw, people: People, calendar: Calendar, periods: Spans, persons: Ints, digits: int
    ) -> None:
        self.plan, self.draw, self.people, self.calendar, self.periods = plan, draw, people, calendar, periods
        self.persons, self.digits = persons, digits
        self.balance = np.zeros(len(persons), dtype=np.int64)
        self.spare = np.zeros(len(persons), dtype=np.int64)
        self.starts = [
            draw.starts_on or max(plan.starts_on, people.hired[code] or plan.starts_on) for code in persons.tolist()
        ]
        self.ends = [self._end(start) for start in self.starts]
        self.ends_at = ints([end.toordinal() for end in self.ends])
        self.guarantee = draw.kind in (DrawKind.NON_RECOVERABLE_GUARANTEE, DrawKind.RECOVERABLE_GUARANTEE)
        self.recoverable = draw.kind in (DrawKind.RECOVERABLE_GUARANTEE, DrawKind.RECOVERABLE_ON_TOP)

    def _end(self, start: date) -> date:
        return add_months(start, self.draw.months) if self.draw.months else self.plan.ends_before or _FAR

    def forgive(self, period: int) -> Ints:
        """Return the balance given up at the start of a pay period."""
        if self.draw.forgiven_on is None or not self.periods.periods[period].contains(self.draw.forgiven_on):
            return np.zeros_like(self.balance)
        gone, self.balance = self.balance, np.zeros_like(self.balance)
        return gone

    def pay(self, period: int, paid: Sequence[Ints]) -> Ints:
        """Return what the draw pays in a pay period; ``paid``: what covered components paid, period by period."""
        days = self.periods.periods[period]
        self.spare = self.balance * 0
        own = self.calendar.period_of(self.draw.period or self.plan.pay_period, days.last_day)
        if not days.contains(own.last_day):
            return self.balance * 0
        shares = [self._share(row, own) for row in range(len(self.persons))]
        amount = ints([half_away(minor(self.draw.amount, self.digits) * share) for share in shares])
        live = ints([share > 0 for share in shares])
        inside = [self.periods.periods[number].last_day for number in range(period + 1)]
        sums = [paid[number] for number, day in enumerate(inside) if own.contains(day)]
        earned = np.maximum(np.sum(sums, axis=0), 0)
        self.spare = np.maximum(earned - amount, 0) * live
        given = (np.maximum(amount - earned, 0) if self.guarantee else amount) * live
        if self.recoverable:
            self.balance = self.balance + given
        return given

    def _share(self, row: int, own: Period) -> Fraction:
        if self.starts[row] >= self.ends[row]:
            return Fraction(0)
        live = own.intersect(Period(self.starts[row], self.ends[row]))
        return self.people.share(int(self.persons[row]), live, own, ramped=False)

    def due(self, period: int) -> Ints:
        """Return how much of the balance may be recovered in a pay period, before the limits of recovery."""
        limit = self.balance
        if self.draw.max_recovery is not None:
            limit = np.minimum(limit, minor(self.draw.max_recovery, self.digits))
        days = self.periods.periods[period]
        start, end = days.starts_on.toordinal(), days.ends_before.toordinal()
        over = start >= self.ends_at
        if self.draw.recover is DrawRecover.WHILE_LIVE:
            return np.where(over, limit, np.minimum(limit, self.spare))
        if self.draw.recover is DrawRecover.INTERVAL_END:
            over = end >= self.ends_at
        elif self.draw.recover is DrawRecover.FROM_DATE:
            over = np.full(len(limit), self.draw.recover_from is not None and days.ends_before > self.draw.recover_from)
        return np.where(over, limit, 0)

    def take(self, room: Ints, wanted: Ints) -> Ints:
        """Recover as much as there is room for; return it."""
        taken = np.minimum(wanted, room)
        self.balance = self.balance - taken
        return taken
