"""The temporary table that a file is copied into: one row per line, typed, with room for what becomes of it."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from crm.engine.convert import Reading, TypedRow
from crm.engine.fields import FieldType, Shape
from crm.engine.texts import name_key
from crm.intake.wording import value_sentence
from kernel.issue import IssueCollector, Level

COPIED_AT_ONCE = 5_000  # rows
MOST_REFUSALS_TOLD = 1_000  # distinct values; every refused row carries its reason anyway

_TYPES = {
    FieldType.DATE: "date",
    FieldType.AMOUNT: "numeric(20,6)",
    FieldType.NUMBER: "numeric(20,6)",
    FieldType.RATIO: "numeric(5,4)",
    FieldType.SHARE: "numeric(9,6)",
}


class IntakeTable:
    """`name` is usable in SQL. `parts`: how many rows a line may give; `number` is the line times that, plus the part.
    `columns`: field → column of the file. Columns: number, raw, reason, result (empty: to be created), target_id, is_repeated
    (a line with its id came before), changes    (field by field, once written), beside
    (currency written beside an amount), name_key, and `f_<field>` for every field of the kind."""

    def __init__(self, shape: Shape, parts: int = 1, columns: Mapping[str, str] | None = None) -> None:
        self.shape, self.parts, self.columns = shape, parts, columns or {}
        self.name = f"intake_{shape.kind}"
        self.references = f"{self.name}_refs"

    def create(self) -> None:
        columns = ", ".join(f"f_{item.name} {_TYPES.get(item.type, 'text')}" for item in self.shape.fields)
        self.drop()
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TEMPORARY TABLE {self.name} (number integer, raw text, reason text, result text,"
                f" target_id bigint, is_repeated boolean, changes jsonb, beside text, name_key text, {columns})"
            )
            cursor.execute(
                f"CREATE TEMPORARY TABLE {self.references} (field text, value text, first_row integer, rows integer,"
                f" id bigint, outcome text, PRIMARY KEY (field, value))"
            )

    def drop(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {self.name}, {self.references}")

    def fill(self, rows: Iterable[TypedRow], issues: IssueCollector, progress: Callable[[int], None]) -> int:
        """Copy the rows; how many there were. Refused values become issues, once per distinct value."""
        copied, batch = 0, _Batch(self)
        teller = _Teller(self, issues)
        for row in rows:
            number = row.line.number * self.parts + row.line.part
            batch.add(number, row, teller.reason(number, row))
            if batch.size >= COPIED_AT_ONCE:
                copied += batch.copy()
                progress(copied)
        copied += batch.copy()
        progress(copied)
        self.execute("ANALYZE {t}")
        return copied

    def execute(self, sql: str, params: Sequence[Any] | dict[str, Any] = ()) -> int:
        """Run a statement; `{t}` is this table, `{r}` its references. How many rows it touched."""
        with connection.cursor() as cursor:
            cursor.execute(sql.format(t=self.name, r=self.references), params or None)
            return int(cursor.rowcount)

    def rows(self, sql: str, params: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
        """The answer of a query; `{t}` and `{r}` as in `execute`."""
        with connection.cursor() as cursor:
            cursor.execute(sql.format(t=self.name, r=self.references), params or None)
            return list(cursor.fetchall())


def columns_named(readings: Iterable[Reading], columns: Sequence[str]) -> dict[str, str]:
    """Field → name of the column that it is read from."""
    return {reading.field.name: columns[reading.place] for reading in readings if reading.place is not None}


class _Batch:
    """Rows waiting to be copied, as the text that COPY reads."""

    def __init__(self, table: IntakeTable) -> None:
        fields = [item.name for item in table.shape.fields]
        self._names = fields.index("name") if "name" in fields else None
        self._ids = fields.index("id") if "id" in fields else None
        self._sql = (
            f"COPY {table.name} (number, raw, reason, result, beside, name_key,"
            f" {', '.join(f'f_{name}' for name in fields)}) FROM STDIN WITH (FORMAT csv)"
        )
        self._empty()

    def _empty(self) -> None:
        self.size = 0
        self._text = io.StringIO()
        self._writer = csv.writer(self._text)

    def add(self, number: int, row: TypedRow, reason: str) -> None:
        raw = json.dumps([cell.replace("\x00", "") for cell in row.line.cells], ensure_ascii=False)
        name = row.values[self._names] if self._names is not None else None
        if name is None and self._ids is not None:
            name = row.values[self._ids]
        result = "refused" if reason else None
        key = name_key(str(name))[:300] if name else None
        self._writer.writerow([number, raw, reason or None, result, row.currency, key, *row.values])
        self.size += 1

    def copy(self) -> int:
        size = self.size
        if size:
            self._text.seek(0)
            with connection.cursor() as cursor:
                cursor.copy_expert(self._sql, self._text)
        self._empty()
        return size


class _Teller:
    """Words the refusals of rows and collects them as issues."""

    def __init__(self, table: IntakeTable, issues: IssueCollector) -> None:
        self._labels = {item.name: str(item.label or item.name) for item in table.shape.fields}
        self._labels |= {name: f"“{column}”" for name, column in table.columns.items()}
        self._issues = issues
        self._told: set[Any] = set()

    def reason(self, number: int, row: TypedRow) -> str:
        sentences = []
        for refusal in row.refusals:
            label = self._labels.get(refusal.field, refusal.field)
            sentence = value_sentence(refusal.code, field=label, value=refusal.value)
            sentences.append(sentence)
            if refusal in self._told or len(self._told) < MOST_REFUSALS_TOLD:
                self._told.add(refusal)
                self._issues.add(
                    Level.ERROR,
                    refusal.code,
                    sentence,
                    row=number,
                    field=refusal.field or None,
                    value=refusal.value or None,
                )
        return " ".join(sentences)
