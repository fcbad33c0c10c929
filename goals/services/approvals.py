"""Steps of approval, of a change of a quota or a version of a plan: handed in, taken one after the other."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from goals import approval_news
from goals.approval_policies import quota_requests, turn
from goals.approval_subjects import Subject, waiting
from goals.models import ApprovalChain, ApprovalKind, QuotaDecision, QuotaRequest
from goals.selectors.approvals import steps_for
from people.audit import audit
from people.viewer import Viewer


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


def steps_begin(subject: Subject, *, on: date) -> None:
    """The steps that it takes from now on, not yet stored. Raises: ValidationError where nobody could take the last one."""
    steps = steps_for(subject, on)
    if not steps or steps[-1].kind != ApprovalKind.OPERATIONS:
        words = _(
            "Nobody is left to approve this at the end: who asks or draws up does not."
            " Give somebody else the role of operations or administrator."
        )
        raise ValidationError(words, code="nobody")
    subject.steps, subject.step = [[step.kind, step.team_id] for step in steps], 0


def steps_take(
    subject: Subject, *, viewer: Viewer, step: int, is_approved: bool, reason: str, at: datetime
) -> Literal["waits", "approved", "refused"]:
    """Take the waiting steps that are the viewer's, of a row that is locked; `step` is the one that was looked at.

    Raises: PermissionDenied, ValidationError.
    """
    if step not in waiting(subject):
        raise ValidationError(_("Somebody has decided this step meanwhile. Look at the page again."), code="decided")
    found = turn(viewer, subject)
    if not found.may_decide:
        raise PermissionDenied(found.refusal or _("This step is not yours to decide."))
    if step not in dict(found.steps):
        raise ValidationError(_("This step is not yours to decide."), code="other")
    if not reason.strip():
        raise ValidationError({"reason": _("Say why, so that it can be understood later.")})
    is_request = isinstance(subject, QuotaRequest)
    for number, for_id in found.steps:
        QuotaDecision.objects.create(
            request=subject if isinstance(subject, QuotaRequest) else None,
            version=None if isinstance(subject, QuotaRequest) else subject,
            round=0 if isinstance(subject, QuotaRequest) else subject.round,
            number=number,
            by=viewer.person,
            for_person_id=for_id,
            at=at,
            is_approved=is_approved,
            reason=" ".join(reason.split())[:300],
        )
    action = "quota_request_decide" if is_request else "plan_decide"
    numbers = [number for number, _place in found.steps]
    audit(action, actor=viewer, at=at, subject=subject, detail={"steps": numbers, "approved": is_approved})
    if not is_approved:
        return "refused"
    return _go_on(subject, at=at, on=viewer.on)


def _go_on(subject: Subject, *, at: datetime, on: date) -> Literal["waits", "approved"]:
    """The next steps wait, and who takes them is told; or there are none."""
    left = waiting(subject)
    if not left:
        return "approved"
    former, subject.step = subject.step, left[0]
    subject.save(update_fields=["step"])
    if subject.steps[former][0] != subject.steps[left[0]][0]:
        approval_news.steps_wait(subject, left, at=at, on=on)
    return "waits"
