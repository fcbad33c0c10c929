"""Quotas in force: enter, change with a reason, take away."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.intake.worth import worth_of_row
from crm.models import Measure, Quota
from crm.policies import quotas
from people.audit import audit
from people.models import Person, Team
from people.queue import enqueue
from people.refusal import refusals
from people.viewer import Viewer


@transaction.atomic
def quota_create(
    *,
    viewer: Viewer,
    at: datetime,
    person: Person | None,
    team: Team | None,
    starts_on: date,
    ends_before: date,
    amount: Decimal,
    currency: str,
    is_overlay: bool = False,
    reason: str = "",
    measure: str = "",
) -> Quota:
    """A quota of a person or a team; none of the same may overlap. Raises: PermissionDenied, ValidationError."""
    quota = Quota(
        person=person,
        team=team,
        starts_on=starts_on,
        ends_before=ends_before,
        amount=amount,
        currency=currency,
        converted_amount=_converted(viewer, amount, currency),
        is_overlay=is_overlay,
        reason=reason,
        measure=measure or Measure.BOOKINGS,
        changed_by=viewer.person,
    )
    quotas.require(viewer, "create", quota)
    with refusals():
        quota.save()
    worth_of_row("crm_quota", quota.pk)
    audit("quota_create", actor=viewer, at=at, subject=quota, detail=_detail(quota))
    enqueue("pipeline.facts_changed", organization_id=viewer.organization.pk)
    return quota


@transaction.atomic
def quota_change(*, viewer: Viewer, quota: Quota, at: datetime, reason: str, **values: Any) -> Quota:
    """Another amount, other days, with a reason; what it was stays in its history.

    Raises: PermissionDenied, ValidationError.
    """
    quotas.require(viewer, "change", quota)
    _own_check(quota)
    row: Quota = Quota.objects.select_for_update(of=("self",)).get(pk=quota.pk)
    before = _detail(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.converted_amount = _converted(viewer, row.amount, row.currency)
    row.reason, row.changed_by = reason, viewer.person
    with refusals():
        row.save()
    worth_of_row("crm_quota", row.pk)
    audit("quota_change", actor=viewer, at=at, subject=row, detail={"before": before, "after": _detail(row)})
    enqueue("pipeline.facts_changed", organization_id=viewer.organization.pk)
    return row


@transaction.atomic
def quota_delete(*, viewer: Viewer, quota: Quota, at: datetime) -> None:
    """Take a quota away; the audit log keeps what it was. Raises: PermissionDenied."""
    quotas.require(viewer, "delete", quota)
    _own_check(quota)
    audit("quota_delete", actor=viewer, at=at, subject=quota, detail=_detail(quota))
    quota.delete()
    enqueue("pipeline.facts_changed", organization_id=viewer.organization.pk)


def _own_check(quota: Quota) -> None:
    """Raises: ValidationError for a quota that follows from the one of a seat."""
    if quota.seat_quota_id is not None:
        raise ValidationError(_("It follows from the quota of the seat. Change that one."), code="of_seat")


def _converted(viewer: Viewer, amount: Decimal, currency: str) -> Decimal | None:
    """The amount where it is in the organization's currency; another one is converted when it is stored."""
    return amount if currency == viewer.organization.currency else None


def _detail(quota: Quota) -> dict[str, Any]:
    return {
        "person": quota.person_id,
        "team": quota.team_id,
        "days": [quota.starts_on.isoformat(), quota.ends_before.isoformat()],
        "amount": f"{quota.amount} {quota.currency}",
    }
