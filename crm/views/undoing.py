"""The page that asks before an import is taken back: what was changed since, and what becomes of it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from crm.forms.undoing import UndoForm
from crm.kinds.base import kind_of
from crm.models import ImportBatch
from crm.selectors.imports import access_import
from crm.selectors.later import later_count, later_records
from crm.selectors.pages import PAGE_SIZE
from crm.services.undoing import import_undo_start
from crm.undo_words import change_words, record_href, record_name
from crm.views.imports import imports_crumb
from crm.views.lists import CountedPaginator
from people.components import Callout, Cell, Column, Crumb, Pages, Row, Table
from people.viewer import Viewer
from people.views.page import viewer_of

MOST_CHANGES = 3  # of one record that are shown


@require_http_methods(["GET", "POST"])
def import_undo_view(request: HttpRequest, batch_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    batch = access_import(viewer, batch_id)
    here = reverse("crm:import_detail", args=[batch.pk])
    is_working = batch.job is not None and not batch.job.is_over
    if batch.state != ImportBatch.State.APPLIED or is_working:
        if request.method == "POST" and not is_working:
            messages.error(request, _("Only an import that was applied can be undone."))
        return HttpResponseRedirect(here)
    count, _last = later_count(kind_of(batch.kind).trail, batch)
    form = _form(request, count)
    if request.method == "POST" and form.is_valid() and _start(viewer, batch, form):
        messages.success(request, _("The import is being taken back."))
        return HttpResponseRedirect(here)
    context = {
        "batch": batch,
        "form": form,
        "callout": _callout(count),
        "table": _table(request, batch, count) if count else None,
        "back": here,
        "crumbs": [imports_crumb(), Crumb(batch.file_name, here), Crumb(_("Undo"))],
    }
    return render(request, "crm/import_undo.html", context, status=422 if form.is_bound else 200)


def _form(request: HttpRequest, count: int) -> UndoForm:
    now = timezone.now().strftime("%Y-%m-%dT%H:%M:%S.%f%z")
    is_asked = bool(count) or bool(request.POST.get("later"))
    return UndoForm(
        request.POST if request.method == "POST" else None, initial={"count": count, "at": now}, is_asked=is_asked
    )


def _start(viewer: Viewer, batch: ImportBatch, form: UndoForm) -> bool:
    """Whether it goes on; otherwise the form says why not, and is asked anew about what is there now."""
    try:
        with transaction.atomic():
            import_undo_start(
                batch=batch,
                at=timezone.now(),
                actor=viewer.person,
                later=form.cleaned_data.get("later", ""),
                agreed=form.agreed(),
            )
    except ValidationError as error:
        form.add_error(None, " ".join(error.messages))
        form.data = {**form.data.dict(), **{name: form.initial[name] for name in ("count", "at")}}  # type: ignore[attr-defined]
        return False
    return True


def _callout(count: int) -> Callout:
    if not count:
        return Callout(
            _("Nothing of this import was changed afterwards"),
            _("Everything it created goes, everything it changed is as it was before."),
        )
    title = ngettext(
        "%(count)d record of this import was changed afterwards",
        "%(count)d records of this import were changed afterwards",
        count,
    )
    return Callout(
        title % {"count": count},
        _(
            "Choose below what becomes of them. Everything else that the import created goes, and everything else that it"
            " changed is as it was before."
        ),
        "warn",
    )


def _table(request: HttpRequest, batch: ImportBatch, count: int) -> Table:
    page = CountedPaginator(count).get_page(request.GET.get("page"))
    found = later_records(kind_of(batch.kind).trail, batch, start=max(page.start_index() - 1, 0), most=PAGE_SIZE)
    rows = []
    for record in found:
        told = [change_words(change) for change in record.changes[:MOST_CHANGES]]
        rest = len(record.changes) - len(told)
        more = (
            [ngettext("and %(count)d more change", "and %(count)d more changes", rest) % {"count": rest}]
            if rest
            else []
        )
        rows.append(
            Row(
                [
                    Cell(record_name(record), href=record_href(record)),
                    Cell(told[0], detail="; ".join([*told[1:], *more])),
                ]
            )
        )
    return Table(
        id="later",
        caption=_("Changed after this import"),
        columns=[Column("what", _("Record")), Column("changed", _("Changed by and when"))],
        rows=rows,
        query=request.GET,
        pages=Pages(page, request.GET),
        is_stacked_on_phone=True,
    )
