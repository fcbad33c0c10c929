"""Hand-overs of deals, their rules, and whose the credit of an open deal would be."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.http import Http404

from crm.models import HandOver, HandOverDefault, Opportunity
from crm.policies import hand_overs
from people.models import Person
from people.viewer import Viewer


@dataclass(frozen=True)
class Handed:
    """A hand-over with the rule that holds for it: its own, or the organization's of its day."""

    row: HandOver
    rule: str
    days: int | None
    previous_share: Decimal | None
    is_own: bool


@dataclass(frozen=True)
class Expected:
    """A share that somebody would get; without a person the house."""

    person: Person | None
    share: Decimal


def defaults() -> list[HandOverDefault]:
    """The organization's rules, the latest first. One query."""
    return list(HandOverDefault.objects.order_by("-starts_on"))


def default_on(on: date) -> HandOverDefault | None:
    """The organization's rule for hand-overs of a day. One query."""
    found: HandOverDefault | None = HandOverDefault.objects.on(on).first()
    return found


def hand_overs_found(viewer: Viewer) -> QuerySet[Any, Any]:
    """Hand-overs in sight, the latest first."""
    found = hand_overs.visible(viewer).select_related("opportunity", "from_person", "to_person", "ruled_by")
    return found.order_by("-handed_on", "-pk")


def access_hand_over(viewer: Viewer, hand_over_id: int, action: str = "view") -> HandOver:
    """The hand-over, where it is in sight. Raises: Http404. One query."""
    found: HandOver | None = hand_overs_found(viewer).filter(pk=hand_over_id).first()
    if found is None:
        raise Http404
    hand_overs.require(viewer, action, found)
    return found


def deal_hand_overs(deal: Opportunity) -> list[HandOver]:
    """How a deal in sight went from one to another, the latest first. One query."""
    found = HandOver.objects.filter(opportunity=deal).select_related("from_person", "to_person", "ruled_by")
    return list(found.order_by("-handed_on", "-pk"))


def with_rules(rows: list[HandOver]) -> list[Handed]:
    """Each with the rule that holds for it. One query."""
    known = defaults() if any(not row.rule for row in rows) else []
    return [_with_rule(row, known) for row in rows]


def _with_rule(row: HandOver, known: list[HandOverDefault]) -> Handed:
    if row.rule:
        return Handed(row, row.rule, row.days, row.previous_share, is_own=True)
    holding = (each for each in known if each.starts_on <= row.handed_on < each.ends_before)
    default = next(holding, None)
    if default is None:
        return Handed(row, "owner_at_close", None, None, is_own=False)
    return Handed(row, default.rule, default.days, default.previous_share, is_own=False)


def shares_expected(deal: Opportunity, day: date) -> list[Expected]:
    """Who would get which share if the deal were decided on a day; empty: its owner all of it. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT person_id, share FROM crm_shares_due(%s, %s)", [deal.pk, day])
        rows = cursor.fetchall()
    people = Person.objects.in_bulk([key for key, _share in rows if key])
    return [Expected(people.get(key), share) for key, share in rows]
