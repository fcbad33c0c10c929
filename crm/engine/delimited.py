"""How the text of a file is cut into rows.

The separator is the one of `, ; tab |` that cuts the first lines most often into the same number (at least two) of
cells; a file of one column has none of them. A first line such as `sep=;` (Excel writes it) says it.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from crm.engine.layout import SAMPLED, Line
from crm.engine.problem import Unreadable

SEPARATORS = (",", ";", "\t", "|")
LONGEST_CELL = 100_000  # characters; more means a quotation mark that is never closed

_BLANKS = r"\n(?:[ \t%s]*\r?\n){16,}"  # so many blank lines that it is worth stepping over them at once
_SAYS_IT = re.compile(r"\ufeff?\"?sep=(.)\"?[\r\n]", re.IGNORECASE)

csv.field_size_limit(LONGEST_CELL)


def separator_of(head: str) -> str:
    """The separator that cuts the sample most evenly; a comma where nothing is cut."""
    said = _SAYS_IT.match(head)
    if said:
        return said[1]
    best, best_score = ",", 0.0
    for separator in SEPARATORS:
        widths = Counter(len(row.cells) for row in sample_of(head, separator))
        if not widths:
            continue
        width, times = max(widths.items(), key=lambda item: (item[1], item[0]))
        score = times / widths.total() * min(width, 20) if width > 1 else 0.0
        if score > best_score:
            best, best_score = separator, score
    return best


def rows_of(pieces: Iterable[str], separator: str) -> Iterator[Line]:
    """Rows with anything in them, with the line they begin on. Raises: Unreadable at a quotation mark never closed."""
    lines = _Lines(pieces, separator)
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=separator != "\t")
    number = start = 1
    try:
        for cells in reader:
            start, number = number, reader.line_num + lines.skipped + 1
            if any(cell.strip() for cell in cells) and not (start == 1 and _SAYS_IT.match(",".join(cells) + "\n")):
                yield Line(start, cells)
    except csv.Error as error:
        raise Unreadable("open_quote", row=number) from error
    if lines.quotes % 2 and number - start > 1:
        raise Unreadable("open_quote", row=start)


def sample_of(head: str, separator: str) -> list[Line]:
    """The first rows with anything in them; a last one that the sample cuts is left out."""
    rows: list[Line] = []
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=separator, skipinitialspace=separator != "\t")
    number = 1
    try:
        for cells in reader:
            start, number = number, reader.line_num + 1
            if any(cell.strip() for cell in cells) and not (start == 1 and _SAYS_IT.match(",".join(cells) + "\n")):
                rows.append(Line(start, cells))
            if len(rows) >= SAMPLED:
                return rows
    except csv.Error:
        pass
    return rows[:-1] if len(rows) > 2 and not head.endswith(("\n", "\r")) else rows


class _Lines:
    """Whole lines with their ends, whatever pieces the text came in; counts the quotation marks that went by. A run of blank
    lines that cannot stand inside a cell counts as one; `skipped` are the others."""

    def __init__(self, pieces: Iterable[str], separator: str) -> None:
        self.quotes = self.skipped = 0
        self._blanks = re.compile(_BLANKS % re.escape(separator))
        self._lines = self._cut(pieces)

    def __iter__(self) -> Iterator[str]:
        return self._lines

    def _cut(self, pieces: Iterable[str]) -> Iterator[str]:
        rest = ""
        for piece in pieces:
            before, text, place = self.quotes - rest.count('"'), rest + piece, 0
            self.quotes += piece.count('"')
            for run in self._blanks.finditer(text):
                before += text.count('"', place, run.start())
                yield from _cut_lines(text[place : run.start() + 1])
                place = run.start() + 1
                if before % 2 == 0:
                    self.skipped += text.count("\n", place, run.end()) - 1
                    yield "\n"
                    place = run.end()
            lines = _cut_lines(text[place:])
            rest = lines.pop() if lines and not lines[-1].endswith("\n") else ""
            if len(rest) > LONGEST_CELL * 10:
                raise csv.Error("a line without an end")
            yield from lines
        if rest:
            yield rest


def _cut_lines(text: str) -> list[str]:
    return io.StringIO(text, newline="").readlines()
