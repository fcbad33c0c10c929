"""People, teams and seats as rows of a day, for lists that are read in parts."""

from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from people.models import Person, PersonKey, Seat, SeatHolding, Team, TeamPlacement
from people.policies import seats, teams
from people.viewer import Viewer


def team_rows(viewer: Viewer, on: date) -> QuerySet[Team]:
    """Teams with the team they stand below on the day (`parent_id`). One query when read."""
    placed = TeamPlacement.objects.on(on).filter(team=OuterRef("pk"))
    return teams.visible(viewer).annotate(parent_id=Subquery(placed.values("parent")[:1]))


def seat_rows(viewer: Viewer, on: date) -> QuerySet[Seat]:
    """Seats that exist on the day, with who holds them on it (`person_id`, `person_name`). One query when read."""
    held = SeatHolding.objects.on(on).filter(seat=OuterRef("pk"))
    existing = seats.visible(viewer).filter(starts_on__lte=on, ends_before__gt=on)
    return existing.annotate(
        person_id=Subquery(held.values("person")[:1]),
        person_name=Subquery(held.values("person__name")[:1]),
        held_since=Subquery(held.values("starts_on")[:1]),
    )


def keys_of(people: list[Person]) -> dict[int, list[PersonKey]]:
    """What the sources call people, by person. One query."""
    found: dict[int, list[PersonKey]] = {}
    keys = PersonKey.objects.filter(person__in=people).order_by("source", "external_id")
    for key in keys:
        found.setdefault(key.person_id, []).append(key)
    return found


def people_called(source: str, external_id: str) -> QuerySet[PersonKey, Any]:
    """Ids of the people whom a source calls so; an empty source or id is any."""
    keys = PersonKey.objects.all()
    keys = keys.filter(source=source) if source else keys
    keys = keys.filter(external_id=external_id) if external_id else keys
    return keys.values("person")
