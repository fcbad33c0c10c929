"""The audit log: who did what, when, to whom; as a page and as a file."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from people.components import Action, Cell, Column, Empty, Pages, PersonChip, Row, Table
from people.formats import plain, spreadsheet_text
from people.forms.audit import AuditFilter
from people.models import AuditEntry
from people.policies import audits
from people.selectors import audit as read
from people.viewer import Viewer
from people.views.audit_details import details_whole, details_words
from people.views.page import viewer_of
from people.views.words import SUBJECTS, action_words, subject_words

PAGE_SIZE = 50
IN_FILE_AT_ONCE = 2_000


@require_GET
def audit_list(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    audits.require(viewer, "view")
    form = _form(request, viewer)
    page = Paginator(_found(viewer, form), PAGE_SIZE).get_page(request.GET.get("page"))
    entries = list(page.object_list)
    names = read.audit_names(entries)
    clear = Action(_("Clear the filters"), reverse("people:audit_list"))
    table = Table(
        "audit",
        _("Audit log"),
        [
            Column("at", _("When")),
            Column("actor", _("Who")),
            Column("action", _("What")),
            Column("subject", _("To what or whom")),
            Column("detail", _("Details")),
        ],
        [_row(entry, names) for entry in entries],
        query=request.GET,
        pages=Pages(page, request.GET),
        empty=Empty(_("No entry fits these filters"), _("Take one of them away."), "clock", [clear]),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )
    query = request.GET.urlencode()
    export = Action(_("Download as CSV"), f"{reverse('people:audit_file')}{'?' if query else ''}{query}", "export")
    return render(request, "people/audit_list.html", {"table": table, "form": form, "actions": [export]})


@require_GET
def audit_file(request: HttpRequest) -> StreamingHttpResponse:
    """The same entries as a file, in constant memory."""
    viewer = viewer_of(request)
    audits.require(viewer, "view")
    lines = _lines(_found(viewer, _form(request, viewer)))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return answer


def _form(request: HttpRequest, viewer: Viewer) -> AuditFilter:
    actions = [(name, action_words(name)) for name in read.audit_actions(viewer)]
    subjects = [(name, subject_words(name)) for name in read.audit_subjects(viewer) if name in SUBJECTS]
    return AuditFilter(request.GET, actions=sorted(actions, key=lambda pair: pair[1]), subjects=subjects)


def _found(viewer: Viewer, form: AuditFilter) -> QuerySet[AuditEntry]:
    form.is_valid()  # a filter that makes no sense is left out, and the form says so
    chosen: dict[str, Any] = form.cleaned_data
    actor, about = chosen.get("actor"), chosen.get("about")
    return read.audit_list(
        viewer,
        actor_id=actor.pk if actor else None,
        about_id=about.pk if about else None,
        action=chosen.get("action") or "",
        subject=chosen.get("subject") or "",
        starts_on=chosen.get("starts_on"),
        ends_on=chosen.get("ends_on"),
    )


def _row(entry: AuditEntry, names: read.AuditNames) -> Row:
    name, href = subject_of(entry, names)
    kind, actor = subject_words(entry.subject), entry.actor
    words, whole = details_words(entry, names), details_whole(entry, names)
    return Row(
        [
            Cell(entry.at),
            Cell(person=PersonChip(actor.name, "", reverse("people:person_detail", args=[actor.pk]), True))
            if actor
            else Cell(_("Command line")),
            Cell(action_words(entry.action)),
            Cell(name, href=href, detail="" if name.startswith(kind) else kind),
            Cell(words, whole=whole if whole != words else ""),
        ]
    )


def subject_of(entry: AuditEntry, names: read.AuditNames) -> tuple[str, str]:
    """The name of what an entry is about, and where it can be seen."""
    key = entry.subject_id or 0
    if entry.subject == "person" and key in names.persons:
        return names.persons[key], reverse("people:person_detail", args=[key])
    if entry.subject == "team" and key in names.teams:
        return names.teams[key], reverse("people:team_detail", args=[key])
    if entry.subject == "seat" and key in names.seats:
        return _("Seat in %(team)s") % {"team": names.seats[key]}, ""
    if entry.subject == "grant" and key in names.grants:
        person_id, name = names.grants[key]
        return name, reverse("people:person_detail", args=[person_id])
    if key in names.others.get(entry.subject, {}):
        return names.others[entry.subject][key]
    words = subject_words(entry.subject)
    is_one_of_many = key and entry.subject != "organization"
    return (f"{words} {key}" if is_one_of_many else words), ""


def _lines(found: QuerySet[AuditEntry]) -> Iterator[bytes]:
    yield "\N{ZERO WIDTH NO-BREAK SPACE}".encode()  # spreadsheets then read it as UTF-8
    yield _line(["at", "actor", "action", "words", "subject", "subject_id", "about", "detail"])
    held: list[AuditEntry] = []
    for entry in found.iterator(chunk_size=IN_FILE_AT_ONCE):
        held.append(entry)
        if len(held) == IN_FILE_AT_ONCE:
            yield from _entry_lines(held)
            held = []
    yield from _entry_lines(held)


def _entry_lines(entries: list[AuditEntry]) -> Iterator[bytes]:
    names = read.audit_names(entries)
    for entry in entries:
        yield _line(
            [
                entry.at.isoformat(),
                entry.actor.name if entry.actor else "",
                entry.action,
                action_words(entry.action),
                entry.subject,
                plain(entry.subject_id or ""),
                subject_of(entry, names)[0],
                details_whole(entry, names),
            ]
        )


def _line(values: list[str]) -> bytes:
    out = StringIO()
    csv.writer(out).writerow([spreadsheet_text(value) for value in values])
    return out.getvalue().encode()
