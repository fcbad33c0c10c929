"""Holidays: what is counted by working days follows by itself."""

from datetime import date, datetime

from django.db import transaction

from people.audit import audit
from people.models import Holiday
from people.policies import holidays
from people.queue import enqueue
from people.refusal import refusals
from people.viewer import Viewer


@transaction.atomic
def holiday_add(*, viewer: Viewer, at: datetime, day: date, name: str) -> Holiday:
    """A day on which nobody works. Raises: PermissionDenied, ValidationError for a day that is one already."""
    holidays.require(viewer, "change")
    row = Holiday(day=day, name=name)
    with refusals():
        row.save()
    _follow(viewer, at, "holiday_add", row)
    return row


@transaction.atomic
def holiday_delete(*, viewer: Viewer, row: Holiday, at: datetime) -> None:
    """The day is worked on again. Raises: PermissionDenied."""
    holidays.require(viewer, "delete")
    Holiday.objects.filter(pk=row.pk).delete()
    _follow(viewer, at, "holiday_delete", row)


def _follow(viewer: Viewer, at: datetime, action: str, row: Holiday) -> None:
    audit(action, actor=viewer, at=at, subject=row, detail={"day": row.day.isoformat(), "name": row.name})
    enqueue("pipeline.facts_changed", organization_id=viewer.organization.pk)
