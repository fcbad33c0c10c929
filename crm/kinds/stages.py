"""Stages that a file names: found by name in their pipeline, added with a guessed outcome where they are new.

A file that names no pipeline speaks of the one that its deals are in already, otherwise of the default one.
"""

from crm.engine.problem import Unreadable
from crm.engine.stages import outcome_of, stage_place
from crm.engine.texts import name_key
from crm.kinds.base import Intake
from crm.models import Outcome, Pipeline, Stage

MOST_STAGES = 200
ASSUMED = "Won"  # where a file has no stages
BETWEEN = "\x1f"  # stands between pipeline and stage

STAGE_TEXT = "coalesce(t.f_pipeline, '') || chr(31) || coalesce(t.f_stage, '')"
COLLECT = f"""
INSERT INTO {{r}} (field, value, first_row, rows)
SELECT 'stage', {STAGE_TEXT}, min(number), count(*) FROM {{t}} t
WHERE result IS DISTINCT FROM 'refused' GROUP BY 2
"""
STAY = """
UPDATE {t} SET f_pipeline = p.name FROM crm_opportunity o
JOIN crm_stage s ON s.id = o.stage_id JOIN crm_pipeline p ON p.id = s.pipeline_id AND NOT p.is_default
WHERE o.source = %(source)s AND o.external_id = {t}.f_id
"""


def stages_find(intake: Intake) -> None:
    """Give every stage text its stage, or the outcome it will have; new names that say nothing are told about."""
    if "pipeline" not in intake.fields and Pipeline.objects.count() > 1:
        intake.execute(STAY)
    intake.execute(COLLECT)
    _number_check(intake)
    stages = Stage.objects.select_related("pipeline")
    known = {("" if s.pipeline.is_default else s.pipeline.name.casefold(), s.name_key): s for s in stages}
    default = Pipeline.objects.filter(is_default=True).values_list("name", flat=True).first() or ""
    for value, first_row, rows in intake.rows("SELECT value, first_row, rows FROM {r} WHERE field = 'stage'"):
        pipeline, text = value.split(BETWEEN)
        place = "" if pipeline.casefold() == default.casefold() else pipeline.casefold()
        stage = known.get((place, name_key(text or ASSUMED)))
        outcome = stage.outcome if stage else outcome_of(text or ASSUMED)
        if outcome is None:
            intake.warn("new_stage", rows, first_row, field="stage", value=text)
        _keep(intake, value, stage.pk if stage else None, outcome or Outcome.OPEN)


def _number_check(intake: Intake) -> None:
    """Raises: Unreadable where the column can hardly be the stage: each of its texts would become one."""
    ((count,),) = intake.rows("SELECT count(*) FROM {r} WHERE field = 'stage'")
    if count > MOST_STAGES:
        value, row = intake.rows("SELECT value, first_row FROM {r} WHERE field = 'stage' ORDER BY first_row LIMIT 1")[0]
        raise Unreadable("too_many_stages", count=count, value=value.split(BETWEEN)[-1], row=row)


def stages_add(intake: Intake) -> None:
    """Create the stages that are new, in the order of their names' places, before the decided ones."""
    missing = [
        (*value.split(BETWEEN), outcome, first_row)
        for value, outcome, first_row in intake.rows(
            "SELECT value, outcome, first_row FROM {r} WHERE field = 'stage' AND id IS NULL"
        )
    ]
    usual = "Sales" if any(not name for name, *_rest in missing) else ""
    added: dict[tuple[int, str], Stage] = {}
    for name, text, outcome, _row in sorted(missing, key=lambda row: (stage_place(row[1] or ASSUMED), row[3])):
        pipeline = _pipeline(intake, name, usual or name)
        key = (pipeline.pk, name_key(text or ASSUMED))
        if key not in added:
            added[key] = _stage_add(pipeline, text or ASSUMED, outcome, intake)
        _keep(intake, f"{name}{BETWEEN}{text}", added[key].pk, added[key].outcome)
    for pipeline_id in {pipeline_id for pipeline_id, _key in added}:
        _order(pipeline_id)


def _keep(intake: Intake, value: str, stage_id: int | None, outcome: str) -> None:
    intake.table.execute(
        "UPDATE {r} SET id = %s, outcome = %s WHERE field = 'stage' AND value = %s", [stage_id, outcome, value]
    )


def _pipeline(intake: Intake, name: str, usual: str) -> Pipeline:
    """The pipeline of that name, the default one without a name; added where it is new, as `usual` where there is none."""
    default = Pipeline.objects.filter(is_default=True).first()
    if default is None:
        default = Pipeline.objects.create(name=usual, is_default=True)
        _remember(intake, "crm_pipeline", default.pk)
    if not name:
        return default
    found = Pipeline.objects.filter(name__iexact=name).first()
    if found is None:
        found = Pipeline.objects.create(name=name)
        _remember(intake, "crm_pipeline", found.pk)
    return found


def _stage_add(pipeline: Pipeline, name: str, outcome: str, intake: Intake) -> Stage:
    probability = {Outcome.WON: 1, Outcome.LOST: 0}.get(Outcome(outcome))
    stage = Stage.objects.create(
        pipeline=pipeline, name=name[:1].upper() + name[1:], name_key=name_key(name), position=1_000, outcome=outcome,
        probability=probability,
    )  # fmt: skip
    _remember(intake, "crm_stage", stage.pk)
    return stage


def _remember(intake: Intake, table: str, key: int) -> None:
    intake.table.execute(
        'INSERT INTO crm_importchange (batch_id, "table", object_id) VALUES (%s, %s, %s)',
        [intake.batch.pk if intake.batch else None, table, key],
    )


def _order(pipeline_id: int) -> None:
    """New stages go behind the open ones, or behind the decided ones; what was ordered by hand keeps its order."""
    stages = sorted(
        Stage.objects.filter(pipeline_id=pipeline_id), key=lambda s: (s.outcome != Outcome.OPEN, s.position, s.pk)
    )
    for position, stage in enumerate(stages, 1):
        if stage.position != position:
            Stage.objects.filter(pk=stage.pk).update(position=position)
