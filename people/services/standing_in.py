"""Who stands in: delegates of a manager, acting managers of a team. Both are dated, end by themselves, pass nothing on."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from people import told
from people.audit import audit
from people.models import FOREVER, ActingManager, Delegation, Person, Seat, SeatHolding, Team
from people.policies import acting_managers, delegations
from people.refusal import refusals
from people.viewer import Viewer


@transaction.atomic
def delegation_add(
    *,
    viewer: Viewer | None,
    manager: Person,
    delegate: Person,
    at: datetime,
    starts_on: date,
    ends_before: date = FOREVER,
) -> Delegation:
    """The delegate sees and does what the manager may. Raises: ValidationError where the manager leads no team then."""
    delegations.require(viewer, "create", manager)
    led = SeatHolding.objects.between(starts_on, ends_before).filter(person=manager, seat__role=Seat.Role.MANAGER)
    if starts_on < ends_before and not led.exists():
        raise ValidationError(
            _("%(name)s leads no team on these days, so there is nothing to stand in for.") % {"name": manager.name},
            code="leads_nothing",
        )
    _here_check("delegate", delegate, starts_on)
    with refusals():
        made: Delegation = Delegation.objects.create(
            manager=manager, delegate=delegate, starts_on=starts_on, ends_before=ends_before
        )
    detail = {"delegate": delegate.pk, "starts_on": starts_on.isoformat(), "ends_before": ends_before.isoformat()}
    audit("delegation_add", actor=viewer, at=at, subject=manager, detail=detail)
    told.delegation_added(made, by=viewer, at=at)
    return made


@transaction.atomic
def delegation_end(*, viewer: Viewer | None, delegation: Delegation, at: datetime, on: date) -> None:
    """From the day on nobody stands in; one that has not begun is removed."""
    delegations.require(viewer, "end", delegation)
    _end(delegation, on)
    detail = {"delegate": delegation.delegate_id, "on": on.isoformat()}
    audit("delegation_end", actor=viewer, at=at, subject=delegation.manager, detail=detail)


@transaction.atomic
def acting_add(
    *,
    viewer: Viewer | None,
    team: Team,
    person: Person,
    at: datetime,
    starts_on: date,
    ends_before: date = FOREVER,
) -> ActingManager:
    """Somebody leads the team without its manager seat. Raises: ValidationError where somebody else does already."""
    acting_managers.require(viewer, "create", team)
    _here_check("person", person, starts_on)
    with refusals():
        made: ActingManager = ActingManager.objects.create(
            team=team, person=person, starts_on=starts_on, ends_before=ends_before
        )
    detail = {"person": person.pk, "starts_on": starts_on.isoformat(), "ends_before": ends_before.isoformat()}
    audit("acting_add", actor=viewer, at=at, subject=team, detail=detail)
    return made


@transaction.atomic
def acting_end(*, viewer: Viewer | None, acting: ActingManager, at: datetime, on: date) -> None:
    """From the day on nobody acts; one that has not begun is removed."""
    acting_managers.require(viewer, "end", acting)
    _end(acting, on)
    audit("acting_end", actor=viewer, at=at, subject=acting.team, detail={"on": on.isoformat()})


def _end(row: Delegation | ActingManager, on: date) -> None:
    rows = type(row).objects.filter(pk=row.pk)
    if row.starts_on >= on:
        rows.delete()
    elif row.ends_before > on:
        rows.update(ends_before=on)


def _here_check(field: str, person: Person, on: date) -> None:
    if person.has_left(on):
        raise ValidationError({field: _("%(name)s has left by then.") % {"name": person.name}}, code="left")
