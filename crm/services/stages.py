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
from people.meanwhile import unchanged_check
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


def pipeline_create(*, viewer: Viewer, name: str, at: datetime) -> Pipeline:
    """Add a pipeline; the first one is the default one. Raises: PermissionDenied, ValidationError."""
    stages.require(viewer, "change")
    name = _free_name(name)
    pipeline = Pipeline.objects.create(name=name, is_default=not Pipeline.objects.exists())
    audit("pipeline_create", actor=viewer.person, at=at, subject=pipeline, detail={"name": name})
    return pipeline


def pipeline_rename(*, viewer: Viewer, pipeline: Pipeline, name: str, at: datetime) -> None:
    """Call a pipeline otherwise; files know it by its new name. Raises: PermissionDenied, ValidationError."""
    stages.require(viewer, "change")
    former, pipeline.name = pipeline.name, _free_name(name, pipeline)
    pipeline.save(update_fields=["name"])
    audit("pipeline_rename", actor=viewer.person, at=at, subject=pipeline, detail={"from": former, "to": pipeline.name})


def pipeline_delete(*, viewer: Viewer, pipeline: Pipeline, at: datetime) -> None:
    """Take a pipeline away whose stages no deal is or was in. Raises: PermissionDenied, ValidationError."""
    stages.require(viewer, "change")
    if pipeline.is_default:
        raise ValidationError(_("Deals of files without a pipeline go to this one, so it stays."), code="default")
    for rows in (Opportunity, OpportunityChange):
        if rows.objects.filter(stage__pipeline=pipeline).exists():
            raise ValidationError(_("Deals are in “%(name)s”, so it stays.") % {"name": pipeline.name}, code="in_use")
    audit("pipeline_delete", actor=viewer.person, at=at, subject=pipeline, detail={"name": pipeline.name})
    pipeline.delete()


def _free_name(name: str, own: Pipeline | None = None) -> str:
    name = " ".join(name.split())
    others = Pipeline.objects.filter(name__iexact=name)
    if (others.exclude(pk=own.pk) if own else others).exists():
        raise ValidationError({"name": _("Another pipeline has this name.")}, code="twice")
    return name


def stages_save(
    *,
    viewer: Viewer,
    pipeline: Pipeline | None,
    values: Sequence[StageValues],
    at: datetime,
    seen: int | None = None,
) -> int:
    """Change all stages of a pipeline at once (None: of the default one, made where it is missing); deals follow their
    stage's outcome, figures follow the deals.

    How many deals changed their outcome. Raises: PermissionDenied, ValidationError.
    """
    stages.require(viewer, "change")
    if pipeline is None:
        pipeline, _created = Pipeline.objects.get_or_create(is_default=True, defaults={"name": _("Sales")})
    unchanged_check(Pipeline.objects.select_for_update().get(pk=pipeline.pk), seen)
    known = {stage.pk: stage for stage in Stage.objects.select_for_update().filter(pipeline=pipeline)}
    _check(values, known)
    _names_free(values, known)
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
    for pk, stage in known.items():
        if stage.name_key in seen and pk not in {value.id for value in values}:
            raise ValidationError(
                _("Two stages are called “%(name)s”. Give each its own name.") % {"name": stage.name}, code="twice"
            )


def _names_free(values: Sequence[StageValues], known: dict[int, Stage]) -> None:
    """Stages that exchange their names: each lets go of its own before another takes it."""
    wanted = {value.id: name_key(value.name) for value in values}
    held = {stage.name_key: pk for pk, stage in known.items()}
    for pk, stage in known.items():
        key = wanted.get(pk, stage.name_key)
        if key != stage.name_key and any(held.get(other) == pk for one, other in wanted.items() if one != pk):
            stage.name_key = f" {pk}"  # no name has a space at its beginning
            stage.save(update_fields=["name_key"])


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
