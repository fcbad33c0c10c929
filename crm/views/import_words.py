"""What the import pages show, as components."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.engine.layout import MOST_ABOVE
from crm.engine.mapping import FileMapping
from crm.intake.notes import notes_of_layout
from crm.intake.reading import Table as FileTable
from crm.kinds.base import KINDS
from crm.models import ImportBatch
from crm.selectors.imports import MOST_TOLD, import_issues
from people import formats
from people.components import Action, Cell, Column, JobProgress, Row, Stat, Status, Step, Table
from people.models import Job

State = ImportBatch.State
STATES: dict[str, Any] = {
    State.UPLOADED: ("neutral", "file"),
    State.CHECKED: ("accent", "clock"),
    State.RUNNING: ("accent", "refresh"),
    State.APPLIED: ("good", ""),
    State.FAILED: ("bad", ""),
    State.UNDONE: ("neutral", "undo"),
}
LEVELS: dict[str, Any] = {"error": "bad", "warning": "warn", "info": "neutral"}


def kind_label(kind: str) -> str:
    return str(KINDS[kind].label) if kind in KINDS else ""


def state_status(batch: ImportBatch) -> Status:
    tone, icon = STATES[batch.state]
    return Status(batch.get_state_display(), tone, icon)


def batch_href(batch: ImportBatch) -> str:
    page = {State.UPLOADED: "import_columns", State.CHECKED: "import_preview"}.get(State(batch.state), "import_detail")
    return reverse(f"crm:{page}", args=[batch.pk])


def batch_row(batch: ImportBatch) -> Row:
    who = batch.created_by.name if batch.created_by else _("Command line")
    counted = batch.state not in {State.UPLOADED}
    numbers = [batch.received, batch.created, batch.updated, batch.refused] if counted else [None] * 4
    return Row(
        [
            Cell(batch.file_name),
            Cell(kind_label(batch.kind)),
            Cell(batch.source),
            Cell(status=state_status(batch)),
            *[Cell(number) for number in numbers],
            Cell(formats.moment(batch.created_at), detail=who),
        ],
        href=batch_href(batch),
    )


def layout_notes(opened: FileTable, mapping: FileMapping) -> list[str]:
    """How the file was cut, as sentences."""
    return [issue.message for issue in notes_of_layout(opened, mapping)]


def header_choices(chosen: int | None) -> list[tuple[str, str, bool]]:
    """Where the column names may stand: value, words, whether chosen."""
    choices = [("", _("found by itself"), chosen is None), ("none", _("there are none"), chosen == 0)]
    for line in range(1, MOST_ABOVE + 1):
        choices.append((str(line), _("line %(number)s") % {"number": line}, chosen == line))
    return choices


def import_steps(current: int, columns_href: str = "") -> list[Step]:
    labels = [_("Upload"), _("Columns"), _("Preview"), _("Import")]
    hrefs = ["", columns_href, "", ""]
    states = ["done" if place < current else "current" if place == current else "waiting" for place in range(1, 5)]
    return [Step(label, state, href) for label, state, href in zip(labels, states, hrefs, strict=True)]  # type: ignore[arg-type]


def job_progress(job: Job, label: str, poll_href: str) -> JobProgress:
    words = {
        "reading": _("Reading rows"),
        "comparing": _("Comparing with what is there"),
        "applying": _("Applying"),
        "undoing": _("Putting everything back"),
    }
    states: dict[str, Any] = {
        Job.State.WAITING: "waiting",
        Job.State.RUNNING: "running",
        Job.State.DONE: "done",
    }
    return JobProgress(
        label, states.get(job.state, "failed"), job.done, job.total, words.get(job.step, job.step), poll_href
    )


def batch_stats(batch: ImportBatch, *, is_preview: bool = False) -> list[Stat]:
    stats = [
        Stat(_("Rows"), batch.received, "count"),
        Stat(_("To be created") if is_preview else _("Created"), batch.created, "count"),
        Stat(_("To be changed") if is_preview else _("Changed"), batch.updated, "count"),
        Stat(_("Unchanged"), batch.unchanged, "count"),
        Stat(_("Refused"), batch.refused, "count", tone="bad" if batch.refused else ""),
    ]
    if batch.is_snapshot:
        stats.append(Stat(_("Gone"), batch.removed, "count"))
    return stats


def issues_table(batch: ImportBatch) -> Table | None:
    """What to know about the file; None where nothing is."""
    issues = import_issues(batch)
    if not issues:
        return None
    names = {"error": _("Error"), "warning": _("Warning"), "info": _("Note")}
    return Table(
        id="issues",
        caption=_issues_caption(len(issues)),
        columns=[
            Column("level", _("Level")),
            Column("message", _("What")),
            Column("row", _("First line"), "count"),
            Column("count", _("Rows"), "count"),
        ],
        rows=[
            Row(
                [
                    Cell(status=Status(names[item.level], LEVELS[item.level])),
                    Cell(item.message),
                    Cell(item.row),
                    Cell(item.count),
                ]
            )
            for item in issues
        ],
        is_stacked_on_phone=True,
    )


def _issues_caption(count: int) -> str:
    if count < MOST_TOLD:
        return _("What to know about this file")
    return _("What to know about this file: the %(count)s most frequent things") % {"count": count}


def batch_actions(batch: ImportBatch, is_working: bool) -> list[Action]:
    actions = []
    if batch.refused:
        href = reverse("crm:import_refused", args=[batch.pk])
        actions.append(Action(_("Refused rows as CSV"), href, "export"))
    if batch.state == State.APPLIED and not is_working:
        href = reverse("crm:import_undo", args=[batch.pk])
        actions.append(Action(_("Undo this import"), href, "undo", "danger"))
    if batch.state == State.RUNNING and not is_working:
        actions.append(Action(_("Try again"), reverse("crm:import_run", args=[batch.pk]), "refresh", "primary", "post"))
    if batch.state == State.FAILED and batch.file_id:
        href = reverse("crm:import_columns", args=[batch.pk])
        actions.append(Action(_("Change the columns"), href, "edit", "primary"))
    return actions
