"""To date, less what was earned before: quota, target pay and position run from the start of the fiscal year.

Each window evaluates the whole year so far against quota to date. Where a window begins, the pay of the position
reached is
looked up again on the new edges; the difference to the old edges is a line of its own without a transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from incentives.engine.credits import Credit
from incentives.engine.curves import Curve, curve_of
from incentives.engine.exact import (
    Flags,
    Ints,
    ints,
    narrow,
    product,
    running,
    stable_order,
    starts_of,
)
from incentives.engine.lines import Kind, Lines, lines_of, together
from incentives.engine.periods import Spans
from incentives.engine.positions import Earning, reduced
from incentives.engine.quotas import Mode, Piece, Quotas
from incentives.engine.tiers import Table, slices_of, table_of
from incentives.language.choices import Basis
from kernel.period import Calendar, Period


@dataclass(frozen=True)
class ToDate:
    """Pieces of everybody's windows, in order of (person, window); ``group`` numbers (person, fiscal year)."""

    pieces: Sequence[Piece]
    person: Ints
    group: Ints
    first: Ints
    number: Ints
    spans: Spans
    years: Sequence[Period]
    problems: dict[tuple[int, int], str]


def to_date(quotas: Quotas, calendar: Calendar, grain: str, persons: Ints, first: int, until: int) -> ToDate:
    """Return the pieces to date of people for every window from the fiscal year of ``first`` up to ``until``."""
    years = Spans(calendar, "year", first, until)
    spans = Spans(calendar, grain, int(years.starts[0]), until)
    year_of = years.of(spans.starts)
    pieces: list[Piece] = []
    problems: dict[tuple[int, int], str] = {}
    columns: list[tuple[int, int, int]] = []
    number = np.full((len(quotas.people.names), len(spans)), -1, dtype=np.int64)
    for code in persons.tolist():
        year, quota, target = -1, 0, 0
        for place, window in enumerate(spans.periods):
            if year_of[place] != year:
                year, quota, target = int(year_of[place]), 0, 0
            piece = quotas.pieces(code, window)[0]
            if piece.problem:
                problems[code, place] = piece.problem
            if piece.mode is Mode.MISSING:
                continue
            quota += piece.quota if piece.mode is not Mode.ZERO else 0
            target += piece.target
            number[code, place] = len(pieces)
            columns.append((code, code * len(years) + year, window.starts_on.toordinal()))
            pieces.append(_so_far(quotas, piece, quota, target))
    person, group, starts = ints(columns).reshape(-1, 3).T
    return ToDate(pieces, person, group, starts, number, spans, years.periods, problems)


def _so_far(quotas: Quotas, piece: Piece, quota: int, target: int) -> Piece:
    normal = quota > 0 or quotas.component.basis is not Basis.ATTAINMENT
    return replace(piece, quota=quota, target=target, mode=Mode.NORMAL if normal else piece.mode)


class EarningToDate(Earning):
    """Calculates the lines of a component that is evaluated to date."""

    def lines_to_date(self, credit: Credit, year: ToDate, periods: Spans) -> tuple[Lines, Flags, list[tuple[int, str]]]:
        """Return the lines, which credits have no quota in their window, and what is wrong with whose windows in
        use.
        """
        window = year.spans.of(credit.day)
        piece = year.number[credit.person, window]
        stopped = piece < 0
        used = sorted(set(zip(credit.person.tolist(), window.tolist(), strict=True)) & set(year.problems))
        problems = [(person, year.problems[person, place]) for person, place in used]
        credit, piece = credit.take(~stopped), piece[~stopped]
        order = stable_order(credit.tx, credit.day, piece)
        if order is not None:
            credit, piece = credit.take(order), piece[order]
        groups = year.group[piece]
        starts = starts_of(groups)
        end, paid = narrow(running(credit.basis, starts)), narrow(running(credit.base, starts))
        reached, worth = self._reached(year, piece, end), self._reached(year, piece, paid)
        x = end - credit.basis
        if self.component.curve:
            curve = curve_of(self.component, year.pieces, self.digits, half_even=self.half_even)
            return self._curved(credit, piece, x, end, paid, year, curve, (reached, worth), periods), stopped, problems
        return self._tiered(credit, piece, x, end, year, reached, periods), stopped, problems

    def _reached(self, year: ToDate, piece: Ints, running_sum: Ints) -> Ints:
        """Return the sum reached before each piece of the year begins."""
        reached = np.zeros(len(year.pieces), dtype=np.int64)
        last = np.append(piece[1:] != piece[:-1], True) if len(piece) else np.zeros(0, dtype=bool)
        ends = np.full(len(year.pieces), -1, dtype=np.int64)
        ends[piece[last]] = np.flatnonzero(last)
        for number in range(1, len(reached)):
            if year.group[number] == year.group[number - 1]:
                place = ends[number - 1]
                reached[number] = running_sum[place] if place >= 0 else reached[number - 1]
        return reached

    def _openings(self, year: ToDate, piece: Ints) -> Ints:
        """Return the pieces that follow another one of the same year, from the person's first credit in it on."""
        first = np.full(int(year.group.max(initial=0)) + 1, len(year.pieces), dtype=np.int64)
        np.minimum.at(first, year.group[piece], piece)
        number = np.arange(len(year.pieces))
        return number[(number > 0) & (first[year.group] < number)] if len(number) else number

    def _opening_lines(self, year: ToDate, pieces: Ints, amount: Ints, reached: Ints, periods: Spans) -> Lines:
        days = year.first[pieces]
        return lines_of(
            Kind.TO_DATE, year.person[pieces], day=days, period=periods.of(days), amount=amount, before=reached[pieces],
            window=year.group[pieces] % len(year.years),
        )  # fmt: skip

    def _curved(
        self, credit: Credit, piece: Ints, x: Ints, end: Ints, paid: Ints, year: ToDate, curve: Curve, sums:
        tuple[Ints, Ints],
        periods: Spans,
    ) -> Lines:  # fmt: skip
        reached, worth = sums
        amount = curve.pay(end, paid, piece) - curve.pay(x, paid - credit.base, piece)
        opening = self._openings(year, piece)
        new, old = (curve.pay(reached[opening], worth[opening], at) for at in (opening, opening - 1))
        changed = new != old
        opening, difference = opening[changed], (new - old)[changed]
        lines = self._of_credits(
            credit, piece, x, amount, credit.base, np.zeros(len(x), dtype=np.int8), credit.base * 0, year
        )
        both = together([lines, self._opening_lines(year, opening, difference, reached, periods)])
        order = _in_order(piece, np.arange(len(x)), opening)
        return both.take(_paid(order, credit.refund, both.amount))

    def _of_credits(
        self, credit: Credit, piece: Ints, x: Ints, amount: Ints, base: Ints, tier: Ints, rate: Ints, year: ToDate
    ) -> Lines:
        return lines_of(
            Kind.EARNED, credit.person, tx=credit.tx, day=credit.day, period=credit.period, amount=amount, base=base,
            rate=rate, tier=tier.astype(np.int8), before=x, window=year.group[piece] % len(year.years),
            held=credit.held,
        )  # fmt: skip

    def _tiered(
        self, credit: Credit, piece: Ints, x: Ints, end: Ints, year: ToDate, reached: Ints, periods: Spans
    ) -> Lines:
        table = table_of(self.component, year.pieces, self.digits)
        rates, divisor = reduced(table.rates)
        first, cut = slices_of(table, piece, x, end, credit.base)
        single = np.ones(len(x), dtype=bool)
        single[cut.credit] = False
        whole = np.flatnonzero(single)
        index, tier = np.append(whole, cut.credit), np.append(first[whole], cut.tier)
        base, number = np.append(credit.base[whole], cut.base), np.append(whole * 0, cut.number)
        opening = self._openings(year, piece)
        at = reached[opening]
        difference = _worth(table, rates, opening, at) - _worth(table, rates, opening - 1, at)
        changed = difference != 0
        opening, difference = opening[changed], difference[changed]
        exact = np.append(product(base, rates[piece[index], tier]), difference)
        place = np.append(piece[index], opening)
        order = _in_order(piece[index], index * (int(number.max(initial=0)) + 1) + number, opening)
        amount = np.empty(len(order), dtype=np.int64)
        starts = starts_of(year.group[place[order]])
        amount[order] = self._rounded(exact[order], divisor, starts)
        rate = table.rates[piece[index], tier]
        mine = self._of_credits(
            credit.take(index), piece[index], x[index], amount[: len(index)], base, tier, rate, year
        )  # fmt: skip
        openings = self._opening_lines(year, opening, amount[len(index) :], reached, periods)
        both = together([mine, openings])
        return both.take(_paid(order, credit.refund[index], both.amount))


def _in_order(piece: Ints, number: Ints, opening: Ints) -> Ints:
    """Return the order of credits' lines followed by openings: by piece, its opening before its credits."""
    after = np.append(number + 1, opening * 0)
    return np.lexsort((after, np.append(piece, opening)))


def _paid(order: Ints, refund: Flags, amount: Ints) -> Ints:
    """Return the order without the lines of refunds, which pay nothing."""
    idle = np.append(refund, np.zeros(len(order) - len(refund), dtype=bool)) & (amount == 0)
    return np.asarray(order[~idle[order]])


def _worth(table: Table, rates: Ints, piece: Ints, position: Ints) -> Ints:
    """Return the exact marginal pay of a whole position: r₀X + Σ (rₖ − rₖ₋₁) × max(X − Eₖ, 0)."""
    total = product(position, rates[piece, 0])
    for number, edge in enumerate(table.edges, start=1):
        above = np.maximum(position - edge[piece], 0)
        total = total + product(above, rates[piece, number] - rates[piece, number - 1])
    return np.asarray(total)
