"""Make a quota plan, change how it is divided, copy a version, throw one away."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from goals.models import PlanCell, PlanLine, PlannedHire, PlanStep, PlanVersion, QuotaPlan
from goals.plan_policies import quota_plans
from goals.selectors.planning.sheet import months_of
from goals.selectors.planning.structure import LinePlace, structure_lines
from goals.services.planning.cells import CellValue, cells_write, draft_lock
from kernel.period import Period
from people.audit import audit
from people.refusal import refusals
from people.viewer import Viewer

MOST_MONTHS = 24
SETTINGS = (
    "amount",
    "method",
    "season",
    "season_weights",
    "over_ratios",
    "step_amount",
    "ramp_ratios",
    "is_ramp_from_full_month",
    "days",
    "grain",
    "attainment_ratio",
)
ENTERED = ("weight", "bottom_up_amount", "bottom_up_note", "bottom_up_by_id", "bottom_up_at")


@transaction.atomic
def plan_create(
    *,
    viewer: Viewer | None,
    at: datetime,
    on: date,
    name: str,
    starts_on: date,
    ends_before: date,
    amount: Decimal,
    currency: str,
    **settings: Any,
) -> PlanVersion:
    """A plan with its first version: the company's teams and people with empty cells.

    Teams stand as on its first day, or as today where that is later. Raises: PermissionDenied, ValidationError.
    """
    quota_plans.require(viewer, "change")
    _days_check(starts_on, ends_before)
    actor = viewer.person if viewer else None
    plan = QuotaPlan(
        name=name, starts_on=starts_on, ends_before=ends_before, currency=currency, created_by=actor, created_at=at
    )
    with refusals():
        plan.save()
    version = PlanVersion.objects.create(
        plan=plan,
        number=1,
        amount=amount,
        structure_on=min(max(on, starts_on), ends_before),
        created_by=actor,
        created_at=at,
        **settings,
    )
    lines = structure_lines(Period(starts_on, ends_before), version.structure_on)
    if len(lines) < 2:
        raise ValidationError(_("Nobody has a rep's seat in these days. Give people their seats first."))
    _lines_write(version, lines)
    audit("plan_create", actor=viewer, at=at, subject=version, detail={"name": name, "amount": f"{amount} {currency}"})
    return version


@transaction.atomic
def plan_change(*, viewer: Viewer | None, version: PlanVersion, at: datetime, **settings: Any) -> PlanVersion:
    """Another number or another way to divide it; cells stay until it is divided again.

    Raises: PermissionDenied, ValidationError.
    """
    quota_plans.require(viewer, "change")
    row = draft_lock(version)
    before = {name: getattr(row, name) for name in settings}
    for name, value in settings.items():
        setattr(row, name, value)
    row.save(update_fields=[name for name in SETTINGS if name in settings])
    changed = {name: str(value) for name, value in settings.items() if before[name] != value}
    if changed:
        audit("plan_change", actor=viewer, at=at, subject=row, detail=changed)
    return row


@transaction.atomic
def plan_version_copy(*, viewer: Viewer | None, version: PlanVersion, at: datetime) -> PlanVersion:
    """A new draft with everything of a version. Raises: PermissionDenied."""
    quota_plans.require(viewer, "change")
    last = PlanVersion.objects.filter(plan=version.plan).aggregate(last=Max("number"))["last"]
    copy = PlanVersion.objects.create(
        plan=version.plan,
        number=last + 1,
        structure_on=version.structure_on,
        copied_from=version,
        created_by=viewer.person if viewer else None,
        created_at=at,
        **{name: getattr(version, name) for name in SETTINGS},
    )
    _lines_copy(version, copy)
    for hire in version.hires.order_by("pk"):
        hire.pk, hire.version = None, copy
        hire._state.adding = True
        hire.save()
    audit("plan_copy", actor=viewer, at=at, subject=copy, detail={"from": version.pk})
    return copy


@transaction.atomic
def plan_version_delete(*, viewer: Viewer | None, version: PlanVersion, at: datetime) -> None:
    """Throw a draft away, and its plan with the last one; not what somebody has decided about, which is kept.

    Raises: PermissionDenied, ValidationError.
    """
    quota_plans.require(viewer, "change")
    row = draft_lock(version)
    if row.decisions.exists():
        raise ValidationError(
            _("Somebody has decided about this version, so it is kept. Change it, or copy it."), code="kept"
        )
    audit("plan_delete", actor=viewer, at=at, subject=row, detail={"plan": row.plan.name, "version": row.number})
    for model in (PlanCell,):
        model.objects.filter(line__version=row).delete()
    for model_of_version in (PlanStep, PlannedHire, PlanLine):
        model_of_version._default_manager.filter(version=row).delete()
    plan = row.plan
    row.delete()
    if not plan.versions.exists():
        plan.delete()


@transaction.atomic
def plan_structure_refresh(*, viewer: Viewer | None, version: PlanVersion, on: date, at: datetime) -> PlanVersion:
    """Read teams and people anew: who is new has empty cells, who stays keeps theirs, who is gone leaves the plan.

    Raises: PermissionDenied, ValidationError.
    """
    quota_plans.require(viewer, "change")
    row = draft_lock(version)
    former = {_identity(line): line for line in row.lines.all()}
    kept_cells = _cells_by_line(former)
    row.structure_on = on
    lines = structure_lines(Period(row.plan.starts_on, row.plan.ends_before), on)
    PlanStep.objects.filter(version=row).delete()
    PlanCell.objects.filter(line__version=row).delete()
    row.lines.all().delete()
    made = _lines_write(row, lines)
    kept = {line.pk: former[_identity(line)] for line in made if _identity(line) in former}
    for key, before in kept.items():
        if before.weight is not None or before.bottom_up_at is not None:
            PlanLine.objects.filter(pk=key).update(**{name: getattr(before, name) for name in ENTERED})
    new_cells = PlanCell.objects.filter(line__in=list(kept)).values_list("pk", "line_id", "month")
    values = {key: kept_cells[kept[line_id].pk][month] for key, line_id, month in new_cells}
    row.save(update_fields=["structure_on"])
    cells_write(row, values)
    detail = {"lines": len(made), "kept": len(kept), "gone": len(former) - len(kept)}
    audit("plan_structure_refresh", actor=viewer, at=at, subject=row, detail=detail)
    return row


def _cells_by_line(former: dict[tuple[Any, ...], PlanLine]) -> dict[int, dict[date, CellValue]]:
    """The numbers of lines by month. One query."""
    found: dict[int, dict[date, CellValue]] = {}
    rows = PlanCell.objects.filter(line__in=[line.pk for line in former.values()])
    for line_id, month, amount, is_locked, source in rows.values_list(
        "line_id", "month", "amount", "is_locked", "source"
    ):
        found.setdefault(line_id, {})[month] = CellValue(amount, is_locked, source)
    return found


def _identity(line: PlanLine) -> tuple[Any, ...]:
    return (line.kind, line.team_id if line.kind != PlanLine.Kind.COMPANY else None, line.person_id, line.starts_on)


def _days_check(starts_on: date, ends_before: date) -> None:
    if starts_on.day != 1 or ends_before.day != 1:
        raise ValidationError({"starts_on": _("A quota plan is made of whole months: begin and end on a first day.")})
    months = (ends_before.year - starts_on.year) * 12 + ends_before.month - starts_on.month
    if not 1 <= months <= MOST_MONTHS:
        raise ValidationError({"ends_before": _("A quota plan has 1 to %(most)s months.") % {"most": MOST_MONTHS}})


def _lines_write(version: PlanVersion, lines: list[LinePlace]) -> list[PlanLine]:
    """Lines level by level, because each names the one above; then their empty cells."""
    made: dict[int, PlanLine] = {}
    for depth in range(max(line.depth for line in lines) + 1):
        level = [(place, line) for place, line in enumerate(lines) if line.depth == depth]
        rows = [
            PlanLine(
                version=version,
                parent=None if line.parent is None else made[line.parent],
                kind=line.kind,
                team_id=line.team_id,
                person_id=line.person_id,
                starts_on=line.days.starts_on,
                ends_before=line.days.ends_before,
                place=place,
                depth=line.depth,
            )
            for place, line in level
        ]
        PlanLine.objects.bulk_create(rows)
        made |= {place: row for (place, _line), row in zip(level, rows, strict=True)}
    months = months_of(version.plan)
    PlanCell.objects.bulk_create(
        [PlanCell(line=row, month=month.starts_on) for row in made.values() for month in months], batch_size=5_000
    )
    return [made[place] for place in sorted(made)]


def _lines_copy(version: PlanVersion, copy: PlanVersion) -> None:
    former = list(version.lines.order_by("place"))
    made: dict[int, PlanLine] = {}
    for depth in range(max(line.depth for line in former) + 1):
        level = [line for line in former if line.depth == depth]
        rows = []
        for line in level:
            values = {field.attname: getattr(line, field.attname) for field in PlanLine._meta.concrete_fields}
            values |= {
                "id": None,
                "version_id": copy.pk,
                "parent_id": made[line.parent_id].pk if line.parent_id else None,
            }
            rows.append(PlanLine(**values))
        PlanLine.objects.bulk_create(rows)
        made |= {line.pk: row for line, row in zip(level, rows, strict=True)}
    cells = PlanCell.objects.filter(line__version=version).values_list(
        "line_id", "month", "amount", "is_locked", "source"
    )
    PlanCell.objects.bulk_create(
        [
            PlanCell(line=made[line_id], month=month, amount=amount, is_locked=is_locked, source=source)
            for line_id, month, amount, is_locked, source in cells
        ],
        batch_size=5_000,
    )
