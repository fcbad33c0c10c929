"""Quotas in force: enter, change with a reason, take away; replace those of a period by a plan's."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from crm.intake.worth import worth_of_period, worth_of_row
from crm.models import Measure, Quota
from crm.policies import quotas
from kernel.money import round_decimal
from people.audit import audit
from people.meanwhile import unchanged_check
from people.models import Person, Team
from people.queue import enqueue
from people.refusal import refusals
from people.viewer import Viewer
from people.wall.tenant import current_organization_id


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
def quota_change(
    *, viewer: Viewer, quota: Quota, at: datetime, reason: str, seen: int | None = None, **values: Any
) -> Quota:
    """Another amount, other days, with a reason; what it was stays in its history.

    Raises: PermissionDenied, ValidationError.
    """
    quotas.require(viewer, "change", quota)
    _own_check(quota)
    row: Quota = Quota.objects.select_for_update(of=("self",)).get(pk=quota.pk)
    unchanged_check(row, seen)
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


@dataclass(frozen=True)
class QuotaRow:
    """A quota of a person or a team that a plan gives."""

    person_id: int | None
    team_id: int | None
    starts_on: date
    ends_before: date
    amount: Decimal


@dataclass(frozen=True)
class Replaced:
    """How many quotas were written, taken away, and shortened to the days outside of a period."""

    written: int
    removed: int
    shortened: int


@transaction.atomic
def quotas_replace(
    *,
    viewer: Viewer | None,
    at: datetime,
    rows: Sequence[QuotaRow],
    starts_on: date,
    ends_before: date,
    currency: str,
    source: str,
    reason: str,
    measure: str = Measure.BOOKINGS,
) -> Replaced:
    """Quotas of people and teams for a period, in place of what they had in it; outside of it theirs stay, by days.

    Raises: PermissionDenied, ValidationError.
    """
    quotas.require(viewer, "create")
    people = {row.person_id for row in rows if row.person_id}
    teams = {row.team_id for row in rows if row.team_id}
    former = Quota.objects.filter(
        Q(person__in=people) | Q(team__in=teams), measure=measure, starts_on__lt=ends_before, ends_before__gt=starts_on
    ).select_for_update(of=("self",))
    outside = [part for quota in former for part in _outside(quota, starts_on, ends_before)]
    removed = len(former)
    former.delete()
    former.filter(seat_quota__isnull=False).delete()  # quotas of seats that came back at once: the plan stands
    actor = viewer.person if viewer else None
    written = [
        Quota(
            person_id=row.person_id,
            team_id=row.team_id,
            measure=measure,
            starts_on=row.starts_on,
            ends_before=row.ends_before,
            amount=row.amount,
            currency=currency,
            converted_amount=row.amount if viewer and currency == viewer.organization.currency else None,
            source=source,
            reason=reason,
            changed_by=actor,
        )
        for row in rows
    ]
    with refusals():
        Quota.objects.bulk_create([*outside, *written], batch_size=2_000)
    worth_of_period("crm_quota", starts_on, ends_before)
    counts = Replaced(len(written), removed, len(outside))
    detail = {"days": [starts_on.isoformat(), ends_before.isoformat()], **asdict(counts)}
    audit("quotas_replace", actor=viewer, at=at, subject="quota", detail=detail)
    enqueue("pipeline.facts_changed", organization_id=current_organization_id() or 0)
    return counts


def _outside(quota: Quota, starts_on: date, ends_before: date) -> list[Quota]:
    """What of a quota lies before and after a period, each part with its share by calendar days."""
    length = (quota.ends_before - quota.starts_on).days
    parts = []
    for first, last in ((quota.starts_on, starts_on), (ends_before, quota.ends_before)):
        days = (last - first).days
        if days > 0:
            share = {
                name: None if value is None else round_decimal(value * days / length, 6)
                for name, value in (("amount", quota.amount), ("converted_amount", quota.converted_amount))
            }
            kept = {field.attname: getattr(quota, field.attname) for field in Quota._meta.concrete_fields}
            days_of_part = {"id": None, "seat_quota_id": None, "starts_on": first, "ends_before": last}
            parts.append(Quota(**{**kept, **share, **days_of_part}))
    return parts


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
