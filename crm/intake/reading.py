"""Find out what a file holds: encoding or sheet, layout, columns, and how they are mapped. Each step reads it anew."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from crm.engine.convert import Reading, questions_of, readings_of
from crm.engine.elsewhere import elsewhere
from crm.engine.fields import Shape
from crm.engine.guess import Known, columns_guess, knows_column
from crm.engine.layout import Layout, Line, data_rows, layout_of
from crm.engine.mapping import FileMapping, columns_check, off_check
from crm.engine.months import PARTS, MonthTable, month_table
from crm.engine.problem import Unreadable
from crm.engine.profile import FileProfile, profile_of
from crm.intake.pushed import PushedSource
from crm.intake.sources import Chunks, SheetSource, Source, source_open

MOST_SHEET_ROWS = 10_000  # rows of a sheet that are read while a page waits: a sheet is read far slower than a text

__all__ = ["Chunks", "Table", "mapping_decide", "readings_decide", "table_open"]


@dataclass(frozen=True)
class Table:
    """A file that can be read as a table. `months`: its months stand as columns and are read as rows. `skipped`: rows
    above the header."""

    layout: Layout
    profile: FileProfile
    source: Source
    months: MonthTable | None = None
    skipped: int = 0
    notes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def parts(self) -> int:
        """How many rows one line of the file may give at most."""
        return PARTS if self.months else 1

    def lines(self) -> Iterator[Line]:
        if self.months is None:
            return data_rows(self.source.rows(), self.layout)
        return self.months.rows(data_rows(self.source.rows(), self.layout))


def table_open(
    chunks: Chunks,
    shapes: Sequence[Shape],
    most_rows: int | None = None,
    *,
    chosen: FileMapping | None = None,
    shape: Shape | None = None,
    year_start: int = 1,
) -> Table:
    """Read a file through once (or its first rows). `chosen` says which sheet and header, `shape` what it holds, where
    that is known, `year_start` the month in which the fiscal year begins. Raises: Unreadable."""
    chosen = chosen or FileMapping()
    source = source_open(chunks, chosen.sheet)
    is_sheet = isinstance(source, SheetSource)
    if is_sheet and most_rows is not None:
        most_rows = min(most_rows, MOST_SHEET_ROWS)
    sample = source.sample()
    layout = layout_of(sample, lambda name: knows_column(name, shapes), chosen.header, is_sheet=is_sheet)
    months = month_table(layout, year_start) if shape is not None and shape.months else None
    skipped = sum(1 for line in sample if line.number < (layout.header_line or 0))
    empty = Table(layout, FileProfile([]), source, months, skipped)
    if months is not None:
        empty = replace(empty, layout=months.layout)
    profile = profile_of(empty.lines(), empty.layout.columns, most_rows)
    if profile.rows == 0:
        raise Unreadable("no_rows")
    return replace(empty, profile=profile, notes=source.notes if most_rows is None else [])


def mapping_decide(table: Table, shape: Shape, given: FileMapping, known: Known) -> FileMapping:
    """What was given goes first; columns that nobody mentioned are guessed. Raises: Unreadable."""
    if not given.columns and (code := elsewhere(table.layout.columns, shape.kind)):
        raise Unreadable(code)
    off_check(given, shape)
    given = columns_check(given, table.layout.columns)
    guessed = columns_guess(table.profile, shape, known, only_exact=bool(given.columns))
    guessed |= _months_mapped(table, shape)
    taken = set(given.columns.values())
    columns = {
        field: column
        for field, column in guessed.items()
        if field not in given.columns and field not in given.constants and column not in taken
    }
    columns |= given.columns
    return replace(given, columns={field: columns[field] for field in shape.by_name if columns.get(field)})


def readings_decide(table: Table, shape: Shape, mapping: FileMapping) -> list[Reading]:
    """How every field is read. Raises: Unreadable where a field is missing or dates must be asked about."""
    readings = readings_of(shape, mapping, table.profile)
    if isinstance(table.source, PushedSource):  # a program says what it means; its neighbours decide nothing
        sign = mapping.decimal_sign or "."
        readings = [replace(reading, order=mapping.dates, decimal_sign=sign) for reading in readings]
    found = {reading.field.name for reading in readings}
    missing = [item for item in shape.fields if item.is_required and item.name not in found]
    if not missing and shape.id_from and not found & set(shape.identifying):
        missing = [shape.by_name[shape.identifying[1]]]
    if missing:
        code = "no_column" if table.layout.has_header else "no_column_without_header"
        raise Unreadable(code, field=missing[0].name, columns=", ".join(table.layout.columns))
    for code, _, column in questions_of(shape, mapping, table.profile):
        if code == "ambiguous_dates":
            profile = table.profile.column(column)
            row, value = (profile.unclear_date if profile else None) or (None, "")
            raise Unreadable(code, column=column, row=row, value=value)
    return readings


def _months_mapped(table: Table, shape: Shape) -> dict[str, str]:
    """What the columns feed that were made of months."""
    if table.months is None or shape.months is None:
        return {}
    return dict(zip(shape.months, table.layout.columns[-len(shape.months) :], strict=True))
