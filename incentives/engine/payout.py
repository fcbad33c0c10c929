"""From earned to payable: parts of lines by event or instalment, holds, refunds and what they take back.

A part is what one line pays in one pay period (−1: not payable yet). A refund reverses the lines its transaction has:
the
running sum S of refunded share × decay gives the reversal as a difference of rounded amounts. A part not yet payable is
reduced when it falls due, a part of an earlier period becomes a debt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from incentives.engine.columns import NO_DAY, Deals, Refunds
from incentives.engine.exact import Flags, Ints, ints, product_quotient
from incentives.engine.lines import Kind, Lines, lines_of
from incentives.engine.periods import Spans
from incentives.facts.rows import Hold
from incentives.language.choices import AgeSince, PayOn, UnpaidThen
from incentives.language.plan import Plan

_COLUMN = {PayOn.BOOKING: "booked_on", PayOn.INVOICE: "invoiced_on", PayOn.PAYMENT: "paid_on"}


@dataclass(frozen=True)
class Parts:
    """Payable parts; ``line`` numbers the line, ``component`` what it belongs to."""

    line: Ints
    person: Ints
    component: Ints
    period: Ints
    amount: Ints

    def plus(self, other: Parts) -> Parts:
        return Parts(*(np.append(getattr(self, name), getattr(other, name)) for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Events:
    """Refunds and un-earnings in order: the transaction, its day and posted period, S before and after, who caused
    it.
    """

    tx: Ints
    day: Ints
    period: Ints
    before: Sequence[Fraction]
    after: Sequence[Fraction]
    cause: Ints
    refund: Flags


class PayOut:
    """Divides lines into parts."""

    def __init__(
        self, plan: Plan, deals: Deals, periods: Spans, year_end: Ints, holds: Sequence[Hold], ids: Sequence[str]
    ) -> None:
        self.plan, self.deals, self.periods, self.year_end = plan, deals, periods, year_end
        self.size = len(ids)
        self.first = self._first_rows()
        self.until, self.any_hold = self._holds(holds, ids), bool(holds)

    def _first_rows(self) -> Ints:
        """Return the first row of each transaction code (−1: none)."""
        first = np.full(self.size + 1, -1, dtype=np.int64)
        first[self.deals.tx[::-1]] = np.arange(len(self.deals))[::-1]
        return first

    def _holds(self, holds: Sequence[Hold], ids: Sequence[str]) -> Ints:
        """Return for each transaction the period it is held until: −2 no hold, −1 not released."""
        until = np.full(self.size + 1, -2, dtype=np.int64)
        place = {name: code for code, name in enumerate(ids)} if holds else {}
        for hold in holds:
            code = place.get(hold.transaction)
            if code is not None and hold.until is None:
                until[code] = -1
            elif code is not None and until[code] != -1 and hold.until is not None:
                until[code] = max(until[code], self.periods.of_day(hold.until))
        return until

    def shares(self) -> list[tuple[Fraction, PayOn | int]]:
        """Return (running share, event or months later) of each part."""
        if self.plan.instalments > 1:
            count = self.plan.instalments
            return [(Fraction(number + 1, count), number) for number in range(count)]
        found: list[tuple[Fraction, PayOn | int]] = []
        total = Fraction(0)
        for part in self.plan.pay_out:
            total += Fraction(part.share)
            found.append((total, part.on))
        return found or [(Fraction(1), PayOn.CREDIT)]

    def divided(self, lines: Lines) -> list[tuple[Ints, Ints]]:
        """Return, for each part, every line's pay period and amount."""
        own = lines.tx >= 0
        done, found = np.zeros(len(lines), dtype=np.int64), []
        for number, (share, on) in enumerate(self.shares()):
            upto = lines.amount
            if share != 1:
                upto = np.where(own, product_quotient(lines.amount, share.numerator, share.denominator), lines.amount)
            when = self._released(lines, self._when(lines, on))
            found.append(
                (when if when is lines.period else np.where(own, when, lines.period), upto - done if number else upto)
            )
            done = upto
        return found

    def _when(self, lines: Lines, on: PayOn | int) -> Ints:
        if isinstance(on, int):
            return self.periods.later(on)[lines.period]
        if on is PayOn.CREDIT:
            return lines.period
        if on is PayOn.YEAR_END:
            return self.year_end[lines.period]
        days = self.deals.days[_COLUMN[on]]
        day = np.append(days, NO_DAY)[self.first[lines.tx]]
        due = self.periods.of(day)
        return np.where(due < 0, -1, np.maximum(due, lines.period))

    def _released(self, lines: Lines, period: Ints) -> Ints:
        if period is lines.period and not self.any_hold and not lines.held.any():
            return period
        until = self.until[lines.tx]
        never = (until == -1) | (lines.held & (until == -2)) | (period < 0)
        return np.where(never, -1, np.maximum(period, until))

    def parts(self, lines: Lines, component: Ints) -> Parts:
        """Return all parts of lines."""
        divided = self.divided(lines)
        index = np.arange(len(lines))
        many = len(divided)
        if many == 1:
            return Parts(index, lines.person, component, *divided[0])
        return Parts(
            np.tile(index, many), np.tile(lines.person, many), np.tile(component, many),
            np.concatenate([period for period, _ in divided]), np.concatenate([amount for _, amount in divided]),
        )  # fmt: skip


def events_of(
    plan: Plan, deals: Deals, refunds: Refunds, shares: Sequence[Fraction], payout: PayOut, until: int
) -> Events:
    """Return refunds (with decay) and, where the plan un-earns, unpaid transactions, in order of day and cause."""
    period = payout.periods.posted(payout.periods.of(refunds.day), refunds.recorded, plan.cut_off_days)
    age = refunds.day - _counted_from(plan, deals, payout.first[refunds.original])
    kept = [share * decay for share, decay in zip(shares, _decay(plan, age), strict=True)]
    day, cause, tx = refunds.day, refunds.tx, refunds.original
    if plan.unpaid_after_days is not None and plan.unpaid_then is UnpaidThen.UN_EARN:
        late, due = _unpaid(plan.unpaid_after_days, deals, payout, until)
        day, cause, tx = np.append(day, due), np.append(cause, late), np.append(tx, late)
        period = np.append(period, payout.periods.of(due))
    order = np.lexsort((cause, day))
    refund = order < len(shares)
    taken = [kept[number] if number < len(kept) else Fraction(1) for number in order.tolist()]
    before, after = _running(tx[order].tolist(), taken)
    return Events(tx[order], day[order], period[order], before, after, cause[order], refund)


def _running(txs: Sequence[int], shares: Sequence[Fraction]) -> tuple[list[Fraction], list[Fraction]]:
    """Return the running sum of each transaction's shares before and after each of them, never above 1."""
    sums: dict[int, Fraction] = {}
    earlier, later = [], []
    for tx, share in zip(txs, shares, strict=True):
        earlier.append(sums.get(tx, Fraction(0)))
        sums[tx] = min(earlier[-1] + share, Fraction(1))
        later.append(sums[tx])
    return earlier, later


def _unpaid(days: int, deals: Deals, payout: PayOut, until: int) -> tuple[Ints, Ints]:
    """Return the transactions that the customer has not paid in time, and the day on which that was clear."""
    rows = payout.first[payout.first >= 0]
    rows = rows[deals.day[rows] != NO_DAY]
    due, paid = deals.day[rows] + days, deals.days["paid_on"][rows]
    late = (due < until) & ((paid == NO_DAY) | (paid > due))
    return deals.tx[rows[late]], due[late]


def _counted_from(plan: Plan, deals: Deals, rows: Ints) -> Ints:
    """Return the day from which the age of transactions counts: credited (never: sold), or paid."""
    since = np.where(deals.day[rows] == NO_DAY, deals.days["date"][rows], deals.day[rows])
    if plan.clawback.age_since is AgeSince.CREDIT_DATE:
        return since
    paid = deals.days["paid_on"][rows]
    return np.where(paid == NO_DAY, since, paid)


def _decay(plan: Plan, age: Ints) -> list[Fraction]:
    """Return which share of a refund is taken back at each age (days)."""
    steps = plan.clawback.decay
    shares = [Fraction(1), *(Fraction(step.share) for step in steps)]
    reached = np.searchsorted(ints([step.start for step in steps]), age, side="right")
    return [shares[number] for number in reached.tolist()]


def refunded_shares(refunds: Refunds) -> tuple[list[Fraction], list[int]]:
    """Return the share of its transaction each refund takes (all together at most 1), and the refunds that exceed."""
    taken: dict[int, Fraction] = {}
    shares, exceeding = [], []
    for row, original in enumerate(refunds.original.tolist()):
        share, left = Fraction(int(refunds.amount[row]), int(refunds.whole[row])), 1 - taken.get(original, Fraction(0))
        if share > left:
            exceeding.append(int(refunds.tx[row]))
        shares.append(min(share, left))
        taken[original] = taken.get(original, Fraction(0)) + shares[-1]
    return shares, exceeding


@dataclass(frozen=True)
class Debts:
    """What was paid and has to come back: who, since when it is owed, when it was paid, how much."""

    person: Ints
    owed: Ints
    paid: Ints
    amount: Ints


def no_debts() -> Debts:
    """Return the debts of nobody."""
    return Debts(*(ints([]) for _ in range(4)))


def reversed_lines(
    lines: Lines, component: Ints, events: Events, indirect_kept: Flags, payout: PayOut
) -> tuple[Lines, Ints, Parts, Debts]:
    """Return the reversing lines with their components, the parts they take away, and the debts they leave.

    ``indirect_kept``: by component, where refunds do not reach because it is paid on others' credits.
    """
    event, line = _matched(lines, events)
    spared = events.refund[event] & indirect_kept[component[line]]
    event, line = event[~spared], line[~spared]
    old, new = (_fractions(shares, event) for shares in (events.before, events.after))
    amount = _at(lines.amount[line], old) - _at(lines.amount[line], new)
    some = amount != 0
    kinds = np.where(events.refund[event], int(Kind.CLAWBACK), int(Kind.UN_EARNED)).astype(np.int8)
    reversing = lines_of(
        Kind.CLAWBACK, lines.person[line], tx=lines.tx[line], day=events.day[event], period=events.period[event],
        amount=amount, cause=events.cause[event], before=line,
    )  # fmt: skip
    reversing = replace(reversing, kind=kinds)
    parts, debts = [], []
    divided = payout.divided(lines)
    for period, whole in divided:
        due, taken = period[line], _at(whole[line], old) - _at(whole[line], new)
        now = (due >= events.period[event]) & (taken != 0)
        parts.append(np.stack([line[now], lines.person[line[now]], component[line[now]], due[now], taken[now]]))
        late = (due >= 0) & (due < events.period[event]) & (taken != 0)
        debts.append(np.stack([lines.person[line[late]], events.period[event[late]], due[late], -taken[late]]))
    return reversing.take(some), component[line[some]], Parts(*np.hstack(parts)), Debts(*np.hstack(debts))


def _matched(lines: Lines, events: Events) -> tuple[Ints, Ints]:
    """Return the pairs (event, line) of the same transaction where the line was posted by then."""
    order = np.argsort(lines.tx, kind="stable")
    tx = lines.tx[order]
    low, high = np.searchsorted(tx, events.tx, side="left"), np.searchsorted(tx, events.tx, side="right")
    count = high - low
    event = np.repeat(np.arange(len(count)), count)
    place = np.arange(len(event)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(low, count)
    line = order[place]
    posted = lines.period[line] <= events.period[event]
    return event[posted], line[posted]


def _fractions(shares: Sequence[Fraction], event: Ints) -> tuple[Ints, Ints]:
    top = np.array([share.numerator for share in shares], dtype=object)
    bottom = np.array([share.denominator for share in shares], dtype=object)
    return top[event], bottom[event]


def _at(amount: Ints, share: tuple[Ints, Ints]) -> Ints:
    if not len(amount):
        return amount
    return product_quotient(amount, share[0], share[1])
