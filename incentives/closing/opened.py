"""The open period of one plan: checked against what was posted, and corrected by it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Protocol

from incentives.closing.correction import Closing
from incentives.closing.posted import Posted
from incentives.closing.totals import nothing
from incentives.engine.run import Result
from incentives.engine.trace import Story
from kernel.issue import IssueCollector, Level

UNPOSTABLE = {"bad_posting", "other_plan", "posted_twice", "no_open_period", "unknown_period"}


class Part(Protocol):
    """What a plan pays: lines and totals as plain data."""

    lines: list[dict[str, Any]]
    totals: list[dict[str, Any]]


def corrected(part: Part, result: Result, period: str | None, posted: Posted, issues: IssueCollector) -> None:
    """Put the open period's net lines first, and what they change into its totals."""
    story = Story(result)
    number = _open_period(result, story, period, posted, issues)
    if number is None or any(issue.code in UNPOSTABLE for issue in issues):
        return
    correction = Closing(result, story, posted, number).correction()
    part.lines = correction.lines + part.lines
    known = {total["participant"]: total for total in part.totals}
    for person, changed in sorted(correction.totals.items()):
        if person not in known:
            known[person] = nothing(result, story, person, number)
            part.totals.append(known[person])
        total = known[person]
        total["correction"] = story.money(changed["earned"])
        total["overpaid"] = story.money(changed["overpaid"])
        for name in ("earned", "payable", "recovered"):
            total[name] = f"{Decimal(total[name]) + Decimal(story.money(changed[name])):f}"
        total["payable_by_plan"] = {result.plan.plan: total["payable"]}


def _open_period(
    result: Result, story: Story, period: str | None, posted: Posted, issues: IssueCollector
) -> int | None:
    """Return the number of the one open pay period, which nothing was posted for yet."""
    if period not in story.labels[: result.periods.over]:
        message = f"--period: with --posted name the open pay period, such as {story.labels[result.periods.over - 1]}"
        issues.add(Level.ERROR, "no_open_period", message, value=period)
        return None
    number = story.labels.index(str(period))
    for label in sorted(posted.periods()):
        if label not in story.labels:
            message = f"--posted: {label} is no pay period of {result.plan.plan} with these facts; check plan and files"
            issues.add(Level.ERROR, "unknown_period", message, value=label)
        elif story.labels.index(label) >= number:
            message = f"--posted: {label} is not before the open period {period}; leave its result out"
            issues.add(Level.ERROR, "no_open_period", message, value=label)
    return number
