"""Company objectives: written as a draft, published to everybody, read, checked in on, changed with a reason, withdrawn."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from goals.models import CheckIn, Measured, Objective, ObjectiveRead, Revision
from goals.policies import objectives
from goals.selectors.check_ins import said_already
from goals.services.values import day_far_off, values_fill
from goals.told_company import objective_changed, objective_published
from people.audit import audit
from people.refusal import refusals
from people.viewer import Viewer

SILENT = frozenset({"description"})  # may be put better without a reason


@transaction.atomic
def objective_create(*, viewer: Viewer | None, at: datetime, **values: Any) -> Objective:
    """A draft that only who publishes objectives, and its owner, see. Raises: PermissionDenied, ValidationError."""
    objective = Objective(created_at=at, created_by=viewer.person if viewer else None, **values)
    objectives.require(viewer, "change", objective)
    _check(objective)
    with refusals():
        objective.save()
    audit("objective_create", actor=viewer, at=at, subject=objective, detail={"name": objective.name})
    return objective


@transaction.atomic
def objective_change(
    *, viewer: Viewer | None, objective: Objective, at: datetime, version: int, reason: str = "", **values: Any
) -> Objective:
    """Once published every change needs a reason and keeps what it was. Raises: PermissionDenied, ValidationError."""
    objectives.require(viewer, "change", objective)
    row = _locked(objective, version)
    before = {name: _text(getattr(row, name)) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    _check(row)
    changed = [name for name in values if _text(getattr(row, name)) != before[name]]
    if not changed:
        return row
    if row.published_at and not reason and set(changed) - SILENT:
        raise ValidationError({"reason": _("Say why: everybody has seen it as it was.")}, code="required")
    row.version += 1
    with refusals():
        row.save()
        row.refresh_from_db()
    after = {name: _text(getattr(row, name)) for name in changed}
    if row.published_at:
        Revision.objects.create(
            objective=row,
            at=at,
            by=viewer.person if viewer else None,
            reason=reason,
            before={name: before[name] for name in changed},
            after=after,
            version=row.version,
        )
        if set(changed) - SILENT:
            objective_changed(row, by=viewer, at=at)
    audit("objective_change", actor=viewer, at=at, subject=row, detail={"fields": changed, "reason": reason})
    return row


@transaction.atomic
def objective_publish(*, viewer: Viewer | None, objective: Objective, at: datetime) -> Objective:
    """From now on everybody sees it. Raises: PermissionDenied, ValidationError."""
    objectives.require(viewer, "change", objective)
    row = _locked(objective)
    if row.published_at:
        raise ValidationError(_("It is published already."), code="published")
    if row.withdrawn_at:
        raise ValidationError(_("It was withdrawn and cannot be published. Write a new one."), code="withdrawn")
    row.published_at = at
    row.version += 1
    row.save(update_fields=["published_at", "version"])
    objective_published(row, by=viewer, at=at)
    audit("objective_publish", actor=viewer, at=at, subject=row, detail={"name": row.name})
    return row


@transaction.atomic
def objective_withdraw(*, viewer: Viewer | None, objective: Objective, at: datetime) -> Objective:
    """It ends here; goals that contribute to it stay. Raises: PermissionDenied, ValidationError."""
    objectives.require(viewer, "change", objective)
    row = _locked(objective)
    if row.withdrawn_at:
        raise ValidationError(_("It is withdrawn already."), code="withdrawn")
    row.withdrawn_at = at
    row.version += 1
    row.save(update_fields=["withdrawn_at", "version"])
    audit("objective_withdraw", actor=viewer, at=at, subject=row, detail={"name": row.name})
    return row


@transaction.atomic
def objective_read(*, viewer: Viewer, objective: Objective, at: datetime) -> None:
    """Somebody says that they have read it; once is enough. Raises: PermissionDenied, ValidationError."""
    objectives.require(viewer, "view", objective)
    if objective.published_at is None:
        raise ValidationError(_("It is a draft; it can be read when it is published."), code="draft")
    rows = [ObjectiveRead(objective=objective, person=viewer.person, read_at=at)]
    ObjectiveRead.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def objective_check_in(
    *,
    viewer: Viewer | None,
    objective: Objective,
    at: datetime,
    on: date,
    value: Decimal | None = None,
    confidence: str = "",
    note: str = "",
) -> CheckIn:
    """How the owner sees it, with its value where that is entered. Raises: PermissionDenied, ValidationError."""
    objectives.require(viewer, "check_in", objective)
    if objective.kind != Measured.Kind.MANUAL and value is not None:
        raise ValidationError({"value": _("Its value is computed; say how you see it in words.")}, code="computed")
    if value is None and not confidence and not note.strip():
        raise ValidationError({"note": _("Say something: a value, how sure you are, or a note.")}, code="required")
    if not objective.starts_on <= on < objective.ends_before:
        raise ValidationError({"on": _("Choose a day of the objective's own days.")}, code="outside")
    _locked(objective)
    by = viewer.person if viewer else None
    said = CheckIn(
        objective=objective, on=on, value=value, confidence=confidence, note=note.strip(), by=by, created_at=at
    )
    if (twin := said_already(said)) is not None:
        return twin
    said.save()
    audit("objective_check_in", actor=viewer, at=at, subject=objective)
    return said


def _check(row: Objective) -> None:
    """Unit and direction of a metric are the catalogue's; the target must be better. Raises: ValidationError."""
    if row.kind == Measured.Kind.MILESTONES:
        raise ValidationError({"kind": _("An objective has a metric, or a number that is entered.")}, code="kind")
    values_fill(row)
    sign = -1 if row.direction == Measured.Direction.LOWER else 1
    if far := day_far_off(row):
        raise ValidationError({far: _("Choose days between 1990 and 2200.")}, code="objective_days")
    if row.starts_on >= row.ends_before:
        raise ValidationError({"ends_before": _("The end must come after the start.")}, code="objective_days")
    if sign < 0 and row.baseline is None:
        text = _("Lower is better here: say where it starts, so that progress can be measured.")
        raise ValidationError({"baseline": text}, code="objective_way")
    if sign * (row.target - (row.baseline or 0)) <= 0:
        better = _("lower") if sign < 0 else _("higher")
        text = _("The target must be %(better)s than the baseline.") % {"better": better}
        raise ValidationError({"target": text}, code="objective_way")


def _locked(objective: Objective, version: int | None = None) -> Objective:
    """The row as it is now, until the transaction ends. Raises: ValidationError where somebody changed it since."""
    row: Objective = Objective.objects.select_for_update(of=("self",)).get(pk=objective.pk)
    if version is not None and row.version != version:
        raise ValidationError(
            _("Somebody has changed it meanwhile. Look at its page, then send your change again."),
            code="changed_meanwhile",
            params={"version": row.version},
        )
    return row


def _text(value: Any) -> Any:
    """A field's value as a revision keeps it."""
    if value is None or isinstance(value, str | list):
        return value
    if isinstance(value, Decimal):
        return f"{value:.6f}"
    return value.isoformat() if isinstance(value, date) else str(getattr(value, "pk", value))
