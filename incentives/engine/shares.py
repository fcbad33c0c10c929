"""What each row of a transaction is worth: the whole, and this row's share of it.

Owners' shares are cut towards zero to the unit (a minor unit of money, a millionth of anything else) and the remainder
goes to the largest share, ties to the lowest participant, so that the owners' rows add up to the whole. An overlay
row is
its rounded percentage of the whole.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from incentives.engine.columns import Deals, Number
from incentives.engine.exact import MILLION, NANO, Flags, Ints, narrow, product, product_quotient, quotient
from incentives.engine.rates import Rates
from incentives.language.choices import ExchangeRate


def is_money(measure: str) -> bool:
    """Return whether a measure is counted in money."""
    return measure in ("amount", "margin") or measure.endswith("_amount")


class Shares:
    """Values of measures by row of the deals, kept once calculated."""

    def __init__(self, deals: Deals, rates: Rates) -> None:
        self.deals, self.rates = deals, rates
        self._wholes: dict[tuple[str, ExchangeRate], tuple[Ints, Flags]] = {}
        self._parts: dict[tuple[str, ExchangeRate], Ints] = {}

    def whole(self, measure: str, kind: ExchangeRate) -> tuple[Ints, Flags]:
        """Return each row's whole transaction in units, and where it cannot be converted."""
        kind = kind if is_money(measure) else ExchangeRate.PLAN_RATE
        if (measure, kind) not in self._wholes:
            self._wholes[measure, kind] = self._whole(measure, kind)
        return self._wholes[measure, kind]

    def _whole(self, measure: str, kind: ExchangeRate) -> tuple[Ints, Flags]:
        size = len(self.deals)
        nowhere = np.zeros(size, dtype=bool)
        if measure == "count":
            return np.full(size, MILLION, dtype=np.int64), nowhere
        number = self.deals.numbers.get(measure, Number(np.zeros(size, dtype=np.int64), 0))
        if is_money(measure):
            return self.rates.money(number, kind)
        if number.digits <= 6:
            return narrow(product(number.units, 10 ** (6 - number.digits))), nowhere
        return narrow(quotient(number.units, 10 ** (number.digits - 6))), nowhere

    def part(self, measure: str, kind: ExchangeRate) -> Ints:
        """Return each row's share in units."""
        kind = kind if is_money(measure) else ExchangeRate.PLAN_RATE
        if (measure, kind) not in self._parts:
            self._parts[measure, kind] = self._part(self.whole(measure, kind)[0])
        return self._parts[measure, kind]

    def _part(self, whole: Ints) -> Ints:
        divided = np.flatnonzero((self.deals.share != NANO) | self.deals.overlay)
        if not len(divided):
            return whole
        part = whole.copy()
        overlay = divided[self.deals.overlay[divided]]
        part[overlay] = product_quotient(whole[overlay], self.deals.share[overlay], NANO)
        owners = divided[~self.deals.overlay[divided]]
        exact = product(whole[owners], self.deals.share[owners])
        cut = np.where(exact < 0, -(-exact // NANO), exact // NANO)
        part[owners] = narrow(cut)
        self._remainders(part, whole)
        return part

    def _remainders(self, part: Ints, whole: Ints) -> None:
        rows, first, left = self._split
        if len(first):
            sums = np.add.reduceat(part[rows], first)
            part[left] += whole[left] - sums

    @cached_property
    def _split(self) -> tuple[Ints, Ints, Ints]:
        """Rows of split owners by transaction, where each transaction starts, and the row that takes its remainder."""
        deals = self.deals
        owners = np.flatnonzero(~deals.overlay & (deals.share != NANO))
        order = owners[np.lexsort((deals.person[owners], -deals.share[owners], deals.tx[owners]))]
        tx = deals.tx[order]
        first = np.flatnonzero(np.append(True, tx[1:] != tx[:-1])) if len(tx) else tx
        return order, first, order[first]
