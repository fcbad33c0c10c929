"""Divide the company's number through the tree of a version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from goals.engine import season
from goals.engine.allocation import Allocation, Node, allocate
from goals.engine.proration import Basis
from goals.engine.ramp import Presence, Ramp, month_factor
from goals.engine.weights import weights_of
from goals.models import PlanCell, PlanLine, PlanStep, PlanVersion
from goals.models.plan import AllocationMethod, SeasonMethod
from goals.plan_policies import quota_plans
from goals.selectors.planning.history import (
    leaves_of,
    measured_of,
    presence_of,
    prior_year_window,
    sold_by_month,
    sold_by_person,
    trailing_window,
)
from goals.selectors.planning.sheet import Sheet, SheetLine, sheet_of
from goals.services.planning.cells import CellValue, draft_lock, step_write
from goals.services.planning.findings import finding_words
from kernel.issue import Issue, Level
from kernel.period import Period
from people.audit import audit
from people.jobs import JobRefused, JobRun, job_kind, job_start
from people.models import Job, Organization, Person
from people.selectors.holiday import holiday_days
from people.viewer import Viewer, viewer_of_person
from people.wall import tenant

Kind = PlanLine.Kind
Source = PlanCell.Source
LARGE = 300  # lines from which on a worker divides


@dataclass(frozen=True)
class Divided:
    """What the engine says about a version."""

    sheet: Sheet
    allocation: Allocation
    factors: dict[int, list[Fraction]]
    issues: list[Issue]


@transaction.atomic
def plan_allocate(
    *, viewer: Viewer | None, version: PlanVersion, organization: Organization, on: date, at: datetime
) -> PlanStep:
    """Divide the number by the settings of the version; locked cells stay. It can be undone until numbers change.

    Raises: PermissionDenied, ValidationError where it cannot be divided; then nothing is written.
    """
    quota_plans.require(viewer, "change")
    row = draft_lock(version)
    divided = divide(row, organization, on)
    errors = [issue for issue in divided.issues if issue.level is Level.ERROR]
    if errors:
        names = {line.key: line.name or _("the company") for line in divided.sheet.lines}
        raise ValidationError([finding_words(issue, names) for issue in errors[:10]])
    row.issues = [issue.to_dict() for issue in divided.issues]
    values = _values(divided)
    step = step_write(
        viewer=viewer, version=row, sheet=divided.sheet, values=values, kind=PlanStep.Kind.ALLOCATE, at=at
    )
    detail = {"method": row.method, "season": row.season, "amount": str(row.amount), "cells": len(values)}
    audit("plan_allocate", actor=viewer, at=at, subject=row, detail=detail)
    return step


def plan_allocate_start(*, viewer: Viewer, version: PlanVersion, at: datetime) -> Job:
    """Let a worker divide a large plan. Raises: PermissionDenied, ValidationError."""
    quota_plans.require(viewer, "change")
    draft_lock(version)
    arguments = {"version": version.pk, "person": viewer.person.pk, "on": viewer.on.isoformat(), "at": at.isoformat()}
    return job_start(kind="goals.plan_allocate", arguments=arguments, created_by=viewer.person, at=at)


@job_kind("goals.plan_allocate")
def plan_allocate_work(run: JobRun) -> dict[str, Any]:
    """Divide a large plan. A second attempt after a killed worker divides again, to the same cells."""
    run.progress(step=_("Reading what people sold"), done=0, total=2)
    with tenant(run.organization_id):
        organization = Organization.objects.get(pk=run.organization_id)
        person = Person.objects.get(pk=run.arguments["person"])
        on = date.fromisoformat(run.arguments["on"])
        viewer = viewer_of_person(person, organization=organization, on=on)
        version = PlanVersion.objects.select_related("plan").filter(pk=run.arguments["version"]).first()
        if version is None:
            raise JobRefused(_("This version is gone."))
    run.progress(step=_("Dividing the number"), done=1, total=2)
    with tenant(run.organization_id):
        at = datetime.fromisoformat(run.arguments["at"])
        try:
            step = plan_allocate(viewer=viewer, version=version, organization=organization, on=on, at=at)
        except ValidationError as error:
            raise JobRefused(" ".join(error.messages)) from error
    return {"step": step.pk, "cells": len(step.before)}


def divide(version: PlanVersion, organization: Organization, on: date) -> Divided:
    """What the cells would become. Raises: ValidationError for locked months that do not fit. Some fifteen queries."""
    sheet = sheet_of(version)
    company = sheet.lines[0]
    weights, issues = season_of(version, sheet, organization, on)
    step = max(sheet.minor(version.step_amount), 1)
    locked = [cell.amount if cell.is_locked else None for cell in company.cells]
    try:
        top = season.spread(sheet.minor(version.amount), weights, locked, step=step)
    except ValueError as error:
        raise ValidationError(
            _("The locked months of the company do not fit its number. Unlock some, or change the number.")
        ) from error
    factors = factors_of(version, sheet)
    people, found = _weights(version, sheet, organization, on)
    nodes = [_node(version, line, people, factors) for line in sheet.lines]
    allocation = allocate(top, nodes, step=step)
    return Divided(sheet, allocation, factors, [*allocation.issues, *issues, *found])


def season_of(
    version: PlanVersion, sheet: Sheet, organization: Organization, on: date
) -> tuple[list[Fraction], list[Issue]]:
    """A weight per month, and what was found. Four queries at most."""
    if version.season == SeasonMethod.HISTORY:
        return season.from_history(sold_by_month(organization, on), sheet.months)
    if version.season == SeasonMethod.OWN and len(version.season_weights) == len(sheet.months):
        return [Fraction(weight) for weight in version.season_weights], []
    return season.even(sheet.months), []


def factors_of(version: PlanVersion, sheet: Sheet) -> dict[int, list[Fraction]]:
    """Which share of a full quota each person's line carries in each month. Two queries."""
    period = Period(version.plan.starts_on, version.plan.ends_before)
    leaves = leaves_of(period)
    ramp = Ramp(tuple(Fraction(ratio) for ratio in version.ramp_ratios), version.is_ramp_from_full_month)
    basis, days_off = Basis(version.days), holiday_days()
    found = {}
    for line in sheet.lines:
        if line.person_id is not None:
            presence = Presence(line.days, line.hired_on, leaves.get(line.person_id, []))
            found[line.id] = [month_factor(month, presence, ramp, basis, days_off) for month in sheet.months]
    return found


def _weights(
    version: PlanVersion, sheet: Sheet, organization: Organization, on: date
) -> tuple[dict[int, Fraction], list[Issue]]:
    """A weight per line of a person."""
    lines = [line for line in sheet.lines if line.person_id is not None]
    if version.method == AllocationMethod.OWN:
        return _own_weights(lines), []
    if version.method == AllocationMethod.EVEN:
        return {line.id: Fraction(1) for line in lines}, []
    plan = version.plan
    is_trailing = version.method == AllocationMethod.TRAILING
    window = trailing_window(on) if is_trailing else prior_year_window(plan.starts_on, plan.ends_before)
    sold = sold_by_person(organization, window, on)
    teams = {line.person_id: str(line.team_id) for line in reversed(lines) if line.person_id is not None}
    rates, issues = weights_of(measured_of(sold, presence_of(window), teams, window))
    first = {str(line.person_id): line.key for line in reversed(lines)}
    told = [
        Issue(each.level, each.code, each.message, None, first.get(each.field or ""), each.value) for each in issues
    ]
    return {line.id: rates[str(line.person_id)] for line in lines}, told


def _own_weights(lines: Sequence[SheetLine]) -> dict[int, Fraction]:
    """As entered; where nobody of a team has one, all of its people weigh the same."""
    said = {line.parent_id for line in lines if line.weight is not None}
    return {line.id: Fraction(line.weight or 0) if line.parent_id in said else Fraction(1) for line in lines}


def _node(
    version: PlanVersion, line: SheetLine, people: dict[int, Fraction], factors: dict[int, list[Fraction]]
) -> Node:
    parent = None if line.parent_id is None else str(line.parent_id)
    locked: list[int | None] = [cell.amount if cell.is_locked else None for cell in line.cells]
    if line.kind == Kind.PERSON:
        return Node(line.key, parent, [people[line.id] * factor for factor in factors[line.id]], locked)
    ratio = version.over_ratios[line.depth] if line.depth < len(version.over_ratios) else Decimal(0)
    own = line.weight if version.method == AllocationMethod.OWN else None
    weights = [] if own is None else [Fraction(own)] * len(line.cells)
    return Node(line.key, parent, weights, [] if line.kind == Kind.COMPANY else locked, Fraction(ratio))


def _values(divided: Divided) -> dict[int, CellValue]:
    """The cells that change."""
    values = {}
    for line in divided.sheet.lines:
        factors = divided.factors.get(line.id)
        for month, cell in enumerate(line.cells):
            amount = divided.allocation.cells[line.key][month]
            is_part = factors is not None and 0 < factors[month] < 1
            source = Source.RAMP if is_part else Source.TOP_DOWN
            if not cell.is_locked and (cell.amount, cell.source) != (amount, source):
                values[cell.id] = CellValue(divided.sheet.money(amount), False, source)
    return values
