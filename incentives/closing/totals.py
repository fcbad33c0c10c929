"""One person's totals of one pay period as plain data."""

from __future__ import annotations

from datetime import date
from typing import Any

from incentives.engine.run import Result
from incentives.engine.trace import Story

_TABLES = {
    "earned": "earned", "payable": "payable", "draw_balance": "draw_balance", "draw_paid": "draw_paid",
    "recovered": "recovered", "debt": "debt", "carried_forward": "carried",
}  # fmt: skip


def total_of(result: Result, story: Story, row: int, person: str, period: int) -> dict[str, Any]:
    """Return the totals of a row of the result's tables in one pay period."""
    tables = result.totals
    money = {name: story.money(int(getattr(tables, table)[row, period])) for name, table in _TABLES.items()}
    return _total(result, story, person, period, money)


def nothing(result: Result, story: Story, person: str, period: int) -> dict[str, Any]:
    """Return the totals of somebody who is no longer on the plan."""
    return _total(result, story, person, period, dict.fromkeys(_TABLES, story.money(0)))


def _total(result: Result, story: Story, person: str, period: int, money: dict[str, str]) -> dict[str, Any]:
    pay_on = date.fromordinal(int(result.periods.ends[period]) + result.plan.pay_day).isoformat()
    by_plan = {result.plan.plan: money["payable"]}
    return {
        "participant": person,
        "period": story.labels[period],
        **money,
        "payable_by_plan": by_plan,
        "pay_on": pay_on,
    }
