"""Late facts about closed periods: one net line per person, component and closed period, posted in the open one.

    net = recalculated − posted          posted + net = recalculated, to the cent

``posted`` is everything the ledger holds about a closed period, earlier net lines included, so that there is no limit of
depth: a correction of a correction is the same subtraction. A net of nothing is no line.

========== ============ ============ =====
component  posted       recalculated net
========== ============ ============ =====
commission d1 30.00     d1 30.00
                        d9 45.00     45.00
bonus      – 100.00     – 80.00      −20.00
========== ============ ============ =====
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from incentives.engine.exact import Flags, Ints, ints, narrow


@dataclass(frozen=True)
class Postings:
    """Columns of lines: whose, of which component, about which pay period, for which transaction (−1: none); amounts
    in minor units. All are codes of one numbering, ``corrections`` does not care which.
    """

    person: Ints
    component: Ints
    period: Ints
    tx: Ints
    amount: Ints

    def __len__(self) -> int:
        return len(self.amount)

    def before(self, period: int) -> Postings:
        """Return what is about earlier periods."""
        kept = (self.period >= 0) & (self.period < period)
        return Postings(*(getattr(self, name)[kept] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Compared:
    """What was posted and what a recalculation says, for each key; sorted by key."""

    person: Ints
    component: Ints
    period: Ints
    tx: Ints
    posted: Ints
    recalculated: Ints

    @property
    def net(self) -> Ints:
        return self.recalculated - self.posted

    def __len__(self) -> int:
        return len(self.posted)


def net_lines(posted: Postings, recalculated: Postings, open_period: int) -> Compared:
    """Return the net lines about periods before ``open_period`` (their ``tx`` is −1), zeros left out."""
    one = [Postings(p.person, p.component, p.period, np.full(len(p), -1), p.amount) for p in (posted, recalculated)]
    return changes(one[0], one[1], open_period)


def changes(posted: Postings, recalculated: Postings, open_period: int) -> Compared:
    """Return, transaction by transaction, what differs in periods before ``open_period``: the reasons of net lines."""
    sides = [posted.before(open_period), recalculated.before(open_period)]
    columns = [_joined(sides, name) for name in ("person", "component", "period", "tx")]
    amount = _joined(sides, "amount")
    order = np.lexsort(columns[::-1])
    columns = [column[order] for column in columns]
    first = np.flatnonzero(_differs(columns))
    late = order >= len(sides[0])
    was, now = (_sums(np.where(side, amount[order], 0), first) for side in (~late, late))
    moved = was != now
    person, component, period, tx = (column[first][moved] for column in columns)
    return Compared(person, component, period, tx, was[moved], now[moved])


def _joined(sides: Sequence[Postings], name: str) -> Ints:
    return np.concatenate([ints(getattr(side, name)) for side in sides])


def _differs(columns: Sequence[Ints]) -> Flags:
    """Return where a row's key differs from the row before."""
    found: Flags = np.any([np.append(True, column[1:] != column[:-1])[: len(column)] for column in columns], axis=0)
    return found


def _sums(amount: Ints, first: Ints) -> Ints:
    return narrow(np.add.reduceat(amount, first)) if len(first) else ints([])
