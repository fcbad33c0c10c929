"""By what people's quotas are weighed, from what they sold before.

A weight is a rate: what somebody sold in the window, divided by the share of the window they were there, so that half a
year counts as much as a whole one of the same pace. Whoever was there for less than a quarter of the window, newcomers
above all, weighs as much as the mean of their team; where the team has nobody measured, as the mean of the company.
More was cancelled than sold: zero, and it is said. Nobody measured at all: everybody weighs the same.

===================== ================= ===============
sold                  of the window     weight
===================== ================= ===============
120                   all               120
120                   half              240
0                     all               0
40                    a month of twelve mean of the team
===================== ================= ===============
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from kernel.issue import Issue, IssueCollector, Level

LEAST_PRESENCE = Fraction(1, 4)


@dataclass(frozen=True)
class Measured:
    """What somebody sold in a window (major units), which share of it they were there (0 to 1), and their team."""

    amount: Decimal
    presence: Fraction
    team: str


def weights_of(measured: Mapping[str, Measured]) -> tuple[dict[str, Fraction], list[Issue]]:
    """Return a weight per person, and what was found."""
    issues = IssueCollector()
    known: dict[str, Fraction] = {}
    for key, one in measured.items():
        if one.presence < LEAST_PRESENCE:
            continue
        if one.amount < 0:
            issues.add(Level.WARNING, "weight_below_zero", "More was cancelled than sold: no weight.", field=key)
        known[key] = max(Fraction(one.amount), Fraction(0)) / one.presence
    if not any(known.values()):
        issues.add(Level.WARNING, "history_unknown", "Nobody has a past to weigh by, so all weigh the same.")
        return {key: Fraction(1) for key in measured}, issues.sorted()
    teams: dict[str, list[Fraction]] = defaultdict(list)
    for key, weight in known.items():
        teams[measured[key].team].append(weight)
    company = _mean(list(known.values()))
    for key, one in measured.items():
        if key not in known:
            issues.add(Level.INFO, "weight_of_team", "Too short a past: weighs as the mean of the team.", field=key)
            known[key] = _mean(teams[one.team]) if teams[one.team] else company
    return {key: known[key] for key in measured}, issues.sorted()


def _mean(weights: list[Fraction]) -> Fraction:
    return sum(weights, Fraction(0)) / len(weights)
