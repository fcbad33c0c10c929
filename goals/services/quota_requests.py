"""Ask for another amount of a quota; approve or refuse it step by step; with the last step it is in force."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import Quota
from crm.services.quotas import quota_change
from goals import approval_news
from goals.approval_policies import quota_requests
from goals.models import ApprovalChain, ApprovalKind, QuotaDecision, QuotaRequest
from goals.selectors.quota_requests import steps_for
from people.audit import audit
from people.refusal import refusals
from people.viewer import Viewer

State = QuotaRequest.State


@transaction.atomic
def approval_chain_change(*, viewer: Viewer | None, steps: Sequence[str], at: datetime) -> ApprovalChain:
    """Which steps come before operations, which is always the last. Raises: PermissionDenied, ValidationError."""
    quota_requests.require(viewer, "chain")
    chosen = [each for each in ApprovalKind.values if each in steps and each != ApprovalKind.OPERATIONS]
    unknown = set(steps) - set(ApprovalKind.values)
    if unknown:
        raise ValidationError({"steps": _("Choose steps from the list.")})
    chain = ApprovalChain.objects.create(steps=chosen, created_by=viewer.person if viewer else None, created_at=at)
    audit("approval_chain_change", actor=viewer, at=at, subject=chain, detail={"steps": chosen})
    return chain


@transaction.atomic
def quota_request_ask(*, viewer: Viewer, quota: Quota, amount: Decimal, reason: str, at: datetime) -> QuotaRequest:
    """Ask for another amount. Raises: PermissionDenied, ValidationError."""
    quota_requests.require(viewer, "ask", quota)
    row: Quota = Quota.objects.select_for_update(of=("self",)).get(pk=quota.pk)
    if row.person_id is None:
        raise ValidationError({"quota": _("The quota of a team is changed in a quota plan.")})
    if amount == row.amount:
        raise ValidationError({"amount": _("This is the quota already. Write another amount.")})
    if not reason.strip():
        raise ValidationError({"reason": _("Say why, for those who decide.")})
    steps = [[step.kind, step.team_id] for step in steps_for(row.person_id, viewer.on)]
    with refusals():
        request = QuotaRequest.objects.create(
            quota=row,
            person_id=row.person_id,
            former_amount=row.amount,
            amount=amount,
            reason=" ".join(reason.split()),
            steps=steps,
            asked_by=viewer.person,
            asked_at=at,
        )
    audit("quota_request_ask", actor=viewer, at=at, subject=request, detail={"quota": row.pk, "amount": str(amount)})
    approval_news.step_waits(request, at=at, on=viewer.on)
    return request


@transaction.atomic
def quota_request_decide(
    *, viewer: Viewer, request: QuotaRequest, step: int, is_approved: bool, reason: str, at: datetime
) -> QuotaRequest:
    """Take the step that waits; the last approval changes the quota. Raises: PermissionDenied, ValidationError."""
    row = QuotaRequest.objects.select_for_update(of=("self",)).select_related("quota").get(pk=request.pk)
    if row.state != State.OPEN or row.step != step:
        raise ValidationError(_("Somebody has decided this step meanwhile. Look at the page again."), code="decided")
    turn = quota_requests.turn(viewer, row)
    if not turn.may_decide:
        raise PermissionDenied(turn.refusal or _("This step is not yours to decide."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why, so that it can be understood later.")})
    QuotaDecision.objects.create(
        request=row,
        number=row.step,
        by=viewer.person,
        for_person_id=turn.for_id,
        at=at,
        is_approved=is_approved,
        reason=" ".join(reason.split())[:300],
    )
    audit("quota_request_decide", actor=viewer, at=at, subject=row, detail={"step": row.step, "approved": is_approved})
    if not is_approved:
        return _close(row, State.REFUSED, at)
    if row.step + 1 < len(row.steps):
        row.step += 1
        row.save(update_fields=["step"])
        approval_news.step_waits(row, at=at, on=viewer.on)
        return row
    _put_in_force(viewer, row, at)
    return _close(row, State.APPROVED, at)


@transaction.atomic
def quota_request_withdraw(*, viewer: Viewer, request: QuotaRequest, at: datetime) -> None:
    """Whoever asked takes it back while it waits. Raises: PermissionDenied, ValidationError."""
    quota_requests.require(viewer, "withdraw", request)
    row = QuotaRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if row.state != State.OPEN:
        raise ValidationError(_("It is decided already."), code="decided")
    QuotaRequest.objects.filter(pk=row.pk).update(state=State.WITHDRAWN, closed_at=at)
    audit("quota_request_withdraw", actor=viewer, at=at, subject=row)


def _put_in_force(viewer: Viewer, row: QuotaRequest, at: datetime) -> None:
    quota = row.quota
    if quota is None or quota.amount != row.former_amount:
        raise ValidationError(
            _("The quota has changed since this was asked for. Refuse it, and have it asked for anew."), code="changed"
        )
    quota_change(viewer=viewer, quota=quota, at=at, reason=row.reason, amount=row.amount)


def _close(row: QuotaRequest, state: str, at: datetime) -> QuotaRequest:
    row.state, row.closed_at = state, at
    row.save(update_fields=["state", "closed_at"])
    approval_news.request_decided(row, at=at)
    return row
