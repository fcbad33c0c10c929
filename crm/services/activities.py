"""Activities that people enter themselves; those of a source are changed by their source."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import BY_HAND, Activity, Opportunity
from crm.policies import activities
from crm.services.entered import entered_before, entered_lock, holder_check
from people.audit import audit
from people.models import Person
from people.queue import enqueue
from people.viewer import Viewer

EARLIEST = timedelta(days=3653)  # further back somebody mistyped the year


@dataclass(frozen=True)
class Done:
    """What somebody did, when, for whom. The account is that of the deal."""

    type: str
    subject: str
    person: Person
    occurred_at: datetime
    opportunity: Opportunity | None = None


@transaction.atomic
def activity_add(*, viewer: Viewer, done: Done, at: datetime, key: str = "") -> Activity:
    """Enter an activity; sent twice with one key it is entered once. Raises: PermissionDenied, ValidationError."""
    activities.require(viewer, "create")
    _check(viewer, done, at)
    first: Activity | None = entered_before(Activity, key)
    if first is not None:
        return first
    row = Activity(source=BY_HAND, external_id=key or uuid4().hex)
    _fill(row, viewer, done)
    row.save()
    _follow(viewer, "activity_add", row, at)
    return row


@transaction.atomic
def activity_change(*, viewer: Viewer, activity: Activity, done: Done, at: datetime, seen: int | None = None) -> None:
    """Correct an activity that was entered by hand. Raises: PermissionDenied, ValidationError."""
    row = entered_lock(viewer, activities, activity, "change", seen)
    _check(viewer, done, at, kept=row.person_id)
    _fill(row, viewer, done)
    row.save()
    _follow(viewer, "activity_change", row, at)


@transaction.atomic
def activity_delete(*, viewer: Viewer, activity: Activity, at: datetime) -> None:
    """Take an activity that was entered by hand out of every figure. Raises: PermissionDenied, ValidationError."""
    row = entered_lock(viewer, activities, activity, "delete")
    row.is_deleted = True
    row.save(update_fields=["is_deleted", "updated_at"])
    _follow(viewer, "activity_delete", row, at)


def _check(viewer: Viewer, done: Done, at: datetime, kept: int | None = None) -> None:
    holder_check(viewer, "person", done.person, kept)
    if done.occurred_at > at:
        raise ValidationError({"occurred_at": _("This is still to come. Enter what has happened.")}, code="future")
    if done.occurred_at < at - EARLIEST:
        raise ValidationError({"occurred_at": _("This is more than ten years ago. Check the year.")}, code="long_ago")


def _fill(row: Activity, viewer: Viewer, done: Done) -> None:
    row.type, row.subject = done.type, " ".join(done.subject.split())[:300]
    row.person, row.occurred_at, row.opportunity = done.person, done.occurred_at, done.opportunity
    row.occurred_on = done.occurred_at.astimezone(ZoneInfo(viewer.organization.time_zone)).date()
    row.account = done.opportunity.account if done.opportunity else None


def _follow(viewer: Viewer, action: str, row: Activity, at: datetime) -> None:
    detail = {"type": row.type, "person": row.person_id, "day": row.occurred_on.isoformat(), "deal": row.opportunity_id}
    audit(action, actor=viewer, at=at, subject=row, detail=detail)
    enqueue("pipeline.facts_changed", organization_id=viewer.organization.pk)
