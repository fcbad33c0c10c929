"""Where a table begins, and what its columns are called.

The header is the first row with a known column name that fills more than half of the table's width. Titles and notes
above it, and an upper header of merged cells, are left out. Where no name is known, the first row that fills more than
half of the width is the header unless it holds a value of its own (a number, a date, an e-mail address, a cell that a
later row repeats in the same column). Columns without a name are called by their letter, as in a spreadsheet:
"Column A". A row that repeats the header word for word is no data.

================= ==================== ======================================
first rows         header               columns
================= ==================== ======================================
id,stage / A1,Won  line 1               id, stage
Deals / (blank) /  line 3               id, stage
id,stage / A1,Won
A1,5 / A2,7        none                 Column A, Column B
================= ==================== ======================================
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from crm.engine.problem import Unreadable
from crm.engine.texts import clean

MOST_COLUMNS = 500
MOST_ABOVE = 20  # rows above a header
SAMPLED = 200  # rows that decide

_OWN_VALUE = re.compile(r"^[-+(]?[\d.,'$€£¥%/:\s-]*\d[\d.,'%/:\s)-]*$|^[^@\s]+@[^@\s]+\.[^@\s]+$")


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it came; `number` counts lines of the file (rows of the sheet) from 1, of a row over several lines its
    first. `part` tells rows apart that were made of one line."""

    number: int
    cells: list[str]
    part: int = 0


@dataclass(frozen=True)
class Layout:
    """The line of the header (None: there is none), and the columns' names, each once."""

    header_line: int | None
    columns: tuple[str, ...]

    @property
    def has_header(self) -> bool:
        return self.header_line is not None


def nobody_knows(name: str) -> bool:
    return False


def layout_of(
    sample: Sequence[Line],
    knows: Callable[[str], bool] = nobody_knows,
    header: int | None = None,
    *,
    is_sheet: bool = False,
) -> Layout:
    """The layout of a table from its first rows; `knows` tells a known column name, `header` is the line where somebody
    says that the header stands (0: there is none). In a sheet a cell beyond the header is a column without a name, in a
    text it is a separator too many. Raises: Unreadable."""
    if not sample:
        raise Unreadable("is_empty")
    rows = [[clean(cell) for cell in line.cells] for line in sample]
    place = _header_place(rows, knows) if header is None else _place_of(sample, header)
    width = max(len(_filled_part(row)) for row in rows)
    if place is not None and not is_sheet:
        width = max(len(_filled_part(rows[place])), min(len(rows[place]), width))
    if width > MOST_COLUMNS:
        raise Unreadable("too_many_columns_in_file", count=width, limit=MOST_COLUMNS)
    names = _names(rows[place] if place is not None else [], max(width, 1))
    return Layout(sample[place].number if place is not None else None, names)


def data_rows(rows: Iterable[Line], layout: Layout) -> Iterator[Line]:
    """The rows below the header."""
    header: list[str] | None = None
    for line in rows:
        if layout.header_line is None or line.number > layout.header_line:
            if header is None or line.cells != header:
                yield line
        elif line.number == layout.header_line and len(layout.columns) > 1:
            header = line.cells


def letter_of(place: int) -> str:
    """The letter of a column in a spreadsheet: 0 is A, 26 is AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _place_of(sample: Sequence[Line], header: int) -> int | None:
    if header == 0:
        return None
    for place, line in enumerate(sample):
        if line.number == header:
            return place
    raise Unreadable("no_header_there", row=header)


def _header_place(rows: Sequence[Sequence[str]], knows: Callable[[str], bool]) -> int | None:
    width = _usual_width(rows)
    full = [place for place, row in enumerate(rows[:MOST_ABOVE]) if _filled(row) * 2 > width]
    known = [place for place, row in enumerate(rows[:MOST_ABOVE]) if any(knows(cell) for cell in row)]
    place = next((place for place in full if place in known), None)
    if place is not None:
        return place
    if known == [0]:
        return 0
    place = full[0] if full else 0
    return place if _is_header(rows[place], rows[place + 1 :]) else None


def _usual_width(rows: Sequence[Sequence[str]]) -> int:
    widths = Counter(len(_filled_part(row)) for row in rows)
    return max(widths, key=lambda width: (widths[width], width))


def _filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell)


def _filled_part(row: Sequence[str]) -> Sequence[str]:
    """The row without empty cells at its end."""
    width = len(row)
    while width and not row[width - 1]:
        width -= 1
    return row[:width]


def _is_header(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    if any(_OWN_VALUE.match(cell) for cell in first):
        return False
    return not any(
        cell and any(len(row) > place and row[place] == cell for row in below) for place, cell in enumerate(first)
    )


def _names(header: Sequence[str], width: int) -> tuple[str, ...]:
    """Column names, each once: a repeated name gets a number, an empty one its letter."""
    seen: Counter[str] = Counter()
    names = []
    for place in range(width):
        name = (header[place] if place < len(header) else "") or f"Column {letter_of(place)}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)
