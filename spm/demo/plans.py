"""The quota plan of the demo: next year's number, divided by what was sold, with one number agreed and newcomers ramping."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from goals.models import PlanVersion
from goals.selectors.planning.sheet import months_of
from goals.services.planning.allocating import plan_allocate
from goals.services.planning.editing import CellChange, plan_cells_change
from goals.services.planning.hires import plan_hire_add
from goals.services.planning.plans import plan_create
from kernel.period import Grain
from people.fiscal import calendar_of
from people.models import Organization, Person
from people.viewer import Viewer, viewer_of_person
from people.wall import tenant
from spm.demo import story

NUMBER = Decimal(12_000_000)
AGREED = Decimal(50_000)  # a month: what Maya's manager has promised her
RAMP = [Decimal(share) for share in ("0", "0.2", "0.4", "0.6", "0.8", "0.9")]  # six months


def plan_make(organization: Organization, *, at: datetime, on: date) -> PlanVersion | None:
    """A draft for the next fiscal year, made by operations; none where nobody has a seat. Behind its own wall."""
    with tenant(organization.pk):
        operations = Person.objects.filter(grants__role="operations").order_by("pk").first()
        maya = Person.objects.filter(name=story.REP.name).first()
        if operations is None or maya is None:
            return None
        viewer = viewer_of_person(operations, organization=organization, on=on)
        calendar = calendar_of(organization)
        year = calendar.next(Grain.YEAR, calendar.period_of(Grain.YEAR, on))
        version = plan_create(
            viewer=viewer,
            at=at,
            on=on,
            name=f"FY {calendar.label_of(Grain.YEAR, year)}",
            starts_on=year.starts_on,
            ends_before=year.ends_before,
            amount=NUMBER,
            currency=organization.currency,
            ramp_ratios=RAMP,
            attainment_ratio=Decimal("0.95"),
        )
        _agree(viewer, version, maya, at)
        plan_allocate(viewer=viewer, version=version, organization=organization, on=on, at=at)
        plan_hire_add(
            viewer=viewer,
            version=version,
            at=at,
            role="Account executive",
            starts_on=months_of(version.plan)[2].starts_on,
            count=2,
            yearly_amount=Decimal(300_000),
            ramp_ratios=RAMP,
        )
        return version


def _agree(viewer: Viewer, version: PlanVersion, person: Person, at: datetime) -> None:
    """Maya's months are agreed, and locked."""
    line = version.lines.filter(person=person).first()
    if line is not None:
        changes = [CellChange(month.starts_on, AGREED, 0) for month in months_of(version.plan)]
        plan_cells_change(viewer=viewer, version=version, line=line, changes=changes, at=at)
