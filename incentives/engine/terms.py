"""The terms behind a line: its window's quota and target pay, and its rate of exchange with the day it is of.

Lines keep codes, not terms. These are looked up again by the same functions that paid, when somebody asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from incentives.engine.exact import Ints
from incentives.engine.lines import Kind
from incentives.engine.quotas import Piece, Quotas, needs_quota, needs_target
from incentives.engine.run import Result
from incentives.engine.todate import to_date
from incentives.engine.windows import grain_of, placed
from incentives.facts.rows import Quota
from incentives.language.choices import ComponentType, Evaluated, Window
from incentives.language.plan import Component
from kernel.period import Period

PAID_ON_CREDITS = (ComponentType.COMMISSION, ComponentType.BONUS, ComponentType.OVERRIDE)
_BY_RATE = (Kind.EARNED, Kind.RE_RATING, Kind.TO_DATE, Kind.LARGE_DEAL)


@dataclass(frozen=True)
class Term:
    """The piece of a window that a line was paid by, the whole window, and the rows of the quotas file in it."""

    piece: Piece
    window: Period
    rows: Sequence[Quota]


class Terms:
    """Looks terms up for the lines of one result."""

    def __init__(self, result: Result) -> None:
        self.result = result

    def of(self, number: int) -> Term | None:
        """Return the quota and target pay that a line was paid by; None where its component has neither."""
        return self._terms.get(number)

    @cached_property
    def _terms(self) -> dict[int, Term]:
        found: dict[int, Term] = {}
        lines = self.result.lines
        for place, component in enumerate(self.result.plan.components):
            if not _has_terms(component):
                continue
            mine = np.flatnonzero((self.result.component == place) & np.isin(lines.kind, _BY_RATE))
            if len(mine):
                found |= zip(mine.tolist(), self._placed(component, lines.person[mine], lines.day[mine]), strict=True)
        return found

    def _placed(self, component: Component, persons: Ints, days: Ints) -> list[Term]:
        result = self.result
        quotas = Quotas(result.plan, result.facts, result.people, result.periods.calendar, component)
        if component.evaluated is Evaluated.TO_DATE:
            pieces, windows = self._to_date(component, quotas, persons, days)
        else:
            places = placed(result.plan, component, quotas, result.periods.calendar, persons, days)
            pieces = [places.pieces[number] for number in places.piece.tolist()]
            windows = [places.windows[int(places.window[number])] for number in places.piece.tolist()]
        return [
            Term(piece, window, _inside(quotas.of(code, window.starts_on), window))
            for piece, window, code in zip(pieces, windows, persons.tolist(), strict=True)
        ]

    def _to_date(
        self, component: Component, quotas: Quotas, persons: Ints, days: Ints
    ) -> tuple[list[Piece], list[Period]]:
        """Return the pieces to date, each with the days from the start of the fiscal year to its window's end."""
        result, calendar = self.result, self.result.periods.calendar
        grain = grain_of(result.plan, component)
        year = to_date(quotas, calendar, grain, np.unique(persons), int(days.min()), int(days.max()) + 1)
        place = year.spans.of(days)
        pieces = [year.pieces[number] for number in year.number[persons, place].tolist()]
        ends = [year.spans.periods[number].ends_before for number in place.tolist()]
        starts = [calendar.period_of("year", date.fromordinal(day)).starts_on for day in days.tolist()]
        return pieces, [Period(start, end) for start, end in zip(starts, ends, strict=True)]


def _has_terms(component: Component) -> bool:
    if component.type not in PAID_ON_CREDITS or component.window is Window.TRANSACTION:
        return False
    return needs_quota(component) or needs_target(component)


def _inside(rows: Sequence[Quota], window: Period) -> list[Quota]:
    return [row for row in rows if row.starts_on < window.ends_before and window.starts_on < row.ends_before]
