"""Rate tables as integers, look-ups, and the slices of the marginal application.

An edge on attainment becomes a position: edge × quota, rounded up (bands [from, to)) or down (bands (from, to]); with
attainment rounded to n decimals before the look-up, half a unit of the last decimal earlier (later). So every look-up
is a
comparison of two integers. A rate is an integer of 10⁻⁹.

========== ========== ====================================================
x → X      edges      slices (marginal)
========== ========== ====================================================
0 → 150    100        (tier 0, 100) (tier 1, 50)
150 → 50   100        (tier 1, −50) (tier 0, −50)
========== ========== ====================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

from incentives.engine.exact import MILLION, NANO, Flags, Ints, ints, narrow, product, product_quotient
from incentives.engine.quotas import Mode, Piece, half_away
from incentives.engine.shares import is_money
from incentives.language.choices import Basis, OnEdge
from incentives.language.plan import Component, Tier


@dataclass(frozen=True)
class Table:
    """Edges and rates of every piece: ``edges[k]`` is where tier k + 1 starts, ``rates[piece, tier]``."""

    edges: tuple[Ints, ...]
    rates: Ints
    fixed: Flags
    higher: bool

    @property
    def tiers(self) -> int:
        return int(self.rates.shape[1])

    def reached(self, position: Ints, edge: Ints) -> Flags:
        """Return where a position is in the tier that starts at an edge."""
        return np.asarray(position >= edge if self.higher else position > edge)

    def tier(self, position: Ints, piece: Ints) -> Ints:
        """Return the tier at each position."""
        found = np.zeros(len(position), dtype=np.int8)
        for edge in self.edges:
            found += self.reached(position, edge[piece])
        if self.fixed.any():
            found[self.fixed[piece]] = 0
        return found


def unit_of(component: Component, digits: int) -> int:
    """Return how many position units one unit of the basis is (quota units for attainment are the piece's own)."""
    money = component.basis is Basis.AMOUNT or (component.basis is Basis.MEASURE and is_money(component.basis_of or ""))
    return 10**digits if money else MILLION


def positions(at: Decimal, units: Ints, *, up: bool = True) -> Ints:
    """Return at × units for each piece, rounded up (or down) to a whole position."""
    exact = Fraction(at)
    scaled = product(units, exact.numerator)
    return narrow(-((-scaled) // exact.denominator) if up else scaled // exact.denominator)


def units_of(component: Component, pieces: Sequence[Piece], digits: int) -> Ints:
    """Return the position that is 100 % (or 1) for each piece."""
    if component.basis is Basis.ATTAINMENT:
        return ints([piece.quota for piece in pieces])
    return np.full(len(pieces), unit_of(component, digits), dtype=np.int64)


def table_of(component: Component, pieces: Sequence[Piece], digits: int) -> Table:
    """Return the table of a component's tiers for its pieces."""
    units = units_of(component, pieces, digits)
    higher = component.on_edge is OnEdge.HIGHER
    if component.basis in (Basis.RATIO, Basis.KPI):
        edges = [np.full(len(pieces), int(tier.start * NANO), dtype=np.int64) for tier in component.tiers[1:]]
    else:
        edges = [_edge(component, tier.start, units, higher) for tier in component.tiers[1:]]
    rates = _rates(component.tiers, pieces, digits)
    fixed = np.array([piece.mode is not Mode.NORMAL for piece in pieces], dtype=bool)
    return Table(tuple(edges), rates, fixed, higher)


def _edge(component: Component, start: Decimal, units: Ints, higher: bool) -> Ints:
    if component.attainment_decimals is None or component.basis is not Basis.ATTAINMENT:
        return positions(start, units, up=higher)
    half = Decimal(1).scaleb(-component.attainment_decimals - 2) / 2
    return positions(start - half, units) if higher else positions(start + half, units) - 1


def _rates(tiers: Sequence[Tier], pieces: Sequence[Piece], digits: int) -> Ints:
    columns: list[Ints] = []
    for tier in tiers:
        columns.append(_rate(tier, columns, pieces, digits))
    rates = np.stack(columns, axis=1)
    modes = ints([piece.mode for piece in pieces])
    rates[modes == Mode.BASE] = rates[modes == Mode.BASE, :1]
    rates[modes >= Mode.ZERO] = 0
    return rates


def _rate(tier: Tier, lower: Sequence[Ints], pieces: Sequence[Piece], digits: int) -> Ints:
    size = len(pieces)
    if tier.times_base is not None:
        return _times(tier.times_base, lower[0])
    if tier.times_below is not None:
        return _times(tier.times_below, lower[-1])
    if tier.points is not None:
        return _points(tier.points, pieces)
    amount = tier.rate if tier.rate is not None else Decimal(tier.amount or 0) * 10**digits / MILLION
    return np.full(size, half_away(Fraction(amount) * NANO), dtype=np.int64)


def _times(factor: Decimal, rates: Ints) -> Ints:
    exact = Fraction(factor)
    return product_quotient(rates, exact.numerator, exact.denominator)


def _points(points: Decimal, pieces: Sequence[Piece]) -> Ints:
    exact = Fraction(points)
    targets, quotas = ints([piece.target for piece in pieces]), ints([piece.quota for piece in pieces])
    divisor = product(np.maximum(quotas, 1), exact.denominator)
    rates = product_quotient(targets, exact.numerator * NANO, divisor)
    return np.where(quotas > 0, rates, 0)


@dataclass(frozen=True)
class Slices:
    """Parts of credits: which credit, its tier, its part of the base, and its number within the credit."""

    credit: Ints
    tier: Ints
    base: Ints
    number: Ints


def slices_of(table: Table, piece: Ints, x: Ints, end: Ints, base: Ints) -> tuple[Ints, Slices]:
    """Return the tier of each credit's first slice, and all slices of the credits that cross an edge."""
    low, high = np.minimum(x, end), np.maximum(x, end)
    from_tier = np.zeros(len(x), dtype=np.int8)
    to_tier = np.zeros(len(x), dtype=np.int8)
    still = low == high
    for edge in table.edges:
        place = edge[piece]
        from_tier += place <= low
        to_tier += place < high
    if still.any():
        here = np.flatnonzero(still)
        from_tier[here] = to_tier[here] = table.tier(end[here], piece[here])
    if table.fixed.any():
        from_tier[table.fixed[piece]] = to_tier[table.fixed[piece]] = 0
    crossing = np.flatnonzero(to_tier > from_tier)
    rows = (column[crossing] for column in (piece, x, end, base, from_tier, to_tier))
    return from_tier, _cut(table, crossing, *rows)


def _cut(table: Table, credit: Ints, piece: Ints, x: Ints, end: Ints, base: Ints, low: Ints, high: Ints) -> Slices:
    if not len(credit):
        return Slices(credit, credit, credit, credit)
    count = high.astype(np.int64) - low + 1
    index = np.repeat(np.arange(len(credit)), count)
    number = np.arange(len(index)) - np.repeat(np.cumsum(count) - count, count)
    rising = (end > x)[index]
    tier = np.where(rising, low[index] + number, high[index] - number)
    edges = np.stack([*table.edges, np.zeros_like(table.edges[0])], axis=1)
    last = number == count[index] - 1
    leaves_at = edges[piece[index], np.where(rising, tier, tier - 1)]
    way = np.abs(leaves_at - x[index])
    cut = product_quotient(base[index], way, np.abs(end - x)[index])
    upto = np.where(last, base[index], cut)
    before = np.where(number == 0, 0, np.concatenate((ints([0]), upto[:-1])))
    return Slices(credit[index], tier, upto - before, number)
