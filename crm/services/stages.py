"""Stages: their order, what they mean for a deal, how likely they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.engine.texts import name_key
from crm.models import Opportunity, OpportunityChange, Outcome, Pipeline, Stage
from crm.policies import stages
from people.audit import audit
from people.queue import enqueue
from people.viewer import Viewer


@dataclass(frozen=True)
class StageValues:
    """What a stage should be; `id` None is a new one."""

    id: int | None
    name: str
    position: int
    outcome: str
    probability: Decimal | None


def stages_save(*, viewer: Viewer, values: Sequence[StageValues], at: datetime) -> int:
    """Change all stages of the default pipeline at once; deals follow their stage's outcome, figures follow the deals.

    How many deals changed their outcome. Raises: PermissionDenied, ValidationError.
    """
    stages.require(viewer, "change")
    pipeline, _created = Pipeline.objects.get_or_create(is_default=True, defaults={"name": _("Sales")})
    known = {stage.pk: stage for stage in Stage.objects.select_for_update().filter(pipeline=pipeline)}
    _check(values, known)
    moved = 0
    for place, wanted in enumerate(sorted(values, key=lambda value: value.position), 1):
        stage = known.get(wanted.id) if wanted.id else None
        moved += _stage_save(stage or Stage(pipeline=pipeline), wanted, place)
    audit("stages_save", actor=viewer.person, at=at, subject=pipeline, detail={"deals": moved})
    enqueue("pipeline.facts_changed", organization_id=viewer.organization.pk)
    return moved


def stage_delete(*, viewer: Viewer, stage: Stage, at: datetime) -> None:
    """Take a stage away that no deal is in or was in. Raises: PermissionDenied, ValidationError."""
    stages.require(viewer, "change")
    if any(rows.objects.filter(stage=stage).exists() for rows in (Opportunity, OpportunityChange)):
        raise ValidationError(_("Deals are in “%(stage)s”, so it stays.") % {"stage": stage.name}, code="in_use")
    audit("stage_delete", actor=viewer.person, at=at, subject=stage, detail={"name": stage.name})
    stage.delete()


def _check(values: Sequence[StageValues], known: dict[int, Stage]) -> None:
    seen: set[str] = set()
    for value in values:
        if value.id and value.id not in known:
            raise ValidationError(_("A stage was taken away in the meantime. Open the page again."), code="gone")
        key = name_key(value.name)
        if key in seen:
            raise ValidationError(
                _("Two stages are called “%(name)s”. Give each its own name.") % {"name": value.name}, code="twice"
            )
        seen.add(key)


def _stage_save(stage: Stage, wanted: StageValues, place: int) -> int:
    had_outcome = stage.outcome if stage.pk else wanted.outcome
    stage.name, stage.name_key, stage.position = wanted.name, name_key(wanted.name), place
    stage.outcome, stage.probability = wanted.outcome, _probability(wanted)
    stage.save()
    if had_outcome == wanted.outcome:
        return 0
    return Opportunity.objects.filter(stage=stage).update(outcome=wanted.outcome)


def _probability(wanted: StageValues) -> Decimal | None:
    """A decided stage is certain."""
    return {Outcome.WON: Decimal(1), Outcome.LOST: Decimal(0)}.get(Outcome(wanted.outcome), wanted.probability)
