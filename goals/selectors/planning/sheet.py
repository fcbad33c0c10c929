"""A version of a plan as one sheet: lines × months, in whole minor units."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404

from goals.engine.allocation import gaps_between
from goals.models import PlanCell, PlanLine, PlannedHire, PlanStep, PlanVersion, QuotaPlan
from goals.plan_policies import quota_plans
from kernel.money import MINOR_UNIT_DIGITS
from kernel.period import Period, add_months
from people.viewer import Viewer

Kind = PlanLine.Kind


@dataclass(frozen=True)
class SheetCell:
    """A number, in minor units."""

    id: int
    amount: int
    is_locked: bool
    source: str
    revision: int


@dataclass(frozen=True)
class SheetLine:
    """A line with its cells, one a month."""

    id: int
    parent_id: int | None
    kind: str
    name: str
    team_id: int | None
    team_name: str
    person_id: int | None
    hired_on: date | None
    days: Period
    depth: int
    weight: Decimal | None
    estimate: int | None
    note: str
    cells: tuple[SheetCell, ...]

    @property
    def key(self) -> str:
        return str(self.id)

    @property
    def amounts(self) -> list[int]:
        return [cell.amount for cell in self.cells]

    @property
    def total(self) -> int:
        return sum(self.amounts)

    @property
    def is_locked(self) -> bool:
        return all(cell.is_locked for cell in self.cells)


@dataclass(frozen=True)
class Sheet:
    """All lines in the order of the tree, the company first; `gaps`: what those below have beyond each line."""

    version: PlanVersion
    months: list[Period]
    digits: int
    lines: list[SheetLine]
    gaps: dict[str, list[int]] = field(default_factory=dict)

    @property
    def by_id(self) -> dict[int, SheetLine]:
        return {line.id: line for line in self.lines}

    def money(self, minor: int) -> Decimal:
        """Minor units as an amount."""
        return Decimal(minor).scaleb(-self.digits)

    def minor(self, amount: Decimal) -> int:
        """An amount in minor units, whole ones."""
        return int(amount.scaleb(self.digits).to_integral_value())

    def below(self, line_id: int) -> list[SheetLine]:
        """The line and everything below it, in order."""
        inside = {line_id}
        found = []
        for line in self.lines:
            if line.id in inside or line.parent_id in inside:
                inside.add(line.id)
                found.append(line)
        return found

    def above(self, line_id: int) -> list[SheetLine]:
        """The lines above, the nearest first."""
        by_id, found = self.by_id, []
        line = by_id[line_id]
        while line.parent_id is not None and line.parent_id in by_id:
            line = by_id[line.parent_id]
            found.append(line)
        return found

    def estimates(self) -> dict[int, int | None]:
        """What people below each line expect together; None where nobody below has said anything.

        Of those without an estimate the number from above counts.
        """
        totals: dict[int, int] = {}
        said: set[int] = set()
        for line in reversed(self.lines):
            if line.kind == Kind.PERSON:
                totals[line.id] = line.total if line.estimate is None else line.estimate
                if line.estimate is not None:
                    said.add(line.id)
            if line.parent_id is not None:
                totals[line.parent_id] = totals.get(line.parent_id, 0) + totals.get(line.id, 0)
                if line.id in said:
                    said.add(line.parent_id)
        return {line.id: totals.get(line.id, 0) if line.id in said else None for line in self.lines}


def months_of(plan: QuotaPlan) -> list[Period]:
    """The months of a plan, in order."""
    found, first = [], plan.starts_on
    while first < plan.ends_before:
        found.append(Period(first, add_months(first, 1)))
        first = found[-1].ends_before
    return found


def sheet_of(version: PlanVersion, within: Collection[int] | None = None) -> Sheet:
    """The sheet of a version; `within`: lines in sight (None: all). Two queries (the plan has to be read already)."""
    plan = version.plan
    months = months_of(plan)
    places = {month.starts_on: place for place, month in enumerate(months)}
    digits = MINOR_UNIT_DIGITS[plan.currency]
    found = list(_rows(version, within))
    cells: dict[int, list[Any]] = {}
    # by the ids of the lines: of a new plan the planner knows nothing yet, and would join for a quarter of a minute
    rows = PlanCell.objects.filter(line__in=[row.pk for row in found])
    for key, line_id, month, amount, is_locked, source, revision in rows.values_list(
        "pk", "line_id", "month", "amount", "is_locked", "source", "revision"
    ):
        cell = SheetCell(key, int(amount.scaleb(digits).to_integral_value()), is_locked, source, revision)
        cells.setdefault(line_id, [None] * len(months))[places[month]] = cell
    lines = [_line(row, cells.get(row.pk, []), digits) for row in found]
    shown = {line.id for line in lines}
    parents = {line.key: str(line.parent_id) if line.parent_id in shown else None for line in lines}
    return Sheet(version, months, digits, lines, gaps_between({line.key: line.amounts for line in lines}, parents))


def _rows(version: PlanVersion, within: Collection[int] | None) -> Iterable[PlanLine]:
    found = PlanLine.objects.filter(version=version).select_related("team", "person").order_by("place")
    return found if within is None else found.filter(pk__in=within)


def _line(row: PlanLine, cells: list[Any], digits: int) -> SheetLine:
    name = row.person.name if row.person else row.team.name if row.team else ""
    scaled = None
    if row.bottom_up_amount is not None:
        scaled = int(row.bottom_up_amount.scaleb(digits).to_integral_value())
    return SheetLine(
        id=row.pk,
        parent_id=row.parent_id,
        kind=row.kind,
        name=name,
        team_id=row.team_id,
        team_name=row.team.name if row.team else "",
        person_id=row.person_id,
        hired_on=row.person.hired_on if row.person else None,
        days=Period(row.starts_on, row.ends_before),
        depth=row.depth,
        weight=row.weight,
        estimate=scaled,
        note=row.bottom_up_note,
        cells=tuple(cells),
    )


def lines_in_sight(viewer: Viewer | None, version: PlanVersion) -> frozenset[int] | None:
    """Lines of a version that the viewer may see; None means all of them. One query at most."""
    if viewer is None or quota_plans.is_whole(viewer, version):
        return None
    return frozenset(quota_plans.lines(viewer).filter(version=version).values_list("pk", flat=True))


def access_version(viewer: Viewer, version_id: int, action: str = "view") -> PlanVersion:
    """The version with its plan and decisions, where it is in sight. Raises: Http404, PermissionDenied. Three queries."""
    found = (
        quota_plans.versions(viewer)
        .select_related("plan", "submitted_by", "decided_by")
        .prefetch_related("decisions__by")
        .filter(pk=version_id)
        .first()
    )
    if found is None:
        raise Http404
    quota_plans.require(viewer, action)
    return found


def access_line(viewer: Viewer, version: PlanVersion, line_id: int, action: str = "view") -> PlanLine:
    """A line of a version, where it is in sight. Raises: Http404. One query."""
    found = (
        quota_plans.lines(viewer, action).filter(version=version, pk=line_id).select_related("person", "team").first()
    )
    if found is None:
        raise Http404
    return found


def access_hire(viewer: Viewer, version: PlanVersion, hire_id: int) -> PlannedHire:
    """Planned hires of a version. Raises: Http404, PermissionDenied. One query."""
    quota_plans.require(viewer, "change")
    found = version.hires.filter(pk=hire_id).first()
    if found is None:
        raise Http404
    return found


def plans_listed(viewer: Viewer) -> list[QuotaPlan]:
    """Plans in sight with their versions and decisions, the latest first. Three queries."""
    found = quota_plans.visible(viewer).prefetch_related("versions__decisions").order_by("-starts_on", "name")
    return list(found)


def versions_waiting(viewer: Viewer) -> list[PlanVersion]:
    """Versions in sight that wait for approval, the latest first; ten at most. Two queries."""
    found = quota_plans.versions(viewer) if quota_plans.can(viewer, "view") else PlanVersion.objects.none()
    waiting = found.filter(state=PlanVersion.State.REVIEW).select_related("plan", "submitted_by")
    return list(waiting.prefetch_related("decisions").order_by("-submitted_at", "-pk")[:10])


def versions_of(viewer: Viewer, plan: QuotaPlan) -> list[PlanVersion]:
    """The versions of a plan in sight, the latest first. One query."""
    return list(quota_plans.versions(viewer).filter(plan=plan).order_by("-number"))


def last_step(version: PlanVersion) -> PlanStep | None:
    """What was done last to many cells at once, if it may be undone: nothing has changed since. Two queries at most."""
    if version.state != PlanVersion.State.DRAFT:
        return None
    step = version.actions.order_by("-revision").select_related("done_by").defer("before").first()
    if step is None or step.undone_at or step.revision != version.revision:
        return None
    return step
