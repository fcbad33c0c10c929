"""The lines of an import with what became of each, field by field; on its pages and as CSV."""

import csv
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext as _

from crm.kinds.base import KINDS
from crm.kinds.custom import shape_here
from crm.models import ImportBatch, ImportRow
from crm.selectors.differences import Difference, Value, differences_told
from crm.selectors.imports import import_rows
from crm.services.applying import MOST_PREVIEWED
from people import formats
from people.components import Cell, Column, Empty, Pages, Row, Status, Tab, Table

RESULTS: dict[str, Any] = {
    "created": "good",
    "updated": "accent",
    "unchanged": "neutral",
    "removed": "warn",
    "refused": "bad",
}
Result = ImportRow.Result


def result_asked(request: HttpRequest) -> str:
    """The result whose lines are asked for; nothing means all."""
    asked = request.GET.get("result", "")
    return asked if asked in Result.values else ""


def preview_cut(batch: ImportBatch) -> int | None:
    """How many lines of each result a preview shows, where it does not show all."""
    is_cut = max(batch.created, batch.updated, batch.unchanged, batch.refused, batch.removed) > MOST_PREVIEWED
    return MOST_PREVIEWED if is_cut else None


def result_tabs(batch: ImportBatch, current: str) -> list[Tab]:
    """All lines, or those of one result; with how many there are."""
    counts = {Result.CREATED: batch.created, Result.UPDATED: batch.updated, Result.UNCHANGED: batch.unchanged}
    counts |= {Result.REFUSED: batch.refused} | ({Result.REMOVED: batch.removed} if batch.is_snapshot else {})
    tabs = [Tab(_("All"), "?", current not in counts)]
    for result, count in counts.items():
        tabs.append(Tab(str(Result(result).label).capitalize(), f"?result={result}", current == result, count))
    return tabs


def rows_table(request: HttpRequest, batch: ImportBatch, result: str) -> Table:
    """Lines as they came, with what became of them. Three queries, and one for each kind of reference that changed."""
    page = Paginator(import_rows(batch, result), 50).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    told = batch_differences(batch, rows)
    width = len(batch.columns)
    has_changes = any(told)
    return Table(
        id="rows",
        caption=_("Lines of the file"),
        columns=[
            Column("number", _("Line"), "count"),
            Column("result", _("Result")),
            *([Column("changes", _("Before → after"))] if has_changes else []),
            Column("reason", _("Reason")),
            *[Column(f"c{place}", name) for place, name in enumerate(batch.columns)],
        ],
        rows=[
            Row(
                [
                    Cell(row.number or None),
                    Cell(status=Status(str(Result(row.result).label), RESULTS[row.result])),
                    *([Cell(_sentence(row, differences))] if has_changes else []),
                    Cell(row.reason),
                    *[Cell(text) for text in [*row.raw, *[""] * width][:width]],
                ]
            )
            for row, differences in zip(rows, told, strict=True)
        ],
        query=request.GET,
        pages=Pages(page, request.GET) if page.paginator.count else None,
        empty=Empty(_("No lines to show"), _("No line of this import came to that."), "file"),
        is_caption_hidden=True,
    )


def batch_differences(batch: ImportBatch, rows: list[ImportRow]) -> list[list[Difference]]:
    kind = KINDS.get(batch.kind)
    if kind is None:
        return [[] for _row in rows]
    labels = {item.name: str(item.label or item.name) for item in shape_here(kind).fields}
    return differences_told(kind.table, labels, [row.changes for row in rows])


def lines_csv(batch: ImportBatch, result: str) -> StreamingHttpResponse:
    """Every line, or those of one result, with one row for each field that changed."""
    name = f"import-{batch.pk}{f'-{result}' if result else ''}.csv"
    answer = StreamingHttpResponse(_lines(batch, result), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _lines(batch: ImportBatch, result: str) -> Iterator[str]:
    writer: Any = csv.writer(Echo())
    columns = [formats.spreadsheet_text(str(name)) for name in batch.columns]
    heads = [_("Line"), _("Result"), _("Field"), _("Before"), _("After"), _("Reason")]
    yield "\ufeff" + writer.writerow([*heads, *columns])
    every = import_rows(batch, result).iterator(chunk_size=2_000)
    while rows := list(islice(every, 500)):
        for row, differences in zip(rows, batch_differences(batch, rows), strict=True):
            cells = [formats.spreadsheet_text(str(cell)) for cell in row.raw]
            for told in [[change.label, *_texts(change)] for change in differences] or [["", "", ""]]:
                beside = [formats.spreadsheet_text(text) for text in told]
                yield writer.writerow([row.number or "", Result(row.result).label, *beside, row.reason, *cells])


class Echo:
    """A file that hands back what is written."""

    def write(self, text: str) -> str:
        return text


def _texts(change: Difference) -> list[str]:
    return ["" if value is None else str(value) for value in (change.before, change.after)]


def _sentence(row: ImportRow, differences: list[Difference]) -> str:
    if row.result == Result.REMOVED:
        return " · ".join(f"{change.label}: {_shown(change.before)}" for change in differences)
    return " · ".join(f"{change.label}: {_shown(change.before)} → {_shown(change.after)}" for change in differences)


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return formats.UNDEFINED if value is None else formats.plain(value)
