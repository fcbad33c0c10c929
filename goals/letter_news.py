"""What people are told about quota letters: one for them, one that waits, one of their people's that is late."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goals.letter_policies import letters
from goals.models import QuotaLetter
from people import formats
from people.models import MailChoice, Notification
from people.notifications import About, Words, notification_kind, notification_send
from people.told import found_of
from people.viewer import Viewer

State = QuotaLetter.State


def own_words(viewer: Viewer, notifications: Sequence[Notification]) -> list[Words | None]:
    """ "Your quota letter waits for you"; once acknowledged or replaced it says so."""
    rows = found_of(letters.visible(viewer, "acknowledge"), notifications, "letter")
    return [_own(rows.get(each.context.get("letter", 0)), each.kind) for each in notifications]


def _own(letter: QuotaLetter | None, kind: str) -> Words | None:
    if letter is None:
        return None
    if letter.state == State.ACKNOWLEDGED:
        return Words(_("Your quota letter: you have acknowledged it"))
    if letter.state == State.SUPERSEDED:
        return Words(_("Your quota letter was replaced by a newer one"))
    due = _("Please read and acknowledge it by %(day)s.") % {"day": formats.day(letter.due_on)}
    if kind == "goals.letter_reminder":
        return Words(_("Reminder: your quota letter waits to be acknowledged"), due)
    return Words(_("You have a new quota letter"), due)


def late_words(viewer: Viewer, notifications: Sequence[Notification]) -> list[Words | None]:
    """ "Alice Ames has not acknowledged the quota letter"."""
    found = letters.visible(viewer).select_related("person")
    rows = found_of(found, notifications, "letter")
    return [_late(rows.get(each.context.get("letter", 0))) for each in notifications]


def _late(letter: QuotaLetter | None) -> Words | None:
    if letter is None:
        return None
    name = {"name": letter.person.name}
    if letter.state != State.ISSUED:
        return Words(_("The quota letter of %(name)s is not late any more") % name)
    due = _("It was to be acknowledged by %(day)s.") % {"day": formats.day(letter.due_on)}
    return Words(_("%(name)s has not acknowledged the quota letter") % name, due)


def letter_issued(letter: QuotaLetter, *, at: datetime) -> int:
    """Tell the person."""
    return _tell("goals.letter_issued", letter, [letter.person_id], f"goals.letter_issued:{letter.pk}", at)


def letter_reminded(letter: QuotaLetter, *, at: datetime, on: date) -> int:
    """Remind the person, once a day at most."""
    return _tell("goals.letter_reminder", letter, [letter.person_id], f"goals.letter_reminder:{letter.pk}:{on}", at)


def letter_late(letter: QuotaLetter, leader_ids: Sequence[int], *, at: datetime) -> int:
    """Tell who leads the person, once."""
    return _tell("goals.letter_late", letter, leader_ids, f"goals.letter_late:{letter.pk}", at)


def _tell(kind: str, letter: QuotaLetter, person_ids: Sequence[int], key: str, at: datetime) -> int:
    about = About("goals:letter_detail", {"letter_id": letter.pk})
    return notification_send(kind=kind, persons=person_ids, about=about, context={"letter": letter.pk}, key=key, at=at)


def register() -> None:
    """Called once, when the app is ready."""
    at_once, digest = MailChoice.AT_ONCE, MailChoice.DIGEST
    notification_kind(
        "goals.letter_issued",
        label=gettext_lazy("A quota letter for you"),
        words=own_words,
        default=at_once,
        icon="flag",
    )
    notification_kind(
        "goals.letter_reminder",
        label=gettext_lazy("A quota letter of yours waits"),
        words=own_words,
        default=at_once,
        icon="flag",
    )
    notification_kind(
        "goals.letter_late",
        label=gettext_lazy("A quota letter of somebody you lead is late"),
        words=late_words,
        default=digest,
        icon="flag",
    )
