"""Workbooks of the tests, written by openpyxl or by hand where it would not write such a thing."""

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

from openpyxl import Workbook

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SHEET = (
    XML
    + '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{before}<sheetData>{rows}</sheetData>'
    "{after}</worksheet>"
)


def workbook(*sheets: tuple[str, Sequence[Sequence[Any]]], edit: Callable[[Workbook], None] | None = None) -> bytes:
    """A workbook with these sheets."""
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    if edit is not None:
        edit(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def raw_workbook(rows: str, before: str = "", after: str = "", **parts: str) -> bytes:
    """A workbook whose one sheet holds this XML."""
    plain = workbook(("Deals", [["x"]]))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name == "xl/worksheets/sheet1.xml":
                new.writestr(name, SHEET.format(rows=rows, before=before, after=after))
            elif name not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            new.writestr(name, content)
    return out.getvalue()
