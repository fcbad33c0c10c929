"""What a batch changed, field by field: the state before it (kept for undo) beside the state after it.

Read right after a kind has written, in the same transaction. A difference is `[column, before, after]`, all texts.
"""

import json

from crm.intake.table import IntakeTable

Differences = list[tuple[str, str | None, str | None]]

# what says where a row came from, or follows from another column
PLUMBING = (
    "id", "organization_id", "batch_id", "row_number", "source", "updated_at", "name_key", "converted_amount", "plan_amount",
    "outcome", "has_credits", "is_split", "search", "origin", "hand_over_id",
    "recorded_at",
)  # fmt: skip

# a stage is kept by its name: a preview takes the new ones back, and they can be renamed later
_KEY = "CASE b.key WHEN 'stage_id' THEN 'stage' ELSE b.key END"
_NAMED = (
    "CASE b.key WHEN 'stage_id' THEN (SELECT s.name FROM crm_stage s WHERE s.id = ({value})::bigint) ELSE {value} END"
)
_BEFORE, _AFTER = _NAMED.format(value="b.value"), _NAMED.format(value="x.now ->> b.key")

FIND = f"""
WITH changed AS MATERIALIZED (
    SELECT c.object_id, c.before, to_jsonb(o) AS now FROM crm_importchange c JOIN {{table}} o ON o.id = c.object_id
    WHERE c.batch_id = %(batch)s AND c."table" = '{{table}}' AND c.before IS NOT NULL
), d AS MATERIALIZED (
    SELECT x.object_id, jsonb_agg(jsonb_build_array({_KEY}, {_BEFORE}, {_AFTER}) ORDER BY b.key) AS changes
    FROM changed x, jsonb_each_text(x.before) b
    WHERE b.value IS DISTINCT FROM x.now ->> b.key AND b.key <> ALL (%(plumbing)s) GROUP BY 1
)
UPDATE {{{{t}}}} SET changes = coalesce({{{{t}}}}.changes, '[]') || d.changes FROM d
WHERE {{{{t}}}}.target_id = d.object_id AND {{{{t}}}}.result = 'updated'
"""

# own fields stand in tables of their own: a value that came, changed or went, beside the row of its fact
OWN = """
WITH v AS MATERIALIZED (
    SELECT t.number, f.name, 'custom_' || f.key AS key, c.before ->> 'text' AS earlier, now.text AS later
    FROM crm_importchange c
    LEFT JOIN crm_customvalue now ON now.id = c.object_id
    JOIN {{t}} t ON t.target_id = coalesce((c.before ->> '{entity}_id')::bigint, now.{entity}_id) AND t.result = 'updated'
    JOIN crm_customfield f ON f.id = coalesce((c.before ->> 'field_id')::bigint, now.field_id)
    WHERE c.batch_id = %(batch)s AND c."table" = 'crm_customvalue'
), d AS (
    SELECT number, jsonb_agg(jsonb_build_array(key, earlier, later) ORDER BY name) AS changes
    FROM v WHERE earlier IS DISTINCT FROM later GROUP BY 1
)
UPDATE {{t}} SET changes = coalesce({{t}}.changes, '[]') || d.changes FROM d WHERE {{t}}.number = d.number
"""
ROLES = """
WITH v AS MATERIALIZED (
    SELECT t.number, f.name, 'custom_' || f.key AS key,
        CASE WHEN NOT coalesce((c.before ->> 'is_deleted')::boolean, true) THEN c.before ->> 'person_text' END AS earlier,
        CASE WHEN NOT now.is_deleted THEN now.person_text END AS later
    FROM crm_importchange c
    JOIN crm_dealrole now ON now.id = c.object_id
    JOIN {t} t ON t.target_id = now.opportunity_id AND t.result = 'updated'
    JOIN crm_customfield f ON f.entity = 'opportunity' AND f.type = 'person' AND f.name = now.role
    WHERE c.batch_id = %(batch)s AND c."table" = 'crm_dealrole'
), d AS (
    SELECT number, jsonb_agg(jsonb_build_array(key, earlier, later) ORDER BY name) AS changes
    FROM v WHERE earlier IS DISTINCT FROM later GROUP BY 1
)
UPDATE {t} SET changes = coalesce({t}.changes, '[]') || d.changes FROM d WHERE {t}.number = d.number
"""

REMOVED = f"""
SELECT jsonb_agg(jsonb_build_array({_KEY}, {_BEFORE}, NULL) ORDER BY b.key) AS changes
FROM crm_importchange c JOIN {{table}} o ON o.id = c.object_id, jsonb_each_text(c.before) b
WHERE c.batch_id = %(batch)s AND c."table" = '{{table}}' AND o.is_deleted AND NOT (c.before ->> 'is_deleted')::boolean
    AND b.value <> '' AND b.key <> ALL (%(plumbing)s) AND b.key <> 'is_deleted' GROUP BY c.object_id
    ORDER BY c.object_id LIMIT %(most)s
"""
KEEP = """
INSERT INTO crm_importrow (batch_id, number, raw, result, reason, changes)
SELECT %(batch)s, 0, '[]', 'removed', '', r.changes FROM ({removed}) r
"""


def differences_find(table: IntakeTable, name: str, batch_id: int) -> None:
    """Put the differences beside every changed row; `name` is the table of the facts."""
    table.execute(FIND.format(table=name), {"batch": batch_id, "plumbing": list(PLUMBING)})


def own_differences_find(table: IntakeTable, entity: str, batch_id: int) -> None:
    """The same for the own fields of deals, accounts or leads, and for the people whom fields of deals name in roles."""
    table.execute(OWN.format(entity=entity), {"batch": batch_id})
    if entity == "opportunity":
        table.execute(ROLES, {"batch": batch_id})


def removed_find(table: IntakeTable, name: str, batch_id: int, most: int) -> list[Differences]:
    """What a full snapshot took away: the former values of the first rows."""
    params = {"batch": batch_id, "plumbing": list(PLUMBING), "most": most}
    return [json.loads(changes) for (changes,) in table.rows(REMOVED.format(table=name), params)]


def removed_keep(table: IntakeTable, name: str, batch_id: int) -> None:
    """Keep all that a full snapshot took away beside the lines of the file."""
    params = {"batch": batch_id, "plumbing": list(PLUMBING), "most": None}
    table.execute(KEEP.format(removed=REMOVED.format(table=name)), params)
