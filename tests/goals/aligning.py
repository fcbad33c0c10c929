"""Tiny builders of goals and objectives. Goals run in the second quarter of 2026 unless told otherwise."""

from datetime import date
from decimal import Decimal
from typing import Any

from goals.models import Alignment, BulkRevision, Goal, GoalTemplate, HelpOffer, Objective
from people.models import Person, Team
from tests.cast import NOW, Cast

LONG = {"starts_on": date(2026, 1, 1), "ends_before": date(2100, 1, 1)}  # runs whenever the pages are asked
QUARTER = (date(2026, 4, 1), date(2026, 7, 1))


def make_goal(who: Person | Team, name: str = "Sell more", target: Any = 100, **fields: Any) -> Goal:
    """A number that is entered, unless a metric is given."""
    holder = {"person" if isinstance(who, Person) else "team": who}
    values: dict[str, Any] = {
        "kind": "metric" if fields.get("metric") else "manual",
        "starts_on": QUARTER[0],
        "ends_before": QUARTER[1],
        "created_at": NOW,
        **fields,
    }
    return Goal.objects.create(name=name, target=Decimal(target), **holder, **values)


def make_objective(name: str = "Grow", target: Any = 1000, *, is_published: bool = True, **fields: Any) -> Objective:
    """An objective of the year 2026."""
    values: dict[str, Any] = {
        "kind": "metric" if fields.get("metric") else "manual",
        "starts_on": date(2026, 1, 1),
        "ends_before": date(2027, 1, 1),
        "created_at": NOW,
        "published_at": NOW if is_published else None,
        **fields,
    }
    return Objective.objects.create(name=name, target=Decimal(target), **values)


def align(goal: Goal, parent: Goal | Objective, weight: Any = 1) -> Alignment:
    held = {"parent_goal" if isinstance(parent, Goal) else "parent_objective": parent}
    return Alignment.objects.create(goal=goal, weight=Decimal(weight), **held)


def check_in(row: Goal | Objective, value: Any, on: date = date(2026, 6, 1), confidence: str = "") -> None:
    row.check_ins.create(on=on, value=Decimal(value), confidence=confidence, created_at=NOW)


def company_objects(cast: Cast) -> dict[str, int]:
    """What the addresses of objectives, help, templates and changes of many targets need."""
    bobs = make_goal(cast.bob, "Bob grows", **LONG)
    offer = HelpOffer.objects.create(goal=bobs, by=cast.alice, at=NOW, note="I know how")
    accepted = make_goal(cast.bob, "Bob learns", **LONG)
    taken = HelpOffer.objects.create(
        goal=accepted, by=cast.alice, at=NOW, note="Let us", state="accepted", answered_by=cast.bob, answered_at=NOW
    )
    weighted = make_objective("By weight", rolls_up_by="weight", **LONG)
    align(bobs, weighted)
    return {
        "bobs_goal": bobs.pk,
        "weighted": weighted.pk,
        "draft": make_objective("Draft", is_published=False, owner=cast.bob, **LONG).pk,
        "offer": offer.pk,
        "taken_offer": taken.pk,
        "template": GoalTemplate.objects.create(name="Ten demos", kind="manual", target=Decimal(10)).pk,
        "danas_bulk": BulkRevision.objects.create(at=NOW, by=cast.dana, reason="New market", value=Decimal(2)).pk,
    }
