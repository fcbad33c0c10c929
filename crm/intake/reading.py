"""Find out what a file holds: encoding, layout, columns, and how they are mapped. Each step reads the file anew."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from crm.engine.convert import Reading, questions_of, readings_of
from crm.engine.encoding import encoding_of, text_of
from crm.engine.fields import Shape
from crm.engine.guess import Known, columns_guess, knows_column
from crm.engine.layout import Layout, Line, data_rows, layout_of
from crm.engine.mapping import FileMapping, columns_check
from crm.engine.problem import Unreadable
from crm.engine.profile import FileProfile, profile_of

HEAD = 262_144  # characters that decide the layout

Chunks = Callable[[], Iterable[bytes]]


@dataclass(frozen=True)
class Table:
    """A file that can be read as a table."""

    layout: Layout
    profile: FileProfile
    chunks: Chunks

    def lines(self) -> Iterator[Line]:
        return data_rows(text_of(self.chunks(), self.layout.encoding), self.layout)


def table_open(chunks: Chunks, shapes: Sequence[Shape], most_rows: int | None = None) -> Table:
    """Read a file through once (or its first rows). Raises: Unreadable."""
    encoding = encoding_of(chunks())
    layout = layout_of(_head(text_of(chunks(), encoding)), encoding, lambda name: knows_column(name, shapes))
    lines = data_rows(text_of(chunks(), encoding), layout)
    profile = profile_of(lines, layout.columns, most_rows)
    if profile.rows == 0:
        raise Unreadable("no_rows")
    return Table(layout, profile, chunks)


def mapping_decide(table: Table, shape: Shape, given: FileMapping, known: Known) -> FileMapping:
    """What was given goes first; columns that nobody mentioned are guessed. Raises: Unreadable."""
    given = columns_check(given, table.layout.columns)
    guessed = columns_guess(table.profile, shape, known, only_exact=bool(given.columns))
    taken = set(given.columns.values())
    columns = {
        field: column
        for field, column in guessed.items()
        if field not in given.columns and field not in given.constants and column not in taken
    }
    columns |= given.columns
    return FileMapping(
        {field: columns[field] for field in shape.by_name if columns.get(field)},
        given.constants,
        given.values,
        given.dates,
        given.decimal_sign,
    )


def readings_decide(table: Table, shape: Shape, mapping: FileMapping) -> list[Reading]:
    """How every field is read. Raises: Unreadable where a field is missing or dates must be asked about."""
    readings = readings_of(shape, mapping, table.profile)
    found = {reading.field.name for reading in readings}
    missing = [item for item in shape.fields if item.is_required and item.name not in found]
    if not missing and shape.id_from and not found & {"id", shape.id_from}:
        missing = [shape.by_name[shape.id_from]]
    if missing:
        raise Unreadable("no_column", field=missing[0].name, columns=", ".join(table.layout.columns))
    for code, _, column in questions_of(shape, mapping, table.profile):
        if code == "ambiguous_dates":
            raise Unreadable(code, column=column)
    return readings


def _head(pieces: Iterable[str]) -> str:
    head = ""
    for piece in pieces:
        head += piece
        if len(head) >= HEAD:
            break
    return head
