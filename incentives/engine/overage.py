"""Whole overage: the part of each credit below the first edge, and the part above it."""

from __future__ import annotations

import numpy as np

from incentives.engine.exact import Ints, product_quotient
from incentives.engine.rerate import Own
from incentives.engine.tiers import Table


def overage_of(table: Table, piece: Ints, x: Ints, end: Ints, base: Ints, tier: Ints) -> Own:
    """Return the parts of each credit: number 0 below the first edge at the first tier, number 1 above it at
    ``tier``.
    """
    size = len(x)
    below = base.copy()
    if table.edges:
        edge = table.edges[0][piece]
        low, high = np.minimum(x, end), np.maximum(x, end)
        above = np.where(low == high, tier > 0, edge <= low)
        below[above] = 0
        crossing = np.flatnonzero(~above & (edge < high))
        way = (end - x)[crossing]
        part = product_quotient(base[crossing], np.abs(edge - x)[crossing], np.maximum(np.abs(way), 1))
        below[crossing] = np.where(way > 0, part, base[crossing] - part)
    index = np.arange(size)
    own = Own(
        np.append(index, index),
        np.append(np.zeros(size, dtype=np.int64), np.ones(size, dtype=np.int64)),
        np.append(np.zeros(size, dtype=np.int8), tier),
        np.append(below, base - below),
    )
    return own.take(own.base != 0)
