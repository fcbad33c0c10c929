"""Facts that programs send: through the same steps as a file, at once and in the transaction of the caller."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.engine.dates import DateOrder
from crm.engine.fields import Shape
from crm.engine.mapping import FileMapping, mapping_of, off_check
from crm.engine.problem import Unreadable
from crm.intake.pushed import pushed_file
from crm.intake.wording import file_sentence
from crm.kinds.base import Kind, kind_of
from crm.kinds.custom import shape_here
from crm.models import ImportBatch, ImportRow
from crm.policies import imports
from crm.services.applying import Outcome, Request, apply, error_issue, intake_open
from crm.services.imports import import_map, import_run, import_upload, outcome_keep, today_of
from kernel.issue import Issue
from people.audit import audit
from people.queue import enqueue
from people.viewer import Viewer

HEADER_LINE = 1  # of the file that a push is kept as; row 1 stands below it
MOST_ERRORS = 20

State = ImportBatch.State
Refused = tuple[int, str | None, str]  # row from 1, its id, the reason


@dataclass(frozen=True)
class Pushed:
    """What became of the rows. `error` says why nothing was applied; without a batch it was a trial."""

    batch: ImportBatch | None
    outcome: Outcome
    refused: list[Refused]

    @property
    def error(self) -> str:
        return self.outcome.error


def facts_push(
    *,
    viewer: Viewer,
    kind: Kind,
    source: str,
    rows: Sequence[dict[str, Any]],
    is_all_or_nothing: bool,
    is_dry_run: bool,
    at: datetime,
) -> Pushed:
    """Apply rows as an import of their own; known by (source, id), so sent twice they change nothing.

    Raises: PermissionDenied, ValidationError for rows that are no rows of this kind.
    """
    imports.require(viewer, "create")
    columns = columns_of(shape_here(kind), rows)
    table = list(pushed_file(columns, texts_of(columns, rows)))
    with transaction.atomic():
        batch = import_upload(
            stream=table,
            file_name=f"{kind.shape.kind}.jsonl",
            source=source,
            created_by=viewer.person,
            at=at,
            kind=kind.shape.kind,
        )
        batch.is_all_or_nothing = is_all_or_nothing
        batch.save(update_fields=["is_all_or_nothing"])
        request = Request(
            organization=viewer.organization,
            kind=kind,
            source=source,
            chunks=lambda: table,
            mapping=_mapping(columns),
            at=at,
            on=today_of(viewer.organization, at),
            actor=viewer.person,
            is_all_or_nothing=is_all_or_nothing,
        )
        outcome = _apply(viewer, batch, request)
        refused = _refused(batch, columns)
        if is_dry_run:
            transaction.set_rollback(True)
    return Pushed(None if is_dry_run else batch, _in_rows(outcome), refused)


def _apply(viewer: Viewer, batch: ImportBatch, request: Request) -> Outcome:
    try:
        with intake_open(request, lambda step, done, total: None) as (intake, outcome):
            apply(intake, outcome, request.kind, batch)
    except Unreadable as error:
        issue = error_issue(error)
        outcome = Outcome(issues=[issue], mapping=request.mapping.to_dict(), error=issue.message)
    outcome_keep(batch, outcome, State.FAILED if outcome.error else State.APPLIED)
    if not outcome.error:
        ImportBatch.objects.filter(pk=batch.pk).update(applied_at=request.at)
        audit("facts_push", actor=viewer, at=request.at, subject=batch, detail=dict(outcome.counts))
        batch.refresh_from_db(fields=["organization"])
        enqueue("pipeline.facts_changed", organization_id=batch.organization_id)
    return outcome


def columns_of(shape: Shape, rows: Sequence[dict[str, Any]]) -> list[str]:
    """The fields that the rows have. Raises: ValidationError for one that is unknown, or that a row leaves out.

    What a row left out would otherwise be taken for empty, and empty what is there.
    """
    columns = list(rows[0])
    if not columns:
        raise ValidationError({"rows.1": ValidationError(_("This row has no fields."), code="unknown_field")})
    known = shape.by_name
    unknown = [name for name in columns if name not in known]
    if unknown:
        raise _unknown_field(shape, unknown[0])
    wanted = set(columns)
    errors = {
        f"rows.{number}": ValidationError(
            _("This row has other fields than the first: %(names)s. Send null where a value is empty.")
            % {"names": ", ".join(sorted(set(row) ^ wanted))[:300]},
            code="other_fields",
        )
        for number, row in enumerate(rows, 1)
        if row.keys() != wanted
    }
    if errors:
        raise ValidationError(dict(list(errors.items())[:MOST_ERRORS]))
    return columns


def _unknown_field(shape: Shape, name: str) -> ValidationError:
    if name in shape.off:
        sentence = file_sentence("mapping_field_off", field=shape.off[name])
        return ValidationError({f"rows.1.{name}": ValidationError(sentence, code="switched_off")})
    near = get_close_matches(name, shape.by_name, n=1)
    hint = _(" Did you mean “%(name)s”?") % {"name": near[0]} if near else ""
    words = {"name": name[:100], "kind": shape.kind, "fields": ", ".join(shape.by_name)}
    sentence = _("“%(kind)s” has no field “%(name)s”.") % words + hint + _(" Its fields: %(fields)s.") % words
    return ValidationError({"rows.1": ValidationError(sentence, code="unknown_field")})


def texts_of(columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> list[list[str]]:
    """The rows as a file holds them. Raises: ValidationError for values that are lists or objects."""
    errors = {
        f"rows.{number}.{name}": ValidationError(_("Send a text, a number, true, false or null."), code="not_a_value")
        for number, row in enumerate(rows, 1)
        for name in columns
        if isinstance(row[name], list | dict)
    }
    if errors:
        raise ValidationError(dict(list(errors.items())[:MOST_ERRORS]))
    return [[_text(row[name]) for name in columns] for row in rows]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _mapping(columns: Sequence[str]) -> FileMapping:
    return FileMapping(
        columns={name: name for name in columns},
        dates=DateOrder.YEAR_FIRST,
        decimal_sign=".",
        header=HEADER_LINE,
    )


def _in_rows(outcome: Outcome) -> Outcome:
    """Issues speak of lines of the file; here row 1 is the first that was sent."""

    def moved(issue: Issue) -> Issue:
        return issue if issue.row is None else replace(issue, row=max(issue.row - HEADER_LINE, 1))

    return replace(outcome, issues=[moved(issue) for issue in outcome.issues])


def _refused(batch: ImportBatch, columns: Sequence[str]) -> list[Refused]:
    place = columns.index("id") if "id" in columns else None
    rows = ImportRow.objects.filter(batch=batch, result=ImportRow.Result.REFUSED).order_by("number")
    return [(row.number - HEADER_LINE, None if place is None else str(row.raw[place]), row.reason) for row in rows]


def import_start(
    *,
    viewer: Viewer,
    stream: Any,
    file_name: str,
    kind: str,
    source: str,
    mapping: dict[str, Any],
    is_all_or_nothing: bool,
    is_snapshot: bool,
    is_dry_run: bool,
    at: datetime,
) -> ImportBatch:
    """Keep a file and have a worker apply it, or only make its preview. Raises: ValidationError."""
    imports.require(viewer, "create")
    try:
        shape = shape_here(kind_of(kind))
        off_check(mapping_of(mapping, shape), shape)
    except Unreadable as error:
        field = "kind" if error.code == "no_kind" else "mapping"
        sentence = file_sentence(error.code, **error.params)
        raise ValidationError({field: ValidationError(sentence, code=error.code)}) from error
    batch = import_upload(stream=stream, file_name=file_name, source=source, created_by=viewer.person, at=at, kind=kind)
    if is_dry_run:
        import_map(
            batch=batch,
            kind=kind,
            source=source,
            mapping=mapping,
            is_all_or_nothing=is_all_or_nothing,
            is_snapshot=is_snapshot,
            at=at,
            actor=viewer.person,
        )
        return batch
    batch.mapping = mapping
    batch.is_all_or_nothing, batch.is_snapshot = is_all_or_nothing, is_snapshot
    batch.save(update_fields=["mapping", "is_all_or_nothing", "is_snapshot"])
    import_run(batch=batch, at=at, actor=viewer.person)
    return batch
