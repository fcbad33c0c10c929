"""Refunds as credits that pay nothing and move the position back, and pay that others are paid on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

from incentives.engine.columns import Refunds
from incentives.engine.credits import Credit
from incentives.engine.exact import Ints, product_quotient
from incentives.engine.lines import Lines
from incentives.engine.periods import Spans


def drops(credit: Credit, refunds: Refunds, shares: Sequence[Fraction], periods: Spans, cut_off: int | None) -> Credit:
    """Return what refunds take off the position of whoever was credited; ``shares``: of the transaction, by refund."""
    order = np.argsort(credit.tx, kind="stable")
    low = np.searchsorted(credit.tx[order], refunds.original, side="left")
    count = np.searchsorted(credit.tx[order], refunds.original, side="right") - low
    refund = np.repeat(np.arange(len(count)), count)
    place = np.arange(len(refund)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(low, count)
    of = credit.take(order[place])
    top = np.array([share.numerator for share in shares], dtype=object)[refund]
    bottom = np.array([share.denominator for share in shares], dtype=object)[refund]
    day = refunds.day[refund]
    period = periods.posted(periods.of(day), refunds.recorded[refund], cut_off)
    nothing, yes = np.zeros(len(refund), dtype=np.int64), np.ones(len(refund), dtype=bool)
    basis, over = (-product_quotient(column, top, bottom) if len(column) else column for column in (of.basis, of.over))
    return Credit(of.person, refunds.tx[refund], of.row, day, period, nothing, basis, over, nothing, ~yes, yes)


def paid_below(source: Lines | None, transactions: int) -> Callable[[Ints, Ints], Ints]:
    """Return a look-up of what people earned for transactions in the component ``source``."""

    def paid(persons: Ints, txs: Ints) -> Ints:
        if source is None or not len(source):
            return np.zeros(len(persons), dtype=np.int64)
        size = transactions + 1
        keys, place = np.unique(source.person * size + source.tx, return_inverse=True)
        sums = np.zeros(len(keys), dtype=np.int64)
        np.add.at(sums, place, source.amount)
        wanted = persons * size + txs
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return np.where(keys[at] == wanted, sums[at], 0)

    return paid
