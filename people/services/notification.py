"""What people do with their notifications: read them, and say how they want to hear of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from people.audit import audit
from people.models import MailChoice, Notification, NotificationMail, NotificationPreference, Person
from people.notifications import notification_kinds
from people.personal import Erasing, eraser
from people.viewer import Viewer

SALT = "people.unsubscribe"
KEPT = timedelta(days=365)


@dataclass(frozen=True)
class Stop:
    """What the link at the end of a mail says: whose mails of which kind stop (empty: the daily mail)."""

    organization_id: int
    person_id: int
    kind: str


def notifications_read(*, viewer: Viewer, at: datetime, ids: Collection[int] | None = None) -> int:
    """Mark some of one's own, or all, as read; how many were not before."""
    found = Notification.objects.filter(person=viewer.person, read_at=None)
    return (found if ids is None else found.filter(pk__in=list(ids))).update(read_at=at)


@transaction.atomic
def preferences_change(*, viewer: Viewer, choices: Mapping[str, str], at: datetime) -> None:
    """How one hears of each kind by e-mail. Raises: ValidationError (a kind or a choice that is not there)."""
    known = {kind.name: kind for kind in notification_kinds()}
    for name, choice in choices.items():
        if name not in known or choice not in MailChoice.values:
            raise ValidationError(_("This choice is not there. Load the page again."), code="unknown")
    _keep(viewer.person, choices)
    audit("notification_preferences_change", actor=viewer, at=at, subject=viewer.person, detail=dict(choices))


def unsubscribe_token(organization_id: int, person_id: int, kind: str) -> str:
    """The signed part of the link in a mail."""
    return signing.dumps([organization_id, person_id, kind], salt=SALT)


def unsubscribe_stop(token: str) -> Stop | None:
    """What a link says; None where nobody here signed it."""
    try:
        organization_id, person_id, kind = signing.loads(token, salt=SALT)
        return Stop(int(organization_id), int(person_id), str(kind))
    except (signing.BadSignature, TypeError, ValueError):
        return None


@transaction.atomic
def unsubscribe(*, stop: Stop, at: datetime) -> None:
    """No more mails of a kind, or none of those that come daily; the inbox keeps them. Behind the wall."""
    person = Person.objects.filter(pk=stop.person_id, erased_at=None).first()
    if person is None:
        return
    kinds = [stop.kind] if stop.kind else _daily(person)
    choices = dict.fromkeys(kinds, str(MailChoice.NONE))
    _keep(person, choices)
    audit("notification_preferences_change", actor=person, at=at, subject=person, detail=choices)


def notifications_expire(*, at: datetime) -> int:
    """Remove what was told a year ago; how many. Behind the wall."""
    count, _each = Notification.objects.filter(created_at__lt=at - KEPT).delete()
    NotificationMail.objects.filter(created_at__lt=at - KEPT).delete()
    return count


def _daily(person: Person) -> list[str]:
    chosen = dict(NotificationPreference.objects.filter(person=person).values_list("kind", "mail"))
    return [kind.name for kind in notification_kinds() if chosen.get(kind.name, kind.default) == MailChoice.DIGEST]


def _keep(person: Person, choices: Mapping[str, str]) -> None:
    NotificationPreference.objects.bulk_create(
        [NotificationPreference(person=person, kind=kind, mail=choice) for kind, choice in choices.items()],
        update_conflicts=True,
        unique_fields=["organization", "person", "kind"],
        update_fields=["mail"],
    )


@eraser
def notifications_erase(erasing: Erasing) -> None:
    """What somebody was told goes with their name; what others were told of them holds keys only."""
    Notification.objects.filter(person=erasing.person).delete()
    NotificationMail.objects.filter(person=erasing.person).delete()
    NotificationPreference.objects.filter(person=erasing.person).delete()
