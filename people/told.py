"""What people are told about people: a role, standing in for somebody, a key that speaks for them, deals handed over.

Registered when the app is ready. Each is about something of the reader's own; it is out of sight once it was taken back.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from people import formats
from people.frame import role_words
from people.models import BEGINNING, FOREVER, ApiKey, Delegation, Grant, MailChoice, Move, MoveSheet, Notification
from people.notifications import About, Words, notification_kind, notification_send
from people.viewer import Viewer


def found_of(rows: QuerySet[Any, Any], notifications: Sequence[Notification], name: str) -> dict[int, Any]:
    """The rows that notifications are about, by the key in their context. One query."""
    keys: Collection[int] = {each.context[name] for each in notifications if isinstance(each.context.get(name), int)}
    return {row.pk: row for row in rows.filter(pk__in=keys)}


def grant_words(viewer: Viewer, notifications: Sequence[Notification]) -> list[Words | None]:
    """ "You are Operations of North now"."""
    rows = found_of(Grant.objects.filter(person=viewer.person).select_related("team"), notifications, "grant")
    return [_grant(rows.get(each.context.get("grant", 0))) for each in notifications]


def _grant(grant: Grant | None) -> Words | None:
    if grant is None:
        return None
    role = role_words(grant.role)
    if grant.team is not None:
        title = _("You were given the role %(role)s for %(team)s") % {"role": role, "team": grant.team.name}
    else:
        title = _("You were given the role %(role)s") % {"role": role}
    return Words(title, days_words(grant.starts_on, grant.ends_before))


def delegation_words(viewer: Viewer, notifications: Sequence[Notification]) -> list[Words | None]:
    """ "You stand in for Bob Brand", and to Bob who stands in for him."""
    own = Delegation.objects.filter(delegate=viewer.person) | Delegation.objects.filter(manager=viewer.person)
    rows = found_of(own.select_related("manager", "delegate"), notifications, "delegation")
    return [_delegation(viewer, rows.get(each.context.get("delegation", 0))) for each in notifications]


def _delegation(viewer: Viewer, row: Delegation | None) -> Words | None:
    if row is None:
        return None
    if row.delegate_id == viewer.person.pk:
        title = _("You stand in for %(name)s") % {"name": row.manager.name}
    else:
        title = _("%(name)s stands in for you") % {"name": row.delegate.name}
    return Words(title, days_words(row.starts_on, row.ends_before))


def key_words(viewer: Viewer, notifications: Sequence[Notification]) -> list[Words | None]:
    """ "The API key “Warehouse” speaks for you"."""
    rows = found_of(ApiKey.objects.filter(person=viewer.person).select_related("created_by"), notifications, "key")
    return [_key(rows.get(each.context.get("key", 0))) for each in notifications]


def _key(key: ApiKey | None) -> Words | None:
    if key is None:
        return None
    title = _("The API key “%(name)s” was made; it speaks for you") % {"name": key.name}
    if key.created_by is None:
        return Words(title)
    words = _("Made by %(name)s. If you did not expect it, tell an administrator, who can revoke it.")
    return Words(title, words % {"name": key.created_by.name})


def handover_words(viewer: Viewer, notifications: Sequence[Notification]) -> list[Words | None]:
    """ "12 open deals of Carol Cole are yours now"; nothing once the sheet was taken back."""
    applied = Move.objects.filter(heir=viewer.person, sheet__state=MoveSheet.State.APPLIED).select_related("person")
    rows = found_of(applied, notifications, "move")
    return [_handover(rows.get(each.context.get("move", 0))) for each in notifications]


def _handover(move: Move | None) -> Words | None:
    if move is None or move.person is None:
        return None
    count = len(move.handed_ids)
    words = ngettext(
        "%(count)s open deal of %(name)s is yours now", "%(count)s open deals of %(name)s are yours now", count
    )
    return Words(words % {"count": formats.number(count), "name": move.person.name})


def grant_given(grant: Grant, *, at: datetime) -> None:
    """Tell who was given a role."""
    notification_send(
        kind="people.role_given",
        persons=[grant.person_id],
        about=About("people:profile"),
        context={"grant": grant.pk},
        key=f"people.role_given:{grant.pk}",
        at=at,
    )


def delegation_added(delegation: Delegation, *, by: Viewer | None, at: datetime) -> None:
    """Tell who stands in, and the manager unless they said so themselves."""
    is_own = by is not None and by.person.pk == delegation.manager_id
    notification_send(
        kind="people.stand_in",
        persons=[delegation.delegate_id, None if is_own else delegation.manager_id],
        about=About("people:person_detail", {"person_id": delegation.manager_id}),
        context={"delegation": delegation.pk},
        key=f"people.stand_in:{delegation.pk}",
        at=at,
    )


def key_made(key: ApiKey, *, at: datetime) -> None:
    """Tell for whom a key speaks, whoever made it."""
    notification_send(
        kind="people.key_made",
        persons=[key.person_id],
        about=About("people:profile"),
        context={"key": key.pk},
        key=f"people.key_made:{key.pk}",
        at=at,
    )


def handed_over(move: Move, *, at: datetime) -> None:
    """Tell the heir of deals; nothing where there were none."""
    if move.handed_ids:
        notification_send(
            kind="people.handover",
            persons=[move.heir_id],
            about=About("crm:deal_list"),
            context={"move": move.pk},
            key=f"people.handover:{move.pk}",
            at=at,
        )


def days_words(starts_on: date, ends_before: date) -> str:
    """From which day, and until which where there is one; the last day counts."""
    if starts_on == BEGINNING and ends_before == FOREVER:
        return ""
    if ends_before == FOREVER:
        return _("From %(day)s on") % {"day": formats.day(starts_on)}
    last = formats.day(date.fromordinal(ends_before.toordinal() - 1))
    if starts_on == BEGINNING:
        return _("Until %(day)s") % {"day": last}
    return _("From %(first)s to %(last)s") % {"first": formats.day(starts_on), "last": last}


def register() -> None:
    """Called once, when the app is ready."""
    at_once, digest = MailChoice.AT_ONCE, MailChoice.DIGEST
    kinds: list[tuple[str, Any, Any, MailChoice, str]] = [
        ("people.role_given", gettext_lazy("A role is given to you"), grant_words, at_once, "lock"),
        ("people.stand_in", gettext_lazy("Somebody stands in: you for them, or they for you"), delegation_words, at_once,
         "person"),
        ("people.key_made", gettext_lazy("An API key that speaks for you"), key_words, at_once, "lock"),
        ("people.handover", gettext_lazy("Deals are handed over to you"), handover_words, digest, "swap"),
    ]  # fmt: skip
    for name, label, words, default, icon in kinds:
        notification_kind(name, label=label, words=words, default=default, icon=icon)
