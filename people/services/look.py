"""Look at the product as somebody else."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from people.audit import audit
from people.formats import moment
from people.looking import Looking
from people.mail import mail_user
from people.models import Look, Person
from people.policies import persons
from people.viewer import Viewer, viewer_of_person

VALID = timedelta(minutes=30)


@transaction.atomic
def look_begin(*, viewer: Viewer, person: Person, reason: str, at: datetime) -> Look:
    """Begin to look as a person, who is told and sees it in their profile. Raises: PermissionDenied, ValidationError."""
    persons.require(viewer, "look_as", person)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why: the person reads it.")})
    Look.objects.filter(actor=viewer.person, ended_at=None).update(ended_at=at)
    look = Look.objects.create(
        actor=viewer.person, person=person, reason=reason.strip()[:300], started_at=at, expires_at=at + VALID
    )
    audit("look_begin", actor=viewer, at=at, subject=person, detail={"reason": look.reason})
    if person.user is not None:
        mail_user(person.user, partial(_words, look, viewer.organization.name))
    return look


@transaction.atomic
def look_end(*, look: Look, at: datetime) -> None:
    """Stop looking; twice is once."""
    if Look.objects.filter(pk=look.pk, ended_at=None).update(ended_at=at):
        audit("look_end", actor=look.actor, at=at, subject=look.person)


def look_under_way(*, viewer: Viewer, look_id: int, at: datetime) -> Looking | None:
    """The look that goes on, checked anew at every request; None when it is over. Three queries."""
    found = Look.objects.select_related("actor", "person").filter(pk=look_id, actor=viewer.person, ended_at=None)
    look = found.filter(expires_at__gt=at).first()
    if look is None or not persons.can(viewer, "look_as", look.person):
        return None
    seen = viewer_of_person(look.person, organization=viewer.organization, on=viewer.on)
    return Looking(look, viewer, replace(seen, is_looked_through=True))


def _words(look: Look, organization: str) -> tuple[str, str]:
    values = {
        "actor": look.actor.name,
        "reason": look.reason,
        "organization": organization,
        "until": moment(look.expires_at),
    }
    text = _(
        "%(actor)s looks at %(organization)s as you, until %(until)s at the latest. Nothing can be changed that way.\n"
        "Reason: %(reason)s\n\nYour profile lists everybody who looked as you.\n"
    )
    return _("Somebody looks at your pages"), text % values
