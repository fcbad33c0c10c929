"""What to know about how a file was read, before anything is compared: choices that were made for the reader."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from crm.engine.convert import DATED, questions_of
from crm.engine.fields import Shape
from crm.engine.mapping import FileMapping
from crm.engine.months import QUARTER
from crm.engine.profile import ColumnProfile
from crm.engine.texts import name_key
from crm.intake.reading import Table
from crm.intake.wording import note_sentence
from kernel.issue import Issue, Level

MOST_NAMED = 40  # columns that a note lists
_SEVERAL = re.compile(r"\w[\^~:]\w|\S+ \S+ \S+")  # several names in one, cut by something that is no separator


def notes_of(table: Table, shape: Shape, mapping: FileMapping) -> list[Issue]:
    """One issue for each choice that somebody may want to correct."""
    return [*notes_of_layout(table, mapping), *_column_notes(table, shape, mapping), *_off_notes(table, shape, mapping)]


def notes_of_layout(table: Table, mapping: FileMapping) -> Iterator[Issue]:
    """How the file was cut into a table."""
    for code, params in table.notes:
        if code != "sheet_chosen" or not mapping.sheet:
            yield _note(Level.WARNING if code == "merged_cells" else Level.INFO, code, **params)
    layout = table.layout
    names = ", ".join(layout.columns[:MOST_NAMED])
    if not layout.has_header:
        yield _note(Level.INFO, "no_header", columns=names)
    elif layout.header_line is not None and table.skipped:
        yield _note(Level.INFO, "lines_above_header", row=layout.header_line)
    if len(layout.columns) == 1 and _SEVERAL.search(layout.columns[0]):
        yield _note(Level.WARNING, "one_column", column=layout.columns[0][:80])
    if table.months is not None:
        code = "quarters_as_columns" if QUARTER in table.layout.columns else "months_as_columns"
        yield _note(Level.INFO, code, columns=", ".join(table.months.names[:MOST_NAMED]))
    if table.profile.short_lines and not table.source.sheet:
        yield _note(Level.WARNING, "short_lines", row=table.profile.first_short_line, count=table.profile.short_lines)


def _column_notes(table: Table, shape: Shape, mapping: FileMapping) -> Iterator[Issue]:
    for code, name, column_name in questions_of(shape, mapping, table.profile):
        column = table.profile.column(column_name)
        if code == "ambiguous_amounts" and column is not None:
            yield _of_column(Level.WARNING, code, name, column, column.unclear_amount, column.amounts.unclear_points)
    for name, column_name in mapping.columns.items():
        column = table.profile.column(column_name)
        if column is not None and shape.by_name[name].type in DATED and column.dates.serials:
            yield _of_column(Level.INFO, "excel_days", name, column, column.first_serial, column.dates.serials)


def _off_notes(table: Table, shape: Shape, mapping: FileMapping) -> Iterator[Issue]:
    """Columns that would feed a field if it were not switched off."""
    fed = set(mapping.columns.values())
    for column, label in columns_off(table.layout.columns, shape).items():
        if column not in fed:
            yield _note(Level.WARNING, "field_off", column=column, field=label)


def columns_off(columns: Iterable[str], shape: Shape) -> dict[str, str]:
    """Column → the field that is switched off and has its name."""
    off = {name_key(word): label for name, label in shape.off.items() for word in (name, label)}
    return {column: off[name_key(column)] for column in columns if name_key(column) in off}


def _of_column(
    level: Level, code: str, name: str, column: ColumnProfile, place: tuple[int, str] | None, count: int
) -> Issue:
    row, value = place or (None, "")
    sentence = note_sentence(code, column=column.name, value=value)
    return Issue(level, code, sentence, row=row, field=name, value=value or None, count=max(count, 1))


def _note(level: Level, code: str, *, row: int | None = None, count: int = 1, **params: Any) -> Issue:
    return Issue(level, code, note_sentence(code, row=row, **params), row=row, count=count)
