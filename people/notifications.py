"""Tell people what concerns them: in the inbox at once, by e-mail as they want it. Every app uses this.

An app registers what it may tell about (in `AppConfig.ready`), and how that reads:

    notification_kind(
        "crm.import_refused",
        label=_("An import of yours refused rows"),
        words=import_refused_words,      # (viewer, notifications) -> one Words, or None, for each
        default=MailChoice.DIGEST,
    )

and says that it happened, within the transaction in which it happened:

    notification_send(
        kind="crm.import_refused", persons=[batch.created_by_id], about=About("crm:import_detail", {"batch_id": batch.pk}),
        context={"batch": batch.pk}, key=f"crm.import_refused:{batch.pk}", at=at,
    )

Each person is told once for each `key`, however often it is said. `context` holds keys of things, never names: the words
are made when somebody reads them, in their language and under their policies, and `None` means that they may not see it
any more. `words` is asked for many at once and needs a constant number of queries.
"""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DatabaseError, transaction
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

from people.models import MailChoice, Notification
from people.outbox import mails_make, notifications_insert
from people.viewer import Viewer

logger = logging.getLogger(__name__)

WordsFunction = Callable[[Viewer, Sequence[Notification]], "Sequence[Words | None]"]


@dataclass(frozen=True)
class Words:
    """What a notification says to one reader: a sentence, and more in `detail`."""

    title: str
    detail: str = ""


@dataclass(frozen=True)
class About:
    """The page that shows what a notification is about: a URL name of any app, and its arguments."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NotificationKind:
    """One thing that people may be told about; `default` is how they hear of it until they choose."""

    name: str
    label: str | Promise
    words: WordsFunction
    default: MailChoice
    icon: str = "bell"


_KINDS: dict[str, NotificationKind] = {}


def notification_kind(
    name: str, *, label: str | Promise, words: WordsFunction, default: MailChoice, icon: str = "bell"
) -> None:
    """Register a kind under `<app>.<what happened>`."""
    _KINDS[name] = NotificationKind(name, label, words, default, icon)


def notification_kinds() -> list[NotificationKind]:
    """Every kind, in the order of its name."""
    return [_KINDS[name] for name in sorted(_KINDS)]


def kind_named(name: str) -> NotificationKind | None:
    """The kind; None where no app of this version registers it."""
    return _KINDS.get(name)


def notification_send(
    *,
    kind: str,
    persons: Collection[int | None],
    about: About,
    context: Mapping[str, Any],
    key: str,
    at: datetime,
) -> int:
    """Tell people, by id, once for each key; how many had not been told before. Raises: KeyError (no such kind).

    What goes wrong in the database is logged and fails nothing else: telling is never why something cannot be done.
    """
    known = _KINDS[kind]
    wanted = sorted({person for person in persons if person is not None})
    if not wanted:
        return 0
    row = Notification(
        kind=kind,
        key=key[:200],
        about_name=about.name,
        about_arguments=dict(about.arguments),
        context=dict(context),
        created_at=at,
    )
    try:
        with transaction.atomic():
            told = notifications_insert(row, wanted)
            mails_make(told, kind=kind, default=known.default, at=at)
    except DatabaseError:
        logger.exception("Nobody was told of %s", key)
        return 0
    return len(told)


def words_of(viewer: Viewer, notifications: Sequence[Notification]) -> list[Words | None]:
    """What each says to this reader; None where they may not see it any more. As many queries as there are kinds."""
    found: dict[int, Words | None] = {}
    for name in sorted({each.kind for each in notifications}):
        kind, rows = kind_named(name), [each for each in notifications if each.kind == name]
        words = kind.words(viewer, rows) if kind else [None] * len(rows)
        found |= {row.pk: each for row, each in zip(rows, words, strict=True)}
    return [found[each.pk] for each in notifications]


def href_of(notification: Notification) -> str:
    """The page it is about; empty where there is none in this version."""
    if not notification.about_name:
        return ""
    try:
        return reverse(notification.about_name, kwargs=notification.about_arguments)
    except NoReverseMatch:
        return ""
