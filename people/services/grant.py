"""Roles that are granted rather than held by a seat."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from people import told
from people.audit import audit
from people.models import FOREVER, Grant, Person, Team
from people.policies import grants
from people.refusal import refusals
from people.viewer import Viewer


@transaction.atomic
def grant_give(
    *,
    viewer: Viewer | None,
    person: Person,
    role: str,
    at: datetime,
    starts_on: date,
    ends_before: date = FOREVER,
    team: Team | None = None,
) -> Grant:
    """A role from a day on, everywhere or within a team and all below it.

    Raises: ValidationError where the person has it already on some of the days, or for an administrator of a team.
    """
    grants.require(viewer, "give")
    with refusals():
        grant = Grant.objects.create(person=person, role=role, team=team, starts_on=starts_on, ends_before=ends_before)
    detail = {"person": person.pk, "role": role, "team": team and team.pk}
    audit("grant_give", actor=viewer, at=at, subject=grant, detail=detail)
    told.grant_given(grant, at=at)
    return grant


@transaction.atomic
def grant_withdraw(*, viewer: Viewer, grant: Grant, at: datetime, on: date) -> None:
    """The role ends on the day; one that has not begun is removed. Raises: ValidationError (last administrator)."""
    grants.require(viewer, "withdraw", grant)
    if grant.role == Grant.Role.ADMINISTRATOR:
        administrators_lock()
    if grant.ends_before <= on:
        return
    if grant.starts_on >= on:
        grant.delete()
    else:
        Grant.objects.filter(pk=grant.pk).update(ends_before=on)
    if grant.role == Grant.Role.ADMINISTRATOR:
        administrator_remains(on)
    audit("grant_withdraw", actor=viewer, at=at, subject=grant.person, detail={"role": grant.role})


def administrators_lock() -> None:
    """Before anything that may take an administrator away: from here on one at a time."""
    list(Grant.objects.filter(role=Grant.Role.ADMINISTRATOR).order_by("pk").select_for_update().values_list("pk"))


def administrator_remains(on: date) -> None:
    """At least one administrator who can sign in must remain; call `administrators_lock` before the change."""
    held = Grant.objects.filter(role=Grant.Role.ADMINISTRATOR, ends_before=FOREVER, starts_on__lte=on)
    if not held.filter(person__user__is_active=True, person__left_on=None).exists():
        raise ValidationError(
            _("At least one administrator who can sign in must remain. Make somebody else administrator first."),
            code="last_administrator",
        )
