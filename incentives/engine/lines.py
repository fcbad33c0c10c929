"""Earning lines as columns.

One line per credit × tier slice, per correction of an earlier rate, and per modifier. ``tx``, ``person``, ``cause`` and
``period`` are codes; −1 means none. ``base`` is in minor units or millionths, ``rate`` in 10⁻⁹, ``before`` the
position before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np

from incentives.engine.exact import Flags, Ints, chained, constant, small, taken


class Kind(IntEnum):
    """Why a line exists."""

    EARNED = 0
    RE_RATING = 1
    TO_DATE = 2
    LARGE_DEAL = 3
    LEAVER = 4
    GATE = 5
    PAY_BACK = 6
    MULTIPLIER = 7
    CAP = 8
    CARRIED_OVER = 9
    FLOOR = 10
    ADJUSTMENT = 11
    CLAWBACK = 12
    UN_EARNED = 13


@dataclass(frozen=True)
class Lines:
    """Columns of lines; ``window`` numbers the component's windows, ``first_rate`` is the first tier's rate there."""

    person: Ints
    tx: Ints
    day: Ints
    period: Ints
    kind: Ints
    amount: Ints
    base: Ints
    rate: Ints
    tier: Ints
    before: Ints
    cause: Ints
    window: Ints
    first_rate: Ints
    held: Flags

    def __len__(self) -> int:
        return len(self.amount)

    def take(self, rows: Ints | Flags) -> Lines:
        return Lines(**taken(self.__dict__, rows))


_NONE = {"tx", "cause", "window"}
_SMALL = {"tx", "cause", "window", "day", "period"}


def lines_of(kind: Kind, person: Ints, **columns: Ints | Flags) -> Lines:
    """Return lines of one kind; a column that is not given is 0, or −1 where it is a code of nothing."""
    size = len(person)
    filled: dict[str, Ints | Flags] = {"person": person, **columns}
    for item in fields(Lines):
        if item.name == "held":
            filled.setdefault("held", constant(False, size, bool))
        elif item.name not in filled:
            value = int(kind) if item.name == "kind" else -1 if item.name in _NONE else 0
            small_one = np.int32 if item.name in _SMALL else np.int64
            filled[item.name] = constant(value, size, np.int8 if item.name in ("kind", "tier") else small_one)
        elif item.name in _SMALL:
            filled[item.name] = small(filled[item.name])
    return Lines(**filled)


def together(parts: Sequence[Lines]) -> Lines:
    """Return the lines one after the other."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return lines_of(Kind.EARNED, np.zeros(0, dtype=np.int64))
    return drained([dict(part.__dict__) for part in parts])


def drained(parts: Sequence[dict[str, Ints]]) -> Lines:
    """Return lines one after the other; each column leaves ``parts`` as soon as it is copied, to spare memory."""
    return Lines(**{item.name: chained([part.pop(item.name) for part in parts]) for item in fields(Lines)})
