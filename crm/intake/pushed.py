"""Rows that a program sent, as a file: one JSON list of texts a line, the first the names of the columns.

Unlike separated values nothing of it is guessed. It is kept like every other file, so a push can be read again.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from crm.engine.layout import SAMPLED, Line
from crm.engine.problem import Unreadable

START = b'["'
PIECE = 256 * 1024  # characters handed on at once
Pieces = Any  # () -> Iterable[bytes]


@dataclass(frozen=True)
class PushedSource:
    """See above."""

    chunks: Pieces
    sheet: str = ""
    sheets: tuple[str, ...] = ()

    @property
    def notes(self) -> list[tuple[str, dict[str, Any]]]:
        return []

    def sample(self) -> list[Line]:
        return list(islice(self.rows(), SAMPLED))

    def rows(self) -> Iterator[Line]:
        for number, text in enumerate(_lines(self.chunks()), 1):
            try:
                cells = json.loads(text)
            except ValueError as error:
                raise Unreadable("open_quote", row=number) from error
            yield Line(number, [str(cell) for cell in cells])


def is_pushed(start: bytes) -> bool:
    """Whether a file begins like one of these: a whole first line that is a JSON list of texts."""
    line, end, _rest = start.partition(b"\n")
    if not end or not line.startswith(START):
        return False
    try:
        names = json.loads(line)
    except ValueError:
        return False
    return isinstance(names, list) and all(isinstance(name, str) for name in names)


def pushed_file(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """The bytes of the file."""
    held: list[str] = []
    size = 0
    for row in (columns, *rows):
        held.append(json.dumps(list(row), ensure_ascii=False) + "\n")
        size += len(held[-1])
        if size >= PIECE:
            yield "".join(held).encode()
            held, size = [], 0
    yield "".join(held).encode()


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
    if rest.strip():
        yield rest
