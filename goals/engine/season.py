"""How a year spreads over its months: weights given, even, or as past years did.

From history: for each month of the plan the mean of the same calendar month in the years known. A month that lost more
than it won weighs nothing, a month nobody knows weighs as much as the mean of the others; both are said. Weights have
no unit. Nothing known at all: every month weighs the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from goals.engine.rounding import apportion
from kernel.issue import Issue, IssueCollector, Level
from kernel.period import Period


def even(months: Sequence[Period]) -> list[Fraction]:
    """Return the same weight for every month."""
    return [Fraction(1) for _ in months]


def from_history(history: Mapping[date, Decimal], months: Sequence[Period]) -> tuple[list[Fraction], list[Issue]]:
    """Return a weight per month of the plan, and what was found. ``history``: amount by first day of a past month."""
    issues = IssueCollector()
    by_month: dict[int, list[Fraction]] = defaultdict(list)
    for first, amount in history.items():
        by_month[first.month].append(Fraction(amount))
    means = {month: sum(amounts, Fraction(0)) / len(amounts) for month, amounts in by_month.items()}
    for number in sorted(number for number, mean in means.items() if mean < 0):
        issues.add(Level.WARNING, "season_below_zero", "A month below zero weighs nothing.", value=str(number))
        means[number] = Fraction(0)
    if not any(means.values()):
        issues.add(Level.WARNING, "season_unknown", "Nothing is known of past months, so all weigh the same.")
        return even(months), issues.sorted()
    typical = sum(means.values(), Fraction(0)) / len(means)
    for month in months:
        if month.starts_on.month not in means:
            issues.add(
                Level.WARNING,
                "season_month_unknown",
                "A month without a past weighs as much as the mean of the others.",
                value=str(month.starts_on.month),
            )
    return [means.get(month.starts_on.month, typical) for month in months], issues.sorted()


def spread(total: int, weights: Sequence[Fraction], locked: Sequence[int | None] = (), *, step: int = 1) -> list[int]:
    """Return the amount of each month, whole minor units that add up to ``total``; locked months keep theirs.

    Raises: ValueError where what is locked exceeds the total, or nothing is left to take the rest.
    """
    kept = list(locked) if locked else [None] * len(weights)
    rest = total - sum(amount for amount in kept if amount is not None)
    free = [weight if amount is None else Fraction(0) for weight, amount in zip(weights, kept, strict=True)]
    if rest < 0 or (rest and not any(free)):
        raise ValueError("the locked months do not fit the total")
    shares = apportion(rest, free, step=step)
    return [share if amount is None else amount for share, amount in zip(shares, kept, strict=True)]
