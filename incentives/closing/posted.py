"""What was posted: the JSON documents that simulations of closed periods wrote, read back and checked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from kernel.issue import IssueCollector, Level
from kernel.money import MoneyError, decimal_of


@dataclass(frozen=True)
class PostedLine:
    """One posted amount (major units): whose, of which component ("": the plan itself), about which pay period."""

    participant: str
    component: str
    period: str
    transaction: str | None
    amount: Decimal


@dataclass
class Posted:
    """Everything posted so far; ``paid`` is what was payable by (participant, pay period)."""

    lines: list[PostedLine] = field(default_factory=list)
    paid: dict[tuple[str, str], Decimal] = field(default_factory=dict)

    def periods(self) -> set[str]:
        """Return the labels of the periods that were closed."""
        return {period for _, period in self.paid}


def posted_of(documents: Sequence[tuple[str, str]], plan: str, issues: IssueCollector) -> Posted:
    """Return what the ``documents`` (name and text) posted for a plan; what cannot be used is an issue."""
    posted = Posted()
    for name, text in documents:
        try:
            _add(posted, name, _document(text), plan, issues)
        except (KeyError, TypeError, AttributeError, ValueError, MoneyError):
            message = f"{name}: is no result of plan_simulate --format json; post what it wrote, unchanged"
            issues.add(Level.ERROR, "bad_posting", message, value=name)
    return posted


def _document(text: str) -> Mapping[str, Any]:
    document = json.loads(text)
    if not isinstance(document, dict):
        raise TypeError("the document is no object")
    return document


def _add(posted: Posted, name: str, document: Mapping[str, Any], plan: str, issues: IssueCollector) -> None:
    others = sorted({line["plan"] for line in document["lines"]} - {plan})
    if others:
        message = f"{name}: holds lines of the plan {others[0]}, not of {plan}; post each plan's own results"
        issues.add(Level.ERROR, "other_plan", message, value=others[0])
        return
    paid = {(total["participant"], total["period"]): decimal_of(total["payable"]) for total in document["totals"]}
    again = sorted(set(paid) & set(posted.paid))
    if again:
        message = f"{name}: {again[0][0]} was posted for {again[0][1]} before; give each closed period once"
        issues.add(Level.ERROR, "posted_twice", message, value=again[0][1])
        return
    posted.paid |= paid
    posted.lines += [
        PostedLine(
            line["participant"], line["component"], line.get("corrects") or line["period"], line["transaction"],
            decimal_of(line["amount"]),
        )
        for line in document["lines"]
    ]  # fmt: skip
