"""Ambition: how much a target asks, held against what was reached before and against what peers reach.

**Against oneself.** Of the last n periods of the same length, the target was reached in k. Periods without a figure are
not counted on either side.

================================ ==========================
first that holds                 word
================================ ==========================
fewer than 3 periods known       unknown
k = 0                            beyond anything so far
k ≥ half of n                    modest
otherwise                        ambitious
================================ ==========================

A rep who brought 80, 95, 110, 90, 120, 85, 100 and 105 in the last eight quarters:

======= ========= ========================
target  reached   word
======= ========= ========================
90      6 of 8    modest
110     2 of 8    ambitious
121     0 of 8    beyond anything so far
======= ========= ========================

**Against peers.** The percentile is the share of peers whose latest figure is worse than the target, those who are equal
counted by half, from 0 (everybody does better) to 100 (nobody has come there). Held against eight peers with the figures
above, 110 is at (6 worse + ½ equal) ÷ 8 = 81.25. A group under five people says too much about single ones and has no
percentile.

Units: targets and figures in the unit of the measure; percentiles from 0 to 100, exact. Nothing raises. Source: the percentile
rank of educational measurement, ties counted by half; the words are this product's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from statistics import median

from goals.engine.progress import Direction

FEWEST_PERIODS = 3
FEWEST_PEERS = 5


class Ambition(StrEnum):
    """How much a target asks of somebody, by their own history."""

    UNKNOWN = "unknown"
    MODEST = "modest"
    AMBITIOUS = "ambitious"
    BEYOND = "beyond"


@dataclass(frozen=True, slots=True)
class AgainstHistory:
    """A target against one's own past: reached in ``reached`` of ``periods`` known ones.

    ``best`` and ``middle`` are in the measure's unit, None without any period. ``over_middle`` is target ÷ middle, None
    where that is 0 or unknown.
    """

    word: Ambition
    reached: int
    periods: int
    best: Decimal | None
    middle: Decimal | None
    over_middle: Fraction | None


@dataclass(frozen=True, slots=True)
class AgainstPeers:
    """A target against peers: the percentile it stands at (0 to 100) and their middle figure; both None if too few."""

    peers: int
    percentile: Fraction | None
    middle: Decimal | None


def against_history(
    target: Decimal, history: Sequence[Decimal | None], direction: Direction = Direction.HIGHER
) -> AgainstHistory:
    """Return how a target stands against one figure per past period (None = no figure), whatever their order."""
    known = [value for value in history if value is not None]
    reached = sum(direction.is_reached(value, target) for value in known)
    if not known:
        return AgainstHistory(Ambition.UNKNOWN, 0, 0, None, None, None)
    best = max(known) if direction is Direction.HIGHER else min(known)
    middle = median(known)
    over = Fraction(target) / Fraction(middle) if middle else None
    return AgainstHistory(_word(reached, len(known)), reached, len(known), best, middle, over)


def against_peers(
    target: Decimal, peers: Iterable[Decimal | None], direction: Direction = Direction.HIGHER
) -> AgainstPeers:
    """Return how a target stands against one figure per peer (None = no figure); the person is not among them."""
    known = [value for value in peers if value is not None]
    if len(known) < FEWEST_PEERS:
        return AgainstPeers(len(known), None, None)
    equal = sum(value == target for value in known)
    worse = sum(not direction.is_reached(value, target) for value in known)
    return AgainstPeers(len(known), Fraction(100 * (2 * worse + equal), 2 * len(known)), median(known))


def _word(reached: int, periods: int) -> Ambition:
    if periods < FEWEST_PERIODS:
        return Ambition.UNKNOWN
    if not reached:
        return Ambition.BEYOND
    return Ambition.MODEST if 2 * reached >= periods else Ambition.AMBITIOUS
