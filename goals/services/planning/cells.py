"""Write many cells at once, and take the last such step back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from goals.models import PlanCell, PlanStep, PlanVersion
from goals.plan_policies import quota_plans
from goals.selectors.planning.sheet import Sheet, last_step
from people.audit import audit
from people.viewer import Viewer

WRITE = """
UPDATE goals_plancell c SET amount = v.amount, is_locked = v.is_locked, source = v.source, revision = %s
FROM unnest(%s::bigint[], %s::numeric[], %s::boolean[], %s::text[]) AS v (id, amount, is_locked, source)
WHERE c.id = v.id
"""


@dataclass(frozen=True)
class CellValue:
    """What a cell is to become."""

    amount: Decimal
    is_locked: bool
    source: str


def draft_lock(version: PlanVersion) -> PlanVersion:
    """The version, locked for its transaction. Raises: ValidationError unless it is a draft."""
    row = PlanVersion.objects.select_for_update(of=("self",)).select_related("plan").get(pk=version.pk)
    if row.state != PlanVersion.State.DRAFT:
        raise ValidationError(
            _("This version is %(state)s and no draft any more. Copy it to go on.") % {"state": row.get_state_display()}
        )
    return row


def cells_write(version: PlanVersion, values: Mapping[int, CellValue]) -> None:
    """Give cells new values under the next revision of the version. Two queries."""
    version.revision += 1
    version.save(update_fields=["revision", "issues"])
    rows = list(values.items())
    with connection.cursor() as cursor:
        cursor.execute(
            WRITE,
            [
                version.revision,
                [key for key, _value in rows],
                [value.amount for _key, value in rows],
                [value.is_locked for _key, value in rows],
                [value.source for _key, value in rows],
            ],
        )


def step_write(
    *,
    viewer: Viewer | None,
    version: PlanVersion,
    sheet: Sheet,
    values: Mapping[int, CellValue],
    kind: str,
    at: datetime,
) -> PlanStep:
    """Write cells and keep what they were, so that it can be undone. Three queries."""
    known = {cell.id: cell for line in sheet.lines for cell in line.cells}
    before = {
        str(key): [str(sheet.money(known[key].amount)), known[key].is_locked, known[key].source] for key in values
    }
    cells_write(version, values)
    return PlanStep.objects.create(
        version=version,
        kind=kind,
        revision=version.revision,
        before=before,
        done_by=viewer.person if viewer else None,
        done_at=at,
    )


@transaction.atomic
def plan_undo(*, viewer: Viewer | None, version: PlanVersion, at: datetime) -> PlanStep:
    """Put back what the last step over many cells changed, unless anything was changed since.

    Raises: PermissionDenied, ValidationError.
    """
    quota_plans.require(viewer, "change")
    row = draft_lock(version)
    step = last_step(row)
    if step is None:
        raise ValidationError(_("Numbers were changed since, so the last step cannot be undone any more."))
    before = PlanStep.objects.values_list("before", flat=True).get(pk=step.pk)
    values = {int(key): CellValue(Decimal(amount), locked, source) for key, (amount, locked, source) in before.items()}
    existing = set(PlanCell.objects.filter(pk__in=values).values_list("pk", flat=True))
    cells_write(row, {key: value for key, value in values.items() if key in existing})
    step.undone_at = at
    step.save(update_fields=["undone_at"])
    audit("plan_undo", actor=viewer, at=at, subject=row, detail={"step": step.kind, "cells": len(values)})
    return step
