"""What happens to a goal: check-ins, requests for change and their answers."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from goals import told
from goals.engine.values import WANTED, value_read, value_stored
from goals.models import ChangeRequest, CheckIn, Goal, Measured, Milestone, Revision
from goals.policies import goals
from goals.selectors.check_ins import said_already
from goals.selectors.leading import leaders_of_person
from goals.services.goals import goal_revise
from goals.services.values import as_stored
from people.audit import audit
from people.refusal import refusals
from people.viewer import Viewer

State = ChangeRequest.State


@transaction.atomic
def goal_check_in(
    *,
    viewer: Viewer | None,
    goal: Goal,
    at: datetime,
    on: date,
    value: Decimal | None = None,
    confidence: str = "",
    note: str = "",
    private_note: str = "",
    done: Collection[int] | None = None,
) -> CheckIn:
    """How the goal stands on a day; `done` are the milestones that are reached, where it has some.

    Raises: PermissionDenied, ValidationError.
    """
    goals.require(viewer, "check_in", goal)
    if private_note and viewer is not None and not goals.can(viewer, "private", goal):
        raise PermissionDenied(_("Private notes are for the owner and whoever leads them."))
    row: Goal = Goal.objects.select_for_update(of=("self",)).get(pk=goal.pk)
    _check_in_check(row, on=on, today=viewer.on if viewer else at.date(), value=value)
    moved = _milestones_mark(row, done, on)
    if value is None and not moved and not any((confidence, note.strip(), private_note.strip())):
        raise ValidationError(
            {"note": _("Say at least how it stands: a value, how sure you are, or a note.")}, code="empty"
        )
    said = CheckIn(
        goal=row,
        on=on,
        value=value,
        confidence=confidence,
        note=note.strip(),
        private_note=private_note.strip(),
        by=viewer.person if viewer else None,
        created_at=at,
    )
    twin = said_already(said)
    if twin is not None and not moved:
        return twin
    said.save()
    audit("goal_check_in", actor=viewer, at=at, subject=row, detail={"on": on.isoformat()})
    return said


def _check_in_check(goal: Goal, *, on: date, today: date, value: Decimal | None) -> None:
    if goal.withdrawn_at:
        raise ValidationError(_("This goal was withdrawn; it takes no check-ins."), code="withdrawn")
    if on > today:
        raise ValidationError({"on": _("This day is still to come.")}, code="future")
    if on < goal.starts_on:
        raise ValidationError({"on": _("The goal had not begun on this day.")}, code="before")
    if value is not None and goal.kind != Measured.Kind.MANUAL:
        raise ValidationError({"value": _("Its value is computed; it is not entered.")}, code="computed")


def _milestones_mark(goal: Goal, done: Collection[int] | None, on: date) -> bool:
    """Whether any milestone was reached, or is open again."""
    if done is None or goal.kind != Measured.Kind.MILESTONES:
        return False
    changed = []
    for step in Milestone.objects.filter(goal=goal):
        if (step.pk in done) != (step.done_on is not None):
            step.done_on = on if step.pk in done else None
            changed.append(step)
    Milestone.objects.bulk_update(changed, ["done_on"])
    return bool(changed)


@transaction.atomic
def change_request(
    *, viewer: Viewer, goal: Goal, at: datetime, reason: str, wanted: Mapping[str, Any]
) -> ChangeRequest:
    """The owner asks for other values; one request at a time. Raises: PermissionDenied, ValidationError."""
    goals.require(viewer, "request", goal)
    row: Goal = Goal.objects.select_for_update(of=("self",)).get(pk=goal.pk)
    if row.withdrawn_at:
        raise ValidationError(_("This goal was withdrawn; it does not change any more."), code="withdrawn")
    stored = {name: value_stored(name, value) for name, value in wanted.items() if name in WANTED}
    now = as_stored(row)
    stored = {name: value for name, value in stored.items() if value != now[name]}
    if not stored:
        raise ValidationError(_("Change at least one value, then say why."), code="nothing")
    with refusals():
        request = ChangeRequest.objects.create(goal=row, by=viewer.person, at=at, wanted=stored, reason=reason.strip())
    audit("change_request", actor=viewer, at=at, subject=row, detail={"wanted": stored, "reason": reason})
    told.change_asked(request, leaders_of_person(viewer.person.pk, viewer.on), at=at)
    return request


@transaction.atomic
def change_decide(
    *, viewer: Viewer | None, request: ChangeRequest, at: datetime, is_approved: bool, version: int, answer: str = ""
) -> Revision | None:
    """A manager approves, which revises the goal, or refuses with a reason; nobody decides their own request.

    Raises: PermissionDenied, ValidationError.
    """
    row = _waiting(request)
    goals.require(viewer, "change", row.goal)
    if viewer is not None and row.by_id == viewer.person.pk:
        raise PermissionDenied(_("Somebody else decides what you ask for."))
    if not is_approved and not answer.strip():
        raise ValidationError({"answer": _("Say why not: the owner reads it.")}, code="answer")
    row.state = State.APPROVED if is_approved else State.REFUSED
    row.decided_by, row.decided_at, row.answer = viewer.person if viewer else None, at, answer.strip()
    row.save()
    audit(
        "change_approve" if is_approved else "change_refuse",
        actor=viewer,
        at=at,
        subject=row.goal,
        detail={"answer": answer},
    )
    told.change_decided(row, at=at)
    if not is_approved:
        return None
    wanted = {name: value_read(name, value) for name, value in row.wanted.items()}
    reason = _("%(name)s asked: %(reason)s") % {"name": row.by.name, "reason": row.reason}
    return goal_revise(viewer=viewer, goal=row.goal, at=at, version=version, reason=reason[:500], **wanted)


@transaction.atomic
def change_withdraw(*, viewer: Viewer, request: ChangeRequest, at: datetime) -> None:
    """Whoever asked does not ask any more. Raises: PermissionDenied, ValidationError."""
    row = _waiting(request)
    if row.by_id != viewer.person.pk:
        raise PermissionDenied(_("Only whoever asked takes a request back."))
    row.state, row.decided_by, row.decided_at = State.WITHDRAWN, viewer.person, at
    row.save()
    audit("change_withdraw", actor=viewer, at=at, subject=row.goal)


def _waiting(request: ChangeRequest) -> ChangeRequest:
    """The request, locked. Raises: ValidationError where it was answered already."""
    row: ChangeRequest = (
        ChangeRequest.objects.select_for_update(of=("self",)).select_related("goal", "by").get(pk=request.pk)
    )
    if row.state != State.OPEN:
        raise ValidationError(_("This request was answered already."), code="answered")
    return row
