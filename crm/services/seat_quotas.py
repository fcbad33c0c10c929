"""Quotas of seats: enter, change with a reason, take away. Those of the holders follow by triggers."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import Measure, Proration, SeatQuota
from crm.policies import seat_quotas
from people.audit import audit
from people.meanwhile import unchanged_check
from people.models import Seat
from people.queue import enqueue
from people.refusal import refusals
from people.viewer import Viewer
from people.wall import current_organization_id


@transaction.atomic
def seat_quota_create(
    *,
    viewer: Viewer | None,
    at: datetime,
    seat: Seat,
    starts_on: date,
    ends_before: date,
    amount: Decimal,
    currency: str,
    measure: str = Measure.BOOKINGS,
    proration: str = Proration.CALENDAR,
    reason: str = "",
) -> SeatQuota:
    """What whoever holds a seat is to reach; none of the same seat and measure may overlap.

    Raises: PermissionDenied, ValidationError.
    """
    seat_quotas.require(viewer, "create")
    if not (seat.starts_on < ends_before and starts_on < seat.ends_before):
        raise ValidationError({"seat": _("The seat does not exist on these days.")}, code="outside")
    row = SeatQuota(
        seat=seat,
        starts_on=starts_on,
        ends_before=ends_before,
        amount=amount,
        currency=currency,
        measure=measure or Measure.BOOKINGS,
        proration=proration or Proration.CALENDAR,
        reason=reason,
        changed_by=viewer.person if viewer else None,
    )
    with refusals():
        row.save()
    _follow("seat_quota_create", viewer, at, row, _detail(row))
    return row


@transaction.atomic
def seat_quota_change(
    *, viewer: Viewer | None, seat_quota: SeatQuota, at: datetime, reason: str, seen: int | None = None, **values: Any
) -> SeatQuota:
    """Another amount, other days, another way to cut, with a reason. Raises: PermissionDenied, ValidationError."""
    seat_quotas.require(viewer, "change", seat_quota)
    row: SeatQuota = SeatQuota.objects.select_for_update(of=("self",)).get(pk=seat_quota.pk)
    unchanged_check(row, seen)
    before = _detail(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.reason, row.changed_by = reason, viewer.person if viewer else None
    with refusals():
        row.save()
    _follow("seat_quota_change", viewer, at, row, {"before": before, "after": _detail(row)})
    return row


@transaction.atomic
def seat_quota_delete(*, viewer: Viewer | None, seat_quota: SeatQuota, at: datetime) -> None:
    """Take it away, and with it what its holders had by it. Raises: PermissionDenied."""
    seat_quotas.require(viewer, "delete", seat_quota)
    _follow("seat_quota_delete", viewer, at, seat_quota, _detail(seat_quota))
    seat_quota.delete()


def _follow(action: str, viewer: Viewer | None, at: datetime, row: SeatQuota, detail: dict[str, Any]) -> None:
    audit(action, actor=viewer, at=at, subject=row, detail=detail)
    enqueue("pipeline.facts_changed", organization_id=current_organization_id() or 0)


def _detail(row: SeatQuota) -> dict[str, Any]:
    return {
        "seat": row.seat_id,
        "days": [row.starts_on.isoformat(), row.ends_before.isoformat()],
        "amount": f"{row.amount} {row.currency}",
        "measure": row.measure,
        "proration": row.proration,
    }
