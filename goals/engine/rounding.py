"""Cut a whole number into whole shares in proportion to weights, so that the shares add up to it.

Units are the caller's: cents, or whole steps of them. The method is the divisor method with standard rounding (Webster,
Sainte-Laguë): shares are what everybody gets when units are given away one by one, each to whoever has the largest
``weight ÷ (units so far + ½)``, ties to the first. Unlike largest remainders it never takes a unit from somebody
because the total or their own weight grew (Balinski and Young, *Fair Representation*, 1982), so that a tree of shares,
where both grow together, stays monotone in its weights. As cents go, the two methods agree.

======= ============ ======================
total   weights      shares
======= ============ ======================
10000   1, 1, 1      3334, 3333, 3333
1000    3, 2, 1      500, 333, 167
0       3, 2, 1      0, 0, 0
======= ============ ======================
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm

Weight = Fraction | Decimal | int


def apportion(total: int, weights: Sequence[Weight], *, step: int = 1, turn: int = 0) -> list[int]:
    """Return one share per weight; they add up to ``total``.

    ``total``: zero or more units. ``step``: every share is a multiple of it, but for what ``total`` itself has beside
    whole steps: that goes to the largest weight. ``turn``: from which place on ties are served; the places before it
    come last, so that equal weights take turns from month to month. Without any weight everything stays zero.

    Raises: ValueError for a negative total or weight, or a step below one.
    """
    if total < 0 or step < 1 or any(weight < 0 for weight in weights):
        raise ValueError("shares need a total and weights of zero or more, and a step of one or more")
    exact = _whole(weights)
    if not any(exact):
        return [0] * len(exact)
    places = [(place - turn) % len(exact) for place in range(len(exact))]
    units, beside = divmod(total, step)
    shares = [share * step for share in _webster(units, exact, places)]
    if beside:
        largest = min(range(len(exact)), key=lambda place: (-exact[place], places[place]))
        shares[largest] += beside
    return shares


def round_half_up(value: Fraction) -> int:
    """Return the nearest whole number; halves go up."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def _whole(weights: Sequence[Weight]) -> list[int]:
    """The weights as whole numbers of the same proportions."""
    exact = [Fraction(weight) for weight in weights]
    common = lcm(*(weight.denominator for weight in exact)) if exact else 1
    return [weight.numerator * (common // weight.denominator) for weight in exact]


def _webster(units: int, weights: Sequence[int], places: Sequence[int]) -> list[int]:
    """Round each exact share, then give or take single units until they add up."""
    whole = sum(weights)
    shares = [(2 * units * weight + whole) // (2 * whole) for weight in weights]
    missing = units - sum(shares)
    if missing > 0:
        _move(shares, weights, places, missing, 1)
    elif missing < 0:
        _move(shares, weights, places, -missing, -1)
    return shares


def _move(shares: list[int], weights: Sequence[int], places: Sequence[int], count: int, sign: int) -> None:
    """Give units to those next in line (1), or take them back from those served last (-1)."""

    def rank(place: int) -> tuple[Fraction, int, int]:
        turn = Fraction(2 * shares[place] + sign, weights[place])
        return (sign * turn, sign * places[place], place)

    heap = [rank(place) for place, weight in enumerate(weights) if weight and shares[place] + sign >= 0]
    heapq.heapify(heap)
    for _ in range(count):
        place = heapq.heappop(heap)[2]
        shares[place] += sign
        if shares[place] + sign >= 0:
            heapq.heappush(heap, rank(place))
