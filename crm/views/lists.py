"""What lists of facts have in common: counted pages, and all rows of a list as CSV."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.policies import imports
from crm.selectors.pages import PAGE_SIZE
from people import formats
from people.components import Action, Empty, Stat
from people.components.tables import with_query
from people.viewer import Viewer

NOT_FILTERS = frozenset({"sort", "page"})


class CountedPaginator(Paginator):  # type: ignore[type-arg]
    """Pages of a list whose rows are read by themselves and whose count is known."""

    def __init__(self, count: int) -> None:
        super().__init__(range(count), PAGE_SIZE)


def is_filtered(request: HttpRequest) -> bool:
    return any(value for key, value in request.GET.items() if key not in NOT_FILTERS)


def download(request: HttpRequest, label: str, name: str) -> Action:
    """The list as it is filtered and sorted, as CSV."""
    return Action(label, f"{reverse(name)}?{with_query(request.GET, page=None)}", "export")


def with_reasons(stats: Sequence[Stat], request: HttpRequest, name: str) -> list[Stat]:
    """The totals of a list, each of which opens why it is what it is."""
    return [stat.opening(f"{reverse(name)}?{with_query(request.GET, page=None, figure=stat.key)}") for stat in stats]


def nothing_here(request: HttpRequest, viewer: Viewer, *, here: str, icon: str, none: str, how: str) -> Empty:
    """Why a list is empty: its filters, or that nothing was imported yet. `how` tells others where rows come from."""
    if is_filtered(request):
        clear = Action(_("Clear the filters"), reverse(here))
        return Empty(_("Nothing fits these filters"), _("Take one of them away."), icon, [clear])
    if imports.can(viewer, "create"):
        start = Action(_("Import a file"), reverse("crm:import_upload"), "import", "primary")
        return Empty(none, _("Import them from a file of your CRM."), icon, [start])
    return Empty(none, how, icon)


def csv_answer(
    name: str, headings: Sequence[str], rows: Iterable[Any], cells: Callable[[Any], Sequence[object]]
) -> StreamingHttpResponse:
    """Rows as CSV, streamed; texts that a spreadsheet would take for formulas are made harmless."""
    answer = StreamingHttpResponse(_lines(headings, rows, cells), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _lines(headings: Sequence[str], rows: Iterable[Any], cells: Callable[[Any], Sequence[object]]) -> Iterator[str]:
    writer: Any = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow([formats.spreadsheet_text(str(heading)) for heading in headings])
    for row in rows:
        yield writer.writerow([_plain(cell) for cell in cells(row)])


def _plain(value: object) -> object:
    if value is None:
        return ""
    return formats.spreadsheet_text(value) if isinstance(value, str) else value


class _Echo:
    """A file that hands back what is written."""

    def write(self, text: str) -> str:
        return text


def day(value: Any) -> str:
    return formats.day(value) if value else formats.UNDEFINED


def named(found: Any, text: str) -> str:
    """The name of what a fact refers to, or what its source wrote."""
    return str(found) if found else text
