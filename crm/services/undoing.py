"""An import is taken back. What somebody changed since is said before, and stays or goes as they choose."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.intake.later import CHOICES, KEEP, UNDO, later_settle
from crm.intake.resolve import in_bulk
from crm.kinds.base import kind_of
from crm.models import ImportBatch, ImportChange, ImportIssue
from crm.selectors.later import later_count
from crm.services.applying import imports_lock
from crm.services.imports import batch_lock
from kernel.issue import Level
from people.audit import audit
from people.jobs import JobRefused, JobRun, job_kind, job_start
from people.models import Job, Person
from people.queue import enqueue
from people.refusal import refusals
from people.wall import tenant

State = ImportBatch.State
FOREIGN_KEY_VIOLATION = "23503"


@dataclass(frozen=True)
class Agreed:
    """What somebody was shown before they chose: how many records were changed since, and when they looked."""

    count: int
    at: datetime


def import_undo_start(
    *, batch: ImportBatch, at: datetime, actor: Person | None, later: str = "", agreed: Agreed | None = None
) -> Job:
    """Have a worker take a batch back; `later` says what becomes of records that were changed since.

    Raises: ValidationError that names what stands in the way (code changed_since: choose first).
    """
    batch = batch_lock(batch.pk)
    if batch.job is not None and batch.job.kind == "crm.import_undo" and not batch.job.is_over:
        return batch.job
    _undo_check(batch, later, agreed)
    arguments: dict[str, Any] = {"batch": batch.pk, "later": later}
    if agreed is not None:
        arguments |= {"agreed": agreed.count, "looked_at": agreed.at.isoformat()}
    batch.job = job_start(kind="crm.import_undo", arguments=arguments, created_by=actor, at=at)
    batch.save(update_fields=["job"])
    return batch.job


def import_undo(
    *, batch: ImportBatch, at: datetime, actor: Person | None, later: str = "", agreed: Agreed | None = None
) -> int:
    """Put everything back as it was before a batch; how many records had been changed since.

    Raises: ValidationError that names what stands in the way (code changed_since: choose first).
    """
    imports_lock()
    batch = batch_lock(batch.pk)
    if batch.state == State.UNDONE:
        return 0
    _undo_check(batch, later, agreed)
    trail = kind_of(batch.kind).trail
    with in_bulk():
        count = later_settle(trail, batch, later or KEEP)
    _put_back(batch, actor, at)
    ImportChange.objects.filter(batch=batch).delete()
    ImportBatch.objects.filter(pk=batch.pk).update(state=State.UNDONE, undone_at=at)
    if count:
        _say(batch, count, later)
    told = {"undone_too" if later == UNDO else "left": count} if count else {}
    audit("import_undo", actor=actor, at=at, subject=batch, detail={"file": batch.file_name, **told})
    enqueue("pipeline.facts_changed", organization_id=batch.organization_id)
    return count


@job_kind("crm.import_undo")
def import_undo_work(run: JobRun) -> dict[str, Any]:
    """Job: take a batch back."""
    run.progress(step="undoing")
    looked_at = parse_datetime(run.arguments.get("looked_at", ""))
    agreed = Agreed(run.arguments["agreed"], looked_at) if looked_at else None
    with tenant(run.organization_id):
        batch = ImportBatch.objects.get(pk=run.arguments["batch"])
        job = Job.objects.select_related("created_by").get(pk=run.job_id)
        later = run.arguments.get("later", "")
        try:
            import_undo(batch=batch, at=job.created_at, actor=job.created_by, later=later, agreed=agreed)
        except ValidationError as error:
            raise JobRefused(error.messages[0]) from error
    return {"batch": batch.pk}


def _undo_check(batch: ImportBatch, later: str, agreed: Agreed | None) -> None:
    """Raises: ValidationError where it is not applied, or nobody said what becomes of what was changed since."""
    if batch.state != State.APPLIED:
        raise ValidationError(_("Only an import that was applied can be undone."), code="bad_state")
    if later and later not in CHOICES:
        raise ValidationError({"later": ValidationError(_("Choose what is there."), code="invalid_choice")})
    if later == KEEP:
        return
    with in_bulk():
        count, last = later_count(kind_of(batch.kind).trail, batch)
    if not count:
        return
    if not later:
        raise ValidationError(_needs_choice(count), code="changed_since")
    if agreed is not None and (count > agreed.count or (last is not None and last > agreed.at)):
        sentence = _("More was changed while you looked. Nothing is undone yet: look at the list and choose again.")
        raise ValidationError(sentence, code="changed_meanwhile")


def _needs_choice(count: int) -> str:
    return ngettext(
        "%(count)d record of this import was changed afterwards. Choose whether it stays as it is now or is undone too.",
        "%(count)d records of this import were changed afterwards. Choose whether they stay as they are now or are undone too.",
        count,
    ) % {"count": count}


def _say(batch: ImportBatch, count: int, later: str) -> None:
    """On the page of the import it stays to be read what was chosen."""
    is_taken = later == UNDO
    sentence = (
        _("Changed afterwards by hand or by a later import, and undone too")
        if is_taken
        else _("Changed afterwards by hand or by a later import, and left as they were")
    )
    code = "later_undone" if is_taken else "later_kept"
    ImportIssue.objects.create(batch=batch, level=Level.INFO, code=code, message=sentence, count=count)


def _put_back(batch: ImportBatch, actor: Person | None, at: datetime) -> None:
    """Raises: ValidationError where something that was entered by hand since does not go with what was before."""
    reason = ""
    try:
        with refusals(), in_bulk():
            kind_of(batch.kind).undo(batch, actor=actor, at=at)
            with connection.cursor() as cursor:  # what a constraint finds at the end is said, too
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
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
    diag = getattr(error.__cause__, "diag", None)
    if getattr(diag, "constraint_name", "") == "credit_total":
        return _("The shares of a deal would not add up.")
    if getattr(diag, "sqlstate", "") == FOREIGN_KEY_VIOLATION:
        model = next((one for one in apps.get_models() if one._meta.db_table == getattr(diag, "table_name", "")), None)
        return _("Something refers to what would go: %(what)s.") % {"what": model._meta.verbose_name if model else "–"}
    return _("It would stand there twice.")
