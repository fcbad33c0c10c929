"""What of a goal can be set: checked together, filled from the catalogue, told apart from what it was."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from goals.engine.values import FIELDS, value_stored
from goals.models import Goal, Measured
from goals.selectors.figures import goal_metrics
from metrics.engine.definitions import Direction

LONGEST = 366 * 5
YEARS = range(1990, 2200)  # beyond them somebody mistyped


def values_fill(goal: Any) -> None:
    """Unit and direction of a metric are the catalogue's; milestones lead from nothing to all of them.

    Raises: ValidationError.
    """
    if goal.kind == Measured.Kind.METRIC:
        metric = goal_metrics().get(goal.metric)
        if metric is None:
            raise ValidationError({"metric": _("Choose the metric that measures it.")}, code="metric")
        goal.unit = metric.unit
        goal.direction = Measured.Direction.LOWER if metric.direction is Direction.LOWER else Measured.Direction.HIGHER
        return
    goal.metric, goal.filters = "", []
    if goal.kind == Measured.Kind.MILESTONES:
        goal.unit, goal.direction = Measured.Unit.RATIO, Measured.Direction.HIGHER
        goal.baseline, goal.target, goal.commit_value, goal.stretch_value = Decimal(0), Decimal(1), None, None


def values_check(goal: Goal) -> None:
    """What the database cannot say beside a field. Raises: ValidationError."""
    errors: dict[str, str] = {}
    if far := day_far_off(goal):
        errors[far] = _("Choose days between 1990 and 2200.")
    elif goal.starts_on >= goal.ends_before:
        errors["ends_before"] = _("The end must come after the start.")
    elif (goal.ends_before - goal.starts_on).days > LONGEST:
        errors["ends_before"] = _("A goal takes five years at most.")
    if goal.kind != Measured.Kind.MILESTONES:
        errors |= _levels_wrong(goal)
    if errors:
        raise ValidationError({name: ValidationError(text, code=f"goal_{name}") for name, text in errors.items()})


def day_far_off(row: Measured) -> str:
    """Which of its days nobody means; empty where both are sane."""
    return next((name for name in ("starts_on", "ends_before") if getattr(row, name).year not in YEARS), "")


def _levels_wrong(goal: Goal) -> dict[str, str]:
    errors: dict[str, str] = {}
    is_lower = goal.direction == Measured.Direction.LOWER
    sign = -1 if is_lower else 1
    if is_lower and goal.baseline is None:
        errors["baseline"] = _("Lower is better here: say where it starts, so that progress can be measured.")
    elif sign * (goal.target - (goal.baseline or 0)) <= 0:
        better = _("lower") if is_lower else _("higher")
        errors["target"] = _("The target must be %(better)s than the baseline.") % {"better": better}
    if goal.commit_value is not None and sign * (goal.target - goal.commit_value) < 0:
        errors["commit_value"] = _("What is committed cannot be beyond the target.")
    if goal.stretch_value is not None and sign * (goal.stretch_value - goal.target) < 0:
        errors["stretch_value"] = _("The stretch must be beyond the target.")
    return errors


def as_stored(goal: Goal) -> dict[str, Any]:
    """The fields as a revision keeps them: numbers and days as texts."""
    return {name: value_stored(name, getattr(goal, name)) for name in FIELDS}
