"""Rates of exchange by row. A rate is an exact fraction; where one is missing the row is marked, never 1."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from incentives.engine.columns import Deals, Number
from incentives.engine.exact import Flags, Ints, ints, narrow, product, quotient
from incentives.engine.periods import Spans
from incentives.facts.rows import Facts
from incentives.language.choices import ExchangeRate
from incentives.language.plan import Plan
from kernel.money import Currency

_DIGITS = 12


@dataclass(frozen=True)
class Used:
    """A rate of exchange: one unit of ``currency`` in the plan's, and the day of its row (None: a plan rate)."""

    currency: str
    rate: Decimal
    dated: date | None


class Rates:
    """Converts money of the deals to minor units of the plan's currency."""

    def __init__(self, plan: Plan, facts: Facts, deals: Deals, spans: Spans, posted: Ints) -> None:
        self.plan, self.deals, self.spans, self.posted = plan, deals, spans, posted
        self.digits = Currency.of(plan.currency).digits
        self.foreign = deals.currency.codes != self._own()
        self.dated: dict[str, list[tuple[int, Decimal]]] = defaultdict(list)
        for row in sorted(facts.rates, key=lambda row: row.date):
            if row.target == plan.currency:
                self.dated[row.source].append((row.date.toordinal(), row.rate))

    def _own(self) -> int:
        names = self.deals.currency.categories
        return names.index(self.plan.currency) if self.plan.currency in names else -1

    def money(self, number: Number, kind: ExchangeRate) -> tuple[Ints, Flags]:
        """Return the column in minor units, rounded once, and where its rate is missing (there it is 0)."""
        missing = np.zeros(len(number.units), dtype=bool)
        if not self.foreign.any():
            return self._minor(number.units, number.digits), missing
        rate = np.full(len(number.units), 10**_DIGITS, dtype=object)
        for code, currency in enumerate(self.deals.currency.categories):
            rows = np.flatnonzero((self.deals.currency.codes == code) & self.foreign)
            found, absent = self._of(currency, rows, kind)
            rate[rows], missing[rows] = found, absent
        return self._minor(product(number.units, rate), number.digits + _DIGITS), missing

    def _minor(self, units: Ints, digits: int) -> Ints:
        if digits <= self.digits:
            return narrow(product(units, 10 ** (self.digits - digits)))
        return narrow(quotient(units, 10 ** (digits - self.digits)))

    def used(self, row: int, kind: ExchangeRate) -> Used | None:
        """Return the rate by which a row of the deals is converted; None for the plan's own currency, or without one."""
        currency = self.deals.currency.categories[int(self.deals.currency.codes[row])]
        if not self.foreign[row]:
            return None
        if kind is ExchangeRate.PLAN_RATE:
            planned = self.plan.plan_rates.get(currency)
            return None if planned is None else Used(currency, planned, None)
        place = int(self._places(currency, ints([row]), kind)[0])
        if place == 0:
            return None
        day, dated = self.dated[currency][place - 1]
        return Used(currency, dated, date.fromordinal(day))

    def _of(self, currency: str, rows: Ints, kind: ExchangeRate) -> tuple[Ints, Flags]:
        if kind is ExchangeRate.PLAN_RATE:
            rate = self.plan.plan_rates.get(currency)
            units = 0 if rate is None else int(rate.scaleb(_DIGITS))
            return np.full(len(rows), units, dtype=object), np.full(len(rows), rate is None)
        values = np.array([0] + [int(rate.scaleb(_DIGITS)) for _, rate in self.dated.get(currency, [])], dtype=object)
        place = self._places(currency, rows, kind)
        return values[place], place == 0

    def _places(self, currency: str, rows: Ints, kind: ExchangeRate) -> Ints:
        """Return for each row how many of a currency's dated rates are not later than the day that counts."""
        days = self.deals.day[rows]
        if kind is ExchangeRate.PAY_DATE:
            days = self.spans.ends[self.posted[rows]] + self.plan.pay_day
        return np.searchsorted(ints([day for day, _ in self.dated.get(currency, [])]), days, side="right")
