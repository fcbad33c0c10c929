"""How the text of a file is cut into rows and columns.

The separator is the one of `, ; tab |` that cuts the first lines most often into the same number (at least two) of
cells; a file of one column has none of them. The first line is the header unless it holds a value of its own
(a number, a date, an e-mail address, a cell that a later line repeats in the same column) or an empty cell among
filled ones and no known word. Header-less columns are called "Column 1", "Column 2", ….
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from crm.engine.problem import Unreadable
from crm.engine.texts import clean

SEPARATORS = (",", ";", "\t", "|")
LONGEST_CELL = 100_000  # characters; more means a quotation mark that is never closed
MOST_COLUMNS = 500

_OWN_VALUE = re.compile(r"^[-+(]?[\d.,'$€£¥%/:\s-]*\d[\d.,'%/:\s)-]*$|^[^@\s]+@[^@\s]+\.[^@\s]+$")
_NEWLINE = re.compile(r"\r\n|\r|\n")

csv.field_size_limit(LONGEST_CELL)


@dataclass(frozen=True)
class Layout:
    """The cut: codec, separator, whether the first line names the columns, and those names."""

    encoding: str
    separator: str
    has_header: bool
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it came; `number` counts lines of the file from 1, of a row over several lines its first."""

    number: int
    cells: list[str]


def layout_of(head: str, encoding: str, knows: Callable[[str], bool] = lambda name: False) -> Layout:
    """The layout of a file from its first characters; `knows` tells a known column name. Raises: Unreadable."""
    separator = separator_of(head)
    rows = _sample_rows(head, separator)
    if not rows:
        raise Unreadable("is_empty")
    first = [clean(cell) for cell in rows[0]]
    if len(first) > MOST_COLUMNS:
        raise Unreadable("too_many_columns_in_file", count=len(first), limit=MOST_COLUMNS)
    has_header = _is_header(first, rows[1:], knows)
    width = len(first) if has_header else max(len(row) for row in rows)
    if width > MOST_COLUMNS:
        raise Unreadable("too_many_columns_in_file", count=width, limit=MOST_COLUMNS)
    return Layout(encoding, separator, has_header, _names(first, has_header, width))


def separator_of(head: str) -> str:
    """The separator that cuts the sample most evenly; a comma where nothing is cut."""
    best, best_score = ",", 0.0
    for separator in SEPARATORS:
        widths = Counter(len(row) for row in _sample_rows(head, separator))
        if not widths:
            continue
        width, times = max(widths.items(), key=lambda item: (item[1], item[0]))
        score = times / widths.total() * min(width, 20) if width > 1 else 0.0
        if score > best_score:
            best, best_score = separator, score
    return best


def rows_of(pieces: Iterable[str], separator: str) -> Iterator[Line]:
    """Rows with anything in them, with the line they begin on. Raises: Unreadable at a quotation mark never closed."""
    lines = _Lines(pieces)
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=separator != "\t")
    number = start = 1
    try:
        for cells in reader:
            start, number = number, reader.line_num + 1
            if any(cell.strip() for cell in cells):
                yield Line(start, cells)
    except csv.Error as error:
        raise Unreadable("open_quote", row=number) from error
    if lines.quotes % 2 and number - start > 1:
        raise Unreadable("open_quote", row=start)


def data_rows(pieces: Iterable[str], layout: Layout) -> Iterator[Line]:
    """The rows below the header."""
    rows = rows_of(pieces, layout.separator)
    if layout.has_header:
        next(rows, None)
    return rows


class _Lines:
    """Whole lines with their ends, whatever pieces the text came in; counts the quotation marks that went by."""

    def __init__(self, pieces: Iterable[str]) -> None:
        self.quotes = 0
        self._lines = self._cut(pieces)

    def __iter__(self) -> Iterator[str]:
        return self._lines

    def _cut(self, pieces: Iterable[str]) -> Iterator[str]:
        rest = ""
        for piece in pieces:
            self.quotes += piece.count('"')
            lines = io.StringIO(rest + piece, newline="").readlines()
            rest = lines.pop() if lines and not lines[-1].endswith("\n") else ""
            if len(rest) > LONGEST_CELL * 10:
                raise csv.Error("a line without an end")
            yield from lines
        if rest:
            yield rest


def _sample_rows(head: str, separator: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(head, newline=""), delimiter=separator):
            if any(cell.strip() for cell in row):
                rows.append(row)
            if len(rows) >= 200:
                break
    except csv.Error:
        pass
    return rows[:-1] if len(rows) > 2 and not head.endswith(("\n", "\r")) else rows


def _is_header(first: Sequence[str], below: Sequence[Sequence[str]], knows: Callable[[str], bool]) -> bool:
    if any(knows(cell) for cell in first):
        return True
    if any(_OWN_VALUE.match(cell) for cell in first):
        return False
    return not any(
        cell and any(len(row) > place and clean(row[place]) == cell for row in below)
        for place, cell in enumerate(first)
    )


def _names(first: Sequence[str], has_header: bool, width: int) -> tuple[str, ...]:
    """Column names, each once: a repeated name gets a number, an empty one its place."""
    seen: Counter[str] = Counter()
    names = []
    for place in range(width):
        name = (first[place] if has_header else "") or f"Column {place + 1}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)
