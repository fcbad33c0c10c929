"""The goals of a whole team, set in one sitting: all of them, or none and a message beside each wrong cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from goals.models import Goal, Objective
from goals.services.goals import goal_create, goal_revise
from people.models import Person, Team
from people.viewer import Viewer


@dataclass(frozen=True)
class Line:
    """One holder's values; `goal` with the version that was shown where there is one already."""

    key: str
    holder: Person | Team
    values: Mapping[str, Any]
    goal: Goal | None = None
    version: int = 0


@dataclass(frozen=True)
class Saved:
    """How many goals were set and how many revised."""

    created: int
    revised: int


class LinesRefused(Exception):
    """Nothing was saved; what is wrong by line."""

    def __init__(self, errors: Mapping[str, ValidationError]) -> None:
        super().__init__("; ".join(text for error in errors.values() for text in error.messages))
        self.errors = errors


@transaction.atomic
def goals_save(
    *,
    viewer: Viewer | None,
    at: datetime,
    lines: Sequence[Line],
    shared: Mapping[str, Any],
    reason: str,
    parent: Objective | Goal | None = None,
) -> Saved:
    """Set or revise a goal for each line with what all share (name, metric, days). Raises: LinesRefused."""
    errors: dict[str, ValidationError] = {}
    created = revised = 0
    for line in lines:
        try:
            with transaction.atomic():
                if line.goal is None:
                    _create(viewer, at, line, shared, parent)
                    created += 1
                else:
                    made = goal_revise(
                        viewer=viewer, goal=line.goal, at=at, version=line.version, reason=reason, **line.values
                    )
                    revised += made is not None
        except ValidationError as error:
            errors[line.key] = error
        except PermissionDenied as error:
            errors[line.key] = ValidationError(str(error), code="forbidden")
    if errors:
        raise LinesRefused(errors)
    return Saved(created, revised)


def _create(
    viewer: Viewer | None, at: datetime, line: Line, shared: Mapping[str, Any], parent: Objective | Goal | None
) -> None:
    held = {"team" if isinstance(line.holder, Team) else "person": line.holder}
    parents = [(parent, Decimal(1))] if parent else []
    goal_create(viewer=viewer, at=at, parents=parents, **held, **{**shared, **line.values})  # type: ignore[arg-type]
