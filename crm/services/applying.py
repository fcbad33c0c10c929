"""Read a file into the temporary table, compare, and write everything in one transaction."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from crm.engine.convert import typed_rows
from crm.engine.mapping import FileMapping
from crm.engine.problem import Unreadable
from crm.intake.differences import Differences, differences_find, own_differences_find, removed_find, removed_keep
from crm.intake.erased import erased_replace
from crm.intake.notes import notes_of
from crm.intake.reading import Chunks, mapping_decide, readings_decide, table_open
from crm.intake.resolve import in_bulk
from crm.intake.table import IntakeTable, columns_named
from crm.intake.wording import file_sentence
from crm.kinds.base import Intake, Kind, shapes
from crm.kinds.custom import shape_here
from crm.models import CustomField, ImportBatch, ImportRow
from crm.selectors.known import known_names
from kernel.issue import Issue, IssueCollector, Level
from kernel.money import MINOR_UNIT_DIGITS
from people.models import Organization, Person
from people.statistics import statistics_gather
from people.wall import tenant

MOST_PREVIEWED = 1_000  # lines of each result that a preview keeps
MANY = 5_000  # rows from which the planner is told at once
FEW = 500  # rows up to which looking them up one by one is cheaper than reading whole tables
RESULTS = ("created", "updated", "unchanged", "refused")

Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True)
class Request:
    """A file and what is wanted of it."""

    organization: Organization
    kind: Kind
    source: str
    chunks: Chunks
    mapping: FileMapping
    at: datetime
    on: date
    actor: Person | None = None
    is_all_or_nothing: bool = False
    is_snapshot: bool = False


@dataclass
class Outcome:
    """What became, or would become, of a file."""

    received: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(RESULTS, 0))
    removed: int = 0
    issues: list[Issue] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    mapping: dict[str, Any] = field(default_factory=dict)
    error: str = ""  # why nothing was applied


@contextmanager
def intake_open(request: Request, progress: Progress) -> Iterator[tuple[Intake, Outcome]]:
    """The file in its temporary table, not compared yet. Outside of any transaction. Raises: Unreadable."""
    progress("reading", 0, None)
    with tenant(request.organization.pk):
        known, shape = known_names(), shape_here(request.kind)
    year_start = request.organization.fiscal_year_start
    opened = table_open(request.chunks, shapes(), chosen=request.mapping, shape=shape, year_start=year_start)
    mapping = mapping_decide(opened, shape, request.mapping, known)
    readings = readings_decide(opened, shape, mapping)
    if request.is_snapshot and not request.kind.has_snapshot:
        raise Unreadable("snapshot_not_possible")
    table = IntakeTable(shape, opened.parts, columns_named(readings, opened.layout.columns))
    issues = IssueCollector(notes_of(opened, shape, mapping))
    table.create()
    try:
        rows = typed_rows(opened.lines(), shape, readings, len(opened.layout.columns), MINOR_UNIT_DIGITS.keys())
        received = table.fill(rows, issues, lambda done: progress("reading", done, opened.profile.rows))
        intake = Intake(
            organization=request.organization,
            source=request.source,
            readings=readings,
            table=table,
            issues=issues,
            at=request.at,
            on=request.on,
            actor=request.actor,
            is_snapshot=request.is_snapshot,
            is_all_or_nothing=request.is_all_or_nothing,
        )
        yield intake, Outcome(received, columns=list(opened.layout.columns), mapping=mapping.to_dict())
    finally:
        table.drop()


def preview(intake: Intake, outcome: Outcome, kind: Kind, batch: ImportBatch) -> None:
    """Fill in exact counts, and the differences of the first rows, without writing a fact. Behind the wall."""
    imports_lock()
    _erased_keep_out(intake)
    with in_bulk() if outcome.received > FEW else nullcontext():
        kind.compare(intake)
    _count(intake, outcome)
    outcome.error = _obstacle(intake, outcome)
    if outcome.counts["updated"] or intake.is_snapshot:
        with in_bulk() if outcome.received > FEW else nullcontext():
            _rehearse(intake, kind, batch)


def _rehearse(intake: Intake, kind: Kind, batch: ImportBatch) -> None:
    """Write the first changed rows, note what that changes, and take it back at once."""
    issues, intake.issues, intake.batch = intake.issues, IssueCollector(), batch
    with transaction.atomic():
        intake.table.execute(
            "UPDATE {t} SET result = 'unchanged' WHERE result IS NULL OR (result = 'updated' AND number NOT IN"
            f" (SELECT number FROM {{t}} WHERE result = 'updated' ORDER BY number LIMIT {MOST_PREVIEWED}))"
        )
        kind.write(intake)
        _differences_find(intake, kind, batch)
        changed = intake.table.rows("SELECT number, changes FROM {t} WHERE changes IS NOT NULL")
        if intake.is_snapshot:
            intake.removed = removed_find(intake.table, kind.table, batch.pk, MOST_PREVIEWED)
        transaction.set_rollback(True)
    intake.issues, intake.batch = issues, None
    if changed:
        intake.table.execute(
            "UPDATE {t} SET changes = d.changes::jsonb FROM unnest(%s::integer[], %s::text[]) AS d (number, changes)"
            " WHERE {t}.number = d.number",
            [[number for number, _changes in changed], [changes for _number, changes in changed]],
        )


def apply(intake: Intake, outcome: Outcome, kind: Kind, batch: ImportBatch) -> None:
    """Compare and write, everything or nothing. Behind the wall, in the transaction of the caller."""
    imports_lock()
    intake.batch = batch
    if _erased_keep_out(intake):
        _file_drop(batch)
    with in_bulk() if outcome.received > FEW else nullcontext():
        _apply(intake, outcome, kind)
    rows_keep(intake, batch, where="WHERE result = 'refused'" if outcome.error else "")
    if outcome.received > MANY:
        statistics_gather()


def _erased_keep_out(intake: Intake) -> int:
    """A file does not bring back somebody who was erased; how many lines tried."""
    lines = erased_replace(intake.table)
    intake.warn("erased_person", lines, None)
    return lines


def _file_drop(batch: ImportBatch) -> None:
    """The bytes of a file that names somebody who was erased are not kept; its lines are, with the pseudonym."""
    file = batch.file
    if file is not None:
        ImportBatch.objects.filter(pk=batch.pk).update(file=None)
        file.delete()


def _apply(intake: Intake, outcome: Outcome, kind: Kind) -> None:
    kind.compare(intake)
    _count(intake, outcome)
    outcome.error = _obstacle(intake, outcome)
    if not outcome.error:
        with transaction.atomic():
            outcome.removed = kind.write(intake)
            _differences(intake, kind)
            _count(intake, outcome)
            outcome.error = _obstacle(intake, outcome)


def _differences_find(intake: Intake, kind: Kind, batch: ImportBatch) -> None:
    differences_find(intake.table, kind.table, batch.pk)
    if kind.shape.kind in CustomField.Entity.values:
        own_differences_find(intake.table, kind.shape.kind, batch.pk)


def _differences(intake: Intake, kind: Kind) -> None:
    if intake.batch is None:
        return
    _differences_find(intake, kind, intake.batch)
    if intake.is_snapshot:
        removed_keep(intake.table, kind.table, intake.batch.pk)


def imports_lock() -> None:
    """One import at a time writes in an organization: the second sees what the first wrote. Held to the end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7305119, current_setting('app.organization')::integer)")


def _count(intake: Intake, outcome: Outcome) -> None:
    found = dict(intake.rows("SELECT coalesce(result, 'created'), count(*) FROM {t} GROUP BY 1"))
    outcome.counts = {name: found.get(name, 0) for name in RESULTS}
    parts = intake.table.parts
    outcome.issues = [_in_lines(issue, parts) for issue in intake.issues.sorted()]


def _obstacle(intake: Intake, outcome: Outcome) -> str:
    """Why nothing can be applied, if so."""
    refused = outcome.counts["refused"]
    if refused and refused == outcome.received:
        return file_sentence("nothing_accepted")
    if refused and intake.is_all_or_nothing:
        return file_sentence("all_or_nothing")
    return ""


def rows_keep(intake: Intake, batch: ImportBatch, where: str = "") -> None:
    """Keep the lines as they came, what became of them, and what a full snapshot took away."""
    intake.table.execute(
        f"INSERT INTO crm_importrow (batch_id, number, raw, result, reason, changes)"
        f" SELECT %s, number / {intake.table.parts}, raw::jsonb, coalesce(result, 'created'), coalesce(reason, ''),"
        f" changes FROM {{t}} {where} ORDER BY number",
        [batch.pk],
    )


def rows_preview(intake: Intake, batch: ImportBatch) -> None:
    """Keep the first lines of every result."""
    ImportRow.objects.filter(batch=batch).delete()
    rows_keep(
        intake,
        batch,
        where="WHERE number IN (SELECT number FROM (SELECT number, row_number() OVER ("
        "PARTITION BY coalesce(result, 'created') ORDER BY number) AS place FROM {t}) x"
        f" WHERE place <= {MOST_PREVIEWED})",
    )
    removed = ImportRow.Result.REMOVED
    ImportRow.objects.bulk_create(
        [ImportRow(batch=batch, number=0, raw=[], result=removed, changes=changes) for changes in intake.removed]
    )


def dry_run(intake: Intake, outcome: Outcome, kind: Kind) -> list[tuple[int, Differences]]:
    """Exact counts, and line and differences of the first changed rows; nothing stays. Behind the wall."""
    with transaction.atomic():
        batch = ImportBatch.objects.create(
            kind=kind.shape.kind, source=intake.source, file_name="", created_at=intake.at
        )
        preview(intake, outcome, kind, batch)
        changes = intake.table.rows(
            f"SELECT number / {intake.table.parts}, changes FROM {{t}} WHERE changes IS NOT NULL ORDER BY number"
        )
        transaction.set_rollback(True)
    return [(number, json.loads(found)) for number, found in changes]


def _in_lines(issue: Issue, parts: int) -> Issue:
    """Rows made of one line count as that line."""
    return issue if parts == 1 or issue.row is None else replace(issue, row=issue.row // parts)


def error_issue(error: Unreadable) -> Issue:
    """The one issue of a file that cannot be read."""
    return Issue(Level.ERROR, error.code, file_sentence(error.code, **error.params), row=error.params.get("row"))
