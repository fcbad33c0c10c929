"""Numbers entered by hand, locks, weights, and what managers expect. Whoever comes second is told, nothing is lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from goals.engine.rounding import apportion
from goals.models import PlanCell, PlanLine, PlanStep, PlanVersion
from goals.plan_policies import quota_plans
from goals.selectors.planning.sheet import sheet_of
from goals.services.planning.cells import CellValue, cells_write, draft_lock, step_write
from kernel.money import MINOR_UNIT_DIGITS, round_decimal
from people import formats
from people.audit import audit
from people.models import AuditEntry
from people.viewer import Viewer

Source = PlanCell.Source


@dataclass(frozen=True)
class CellChange:
    """A new number of a cell, and the revision of the cell that whoever enters it saw."""

    month: date
    amount: Decimal
    seen: int
    is_locked: bool = True


@transaction.atomic
def plan_cells_change(
    *, viewer: Viewer | None, version: PlanVersion, line: PlanLine, changes: list[CellChange], at: datetime
) -> int:
    """Numbers of a line by hand; they are locked, so that dividing again keeps them. How many changed.

    Raises: PermissionDenied, ValidationError (code changed_meanwhile where somebody else has changed one since).
    """
    quota_plans.require(viewer, "change")
    row = draft_lock(version)
    known = {cell.month: cell for cell in PlanCell.objects.filter(line=line)}
    digits = MINOR_UNIT_DIGITS[row.plan.currency]
    values, detail = {}, {}
    for change in changes:
        cell = known.get(change.month)
        if cell is None:
            raise ValidationError(_("The plan has no month %(month)s.") % {"month": change.month})
        amount = round_decimal(change.amount, digits)
        if amount < 0:
            raise ValidationError(_("A quota cannot be negative."))
        if (cell.amount, cell.is_locked) == (amount, change.is_locked):
            continue
        if cell.revision > change.seen:
            raise _changed_meanwhile(row, line, cell, amount)
        source = Source.HAND if cell.amount != amount else cell.source
        values[cell.pk] = CellValue(amount, change.is_locked, source)
        detail[change.month.isoformat()] = [str(cell.amount), str(amount), change.is_locked]
    if values:
        cells_write(row, values)
        audit(
            "plan_cells_change",
            actor=viewer,
            at=at,
            subject=row,
            detail={"line": line.pk, "revision": row.revision, "cells": detail},
        )
    return len(values)


def _changed_meanwhile(version: PlanVersion, line: PlanLine, cell: PlanCell, amount: Decimal) -> ValidationError:
    entry = (
        AuditEntry.objects.filter(subject="planversion", subject_id=version.pk)
        .exclude(action="plan_estimate")
        .select_related("actor")
        .order_by("-pk")
        .first()
    )
    who = entry.actor.name if entry and entry.actor else _("somebody")
    words = _(
        "%(who)s has changed %(month)s meanwhile: it is %(now)s. Your %(yours)s is not stored; look, then enter it again."
    )
    currency = version.plan.currency
    return ValidationError(
        words
        % {
            "who": who,
            "month": formats.day(cell.month),
            "now": formats.money_exact(cell.amount, currency),
            "yours": formats.money_exact(amount, currency),
        },
        code="changed_meanwhile",
    )


@transaction.atomic
def plan_lock(*, viewer: Viewer | None, version: PlanVersion, line: PlanLine, is_locked: bool, at: datetime) -> int:
    """Lock or unlock all numbers of a line. How many changed. Raises: PermissionDenied, ValidationError."""
    quota_plans.require(viewer, "change")
    row = draft_lock(version)
    cells = PlanCell.objects.filter(line=line).exclude(is_locked=is_locked)
    values = {cell.pk: CellValue(cell.amount, is_locked, cell.source) for cell in cells}
    if values:
        cells_write(row, values)
        audit("plan_lock", actor=viewer, at=at, subject=row, detail={"line": line.pk, "is_locked": is_locked})
    return len(values)


@transaction.atomic
def plan_weight_change(
    *, viewer: Viewer | None, version: PlanVersion, line: PlanLine, weight: Decimal | None, at: datetime
) -> None:
    """The own weight of a person or team, for dividing by own weights. Raises: PermissionDenied, ValidationError."""
    quota_plans.require(viewer, "change")
    row = draft_lock(version)
    if weight is not None and weight < 0:
        raise ValidationError({"weight": _("A weight is zero or more.")})
    if line.weight != weight:
        PlanLine.objects.filter(pk=line.pk).update(weight=weight)
        audit("plan_change", actor=viewer, at=at, subject=row, detail={"line": line.pk, "weight": str(weight)})


@transaction.atomic
def plan_estimates_enter(
    *, viewer: Viewer | None, version: PlanVersion, estimates: Mapping[int, tuple[Decimal | None, str]], at: datetime
) -> int:
    """What a manager expects of each person over the plan, beside the number from above. How many changed.

    Raises: PermissionDenied, ValidationError once the version is decided.
    """
    quota_plans.require(viewer, "estimate")
    row = PlanVersion.objects.select_for_update(of=("self",)).select_related("plan").get(pk=version.pk)
    if row.state not in (PlanVersion.State.DRAFT, PlanVersion.State.REVIEW):
        raise ValidationError(_("This version is decided; estimates are not taken any more."))
    lines = {line.pk: line for line in quota_plans.lines(viewer, "estimate").filter(version=row, pk__in=estimates)}
    changed: dict[str, Any] = {}
    for line_id, (amount, note) in estimates.items():
        line = lines.get(line_id)
        if line is None:
            raise ValidationError(_("You may enter estimates for the people of your teams only, not for yourself."))
        if amount is not None and amount < 0:
            raise ValidationError(_("An estimate cannot be negative."))
        if (line.bottom_up_amount, line.bottom_up_note) == (amount, note):
            continue
        PlanLine.objects.filter(pk=line_id).update(
            bottom_up_amount=amount,
            bottom_up_note=note,
            bottom_up_by=viewer.person if viewer else None,
            bottom_up_at=at,
        )
        changed[str(line_id)] = [str(line.bottom_up_amount), str(amount)]
    if changed:
        audit("plan_estimate", actor=viewer, at=at, subject=row, detail={"lines": changed})
    return len(changed)


@transaction.atomic
def plan_estimates_take(*, viewer: Viewer | None, version: PlanVersion, at: datetime) -> PlanStep:
    """Take what managers expect as the numbers of their people, spread like the numbers before, and lock them.

    Raises: PermissionDenied, ValidationError where nobody has entered anything.
    """
    quota_plans.require(viewer, "change")
    row = draft_lock(version)
    sheet = sheet_of(row)
    company = sheet.lines[0]
    values = {}
    for line in sheet.lines:
        if line.estimate is None:
            continue
        like = line.amounts if any(line.amounts) else company.amounts if any(company.amounts) else [1] * len(line.cells)
        for cell, amount in zip(line.cells, apportion(line.estimate, like), strict=True):
            values[cell.id] = CellValue(sheet.money(amount), True, Source.BOTTOM_UP)
    if not values:
        raise ValidationError(_("Nobody has entered an estimate yet."))
    step = step_write(viewer=viewer, version=row, sheet=sheet, values=values, kind=PlanStep.Kind.BOTTOM_UP, at=at)
    audit("plan_estimates_take", actor=viewer, at=at, subject=row, detail={"cells": len(values)})
    return step
