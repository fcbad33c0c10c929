"""The organization's own fields of deals, accounts and leads: as fields of a file, and how their values are written.

Values hang on `target_id` of the file's rows. A person field is a role: its values are rows of `crm_dealrole`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import connection

from crm.engine.fields import Field, FieldType, Shape
from crm.intake.references import references_find
from crm.kinds.base import Intake, Kind
from crm.models import CustomField, ImportBatch

Type = CustomField.Type
PREFIX = "custom_"

FIELD_TYPES = {
    Type.TEXT: FieldType.TEXT,
    Type.CHOICE: FieldType.CHOICE,
    Type.NUMBER: FieldType.NUMBER,
    Type.MONEY: FieldType.AMOUNT,
    Type.DATE: FieldType.DATE,
    Type.FLAG: FieldType.FLAG,
    Type.PERSON: FieldType.REFERENCE,
}

TAKEN = "(t.result IS NULL OR t.result = 'updated') AND t.target_id IS NOT NULL"

MARK_VALUES = """
UPDATE {{t}} SET result = 'updated' FROM (
    SELECT t.number FROM {{t}} t
    LEFT JOIN crm_customvalue v ON v.{entity}_id = t.target_id AND v.field_id = {field}
    WHERE t.result = 'unchanged' AND t.target_id IS NOT NULL AND v.text IS DISTINCT FROM {text} {unless}
) c WHERE {{t}}.number = c.number
"""
REMEMBER_VALUES = f"""
INSERT INTO crm_importchange (batch_id, "table", object_id, before)
SELECT %(batch)s, 'crm_customvalue', v.id, to_jsonb(v) FROM crm_customvalue v
JOIN {{{{t}}}} t ON v.{{entity}}_id = t.target_id
WHERE v.field_id = {{field}} AND {TAKEN} AND v.text IS DISTINCT FROM {{text}}
"""
EMPTY_VALUES = f"""
DELETE FROM crm_customvalue v USING {{{{t}}}} t
WHERE v.{{entity}}_id = t.target_id AND v.field_id = {{field}} AND {TAKEN} AND {{text}} IS NULL
"""
CHANGE_VALUES = f"""
UPDATE crm_customvalue v SET {{sets}}, batch_id = %(batch)s FROM {{{{t}}}} t
WHERE v.{{entity}}_id = t.target_id AND v.field_id = {{field}} AND {TAKEN} AND v.text <> {{text}}
"""
ADD_VALUES = f"""
WITH added AS (
    INSERT INTO crm_customvalue ({{entity}}_id, field_id, batch_id, {{names}})
    SELECT t.target_id, {{field}}, %(batch)s, {{values}} FROM {{{{t}}}} t
    WHERE {TAKEN} AND {{text}} IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM crm_customvalue v WHERE v.{{entity}}_id = t.target_id AND v.field_id = {{field}}
    ) ORDER BY t.number RETURNING id
) INSERT INTO crm_importchange (batch_id, "table", object_id) SELECT %(batch)s, 'crm_customvalue', id FROM added
"""

MARK_ROLES = """
UPDATE {{t}} SET result = 'updated' FROM (
    SELECT t.number FROM {{t}} t
    LEFT JOIN crm_dealrole v ON v.source = %(source)s AND v.external_id = {id} AND NOT v.is_deleted
    WHERE t.result = 'unchanged' AND t.target_id IS NOT NULL AND v.person_text IS DISTINCT FROM {text}
) c WHERE {{t}}.number = c.number
"""
REMEMBER_ROLES = f"""
INSERT INTO crm_importchange (batch_id, "table", object_id, before)
SELECT %(batch)s, 'crm_dealrole', v.id, to_jsonb(v) FROM crm_dealrole v
JOIN {{{{t}}}} t ON v.source = %(source)s AND v.external_id = {{id}}
WHERE {TAKEN} AND (v.is_deleted OR v.person_text IS DISTINCT FROM {{text}})
"""
CHANGE_ROLES = f"""
UPDATE crm_dealrole v SET person_text = coalesce({{text}}, ''), person_id = r.id, is_deleted = {{text}} IS NULL,
    batch_id = %(batch)s, row_number = t.number, updated_at = %(at)s
FROM {{{{t}}}} t LEFT JOIN {{{{r}}}} r ON r.field = '{{name}}' AND r.value = {{text}}
WHERE v.source = %(source)s AND v.external_id = {{id}} AND {TAKEN}
    AND (v.is_deleted OR v.person_text IS DISTINCT FROM {{text}})
"""
ADD_ROLES = f"""
WITH added AS (
    INSERT INTO crm_dealrole (source, external_id, opportunity_id, opportunity_text, person_id, person_text, role,
        is_deleted, batch_id, row_number, updated_at)
    SELECT %(source)s, {{id}}, t.target_id, t.f_id, r.id, {{text}}, %(role)s, false, %(batch)s, t.number, %(at)s
    FROM {{{{t}}}} t LEFT JOIN {{{{r}}}} r ON r.field = '{{name}}' AND r.value = {{text}}
    WHERE {TAKEN} AND {{text}} IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM crm_dealrole v WHERE v.source = %(source)s AND v.external_id = {{id}}
    ) ORDER BY t.number RETURNING id
) INSERT INTO crm_importchange (batch_id, "table", object_id) SELECT %(batch)s, 'crm_dealrole', id FROM added
"""

UNDO = (
    """DELETE FROM {table} WHERE id IN (
        SELECT object_id FROM crm_importchange WHERE batch_id = %(batch)s AND "table" = '{table}')""",
    """INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, before)).* FROM crm_importchange
        WHERE batch_id = %(batch)s AND "table" = '{table}' AND before IS NOT NULL""",
)


def shape_here(kind: Kind) -> Shape:
    """The fields of a kind, the organization's own ones included. One query, behind the wall."""
    shape = kind.shape
    if shape.kind not in CustomField.Entity.values:
        return shape
    own = list(CustomField.objects.filter(entity=shape.kind).order_by("pk"))
    return replace(
        shape,
        fields=(*shape.fields, *(field_of(each) for each in own if not each.is_off)),
        off={PREFIX + each.key: each.name for each in own if each.is_off},
    )


def remembered_fit(plain: Mapping[str, Any] | None, shape: Shape) -> dict[str, Any] | None:
    """A mapping that was chosen before, without own fields that were taken away or switched off since."""
    if plain is None:
        return None

    def is_there(name: str) -> bool:
        return not name.startswith(PREFIX) or name in shape.by_name

    parts = {name: plain[name] for name in ("columns", "constants", "values") if plain.get(name)}
    return {**plain, **{part: {k: v for k, v in each.items() if is_there(k)} for part, each in parts.items()}}


def field_of(custom: CustomField) -> Field:
    """A custom field as a field of a file."""
    return Field(
        PREFIX + custom.key,
        FIELD_TYPES[Type(custom.type)],
        (custom.name,),
        label=custom.name,
        choices=tuple(custom.choices),
    )


def customs_of(intake: Intake, entity: str) -> list[CustomField]:
    """The custom fields that the file has. One query."""
    own = CustomField.objects.filter(entity=entity, is_off=False).order_by("pk")
    return [custom for custom in own if PREFIX + custom.key in intake.fields]


def customs_find(intake: Intake, entity: str) -> list[CustomField]:
    """The same, with the people looked up that the file names in roles."""
    found = customs_of(intake, entity)
    people = {PREFIX + custom.key: "owner" for custom in found if custom.type == Type.PERSON}
    references_find(intake.table, people, source=intake.source, issues=intake.issues)
    return found


def customs_compare(intake: Intake, customs: Iterable[CustomField], unless: str = "") -> None:
    """Rows whose own fields differ are changed rows. `unless`: SQL for rows that change nothing."""
    for custom in customs:
        statement = MARK_ROLES if custom.type == Type.PERSON else MARK_VALUES
        intake.execute(statement.format(**_words(custom), unless=unless))


def customs_write(intake: Intake, customs: Sequence[CustomField]) -> None:
    """Write the values of rows that are new or changed; every row has its `target_id`."""
    for custom in customs:
        words = _words(custom)
        if custom.type == Type.PERSON:
            for statement in (REMEMBER_ROLES, CHANGE_ROLES):
                intake.execute(statement.format(**words))
            intake.table.execute(ADD_ROLES.format(**words), {**intake.params, "role": custom.name})
            continue
        columns = _columns(custom)
        words["sets"] = ", ".join(f"{name} = {value}" for name, value in columns.items())
        words["names"], words["values"] = ", ".join(columns), ", ".join(columns.values())
        for statement in (REMEMBER_VALUES, EMPTY_VALUES, CHANGE_VALUES, ADD_VALUES):
            intake.execute(statement.format(**words))


def customs_undo(batch: ImportBatch) -> None:
    """Values are as before the batch."""
    with connection.cursor() as cursor:
        for table in ("crm_customvalue", "crm_dealrole"):
            for statement in UNDO:
                cursor.execute(statement.format(table=table), {"batch": batch.pk})


def _words(custom: CustomField) -> dict[str, str]:
    name = PREFIX + custom.key
    return {
        "entity": custom.entity,
        "field": str(custom.pk),
        "name": name,
        "text": _columns(custom)["text"],
        "id": f"t.f_id || '|{custom.key}'",
    }


def _columns(custom: CustomField) -> dict[str, str]:
    """Column of the value ← SQL over the row."""
    cell = f"t.f_{PREFIX}{custom.key}"
    if custom.type == Type.NUMBER:
        return {"text": f"trim_scale({cell})::text", "number": cell}
    if custom.type == Type.DATE:
        return {"text": f"{cell}::text", "day": cell}
    if custom.type == Type.MONEY:
        stated = "t.f_currency, " if custom.entity == "opportunity" else ""
        currency = f"coalesce({stated}t.beside, %(currency)s)"
        return {
            "text": f"trim_scale({cell})::text || ' ' || {currency}",
            "number": cell,
            "currency": currency,
            "converted_number": f"CASE WHEN {currency} = %(currency)s THEN {cell} END",
        }
    return {"text": cell}
