"""At the end of a period: what is unfinished goes on in the next one, with a reference to what it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from goals.engine.values import FIELDS
from goals.models import Alignment, Goal, Measured, Milestone
from goals.policies import goals
from goals.services.goals import Step, goal_create
from people.audit import audit
from people.viewer import Viewer

KEPT = tuple(name for name in FIELDS if name not in ("starts_on", "ends_before", "target", "baseline"))


@dataclass(frozen=True)
class Carried:
    """New goals, and those that could not be carried over, with the reason."""

    goals: Sequence[Goal]
    refused: Sequence[tuple[str, str]]


@transaction.atomic
def goals_carry(
    *,
    viewer: Viewer | None,
    at: datetime,
    rows: Sequence[Goal],
    starts_on: date,
    ends_before: date,
    targets: Mapping[int, Decimal] | None = None,
) -> Carried:
    """The goals again in new days, each with its target or a new one (by its id), aligned as before to what still runs;
    of milestones those that are open. A goal is carried over once. Raises: ValidationError about the days."""
    if starts_on >= ends_before:
        raise ValidationError({"ends_before": _("The end must come after the start.")}, code="goal_days")
    made: list[Goal] = []
    refused: list[tuple[str, str]] = []
    for goal in rows:
        try:
            with transaction.atomic():
                made.append(_carry(viewer, at, goal, starts_on, ends_before, (targets or {}).get(goal.pk)))
        except ValidationError as error:
            refused.append((goal.name, " ".join(error.messages)))
        except PermissionDenied:
            refused.append((goal.name, _("you may not set goals for its owner")))
    return Carried(made, refused)


def _carry(
    viewer: Viewer | None, at: datetime, goal: Goal, starts_on: date, ends_before: date, target: Decimal | None
) -> Goal:
    row: Goal = Goal.objects.select_for_update(of=("self",)).select_related("person", "team").get(pk=goal.pk)
    if viewer is not None and not goals.can(viewer, "view", row):
        raise PermissionDenied
    if row.withdrawn_at:
        raise ValidationError(_("It was withdrawn."), code="withdrawn")
    if Goal.objects.filter(carried_from=row, withdrawn_at=None).exists():
        raise ValidationError(_("It was carried over already."), code="carried")
    if starts_on < row.ends_before:
        raise ValidationError(_("It runs in these days still."), code="running")
    made = goal_create(
        viewer=viewer,
        at=at,
        person=row.person,
        team=row.team,
        carried_from=row,
        milestones=_open_steps(row),
        starts_on=starts_on,
        ends_before=ends_before,
        **_values(row, target),
    )
    _align_again(made, row, starts_on)
    audit("goal_carry", actor=viewer, at=at, subject=made, detail={"from": row.pk})
    return made


def _values(row: Goal, target: Decimal | None) -> dict[str, Any]:
    """What stays; a new target takes commit and stretch along in proportion."""
    values = {name: getattr(row, name) for name in KEPT}
    wanted = row.target if target is None else target
    if row.target and wanted != row.target:
        for name in ("commit_value", "stretch_value"):
            level = values[name]
            values[name] = None if level is None else (level * wanted / row.target).quantize(Decimal("0.000001"))
    return {**values, "target": wanted, "baseline": row.baseline}


def _open_steps(row: Goal) -> list[Step]:
    if row.kind != Measured.Kind.MILESTONES:
        return []
    steps = Milestone.objects.filter(goal=row, done_on=None).order_by("position", "pk")
    found = [Step(step.name, None, step.weight) for step in steps]
    if not found:
        raise ValidationError(_("All of its milestones are reached."), code="finished")
    return found


def _align_again(made: Goal, row: Goal, starts_on: date) -> None:
    """The same parents, as far as they run in the new days."""
    links = Alignment.objects.filter(goal=row).select_related("parent_objective", "parent_goal")
    for link in links:
        parent = link.parent_objective or link.parent_goal
        if parent is not None and parent.ends_before > starts_on and parent.withdrawn_at is None:
            Alignment.objects.create(
                goal=made, parent_objective=link.parent_objective, parent_goal=link.parent_goal, weight=link.weight
            )
