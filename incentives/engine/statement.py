"""From payable parts to pay: negative results, draws, debts and their limits, one pay period after the other.

Everybody is worked on at once; only periods follow one another, because what a period leaves open is carried to the
next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from incentives.engine.draws import Balance
from incentives.engine.exact import Flags, Ints, ints, sums_by
from incentives.engine.limits import minor
from incentives.engine.payout import Debts, Parts
from incentives.engine.people import People
from incentives.engine.periods import Spans
from incentives.facts.rows import WriteOff
from incentives.language.choices import Authorisation, NegativeResult
from incentives.language.plan import Plan, Recovery
from kernel.period import add_months


@dataclass(frozen=True)
class Totals:
    """Tables of (person, pay period), in minor units."""

    persons: Ints
    earned: Ints
    payable: Ints
    draw_paid: Ints
    recovered: Ints
    draw_balance: Ints
    debt: Ints
    carried: Ints


class Statement:
    """Settles one pay period after the other."""

    def __init__(
        self,
        plan: Plan,
        people: People,
        periods: Spans,
        persons: Ints,
        components: Sequence[str],
        draws: Sequence[Balance],
        digits: int,
    ) -> None:
        self.plan, self.people, self.periods, self.persons = plan, people, periods, persons
        self.components, self.draws, self.digits = components, draws, digits
        self.row = np.full(len(people.names), -1, dtype=np.int64)
        self.row[persons] = np.arange(len(persons))

    def table(self, person: Ints, period: Ints, amount: Ints) -> Ints:
        """Return sums by (person, period) of the periods that are over; people off the plan are left out."""
        shape = (len(self.persons), self.periods.over)
        row = self.row[person]
        kept = (period >= 0) & (period < shape[1]) & (row >= 0)
        if not kept.all():
            row, period, amount = row[kept], period[kept], amount[kept]
        return sums_by(row * shape[1] + period, amount, shape[0] * shape[1]).reshape(shape)

    def totals(self, earned: Ints, parts: Parts, debts: Debts, write_offs: Sequence[WriteOff]) -> Totals:
        """Return what everybody is paid in every period."""
        size = (len(self.persons), self.periods.over)
        due = [self._of(parts, number) for number in range(len(self.components))]
        payable, draw_paid, recovered, balance, open_debt, carried_table = (
            np.zeros(size, dtype=np.int64) for _ in range(6)
        )
        carried = [np.zeros(size[0], dtype=np.int64) for _ in self.components]
        owed = self._owed(debts)
        for period, table in enumerate(owed):
            due[-1][:, period] -= np.minimum(table, 0).sum(axis=1)
        waiting = np.zeros(size, dtype=np.int64)
        history: list[list[Ints]] = []
        for period in range(size[1]):
            paid = self._settle([table[:, period] for table in due], carried)
            incentive = np.sum(paid, axis=0) if paid else np.zeros(size[0], dtype=np.int64)
            waiting = waiting + np.maximum(owed[period], 0)
            deducted = self.plan.negative_result is NegativeResult.DEDUCTED
            history.append([table[:, period] for table in due] if deducted else paid)
            waiting = self._write_off(period, write_offs, waiting)
            for draw in self.draws:
                draw_paid[:, period] += draw.pay(period, [self._covered(draw, paid_in) for paid_in in history])
            taken, waiting = self._recover(period, incentive, waiting)
            recovered[:, period] = taken
            payable[:, period] = incentive + draw_paid[:, period] - taken
            balance[:, period] = sum((draw.balance for draw in self.draws), np.zeros(size[0], dtype=np.int64))
            open_debt[:, period] = waiting.sum(axis=1)
            carried_table[:, period] = np.sum(carried, axis=0)
        return Totals(self.persons, earned, payable, draw_paid, recovered, balance, open_debt, carried_table)

    def _of(self, parts: Parts, component: int) -> Ints:
        mine = parts.component == component
        if mine.all():
            return self.table(parts.person, parts.period, parts.amount)
        return self.table(parts.person[mine], parts.period[mine], parts.amount[mine])

    def _owed(self, debts: Debts) -> list[Ints]:
        """Return, for each period in which debts arise, a table of (person, period in which it was paid); what is in
        the person's favour is negative and paid at once."""
        found = []
        for period in range(self.periods.over):
            now = debts.owed == period
            found.append(self.table(debts.person[now], debts.paid[now], debts.amount[now]))
        return found

    def _settle(self, due: Sequence[Ints], carried: list[Ints]) -> list[Ints]:
        """Return what each component pays; what is negative is carried."""
        if self.plan.negative_result is NegativeResult.DEDUCTED:
            total = np.sum(due, axis=0) + carried[0]
            carried[0] = np.minimum(total, 0)
            return [np.maximum(total, 0)]
        paid = []
        for number, amount in enumerate(due):
            total = amount + carried[number]
            carried[number] = np.minimum(total, 0)
            paid.append(np.maximum(total, 0))
        return paid

    def _covered(self, draw: Balance, paid: Sequence[Ints]) -> Ints:
        names = draw.draw.components
        chosen = [amount for name, amount in zip(self.components, paid, strict=True) if not names or name in names]
        return np.sum(chosen, axis=0) if chosen else draw.balance * 0

    def _write_off(self, period: int, rows: Sequence[WriteOff], waiting: Ints) -> Ints:
        for row in rows:
            at = self.row[self.people.place[row.participant]]
            if at < 0 or not self.periods.periods[period].contains(row.date):
                continue
            left = minor(row.amount, self.digits)
            for draw in self.draws:
                part = min(left, int(draw.balance[at]))
                draw.balance[at] -= part
                left -= part
            one = _taken(waiting[at : at + 1], ints([left]), np.ones(waiting.shape[1], dtype=bool))
            waiting = waiting.copy()
            waiting[at] -= one[0]
        return waiting

    def _recover(self, period: int, incentive: Ints, waiting: Ints) -> tuple[Ints, Ints]:
        """Return what is recovered, and the debts that are left: draws first, then debts, oldest first."""
        room = self._room(period, incentive)
        total = np.zeros(len(room), dtype=np.int64)
        for draw in self.draws:
            taken = draw.take(room - total, draw.due(period))
            total = total + taken
        taken_debts = _taken(waiting, room - total, self._young(period))
        return total + taken_debts.sum(axis=1), waiting - taken_debts

    def _room(self, period: int, incentive: Ints) -> Ints:
        rules: Recovery = self.plan.recovery
        share = incentive * rules.max_share.as_integer_ratio()[0] // rules.max_share.as_integer_ratio()[1]
        room = np.maximum(np.minimum(share, incentive - minor(rules.protected_amount, self.digits)), 0)
        return np.where(self._authorised(period), room, 0)

    def _authorised(self, period: int) -> Flags:
        if self.plan.recovery.authorisation is Authorisation.IN_PLAN:
            return np.ones(len(self.persons), dtype=bool)
        end = self.periods.periods[period].ends_before
        found = []
        for code in self.persons.tolist():
            days = [row.recovery_authorised_on for row in self.people.of.get(code, ()) if row.recovery_authorised_on]
            found.append(bool(days) and days[0] < end)
        return np.array(found, dtype=bool)

    def _young(self, period: int) -> Flags:
        """Return which pay periods are recent enough for what was paid in them to be taken back now."""
        start, months = self.periods.periods[period].starts_on, self.plan.recovery.max_age_months
        paid_in = self.periods.periods[: self.periods.over]
        return np.array([add_months(paid.ends_before, months) >= start for paid in paid_in], dtype=bool)


def _taken(waiting: Ints, room: Ints, allowed: Flags) -> Ints:
    """Return how much of each debt fits into ``room``, oldest first."""
    open_now = waiting * allowed
    upto = np.minimum(np.cumsum(open_now, axis=1), room[:, None])
    return np.diff(upto, axis=1, prepend=0)
