"""Send the mails that are due: each by one worker, handed to the mail server once, tried again while it is down."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from people.models import MailChoice, Notification, NotificationMail, NotificationPreference, Person
from people.notifications import Words, kind_named, words_of
from people.services.notification import unsubscribe_token
from people.viewer import day_at, viewer_of_person
from people.wall import tenant

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)  # for writing the words; handing over takes no lease
MOST_ATTEMPTS = 10
MOST_TOLD = 50  # in one mail; the inbox has the rest


@dataclass(frozen=True)
class Line:
    """One notification in a mail."""

    words: Words
    href: str


def mails_are_due(organization_id: int, *, at: datetime) -> bool:
    """Whether an organization has a mail that nobody sends. One query, behind its wall."""
    with tenant(organization_id):
        return NotificationMail.objects.filter(_due(at)).exists()


def mails_work(organization_id: int, *, at: datetime) -> int:
    """Send what is due, one mail after the other; how many the mail server took."""
    sent = 0
    while (mail_id := _take(organization_id, at)) is not None:
        sent += _send(organization_id, mail_id, at)
    return sent


def _due(at: datetime) -> Q:
    nobody = Q(lease_until__isnull=True) | Q(lease_until__lte=at)
    return nobody & Q(due_at__lte=at, closed_at=None, handed_at=None)


def _take(organization_id: int, at: datetime) -> int | None:
    """The longest due mail that nobody has, taken for a while; two workers never take the same one."""
    with tenant(organization_id):
        mails = NotificationMail.objects.filter(_due(at)).order_by("due_at", "pk")
        mail = mails.select_for_update(skip_locked=True).first()
        if mail is not None:
            NotificationMail.objects.filter(pk=mail.pk).update(lease_until=at + LEASE, attempts=F("attempts") + 1)
    return None if mail is None else mail.pk


def _send(organization_id: int, mail_id: int, at: datetime) -> bool:
    """Write it, say so, hand it over, note what the mail server said."""
    with tenant(organization_id):
        message = _message(mail_id, at)
        open_ones = NotificationMail.objects.filter(pk=mail_id, closed_at=None, handed_at=None)
        if message is None:
            open_ones.update(closed_at=at, lease_until=None)
            return False
        if not open_ones.update(handed_at=at):
            return False
    try:
        message.send()
    except OSError as error:  # smtplib's errors are OSErrors
        logger.warning("A notification was not mailed: %s", error)
        with tenant(organization_id):
            _put_back(mail_id, at, str(error))
        return False
    with tenant(organization_id):
        NotificationMail.objects.filter(pk=mail_id).update(closed_at=at, is_sent=True, lease_until=None, error="")
    return True


def _put_back(mail_id: int, at: datetime, error: str) -> None:
    """Try again later, twice as late each time; after some attempts never."""
    mail = NotificationMail.objects.get(pk=mail_id)
    later = at + min(timedelta(minutes=2**mail.attempts), timedelta(hours=6))
    NotificationMail.objects.filter(pk=mail_id).update(
        handed_at=None,
        lease_until=later,
        error=error[:500],
        closed_at=at if mail.attempts >= MOST_ATTEMPTS else None,
    )


def _message(mail_id: int, at: datetime) -> EmailMultiAlternatives | None:
    """The mail in the words of its reader; None where there is nothing to tell any more."""
    found = NotificationMail.objects.select_related("person__user__organization").filter(pk=mail_id).first()
    if found is None or found.person.user is None or not found.person.user.is_active:
        return None
    user: Any = found.person.user
    organization = user.organization
    zone = ZoneInfo(user.time_zone or organization.time_zone)
    with translation.override(user.locale or organization.locale), timezone.override(zone):
        on = day_at(organization, at)
        if found.person.has_left(on):
            return None
        lines, more = _lines(found, organization, on)
        return _written(found, user, lines, more) if lines else None


def _lines(mail: NotificationMail, organization: Any, on: Any) -> tuple[list[Line], int]:
    """What is still unread, wanted and in sight; how many more there are. As many queries as there are kinds."""
    person: Person = mail.person
    viewer = viewer_of_person(person, organization=organization, on=on)
    unwanted = NotificationPreference.objects.filter(person=person, mail=MailChoice.NONE).values("kind")
    rows = list(
        Notification.objects.filter(mail=mail, read_at=None).exclude(kind__in=unwanted).order_by("created_at", "pk")
    )
    words = words_of(viewer, rows)
    lines = [
        Line(each, site_href("people:notification_open", notification_id=row.pk))
        for row, each in zip(rows, words, strict=True)
        if each is not None
    ]
    return lines[:MOST_TOLD], max(len(lines) - MOST_TOLD, 0)


def site_href(name: str, **arguments: Any) -> str:
    """An address for a mail, which has no request to take the host from."""
    return settings.SITE_HREF.rstrip("/") + reverse(name, kwargs=arguments)


def _written(mail: NotificationMail, user: Any, lines: list[Line], more: int) -> EmailMultiAlternatives:
    organization, kind = user.organization, _kind_of(mail)
    token = unsubscribe_token(organization.pk, mail.person_id, kind)
    stop_href = site_href("people:unsubscribe", token=token)
    known = kind_named(kind)
    context = {
        "name": mail.person.name,
        "organization": organization.name,
        "lines": lines,
        "more": more,
        "is_digest": mail.is_digest,
        "kind": known.label if known else "",
        "inbox_href": site_href("people:notification_list"),
        "profile_href": site_href("people:notification_preferences"),
        "stop_href": stop_href,
        "language": translation.get_language(),
    }
    message = EmailMultiAlternatives(
        subject=" ".join(_subject(mail, organization.name, lines).split())[:200],
        body=render_to_string("people/mail/notification.txt", context),
        to=[user.email],
        headers={
            "Message-ID": f"<notification-{organization.pk}-{mail.pk}@{_domain()}>",
            "List-Unsubscribe": f"<{stop_href}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(render_to_string("people/mail/notification.html", context), "text/html")
    return message


def _subject(mail: NotificationMail, organization_name: str, lines: list[Line]) -> str:
    if not mail.is_digest:
        return lines[0].words.title
    count = len(lines)
    words = ngettext("%(count)s notification of %(name)s", "%(count)s notifications of %(name)s", count)
    return words % {"count": count, "name": organization_name or _("Sales performance")}


def _kind_of(mail: NotificationMail) -> str:
    """Whose mails the link at the end stops: those of one kind, or the daily one as a whole."""
    if mail.is_digest:
        return ""
    return str(mail.notifications.values_list("kind", flat=True).first() or "")


def _domain() -> str:
    sender: str = settings.DEFAULT_FROM_EMAIL
    return sender.rsplit("@", 1)[-1].strip("> ") or "localhost"
