"""What the addresses of people need besides the cast: leave, a stand-in, an acting manager, an invitation, a record."""

from datetime import date
from typing import Any

from django.utils import timezone

from people.engine.moves import Line
from people.files import file_store
from people.models import ActingManager, Delegation, Grant, Holiday, Invitation, Leave, Notification, PersonRecord
from people.services.invitation import VALID, invitation_token
from people.services.moves import sheet_apply, sheet_create
from people.services.notification import unsubscribe_token
from people.told import grant_given
from people.wall import tenant
from tests.cast import NOW, TODAY, Cast


def objects(cast: Cast) -> dict[str, Any]:
    with tenant(cast.organization.pk):
        return absences(cast) | records(cast) | sheets() | told(cast)


def told(cast: Cast) -> dict[str, Any]:
    days = {"starts_on": date(2000, 1, 1), "ends_before": date(2000, 1, 2)}
    grant_given(Grant.objects.create(person=cast.alice, role=Grant.Role.HR, **days), at=NOW)
    return {
        "alices_notification": Notification.objects.get(person=cast.alice, kind="people.role_given").pk,
        "alices_way_out": unsubscribe_token(cast.organization.pk, cast.alice.pk, "people.role_given"),
    }


def absences(cast: Cast) -> dict[str, Any]:
    days = {"starts_on": date(2026, 1, 5), "ends_before": date(2026, 1, 12)}
    return {
        "new_year": Holiday.objects.create(day=date(2027, 1, 1), name="New Year").pk,
        "alices_leave": Leave.objects.create(person=cast.alice, **days).pk,
        "bobs_stand_in": Delegation.objects.get(manager=cast.bob).pk,
        "norths_acting": ActingManager.objects.create(team=cast.north, person=cast.alice, **days).pk,
    }


def records(cast: Cast) -> dict[str, Any]:
    at = timezone.now()
    invitation = Invitation.objects.create(
        person=cast.nils, email="nils@acme.example", created_by=cast.ada, created_at=at, expires_at=at + VALID
    )
    invitation.refresh_from_db()
    record = PersonRecord.objects.create(
        person=cast.alice,
        file=file_store(name="alice.zip", stream=[b"zip"], created_by=None, at=at),
        created_at=at,
        expires_at=at + VALID,
    )
    return {"alices_record": record.pk, "nils_invitation": invitation.pk, "nils_token": invitation_token(invitation)}


def sheets() -> dict[str, Any]:
    draft = sheet_create(viewer=None, lines=[Line(1, "Zoe Zahn", "joins", "2026-07-01", "North")], at=NOW)
    applied = sheet_create(viewer=None, lines=[Line(1, "Yann Young", "joins", "2026-07-01", "North")], at=NOW)
    sheet_apply(viewer=None, sheet=applied, at=NOW, on=TODAY)
    return {"draft_sheet": draft.pk, "applied_sheet": applied.pk}
