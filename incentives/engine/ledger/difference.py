"""What a correction of closed periods does to pay: paid at once, taken back within the limits, or left open.

    difference = what the closed periods should have paid − what they paid

Where it favours the person it first settles what another closed period paid too much, the rest is paid at once. Where
a closed period paid too much, the open one takes it back, oldest first, as far as the plan's limits of recovery leave
room after its own recoveries; what is left stays a balance and is never silently dropped.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from incentives.engine.exact import Ints
from incentives.engine.statement import Statement, Totals, taken_oldest_first


@dataclass(frozen=True)
class Difference:
    """For each person, in minor units: paid on top at once, taken back now, and overpaid but still open."""

    at_once: Ints
    taken: Ints
    left: Ints


def pay_difference(statement: Statement, totals: Totals, paid: Ints, open_period: int) -> Difference:
    """Return what the closed periods' ``paid`` (person, period) lacks or exceeds, settled in ``open_period``."""
    owed = paid[:, :open_period] - totals.payable[:, :open_period]
    over, favour = np.maximum(owed, 0), np.maximum(-owed, 0).sum(axis=1)
    everything = np.ones(open_period, dtype=bool)
    settled = taken_oldest_first(over, favour, everything)
    over = over - settled
    room = statement.room(open_period, totals.incentive[:, open_period]) - totals.recovered[:, open_period]
    taken = taken_oldest_first(over, room, statement.young(open_period)[:open_period])
    at_once = favour - settled.sum(axis=1)
    return Difference(at_once, taken.sum(axis=1), (over - taken).sum(axis=1))
