"""The sheet as a file, and a changed file back: first what it would change, then all of it or nothing."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from goals.engine.exchange import Read
from goals.forms.plan import FileForm
from goals.models import PlanVersion
from goals.selectors.planning.files import access_plan_file
from goals.selectors.planning.sheet import Sheet, access_version, lines_in_sight, sheet_of
from goals.services.planning.exchange import (
    MOST_BYTES,
    file_rows,
    file_words,
    plan_file_keep,
    plan_file_read,
    plan_file_take,
    sheet_csv,
    sheet_xlsx,
)
from goals.views.planning.pieces import month_words, version_crumbs, version_name
from people import formats
from people.components import Cell, Column, Empty, Row, Table
from people.components.figures import Stat
from people.views.page import FormPage, act, form_page, viewer_of

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_SHOWN = 500


def here(version: PlanVersion) -> str:
    return reverse("goals:plan_version", args=[version.pk])


@require_GET
def plan_csv_view(request: HttpRequest, version_id: int) -> HttpResponse:
    sheet, name = _sheet(request, version_id)
    return _file(sheet_csv(sheet).encode(), "text/csv; charset=utf-8", f"{name}.csv")


@require_GET
def plan_xlsx_view(request: HttpRequest, version_id: int) -> HttpResponse:
    sheet, name = _sheet(request, version_id)
    return _file(sheet_xlsx(sheet), WORKBOOK, f"{name}.xlsx")


def _sheet(request: HttpRequest, version_id: int) -> tuple[Sheet, str]:
    viewer = viewer_of(request)
    version = access_version(viewer, version_id)
    name = f"{slugify(version.plan.name) or 'plan'}-{version.number}"
    return sheet_of(version, lines_in_sight(viewer, version)), name


def _file(data: bytes, content_type: str, name: str) -> HttpResponse:
    answer = HttpResponse(data, content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_http_methods(["GET", "POST"])
def plan_import_view(request: HttpRequest, version_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    version = access_version(viewer, version_id, "change")
    if version.state != PlanVersion.State.DRAFT:
        return HttpResponseRedirect(here(version))
    title = _("Upload a changed file")
    page = FormPage(
        title,
        version_crumbs(version, title),
        here(version),
        _("Look at the differences"),
        _(
            "Download the sheet, change numbers, upload it again. Nothing is stored before you have seen what would change."
        ),
    )
    form = FileForm(request.POST or None, request.FILES or None, viewer=viewer)

    def keep(values: dict[str, Any]) -> int:
        file = values["file"]
        file_rows(file.name, data := file.read(MOST_BYTES + 1))
        return plan_file_keep(viewer=viewer, version=version, name=file.name, data=data, at=timezone.now()).pk

    return form_page(
        request, page, form, keep, lambda key: reverse("goals:plan_import_preview", args=[version.pk, key])
    )


@require_GET
def plan_import_preview_view(request: HttpRequest, version_id: int, file_id: int) -> HttpResponse:
    """What would change, with the messages per row."""
    viewer = viewer_of(request)
    version = access_version(viewer, version_id, "change")
    if version.state != PlanVersion.State.DRAFT:
        return HttpResponseRedirect(here(version))
    name, data = access_plan_file(viewer, version, file_id)
    sheet, found = plan_file_read(version, *file_rows(name, data))
    title = _("Differences")
    context = {
        "title": title,
        "subtitle": f"{version_name(version)} · {name}",
        "crumbs": version_crumbs(version, title),
        "stats": _stats(sheet, found),
        "issues": _issues(found) if found.issues else None,
        "changes": _changes(sheet, found),
        "is_ready": bool(found.changes) and not found.issues,
        "take_href": reverse("goals:plan_import_take", args=[version.pk, file_id]),
        "again_href": reverse("goals:plan_import", args=[version.pk]),
        "seen": version.revision,
    }
    return render(request, "goals/plan_import.html", context)


def _stats(sheet: Sheet, found: Read) -> list[Stat]:
    added = sum(change.after - change.before for change in found.changes)
    return [
        Stat(_("Lines"), found.rows, "count"),
        Stat(_("Numbers that change"), len(found.changes), "count"),
        Stat(
            _("Lines with a problem"),
            len({issue.row for issue in found.issues}),
            "count",
            tone="bad" if found.issues else "",
        ),
        Stat(_("More or less together"), sheet.money(added), "money", sheet.version.plan.currency),
    ]


def _issues(found: Read) -> Table:
    return Table(
        "plan-issues",
        _("What stands against it"),
        [
            Column("row", _("Line"), "count"),
            Column("field", _("Column")),
            Column("value", _("Value")),
            Column("what", _("What to do")),
        ],
        [
            Row([Cell(issue.row), Cell(issue.field or ""), Cell(issue.value or ""), Cell(file_words(issue.code))])
            for issue in found.issues[:MOST_SHOWN]
        ],
        is_stacked_on_phone=True,
    )


def _changes(sheet: Sheet, found: Read) -> Table:
    currency = sheet.version.plan.currency

    def money(minor: int) -> str:
        return formats.money_exact(sheet.money(minor), currency)

    return Table(
        "plan-changes",
        _("What would change"),
        [
            Column("who", _("Whose")),
            Column("month", _("Month")),
            Column("before", _("Now"), "number"),
            Column("after", _("In the file"), "number"),
            Column("difference", _("Difference"), "number"),
            Column("lock", _("Locked")),
        ],
        [
            Row(
                [
                    Cell(change.name or _("Company")),
                    Cell(month_words(sheet.months[change.month])),
                    Cell(text=money(change.before)),
                    Cell(text=money(change.after)),
                    Cell(text=formats.signed(money(change.after - change.before), change.after - change.before)),
                    Cell(_("yes") if change.is_locked else _("no")),
                ]
            )
            for change in found.changes[:MOST_SHOWN]
        ],
        empty=Empty(_("Nothing differs"), _("Every number of the file is that of the plan."), "check"),
        is_stacked_on_phone=True,
    )


@require_POST
def plan_import_take_view(request: HttpRequest, version_id: int, file_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    version = access_version(viewer, version_id, "change")
    name, data = access_plan_file(viewer, version, file_id)
    seen = request.POST.get("seen", "")

    def call() -> Any:
        headings, rows = file_rows(name, data)
        revision = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else -1
        return plan_file_take(
            viewer=viewer, version=version, headings=headings, rows=rows, seen=revision, at=timezone.now()
        )

    return act(request, here(version), _("The numbers are those of the file. It can be undone."), call)
