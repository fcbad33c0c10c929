"""Invitations: the way to a first password."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from people.audit import audit
from people.engine.addresses import Pasted, name_of_address
from people.jobs import JobRun, job_kind, job_start
from people.mail import is_mail_sent, mail_send
from people.models import Invitation, Job, Organization, Person, User
from people.policies import persons
from people.refusal import refusals
from people.viewer import Viewer, day_at
from people.wall import tenant

VALID = timedelta(days=7)
MOST = 500  # addresses at once
SALT = "people.invitation"


@dataclass
class Invited:
    """What became of many addresses: invitations made, and what was refused with the reason."""

    invitations: list[Invitation] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Key:
    """What the link of an invitation says: read before the wall, from the signature alone."""

    organization_id: int
    invitation_id: int
    serial: int


def invitation_token(invitation: Invitation) -> str:
    """The secret part of the link."""
    return signing.dumps([invitation.organization_id, invitation.pk, invitation.serial], salt=SALT)


def invitation_key(token: str) -> Key | None:
    """What a link says; None where nobody here signed it."""
    try:
        return Key(*(int(part) for part in signing.loads(token, salt=SALT)))
    except (signing.BadSignature, TypeError, ValueError):
        return None


@transaction.atomic
def invitation_make(
    *, viewer: Viewer | None, person: Person, email: str, at: datetime, base_href: str = ""
) -> Invitation:
    """Invite a person; an invitation still open is sent anew. `base_href`: mail the link. Raises: ValidationError."""
    persons.require(viewer, "invite", person)
    invitation = _make(viewer=viewer, person=person, email=email.strip().lower(), at=at)
    _mail_later([invitation], viewer, at, base_href)
    return invitation


@transaction.atomic
def invitations_make(
    *, viewer: Viewer, pasted: Pasted, person_ids: Iterable[int], at: datetime, base_href: str = ""
) -> Invited:
    """Invite people without a sign-in and addresses, which become people where nobody has them yet."""
    persons.require(viewer, "invite")
    wanted = [(row, row.email) for row in Person.objects.filter(pk__in=person_ids, user=None).exclude(email="")]
    done = Invited(refused=[(text, _("This is not an e-mail address.")) for text in pasted.refused])
    if len(wanted) + len(pasted.addresses) > MOST:
        raise ValidationError(_("At most %(most)s people can be invited at once.") % {"most": MOST})
    owners = _owners(one.email for one in pasted.addresses)
    for one in pasted.addresses:
        person = owners.get(one.email) or Person(name=one.name[:200] or name_of_address(one.email), email=one.email)
        if all(person != other or person.pk is None for other, _email in wanted):
            wanted.append((person, one.email))
    for person, email in wanted:
        try:
            with transaction.atomic():
                done.invitations.append(_make(viewer=viewer, person=person, email=email, at=at))
        except ValidationError as error:
            done.refused.append((email, " ".join(error.messages)))
    _mail_later(done.invitations, viewer, at, base_href)
    return done


def _owners(emails: Iterable[str]) -> dict[str, Person]:
    wanted = list(emails)
    with_user = Person.objects.filter(user__email__in=wanted).select_related("user")
    by_user = {row.user.email.lower(): row for row in with_user if row.user}
    by_email = {row.email.lower(): row for row in Person.objects.filter(email__in=wanted)}
    return by_email | by_user


def _make(*, viewer: Viewer | None, person: Person, email: str, at: datetime) -> Invitation:
    try:
        validate_email(email)
    except ValidationError as error:
        raise ValidationError({"email": error.messages}) from error
    if person.pk is None:
        with refusals():
            person.save()
        audit("person_create", actor=viewer, at=at, subject=person)
    row = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    _invitable(row, at, viewer)
    _own_address(row, email)
    if not row.email:
        row.email = email
        with refusals():
            row.save(update_fields=["email"])
    actor = viewer.person if viewer else None
    fresh = {"email": email, "created_by": actor, "created_at": at, "expires_at": at + VALID, "mailed_at": None}
    invitation = Invitation.objects.filter(person=row, accepted_at=None, withdrawn_at=None).first()
    if invitation is None:
        with refusals():
            invitation = Invitation.objects.create(person=row, **fresh)
        invitation.refresh_from_db(fields=["organization"])
    else:
        _again(invitation, fresh)
    audit("invitation_make", actor=viewer, at=at, subject=row)
    return invitation


def _again(invitation: Invitation, fresh: dict[str, Any]) -> None:
    """The links made before stop working."""
    for name, value in fresh.items():
        setattr(invitation, name, value)
    invitation.serial += 1
    invitation.save(update_fields=[*fresh, "serial"])


def _invitable(person: Person, at: datetime, viewer: Viewer | None) -> None:
    if person.erased_at is not None:
        raise ValidationError(_("This person was erased and cannot be invited."), code="erased")
    if person.user_id is not None:
        raise ValidationError(_("%(name)s has a sign-in already.") % {"name": person.name}, code="has_sign_in")
    if person.has_left(viewer.on if viewer else at.date()):
        raise ValidationError(
            _("%(name)s has left. Remove the leaving date first.") % {"name": person.name}, code="left"
        )


def _own_address(person: Person, email: str) -> None:
    """A colleague's address would bring the link to the wrong mailbox, and never sign in. One query."""
    having = Q(email__iexact=email) | Q(user__email__iexact=email)
    other = Person.objects.filter(having).exclude(pk=person.pk).first()
    if other is not None:
        raise ValidationError(
            {"email": _("This is the address of %(name)s. Everybody needs one of their own.") % {"name": other.name}}
        )


@transaction.atomic
def invitation_resend(*, viewer: Viewer, invitation: Invitation, at: datetime, base_href: str = "") -> Invitation:
    """A new link, valid from now on; the former one stops working. Raises: ValidationError."""
    persons.require(viewer, "invite", invitation.person)
    row = Invitation.objects.select_for_update(of=("self",)).select_related("person").get(pk=invitation.pk)
    if row.state_at(at) in {"accepted", "withdrawn"}:
        raise ValidationError(_("This invitation is over. Make a new one on the page of the person."), code="over")
    return invitation_make(viewer=viewer, person=row.person, email=row.email, at=at, base_href=base_href)


@transaction.atomic
def invitation_withdraw(*, viewer: Viewer | None, invitation: Invitation, at: datetime) -> None:
    """The link stops working at once. Raises: ValidationError once it was accepted."""
    persons.require(viewer, "invite", invitation.person)
    row = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if row.accepted_at:
        raise ValidationError(
            _("The invitation was accepted already. Switch the sign-in off instead."), code="accepted"
        )
    if row.withdrawn_at is None:
        Invitation.objects.filter(pk=row.pk).update(withdrawn_at=at)
        audit("invitation_withdraw", actor=viewer, at=at, subject=invitation.person)


def invitation_open(key: Key, at: datetime) -> Invitation | None:
    """The invitation that a link opens now, with its person. Behind the wall. One query."""
    found: Any = Invitation.objects.select_related("person", "organization").filter(pk=key.invitation_id).first()
    if found is None or found.serial != key.serial or found.state_at(at) != "open":
        return None
    person = found.person
    has_left = person.has_left(day_at(found.organization, at))
    return None if person.user_id or has_left or person.erased_at else found


@transaction.atomic
def invitation_accept(*, key: Key, password: str, at: datetime) -> User | None:
    """The invited person chooses a password and has a sign-in; None where the link is over. Raises: ValidationError."""
    Invitation.objects.select_for_update().filter(pk=key.invitation_id).first()
    invitation = invitation_open(key, at)
    if invitation is None:
        return None
    person = Person.objects.select_for_update(of=("self",)).get(pk=invitation.person_id)
    organization: Organization = invitation.organization
    try:
        validate_password(password, User(email=invitation.email, organization=organization))
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error
    if User.objects.filter(email__iexact=invitation.email).exists():
        raise ValidationError(
            _(
                "This e-mail address has a sign-in already, and belongs to one organization only. "
                "Ask to be invited with another address."
            ),
            code="taken",
        )
    with refusals():
        user = User.objects.create_user(email=invitation.email, password=password, organization=organization)
        person.user = user
        person.save(update_fields=["user"])
    Invitation.objects.filter(pk=invitation.pk).update(accepted_at=at)
    audit("invitation_accept", actor=person, at=at, subject=person)
    return user


def _mail_later(invitations: list[Invitation], viewer: Viewer | None, at: datetime, base_href: str) -> None:
    if not base_href or not invitations or not is_mail_sent():
        return
    arguments = {"invitations": [[one.pk, one.serial] for one in invitations], "base": base_href}
    job_start(kind="people.invitations_mail", arguments=arguments, created_by=viewer.person if viewer else None, at=at)


@job_kind("people.invitations_mail")
def invitations_mail_work(run: JobRun) -> dict[str, Any]:
    """Job: mail the links; one that was mailed already is left out, so that a second attempt repeats nobody's mail."""
    with tenant(run.organization_id):
        job_at = _moment(run)
    sent = 0
    for number, (pk, serial) in enumerate(run.arguments["invitations"], start=1):
        with tenant(run.organization_id):
            sent += _mail_one(pk, serial, run, job_at)
        run.progress(done=number, total=len(run.arguments["invitations"]))
    return {"sent": sent}


def _mail_one(pk: int, serial: int, run: JobRun, at: datetime) -> bool:
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("person", "organization")
    found: Any = rows.filter(pk=pk, serial=serial, mailed_at=None, accepted_at=None, withdrawn_at=None).first()
    if found is None or not mail_send(found.email, found.organization.locale, lambda: _words(found, run)):
        return False
    Invitation.objects.filter(pk=pk).update(mailed_at=at)
    return True


def _moment(run: JobRun) -> datetime:
    moment: datetime = Job.objects.values_list("created_at", flat=True).get(pk=run.job_id)
    return moment


def _words(invitation: Invitation, run: JobRun) -> tuple[str, str]:
    values = {
        "name": invitation.person.name,
        "organization": invitation.organization.name,
        "email": invitation.email,
        "link": run.arguments["base"].replace("TOKEN", invitation_token(invitation)),
        "days": VALID.days,
    }
    subject = _("Your sign-in at %(organization)s") % values
    text = _(
        "Hello %(name)s,\n\nyou are invited to %(organization)s. Choose a password here, then sign in with %(email)s:\n\n"
        "%(link)s\n\nThe link works for %(days)s days and once. If you did not expect it, ignore this message.\n"
    )
    return subject, text % values
