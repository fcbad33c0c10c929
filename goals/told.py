"""What people are told about goals, through the notifications: each links to the goal and is out of sight with it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goals.models import ChangeRequest, Goal, Revision
from goals.policies import goals
from goals.words import change_words, field_words
from people.models import MailChoice, Notification, Person
from people.notifications import About, Words, notification_kind, notification_send
from people.viewer import Viewer

SET, REVISED, WITHDRAWN = "goals.set", "goals.revised", "goals.withdrawn"
ASKED, DECIDED, DUE = "goals.change_asked", "goals.change_decided", "goals.check_in_due"


def _about(goal_id: int | None) -> About:
    return About("goals:detail", {"goal_id": goal_id})


def _seen(viewer: Viewer, notifications: Sequence[Notification]) -> dict[int, Goal]:
    """The goals that are in the reader's sight, by id. One query."""
    ids = [each.context.get("goal") for each in notifications]
    return {
        goal.pk: goal for goal in goals.visible(viewer).filter(pk__in=[each for each in ids if isinstance(each, int)])
    }


def _of_goals(say: Callable[[Goal], Words]) -> Any:
    """Words about the goal alone."""

    def words(viewer: Viewer, notifications: Sequence[Notification]) -> list[Words | None]:
        found = _seen(viewer, notifications)
        rows = [found.get(each.context.get("goal", 0)) for each in notifications]
        return [say(goal) if goal else None for goal in rows]

    return words


def revised_words(viewer: Viewer, notifications: Sequence[Notification]) -> list[Words | None]:
    """ "“More bookings” was revised: Target from $1,000 to $1,200", and why."""
    found = _seen(viewer, notifications)
    ids = [each.context.get("revision") for each in notifications]
    revisions = {
        each.pk: each for each in Revision.objects.filter(pk__in=[each for each in ids if isinstance(each, int)])
    }
    said: list[Words | None] = []
    for each in notifications:
        goal, revision = found.get(each.context.get("goal", 0)), revisions.get(each.context.get("revision", 0))
        if goal is None or revision is None:
            said.append(None)
            continue
        currency = viewer.organization.currency
        changes = [
            change_words(goal, name, revision.before[name], after, currency) for name, after in revision.after.items()
        ]
        said.append(
            Words(_("“%(goal)s” was revised") % {"goal": goal.name}, f"{'; '.join(changes)} ({revision.reason})")
        )
    return said


def request_words(viewer: Viewer, notifications: Sequence[Notification]) -> list[Words | None]:
    """What is asked, and what came of it."""
    found = _seen(viewer, notifications)
    ids = [each.context.get("request") for each in notifications]
    rows = ChangeRequest.objects.filter(pk__in=[each for each in ids if isinstance(each, int)]).select_related("by")
    requests = {each.pk: each for each in rows}
    said: list[Words | None] = []
    for each in notifications:
        goal, request = found.get(each.context.get("goal", 0)), requests.get(each.context.get("request", 0))
        said.append(_request(viewer, goal, request, each.kind) if goal and request else None)
    return said


def _request(viewer: Viewer, goal: Goal, request: ChangeRequest, kind: str) -> Words:
    if kind == ASKED:
        currency = viewer.organization.currency
        wanted = ", ".join(field_words(goal, name, value, currency) for name, value in request.wanted.items())
        title = _("%(name)s asks for a change of “%(goal)s”") % {"name": request.by.name, "goal": goal.name}
        return Words(title, f"{wanted} ({request.reason})")
    if request.state == ChangeRequest.State.APPROVED:
        return Words(_("Your change of “%(goal)s” was approved") % {"goal": goal.name}, request.answer)
    return Words(_("Your change of “%(goal)s” was refused") % {"goal": goal.name}, request.answer)


def goal_set(goal: Goal, *, by: Viewer | None, at: datetime) -> None:
    """Tell the owner of a new goal, unless they set it."""
    person = goal.person_id if by is None or by.person.pk != goal.person_id else None
    key = f"{SET}:{goal.pk}"
    notification_send(kind=SET, persons=[person], about=_about(goal.pk), context={"goal": goal.pk}, key=key, at=at)


def goal_revised(revision: Revision, persons: Sequence[int], *, at: datetime) -> None:
    """Tell whom a revision concerns."""
    notification_send(
        kind=REVISED,
        persons=list(persons),
        about=_about(revision.goal_id),
        context={"goal": revision.goal_id, "revision": revision.pk},
        key=f"{REVISED}:{revision.pk}",
        at=at,
    )


def goal_withdrawn(goal: Goal, *, by: Viewer | None, at: datetime) -> None:
    """Tell the owner that it is no goal any more."""
    person = goal.person_id if by is None or by.person.pk != goal.person_id else None
    key = f"{WITHDRAWN}:{goal.pk}"
    notification_send(
        kind=WITHDRAWN, persons=[person], about=_about(goal.pk), context={"goal": goal.pk}, key=key, at=at
    )


def change_asked(request: ChangeRequest, managers: Sequence[int], *, at: datetime) -> None:
    """Tell whoever leads the owner."""
    _about_request(ASKED, request, managers, at)


def change_decided(request: ChangeRequest, *, at: datetime) -> None:
    """Tell whoever asked."""
    _about_request(DECIDED, request, [request.by_id], at)


def _about_request(kind: str, request: ChangeRequest, persons: Sequence[int], at: datetime) -> None:
    notification_send(
        kind=kind,
        persons=list(persons),
        about=_about(request.goal_id),
        context={"goal": request.goal_id, "request": request.pk},
        key=f"{kind}:{request.pk}",
        at=at,
    )


def check_in_due(goal: Goal, person: Person | int, *, since: Any, at: datetime) -> int:
    """Remind once of each check-in that is due; how many were told."""
    key = f"{DUE}:{goal.pk}:{since.isoformat()}"
    persons = [person.pk if isinstance(person, Person) else person]
    return notification_send(
        kind=DUE, persons=persons, about=_about(goal.pk), context={"goal": goal.pk}, key=key, at=at
    )


def register() -> None:
    """Called once, when the app is ready."""
    at_once, digest = MailChoice.AT_ONCE, MailChoice.DIGEST
    new = _of_goals(lambda goal: Words(_("You have a new goal: “%(goal)s”") % {"goal": goal.name}))
    gone = _of_goals(lambda goal: Words(_("“%(goal)s” was withdrawn") % {"goal": goal.name}, goal.withdrawn_reason))
    due = _of_goals(lambda goal: Words(_("A check-in on “%(goal)s” is due") % {"goal": goal.name}))
    kinds: list[tuple[str, Any, Any, MailChoice]] = [
        (SET, gettext_lazy("A goal is set for you"), new, at_once),
        (REVISED, gettext_lazy("A goal of yours, or one aligned to it, is revised"), revised_words, at_once),
        (WITHDRAWN, gettext_lazy("A goal of yours is withdrawn"), gone, at_once),
        (ASKED, gettext_lazy("Somebody you lead asks for a change of a goal"), request_words, at_once),
        (DECIDED, gettext_lazy("A change of a goal that you asked for is decided"), request_words, at_once),
        (DUE, gettext_lazy("A check-in on a goal is due"), due, digest),
    ]
    for name, label, words, default in kinds:
        notification_kind(name, label=label, words=words, default=default, icon="flag")
