"""Each credit's window and piece of it.

Windows in use are numbered by (person, start), their pieces consecutively in time, so that sorting by piece sorts by
person,
window and time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np

from incentives.engine.exact import Flags, Ints, constant, ints, small
from incentives.engine.periods import Spans
from incentives.engine.quotas import Mode, Piece, Quotas, Start, half_away, needs_quota
from incentives.language.choices import Basis, Window
from incentives.language.plan import Component, Plan
from kernel.period import Calendar, Period

_DAYS = 4_000_000
_WHOLE = Period(date(1, 1, 1), date(9999, 1, 1))


@dataclass(frozen=True)
class Placed:
    """``piece`` of each credit (−1: its window has no quota), the pieces, and each piece's window, person and days."""

    piece: Ints
    pieces: Sequence[Piece]
    window: Ints
    person: Ints
    windows: Sequence[Period]

    def modes(self) -> Ints:
        return ints([piece.mode for piece in self.pieces])


def grain_of(plan: Plan, component: Component) -> str:
    """Return the grain of a component's windows: `quota`, `transaction`, or a calendar's."""
    if component.window is not None:
        return str(component.window)
    return "quota" if needs_quota(component) else str(plan.pay_period)


def placed(plan: Plan, component: Component, quotas: Quotas, calendar: Calendar, persons: Ints, days: Ints) -> Placed:
    """Return the windows and pieces of credits."""
    grain = grain_of(plan, component)
    if grain == Window.TRANSACTION or not len(days):
        size = len(days)
        piece = Piece(_WHOLE, 0, 0, Mode.NORMAL, Start.ZERO)
        return Placed(constant(0, size, np.int32), [piece], ints([0]), ints([-1]), [])
    if grain == Window.QUOTA:
        codes, windows = _by_rows(quotas, calendar, persons, days)
    else:
        spans = Spans(calendar, grain, int(days.min()), int(days.max()) + 1)
        codes, windows = spans.of(days), spans.periods
    return _pieces(quotas, persons, days, codes, windows)


def _by_rows(quotas: Quotas, calendar: Calendar, persons: Ints, days: Ints) -> tuple[Ints, Sequence[Period]]:
    """Number the quota rows' own periods of everybody; credits outside them get −1."""
    first, last = int(days.min()), int(days.max()) + 1
    found: list[Period] = []
    number: dict[Period, int] = {}
    low, width = first, last - first
    grid = np.full((len(quotas.people.names), width), -1, dtype=np.int32)
    for code in np.flatnonzero(np.bincount(persons, minlength=len(grid))):
        for period, start, end in _periods(
            quotas, calendar, int(code), date.fromordinal(first), date.fromordinal(last)
        ):
            place = number.setdefault(period, len(found))
            if place == len(found):
                found.append(period)
            grid[code, start.toordinal() - low : end.toordinal() - low] = place
    order = sorted(range(len(found)), key=lambda place: found[place])
    rank = np.empty(len(found) + 1, dtype=np.int32)
    rank[order] = np.arange(len(found))
    rank[-1] = -1
    return rank[grid[persons, days - low]], [found[place] for place in order]


def _periods(quotas: Quotas, calendar: Calendar, code: int, first: date, last: date) -> list[tuple[Period, date, date]]:
    """Return the windows of a person's quota rows, each with the days of ``[first, last)`` on which its row is in
    force.
    """
    found = []
    for row in quotas.of(code, first):
        start, end = max(row.starts_on, first), min(row.ends_before, last)
        if start >= end:
            continue
        whole = calendar.periods_between(row.per, start, end) if row.per else [Period(row.starts_on, row.ends_before)]
        found += [(period, max(period.starts_on, start), min(period.ends_before, end)) for period in whole]
    return found


def _pieces(quotas: Quotas, persons: Ints, days: Ints, codes: Ints, windows: Sequence[Period]) -> Placed:
    pair = persons * len(windows) + codes
    lost = codes < 0
    if lost.any():
        pair = np.where(lost, -1, pair)
    used = np.flatnonzero(np.bincount(pair + 1, minlength=1)[1:])
    first, pieces, owner = small(np.zeros(int(pair.max()) + 2)), list[Piece](), list[int]()
    first[-1] = -1
    starts: list[int] = []
    several = False
    for rank, place in enumerate(used.tolist()):
        person, window = divmod(place, len(windows))
        first[place] = len(pieces)
        found = quotas.pieces(person, windows[window])
        several = several or len(found) > 1
        pieces += found
        owner += [rank] * len(found)
        starts += [rank * _DAYS + piece.days.starts_on.toordinal() for piece in found]
    piece = first[pair]
    if several:
        rank = ints(owner)[np.maximum(piece, 0)]
        exact = np.searchsorted(ints(starts), rank * _DAYS + days, side="right") - 1
        piece = np.where(piece < 0, -1, np.maximum(exact, piece))
    who = used // max(len(windows), 1)
    return Placed(
        small(piece), pieces, small(owner), who[ints(owner)], [windows[p % len(windows)] for p in used.tolist()]
    )


def offsets(component: Component, placed_in: Placed, sums: Ints) -> Ints:
    """Return the position at which each piece starts; ``sums`` is the basis added up in each piece."""
    start = np.zeros(len(placed_in.pieces), dtype=np.int64)
    for number in range(1, len(placed_in.pieces)):
        new, old = placed_in.pieces[number], placed_in.pieces[number - 1]
        if placed_in.window[number] == placed_in.window[number - 1]:
            start[number] = _carried(component, old, new, int(start[number - 1] + sums[number - 1]))
    return start


def _carried(component: Component, old: Piece, new: Piece, position: int) -> int:
    if new.start is Start.AMOUNT:
        return position
    if new.start is Start.ZERO:
        return 0
    if component.basis is not Basis.ATTAINMENT:
        return position
    if old.mode is not Mode.NORMAL or new.mode is not Mode.NORMAL:
        return 0
    return half_away(Fraction(position * new.quota, old.quota))


def stopped(placed_in: Placed) -> Flags:
    """Return which credits earn nothing because their window has no quota or no target pay."""
    modes = np.append(placed_in.modes(), int(Mode.MISSING))
    missing: Flags = modes[placed_in.piece] == Mode.MISSING
    return missing
