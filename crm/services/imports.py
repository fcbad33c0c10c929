"""Imports: upload, map, preview, run, undo. The facts of a file are applied in one transaction or not at all."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from crm.engine.mapping import FileMapping, mapping_of, off_check
from crm.engine.problem import Unreadable
from crm.intake.resolve import in_bulk
from crm.intake.wording import file_sentence
from crm.kinds.base import Kind, kind_of
from crm.kinds.custom import shape_here
from crm.models import ImportBatch, ImportChange, ImportIssue, ImportMapping, ImportRow
from crm.services.applying import (
    Outcome,
    Progress,
    Request,
    apply,
    error_issue,
    imports_lock,
    intake_open,
    preview,
    rows_preview,
)
from crm.services.custom_fields import fields_ensure
from crm.told import import_ended
from people.audit import audit
from people.files import file_chunks, file_store
from people.jobs import JobRefused, JobRun, job_kind, job_start
from people.models import Job, Organization, Person, StoredFile
from people.queue import enqueue
from people.refusal import refusals
from people.wall import tenant

DEFAULT_SOURCE = "files"

State = ImportBatch.State


def import_upload(
    *,
    stream: Iterable[bytes],
    file_name: str,
    source: str,
    created_by: Person | None,
    at: datetime,
    kind: str = "",
    key: str = "",
) -> ImportBatch:
    """Keep a file as it came; nothing is read yet. Two uploads with one `key` are one: a button pressed twice."""
    try:
        with transaction.atomic():
            file = file_store(name=file_name, stream=stream, created_by=created_by, at=at)
            return ImportBatch.objects.create(
                kind=kind,
                source=source,
                file=file,
                file_name=file_name[:255],
                created_by=created_by,
                created_at=at,
                upload_key=key or None,
            )
    except IntegrityError:
        first = ImportBatch.objects.filter(upload_key=key).first() if key else None
        if first is None:
            raise
        return first


def import_map(
    *,
    batch: ImportBatch,
    kind: str,
    source: str,
    mapping: dict[str, Any],
    is_all_or_nothing: bool,
    is_snapshot: bool,
    at: datetime,
    actor: Person | None,
) -> Job:
    """Say what the columns mean, remember it for the source, and have a preview made. Raises: ValidationError."""
    with _unreadable_refused():
        mapping = fields_ensure(entity=kind, mapping=mapping, actor=actor, at=at)
        shape = shape_here(kind_of(kind))
        off_check(mapping_of(mapping, shape), shape)
    batch = _lock(batch.pk)
    _state_require(batch, State.UPLOADED, State.CHECKED, State.FAILED)
    batch.kind, batch.source, batch.mapping = kind, source, mapping
    batch.is_all_or_nothing, batch.is_snapshot, batch.state = is_all_or_nothing, is_snapshot, State.UPLOADED
    batch.job = job_start(kind="crm.import_check", arguments={"batch": batch.pk}, created_by=actor, at=at)
    batch.save()
    mapping_remember(batch)
    return batch.job


def import_run(*, batch: ImportBatch, at: datetime, actor: Person | None) -> Job:
    """Have a worker apply a batch; asked twice, it runs once. Raises: ValidationError."""
    batch = _lock(batch.pk)
    if batch.state == State.RUNNING and batch.job is not None and not batch.job.is_over:
        return batch.job
    _state_require(batch, State.UPLOADED, State.CHECKED, State.RUNNING)
    if not batch.kind:
        raise ValidationError(_("Say first what the columns of this file hold."), code="no_columns")
    batch.state = State.RUNNING
    batch.job = job_start(kind="crm.import_run", arguments={"batch": batch.pk}, created_by=actor, at=at)
    batch.save(update_fields=["state", "job"])
    return batch.job


def import_undo_start(*, batch: ImportBatch, at: datetime, actor: Person | None) -> Job:
    """Have a worker take a batch back. Raises: ValidationError that names what stands in the way."""
    batch = _lock(batch.pk)
    _undo_check(batch)
    batch.job = job_start(kind="crm.import_undo", arguments={"batch": batch.pk}, created_by=actor, at=at)
    batch.save(update_fields=["job"])
    return batch.job


def import_undo(*, batch: ImportBatch, at: datetime, actor: Person | None) -> None:
    """Put everything back as it was before a batch. Raises: ValidationError that names what stands in the way."""
    imports_lock()
    batch = _lock(batch.pk)
    if batch.state == State.UNDONE:
        return
    _undo_check(batch)
    _put_back(batch, actor, at)
    ImportChange.objects.filter(batch=batch).delete()
    ImportBatch.objects.filter(pk=batch.pk).update(state=State.UNDONE, undone_at=at)
    audit("import_undo", actor=actor, at=at, subject=batch, detail={"file": batch.file_name})
    enqueue("pipeline.facts_changed", organization_id=batch.organization_id)


def _put_back(batch: ImportBatch, actor: Person | None, at: datetime) -> None:
    """Raises: ValidationError where something that was entered by hand since does not go with what was before."""
    reason = ""
    try:
        with refusals(), in_bulk():
            kind_of(batch.kind).undo(batch, actor=actor, at=at)
        return
    except ValidationError as error:
        if not hasattr(error, "error_dict"):
            raise
        reason = " ".join(error.messages)
    except IntegrityError as error:
        reason = _contradiction(error)
    sentence = _("What was entered by hand since does not go with what was there before. %(reason)s Change that first.")
    raise ValidationError(sentence % {"reason": reason}, code="changed_by_hand")


def _contradiction(error: IntegrityError) -> str:
    if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") == "credit_total":
        return _("The shares of a deal would not add up.")
    return _("It would stand there twice.")


def import_discard(*, batch: ImportBatch, at: datetime, actor: Person | None) -> None:
    """Throw an upload away that was never applied. Raises: ValidationError."""
    batch = _lock(batch.pk)
    _state_require(batch, State.UPLOADED, State.CHECKED, State.FAILED)
    audit("import_discard", actor=actor, at=at, subject=batch, detail={"file": batch.file_name})
    ImportRow.objects.filter(batch=batch).delete()
    file = batch.file
    batch.delete()
    if file is not None:
        file.delete()


def mapping_remember(batch: ImportBatch) -> None:
    """What was chosen last for this kind of file from this source."""
    mapping = {name: part for name, part in batch.mapping.items() if name not in {"sheet", "header"}}
    ImportMapping.objects.update_or_create(kind=batch.kind, source=batch.source, defaults={"mapping": mapping})


@job_kind("crm.import_check")
def import_check_work(run: JobRun) -> dict[str, Any]:
    """Job: the preview of a batch."""
    batch, request = _request(run)
    if batch.state != State.UPLOADED:
        return {"batch": batch.pk}
    try:
        with intake_open(request, _progress(run)) as (intake, outcome):
            run.progress(step="comparing")
            with tenant(run.organization_id):
                preview(intake, outcome, request.kind, batch)
                if _is_wanted(run, batch, State.UPLOADED):
                    outcome_keep(batch, outcome, State.CHECKED)
                    rows_preview(intake, batch)
    except Unreadable as error:
        _unreadable_keep(run, batch, error, State.UPLOADED, State.UPLOADED)
    return {"batch": batch.pk}


@job_kind("crm.import_run")
def import_run_work(run: JobRun) -> dict[str, Any]:
    """Job: apply a batch. A second worker that comes to it finds it applied and leaves it."""
    batch, request = _request(run)
    if batch.state != State.RUNNING:
        return {"batch": batch.pk}
    try:
        with intake_open(request, _progress(run)) as (intake, outcome):
            run.progress(step="applying", done=outcome.received, total=outcome.received)
            error = _apply(run, batch, request, intake, outcome)
    except Unreadable as unreadable:
        _unreadable_keep(run, batch, unreadable, State.RUNNING, State.FAILED)
    except ValidationError as refused:
        _failed_keep(run, batch, refused.messages[0])
    else:
        if error:
            raise JobRefused(error)
    return {"batch": batch.pk}


@job_kind("crm.import_undo")
def import_undo_work(run: JobRun) -> dict[str, Any]:
    """Job: take a batch back."""
    run.progress(step="undoing")
    with tenant(run.organization_id):
        batch = ImportBatch.objects.get(pk=run.arguments["batch"])
        job = Job.objects.select_related("created_by").get(pk=run.job_id)
        try:
            import_undo(batch=batch, at=job.created_at, actor=job.created_by)
        except ValidationError as error:
            raise JobRefused(error.messages[0]) from error
    return {"batch": batch.pk}


def _apply(run: JobRun, batch: ImportBatch, request: Request, intake: Any, outcome: Outcome) -> str:
    with tenant(run.organization_id):
        imports_lock()
        if _lock(batch.pk).state != State.RUNNING:
            return ""
        ImportRow.objects.filter(batch=batch).delete()
        apply(intake, outcome, request.kind, batch)
        outcome_keep(batch, outcome, State.FAILED if outcome.error else State.APPLIED)
        import_ended(batch, refused=outcome.counts["refused"], is_failed=bool(outcome.error), at=request.at)
        if not outcome.error:
            ImportBatch.objects.filter(pk=batch.pk).update(applied_at=request.at)
            audit("import_run", actor=request.actor, at=request.at, subject=batch, detail=outcome.counts)
            enqueue("pipeline.facts_changed", organization_id=run.organization_id)
        run.progress()
    return outcome.error


def _request(run: JobRun) -> tuple[ImportBatch, Request]:
    with tenant(run.organization_id):
        batch = ImportBatch.objects.select_related("file", "created_by").filter(pk=run.arguments["batch"]).first()
        job = Job.objects.get(pk=run.job_id)
        if batch is None:
            raise JobRefused(_("This upload was thrown away."))
        kind = kind_of(batch.kind)
        mapping = _mapping_of(batch, kind)
    organization = Organization.objects.get(pk=run.organization_id)
    return batch, Request(
        organization=organization,
        kind=kind,
        source=batch.source,
        chunks=lambda: file_chunks(_file(batch)),
        mapping=mapping,
        at=job.created_at,
        on=today_of(organization, job.created_at),
        actor=batch.created_by,
        is_all_or_nothing=batch.is_all_or_nothing,
        is_snapshot=batch.is_snapshot,
    )


def _mapping_of(batch: ImportBatch, kind: Kind) -> FileMapping:
    """What was chosen; a custom field that was taken away since is left out, one that is switched off is said."""
    shape = shape_here(kind)
    known = {*shape.by_name, *shape.off}
    columns = {name: column for name, column in batch.mapping.get("columns", {}).items() if name in known}
    return mapping_of({**batch.mapping, "columns": columns}, shape)


def today_of(organization: Organization, at: datetime) -> date:
    """The organization's day at a moment."""
    return at.astimezone(ZoneInfo(organization.time_zone)).date()


def _file(batch: ImportBatch) -> StoredFile:
    if batch.file is None:
        raise JobRefused(_("The file of this import is gone. Upload it again."))
    return batch.file


def _progress(run: JobRun) -> Progress:
    return lambda step, done, total: run.progress(step=step, done=done, total=total)


def outcome_keep(batch: ImportBatch, outcome: Outcome, state: str) -> None:
    """Note what became, or would become, of a batch."""
    ImportBatch.objects.filter(pk=batch.pk).update(
        state=state,
        received=outcome.received,
        removed=outcome.removed,
        columns=outcome.columns,
        mapping=outcome.mapping,
        **outcome.counts,
    )
    ImportIssue.objects.filter(batch=batch).delete()
    ImportIssue.objects.bulk_create(
        [
            ImportIssue(
                batch=batch,
                level=issue.level,
                code=issue.code,
                row=issue.row,
                field=issue.field or "",
                value=issue.value or "",
                message=issue.message,
                count=issue.count,
            )
            for issue in outcome.issues
        ],
        batch_size=1_000,
    )


def _is_wanted(run: JobRun, batch: ImportBatch, state: str) -> bool:
    """Whether a batch still waits for this job; it may be thrown away, mapped anew or started meanwhile. Locks it."""
    found = ImportBatch.objects.select_for_update().filter(pk=batch.pk, job_id=run.job_id, state=state)
    return found.first() is not None


def _unreadable_keep(run: JobRun, batch: ImportBatch, error: Unreadable, before: str, after: str) -> None:
    """Keep why a file cannot be read, then give up."""
    issue = error_issue(error)
    with tenant(run.organization_id):
        if _is_wanted(run, batch, before):
            outcome_keep(batch, Outcome(issues=[issue], mapping=batch.mapping, columns=batch.columns), after)
            import_ended(batch, refused=0, is_failed=after == State.FAILED, at=batch.created_at)
    raise JobRefused(issue.message) from error


def _failed_keep(run: JobRun, batch: ImportBatch, sentence: str) -> None:
    with tenant(run.organization_id):
        ImportBatch.objects.filter(pk=batch.pk).update(state=State.FAILED)
        import_ended(batch, refused=0, is_failed=True, at=batch.created_at)
    raise JobRefused(sentence)


def _lock(batch_id: int) -> ImportBatch:
    batch = ImportBatch.objects.select_for_update(of=("self",)).select_related("job").filter(pk=batch_id).first()
    if batch is None:
        raise ValidationError(_("This upload was thrown away."), code="gone")
    return batch


def _state_require(batch: ImportBatch, *states: str) -> None:
    if batch.state not in states:
        raise ValidationError(_("This import was already started or finished. Look at its page."), code="bad_state")


@contextmanager
def _unreadable_refused() -> Iterator[None]:
    """A mapping that cannot be used is refused in words. Raises: ValidationError."""
    try:
        yield
    except Unreadable as error:
        raise ValidationError(file_sentence(error.code, **error.params), code=error.code) from error


def _undo_check(batch: ImportBatch) -> None:
    """Only what nobody changed since can be taken back."""
    if batch.state != State.APPLIED:
        raise ValidationError(_("Only an import that was applied can be undone."), code="bad_state")
    later = ImportBatch.objects.raw(
        """SELECT b.* FROM crm_importbatch b WHERE b.id IN (
            SELECT later.batch_id FROM crm_importchange mine JOIN crm_importchange later
                ON later."table" = mine."table" AND later.object_id = mine.object_id AND later.id > mine.id
                AND later.batch_id <> mine.batch_id
            WHERE mine.batch_id = %s
        ) ORDER BY b.id DESC LIMIT 5""",
        [batch.pk],
    )
    with in_bulk():
        names = [f"{item.pk} ({item.file_name})" for item in later]
    if names:
        raise ValidationError(
            _("Later imports changed the same rows. Undo them first, the latest first: %(names)s.")
            % {"names": ", ".join(names)},
            code="changed_since",
        )
