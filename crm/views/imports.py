"""An import in four steps: upload, columns, preview, run; its page afterwards, with undo and what was refused."""

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.engine.elsewhere import elsewhere
from crm.engine.guess import kind_guess
from crm.engine.mapping import FileMapping, header_line, mapping_of
from crm.engine.problem import Unreadable
from crm.forms.imports import ColumnsForm, UploadForm
from crm.intake.reading import Table as FileTable
from crm.intake.reading import mapping_decide, table_open
from crm.intake.wording import file_sentence
from crm.kinds.base import KINDS, kind_of, shapes
from crm.kinds.custom import remembered_fit, shape_here
from crm.models import ImportBatch
from crm.policies import imports
from crm.selectors.imports import (
    access_import,
    import_list,
    import_rows,
    mapping_remembered,
    sources_known,
)
from crm.selectors.known import known_names
from crm.services.imports import import_discard, import_map, import_run, import_undo_start, import_upload
from crm.views.import_lines import Echo, lines_csv, preview_cut, result_asked, result_tabs, rows_table
from crm.views.import_words import (
    batch_actions,
    batch_href,
    batch_row,
    batch_stats,
    header_choices,
    import_steps,
    issues_table,
    job_progress,
    kind_label,
    layout_notes,
)
from people import formats
from people.components import Action, Column, Crumb, Empty, Pages, Table
from people.files import file_chunks
from people.models import Job, StoredFile
from people.viewer import Viewer
from people.views.page import act, viewer_of

MOST_PROFILED = 200_000  # rows that decide about columns while a page waits; the worker reads them all
State = ImportBatch.State


def imports_crumb() -> Crumb:
    return Crumb(_("Imports"), reverse("crm:import_list"))


@require_GET
def import_list_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    imports.require(viewer, "view")
    page = Paginator(import_list(), 50).get_page(request.GET.get("page"))
    start = Action(_("Import a file"), reverse("crm:import_upload"), "import", "primary")
    table = Table(
        id="imports",
        caption=_("Imports"),
        columns=[
            Column("file", _("File")),
            Column("kind", _("Holds")),
            Column("source", _("Source")),
            Column("state", _("State")),
            Column("received", _("Rows"), "count"),
            Column("created", _("New"), "count"),
            Column("updated", _("Changed"), "count"),
            Column("refused", _("Refused"), "count"),
            Column("when", _("When")),
        ],
        rows=[batch_row(batch) for batch in page.object_list],
        pages=Pages(page, request.GET) if page.paginator.count else None,
        empty=Empty(
            _("Nothing imported yet"),
            _("Start with a file of people and teams, then accounts, products and deals; any order works."),
            "import",
            [start],
        ),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )
    return render(request, "crm/import_list.html", {"table": table, "actions": [start]})


@require_http_methods(["GET", "POST"])
def import_upload_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    imports.require(viewer, "create")
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        batch = import_upload(
            stream=file.chunks(),
            file_name=file.name,
            source=form.cleaned_data["source"],
            created_by=viewer.person,
            at=timezone.now(),
            key=form.cleaned_data["key"],
        )
        return HttpResponseRedirect(batch_href(batch))
    context = {
        "form": form,
        "sources": sources_known(),
        "steps": import_steps(1),
        "crumbs": [imports_crumb(), Crumb(_("New"))],
    }
    return render(request, "crm/import_upload.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def import_columns_view(request: HttpRequest, batch_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    batch = access_import(viewer, batch_id)
    if batch.state not in {State.UPLOADED, State.CHECKED, State.FAILED} or batch.file is None:
        return HttpResponseRedirect(reverse("crm:import_detail", args=[batch.pk]))
    try:
        opened, name = _file_open(request, batch, batch.file)
    except Unreadable as error:
        messages.error(request, file_sentence(error.code, **error.params))
        return HttpResponseRedirect(_where_to_choose(request, batch, error))
    form = _columns_form(request, batch, opened, name)
    if request.method == "POST" and form.is_valid():
        try:
            _map(viewer, batch, form)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return HttpResponseRedirect(reverse("crm:import_preview", args=[batch.pk]))
    context = {
        "batch": batch,
        "form": form,
        "notes": layout_notes(opened, form.mapping),
        "sheets": [(sheet, sheet == opened.source.sheet) for sheet in opened.source.sheets],
        "headers": header_choices(form.chosen.header),
        "kinds": [(key, kind.label, key == name) for key, kind in KINDS.items()],
        "steps": import_steps(2),
        "crumbs": [imports_crumb(), Crumb(batch.file_name)],
        "discard": _discard(batch),
    }
    return render(request, "crm/import_columns.html", context, status=422 if form.is_bound else 200)


def _file_open(request: HttpRequest, batch: ImportBatch, file: StoredFile) -> tuple[FileTable, str]:
    """The file by the sheet and header that are chosen, and the kind that is chosen or guessed. Raises: Unreadable."""
    asked = request.POST or request.GET
    chosen = _chosen(request, batch)
    kind = asked.get("kind") or batch.kind or ""
    shape = KINDS[kind].shape if kind in KINDS else None
    how: dict[str, Any] = {"chosen": chosen, "year_start": viewer_of(request).organization.fiscal_year_start}
    opened = table_open(lambda: file_chunks(file), shapes(), MOST_PROFILED, shape=shape, **how)
    if code := elsewhere(opened.layout.columns, kind):
        raise Unreadable(code)
    if shape is not None:
        return opened, kind
    kind = kind_guess(opened.profile, shapes(), known_names()) or "opportunity"
    if KINDS[kind].shape.months:
        shape = KINDS[kind].shape
        opened = table_open(lambda: file_chunks(file), shapes(), MOST_PROFILED, shape=shape, **how)
    return opened, kind


def _chosen(request: HttpRequest, batch: ImportBatch) -> FileMapping:
    """Sheet and header as asked for, otherwise as they were chosen before."""
    asked = request.POST or request.GET
    source = asked if "sheet" in asked or "header" in asked else batch.mapping
    try:
        return FileMapping(sheet=str(source.get("sheet") or ""), header=header_line(source.get("header")))
    except Unreadable:
        return FileMapping()


def _where_to_choose(request: HttpRequest, batch: ImportBatch, error: Unreadable) -> str:
    """A sheet, a header or what a file holds is chosen anew; a file that cannot be read has its page."""
    if error.code == "territories_not_imported":
        return f"{reverse('crm:import_columns', args=[batch.pk])}?kind=territory_assignment"
    if request.GET.keys() & {"sheet", "header"} and error.code in {"no_such_sheet", "no_header_there", "no_rows"}:
        return reverse("crm:import_columns", args=[batch.pk])
    return reverse("crm:import_detail", args=[batch.pk])


def _columns_form(request: HttpRequest, batch: ImportBatch, opened: FileTable, name: str) -> ColumnsForm:
    kind = kind_of(name)
    own = batch.mapping if batch.mapping and batch.kind == name else None
    remembered = own or mapping_remembered(kind=name, source=batch.source, columns=opened.layout.columns)
    shape = shape_here(kind)
    try:
        mapping = mapping_decide(opened, shape, mapping_of(remembered_fit(remembered, shape), shape), known_names())
    except Unreadable:
        mapping = mapping_decide(opened, shape, FileMapping(), known_names())
    initial = {
        "kind": name,
        "source": batch.source,
        "dates": mapping.dates,
        "is_all_or_nothing": batch.is_all_or_nothing,
        "is_snapshot": batch.is_snapshot,
    }
    return ColumnsForm(
        request.POST or None,
        initial=initial,
        shape=shape,
        profile=opened.profile,
        mapping=mapping,
        chosen=_chosen(request, batch),
        has_snapshot=kind.has_snapshot,
        asked=set(batch.issues.filter(code__startswith="ambiguous_").values_list("code", flat=True)),
    )


def _map(viewer: Viewer, batch: ImportBatch, form: ColumnsForm) -> None:
    import_map(
        batch=batch,
        kind=form.shape.kind,
        source=form.cleaned_data["source"].strip(),
        mapping=form.to_mapping(),
        is_all_or_nothing=form.cleaned_data["is_all_or_nothing"],
        is_snapshot=form.cleaned_data.get("is_snapshot", False),
        at=timezone.now(),
        actor=viewer.person,
    )


@require_GET
def import_preview_view(request: HttpRequest, batch_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    batch = access_import(viewer, batch_id)
    if batch.state not in {State.UPLOADED, State.CHECKED}:
        return HttpResponseRedirect(reverse("crm:import_detail", args=[batch.pk]))
    here = reverse("crm:import_preview", args=[batch.pk])
    job = batch.job
    context = {
        "batch": batch,
        "kind": kind_label(batch.kind),
        "job": job_progress(job, _("Reading the file"), here) if job and batch.state == State.UPLOADED else None,
        "error": job.error if job and job.state == Job.State.FAILED else "",
        "is_ready": batch.state == State.CHECKED and batch.refused < batch.received,
        "is_useless": batch.state == State.CHECKED and batch.refused == batch.received,
        "is_blocked": batch.state == State.CHECKED and batch.is_all_or_nothing and batch.refused,
        "stats": batch_stats(batch, is_preview=True),
        "issues": issues_table(batch),
        "rows": rows_table(request, batch, result_asked(request)),
        "tabs": result_tabs(batch, result_asked(request)),
        "download": reverse("crm:import_lines", args=[batch.pk]),
        "cut": preview_cut(batch),
        "run": Action(_("Import now"), reverse("crm:import_run", args=[batch.pk]), "check", "primary", "post"),
        "back": Action(_("Back to the columns"), reverse("crm:import_columns", args=[batch.pk]), "chevron-left"),
        "discard": _discard(batch),
        "steps": import_steps(3, reverse("crm:import_columns", args=[batch.pk])),
        "crumbs": [imports_crumb(), Crumb(batch.file_name)],
    }
    is_final = batch.state == State.CHECKED or _is_over(job)
    return _page(request, "crm/import_preview.html", context, is_final=is_final)


@require_POST
def import_run_view(request: HttpRequest, batch_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    batch = access_import(viewer, batch_id)
    try:
        import_run(batch=batch, at=timezone.now(), actor=viewer.person)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return HttpResponseRedirect(batch_href(batch))
    return HttpResponseRedirect(reverse("crm:import_detail", args=[batch.pk]))


@require_GET
def import_detail_view(request: HttpRequest, batch_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    batch = access_import(viewer, batch_id)
    here = reverse("crm:import_detail", args=[batch.pk])
    job = batch.job
    is_working = job is not None and job.state in {Job.State.WAITING, Job.State.RUNNING}
    label = _("Taking the import back") if batch.state == State.APPLIED else _("Importing")
    context = {
        "batch": batch,
        "kind": kind_label(batch.kind),
        "job": job_progress(job, label, here) if job and is_working else None,
        "error": job.error if job and job.state == Job.State.FAILED else "",
        "stats": batch_stats(batch),
        "issues": None if is_working else issues_table(batch),
        "rows": rows_table(request, batch, result_asked(request)),
        "tabs": result_tabs(batch, result_asked(request)),
        "download": reverse("crm:import_lines", args=[batch.pk]),
        "steps": import_steps(4) if batch.state == State.RUNNING else [],
        "actions": [*batch_actions(batch, is_working), *([_discard(batch)] if batch.state == State.UPLOADED else [])],
        "crumbs": [imports_crumb(), Crumb(batch.file_name)],
    }
    return _page(request, "crm/import_detail.html", context, is_final=not is_working)


@require_POST
def import_undo_view(request: HttpRequest, batch_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    batch = access_import(viewer, batch_id)
    return act(
        request,
        reverse("crm:import_detail", args=[batch.pk]),
        _("The import is being taken back."),
        lambda: import_undo_start(batch=batch, at=timezone.now(), actor=viewer.person),
    )


@require_POST
def import_discard_view(request: HttpRequest, batch_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    batch = access_import(viewer, batch_id)
    return act(
        request,
        reverse("crm:import_list"),
        _("The upload is thrown away; nothing was imported."),
        lambda: import_discard(batch=batch, at=timezone.now(), actor=viewer.person),
    )


@require_GET
def import_refused_view(request: HttpRequest, batch_id: int) -> StreamingHttpResponse:
    """The refused lines as CSV, each with its reason; ready to be corrected and imported again."""
    batch = access_import(viewer_of(request), batch_id)
    answer = StreamingHttpResponse(_refused_lines(batch), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="refused-{batch.pk}.csv"'
    return answer


def _refused_lines(batch: ImportBatch) -> Iterator[str]:
    writer: Any = csv.writer(Echo())
    columns = [formats.spreadsheet_text(str(name)) for name in batch.columns]
    yield "\ufeff" + writer.writerow([*columns, _("Line"), _("Reason")])
    width = len(batch.columns)
    for row in import_rows(batch, "refused").iterator(chunk_size=2_000):
        cells = [*row.raw, *[""] * (width - len(row.raw))][: max(width, len(row.raw))]
        yield writer.writerow([*map(formats.spreadsheet_text, map(str, cells)), row.number, row.reason])


@require_GET
def import_lines_view(request: HttpRequest, batch_id: int) -> StreamingHttpResponse:
    """The lines as CSV, each with what became of it and one row for every field that changed."""
    return lines_csv(access_import(viewer_of(request), batch_id), result_asked(request))


def _discard(batch: ImportBatch) -> Action:
    return Action(
        _("Throw away"),
        reverse("crm:import_discard", args=[batch.pk]),
        "trash",
        "quiet",
        "post",
        confirm=_("The uploaded file is thrown away. Nothing of it was imported."),
    )


def _is_over(job: Job | None) -> bool:
    return job is None or job.state not in {Job.State.WAITING, Job.State.RUNNING}


def _page(request: HttpRequest, template: str, context: dict[str, Any], *, is_final: bool) -> HttpResponse:
    """A page that waits for a worker asks for its progress; when there is nothing to wait for it loads itself anew."""
    if request.headers.get("HX-Target") == "job" and is_final:
        return render(request, "crm/job_over.html")
    return render(request, template, context)
