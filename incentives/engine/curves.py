"""Curves: the window's whole pay as a function of its position.

``interpolated_payout``: points become (Eₖ, Vₖ) = (at × quota rounded up, pays × target rounded); between two points
pay = Vₖ + (X − Eₖ) × (Vₖ₊₁ − Vₖ) ÷ (Eₖ₊₁ − Eₖ), rounded once. ``interpolated_rate``: the same line gives a rate in
10⁻⁹, paid on
everything. Below the first point nothing; above the last the last rate continues, the slope continues, or it is flat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from incentives.engine.exact import NANO, Flags, Ints, ints, narrow, product, product_quotient, quotient
from incentives.engine.quotas import Mode, Piece
from incentives.engine.tiers import positions, units_of
from incentives.language.choices import AboveLast, Application
from incentives.language.plan import Component


@dataclass(frozen=True)
class Curve:
    """Points of every piece: ``places[k]`` and ``values[k]``, one entry per piece."""

    places: tuple[Ints, ...]
    values: tuple[Ints, ...]
    nothing: Flags
    above: AboveLast
    is_rate: bool
    half_even: bool

    def pay(self, position: Ints, paid: Ints, piece: Ints) -> Ints:
        """Return the whole pay at each position; ``paid`` is the base so far, for an interpolated rate."""
        if not self.is_rate:
            return self._value(position, piece, self.half_even)
        rate = self._value(position, piece, False)
        if self.above is AboveLast.FLAT:
            last = self.places[-1][piece]
            paid = np.where(position > last, last, paid)
        return product_quotient(paid, rate, NANO, half_even=self.half_even)

    def _value(self, position: Ints, piece: Ints, half_even: bool) -> Ints:
        result = np.zeros(len(position), dtype=np.int64)
        for number in range(len(self.places) - 1):
            here = (position >= self.places[number][piece]) & (position < self.places[number + 1][piece])
            result = np.where(here, self._line(number, number + 1, number, position, piece, half_even), result)
        above = position >= self.places[-1][piece]
        result = np.where(above, self._above(position, piece, half_even), result)
        return np.where(self.nothing[piece], 0, result)

    def _line(self, a: int, b: int, start: int, position: Ints, piece: Ints, half_even: bool) -> Ints:
        """Return the straight line through points a and b, measured from ``start``."""
        run = np.maximum((self.places[b] - self.places[a])[piece], 1)
        rise = (self.values[b] - self.values[a])[piece]
        way = product(position - self.places[start][piece], rise)
        return self.values[start][piece] + narrow(quotient(way, run, half_even=half_even))

    def _above(self, position: Ints, piece: Ints, half_even: bool) -> Ints:
        last = len(self.places) - 1
        flat = self.values[last][piece]
        if self.above is AboveLast.SLOPE and last > 0:
            rising = (self.places[last] > self.places[last - 1])[piece]
            return np.where(rising, self._line(last - 1, last, last, position, piece, half_even), flat)
        if self.above is AboveLast.RATE and not self.is_rate:
            place = self.places[last][piece]
            along = product_quotient(flat, position, np.maximum(place, 1), half_even=half_even)
            return np.where(place > 0, along, flat)
        return flat


def curve_of(component: Component, pieces: Sequence[Piece], digits: int, *, half_even: bool) -> Curve:
    """Return the curve of a component for its pieces."""
    units = units_of(component, pieces, digits)
    is_rate = component.application is Application.INTERPOLATED_RATE
    worth = np.full(len(pieces), NANO, dtype=np.int64) if is_rate else ints([piece.target for piece in pieces])
    places, values = [], []
    for point in component.curve:
        share = Fraction(point.pays)
        places.append(positions(point.at, units))
        values.append(product_quotient(worth, share.numerator, share.denominator))
    nothing = np.array([piece.mode >= Mode.ZERO for piece in pieces], dtype=bool)
    return Curve(tuple(places), tuple(values), nothing, component.above_last, is_rate, half_even)
