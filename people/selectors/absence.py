"""Read who is away, and who stands in for whom."""

from collections.abc import Collection
from datetime import date

from django.db.models import Q
from django.http import Http404

from people.models import ActingManager, Delegation, Leave, Person
from people.policies import acting_managers, delegations, leaves
from people.viewer import Viewer


def access_leave(viewer: Viewer, leave_id: int, action: str = "change") -> Leave:
    """The leave with its person. Raises: Http404 where it is not the viewer's to change. One query."""
    found = leaves.visible(viewer, action).select_related("person").filter(pk=leave_id).first()
    if found is None:
        raise Http404
    return found


def access_delegation(viewer: Viewer, delegation_id: int, action: str = "end") -> Delegation:
    """The delegation with its people. Raises: Http404 where it is not the viewer's to end. One query."""
    rows = delegations.visible(viewer, action).select_related("manager", "delegate")
    found = rows.filter(pk=delegation_id).first()
    if found is None:
        raise Http404
    return found


def access_acting(viewer: Viewer, acting_id: int, action: str = "end") -> ActingManager:
    """The acting manager with team and person. Raises: Http404, PermissionDenied. One query."""
    found = acting_managers.visible(viewer).select_related("team", "person").filter(pk=acting_id).first()
    if found is None:
        raise Http404
    acting_managers.require(viewer, action, found)
    return found


def absences(viewer: Viewer, person_ids: Collection[int], on: date) -> dict[int, date]:
    """Who of them is away on the day, and before which day that ends. One query.

    That somebody is away today is open to everybody; of other days only to whoever may see their leave.
    """
    found = Leave.objects.on(on).filter(person__in=person_ids)
    if on != viewer.on:
        found = found.filter(person__in=leaves.persons(viewer))
    return dict(found.values_list("person_id", "ends_before"))


def person_leaves(viewer: Viewer, person: Person) -> list[Leave] | None:
    """The leave of a person, the latest first; None where it is not the viewer's to see. Two queries."""
    if not leaves.can(viewer, "view", person):
        return None
    return list(Leave.objects.filter(person=person).order_by("-starts_on"))


def person_delegations(viewer: Viewer, person: Person) -> list[Delegation]:
    """Who stands in for the person, and for whom they do, today or later, as far as the viewer may see it. One query."""
    rows = delegations.visible(viewer).filter(Q(manager=person) | Q(delegate=person), ends_before__gt=viewer.on)
    return list(rows.select_related("manager", "delegate").order_by("starts_on", "pk"))


def stand_ins(person_ids: Collection[int], on: date) -> dict[int, list[Delegation]]:
    """Who stands in for these people on the day. One query."""
    found: dict[int, list[Delegation]] = {}
    rows = Delegation.objects.on(on).filter(manager__in=person_ids).select_related("delegate")
    for each in rows.order_by("delegate__name"):
        found.setdefault(each.manager_id, []).append(each)
    return found


def team_acting(team_id: int, on: date) -> list[ActingManager]:
    """Who leads the team on the day or later without its manager seat. One query."""
    rows = ActingManager.objects.filter(team=team_id, ends_before__gt=on).select_related("person")
    return list(rows.order_by("starts_on"))
