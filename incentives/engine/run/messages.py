"""What a calculation reports, in words that say what to do."""

from __future__ import annotations

from collections import Counter

from kernel.issue import Issue, IssueCollector, Level

_MESSAGES = {
    "no_quota": (
        Level.ERROR,
        "{who} has no quota for a window of component {component}; its lines stop. Add a row to the quotas.",
    ),
    "no_target": (
        Level.ERROR,
        "{who} has no target pay, which component {component} needs. Fill in target_pay, or set target_amount.",
    ),
    "no_measure": (
        Level.ERROR,
        "{who} has no value of a measure that component {component} needs. Add a row to the measures.",
    ),
    "quota_zero": (
        Level.WARNING,
        "{who} has a quota of 0: attainment is undefined and component {component} pays nothing.",
    ),
    "no_rate": (
        Level.ERROR,
        "No rate of exchange from {who}; the lines concerned stop. Add it to plan_rates or the rates file.",
    ),
    "refund_exceeds": (
        Level.WARNING,
        "The refund {who} is more than what is left of its transaction; only that much is reversed.",
    ),
}


class Findings:
    """Counts what was found: code, whom or what it concerns, and the component."""

    def __init__(self) -> None:
        self._found: Counter[tuple[str, str, str]] = Counter()

    def add(self, code: str, who: str, component: str) -> None:
        self._found[code, who, component] += 1

    def issues(self) -> list[Issue]:
        """Return everything found as issues, worst first."""
        issues = IssueCollector()
        for (code, who, component), count in sorted(self._found.items()):
            level, message = _MESSAGES[code]
            told = message.format(who=who, component=component)
            issues.add(level, code, told, field=component or None, value=who, count=count)
        return issues.sorted()
