"""What people are told about changes of quotas: a step that waits for them, and what became of what they asked for."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goals.approval_policies import quota_requests
from goals.models import QuotaRequest
from goals.selectors.quota_requests import deciders
from people import formats
from people.models import MailChoice, Notification
from people.notifications import About, Words, notification_kind, notification_send
from people.told import found_of
from people.viewer import Viewer

State = QuotaRequest.State


def request_words(viewer: Viewer, notifications: Sequence[Notification]) -> list[Words | None]:
    """ "A change of the quota of Alice Ames waits for you"."""
    found = quota_requests.visible(viewer).select_related("person", "quota")
    rows = found_of(found, notifications, "request")
    return [_words(rows.get(each.context.get("request", 0)), each) for each in notifications]


def _words(request: QuotaRequest | None, told: Notification) -> Words | None:
    if request is None:
        return None
    name = {"name": request.person.name}
    if told.kind == "goals.approval_decided":
        words = {
            State.APPROVED: _("The new quota of %(name)s is approved and in force"),
            State.REFUSED: _("The new quota of %(name)s is refused"),
        }
        return Words(words.get(State(request.state), _("The new quota of %(name)s")) % name)
    if request.state != State.OPEN or told.context.get("step") != request.step:
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


def step_waits(request: QuotaRequest, *, at: datetime, on: date) -> None:
    """Tell to whom the step falls, once."""
    notification_send(
        kind="goals.approval_waits",
        persons=deciders(request, on),
        about=About("goals:quota_request_detail", {"request_id": request.pk}),
        context={"request": request.pk, "step": request.step},
        key=f"goals.approval_waits:{request.pk}:{request.step}",
        at=at,
    )


def request_decided(request: QuotaRequest, *, at: datetime) -> None:
    """Tell who asked."""
    notification_send(
        kind="goals.approval_decided",
        persons=[request.asked_by_id],
        about=About("goals:quota_request_detail", {"request_id": request.pk}),
        context={"request": request.pk},
        key=f"goals.approval_decided:{request.pk}",
        at=at,
    )


def register() -> None:
    """Called once, when the app is ready."""
    for name, label in [
        ("goals.approval_waits", gettext_lazy("A change of a quota waits for your decision")),
        ("goals.approval_decided", gettext_lazy("What became of a change that you asked for")),
    ]:
        notification_kind(name, label=label, words=request_words, default=MailChoice.AT_ONCE, icon="flag")
