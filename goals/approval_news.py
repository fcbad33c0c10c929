"""What people are told about approvals: a step that waits for them, and what became of what they asked for or handed in."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goals.approval_policies import quota_requests
from goals.approval_subjects import Subject, waiting
from goals.models import PlanVersion, QuotaRequest
from goals.plan_policies import quota_plans
from goals.selectors.approvals import deciders
from people import formats
from people.models import MailChoice, Notification
from people.notifications import About, Words, notification_kind, notification_send
from people.told import found_of
from people.viewer import Viewer

State = QuotaRequest.State


def approval_words(viewer: Viewer, notifications: Sequence[Notification]) -> list[Words | None]:
    """ "A change of the quota of Alice Ames waits for your decision"."""
    found = quota_requests.visible(viewer).select_related("person", "quota").prefetch_related("decisions")
    requests = found_of(found, notifications, "request")
    plans = quota_plans.versions(viewer).select_related("plan").prefetch_related("decisions")
    versions = found_of(plans, notifications, "version")
    return [
        _of_plan(versions.get(each.context["version"]), each)
        if "version" in each.context
        else _of_request(requests.get(each.context.get("request", 0)), each)
        for each in notifications
    ]


def _of_request(request: QuotaRequest | None, told: Notification) -> Words | None:
    if request is None:
        return None
    name = {"name": request.person.name}
    if told.kind == "goals.approval_decided":
        words = {
            State.APPROVED: _("The new quota of %(name)s is approved and in force"),
            State.REFUSED: _("The new quota of %(name)s is refused"),
        }
        return Words(words.get(State(request.state), _("The new quota of %(name)s")) % name)
    if told.context.get("step") not in waiting(request):
        return Words(_("A change of the quota of %(name)s: this step is decided") % name)
    currency = request.quota.currency if request.quota else ""
    amounts = {
        "before": formats.money(request.former_amount, currency),
        "after": formats.money(request.amount, currency),
    }
    return Words(
        _("A change of the quota of %(name)s waits for your decision") % name,
        _("From %(before)s to %(after)s") % amounts,
    )


def _of_plan(version: PlanVersion | None, told: Notification) -> Words | None:
    if version is None:
        return None
    name = {"plan": version.plan.name, "number": version.number}
    is_now = told.context.get("round") == version.round
    if told.kind == "goals.approval_decided":
        if is_now and version.state == PlanVersion.State.DRAFT:
            return Words(_("%(plan)s, version %(number)s was sent back") % name, version.decision_note)
        if version.state in (PlanVersion.State.IN_FORCE, PlanVersion.State.REPLACED):
            return Words(_("%(plan)s, version %(number)s is approved and in force") % name)
        return Words(_("%(plan)s, version %(number)s was decided") % name)
    if not is_now or told.context.get("step") not in waiting(version):
        return Words(_("%(plan)s, version %(number)s: this step is decided") % name)
    return Words(_("%(plan)s, version %(number)s waits for your decision") % name)


def steps_wait(subject: Subject, numbers: Iterable[int], *, at: datetime, on: date) -> None:
    """Tell to whom each of these steps falls, once."""
    for number in numbers:
        _tell("goals.approval_waits", subject, deciders(subject, [number], on), number, at)


def steps_ended(subject: Subject, person_ids: Iterable[int | None], *, at: datetime) -> None:
    """Tell who asked for it, or handed it in."""
    _tell("goals.approval_decided", subject, person_ids, None, at)


def _tell(kind: str, subject: Subject, person_ids: Iterable[int | None], number: int | None, at: datetime) -> None:
    if isinstance(subject, QuotaRequest):
        about = About("goals:quota_request_detail", {"request_id": subject.pk})
        context, which = {"request": subject.pk}, f"{subject.pk}"
    else:
        about = About("goals:plan_approval", {"version_id": subject.pk})
        context = {"version": subject.pk, "round": subject.round}
        which = f"plan:{subject.pk}:{subject.round}"
    if number is not None:
        context, which = {**context, "step": number}, f"{which}:{number}"
    notification_send(kind=kind, persons=list(person_ids), about=about, context=context, key=f"{kind}:{which}", at=at)


def register() -> None:
    """Called once, when the app is ready."""
    for name, label in [
        ("goals.approval_waits", gettext_lazy("A quota or a quota plan waits for your decision")),
        (
            "goals.approval_decided",
            gettext_lazy("What became of a quota that you asked for, or a plan that you handed in"),
        ),
    ]:
        notification_kind(name, label=label, words=approval_words, default=MailChoice.AT_ONCE, icon="flag")
