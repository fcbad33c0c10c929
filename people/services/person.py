"""People and their sign-ins."""

from datetime import date, datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from people.audit import audit
from people.meanwhile import unchanged_check
from people.models import ActingManager, Delegation, Invitation, Organization, Person, SeatHolding, User
from people.personal import marks_lift
from people.policies import persons
from people.queue import enqueue
from people.refusal import refusals
from people.services.grant import administrator_remains, administrators_lock
from people.viewer import Viewer
from people.wall import current_organization_id


@transaction.atomic
def person_create(
    *,
    viewer: Viewer | None,
    at: datetime,
    name: str,
    email: str = "",
    hired_on: date | None = None,
    is_namesake: bool = False,
) -> Person:
    """A person without a sign-in; a second one of the same name only on purpose. Raises: ValidationError."""
    persons.require(viewer, "create")
    _namesake_check(name, is_namesake)
    marks_lift(name, email)
    person = Person(name=_plain(name), email=email.strip().lower(), hired_on=hired_on)
    with refusals():
        person.save()
    audit("person_create", actor=viewer, at=at, subject=person)
    return person


def _namesake_check(name: str, is_namesake: bool) -> None:
    if not is_namesake and Person.objects.filter(name__iexact=_plain(name)).exists():
        raise ValidationError(
            {
                "name": ValidationError(
                    _("There is somebody of this name already. Tick the box to add another one."), "namesake"
                )
            }
        )


def _plain(name: str) -> str:
    return " ".join(name.split())


@transaction.atomic
def person_change(
    *, viewer: Viewer | None, person: Person, at: datetime, seen: int | None = None, **values: Any
) -> Person:
    """Name, e-mail, hire and leaving date; the sign-in keeps its own address. Raises: ValidationError."""
    persons.require(viewer, "change", person)
    if values.get("left_on"):
        administrators_lock()
    row = Person.objects.select_for_update().get(pk=person.pk)
    unchanged_check(row, seen)
    if row.erased_at is not None:
        raise ValidationError(_("This person was erased; nothing about them can be changed."), code="erased")
    allowed = {"name", "email", "hired_on", "left_on"}
    changed = {name: value for name, value in values.items() if name in allowed and getattr(row, name) != value}
    formerly = row.left_on
    for name, value in changed.items():
        setattr(row, name, value)
    if changed.keys() & {"hired_on", "left_on"} and row.left_on and row.hired_on and row.left_on < row.hired_on:
        raise ValidationError({"left_on": _("This is before the hire date.")})
    if changed:
        marks_lift(row.name if "name" in changed else "", row.email if "email" in changed else "")
        with refusals():
            row.save(update_fields=list(changed))
        if row.left_on is not None:
            administrator_remains(row.left_on)
        if "left_on" in changed:
            _leaving_moved(row, formerly)
        audit("person_change", actor=viewer, at=at, subject=row, detail={"fields": sorted(changed)})
    return row


def _leaving_moved(person: Person, formerly: date | None) -> None:
    """The day was entered, put right or taken back: their seats follow."""
    if person.left_on is not None and (formerly is None or person.left_on < formerly):
        leaver_places_end(person, on=person.left_on)
    elif formerly is not None:
        _leaver_stays(person, formerly)


def _leaver_stays(person: Person, formerly: date) -> None:
    """The seat that ended on the former leaving day is held on, as far as nobody else was given it."""
    for holding in SeatHolding.objects.filter(person=person, ends_before=formerly).select_related("seat"):
        later = SeatHolding.objects.filter(Q(seat=holding.seat_id) | Q(person=person), starts_on__gte=formerly)
        ends = [
            person.here_before(holding.starts_on, holding.seat.ends_before),
            *later.values_list("starts_on", flat=True),
        ]
        SeatHolding.objects.filter(pk=holding.pk).update(ends_before=min(ends))
    enqueue("pipeline.structure_changed", organization_id=current_organization_id() or 0)


def leaver_places_end(person: Person, *, on: date) -> None:
    """From the day somebody has left their seat is vacant, and they stand in for nobody."""
    own = Q(person=person)
    places: list[tuple[Any, Q]] = [
        (SeatHolding, own),
        (ActingManager, own),
        (Delegation, Q(manager=person) | Q(delegate=person)),
    ]
    for model, whose in places:
        rows = model.objects.filter(whose)
        rows.filter(starts_on__gte=on).delete()
        rows.filter(ends_before__gt=on).update(ends_before=on)
    enqueue("pipeline.structure_changed", organization_id=current_organization_id() or 0)


@transaction.atomic
def person_invite(
    *,
    viewer: Viewer | None,
    organization: Organization,
    person: Person,
    at: datetime,
    email: str,
    password: str = "",
) -> User:
    """A sign-in for a person; without a password they set it through a link. Raises: ValidationError."""
    persons.require(viewer, "invite", person)
    row = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if row.user_id is not None:
        raise ValidationError(_("%(name)s has a sign-in already.") % {"name": row.name}, code="has_sign_in")
    address = email.strip().lower()
    _sign_in_check(User(email=address, organization=organization), password if viewer else "")
    with refusals():
        user = User.objects.create_user(email=address, password=password or None, organization=organization)
        row.user, row.email = user, row.email or address
        row.save(update_fields=["user", "email"])
    Invitation.objects.filter(person=row, accepted_at=None, withdrawn_at=None).update(withdrawn_at=at)
    audit("person_invite", actor=viewer, at=at, subject=row)
    return user


def _sign_in_check(user: User, password: str) -> None:
    try:
        validate_email(user.email)
    except ValidationError as error:
        raise ValidationError({"email": error.messages}) from error
    try:
        if password:
            validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error


@transaction.atomic
def sign_in_disable(*, viewer: Viewer, person: Person, at: datetime) -> None:
    """The person cannot sign in any more, open sessions included; nothing is forgotten. Raises: ValidationError."""
    persons.require(viewer, "invite", person)
    if person == viewer.person:
        raise ValidationError(_("You cannot take away your own sign-in. Another administrator can."), code="own")
    administrators_lock()
    User.objects.filter(person=person).update(is_active=False, session_serial=F("session_serial") + 1)
    Invitation.objects.filter(person=person, accepted_at=None, withdrawn_at=None).update(withdrawn_at=at)
    administrator_remains(viewer.on)
    audit("sign_in_disable", actor=viewer, at=at, subject=person)


@transaction.atomic
def sign_in_enable(*, viewer: Viewer, person: Person, at: datetime) -> None:
    """The person can sign in again."""
    persons.require(viewer, "invite", person)
    User.objects.filter(person=person).update(is_active=True)
    audit("sign_in_enable", actor=viewer, at=at, subject=person)


@transaction.atomic
def sign_in_link_make(*, viewer: Viewer, person: Person, at: datetime) -> User:
    """Record that a new link is made for somebody with a sign-in. Raises: ValidationError."""
    persons.require(viewer, "invite", person)
    user = User.objects.filter(person=person, is_active=True).first()
    if user is None:
        raise ValidationError(_("%(name)s has no sign-in.") % {"name": person.name}, code="no_sign_in")
    audit("sign_in_link_make", actor=viewer, at=at, subject=person)
    return user
