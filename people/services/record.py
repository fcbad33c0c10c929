"""One file of everything that is kept about a person, made by a worker and kept for a week."""

import csv
import io
import json
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils.translation import gettext as _

from people.audit import audit
from people.files import CHUNK, file_store
from people.formats import spreadsheet_text
from people.jobs import JobRefused, JobRun, job_kind, job_start
from people.models import AuditEntry, Job, Person, PersonRecord
from people.policies import persons
from people.records import RecordTable, record_source, record_tables
from people.selectors.audit import about_person
from people.viewer import Viewer
from people.wall import tenant

VALID = timedelta(days=7)
KIND = "people.person_record"
IN_MEMORY = 10 * CHUNK


@transaction.atomic
def person_record_make(*, viewer: Viewer | None, person: Person, at: datetime) -> PersonRecord:
    """Ask for the file; one at a time. Raises: PermissionDenied, ValidationError."""
    persons.require(viewer, "export", person)
    if person.erased_at is not None:
        raise ValidationError(_("This person was erased."), code="erased")
    running = [Job.State.WAITING, Job.State.RUNNING]
    Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if PersonRecord.objects.filter(person=person, job__state__in=running).exists():
        raise ValidationError(_("The file is being made already."), code="running")
    actor = viewer.person if viewer else None
    record = PersonRecord.objects.create(person=person, created_by=actor, created_at=at, expires_at=at + VALID)
    record.job = job_start(kind=KIND, arguments={"record": record.pk}, created_by=actor, at=at)
    record.save(update_fields=["job"])
    audit("person_record_make", actor=viewer, at=at, subject=person)
    return record


@transaction.atomic
def person_record_read(*, viewer: Viewer, record: PersonRecord, at: datetime) -> None:
    """Note down that the file was handed out. Raises: PermissionDenied."""
    persons.require(viewer, "export", record.person)
    audit("person_record_read", actor=viewer, at=at, subject=record.person)


def records_expire(*, at: datetime) -> int:
    """Remove files whose time is over; how many. Behind the wall."""
    count = 0
    for record in PersonRecord.objects.filter(expires_at__lte=at, file__isnull=False).select_related("file"):
        if record.file is not None:
            record.file.delete()
            count += 1
    return count


@job_kind(KIND)
def person_record_work(run: JobRun) -> dict[str, Any]:
    """Job: write the archive; a second attempt finds it made."""
    with tenant(run.organization_id):
        record = PersonRecord.objects.select_related("person").filter(pk=run.arguments["record"]).first()
        job = Job.objects.get(pk=run.job_id)
        if record is None or record.person.erased_at is not None:
            raise JobRefused(_("This person was erased."))
        if record.file_id is not None:
            return {"file": record.file_id}
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as out:
            tables = archive_write(record.person, out, job.created_at)
            run.progress(step="writing", done=tables, total=tables)
            out.seek(0)
            name = f"person-{record.person_id}-{job.created_at:%Y-%m-%d}.zip"
            stream = iter(lambda: out.read(CHUNK), b"")
            file = file_store(
                name=name, content_type="application/zip", stream=stream, created_by=None, at=job.created_at
            )
        PersonRecord.objects.filter(pk=record.pk).update(file=file)
    return {"file": file.pk}


def archive_write(person: Person, out: IO[bytes], at: datetime) -> int:
    """A zip of CSV files, person.json, and a README that says what is in it; how many tables. Behind the wall."""
    told = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in record_tables(person):
            count = _csv_write(archive, table)
            told.append((table.name, count))
        archive.writestr("person.json", json.dumps(_about(person), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
        archive.writestr("README.txt", _readme(person, at, told))
    return len(told)


def _csv_write(archive: zipfile.ZipFile, table: RecordTable) -> int:
    count = 0
    with archive.open(f"{table.name}.csv", "w", force_zip64=True) as raw:
        text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
        writer = csv.writer(text)
        writer.writerow(table.columns)
        for row in table.rows:
            writer.writerow([_cell(value) for value in row])
            count += 1
        text.flush()
        text.detach()
    return count


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
    if isinstance(value, datetime):
        return value.isoformat()
    return spreadsheet_text(str(value))


def _about(person: Person) -> dict[str, Any]:
    user = person.user
    sign_in = user and {
        "email": user.email,
        "is_active": user.is_active,
        "last_login": user.last_login,
        "created_at": user.created_at,
        "language": user.locale,
        "time_zone": user.time_zone,
    }
    return {
        "id": person.pk,
        "name": person.name,
        "email": person.email,
        "hired_on": person.hired_on,
        "left_on": person.left_on,
        "sign_in": sign_in,
    }


def _readme(person: Person, at: datetime, told: list[tuple[str, int]]) -> str:
    lines = [
        _("Everything that is kept about %(name)s, as of %(at)s.") % {"name": person.name, "at": at.isoformat()},
        _("Each file holds the rows of one table that refer to this person (number %(id)s).") % {"id": person.pk},
        _("Passwords and other secrets are not handed out."),
        "",
        *(f"{name}.csv: {count}" for name, count in told),
    ]
    return "\n".join(lines) + "\n"


@record_source("people/log_about")
def log_about(person: Person) -> RecordTable:
    """Entries of the audit log about the person, or that name them by key."""
    found = AuditEntry.objects.filter(about_person(person.pk))
    columns = ["id", "at", "actor_id", "action", "subject", "subject_id", "detail"]
    rows: Iterator[Any] = found.order_by("pk").values_list(*columns).iterator(chunk_size=2_000)
    return RecordTable("people/log_about", columns, rows)
