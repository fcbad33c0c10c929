"""One file of everything that is kept about a person, for the person and for administrators."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from people.components import Action, Cell, Column, Crumb, Empty, JobProgress, Row, Status, Table
from people.files import file_chunks
from people.looking import private
from people.models import Job, Person, PersonRecord
from people.selectors.person import access_person
from people.selectors.record import access_record, record_list
from people.services import record as service
from people.views.page import act, viewer_of
from people.views.person import people_crumb, person_crumb

STATES = {Job.State.WAITING: "waiting", Job.State.RUNNING: "running", Job.State.DONE: "done"}


def job_progress(job: Job, label: str, poll_href: str) -> JobProgress:
    """A job as its fragment shows it."""
    state: Any = STATES.get(Job.State(job.state), "failed")
    return JobProgress(label, state, job.done, job.total, job.error, poll_href)


@private
@require_GET
def person_record(request: HttpRequest, person_id: int) -> HttpResponse:
    """The files made so far, and the one that is being made."""
    viewer = viewer_of(request)
    person = access_person(viewer, person_id, "export")
    records = record_list(person)
    here = reverse("people:person_record", args=[person.pk])
    running = next((one.job for one in records if one.job is not None and not one.job.is_over), None)
    make = Action(
        _("Make the file"), reverse("people:person_record_make", args=[person.pk]), "export", "primary", "post"
    )
    context = {
        "person": person,
        "crumbs": [people_crumb(), person_crumb(person), Crumb(_("Everything kept"))],
        "job": job_progress(running, _("Collecting"), here) if running else None,
        "table": _table(person, records, timezone.now()),
        "actions": [] if running else [make],
        "days": service.VALID.days,
    }
    response = render(request, "people/person_record.html", context)
    if running is None and request.headers.get("HX-Request"):
        response["HX-Refresh"] = "true"
    return response


def _table(person: Person, records: list[PersonRecord], at: datetime) -> Table:
    return Table(
        "records",
        _("Files"),
        [
            Column("created_at", _("Asked for at")),
            Column("by", _("By")),
            Column("state", _("State")),
            Column("expires_at", _("Kept until")),
            Column("file", _("File")),
        ],
        [_row(person, one, at) for one in records],
        empty=Empty(_("No file yet"), _("A worker collects it; that takes a moment."), "file"),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )


def _row(person: Person, one: PersonRecord, at: datetime) -> Row:
    is_there = one.file is not None and one.expires_at > at
    if one.job is not None and one.job.state == Job.State.FAILED:
        status = Status(_("Failed"), "bad")
    elif is_there:
        status = Status(_("Ready"), "good")
    else:
        status = Status(_("Removed"), "neutral", "minus") if one.expires_at <= at else Status(_("Being made"), "accent")
    href = reverse("people:person_record_file", args=[person.pk, one.pk])
    return Row(
        [
            Cell(one.created_at),
            Cell(one.created_by.name if one.created_by else _("Command line")),
            Cell(status=status),
            Cell(one.expires_at),
            Cell(one.file.name, href=href) if is_there and one.file else Cell(one.job.error if one.job else ""),
        ]
    )


@private
@require_POST
def person_record_make(request: HttpRequest, person_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    person = access_person(viewer, person_id, "export")
    return act(
        request,
        reverse("people:person_record", args=[person.pk]),
        _("The file is being made."),
        lambda: service.person_record_make(viewer=viewer, person=person, at=timezone.now()),
    )


@private
@require_GET
def person_record_file(request: HttpRequest, person_id: int, record_id: int) -> HttpResponse | StreamingHttpResponse:
    """Download; each time is noted down. After its week the file is gone."""
    viewer = viewer_of(request)
    at = timezone.now()
    record = access_record(viewer, person_id, record_id, at)
    if record is None or record.file is None:
        back = reverse("people:person_record", args=[person_id])
        return render(request, "people/person_record_gone.html", {"back": back}, status=410)
    service.person_record_read(viewer=viewer, record=record, at=at)
    answer = StreamingHttpResponse(file_chunks(record.file), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{record.file.name}"'
    return answer
