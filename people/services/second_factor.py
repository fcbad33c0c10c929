"""The second factor: who has one, who must have one, and taking it away from somebody who lost it."""

from datetime import datetime
from functools import partial

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from people.audit import audit
from people.mail import mail_user
from people.models import Person, User
from people.policies import persons
from people.viewer import Viewer
from people.wall import tenant

ROLES = ("rep", "manager", "operations", "finance", "hr", "executive", "administrator")


def has_second_factor(user: User) -> bool:
    """Whether the sign-in asks for a code. One query."""
    found: bool = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
    return found


def is_second_factor_missing(viewer: Viewer, user: User) -> bool:
    """Whether a role of theirs requires one that they have not set up. One query where a role requires it."""
    held = viewer.roles | viewer.limited_roles
    return bool(held & set(viewer.organization.second_factor_roles)) and not has_second_factor(user)


@transaction.atomic
def second_factor_reset(*, viewer: Viewer, person: Person, at: datetime) -> None:
    """Take the second factor away from somebody who lost it; they are signed out and told. Raises: ValidationError."""
    persons.require(viewer, "invite", person)
    if person == viewer.person:
        raise ValidationError(_("Switch your own second factor off in your profile."), code="own")
    user = User.objects.filter(person=person).first()
    if user is None or not Authenticator.objects.filter(user=user).delete()[0]:
        raise ValidationError(_("%(name)s has no second factor.") % {"name": person.name}, code="none")
    User.objects.filter(pk=user.pk).update(session_serial=F("session_serial") + 1)
    audit("second_factor_reset", actor=viewer, at=at, subject=person)
    mail_user(user, partial(_words, viewer.person.name, viewer.organization.name))


def _words(name: str, organization: str) -> tuple[str, str]:
    text = _(
        "%(name)s has taken the second factor away from your sign-in at %(organization)s. Sign in with your password and "
        "set up a new one in your profile. If you did not ask for this, tell your administrators at once.\n"
    )
    return _("Your second factor was taken away"), text % {"name": name, "organization": organization}


def second_factor_changed(user: User, *, is_added: bool, at: datetime) -> None:
    """Note down what somebody did with their own second factor. Goes behind the wall itself."""
    with tenant(user.organization_id):
        person = Person.objects.filter(user=user).first()
        if person is not None:
            audit("second_factor_add" if is_added else "second_factor_remove", actor=person, at=at, subject=person)
