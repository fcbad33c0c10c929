"""People that are to be hired: they count in the capacity plan until they have a seat."""

from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from goals.models import PlannedHire, PlanVersion
from goals.plan_policies import quota_plans
from people.audit import audit
from people.viewer import Viewer


@transaction.atomic
def plan_hire_add(
    *,
    viewer: Viewer | None,
    version: PlanVersion,
    at: datetime,
    role: str,
    starts_on: date,
    count: int,
    yearly_amount: Decimal,
    ramp_ratios: list[Decimal],
) -> PlannedHire:
    """So many people of a role from a day of the plan on. Raises: PermissionDenied, ValidationError."""
    quota_plans.require(viewer, "change")
    if not version.plan.starts_on <= starts_on < version.plan.ends_before:
        raise ValidationError({"starts_on": _("Choose a day within the plan.")})
    hire = PlannedHire.objects.create(
        version=version,
        role=role,
        starts_on=starts_on,
        count=count,
        yearly_amount=yearly_amount,
        ramp_ratios=ramp_ratios,
    )
    audit("plan_hire_add", actor=viewer, at=at, subject=version, detail={"role": role, "count": count})
    return hire


@transaction.atomic
def plan_hire_delete(*, viewer: Viewer | None, hire: PlannedHire, at: datetime) -> None:
    """Take planned hires away. Raises: PermissionDenied."""
    quota_plans.require(viewer, "change")
    audit("plan_hire_delete", actor=viewer, at=at, subject=hire.version, detail={"role": hire.role})
    hire.delete()
