"""Undo where records were changed since: they stay as they are now (`KEEP`), or are taken back too (`UNDO`).

Both only say anew which batch has to take which row back; the undo of the kind then does what it always does. Kept rows that
a later import wrote go over to that import, with the state before both: undoing it as well leaves nothing of either.
"""

from typing import Any

from django.db import connection, models

from crm.models import ImportBatch
from crm.selectors.later import Trail, parameters

KEEP, UNDO = "keep", "undo"
CHOICES = (KEEP, UNDO)

# fate: kept (as somebody left it), moved (kept; what came first was an import, whose matter it is from now on) or taken
# (undone too)
FATES = (
    "DROP TABLE IF EXISTS undo_record, undo_kept",
    "CREATE TEMPORARY TABLE undo_record (record_table text, record_id bigint, fate text, heir bigint) ON COMMIT DROP",
    "CREATE TEMPORARY TABLE undo_kept (id bigint PRIMARY KEY) ON COMMIT DROP",
)
FILL = """
INSERT INTO undo_record SELECT record_table, record_id,
    CASE WHEN %(choice)s = 'undo' THEN 'taken' WHEN first IS NULL THEN 'kept' ELSE 'moved' END, first
FROM (SELECT record_table, record_id, (array_agg(batch_id ORDER BY at, batch_id))[1] AS first FROM sign GROUP BY 1, 2) s
"""

KEPT = """
INSERT INTO undo_kept SELECT DISTINCT m.id FROM ({members}) m JOIN undo_record USING (record_table, record_id)
"""
# the first later import that wrote the same row now holds what was there before both
INHERIT = """
UPDATE crm_importchange l SET before = k.before FROM (
    SELECT DISTINCT ON (m.id) l.id, m.before FROM undo_kept JOIN crm_importchange m USING (id)
    JOIN crm_importchange l ON l."table" = m."table" AND l.object_id = m.object_id AND l.id > m.id AND l.batch_id <> m.batch_id
    WHERE m.id IN ({heirs}) ORDER BY m.id, l.id
) k WHERE l.id = k.id
"""
HEIRS = "SELECT h.id FROM ({members}) h JOIN undo_record r USING (record_table, record_id) WHERE r.heir IS NOT NULL"
HAND_ON = """
UPDATE crm_importchange c SET batch_id = h.heir FROM (
    SELECT m.id, min(r.heir) AS heir FROM ({members}) m JOIN undo_record r USING (record_table, record_id)
    WHERE r.heir IS NOT NULL AND m.id IN (SELECT id FROM undo_kept) GROUP BY 1
) h WHERE c.id = h.id AND NOT EXISTS (SELECT 1 FROM crm_importchange l
    WHERE l."table" = c."table" AND l.object_id = c.object_id AND l.id > c.id AND l.batch_id <> c.batch_id)
"""
LET_GO = "DELETE FROM crm_importchange WHERE batch_id = %(batch)s AND id IN (SELECT id FROM undo_kept)"

# what later imports wrote of records that are taken back; the first state of each row counts
THEIRS = """
WITH c AS MATERIALIZED (
    SELECT * FROM crm_importchange WHERE batch_id IN (SELECT id FROM crm_importbatch WHERE id <> %(batch)s AND state = 'applied'
            AND kind = %(kind)s)
        AND id > (SELECT min(id) FROM crm_importchange WHERE batch_id = %(batch)s)
), theirs AS MATERIALIZED (
    SELECT DISTINCT m.id, m."table", m.object_id FROM ({members}) m JOIN undo_record USING (record_table, record_id)
), first AS (
    SELECT min(t.id) AS id FROM theirs t WHERE NOT EXISTS (SELECT 1 FROM crm_importchange x
        WHERE x.batch_id = %(batch)s AND x."table" = t."table" AND x.object_id = t.object_id)
    GROUP BY t."table", t.object_id
), gone AS (
    DELETE FROM crm_importchange WHERE id IN (SELECT id FROM theirs EXCEPT SELECT id FROM first)
)
UPDATE crm_importchange SET batch_id = %(batch)s WHERE id IN (SELECT id FROM first)
"""

# as it was before the import, in every column; also what was taken away since
BRING_BACK = (
    """UPDATE {table} o SET {sets} FROM crm_importchange c JOIN undo_record r ON r.record_id = c.object_id
    AND r.record_table = '{table}' AND r.fate = 'taken', jsonb_populate_record(NULL::{table}, c.before) b
    WHERE c.batch_id = %(batch)s AND c."table" = '{table}' AND c.before IS NOT NULL AND o.id = c.object_id""",
    """INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, c.before)).* FROM crm_importchange c
    JOIN undo_record r ON r.record_table = '{table}' AND r.record_id = c.object_id AND r.fate = 'taken'
    WHERE c.batch_id = %(batch)s AND c."table" = '{table}' AND c.before IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM {table} o WHERE o.id = c.object_id)""",
)


def later_settle(trail: Trail, batch: ImportBatch, choice: str) -> int:
    """Say what becomes of the records that were changed since; how many there are. In the transaction of the undo."""
    values = parameters(batch) | {"choice": choice, "kind": batch.kind}
    with connection.cursor() as cursor:
        for statement in FATES:
            cursor.execute(statement)
        cursor.execute(f"{trail.sql} {FILL}", values)
        count = int(cursor.rowcount)
        if count and choice == UNDO:
            cursor.execute(THEIRS.format(members=trail.members), values)
        elif count:
            _keep(cursor, trail, values)
    return count


def _keep(cursor: Any, trail: Trail, values: dict[str, Any]) -> None:
    mine = "WITH c AS MATERIALIZED (SELECT * FROM crm_importchange WHERE batch_id = %(batch)s)"
    cursor.execute(f"{mine} {KEPT.format(members=trail.members)}", values)
    found = 1
    while found and trail.kept:
        found = 0
        for statement in trail.kept:
            cursor.execute(f"INSERT INTO undo_kept {statement} ON CONFLICT DO NOTHING", values)
            found += cursor.rowcount
    heirs = HEIRS.format(members=trail.members)
    cursor.execute(f"{mine} {INHERIT.format(heirs=heirs)}", values)
    cursor.execute(f"{mine} {HAND_ON.format(members=trail.members)}", values)
    cursor.execute(LET_GO, values)


def bring_back(model: type[models.Model], batch: ImportBatch) -> None:
    """Rows that were changed or taken away since the batch wrote them, where that is to be undone too."""
    table = model._meta.db_table
    columns = [str(field.column) for field in model._meta.local_concrete_fields if not field.primary_key]
    sets = ", ".join(f"{column} = b.{column}" for column in columns if column != "organization_id")
    with connection.cursor() as cursor:
        for statement in BRING_BACK:
            cursor.execute(statement.format(table=table, sets=sets), {"batch": batch.pk})
