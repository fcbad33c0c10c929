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


def posted_of(documents: Sequence[tuple[str, str]], plans: Sequence[str], issues: IssueCollector) -> dict[str, Posted]:
    """Return what the ``documents`` (name and text) posted, plan by plan; what cannot be used is an issue."""
    posted = {plan: Posted() for plan in plans}
    for name, text in documents:
        try:
            _add(posted, name, _document(text), issues)
        except (KeyError, TypeError, AttributeError, ValueError, MoneyError):
            message = f"{name}: is no result of plan_simulate --format json; post what it wrote, unchanged"
            issues.add(Level.ERROR, "bad_posting", message, value=name)
    return posted


def _document(text: str) -> Mapping[str, Any]:
    document = json.loads(text)
    if not isinstance(document, dict):
        raise TypeError("the document is no object")
    return document


def _add(posted: dict[str, Posted], name: str, document: Mapping[str, Any], issues: IssueCollector) -> None:
    totals = document["totals"]
    others = sorted({*(line["plan"] for line in document["lines"]), *_plans_of(totals)} - set(posted))
    if others:
        known = ", ".join(sorted(posted))
        message = f"{name}: holds pay of the plan {others[0]}, not only of {known}; name every plan that was posted"
        issues.add(Level.ERROR, "other_plan", message, value=others[0])
        return
    again = [
        (total["participant"], total["period"])
        for total in totals
        for plan in total["payable_by_plan"]
        if (total["participant"], total["period"]) in posted[plan].paid
    ]
    if again:
        who, period = min(again)
        message = f"{name}: {who} was posted for {period} before; give each closed period once"
        issues.add(Level.ERROR, "posted_twice", message, value=period)
        return
    for total in totals:
        for plan, payable in total["payable_by_plan"].items():
            posted[plan].paid[total["participant"], total["period"]] = decimal_of(payable)
    for line in document["lines"]:
        posted[line["plan"]].lines.append(
            PostedLine(
                line["participant"], line["component"], line.get("corrects") or line["period"], line["transaction"],
                decimal_of(line["amount"]),
            )
        )  # fmt: skip


def _plans_of(totals: Sequence[Mapping[str, Any]]) -> set[str]:
    return {plan for total in totals for plan in total["payable_by_plan"]}
