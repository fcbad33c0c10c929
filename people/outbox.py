"""Put notifications into inboxes, and note down the mails that are to tell of them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from people.engine.morning import next_morning
from people.mail import is_mail_sent
from people.models import MailChoice, Notification, NotificationMail, NotificationPreference, Person
from people.queue import enqueue
from people.wall import current_organization_id

INSERT = """
INSERT INTO people_notification
    (person_id, kind, key, about_name, about_arguments, context, created_at)
SELECT person_id, %s, %s, %s, %s::jsonb, %s::jsonb, %s FROM unnest(%s::bigint[]) AS p (person_id)
ON CONFLICT (organization_id, person_id, key) DO NOTHING
RETURNING person_id, id
"""


@dataclass(frozen=True)
class _Reader:
    """Who gets mails, and how they want to hear of the kind at hand."""

    person_id: int
    choice: str
    zone: ZoneInfo


def notifications_insert(row: Notification, person_ids: Sequence[int]) -> dict[int, int]:
    """One row for each person who has none of this key: person → notification. One statement."""
    values = [json.dumps(each, cls=DjangoJSONEncoder) for each in (row.about_arguments, row.context)]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [row.kind, row.key, row.about_name, *values, row.created_at, list(person_ids)])
        return dict(cursor.fetchall())


def mails_make(told: dict[int, int], *, kind: str, default: MailChoice, at: datetime) -> None:
    """Note down a mail for whoever wants one: now, or with the others of the next morning. Five statements."""
    if not told or not is_mail_sent():
        return
    readers = _readers(list(told), kind, default, at)
    now = [each.person_id for each in readers if each.choice == MailChoice.AT_ONCE]
    later = {each.person_id: next_morning(at, each.zone) for each in readers if each.choice == MailChoice.DIGEST}
    mails = NotificationMail.objects.bulk_create(
        [NotificationMail(person_id=person, created_at=at, due_at=at) for person in now]
    )
    _attach({mail.person_id: mail.pk for mail in mails}, told)
    _attach(_digests(later, at), told)
    if now:
        enqueue("people.notifications_mail", organization_id=current_organization_id() or 0)


def _digests(due: dict[int, datetime], at: datetime) -> dict[int, int]:
    """The mail of each person's next morning: person → mail."""
    if not due:
        return {}
    NotificationMail.objects.bulk_create(
        [
            NotificationMail(person_id=person, is_digest=True, created_at=at, due_at=moment)
            for person, moment in due.items()
        ],
        ignore_conflicts=True,
    )
    found = NotificationMail.objects.filter(is_digest=True, person__in=list(due), due_at__in=set(due.values()))
    return {mail.person_id: mail.pk for mail in found if due[mail.person_id] == mail.due_at}


def _attach(mails: dict[int, int], told: dict[int, int]) -> None:
    if not mails:
        return
    rows = [Notification(pk=told[person], mail_id=mail) for person, mail in mails.items()]
    Notification.objects.bulk_update(rows, ["mail"], batch_size=1_000)


def _readers(person_ids: list[int], kind: str, default: MailChoice, at: datetime) -> list[_Reader]:
    """Of these people, those who can sign in, with their choice for a kind. One query."""
    chosen = NotificationPreference.objects.filter(person=OuterRef("pk"), kind=kind).values("mail")
    persons = Person.objects.filter(_reachable(), pk__in=person_ids).annotate(
        choice=Coalesce(Subquery(chosen), Value(str(default)))
    )
    rows = persons.values_list("pk", "choice", "user__time_zone", "organization__time_zone")
    return [_Reader(key, choice, ZoneInfo(own or common)) for key, choice, own, common in rows]


def _reachable() -> Q:
    """A mail leads to a page behind the sign-in; whoever has none needs no mail."""
    return Q(user__is_active=True, erased_at=None)
