"""Read a file into the temporary table, compare, and write everything in one transaction."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from crm.engine.convert import typed_rows
from crm.engine.mapping import FileMapping
from crm.engine.problem import Unreadable
from crm.intake.erased import erased_replace
from crm.intake.notes import notes_of
from crm.intake.reading import Chunks, mapping_decide, readings_decide, table_open
from crm.intake.resolve import in_bulk
from crm.intake.table import IntakeTable, columns_named
from crm.intake.wording import file_sentence
from crm.kinds.base import Intake, Kind, shapes
from crm.models import ImportBatch
from crm.selectors.known import known_names
from kernel.issue import Issue, IssueCollector, Level
from kernel.money import MINOR_UNIT_DIGITS
from people.models import Organization, Person
from people.wall import tenant

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
    opened = table_open(request.chunks, shapes(), chosen=request.mapping, shape=request.kind.shape)
    with tenant(request.organization.pk):
        known = known_names()
    mapping = mapping_decide(opened, request.kind.shape, request.mapping, known)
    readings = readings_decide(opened, request.kind.shape, mapping)
    if request.is_snapshot and not request.kind.has_snapshot:
        raise Unreadable("snapshot_not_possible")
    table = IntakeTable(request.kind.shape, opened.parts, columns_named(readings, opened.layout.columns))
    issues = IssueCollector(notes_of(opened, request.kind.shape, mapping))
    table.create()
    try:
        rows = typed_rows(
            opened.lines(), request.kind.shape, readings, len(opened.layout.columns), MINOR_UNIT_DIGITS.keys()
        )
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


def preview(intake: Intake, outcome: Outcome, kind: Kind) -> None:
    """Fill in exact counts without writing a fact. Behind the wall."""
    imports_lock()
    _erased_keep_out(intake)
    with in_bulk() if outcome.received > FEW else nullcontext():
        kind.compare(intake)
    _count(intake, outcome)
    outcome.error = _obstacle(intake, outcome)


def apply(intake: Intake, outcome: Outcome, kind: Kind, batch: ImportBatch) -> None:
    """Compare and write, everything or nothing. Behind the wall, in the transaction of the caller."""
    imports_lock()
    intake.batch = batch
    if _erased_keep_out(intake):
        _file_drop(batch)
    with in_bulk() if outcome.received > FEW else nullcontext():
        _apply(intake, outcome, kind)
    _rows_keep(intake, only_refused=bool(outcome.error))


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
            _count(intake, outcome)
            outcome.error = _obstacle(intake, outcome)


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


def _rows_keep(intake: Intake, *, only_refused: bool) -> None:
    intake.execute(
        "INSERT INTO crm_importrow (batch_id, number, raw, result, reason)"
        f" SELECT %(batch)s, number / {intake.table.parts}, raw::jsonb, coalesce(result, 'created'),"
        " coalesce(reason, '') FROM {t}" + (" WHERE result = 'refused'" if only_refused else "") + " ORDER BY number"
    )


def _in_lines(issue: Issue, parts: int) -> Issue:
    """Rows made of one line count as that line."""
    return issue if parts == 1 or issue.row is None else replace(issue, row=issue.row // parts)


def error_issue(error: Unreadable) -> Issue:
    """The one issue of a file that cannot be read."""
    return Issue(Level.ERROR, error.code, file_sentence(error.code, **error.params), row=error.params.get("row"))
