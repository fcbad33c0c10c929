"""A plan goes to a spreadsheet and comes back: previewed, all of it or nothing."""

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO, StringIO
from zipfile import BadZipFile

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.utils.exceptions import InvalidFileException

from crm.engine.archive import archive_check
from crm.engine.problem import Unreadable
from goals.engine.exchange import KnownLine, Read, read
from goals.models import PlanCell, PlanStep, PlanVersion
from goals.plan_policies import quota_plans
from goals.selectors.planning.files import content_type_of
from goals.selectors.planning.sheet import Sheet, sheet_of
from goals.services.planning.cells import CellValue, draft_lock, step_write
from people.audit import audit
from people.files import file_store
from people.formats import spreadsheet_text
from people.models import StoredFile
from people.viewer import Viewer

FIXED = ("line", "team", "name", "kind", "locked")
MOST_ROWS = 20_000
MOST_BYTES = 10 * 1024 * 1024


def sheet_headings(sheet: Sheet) -> list[str]:
    """The columns of the file: what a line is, its months, its total, and what managers expect."""
    return [*FIXED, *(f"{month.starts_on:%Y-%m}" for month in sheet.months), "total", "estimate", "note"]


def sheet_rows(sheet: Sheet) -> Iterator[list[object]]:
    """The lines of the file; amounts are exact."""
    for line in sheet.lines:
        estimate = None if line.estimate is None else sheet.money(line.estimate)
        yield [
            line.id,
            line.team_name,
            line.name,
            line.kind,
            "yes" if line.is_locked else "",
            *(sheet.money(amount) for amount in line.amounts),
            sheet.money(line.total),
            estimate,
            line.note,
        ]


def sheet_csv(sheet: Sheet) -> str:
    """The sheet as CSV that spreadsheets read as UTF-8."""
    out = StringIO()
    out.write("\N{ZERO WIDTH NO-BREAK SPACE}")
    writer = csv.writer(out)
    writer.writerow(sheet_headings(sheet))
    writer.writerows([_safe(cell) for cell in row] for row in sheet_rows(sheet))
    return out.getvalue()


def sheet_xlsx(sheet: Sheet) -> bytes:
    """The sheet as a workbook with frozen headings."""
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = f"{sheet.version.plan.name} {sheet.version.number}"[:31].translate(
        str.maketrans("[]:*?/\\", "-------")
    )
    page.append(sheet_headings(sheet))
    for cell in page[1]:
        cell.font = Font(bold=True)
    for row in sheet_rows(sheet):
        page.append([_safe(cell) for cell in row])
    page.freeze_panes = "F2"
    page.column_dimensions["B"].width = page.column_dimensions["C"].width = 28
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _safe(cell: object) -> object:
    return spreadsheet_text(cell) if isinstance(cell, str) else cell


def file_rows(name: str, data: bytes) -> tuple[list[str], list[list[str]]]:
    """Headings and rows of a CSV file or a workbook, as text. Raises: ValidationError where it is neither."""
    if len(data) > MOST_BYTES:
        raise ValidationError({"file": _("The file is larger than a plan can be. Upload the one you downloaded here.")})
    rows = _workbook_rows(data) if data[:4] == b"PK\x03\x04" else _csv_rows(data)
    if not rows:
        raise ValidationError({"file": _("The file is empty.")})
    if len(rows) > MOST_ROWS:
        raise ValidationError({"file": _("The file has more lines than a plan can have.")})
    return rows[0], rows[1:]


def _workbook_rows(data: bytes) -> list[list[str]]:
    try:
        archive_check(BytesIO(data))
        page = load_workbook(BytesIO(data), read_only=True, data_only=True).active
        assert page is not None
        return [
            [_text(cell) for cell in row] for row in page.iter_rows(values_only=True, max_row=MOST_ROWS + 2, max_col=60)
        ]
    except (
        Unreadable,
        BadZipFile,
        InvalidFileException,
        KeyError,
        ValueError,
        AssertionError,
        OSError,
        TypeError,
    ) as error:
        raise ValidationError({"file": _("This workbook cannot be read. Save it as .xlsx or .csv again.")}) from error


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m}"
    if isinstance(cell, float):
        return f"{Decimal(repr(cell)).normalize():f}"
    return str(cell)


def _csv_rows(data: bytes) -> list[list[str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise ValidationError({"file": _("This is neither a workbook (.xlsx) nor a text file (.csv).")})
    first = text.splitlines()[0] if text.strip() else ""
    delimiter = max(",;\t", key=first.count)
    try:
        return [row for row in csv.reader(StringIO(text), delimiter=delimiter) if row]
    except csv.Error as error:
        raise ValidationError({"file": _("This file cannot be read as CSV.")}) from error


def plan_file_read(version: PlanVersion, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[Sheet, Read]:
    """What a file would change. Two queries."""
    sheet = sheet_of(version)
    known = {
        line.key: KnownLine(line.key, line.name, line.amounts, [cell.is_locked for cell in line.cells])
        for line in sheet.lines
    }
    months = [f"{month.starts_on:%Y-%m}" for month in sheet.months]
    return sheet, read(headings, rows, months, known, sheet.digits)


@transaction.atomic
def plan_file_keep(*, viewer: Viewer, version: PlanVersion, name: str, data: bytes, at: datetime) -> StoredFile:
    """Keep an uploaded file until it was looked at. Raises: PermissionDenied, ValidationError."""
    quota_plans.require(viewer, "change")
    row = draft_lock(version)
    return file_store(name=name, content_type=content_type_of(row), stream=[data], created_by=viewer.person, at=at)


@transaction.atomic
def plan_file_take(
    *,
    viewer: Viewer | None,
    version: PlanVersion,
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    seen: int | None,
    at: datetime,
) -> PlanStep | None:
    """Take every change of a file, or none; None where nothing differs. `seen`: the revision of the preview.

    Raises: PermissionDenied, ValidationError where a row is refused or the plan has changed since the preview.
    """
    quota_plans.require(viewer, "change")
    row = draft_lock(version)
    if seen is not None and row.revision != seen:
        raise ValidationError(
            _("The plan was changed since the preview. Upload the file again and look at the differences."),
            code="changed_meanwhile",
        )
    sheet, found = plan_file_read(row, headings, rows)
    if found.issues:
        raise ValidationError(
            [f"{issue.row}: {file_words(issue.code)} {issue.value or ''}" for issue in found.issues[:10]]
        )
    if not found.changes:
        return None
    by_key = {line.key: line for line in sheet.lines}
    values = {}
    for change in found.changes:
        cell = by_key[change.key].cells[change.month]
        source = PlanCell.Source.FILE if change.before != change.after else cell.source
        values[cell.id] = CellValue(sheet.money(change.after), change.is_locked, source)
    step = step_write(viewer=viewer, version=row, sheet=sheet, values=values, kind=PlanStep.Kind.FILE, at=at)
    audit("plan_import", actor=viewer, at=at, subject=row, detail={"cells": len(values)})
    return step


def file_words(code: str) -> str:
    """What stands against a row, and what to do."""
    words = {
        "no_line_column": _("The file has no column “line”. Upload the file that you downloaded here."),
        "no_month": _("No column is a month of the plan, such as 2026-01."),
        "unknown_line": _("This line is none of this version. Leave the numbers of the column “line” as they are."),
        "repeated_line": _("This line stands in the file twice. Take one of them away."),
        "name_differs": _("The name does not belong to this line. Rows may be sorted, but only as a whole."),
        "not_a_number": _("This is no amount. Write 12000.50."),
        "negative": _("A quota cannot be negative."),
        "too_precise": _("This has more digits than the currency."),
        "too_large": _("This is larger than any quota."),
    }
    return words.get(code, code)
