"""Re-rating: when a tier is reached or lost, deals already in the window are paid at the new tier's rate.

The difference is a line of its own on the deal whose rate changed and names the deal that caused it. Windows are
worked on
together: first every window's first change of tier, then every window's second, and so on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from incentives.engine.exact import Flags, Ints, ints, lengths_of
from incentives.language.choices import ReRating


@dataclass(frozen=True)
class Own:
    """Parts of credits as first paid: which credit, which part of it (of two, the second is re-rated), tier, base."""

    credit: Ints
    number: Ints
    tier: Ints
    base: Ints

    def take(self, rows: Ints | Flags) -> Own:
        return Own(self.credit[rows], self.number[rows], self.tier[rows], self.base[rows])


@dataclass(frozen=True)
class Again:
    """Corrections: the credit that is paid again, the one that caused it, both tiers, the base."""

    credit: Ints
    cause: Ints
    tier: Ints
    old: Ints
    base: Ints


def re_rated(own: Own, tier: Ints, starts: Ints, how: ReRating, part: int) -> Again:
    """Return the corrections of the parts numbered ``part``. ``tier``: reached by each credit; ``starts``: of
    windows.
    """
    found: list[tuple[Ints, ...]] = []
    changes, begins = _changes(tier, starts) if how is not ReRating.NO else (ints([]), ints([]))
    current = tier.copy()
    base = np.zeros(len(tier), dtype=np.int64)
    rated = own.number == part
    base[own.credit[rated]] = own.base[rated]
    while len(changes):
        this = np.append(True, begins[1:] != begins[:-1])
        cause, start = changes[this], begins[this]
        index, place = _ranges(start, cause)
        new = tier[cause][index]
        wrong = current[place] != new if how is ReRating.BOTH_WAYS else current[place] < new
        place, new, by = place[wrong], new[wrong], cause[index][wrong]
        found.append((place, by, new, current[place], base[place]))
        current[place] = new
        changes, begins = changes[~this], begins[~this]
    if not found:
        nothing = ints([])
        return Again(nothing, nothing, nothing, nothing, nothing)
    again = Again(*(np.concatenate(column) for column in zip(*found, strict=True)))
    paid = again.base != 0
    return Again(*(getattr(again, name)[paid] for name in Again.__dataclass_fields__))


def _changes(tier: Ints, starts: Ints) -> tuple[Ints, Ints]:
    """Return the credits at which the tier differs from the one before in the window, and their windows' begins."""
    begin = np.repeat(starts, lengths_of(starts, len(tier)))
    differs = np.flatnonzero(np.append(False, tier[1:] != tier[:-1])) if len(tier) else ints([])
    inside = differs[differs != begin[differs]]
    return inside, begin[inside]


def _ranges(start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Return all numbers of all ranges [start, end), and the range each belongs to."""
    count = end - start
    index = np.repeat(np.arange(len(count)), count)
    return index, np.arange(len(index)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(start, count)
