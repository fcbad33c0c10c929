"""Columns of numbers into a temporary table by binary COPY, block by block.

A walled table refuses COPY FROM, a temporary one does not; one INSERT … SELECT then carries the rows over. Postgres'
binary format of rows whose fields all have a fixed width is exactly a packed NumPy record array with a length before
every field, so nothing is converted to text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from io import BytesIO

import numpy as np
import numpy.typing as npt
from django.db import connection

Block = Mapping[str, npt.NDArray[np.int64]]

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_WIDTHS = {"integer": 4, "bigint": 8, "date": 4}


def table_copy(table: str, columns: Mapping[str, str], blocks: Iterable[Block], *, extra: str = "") -> int:
    """Make a temporary table (gone with the transaction) of `columns` name → integer, bigint or date; count its rows.

    `extra` are further column definitions, filled in by their defaults.
    """
    definition = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {table} ({definition}{extra}) ON COMMIT DROP")
        rows = 0
        for block in blocks:
            rows += len(next(iter(block.values())))
            copy = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT binary)"
            cursor.copy_expert(copy, BytesIO(packed(block, columns)))
        cursor.execute(f"ANALYZE {table}")
    return rows


def packed(block: Block, columns: Mapping[str, str]) -> bytes:
    """A block in the binary format of COPY."""
    parts: list[tuple[str, str]] = [("fields", ">i2")]
    for name, kind in columns.items():
        parts += [(f"{name} length", ">i4"), (name, f">i{_WIDTHS[kind]}")]
    rows = np.empty(len(next(iter(block.values()))), dtype=parts)
    rows["fields"] = len(columns)
    for name, kind in columns.items():
        rows[f"{name} length"] = _WIDTHS[kind]
        rows[name] = block[name]
    return _HEADER + rows.tobytes() + _TRAILER
