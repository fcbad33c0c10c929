"""Leads that people enter themselves; those of a source are changed by their source."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import BY_HAND, Account, Lead
from crm.policies import leads
from crm.services.entered import entered_before, entered_lock, holder_check
from people.audit import audit
from people.models import Person
from people.queue import enqueue
from people.viewer import Viewer


@dataclass(frozen=True)
class Prospect:
    """Somebody who may become a customer. `account`: the name of one; one that is not known yet is waited for."""

    name: str
    owner: Person
    created_on: date
    lead_source: str = ""
    account: str = ""
    converted_on: date | None = None


@transaction.atomic
def lead_add(*, viewer: Viewer, prospect: Prospect, at: datetime, key: str = "") -> Lead:
    """Enter a lead; sent twice with one key it is entered once. Raises: PermissionDenied, ValidationError."""
    leads.require(viewer, "create")
    _check(viewer, prospect)
    first: Lead | None = entered_before(Lead, key)
    if first is not None:
        return first
    row = Lead(source=BY_HAND, external_id=key or uuid4().hex)
    _fill(row, prospect)
    row.save()
    _follow(viewer, "lead_add", row, at)
    return row


@transaction.atomic
def lead_change(*, viewer: Viewer, lead: Lead, prospect: Prospect, at: datetime, seen: int | None = None) -> None:
    """Correct a lead that was entered by hand. Raises: PermissionDenied, ValidationError."""
    row = entered_lock(viewer, leads, lead, "change", seen)
    _check(viewer, prospect, kept=row.owner_id)
    _fill(row, prospect)
    row.save()
    _follow(viewer, "lead_change", row, at)


@transaction.atomic
def lead_delete(*, viewer: Viewer, lead: Lead, at: datetime) -> None:
    """Take a lead that was entered by hand out of every figure. Raises: PermissionDenied, ValidationError."""
    row = entered_lock(viewer, leads, lead, "delete")
    row.is_deleted = True
    row.save(update_fields=["is_deleted", "updated_at"])
    _follow(viewer, "lead_delete", row, at)


def _check(viewer: Viewer, prospect: Prospect, kept: int | None = None) -> None:
    holder_check(viewer, "owner", prospect.owner, kept)
    for name, day in (("created_on", prospect.created_on), ("converted_on", prospect.converted_on)):
        if day is not None and day > viewer.on:
            raise ValidationError({name: _("This is still to come. Enter what has happened.")}, code="future")
    if prospect.converted_on is not None and prospect.converted_on < prospect.created_on:
        raise ValidationError({"converted_on": _("This is before the lead was created.")}, code="order")


def _fill(row: Lead, prospect: Prospect) -> None:
    row.name, row.lead_source = _tidy(prospect.name), _tidy(prospect.lead_source)
    row.owner, row.created_on, row.stated_converted_on = prospect.owner, prospect.created_on, prospect.converted_on
    row.account_text = _tidy(prospect.account)
    found = list(Account.objects.filter(name__iexact=row.account_text)[:2]) if row.account_text else []
    row.account = found[0] if len(found) == 1 else None


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _follow(viewer: Viewer, action: str, row: Lead, at: datetime) -> None:
    stated = row.stated_converted_on
    detail = {"name": row.name, "person": row.owner_id, "day": stated.isoformat() if stated else None}
    audit(action, actor=viewer, at=at, subject=row, detail=detail)
    enqueue("pipeline.facts_changed", organization_id=viewer.organization.pk)
