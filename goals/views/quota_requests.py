"""Changes of quotas: asked for, decided step by step, the chain they take."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from goals.approval_policies import quota_requests
from goals.forms.quota_requests import ApprovalChainForm, DecisionForm, QuotaRequestForm
from goals.models import ApprovalKind, QuotaRequest
from goals.selectors import quota_requests as read
from goals.services import quota_requests as service
from people import formats
from people.components import (
    Action,
    Callout,
    Cell,
    Column,
    Crumb,
    Empty,
    Event,
    Pages,
    PersonChip,
    Row,
    Status,
    Step,
    Table,
)
from people.viewer import Viewer
from people.views.page import FormPage, act, form_page, viewer_of

PAGE_SIZE = 50
State = QuotaRequest.State


def requests_crumb() -> Crumb:
    return Crumb(_("Approvals"), reverse("goals:quota_request_list"))


def status_of(request: QuotaRequest) -> Status:
    """The state in a word; one that waits says for whom."""
    if request.state == State.OPEN:
        kind = ApprovalKind(request.steps[request.step][0])
        return Status(_("Waits for %(who)s") % {"who": kind.label}, "warn", "clock")
    tones = {State.APPROVED: Status(_("Approved"), "good"), State.REFUSED: Status(_("Refused"), "bad")}
    return tones.get(State(request.state), Status(_("Withdrawn"), "neutral", "minus"))


@require_GET
def request_list(request: HttpRequest) -> HttpResponse:
    """Requests in sight, those that wait first."""
    viewer = viewer_of(request)
    page = Paginator(read.request_rows(viewer), PAGE_SIZE).get_page(request.GET.get("page"))
    table = Table(
        "requests",
        _("Changes of quotas"),
        [
            Column("person", _("Person")),
            Column("change", _("Change")),
            Column("asked", _("Asked for")),
            Column("state", _("State")),
        ],
        [_row(each) for each in page],
        pages=Pages(page, request.GET),
        empty=Empty(
            _("Nothing waits for approval"), _("Ask for another amount of a quota, with a reason."), "flag", _actions(viewer)
        ),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )  # fmt: skip
    return render(request, "goals/request_list.html", {"table": table, "actions": _actions(viewer)})


def _row(request: QuotaRequest) -> Row:
    href = reverse("goals:quota_request_detail", args=[request.pk])
    return Row(
        [
            Cell(person=PersonChip(request.person.name, href=href, is_small=True)),
            Cell(change_words(request)),
            Cell(request.asked_at, detail=request.asked_by.name),
            Cell(status=status_of(request)),
        ]
    )


def change_words(request: QuotaRequest) -> str:
    """From $300,000 to $330,000."""
    currency = request.quota.currency if request.quota else ""
    words = {
        "before": formats.money(request.former_amount, currency),
        "after": formats.money(request.amount, currency),
    }
    return _("From %(before)s to %(after)s") % words


def _actions(viewer: Viewer) -> list[Action]:
    actions = [Action(_("Ask for a change"), reverse("goals:quota_request_ask"), "plus", "primary")]
    if quota_requests.can(viewer, "chain"):
        actions.insert(0, Action(_("Steps"), reverse("goals:approval_chain"), "settings"))
    return actions


@require_http_methods(["GET", "POST"])
def request_ask(request: HttpRequest) -> HttpResponse:
    """Ask for another amount of a quota in reach."""
    viewer = viewer_of(request)
    form = QuotaRequestForm(request.POST or None, viewer=viewer)
    back = reverse("goals:quota_request_list")
    page = FormPage(_("Ask for a change of a quota"), [requests_crumb(), Crumb(_("New"))], back, _("Ask"))
    return form_page(
        request,
        page,
        form,
        lambda values: service.quota_request_ask(viewer=viewer, at=timezone.now(), **values),
        lambda made: reverse("goals:quota_request_detail", args=[made.pk]),
        _("Whoever decides is told."),
    )


@require_http_methods(["GET", "POST"])
def request_detail(request: HttpRequest, request_id: int) -> HttpResponse:
    """What is asked for, its steps, and the decision of whom the waiting one falls to."""
    viewer = viewer_of(request)
    found = read.access_request(viewer, request_id)
    turn = quota_requests.turn(viewer, found)
    if request.method == "POST" and not turn.is_theirs:
        raise Http404
    form = DecisionForm(request.POST or None, viewer=viewer, initial={"step": found.step})
    title = _("Change of the quota of %(name)s") % {"name": found.person.name}
    page = FormPage(
        title,
        [requests_crumb(), Crumb(found.person.name)],
        reverse("goals:quota_request_list"),
        _("Decide"),
        subtitle=change_words(found),
        callout=Callout(_("You do not decide this step"), turn.refusal, "warn") if turn.refusal else None,
        template="goals/request_detail.html",
        extra={
            "status": status_of(found),
            "steps": _steps(found),
            "events": _events(found),
            "reason": found.reason,
            "may_decide": turn.may_decide,
            "actions": _withdraw(viewer, found),
        },
    )

    def decide(values: dict[str, Any]) -> QuotaRequest:
        return service.quota_request_decide(
            viewer=viewer,
            request=found,
            step=values["step"],
            is_approved=values["decision"] == "approve",
            reason=values["reason"],
            at=timezone.now(),
        )

    here = reverse("goals:quota_request_detail", args=[found.pk])
    return form_page(request, page, form, decide, lambda _done: here, _("Your decision is kept."))


def _steps(request: QuotaRequest) -> list[Step]:
    def state(number: int) -> Any:
        if number < request.step or request.state == State.APPROVED:
            return "done"
        if number > request.step or request.state == State.WITHDRAWN:
            return "waiting"
        return "failed" if request.state == State.REFUSED else "current"

    return [Step(str(ApprovalKind(kind).label), state(number)) for number, (kind, _team) in enumerate(request.steps)]


def _events(request: QuotaRequest) -> list[Event]:
    events = [Event(request.asked_at, _("Asked for"), request.reason, request.asked_by.name, "edit")]
    for each in sorted(request.decisions.all(), key=lambda each: each.number):
        title = _("Approved") if each.is_approved else _("Refused")
        who = each.by.name
        if each.for_person_id:
            who = _("%(name)s, standing in") % {"name": who}
        events.append(Event(each.at, title, each.reason, who, "check", "good" if each.is_approved else "bad"))
    return events[::-1]


def _withdraw(viewer: Viewer, request: QuotaRequest) -> list[Action]:
    if request.state != State.OPEN or request.asked_by_id != viewer.person.pk:
        return []
    href = reverse("goals:quota_request_withdraw", args=[request.pk])
    return [Action(_("Withdraw"), href, "undo", "quiet", "post", confirm=_("Nobody decides about it any more."))]


@require_POST
def request_withdraw(request: HttpRequest, request_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    found = read.access_request(viewer, request_id)
    return act(
        request,
        reverse("goals:quota_request_list"),
        _("It is withdrawn."),
        lambda: service.quota_request_withdraw(viewer=viewer, request=found, at=timezone.now()),
    )


@require_http_methods(["GET", "POST"])
def approval_chain(request: HttpRequest) -> HttpResponse:
    """Which steps a change of a quota takes."""
    viewer = viewer_of(request)
    quota_requests.require(viewer, "chain")
    form = ApprovalChainForm(request.POST or None, viewer=viewer, initial={"steps": read.chain_kinds()})
    back = reverse("goals:quota_request_list")
    page = FormPage(_("Steps of approval"), [requests_crumb(), Crumb(_("Steps"))], back)
    return form_page(
        request,
        page,
        form,
        lambda values: service.approval_chain_change(viewer=viewer, at=timezone.now(), **values),
        lambda _result: back,
        _("The steps are saved. They hold for what is asked for from now on."),
    )
