"""Territories and named accounts: set up, give to a seat from a day on, take back."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from crm.models import Account, NamedAccount, Territory, TerritoryAssignment
from crm.policies import territories
from people.audit import audit
from people.models import FOREVER, Seat
from people.refusal import refusals
from people.viewer import Viewer


@transaction.atomic
def territory_save(
    *,
    viewer: Viewer | None,
    at: datetime,
    name: str,
    parent: Territory | None = None,
    regions: Sequence[str] = (),
    industries: Sequence[str] = (),
    territory: Territory | None = None,
) -> Territory:
    """A new territory, or another name, place and rule of one. Raises: PermissionDenied, ValidationError."""
    territories.require(viewer, "change" if territory else "create")
    row = Territory.objects.select_for_update(of=("self",)).get(pk=territory.pk) if territory else Territory()
    row.name, row.parent = " ".join(name.split()), parent
    row.regions, row.industries = _words(regions), _words(industries)
    if not row.name:
        raise ValidationError({"name": _("Give it a name.")}, code="name")
    _circle_check(row)
    with refusals():
        row.save()
    detail = {"name": row.name, "part_of": row.parent and row.parent.pk, "regions": row.regions}
    audit("territory_save", actor=viewer, at=at, subject=row, detail={**detail, "industries": row.industries})
    return row


@transaction.atomic
def territory_delete(*, viewer: Viewer | None, territory: Territory, at: datetime) -> None:
    """A territory goes with its assignments; one with parts stays. Raises: PermissionDenied, ValidationError."""
    territories.require(viewer, "delete", territory)
    audit("territory_delete", actor=viewer, at=at, subject=territory, detail={"name": territory.name})
    try:
        with transaction.atomic():
            territory.delete()
    except ProtectedError as error:
        raise ValidationError(_("It has parts. Move or delete these first."), code="has_parts") from error


@transaction.atomic
def territory_assign(
    *, viewer: Viewer | None, territory: Territory, seat: Seat | None, on: date, at: datetime
) -> TerritoryAssignment | None:
    """From the day on the seat has the territory (None: nobody); what was planned for later days is dropped.

    Raises: PermissionDenied, ValidationError for a day on which the seat does not exist.
    """
    territories.require(viewer, "change", territory)
    Territory.objects.select_for_update(of=("self",)).get(pk=territory.pk)
    rows = TerritoryAssignment.objects.filter(territory=territory)
    made = None
    with refusals():
        rows.filter(starts_on__gte=on).delete()
        rows.filter(ends_before__gt=on).update(ends_before=on)
        if seat is not None:
            _seat_check(seat, on)
            made = TerritoryAssignment.objects.create(
                territory=territory, seat=seat, starts_on=on, ends_before=seat.ends_before
            )
    detail = {"seat": seat and seat.pk, "on": on.isoformat()}
    audit("territory_assign", actor=viewer, at=at, subject=territory, detail=detail)
    return made


@transaction.atomic
def account_assign(
    *,
    viewer: Viewer | None,
    account: Account,
    seat: Seat,
    starts_on: date,
    at: datetime,
    ends_before: date | None = None,
    is_exclusive: bool = True,
) -> NamedAccount:
    """A seat looks after an account by name, from a day on. Raises: PermissionDenied, ValidationError for overlaps."""
    territories.require(viewer, "create")
    _seat_check(seat, starts_on)
    with refusals():
        made = NamedAccount.objects.create(
            account=account,
            seat=seat,
            starts_on=starts_on,
            ends_before=min(ends_before or FOREVER, seat.ends_before),
            is_exclusive=is_exclusive,
        )
    audit("account_assign", actor=viewer, at=at, subject=account, detail=_detail(made))
    return made


@transaction.atomic
def account_release(*, viewer: Viewer | None, named: NamedAccount, on: date, at: datetime) -> None:
    """From the day on the seat does not have the account; one that has not begun goes. Raises: PermissionDenied."""
    territories.require(viewer, "change")
    row: NamedAccount = NamedAccount.objects.select_for_update(of=("self",)).get(pk=named.pk)
    if row.starts_on >= on:
        row.delete()
    elif row.ends_before > on:
        NamedAccount.objects.filter(pk=row.pk).update(ends_before=on)
    audit("account_release", actor=viewer, at=at, subject=named.account, detail={"on": on.isoformat()})


def _words(words: Sequence[str]) -> list[str]:
    """Each once, whatever its case, in the order given."""
    found: dict[str, str] = {}
    for word in words:
        plain = " ".join(word.split())[:200]
        if plain:
            found.setdefault(plain.casefold(), plain)
    return list(found.values())


def _circle_check(row: Territory) -> None:
    """Raises: ValidationError where a territory would be part of itself."""
    above, seen = row.parent, set[int]()
    while above is not None and above.pk not in seen:
        if above.pk == row.pk:
            raise ValidationError({"parent": _("A territory cannot be part of itself.")}, code="circle")
        seen.add(above.pk)
        above = above.parent


def _seat_check(seat: Seat, on: date) -> None:
    if not seat.starts_on <= on < seat.ends_before:
        raise ValidationError({"seat": _("The seat does not exist on this day.")}, code="outside")


def _detail(row: NamedAccount) -> dict[str, Any]:
    days = [row.starts_on.isoformat(), row.ends_before.isoformat()]
    return {"seat": row.seat_id, "days": days, "is_exclusive": row.is_exclusive}
