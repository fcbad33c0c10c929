"""Tiny builders for goals: the second quarter of 2026, of which seventy-six days have passed on the day of the tests."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from goals.models import Alignment, Goal, Objective
from people.models import Person, Team
from tests.cast import NOW

FIRST, LAST = date(2026, 4, 1), date(2026, 7, 1)


def make_goal(who: Person | Team, name: str = "More bookings", **fields: Any) -> Goal:
    """A goal that was set on its first day."""
    holder = {"person": who} if isinstance(who, Person) else {"team": who}
    values: dict[str, Any] = {
        "kind": "metric",
        "metric": "revenue",
        "unit": "money",
        "target": Decimal(1000),
        "starts_on": FIRST,
        "ends_before": LAST,
        **fields,
    }
    values.setdefault("created_at", datetime.combine(values["starts_on"], time(9), UTC))
    if values["kind"] != "metric":
        values["metric"] = ""
    return Goal.objects.create(name=name, **holder, **values)


def make_objective(name: str = "Grow in the north", **fields: Any) -> Objective:
    values = {
        "kind": "metric",
        "metric": "revenue",
        "unit": "money",
        "target": Decimal(12_000_000),
        "starts_on": date(2026, 1, 1),
        "ends_before": date(2027, 1, 1),
        "created_at": NOW,
        "published_at": NOW,
        **fields,
    }
    return Objective.objects.create(name=name, **values)


def align(goal: Goal, parent: Goal | Objective, weight: Any = 1) -> Alignment:
    held = {"parent_goal": parent} if isinstance(parent, Goal) else {"parent_objective": parent}
    return Alignment.objects.create(goal=goal, weight=Decimal(weight), **held)
