"""Ask for another amount of a quota; approve or refuse it step by step; with the last step it is in force."""

from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import Quota
from crm.services.quotas import quota_change
from goals import approval_news
from goals.approval_policies import quota_requests
from goals.models import QuotaRequest
from goals.services.approvals import steps_begin, steps_take
from people.audit import audit
from people.refusal import refusals
from people.viewer import Viewer

State = QuotaRequest.State


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
    request = QuotaRequest(
        quota=row,
        person_id=row.person_id,
        former_amount=row.amount,
        amount=amount,
        reason=" ".join(reason.split()),
        asked_by=viewer.person,
        asked_at=at,
    )
    steps_begin(request, on=viewer.on)
    with refusals():
        request.save()
    audit("quota_request_ask", actor=viewer, at=at, subject=request, detail={"quota": row.pk, "amount": str(amount)})
    approval_news.steps_wait(request, [0], at=at, on=viewer.on)
    return request


@transaction.atomic
def quota_request_decide(
    *, viewer: Viewer, request: QuotaRequest, step: int, is_approved: bool, reason: str, at: datetime
) -> QuotaRequest:
    """Take the step that waits; the last approval changes the quota. Raises: PermissionDenied, ValidationError."""
    row = QuotaRequest.objects.select_for_update(of=("self",)).select_related("quota").get(pk=request.pk)
    taken = steps_take(row, viewer=viewer, step=step, is_approved=is_approved, reason=reason, at=at)
    if taken == "waits":
        return row
    if taken == "refused":
        return _close(row, State.REFUSED, at)
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
    approval_news.steps_ended(row, [row.asked_by_id], at=at)
    return row
