"""The part of large deals above their clause, paid at a rate of its own."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from incentives.engine.credits import Credit
from incentives.engine.exact import NANO, ints, product, running_rounded, stable_order, starts_of
from incentives.engine.lines import Kind, Lines, lines_of
from incentives.engine.quotas import half_away
from incentives.engine.windows import Placed
from incentives.language.choices import LargeDealThen, RoundEach, RoundingMode, Window
from incentives.language.plan import Component, Plan


def lower_rate_lines(plan: Plan, component: Component, credit: Credit, places: Placed) -> Lines:
    """Return the parts of large deals above the clause, at its own rate."""
    clause = component.large_deal
    rows = np.flatnonzero(credit.lower)
    if clause is None or clause.then is not LargeDealThen.LOWER_RATE or not len(rows):
        return lines_of(Kind.LARGE_DEAL, ints([]))
    large, window = credit.take(rows), places.window[places.piece[rows]]
    if component.window is Window.TRANSACTION:
        window = rows
    order = stable_order(large.person, large.tx, large.day, window)
    if order is not None:
        large, window = large.take(order), window[order]
    rate = half_away(Fraction(clause.rate or 0) * NANO)
    amount = running_rounded(
        product(large.lower, rate), NANO, starts_of(window), half_even=plan.rounding is RoundingMode.HALF_EVEN,
        each_line=plan.round_each is RoundEach.LINE,
    )  # fmt: skip
    rates = np.full(len(large), rate, dtype=np.int64)
    return lines_of(
        Kind.LARGE_DEAL, large.person, tx=large.tx, day=large.day, period=large.period, amount=amount,
        base=large.lower,
        rate=rates, window=window, held=large.held,
    )  # fmt: skip
