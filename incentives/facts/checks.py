"""Checks between rows: splits of 100 %, overlapping quotas, two people per adjustment, references that lead
somewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from incentives.facts.rows import Facts
from kernel.issue import IssueCollector, Level


def checked(facts: Facts, issues: IssueCollector) -> Facts:
    """Return the facts without the rows that cannot be used; each of those is an error."""
    return replace(
        facts,
        transactions=_transactions(facts, issues),
        participants=_spans(facts.participants, "participants", issues, lambda row: (row.participant,)),
        quotas=_quotas(facts, issues),
        measures=_spans(facts.measures, "measures", issues, lambda row: (row.participant, row.measure)),
        rates=_rates(facts, issues),
        hierarchy=_hierarchy(facts, issues),
        leaves=_spans(facts.leaves, "leaves", issues, lambda row: (row.participant,)),
        adjustments=_two_people(facts.adjustments, "adjustments", issues),
        write_offs=_two_people(facts.write_offs, "write_offs", issues),
    )


def _refuse(issues: IssueCollector, code: str, message: str, row: int, field: str, value: str) -> None:
    issues.add(Level.ERROR, code, message, row=row, field=field, value=value)


def _transactions(facts: Facts, issues: IssueCollector) -> tuple[Any, ...]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in facts.transactions:
        groups[row.id].append(row)
    kept: list[Any] = []
    for name, rows in groups.items():
        problem = _problem(name, rows, groups)
        if problem:
            _refuse(issues, problem[0], f"transactions: {problem[1]}", rows[0].row, problem[2], name)
        else:
            kept.extend(rows)
    return tuple(kept)


def _problem(name: str, rows: list[Any], groups: dict[str, list[Any]]) -> tuple[str, str, str] | None:
    if rows[0].reverses:
        return _refund_problem(name, rows, groups)
    who = [(row.participant, row.split_kind) for row in rows]
    if any(not row.participant for row in rows):
        return "missing_value", f"{name} has no participant; say whose it is", "participant"
    if any(row.split_kind not in ("owner", "overlay") for row in rows):
        return "bad_value", f"{name}: split_kind is owner or overlay", "split_kind"
    if len(set(who)) < len(who):
        return "duplicate", f"{name} stands twice for {who[-1][0]}; remove one row or add up their percents", "id"
    if len({(row.amount, row.date, row.currency) for row in rows}) > 1:
        return (
            "split_differs",
            f"the rows of {name} differ in amount, date or currency; repeat the whole deal's",
            "amount",
        )
    if any(row.split_percent < 0 for row in rows):
        return "split_not_100", f"{name} has a negative share; shares are 0 or more", "split_percent"
    total = sum((row.split_percent for row in rows if row.split_kind == "owner"), Decimal(0))
    if total != 1 and any(row.split_kind == "owner" for row in rows):
        shown = f"{(total * 100).normalize():f}"
        return "split_not_100", f"the owners' shares of {name} total {shown} %; make them 100", "split_percent"
    return None


def _refund_problem(name: str, rows: list[Any], groups: dict[str, list[Any]]) -> tuple[str, str, str] | None:
    original = groups.get(rows[0].reverses)
    if len(rows) > 1:
        return "duplicate", f"the refund {name} stands twice; one row is enough", "id"
    if original is None or original[0].reverses:
        return (
            "unknown_reference",
            f"{name} reverses {rows[0].reverses!r}, which is no transaction of the file",
            "reverses",
        )
    if rows[0].date < original[0].date:
        return "bad_value", f"{name} is earlier than {rows[0].reverses}, which it reverses; correct its date", "date"
    if original[0].amount == 0:
        return "bad_value", f"{name} reverses {rows[0].reverses}, which has no amount", "reverses"
    return None


def _spans(rows: Iterable[Any], name: str, issues: IssueCollector, key: Any) -> tuple[Any, ...]:
    kept: list[Any] = []
    last: dict[Any, Any] = {}
    for row in sorted(rows, key=lambda row: (key(row), row.starts_on or date.min, row.row)):
        start, end = row.starts_on or date.min, row.ends_before or date.max
        before = last.get(key(row))
        if start >= end:
            _refuse(
                issues,
                "bad_period",
                f"{name}: ends_before must be later than starts_on",
                row.row,
                "ends_before",
                str(end),
            )
        elif before is not None and (before.ends_before or date.max) > start:
            message = (
                f"{name}: the days of {key(row)[0]} overlap those of row {before.row}; end one before the other starts"
            )
            _refuse(issues, "overlap", message, row.row, "starts_on", key(row)[0])
        else:
            last[key(row)] = row
            kept.append(row)
    return tuple(kept)


def _quotas(facts: Facts, issues: IssueCollector) -> tuple[Any, ...]:
    kept = []
    for row in facts.quotas:
        if row.amount < 0:
            message = f"quotas: the quota of {row.participant} is negative; write the amount to reach, 0 or more"
            _refuse(issues, "negative_quota", message, row.row, "amount", f"{row.amount}")
        elif row.per not in ("", "month", "quarter", "half", "year"):
            _refuse(issues, "bad_value", "quotas: per is month, quarter, half or year", row.row, "per", row.per)
        else:
            kept.append(row)
    rows = _spans(kept, "quotas", issues, lambda row: (row.participant, row.measure))
    for row in rows:
        if row.amount == 0 and not row.reason:
            message = f"quotas: the quota of {row.participant} is 0; give a reason, or leave the row out"
            _refuse(issues, "quota_zero_no_reason", message, row.row, "reason", row.participant)
    return tuple(row for row in rows if row.amount or row.reason)


def _rates(facts: Facts, issues: IssueCollector) -> tuple[Any, ...]:
    kept: dict[Any, Any] = {}
    for row in facts.rates:
        key = (row.date, row.source, row.target)
        if row.rate <= 0:
            _refuse(issues, "bad_value", "rates: a rate of exchange is more than 0", row.row, "rate", f"{row.rate}")
        elif key in kept:
            _refuse(issues, "duplicate", f"rates: two rates on {row.date}; keep one", row.row, "date", f"{row.date}")
        else:
            kept[key] = row
    return tuple(kept.values())


def _hierarchy(facts: Facts, issues: IssueCollector) -> tuple[Any, ...]:
    rows = _spans(facts.hierarchy, "hierarchy", issues, lambda row: (row.person,))
    above: dict[str, list[Any]] = defaultdict(list)
    kept = []
    for row in rows:
        if row.person == row.manager or _reaches(row, above):
            message = f"hierarchy: {row.person} would be above themselves through {row.manager}; correct the manager"
            _refuse(issues, "hierarchy_cycle", message, row.row, "manager", row.manager)
        else:
            above[row.person].append(row)
            kept.append(row)
    return tuple(kept)


def _reaches(row: Any, above: dict[str, list[Any]]) -> bool:
    """Return whether a row's person is above its manager on one of its days; people may swap places over time."""
    waiting = [(row.manager, row.starts_on or date.min, row.ends_before or date.max)]
    while waiting:
        manager, start, end = waiting.pop()
        for higher in above[manager]:
            low, high = max(start, higher.starts_on or date.min), min(end, higher.ends_before or date.max)
            if low < high and higher.manager == row.person:
                return True
            if low < high:
                waiting.append((higher.manager, low, high))
    return False


def _two_people(rows: Iterable[Any], name: str, issues: IssueCollector) -> tuple[Any, ...]:
    kept = []
    for row in rows:
        if row.entered_by == row.approved_by:
            message = f"{name}: entered and approved by {row.entered_by}; a second person must approve"
            _refuse(issues, "one_approver", message, row.row, "approved_by", row.approved_by)
        else:
            kept.append(row)
    return tuple(kept)
