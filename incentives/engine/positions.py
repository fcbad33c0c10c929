"""What each credit earns at the position it reaches.

Credits are sorted by (person, window, piece, day, transaction); the position is the running sum of the basis. Exact
amounts
are integers (base × rate); their running total per window is rounded and every line is the difference of two rounded
totals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd

import numpy as np

from incentives.engine.credits import Credit
from incentives.engine.curves import curve_of
from incentives.engine.exact import (
    NANO,
    Flags,
    Ints,
    before,
    narrow,
    product,
    quotient,
    running,
    running_rounded,
    stable_order,
    starts_of,
)
from incentives.engine.lines import Kind, Lines, lines_of, together
from incentives.engine.overage import overage_of
from incentives.engine.quotas import Piece
from incentives.engine.rerate import Own, re_rated
from incentives.engine.tiers import Slices, Table, slices_of, table_of
from incentives.engine.windows import Placed, offsets
from incentives.language.choices import Application, Basis, LeaverEarns, ReRating, RoundEach, RoundingMode, Window
from incentives.language.plan import Component, Plan


@dataclass(frozen=True)
class Sorted:
    """Credits in the order in which they count, with their pieces, windows and positions."""

    credit: Credit
    piece: Ints
    window: Ints
    starts: Ints
    x: Ints
    end: Ints


def re_rating_of(component: Component) -> ReRating:
    """Return what happens to earlier deals: left out, the whole applications re-rate both ways."""
    if component.re_rating is not None:
        return component.re_rating
    whole = (Application.WHOLE_WINDOW, Application.WHOLE_OVERAGE)
    return ReRating.BOTH_WAYS if component.application in whole else ReRating.NO


def sort(component: Component, credit: Credit, places: Placed) -> Sorted:
    """Return the credits sorted, with their running positions."""
    alone = component.window is Window.TRANSACTION
    keys = (credit.tx, credit.day, credit.person) if alone else (credit.tx, credit.day, places.piece)
    order = stable_order(*keys)
    piece = places.piece
    if order is not None:
        credit, piece = credit.take(order), piece[order]
    if alone:
        window = np.arange(len(credit))
        return Sorted(credit, piece, window, window, np.zeros(len(credit), dtype=np.int64), credit.basis)
    window = places.window[piece]
    piece_starts = starts_of(piece)
    position = narrow(running(credit.basis, piece_starts))
    if len(places.windows) < len(places.pieces):
        sums = np.zeros(len(places.pieces), dtype=np.int64)
        ends = np.append(piece_starts, len(piece))[1:] - 1
        sums[piece[ends]] = position[ends]
        position = position + offsets(component, places, sums)[piece]
    return Sorted(credit, piece, window, starts_of(window), position - credit.basis, position)


class Earning:
    """Calculates the lines of one tiered component."""

    def __init__(self, plan: Plan, component: Component, digits: int) -> None:
        self.plan, self.component, self.digits = plan, component, digits
        self.half_even = plan.rounding is RoundingMode.HALF_EVEN
        self.each_line = plan.round_each is RoundEach.LINE
        modified = component.gate or component.multipliers or component.caps or component.floors
        self.ordered = bool(modified or plan.caps or plan.floors or plan.leaver.earns is LeaverEarns.PRO_RATA)

    def lines(self, rows: Sorted, pieces: Sequence[Piece]) -> Lines:
        """Return the lines of sorted credits."""
        if not len(rows.credit):
            return together([])
        if self.component.curve:
            return self._curve(rows, pieces)
        table = table_of(self.component, pieces, self.digits)
        if self.component.application is Application.MARGINAL:
            return self._marginal(rows, table)
        return self._whole(rows, table)

    def _curve(self, rows: Sorted, pieces: Sequence[Piece]) -> Lines:
        curve = curve_of(self.component, pieces, self.digits, half_even=self.half_even)
        paid = narrow(running(rows.credit.base, rows.starts))
        after = curve.pay(rows.end, paid, rows.piece)
        amount = after - curve.pay(rows.x, paid - rows.credit.base, rows.piece)
        return self._own(
            rows, None, amount, rows.credit.base, np.zeros(len(amount), dtype=np.int8), rows.credit.base * 0, None
        )

    def _own(
        self,
        rows: Sorted,
        index: Ints | None,
        amount: Ints,
        base: Ints,
        tier: Ints,
        rate: Ints,
        first_rate: Ints | None,
        refunds: bool = False,
    ) -> Lines:
        """Return the credits' own lines; ``index``: which credit each is of (None: all in order). Refunds pay nothing
        and have no line, unless ``refunds`` keeps them so that the lines can still be sorted.
        """
        credit, window, x = rows.credit, rows.window, rows.x
        if index is not None:
            credit, window, x = credit.take(index), window[index], x[index]
        dropped = not refunds and bool(rows.credit.refund.any())
        lines = lines_of(
            Kind.EARNED, credit.person, tx=credit.tx, day=credit.day, period=credit.period, amount=amount, base=base,
            rate=rate, tier=tier, before=x, window=window, held=credit.held, first_rate=rate * 0 if first_rate is None
            else first_rate,
        )  # fmt: skip
        return lines.take(~credit.refund | (amount != 0)) if dropped else lines

    def _marginal(self, rows: Sorted, table: Table) -> Lines:
        first, cut = slices_of(table, rows.piece, rows.x, rows.end, rows.credit.base)
        amount, pieces = self._slices_paid(rows, table, first, cut)
        if not len(cut.credit):
            return self._sliced(rows, table, None, first, rows.credit.base, amount)
        return self._with_slices(rows, table, first, cut, amount, pieces)

    def _slices_paid(self, rows: Sorted, table: Table, first: Ints, cut: Slices) -> tuple[Ints, Ints]:
        """Return the money of each credit, and of each slice of those that have several."""
        rates, divisor = reduced(table.rates)
        numerators = product(rows.credit.base, rates.ravel()[rows.piece * table.tiers + first])
        if not len(cut.credit):
            return self._rounded(numerators, divisor, rows.starts), cut.base
        parts = product(cut.base, rates[rows.piece[cut.credit], cut.tier])
        begins = np.flatnonzero(cut.number == 0)
        numerators[cut.credit[begins]] = np.add.reduceat(parts, begins)
        if self.each_line:
            amount = narrow(quotient(numerators, divisor, half_even=self.half_even))
            return amount, narrow(quotient(parts, divisor, half_even=self.half_even))
        totals = running(numerators, rows.starts)
        exact = totals[cut.credit] - numerators[cut.credit] + running(parts, begins)
        del numerators
        rounded = narrow(quotient(totals, divisor, half_even=self.half_even))
        del totals
        amount = rounded - before(rounded, rows.starts)
        inner = narrow(quotient(exact, divisor, half_even=self.half_even))
        earlier = np.where(cut.number == 0, (rounded[cut.credit] - amount[cut.credit]), np.append(0, inner[:-1]))
        return amount, inner - earlier

    def _with_slices(self, rows: Sorted, table: Table, first: Ints, cut: Slices, amount: Ints, pieces: Ints) -> Lines:
        """Return the lines where some credits have several slices; in order, those follow one another."""
        begins = np.flatnonzero(cut.number == 0)
        base, tier = rows.credit.base.copy(), first.copy()
        base[cut.credit[begins]], tier[cut.credit[begins]] = cut.base[begins], cut.tier[begins]
        amount[cut.credit[begins]] = pieces[begins]
        more = cut.number > 0
        if not self.ordered:
            head = self._sliced(rows, table, None, tier, base, amount)
            return together(
                [head, self._sliced(rows, table, cut.credit[more], cut.tier[more], cut.base[more], pieces[more])]
            )
        index = np.append(np.arange(len(base)), cut.credit[more])
        place = np.append(np.zeros(len(base), dtype=np.int64), cut.number[more])
        order = np.lexsort((place, index))
        columns = (np.append(tier, cut.tier[more]), np.append(base, cut.base[more]), np.append(amount, pieces[more]))
        return self._sliced(rows, table, index[order], *(column[order] for column in columns))

    def _sliced(
        self,
        rows: Sorted,
        table: Table,
        index: Ints | None,
        tier: Ints,
        base: Ints,
        amount: Ints,
        *,
        refunds: bool = False,
    ) -> Lines:
        piece = rows.piece if index is None else rows.piece[index]
        rate, first = table.rates.ravel()[piece * table.tiers + tier], table.rates[piece, 0]
        return self._own(rows, index, amount, base, tier.astype(np.int8), rate, first, refunds)

    def _rounded(self, numerators: Ints, divisor: int, starts: Ints) -> Ints:
        return running_rounded(numerators, divisor, starts, half_even=self.half_even, each_line=self.each_line)

    def _whole(self, rows: Sorted, table: Table) -> Lines:
        tier = self._looked_up(rows, table)
        own = Own(np.arange(len(tier)), np.zeros(len(tier), dtype=np.int64), tier, rows.credit.base)
        overage = self.component.application is Application.WHOLE_OVERAGE
        if overage:
            own = overage_of(table, rows.piece, rows.x, rows.end, rows.credit.base, tier)
        again = re_rated(own, tier, rows.starts, re_rating_of(self.component), int(overage))
        rates, divisor = reduced(table.rates)
        size = table.tiers
        own_rate = rates.ravel()[rows.piece[own.credit] * size + own.tier]
        new_rate = rates.ravel()[rows.piece[again.credit] * size + again.tier]
        old_rate = rates.ravel()[rows.piece[again.credit] * size + again.old]
        numerators = np.append(product(own.base, own_rate), product(again.base, new_rate - old_rate))
        cause, sub = np.append(own.credit, again.cause), np.append(own.number, again.credit + 2)
        order = np.lexsort((sub, cause))
        starts = starts_of(rows.window[cause[order]])
        amount = np.empty(len(order), dtype=np.int64)
        amount[order] = self._rounded(numerators[order], divisor, starts)
        scale = NANO // divisor
        mine = self._sliced(rows, table, own.credit, own.tier, own.base, amount[: len(own.credit)], refunds=True)
        corrections = self._corrections(
            rows, again.credit, again.cause, amount[len(own.credit) :], again.base, again.tier
        )
        corrections = Lines(**{**corrections.__dict__, "rate": (new_rate - old_rate) * scale})
        refund = np.append(rows.credit.refund[own.credit], np.zeros(len(again.credit), dtype=bool))
        kept = order[~refund[order] | (amount[order] != 0)]
        return together([mine, corrections]).take(kept)

    def _corrections(self, rows: Sorted, credit: Ints, cause: Ints, amount: Ints, base: Ints, tier: Ints) -> Lines:
        of, by = rows.credit.take(credit), rows.credit.take(cause)
        return lines_of(
            Kind.RE_RATING, of.person, tx=of.tx, day=by.day, period=by.period, amount=amount, base=base,
            tier=tier.astype(np.int8), before=rows.x[cause], cause=by.tx, window=rows.window[credit], held=of.held,
        )  # fmt: skip

    def _looked_up(self, rows: Sorted, table: Table) -> Ints:
        if self.component.basis is Basis.KPI:
            return table.tier(rows.credit.over, rows.piece)
        if self.component.basis is Basis.RATIO:
            return self._ratio(rows, table)
        return table.tier(rows.end, rows.piece)

    def _ratio(self, rows: Sorted, table: Table) -> Ints:
        """Compare numerator × 10⁹ with edge × denominator; without a positive denominator the first tier holds."""
        over = narrow(running(rows.credit.over, rows.starts))
        found = np.zeros(len(over), dtype=np.int8)
        defined: Flags = over > 0
        scaled = product(rows.end, NANO)
        for edge in table.edges:
            found += table.reached(scaled, product(edge[rows.piece], over)) & defined
        return found


def reduced(rates: Ints) -> tuple[Ints, int]:
    """Return the rates divided by what they and the scale have in common, and the scale that is left."""
    common = gcd(NANO, *(int(rate) for rate in np.unique(rates)))
    return rates // common, NANO // common
