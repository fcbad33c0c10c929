"""Where the rows of a file come from: a text, or a sheet of a workbook. Rows can be read again and again."""

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import IO, Any, Protocol

from crm.engine.archive import archive_check, sheet_oddities
from crm.engine.delimited import rows_of, sample_of, separator_of
from crm.engine.encoding import encoding_of, table_check, text_of
from crm.engine.layout import SAMPLED, Line, letter_of
from crm.engine.problem import Unreadable
from crm.engine.workbook import Book
from crm.intake.pushed import PushedSource, is_pushed

HEAD = 262_144  # characters that decide the layout of a text
HELD = 8 * 1024 * 1024  # bytes of a workbook that are held in memory before it goes to a file

Chunks = Callable[[], Iterable[bytes]]
ZIP = b"PK\x03\x04"
BLANK = "\ufeff \t\r\n,;|"
STARTS = 64 * 1024  # bytes that tell what a file is


class Source(Protocol):
    """`sheets`: what there is to choose from (nothing in a text). `notes`: (code, params) to be told about the file."""

    @property
    def sheet(self) -> str: ...

    @property
    def sheets(self) -> tuple[str, ...]: ...

    @property
    def notes(self) -> list[tuple[str, dict[str, Any]]]: ...

    def sample(self) -> list[Line]: ...

    def rows(self) -> Iterator[Line]: ...


@dataclass(frozen=True)
class TextSource:
    """Separated values."""

    chunks: Chunks
    encoding: str
    separator: str
    head: str
    above: int = 0  # blank lines above the head
    sheet: str = ""
    sheets: tuple[str, ...] = ()

    @property
    def notes(self) -> list[tuple[str, dict[str, Any]]]:
        return []

    def sample(self) -> list[Line]:
        return [replace(line, number=line.number + self.above) for line in sample_of(self.head, self.separator)]

    def rows(self) -> Iterator[Line]:
        return rows_of(text_of(self.chunks(), self.encoding), self.separator)


class SheetSource:
    """One sheet of a workbook that lies in a temporary file. What was read through once is read again from a second one:
    parsing a sheet costs several times what everything else does."""

    def __init__(self, file: IO[bytes], book: Book, sheet: str, sheets: tuple[str, ...]) -> None:
        self.sheet, self.sheets = sheet, sheets
        self._file, self._book = file, book
        self._kept: IO[str] | None = None

    @property
    def notes(self) -> list[tuple[str, dict[str, Any]]]:
        """Raises: Unreadable where results of formulas are missing in the file."""
        found = sheet_oddities(self._file, self.sheet)
        if found.formula is not None:
            letter, row = found.formula
            raise Unreadable("formula_without_result", cell=f"{letter}{row}", row=row)
        notes: list[tuple[str, dict[str, Any]]] = []
        if len(self.sheets) > 1:
            notes.append(("sheet_chosen", {"sheet": self.sheet, "sheets": ", ".join(self.sheets)}))
        return notes + [("merged_cells", {"cells": cells}) for cells in found.merged]

    def sample(self) -> list[Line]:
        return list(islice(self._book.rows(self.sheet), SAMPLED))

    def rows(self) -> Iterator[Line]:
        return self._read_kept(self._kept) if self._kept is not None else self._read_and_keep()

    def _read_and_keep(self) -> Iterator[Line]:
        kept = tempfile.TemporaryFile("w+", encoding="utf-8", errors="surrogatepass")  # noqa: SIM115 - lives with it
        for line in self._book.rows(self.sheet):
            kept.write(json.dumps([line.number, line.cells], ensure_ascii=False) + "\n")
            yield line
        self._kept = kept

    @staticmethod
    def _read_kept(kept: IO[str]) -> Iterator[Line]:
        kept.seek(0)
        for text in kept:
            yield Line(*json.loads(text))


def source_open(chunks: Chunks, sheet: str = "") -> Source:
    """What the bytes are, whatever the file's name says. Raises: Unreadable."""
    start = _start(chunks)
    if start.startswith(ZIP):
        return _sheet_open(chunks, sheet)
    if is_pushed(start):
        return PushedSource(chunks)
    encoding = encoding_of(chunks())
    head, above = _head(text_of(chunks(), encoding))
    table_check(head)
    return TextSource(chunks, encoding, separator_of(head), head, above)


def cell_name(place: int, row: int) -> str:
    """Where a cell stands, as spreadsheets say it: C17."""
    return f"{letter_of(place)}{row}"


def _sheet_open(chunks: Chunks, sheet: str) -> SheetSource:
    file = tempfile.SpooledTemporaryFile(max_size=HELD)  # noqa: SIM115 - it lives as long as the source
    for chunk in chunks():
        file.write(chunk)
    file.seek(0)
    archive_check(file)
    book = Book(file)
    names = book.sheet_names()
    if not names:
        raise Unreadable("is_empty_workbook")
    if sheet and sheet not in names:
        raise Unreadable("no_such_sheet", sheet=sheet, sheets=", ".join(names))
    return SheetSource(file, book, sheet or names[0], names)


def _start(chunks: Chunks) -> bytes:
    """The first bytes, enough to tell what a file is."""
    start = b""
    for chunk in chunks():
        start += chunk
        if len(start) >= STARTS:
            break
    return start


def _head(pieces: Iterable[str]) -> tuple[str, int]:
    """The beginning of a text, and how many blank lines are left out above it (the last of them stays)."""
    parts: list[str] = []
    size = above = 0
    is_blank = True
    for piece in pieces:
        if is_blank:
            filled = piece.lstrip(BLANK)
            start = piece.rfind("\n", 0, len(piece) - len(filled)) + 1
            if start:
                above += piece.count("\n", 0, start)
                parts, piece = [], piece[start:]
            is_blank = not filled
        parts.append(piece)
        size = sum(map(len, parts)) if is_blank else size + len(piece)
        if size >= HEAD:
            break
    return ("\n" if above else "") + "".join(parts), max(above - 1, 0)
