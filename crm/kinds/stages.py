"""Stages that a file names: found by name in the default pipeline, added with a guessed outcome where they are new."""

from crm.engine.problem import Unreadable
from crm.engine.stages import outcome_of, stage_place
from crm.engine.texts import name_key
from crm.kinds.base import Intake
from crm.models import Outcome, Pipeline, Stage

MOST_STAGES = 200
ASSUMED = "Won"  # where a file has no stages

COLLECT = """
INSERT INTO {r} (field, value, first_row, rows)
SELECT 'stage', coalesce(f_stage, ''), min(number), count(*) FROM {t}
WHERE result IS DISTINCT FROM 'refused' GROUP BY 2
"""


def stages_find(intake: Intake) -> None:
    """Give every stage text its stage, or the outcome it will have; new names that say nothing are told about."""
    intake.execute(COLLECT)
    _number_check(intake)
    known = {stage.name_key: stage for stage in Stage.objects.filter(pipeline__is_default=True)}
    for text, first_row, rows in intake.rows("SELECT value, first_row, rows FROM {r} WHERE field = 'stage'"):
        stage = known.get(name_key(text or ASSUMED))
        outcome = stage.outcome if stage else outcome_of(text or ASSUMED)
        if outcome is None:
            intake.warn("new_stage", rows, first_row, field="stage", value=text)
        intake.table.execute(
            "UPDATE {r} SET id = %s, outcome = %s WHERE field = 'stage' AND value = %s",
            [stage.pk if stage else None, outcome or Outcome.OPEN, text],
        )


def _number_check(intake: Intake) -> None:
    """Raises: Unreadable where the column can hardly be the stage: each of its texts would become one."""
    ((count,),) = intake.rows("SELECT count(*) FROM {r} WHERE field = 'stage'")
    if count > MOST_STAGES:
        value, row = intake.rows("SELECT value, first_row FROM {r} WHERE field = 'stage' ORDER BY first_row LIMIT 1")[0]
        raise Unreadable("too_many_stages", count=count, value=value, row=row)


def stages_add(intake: Intake) -> None:
    """Create the stages that are new, in the order of their names' places, before the decided ones."""
    missing = intake.rows("SELECT value, outcome, first_row FROM {r} WHERE field = 'stage' AND id IS NULL")
    if not missing:
        return
    pipeline = default_pipeline(intake)
    by_key: dict[str, Stage] = {}
    for text, outcome, _ in sorted(missing, key=lambda row: (stage_place(row[0] or ASSUMED), row[2])):
        key = name_key(text or ASSUMED)
        if key not in by_key:
            by_key[key] = _stage_add(pipeline, text or ASSUMED, outcome, intake)
        intake.table.execute(
            "UPDATE {r} SET id = %s, outcome = %s WHERE field = 'stage' AND value = %s",
            [by_key[key].pk, by_key[key].outcome, text],
        )
    _order(pipeline)


def default_pipeline(intake: Intake) -> Pipeline:
    pipeline = Pipeline.objects.filter(is_default=True).first()
    if pipeline is None:
        pipeline = Pipeline.objects.create(name="Sales", is_default=True)
        _remember(intake, "crm_pipeline", pipeline.pk)
    return pipeline


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


def _order(pipeline: Pipeline) -> None:
    """New stages go behind the open ones, or behind the decided ones; what was ordered by hand keeps its order."""
    stages = sorted(
        Stage.objects.filter(pipeline=pipeline), key=lambda s: (s.outcome != Outcome.OPEN, s.position, s.pk)
    )
    for position, stage in enumerate(stages, 1):
        if stage.position != position:
            Stage.objects.filter(pk=stage.pk).update(position=position)
