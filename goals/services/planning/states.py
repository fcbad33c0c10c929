"""The way of a version: draft → in review, step by step → in force. Nobody decides about their own quota or a superior's."""

from collections.abc import Iterator
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.services.quotas import QuotaRow, quotas_replace
from goals import approval_news
from goals.approval_subjects import waiting
from goals.models import PlanVersion
from goals.models.plan import QuotaDays
from goals.plan_policies import quota_plans
from goals.selectors.planning.sheet import Sheet, SheetLine, sheet_of
from goals.services.approvals import steps_begin, steps_take
from kernel.period import Period
from people.audit import audit
from people.viewer import Viewer

State = PlanVersion.State
MONTHS: dict[str, int] = {QuotaDays.MONTH: 1, QuotaDays.QUARTER: 3}


@transaction.atomic
def plan_version_submit(*, viewer: Viewer | None, version: PlanVersion, at: datetime, on: date) -> PlanVersion:
    """Hand a draft in: it takes the steps of approval. Raises: PermissionDenied, ValidationError for one without numbers."""
    quota_plans.require(viewer, "change")
    row = _locked(version, State.DRAFT)
    sheet = sheet_of(row)
    if not any(line.total for line in sheet.lines[1:]):
        raise ValidationError(_("Nothing is divided yet. Divide the number first."))
    row.state, row.submitted_by, row.submitted_at = State.REVIEW, viewer.person if viewer else None, at
    row.decided_by, row.decided_at, row.decision_note, row.round = None, None, "", row.round + 1
    steps_begin(row, on=on)
    row.save()
    audit("plan_submit", actor=viewer, at=at, subject=row)
    approval_news.steps_wait(row, waiting(row), at=at, on=on)
    return row


@transaction.atomic
def plan_version_decide(
    *, viewer: Viewer, version: PlanVersion, step: int, seen: int, is_approved: bool, reason: str, at: datetime
) -> PlanVersion:
    """Take the steps that are the viewer's; the last approval puts it in force, a refusal makes it a draft again.

    `step` and `seen`, the revision, are what was looked at. Raises: PermissionDenied, ValidationError.
    """
    row = _locked(version, State.REVIEW)
    taken = steps_take(row, viewer=viewer, step=step, is_approved=is_approved, reason=reason, at=at)
    if row.revision != seen:
        raise ValidationError(
            _("The numbers have changed since you looked at them. Look at the page again."), code="changed"
        )
    if taken == "waits":
        return row
    row.decided_by, row.decided_at, row.decision_note = viewer.person, at, " ".join(reason.split())
    if taken == "refused":
        row.state = State.DRAFT
        row.save()
    else:
        _put_in_force(viewer, row, at)
    approval_news.steps_ended(row, {row.submitted_by_id, row.created_by_id}, at=at)
    return row


@transaction.atomic
def plan_version_take_back(*, viewer: Viewer | None, version: PlanVersion, at: datetime) -> PlanVersion:
    """A version that waits for approval becomes a draft again. Raises: PermissionDenied, ValidationError."""
    quota_plans.require(viewer, "change")
    row = _locked(version, State.REVIEW)
    row.state = State.DRAFT
    row.save()
    audit("plan_take_back", actor=viewer, at=at, subject=row)
    return row


def _put_in_force(viewer: Viewer, row: PlanVersion, at: datetime) -> None:
    """Its numbers become the quotas of its people and teams; another version of the plan ends."""
    plan = row.plan
    PlanVersion.objects.filter(plan=plan, state=State.IN_FORCE).update(state=State.REPLACED)
    counts = quotas_replace(
        viewer=viewer,
        at=at,
        rows=list(quota_rows(sheet_of(row), row.grain)),
        starts_on=plan.starts_on,
        ends_before=plan.ends_before,
        currency=plan.currency,
        source=plan.source,
        reason=_("%(plan)s, version %(number)s") % {"plan": plan.name, "number": row.number},
        measure=plan.measure,
    )
    row.state, row.put_in_force_at = State.IN_FORCE, at
    row.save()
    audit("plan_put_in_force", actor=viewer, at=at, subject=row, detail={"written": counts.written})


def quota_rows(sheet: Sheet, grain: str = "month") -> Iterator[QuotaRow]:
    """Quotas of each line: one a month, or a quarter of the plan, cut to the days of the line."""
    for line in sheet.lines:
        if line.person_id is None and line.team_id is None:
            continue
        for first in range(0, len(sheet.months), MONTHS[grain]):
            months = sheet.months[first : first + MONTHS[grain]]
            days = Period(months[0].starts_on, months[-1].ends_before).intersect(line.days)
            if days is not None:
                yield _row(sheet, line, days, sum(line.amounts[first : first + MONTHS[grain]]))


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
