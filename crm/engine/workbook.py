"""Rows of a workbook (.xlsx, .xlsm), one after the other in constant memory; cells become the texts a person would type.

============================ =======================================================================
cell                          text
============================ =======================================================================
text                          as it is
number                        at most 15 digits, as the program shows them; `1.5` always with a point
number of three decimals      one zero more (`1.2340`), so that nobody reads the point as thousands
number in a currency's format with the currency's sign or code behind (`12.5 EUR`)
date, date and time           2026-01-31, 2026-01-31 08:30:00
yes, no                       TRUE, FALSE
formula                       its stored result; without one the file is refused
error                         #N/A counts as nothing, the others (#REF!) stay as they are
============================ =======================================================================
"""

import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import IO, Any

from openpyxl import load_workbook

from crm.engine.layout import MOST_COLUMNS, Line
from crm.engine.problem import Unreadable

LAST_ROW = 1_048_576  # of any sheet
MOST_SHEETS = 200

_LOCALE_SIGN = re.compile(r"\[\$([^-\]]+)(?:-[0-9A-Fa-f]+)?\]")
_SURE_SIGNS = ("€", "£", "₹", "₽", "₺", "₪", "₩", "zł", "Kč", "R$")


class Book:
    """An open workbook; whatever the parser stumbles over is a damaged file. Raises: Unreadable."""

    def __init__(self, file: IO[bytes]) -> None:
        file.seek(0)
        with _damage(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._book: Any = load_workbook(file, read_only=True, data_only=True, keep_links=False)

    def sheet_names(self) -> tuple[str, ...]:
        """Visible sheets that hold any cell, in their order. Raises: Unreadable."""
        with _damage():
            visible = [sheet for sheet in self._book.worksheets[:MOST_SHEETS] if sheet.sheet_state == "visible"]
            return tuple(sheet.title for sheet in visible if next(_rows(sheet), None) is not None)

    def rows(self, name: str) -> Iterator[Line]:
        """Rows of a sheet with anything in them, each with its number in the sheet. Raises: Unreadable."""
        sheet = next((sheet for sheet in self._book.worksheets if sheet.title == name), None)
        if sheet is None:
            raise Unreadable("no_such_sheet", sheet=name, sheets=", ".join(self._book.sheetnames))
        with _damage():
            yield from _rows(sheet)


@contextmanager
def _damage() -> Iterator[None]:
    try:
        yield
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable("is_damaged_workbook") from error


def _rows(sheet: Any) -> Iterator[Line]:
    sheet.reset_dimensions()  # what the file says of its size may be wrong
    for number, cells in enumerate(sheet.iter_rows(), 1):
        if number > LAST_ROW:
            raise Unreadable("too_many_rows_in_sheet", limit=LAST_ROW)
        width = len(cells)
        while width and cells[width - 1].value in (None, ""):
            width -= 1
        if width > MOST_COLUMNS:
            raise Unreadable("too_many_columns_in_file", count=width, limit=MOST_COLUMNS)
        if width:
            yield Line(number, [_text(cell) for cell in cells[:width]])


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return _WRITERS.get(type(value), _other)(value, cell)


def _number(value: Any, cell: Any) -> str:
    text = number_text(value)
    sign = _currency(cell.number_format)
    return f"{text} {sign}" if sign else text


def number_text(value: int | float) -> str:
    """A number with at most 15 digits, never with an exponent; three decimals get a zero more."""
    text = format(value, ".15g") if isinstance(value, float) else str(value)
    if "e" in text or "n" in text:
        text = format(value, "f").rstrip("0").rstrip(".") if abs(value) < 1e30 else str(value)
    whole, point, decimals = text.partition(".")
    return f"{text}0" if point and len(decimals) == 3 and whole.strip("-") != "0" else text


@lru_cache(maxsize=1_000)
def _currency(number_format: str) -> str:
    """The currency that a format names for certain; a bare dollar sign is whatever the reader's computer says."""
    match = _LOCALE_SIGN.search(number_format)
    if match and match[1].strip():
        return match[1].strip()
    return next((sign for sign in _SURE_SIGNS if sign in number_format), "")


def _moment(value: datetime, cell: Any) -> str:
    if value.microsecond >= 500_000:
        value += timedelta(seconds=1)
    return value.date().isoformat() if value.time() < time(0, 0, 1) else value.replace(microsecond=0).isoformat(" ")


def _day(value: date, cell: Any) -> str:
    return value.isoformat()


def _yes_no(value: bool, cell: Any) -> str:
    return "TRUE" if value else "FALSE"


def _other(value: Any, cell: Any) -> str:
    return str(value)


_WRITERS: dict[type, Callable[[Any, Any], str]] = {
    int: _number,
    float: _number,
    datetime: _moment,
    date: _day,
    bool: _yes_no,
}
