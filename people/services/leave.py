"""Leave: the days on which somebody is away, never why."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from people.audit import audit
from people.models import FOREVER, Leave, Person, SeatHolding
from people.policies import leaves
from people.refusal import refusals
from people.viewer import Viewer


@transaction.atomic
def leave_add(
    *, viewer: Viewer | None, person: Person, at: datetime, starts_on: date, ends_before: date = FOREVER
) -> Leave:
    """Somebody is away from a day on. Raises: ValidationError where they are away already on some of the days."""
    leaves.require(viewer, "change", person)
    with refusals():
        leave: Leave = Leave.objects.create(person=person, starts_on=starts_on, ends_before=ends_before)
    audit("leave_add", actor=viewer, at=at, subject=person, detail=_detail(viewer, leave))
    return leave


@transaction.atomic
def leave_change(
    *, viewer: Viewer | None, leave: Leave, at: datetime, starts_on: date, ends_before: date = FOREVER
) -> Leave:
    """Other days. Raises: ValidationError where they are away already on some of them."""
    leaves.require(viewer, "change", leave)
    row: Leave = Leave.objects.select_for_update(of=("self",)).select_related("person").get(pk=leave.pk)
    row.starts_on, row.ends_before = starts_on, ends_before
    with refusals():
        row.save(update_fields=["starts_on", "ends_before"])
    audit("leave_change", actor=viewer, at=at, subject=row.person, detail=_detail(viewer, row))
    return row


@transaction.atomic
def leave_remove(*, viewer: Viewer | None, leave: Leave, at: datetime) -> None:
    """It was a mistake, or does not take place."""
    leaves.require(viewer, "change", leave)
    audit("leave_remove", actor=viewer, at=at, subject=leave.person, detail=_detail(viewer, leave))
    Leave.objects.filter(pk=leave.pk).delete()


def _detail(viewer: Viewer | None, leave: Leave) -> dict[str, Any]:
    days = {"starts_on": leave.starts_on.isoformat(), "ends_before": leave.ends_before.isoformat()}
    return {**days, **on_behalf(viewer, leave.person)}


def on_behalf(viewer: Viewer | None, person: Person) -> dict[str, int]:
    """For the audit: the manager for whom alone the viewer looks after the person, as {"for": person id}. One query."""
    if viewer is None or viewer.reach(leaves.keepers) is None:
        return {}
    holding = SeatHolding.objects.on(viewer.on).filter(person=person).select_related("seat").first()
    charge = viewer.charge_of(holding.seat.team_id) if holding else None
    return {"for": charge.for_id} if charge is not None and charge.for_id is not None else {}
