"""A sheet from the first draft to its application."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from people.audit import audit
from people.engine.moves import JOINS, LEAVES, MANAGER, MOST, Line, Understood, understood
from people.models import Move, MoveSheet
from people.policies import moves
from people.queue import enqueue
from people.services.moves.due import hand_over
from people.services.moves.steps import Outcome, Steps
from people.services.moves.words import problem_words
from people.viewer import Viewer
from people.wall import current_organization_id

TEXTS = {"person": "person_text", "what": "what_text", "on": "on_text", "team": "team_text", "role": "role_text"}
TEXTS |= {"manager": "manager_text", "heir": "heir_text", "note": "note", "rule": "rule_text"}


@dataclass(frozen=True)
class Preview:
    """What would happen, line by line; `digest` says whether it is still the same when it is confirmed."""

    outcomes: dict[int, Outcome]
    digest: str

    @property
    def problem_count(self) -> int:
        return sum(bool(outcome.problems) for outcome in self.outcomes.values())

    @property
    def can_apply(self) -> bool:
        return bool(self.outcomes) and not self.problem_count


@transaction.atomic
def sheet_create(*, viewer: Viewer | None, lines: Sequence[Line], at: datetime, title: str = "") -> MoveSheet:
    """A draft: nothing holds yet. Raises: ValidationError for too many lines."""
    moves.require(viewer, "create")
    person = viewer.person if viewer else None
    sheet = MoveSheet.objects.create(
        title=title.strip()[:200], created_at=at, created_by=person, changed_at=at, changed_by=person
    )
    _lines_write(sheet, lines)
    return sheet


@transaction.atomic
def sheet_save(*, viewer: Viewer, sheet: MoveSheet, version: int, lines: Sequence[Line], at: datetime) -> MoveSheet:
    """Other lines in a draft. Raises: ValidationError where somebody else has saved it meanwhile; nothing is lost."""
    moves.require(viewer, "change", sheet)
    row = _draft(sheet)
    if row.version != version:
        who = row.changed_by.name if row.changed_by else _("Somebody")
        raise ValidationError(
            _(
                "%(name)s has saved this sheet meanwhile. Your lines are below and not saved yet; save again to keep them."
            )
            % {"name": who},
            code="changed_meanwhile",
        )
    _lines_write(row, lines)
    row.version, row.changed_at, row.changed_by = version + 1, at, viewer.person
    row.save(update_fields=["version", "changed_at", "changed_by"])
    return row


def sheet_preview(*, sheet: MoveSheet) -> Preview:
    """What the draft would do: it is done and taken back at once, so that nothing is left out."""
    with transaction.atomic():
        steps = _try(lines_of(sheet))
        transaction.set_rollback(True)
    return _preview(steps)


@transaction.atomic
def sheet_apply(
    *, viewer: Viewer | None, sheet: MoveSheet, at: datetime, on: date, digest: str | None = None
) -> Preview:
    """All lines or none. `on` is today: deals of later days are handed over on their day.

    Raises: ValidationError with problems left, or where something else would happen than what `digest` stood for.
    """
    moves.require(viewer, "change", sheet)
    row = _draft(sheet)
    steps = _try(lines_of(row))
    preview = _preview(steps)
    if not preview.outcomes:
        raise ValidationError(_("The sheet is empty."), code="empty")
    if preview.problem_count:
        raise ValidationError(_("Some lines have problems. Mend or remove them first."), code="problems")
    if digest is not None and digest != preview.digest:
        raise ValidationError(
            _("Something else would happen now than what you saw. Look at the sheet again."), code="changed_meanwhile"
        )
    row.changes = steps.recorder.finished()
    row.state, row.changed_at, row.changed_by = MoveSheet.State.APPLIED, at, viewer.person if viewer else None
    row.save(update_fields=["changes", "state", "changed_at", "changed_by"])
    _moves_settle(row, preview)
    audit("moves_apply", actor=viewer, at=at, subject=row, detail={"lines": len(preview.outcomes)})
    hand_over(row.moves.filter(on__lte=on), at=at)
    enqueue("pipeline.structure_changed", organization_id=current_organization_id() or 0)
    return preview


@transaction.atomic
def sheet_discard(*, viewer: Viewer, sheet: MoveSheet, at: datetime) -> None:
    """A draft is thrown away."""
    moves.require(viewer, "change", sheet)
    row = _draft(sheet)
    audit("moves_discard", actor=viewer, at=at, subject=row)
    row.delete()


def lines_of(sheet: MoveSheet) -> list[Line]:
    """The lines of a draft as they were typed. One query."""
    return [
        Line(move.number, **{name: getattr(move, column) for name, column in TEXTS.items()})
        for move in sheet.moves.order_by("number")
    ]


def _draft(sheet: MoveSheet) -> MoveSheet:
    row = MoveSheet.objects.select_for_update(of=("self",)).select_related("changed_by").get(pk=sheet.pk)
    if row.state != MoveSheet.State.DRAFT:
        raise ValidationError(_("This sheet is applied already. Start a new one."), code="not_a_draft")
    return row


def _lines_write(sheet: MoveSheet, lines: Sequence[Line]) -> None:
    if len(lines) > MOST:
        raise ValidationError(
            _("A sheet holds %(most)s lines at most; this one has %(n)s. Make two of it.")
            % {"most": MOST, "n": len(lines)},
            code="too_many",
        )
    Move.objects.filter(sheet=sheet).delete()
    Move.objects.bulk_create(
        Move(sheet=sheet, number=line.number, **{column: getattr(line, name) for name, column in TEXTS.items()})
        for line in lines
    )


def _try(lines: Sequence[Line]) -> Steps:
    steps = Steps()
    found = [understood(line) for line in lines]
    for each in found:
        if each.problems:
            outcome = Outcome(each.line.number, on=each.on)
            outcome.problems = [problem_words(code, _text_of(code, each.line)) for code in each.problems]
            steps.outcomes[each.line.number] = outcome
    seen: set[tuple[str, date | None]] = set()
    for each in sorted((one for one in found if not one.problems), key=_order):
        key = (each.line.person.casefold(), each.on)
        if key in seen:
            outcome = Outcome(each.line.number, on=each.on, problems=[problem_words("twice", "")])
            steps.outcomes[each.line.number] = outcome
            continue
        seen.add(key)
        steps.take(each)
    steps.look_back()
    return steps


def _order(each: Understood) -> tuple[date, int, int]:
    """By day; on a day seats are left before they are taken, and managers come before their people."""
    rank = 0 if each.what == LEAVES else 1 if each.role == MANAGER else 3 if each.what == JOINS else 2
    return (each.on or date.min, rank, each.line.number)


def _text_of(code: str, line: Line) -> str:
    return {"what": line.what, "role": line.role}.get(code, line.on)


def _preview(steps: Steps) -> Preview:
    outcomes = dict(sorted(steps.outcomes.items()))
    told = [[o.number, o.words, o.warnings, o.problems] for o in outcomes.values()]
    return Preview(outcomes, hashlib.sha256(json.dumps(told).encode()).hexdigest())


def _moves_settle(sheet: MoveSheet, preview: Preview) -> None:
    """From now on the lines refer to people instead of naming them."""
    rows = list(sheet.moves.all())
    for row in rows:
        outcome = preview.outcomes[row.number]
        row.person_id, row.manager_id, row.heir_id = outcome.person_id, outcome.manager_id, outcome.heir_id
        row.on, row.person_text, row.manager_text, row.heir_text = outcome.on, "", "", ""
    columns = ["person", "manager", "heir", "on", "person_text", "manager_text", "heir_text"]
    Move.objects.bulk_update(rows, columns)
