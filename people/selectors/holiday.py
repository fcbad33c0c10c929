"""Holidays of the organization."""

from datetime import date

from django.db.models import QuerySet
from django.http import Http404

from people.models import Holiday
from people.policies import holidays
from people.viewer import Viewer


def holiday_days() -> frozenset[date]:
    """Every day off of the organization. One query."""
    return frozenset(Holiday.objects.values_list("day", flat=True))


def holiday_rows(viewer: Viewer) -> QuerySet[Holiday]:
    """Holidays; everybody sees them. Raises: PermissionDenied. One query when read."""
    holidays.require(viewer, "view")
    return Holiday.objects.all()


def access_holiday(viewer: Viewer, holiday_id: int) -> Holiday:
    """One of them. Raises: Http404. One query."""
    row = holiday_rows(viewer).filter(pk=holiday_id).first()
    if row is None:
        raise Http404
    return row
