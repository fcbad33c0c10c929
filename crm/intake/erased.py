"""At the door: what a file says of somebody who was erased is replaced before anything reads it.

Only digests of the former name, addresses and ids are known, so whole values are compared: every text column of the
temporary table, and every cell of the line as it came.
"""

from typing import Any

from crm.engine.fields import FieldType
from crm.intake.table import IntakeTable
from people.models import ErasedMark
from people.personal import DIGEST_SQL, peppers

NOT_TEXT = {FieldType.DATE, FieldType.AMOUNT, FieldType.RATIO, FieldType.SHARE, FieldType.CURRENCY, FieldType.STAGE}

MARKS = "(SELECT m.digest, p.name FROM people_erasedmark m JOIN people_person p ON p.id = m.person_id) m"

RAW = f"""
UPDATE {{t}} t SET raw = (
    SELECT coalesce(jsonb_agg(coalesce(m.name, e.cell) ORDER BY e.place), '[]')::text
    FROM jsonb_array_elements_text(t.raw::jsonb) WITH ORDINALITY e (cell, place)
    LEFT JOIN {MARKS} ON m.digest = {DIGEST_SQL.format(text="e.cell")}
) WHERE EXISTS (
    SELECT 1 FROM jsonb_array_elements_text(t.raw::jsonb) e (cell)
    JOIN {MARKS} ON m.digest = {DIGEST_SQL.format(text="e.cell")}
)
"""


def erased_replace(table: IntakeTable) -> int:
    """Put the pseudonym in place of erased names and ids, and nothing in place of addresses; how many lines had one.

    Behind the wall. One query where nobody was erased.
    """
    if not ErasedMark.objects.exists():
        return 0
    lines = 0
    for pepper in peppers():
        values = {"pepper": pepper}
        lines += table.execute(RAW, values)
        for item in table.shape.fields:
            if item.type not in NOT_TEXT:
                table.execute(_column_sql(f"f_{item.name}", item.type), values)
    return lines


def _column_sql(column: str, kind: Any) -> str:
    value = "NULL" if kind == FieldType.EMAIL else "m.name"
    return f"UPDATE {{t}} SET {column} = {value} FROM {MARKS} WHERE m.digest = {DIGEST_SQL.format(text=column)}"
