"""From payable parts to pay: negative results, draws, debts and their limits, one pay period after the other.

Everybody is worked on at once; only periods follow one another, because what a period leaves open is carried to the
next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property

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
    """Tables of (person, pay period), in minor units.

    ``incentive`` is what is due after negative results; ``payable`` = incentive + draw paid − recovered. ``owed`` is
    what refunds turned into debts; ``draw_balance``, ``debt`` and ``carried`` are what is open at the period's end.
    """

    persons: Ints
    earned: Ints
    incentive: Ints
    payable: Ints
    draw_lent: Ints
    draw_given: Ints
    draw_recovered: Ints
    draw_written_off: Ints
    draw_balance: Ints
    owed: Ints
    debt_recovered: Ints
    debt_written_off: Ints
    debt: Ints
    carried: Ints

    @property
    def draw_paid(self) -> Ints:
        """What draws paid, to be recovered or not."""
        return self.draw_lent + self.draw_given

    @property
    def recovered(self) -> Ints:
        """What was taken from pay, for draws and for debts."""
        return self.draw_recovered + self.debt_recovered


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
        names = [item.name for item in fields(Totals) if item.name not in ("persons", "earned")]
        tables = {name: np.zeros(size, dtype=np.int64) for name in names}
        carried = [np.zeros(size[0], dtype=np.int64) for _ in self.components]
        owed = self._owed(debts)
        for period, table in enumerate(owed):
            due[-1][:, period] -= np.minimum(table, 0).sum(axis=1)
        waiting = np.zeros(size, dtype=np.int64)
        history: list[list[Ints]] = []
        for period in range(size[1]):
            paid = self._settle([table[:, period] for table in due], carried)
            now = {name: table[:, period] for name, table in tables.items()}
            now["incentive"][:] = np.sum(paid, axis=0)
            arisen = np.maximum(owed[period], 0)
            now["owed"][:], waiting = arisen.sum(axis=1), waiting + arisen
            deducted = self.plan.negative_result is NegativeResult.DEDUCTED
            history.append([table[:, period] for table in due] if deducted else paid)
            for draw in self.draws:
                now["draw_written_off"] += draw.forgive(period)
            waiting = self._write_off(period, write_offs, waiting, now)
            self._draw(period, history, now)
            waiting = self._recover(period, waiting, now)
            now["payable"][:] = now["incentive"] + now["draw_lent"] + now["draw_given"]
            now["payable"][:] -= now["draw_recovered"] + now["debt_recovered"]
            now["debt"][:], now["carried"][:] = waiting.sum(axis=1), np.sum(carried, axis=0)
        return Totals(persons=self.persons, earned=earned, **tables)

    def _draw(self, period: int, history: Sequence[Sequence[Ints]], now: dict[str, Ints]) -> None:
        """Pay the draws."""
        for draw in self.draws:
            given = draw.pay(period, [self._covered(draw, paid_in) for paid_in in history])
            now["draw_lent" if draw.recoverable else "draw_given"] += given

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
        covered: Ints = np.sum(chosen, axis=0)
        return covered

    def _write_off(self, period: int, rows: Sequence[WriteOff], waiting: Ints, now: dict[str, Ints]) -> Ints:
        """Give up draws, then debts; return the debts that are left."""
        for row in rows:
            at = self.row[self.people.place[row.participant]]
            if at < 0 or not self.periods.periods[period].contains(row.date):
                continue
            left = minor(row.amount, self.digits)
            for draw in self.draws:
                part = min(left, int(draw.balance[at]))
                draw.balance[at] -= part
                now["draw_written_off"][at] += part
                left -= part
            one = taken_oldest_first(waiting[at : at + 1], ints([left]), np.ones(waiting.shape[1], dtype=bool))
            waiting = waiting.copy()
            waiting[at] -= one[0]
            now["debt_written_off"][at] += one.sum()
        return waiting

    def _recover(self, period: int, waiting: Ints, now: dict[str, Ints]) -> Ints:
        """Recover draws in their order, then debts, oldest first; return the debts that are left."""
        room = self.room(period, now["incentive"])
        for draw in self.draws:
            taken = draw.take(room, draw.due(period))
            now["draw_recovered"] += taken
            now["draw_balance"] += draw.balance
            room = room - taken
        taken_debts = taken_oldest_first(waiting, room, self.young(period))
        now["debt_recovered"][:] = taken_debts.sum(axis=1)
        return waiting - taken_debts

    def room(self, period: int, incentive: Ints) -> Ints:
        """Return how much may be recovered from everybody's incentive of a pay period."""
        rules: Recovery = self.plan.recovery
        share = incentive * rules.max_share.as_integer_ratio()[0] // rules.max_share.as_integer_ratio()[1]
        room = np.maximum(np.minimum(share, incentive - minor(rules.protected_amount, self.digits)), 0)
        return np.where(self._authorised_from < self.periods.ends[period], room, 0)

    @cached_property
    def _authorised_from(self) -> Ints:
        """The first day on which each person's pay may be taken from (0: always; far away: never)."""
        if self.plan.recovery.authorisation is Authorisation.IN_PLAN:
            return np.zeros(len(self.persons), dtype=np.int64)
        found = (
            next(
                (row.recovery_authorised_on for row in self.people.of.get(code, ()) if row.recovery_authorised_on),
                date.max,
            )
            for code in self.persons.tolist()
        )
        return ints([day.toordinal() for day in found])

    def young(self, period: int) -> Flags:
        """Return which pay periods are recent enough for what was paid in them to be taken back now."""
        start, months = self.periods.periods[period].starts_on, self.plan.recovery.max_age_months
        paid_in = self.periods.periods[: self.periods.over]
        return np.array([add_months(paid.ends_before, months) >= start for paid in paid_in], dtype=bool)


def taken_oldest_first(waiting: Ints, room: Ints, allowed: Flags) -> Ints:
    """Return how much of each debt fits into ``room``, oldest first."""
    open_now = waiting * allowed
    upto = np.minimum(np.cumsum(open_now, axis=1), room[:, None])
    return np.diff(upto, axis=1, prepend=0)
