"""Roles that are granted rather than held by a seat."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from people.audit import audit
from people.models import FOREVER, Grant, Person
from people.policies import grants
from people.refusal import refusals
from people.viewer import Viewer


@transaction.atomic
def grant_give(
    *, viewer: Viewer | None, person: Person, role: str, at: datetime, starts_on: date, ends_before: date = FOREVER
) -> Grant:
    """A role from a day on. Raises: ValidationError where the person has it already on some of the days."""
    grants.require(viewer, "give")
    with refusals():
        grant = Grant.objects.create(person=person, role=role, starts_on=starts_on, ends_before=ends_before)
    audit("grant_give", actor=viewer, at=at, subject=grant, detail={"person": person.pk, "role": role})
    return grant


@transaction.atomic
def grant_withdraw(*, viewer: Viewer, grant: Grant, at: datetime, on: date) -> None:
    """The role ends on the day; one that has not begun is removed. Raises: ValidationError (last administrator)."""
    grants.require(viewer, "withdraw", grant)
    if grant.ends_before <= on:
        return
    if grant.starts_on >= on:
        grant.delete()
    else:
        Grant.objects.filter(pk=grant.pk).update(ends_before=on)
    if grant.role == Grant.Role.ADMINISTRATOR:
        administrator_remains(None, on)
    audit("grant_withdraw", actor=viewer, at=at, subject=grant.person, detail={"role": grant.role})


def administrator_remains(leaving: Person | None, on: date) -> None:
    """At least one administrator who can sign in must remain; the rows are locked, so that two cannot leave at once."""
    held = Grant.objects.filter(role=Grant.Role.ADMINISTRATOR, ends_before=FOREVER, person__user__is_active=True)
    held = held.filter(starts_on__lte=on).select_related("person").select_for_update(of=("self",))
    staying = [g for g in held if g.person.left_on is None and (leaving is None or g.person_id != leaving.pk)]
    if not staying:
        raise ValidationError(
            _("At least one administrator who can sign in must remain. Make somebody else administrator first."),
            code="last_administrator",
        )
