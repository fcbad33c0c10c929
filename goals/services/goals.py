"""Goals: set, revise with a reason, withdraw, align."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from goals import told
from goals.engine.values import FIELDS, changes_of
from goals.models import Alignment, ChangeRequest, Goal, Measured, Milestone, Objective, Revision, RevisionNotice
from goals.policies import goals, objectives
from goals.selectors.leading import leaders_of_teams
from goals.services.values import as_stored, values_check, values_fill
from goals.words import change_words, field_words
from people.audit import audit
from people.models import Person, Team
from people.refusal import refusals
from people.viewer import Viewer

MOST_MILESTONES = 50


@dataclass(frozen=True)
class Step:
    """A milestone as it is entered."""

    name: str
    due_on: date | None = None
    weight: Decimal = Decimal(1)


@transaction.atomic
def goal_create(
    *,
    viewer: Viewer | None,
    at: datetime,
    person: Person | None = None,
    team: Team | None = None,
    milestones: Sequence[Step] = (),
    parents: Iterable[tuple[Objective | Goal, Decimal]] = (),
    carried_from: Goal | None = None,
    **values: Any,
) -> Goal:
    """A goal of a person or of a team; the owner is told unless they set it. Raises: PermissionDenied, ValidationError."""
    goal = Goal(person=person, team=team, carried_from=carried_from, created_at=at)
    goal.created_by = viewer.person if viewer else None
    _values_set(goal, values)
    if (person is None) == (team is None):
        raise ValidationError({"team": _("Choose a person or a team.")}, code="goal_of_one")
    goals.require(viewer, "create", goal)
    values_fill(goal)
    values_check(goal)
    _unique_require(goal)
    with refusals():
        goal.save()
    _milestones_save(goal, milestones)
    for parent, weight in parents:
        goal_align(viewer=viewer, goal=goal, parent=parent, weight=weight, at=at)
    audit("goal_create", actor=viewer, at=at, subject=goal, detail=_detail(goal))
    told.goal_set(goal, by=viewer, at=at)
    return goal


@transaction.atomic
def goal_revise(
    *, viewer: Viewer | None, goal: Goal, at: datetime, version: int, reason: str, **values: Any
) -> Revision | None:
    """Other values with a reason; the old ones stay, and the owner and owners of aligned goals are told. Nothing where
    nothing differs. Raises: PermissionDenied, ValidationError (code changed_meanwhile where somebody was faster)."""
    goals.require(viewer, "change", goal)
    return _revise(viewer=viewer, goal=goal, at=at, version=version, reason=reason, values=values)


def _revise(
    *, viewer: Viewer | None, goal: Goal, at: datetime, version: int, reason: str, values: Mapping[str, Any]
) -> Revision | None:
    row = _locked(goal)
    if row.withdrawn_at:
        raise ValidationError(_("This goal was withdrawn; it does not change any more."), code="withdrawn")
    before = as_stored(row)
    wanted = _wanted(row, values)
    if not wanted:
        return None
    if row.version != version:
        raise meanwhile(row, version, wanted)
    _values_set(row, values)
    values_fill(row)
    values_check(row)
    changed = changes_of(before, as_stored(row))
    if not changed:
        return None
    if not reason.strip():
        raise ValidationError({"reason": _("Say why: the owner reads it beside the old value.")}, code="reason")
    row.version += 1
    with refusals():
        row.save()
    after = as_stored(row)
    revision = Revision.objects.create(
        goal=row,
        at=at,
        by=viewer.person if viewer else None,
        reason=reason.strip(),
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
        version=row.version,
    )
    people = notified_people(row, on=at.date())
    by = viewer.person.pk if viewer else None
    RevisionNotice.objects.bulk_create(
        RevisionNotice(revision=revision, person_id=person, is_owner=is_owner)
        for person, is_owner in people.items()
        if person != by
    )
    audit("goal_revise", actor=viewer, at=at, subject=row, detail={"before": revision.before, "after": revision.after})
    told.goal_revised(revision, [person for person in people if person != by], at=at)
    return revision


def meanwhile(row: Goal, version: int, wanted: Mapping[str, Any]) -> ValidationError:
    """What others changed since `version`, with both values; whoever sends it again has seen them."""
    currency = row.organization.currency
    lines = []
    for each in Revision.objects.filter(goal=row, version__gt=version).select_related("by").order_by("version"):
        fields = ", ".join(
            change_words(row, name, each.before[name], each.after[name], currency) for name in each.after
        )
        who = each.by.name if each.by else _("Command line")
        lines.append(_("%(name)s changed %(fields)s (“%(reason)s”)") % {
            "name": who, "fields": fields, "reason": each.reason,
        })  # fmt: skip
    yours = ", ".join(field_words(row, name, value, currency) for name, value in wanted.items())
    return ValidationError(
        _(
            "This goal was changed while you had it open: %(theirs)s. You want: %(yours)s. Nothing of yours is saved yet: "
            "look at both, then send it again or keep theirs."
        )
        % {"theirs": "; ".join(lines) or _set_by(row), "yours": yours},
        code="changed_meanwhile",
        params={"version": row.version},
    )


def _set_by(row: Goal) -> str:
    return _("%(name)s set it") % {"name": row.created_by.name if row.created_by else _("Command line")}


def notified_people(goal: Goal, *, on: date) -> dict[int, bool]:
    """Whom a change of a goal concerns: its owner (True; of a team's goal its managers), and owners of goals aligned to it
    or that it contributes to (False). Three queries."""
    found: dict[int, bool] = {}
    links = Alignment.objects.filter(goal=goal) | Alignment.objects.filter(parent_goal=goal)
    for link in links.select_related("goal", "parent_goal"):
        other = link.parent_goal if link.goal_id == goal.pk else link.goal
        if other is not None and other.person_id and other.withdrawn_at is None:
            found[other.person_id] = False
    if goal.person_id:
        found[goal.person_id] = True
    else:
        led = leaders_of_teams([goal.team_id or 0], on)
        found |= dict.fromkeys(led.get(goal.team_id or 0, []), True)
    return found


@transaction.atomic
def revision_acknowledge(*, viewer: Viewer, revision: Revision, at: datetime) -> None:
    """Whoever was told says that they know. Raises: PermissionDenied where they were not told."""
    notice = RevisionNotice.objects.select_for_update().filter(revision=revision, person=viewer.person).first()
    if notice is None:
        raise PermissionDenied(_("This revision asks nothing of you."))
    if notice.acknowledged_at is None:
        notice.acknowledged_at = at
        notice.save(update_fields=["acknowledged_at"])
        audit(
            "revision_acknowledge",
            actor=viewer,
            at=at,
            subject=revision.goal or "",
            detail={"version": revision.version},
        )


@transaction.atomic
def goal_withdraw(*, viewer: Viewer | None, goal: Goal, at: datetime, reason: str) -> None:
    """It is no goal any more; it stays readable. Raises: PermissionDenied, ValidationError."""
    goals.require(viewer, "change", goal)
    row = _locked(goal)
    if row.withdrawn_at:
        return
    if not reason.strip():
        raise ValidationError({"reason": _("Say why: the owner reads it.")}, code="reason")
    row.withdrawn_at, row.withdrawn_reason = at, reason.strip()
    row.version += 1
    row.save(update_fields=["withdrawn_at", "withdrawn_reason", "version"])
    waiting = ChangeRequest.objects.filter(goal=row, state=ChangeRequest.State.OPEN)
    waiting.update(state=ChangeRequest.State.WITHDRAWN, decided_at=at, answer=_("The goal was withdrawn."))
    audit("goal_withdraw", actor=viewer, at=at, subject=row, detail={"reason": reason})
    told.goal_withdrawn(row, by=viewer, at=at)


@transaction.atomic
def goal_align(
    *, viewer: Viewer | None, goal: Goal, parent: Objective | Goal, weight: Decimal, at: datetime
) -> Alignment:
    """A goal contributes to an objective or goal; again changes its weight. Raises: PermissionDenied, ValidationError."""
    _alignable_require(viewer, goal)
    is_objective = isinstance(parent, Objective)
    if viewer is not None and not (objectives if is_objective else goals).can(
        viewer, "view" if is_objective else "title", parent
    ):
        raise PermissionDenied(_("Your role does not allow this."))
    held: dict[str, Any] = {"parent_objective": parent} if is_objective else {"parent_goal": parent}
    if not Decimal(0) < weight <= Decimal(100):
        raise ValidationError({"weight": _("A weight is more than 0 and at most 100.")}, code="alignment_weight")
    with refusals():
        link, _is_new = Alignment.objects.update_or_create(goal=goal, **held, defaults={"weight": weight})
    audit(
        "goal_align",
        actor=viewer,
        at=at,
        subject=goal,
        detail={**{k: v.pk for k, v in held.items()}, "weight": str(weight)},
    )
    return link


@transaction.atomic
def goal_unalign(*, viewer: Viewer | None, link: Alignment, at: datetime) -> None:
    """It does not contribute any more. Raises: PermissionDenied."""
    _alignable_require(viewer, link.goal)
    detail = {"parent_objective": link.parent_objective_id, "parent_goal": link.parent_goal_id}
    audit("goal_unalign", actor=viewer, at=at, subject=link.goal, detail=detail)
    link.delete()


def _alignable_require(viewer: Viewer | None, goal: Goal) -> None:
    """Who changes a goal, and who sets it, say what it contributes to."""
    if viewer is not None and goal.created_by_id == viewer.person.pk and goals.can(viewer, "view", goal):
        return
    goals.require(viewer, "change", goal)


def _locked(goal: Goal) -> Goal:
    row: Goal = Goal.objects.select_for_update(of=("self",)).get(pk=goal.pk)
    return row


def _values_set(goal: Goal, values: Mapping[str, Any]) -> None:
    unknown = values.keys() - set(FIELDS)
    if unknown:
        raise TypeError(f"a goal has no {', '.join(sorted(unknown))}")
    for name, value in values.items():
        setattr(goal, name, value)


def _wanted(row: Goal, values: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody wants to be different from how it stands."""
    trial = Goal(**{name: getattr(row, name) for name in FIELDS})
    _values_set(trial, values)
    values_fill(trial)
    before, after = as_stored(row), as_stored(trial)
    return {name: after[name] for name in changes_of(before, after)}


def _unique_require(goal: Goal) -> None:
    """A second click, or the same sheet again, sets no second goal: the holder is locked until the first is stored.

    Raises: ValidationError.
    """
    holder: Any = Person.objects if goal.person_id else Team.objects
    list(holder.select_for_update(of=("self",)).filter(pk=goal.person_id or goal.team_id).values_list("pk"))
    same = Goal.objects.filter(person=goal.person_id, team=goal.team_id, name=goal.name, withdrawn_at=None)
    if same.filter(starts_on=goal.starts_on, ends_before=goal.ends_before).exists():
        raise ValidationError({"name": _("There is a goal of this name for these days already.")}, code="twice")


def _milestones_save(goal: Goal, milestones: Sequence[Step]) -> None:
    if goal.kind != Measured.Kind.MILESTONES:
        return
    if not milestones:
        raise ValidationError({"milestones": _("Name at least one milestone, one in each line.")}, code="milestones")
    if len(milestones) > MOST_MILESTONES:
        text = _("A goal has %(most)s milestones at most.") % {"most": MOST_MILESTONES}
        raise ValidationError({"milestones": text}, code="milestones")
    rows = [
        Milestone(goal=goal, position=place, name=step.name, due_on=step.due_on, weight=step.weight)
        for place, step in enumerate(milestones)
    ]
    with refusals():
        Milestone.objects.bulk_create(rows)


def _detail(goal: Goal) -> dict[str, Any]:
    kept = as_stored(goal)
    return {
        "person": goal.person_id,
        "team": goal.team_id,
        **{name: kept[name] for name in ("target", "starts_on", "ends_before")},
    }


__all__ = [
    "Step",
    "goal_align",
    "goal_create",
    "goal_revise",
    "goal_unalign",
    "goal_withdraw",
    "revision_acknowledge",
]
