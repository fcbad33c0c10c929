"""Which figures would tell one that is hidden, by subtraction.

A figure that is put together from others tells a hidden part as soon as everything else in it is known. ``unknown`` names,
for each figure that a reader is shown, the hidden parts that count in it. A figure is *telling* when

* one hidden part counts in it: the rest can be taken away;
* it and another one differ by one hidden part: one can be taken from the other;
* it and another one count the same two hidden parts: two equations, two unknowns.

=============== =============================== ========================
figure          hidden parts                    telling
=============== =============================== ========================
A               south                           yes
B               south, west, east               no, but for C
C               south, west, east, abroad       yes: C − B is abroad
D               (none)                          no: nothing is hidden
=============== =============================== ========================

Of two that tell something together the one with more hidden parts is named, so that the other can still be shown; of two
alike both. A telling figure is shown as ``coarse`` says: rounded down to whole tenths, so that what is not reached never looks
reached. A part that counts a share s in it is then known no closer than 0.1 ÷ s, so never closer than a tenth of its way.

Three figures or more can tell what no two of them do; that is not looked for. Units: shares (0.62 is 62 %). No errors.
Source: cell suppression and rounding in statistical disclosure control (Willenborg and de Waal).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from decimal import ROUND_FLOOR, Decimal
from itertools import combinations
from typing import TypeVar

from kernel.ratio import Ratio

Key = TypeVar("Key", bound=Hashable)
STEP = Decimal("0.1")


def telling(unknown: Mapping[Key, frozenset[int]]) -> set[Key]:
    """Return the figures that tell a hidden part, by themselves or beside one other."""
    found = {key for key, parts in unknown.items() if len(parts) == 1}
    exact = {key: parts for key, parts in unknown.items() if len(parts) > 1}
    for one, other in combinations(sorted(exact, key=lambda key: len(exact[key])), 2):
        if one not in found and other not in found and _tell_together(exact[one], exact[other]):
            found |= {other} if len(exact[one]) < len(exact[other]) else {one, other}
    return found


def _tell_together(one: frozenset[int], other: frozenset[int]) -> bool:
    return (one < other and len(other - one) == 1) or (one == other and len(one) == 2)


def coarse(progress: Ratio) -> Ratio:
    """Return the progress in whole tenths, rounded down; what is undefined stays so."""
    value = progress.value
    if value is None:
        return progress
    return Ratio(value.quantize(STEP, ROUND_FLOOR) / STEP, 1 / STEP)
