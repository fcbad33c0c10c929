"""The library of goal templates, and goals made from them: one, or one for each person of a team."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from goals.models import Goal, GoalTemplate, Measured, Objective
from goals.policies import templates
from goals.selectors.figures import goal_metrics
from goals.services.goals import Step, goal_create
from metrics.engine.definitions import Direction
from people.audit import audit
from people.models import Person, Team
from people.refusal import refusals
from people.viewer import Viewer

COPIED = ("specific", "achievable", "relevant", "kind", "metric", "unit", "direction", "cadence", "pace")


@dataclass(frozen=True)
class Made:
    """What using a template for several came to: goals that were set, and whose could not be, with the reason."""

    goals: Sequence[Goal]
    refused: Sequence[tuple[str, str]]


@transaction.atomic
def template_create(*, viewer: Viewer | None, at: datetime, **values: Any) -> GoalTemplate:
    """A new template of the library. Raises: PermissionDenied, ValidationError."""
    templates.require(viewer, "change")
    template = GoalTemplate(**values)
    _fill(template)
    with refusals():
        template.save()
    audit("template_create", actor=viewer, at=at, subject=template, detail={"name": template.name})
    return template


@transaction.atomic
def template_change(*, viewer: Viewer | None, template: GoalTemplate, at: datetime, **values: Any) -> GoalTemplate:
    """Goals made of it before stay as they are. Raises: PermissionDenied, ValidationError."""
    templates.require(viewer, "change", template)
    row: GoalTemplate = GoalTemplate.objects.select_for_update(of=("self",)).get(pk=template.pk)
    for name, value in values.items():
        setattr(row, name, value)
    _fill(row)
    with refusals():
        row.save()
    audit("template_change", actor=viewer, at=at, subject=row, detail={"name": row.name})
    return row


@transaction.atomic
def template_retire(*, viewer: Viewer | None, template: GoalTemplate, at: datetime) -> None:
    """It is offered to nobody any more. Raises: PermissionDenied."""
    templates.require(viewer, "change", template)
    GoalTemplate.objects.filter(pk=template.pk).update(is_retired=True)
    audit("template_retire", actor=viewer, at=at, subject=template, detail={"name": template.name})


def goal_from_template(
    *,
    viewer: Viewer | None,
    template: GoalTemplate,
    at: datetime,
    starts_on: date,
    ends_before: date,
    target: Decimal | None = None,
    person: Person | None = None,
    team: Team | None = None,
    parent: Objective | Goal | None = None,
) -> Goal:
    """A goal as the template says it, with the target given or its own. Raises: PermissionDenied, ValidationError."""
    if template.is_retired:
        raise ValidationError(_("This template is retired; choose another one."), code="retired")
    return goal_create(
        viewer=viewer,
        at=at,
        person=person,
        team=team,
        milestones=[Step(name) for name in template.milestones],
        parents=[(parent, Decimal(1))] if parent else [],
        name=template.name,
        starts_on=starts_on,
        ends_before=ends_before,
        **_values(template, target),
    )


@transaction.atomic
def goals_from_template(
    *,
    viewer: Viewer | None,
    template: GoalTemplate,
    at: datetime,
    starts_on: date,
    ends_before: date,
    targets: Mapping[Person, Decimal | None],
    parent: Objective | Goal | None = None,
) -> Made:
    """One goal for each person, with a target of their own where one is given. What is refused says why; the others are
    set. Whoever has a goal of this name in these days is left alone, so that asking twice sets nothing twice."""
    made: list[Goal] = []
    refused: list[tuple[str, str]] = []
    busy = _busy(template, list(targets), starts_on, ends_before)
    for person, target in targets.items():
        if person.pk in busy:
            refused.append((person.name, _("has this goal in these days already")))
            continue
        try:
            with transaction.atomic():
                goal = goal_from_template(
                    viewer=viewer,
                    template=template,
                    at=at,
                    starts_on=starts_on,
                    ends_before=ends_before,
                    target=target,
                    person=person,
                    parent=parent,
                )
        except ValidationError as error:
            refused.append((person.name, " ".join(error.messages)))
        except PermissionDenied:
            refused.append((person.name, _("you may not set goals for them")))
        else:
            made.append(goal)
    return Made(made, refused)


def _busy(template: GoalTemplate, people: list[Person], starts_on: date, ends_before: date) -> set[int]:
    days = Goal.objects.between(starts_on, ends_before)
    same = days.filter(name=template.name, person__in=people, withdrawn_at=None)
    return set(same.values_list("person", flat=True))


def _values(template: GoalTemplate, target: Decimal | None) -> dict[str, Any]:
    """Raises: ValidationError where nobody says a target."""
    values = {name: getattr(template, name) for name in COPIED}
    if template.kind == Measured.Kind.MILESTONES:
        return {**values, "target": Decimal(1)}
    wanted = template.target if target is None else target
    if wanted is None:
        raise ValidationError({"target": _("This template has no target of its own: enter one.")}, code="target")
    return {
        **values,
        "target": wanted,
        "commit_value": _share(wanted, template.commit_ratio),
        "stretch_value": _share(wanted, template.stretch_ratio),
    }


def _share(target: Decimal, ratio: Decimal | None) -> Decimal | None:
    """A share of the target, to six digits."""
    return None if ratio is None else (target * ratio).quantize(Decimal("0.000001"))


def _fill(template: GoalTemplate) -> None:
    """Unit and direction of a metric are the catalogue's. Raises: ValidationError."""
    if template.kind == Measured.Kind.METRIC:
        metric = goal_metrics().get(template.metric)
        if metric is None:
            raise ValidationError({"metric": _("Choose the metric that measures it.")}, code="metric")
        template.unit = metric.unit
        template.direction = (
            Measured.Direction.LOWER if metric.direction is Direction.LOWER else Measured.Direction.HIGHER
        )
    else:
        template.metric = ""
    if template.kind != Measured.Kind.MILESTONES:
        template.milestones = []
    elif not template.milestones:
        raise ValidationError({"milestones": _("Name at least one milestone, one in each line.")}, code="milestones")
