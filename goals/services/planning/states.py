"""The way of a version: draft → in review → approved → in force. Nobody decides about their own quota or a superior's."""

from collections.abc import Iterator
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.services.quotas import QuotaRow, Replaced, quotas_replace
from goals.models import PlanVersion
from goals.plan_policies import quota_plans
from goals.selectors.planning.sheet import Sheet, SheetLine, sheet_of
from kernel.period import Period
from people.audit import audit
from people.viewer import Viewer

State = PlanVersion.State
GRAINS = {"month": 1, "quarter": 3}


@transaction.atomic
def plan_version_submit(*, viewer: Viewer | None, version: PlanVersion, at: datetime) -> PlanVersion:
    """Hand a draft to whoever decides. Raises: PermissionDenied, ValidationError for a plan without numbers."""
    quota_plans.require(viewer, "change")
    row = _locked(version, State.DRAFT)
    sheet = sheet_of(row)
    if not any(line.total for line in sheet.lines[1:]):
        raise ValidationError(_("Nothing is divided yet. Divide the number first."))
    row.state, row.submitted_by, row.submitted_at = State.REVIEW, viewer.person if viewer else None, at
    row.decided_by, row.decided_at, row.decision_note = None, None, ""
    row.save()
    audit("plan_submit", actor=viewer, at=at, subject=row)
    return row


@transaction.atomic
def plan_version_approve(*, viewer: Viewer | None, version: PlanVersion, at: datetime, note: str = "") -> PlanVersion:
    """Approve a version in review. Raises: PermissionDenied for one's own or a superior's quota, ValidationError."""
    row = _locked(version, State.REVIEW)
    _decision_require(viewer, row)
    row.state, row.decided_by, row.decided_at, row.decision_note = (
        State.APPROVED,
        viewer.person if viewer else None,
        at,
        note,
    )
    row.save()
    audit("plan_approve", actor=viewer, at=at, subject=row, detail={"note": note})
    return row


@transaction.atomic
def plan_version_refuse(*, viewer: Viewer | None, version: PlanVersion, at: datetime, note: str) -> PlanVersion:
    """Send a version back as a draft, with the reason. Raises: PermissionDenied, ValidationError without a reason."""
    row = _locked(version, State.REVIEW)
    _decision_require(viewer, row)
    if not note.strip():
        raise ValidationError({"note": _("Say why, so that it can be changed.")})
    row.state, row.decided_by, row.decided_at, row.decision_note = (
        State.DRAFT,
        viewer.person if viewer else None,
        at,
        note,
    )
    row.save()
    audit("plan_refuse", actor=viewer, at=at, subject=row, detail={"note": note})
    return row


@transaction.atomic
def plan_version_put_in_force(
    *, viewer: Viewer | None, version: PlanVersion, at: datetime, grain: str = "month"
) -> Replaced:
    """Write an approved version as the quotas in force of its people and teams; another version of the plan ends.

    Raises: PermissionDenied, ValidationError unless it is approved.
    """
    quota_plans.require(viewer, "change")
    row = _locked(version, State.APPROVED)
    plan = row.plan
    PlanVersion.objects.filter(plan=plan, state=State.IN_FORCE).update(state=State.REPLACED)
    counts = quotas_replace(
        viewer=viewer,
        at=at,
        rows=list(quota_rows(sheet_of(row), grain)),
        starts_on=plan.starts_on,
        ends_before=plan.ends_before,
        currency=plan.currency,
        source=f"quota plan {plan.pk}",
        reason=_("%(plan)s, version %(number)s") % {"plan": plan.name, "number": row.number},
        measure=plan.measure,
    )
    row.state, row.put_in_force_at = State.IN_FORCE, at
    row.save()
    audit("plan_put_in_force", actor=viewer, at=at, subject=row, detail={"written": counts.written})
    return counts


def quota_rows(sheet: Sheet, grain: str = "month") -> Iterator[QuotaRow]:
    """Quotas of each line: one a month, or a quarter of the plan, cut to the days of the line."""
    for line in sheet.lines:
        if line.person_id is None and line.team_id is None:
            continue
        for first in range(0, len(sheet.months), GRAINS[grain]):
            months = sheet.months[first : first + GRAINS[grain]]
            days = Period(months[0].starts_on, months[-1].ends_before).intersect(line.days)
            if days is not None:
                yield _row(sheet, line, days, sum(line.amounts[first : first + GRAINS[grain]]))


def _row(sheet: Sheet, line: SheetLine, days: Period, minor: int) -> QuotaRow:
    team_id = None if line.person_id else line.team_id
    return QuotaRow(line.person_id, team_id, days.starts_on, days.ends_before, sheet.money(minor))


def _locked(version: PlanVersion, state: str) -> PlanVersion:
    row = PlanVersion.objects.select_for_update(of=("self",)).select_related("plan").get(pk=version.pk)
    if row.state != state:
        wanted = State(state).label
        raise ValidationError(
            _("This version is %(state)s; it has to be %(wanted)s for that.")
            % {"state": row.get_state_display(), "wanted": wanted}
        )
    return row


def _decision_require(viewer: Viewer | None, version: PlanVersion) -> None:
    if viewer is None:
        return
    refusal = quota_plans.refusal_of_decision(viewer, version)
    if refusal:
        raise PermissionDenied(refusal)
