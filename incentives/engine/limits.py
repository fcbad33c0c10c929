"""What limits a credit before it is paid: floors, caps, the large-deal clause, holds that do not count.

Caps per period and year are running: a credit counts as long as the person's sum is not above the cap.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from incentives.engine.credits import Credit, with_base
from incentives.engine.exact import Flags, Ints, before, running, starts_of
from incentives.facts.rows import Hold
from incentives.language.choices import LargeDealThen, LimitOn, LimitPer
from incentives.language.plan import Cap, Component


def minor(amount: Decimal, digits: int) -> int:
    """Return an amount of the plan (major units) in minor units."""
    return int(amount * 10**digits)


def limited(component: Component, credit: Credit, years: Ints, digits: int, holds: Flags) -> Credit:
    """Return the credits as they are paid. ``years``: fiscal year of each posted period; ``holds``: not counting."""
    if any(cap.on is LimitOn.CREDIT for cap in component.caps):
        credit, holds = _sorted(credit, holds)
    base, basis = credit.base, credit.basis
    for floor in component.floors:
        if floor.on is LimitOn.CREDIT:
            lowest, positive = minor(floor.amount, digits), base > 0
            base, basis = (
                np.where(positive, np.maximum(base, lowest), base),
                np.where(positive, np.maximum(basis, lowest), basis),
            )
    for cap in component.caps:
        if cap.on is LimitOn.CREDIT:
            place = _place(cap, credit, years)
            base = _capped(base, place, minor(cap.amount, digits))
            basis = basis if cap.counts_for_quota else _capped(basis, place, minor(cap.amount, digits))
    lower, held = credit.lower, credit.held
    clause = component.large_deal
    if clause is not None:
        above = minor(clause.above, digits)
        large = base > above
        if clause.then is LargeDealThen.HELD:
            held = large
        else:
            lower = np.where(large & (clause.then is LargeDealThen.LOWER_RATE), base - above, 0)
            base = np.minimum(base, above)
    over = credit.over
    if holds.any():
        basis, over = np.where(holds, 0, basis), np.where(holds, 0, over)
    return with_base(credit, base=base, basis=basis, over=over, lower=lower, held=held)


def _sorted(credit: Credit, holds: Flags) -> tuple[Credit, Flags]:
    order = np.lexsort((credit.person, credit.tx, credit.day))
    return credit.take(order), holds[order]


def not_counting(credit: Credit, holds: Sequence[Hold], ids: Sequence[str]) -> Flags:
    """Return which credits are held without counting for attainment."""
    names = {hold.transaction for hold in holds if not hold.counts_for_attainment}
    codes = [code for code, name in enumerate(ids) if name in names] if names else []
    return np.isin(credit.tx, codes)


def _place(cap: Cap, credit: Credit, years: Ints) -> Ints:
    """Return the group of each credit: its person with its transaction, posted period or fiscal year."""
    slot = {LimitPer.TRANSACTION: credit.tx, LimitPer.PERIOD: credit.period, LimitPer.YEAR: years[credit.period]}[
        cap.per
    ]
    group: Ints = credit.person * (int(slot.max(initial=0)) + 1) + slot
    return group


def _capped(values: Ints, place: Ints, highest: int) -> Ints:
    order = np.argsort(place, kind="stable")
    starts = starts_of(place[order])
    totals = np.minimum(running(values[order], starts), highest)
    capped = np.empty_like(values)
    capped[order] = totals - before(totals, starts)
    return capped
