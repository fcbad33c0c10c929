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
from goals.approval_policies import turn as turn_of
from goals.approval_subjects import decisions_of
from goals.forms.quota_requests import ApprovalChainForm, DecisionForm, QuotaRequestForm
from goals.models import PlanVersion, QuotaRequest
from goals.selectors import quota_requests as read
from goals.selectors.approvals import chain_kinds
from goals.selectors.planning.sheet import versions_waiting
from goals.services import quota_requests as service
from goals.services.approvals import approval_chain_change
from goals.views.deciding import decision_event, steps_shown, waits_status
from goals.views.planning.pieces import version_name
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
        return waits_status(request)
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
    plans = [_plan_row(viewer, version) for version in versions_waiting(viewer)]
    context = {"table": table, "plans": _plans_table(plans) if plans else None, "actions": _actions(viewer)}
    return render(request, "goals/request_list.html", context)


def _plans_table(rows: list[Row]) -> Table:
    columns = [Column("plan", _("Plan")), Column("submitted", _("Handed in")), Column("state", _("State"))]
    return Table("plans", _("Quota plans that wait"), columns, rows, is_stacked_on_phone=True)


def _plan_row(viewer: Viewer, version: PlanVersion) -> Row:
    who = version.submitted_by.name if version.submitted_by else _("Command line")
    is_theirs = turn_of(viewer, version).may_decide
    return Row(
        [
            Cell(version_name(version)),
            Cell(version.submitted_at, detail=who),
            Cell(status=Status(_("Waits for you"), "warn", "clock") if is_theirs else waits_status(version)),
        ],
        href=reverse("goals:plan_approval", args=[version.pk]),
    )


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
    turn = turn_of(viewer, found)
    if request.method == "POST" and not turn.is_theirs:
        raise Http404
    form = DecisionForm(request.POST or None, viewer=viewer, initial={"step": turn.first})
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
            "steps": steps_shown(found),
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


def _events(request: QuotaRequest) -> list[Event]:
    asked = Event(request.asked_at, _("Asked for"), request.reason, request.asked_by.name, "edit")
    return [asked, *(decision_event(each) for each in decisions_of(request))][::-1]


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
    """Which steps a change of a quota or a quota plan takes."""
    viewer = viewer_of(request)
    quota_requests.require(viewer, "chain")
    form = ApprovalChainForm(request.POST or None, viewer=viewer, initial={"steps": chain_kinds()})
    back = reverse("goals:quota_request_list")
    page = FormPage(_("Steps of approval"), [requests_crumb(), Crumb(_("Steps"))], back)
    return form_page(
        request,
        page,
        form,
        lambda values: approval_chain_change(viewer=viewer, at=timezone.now(), **values),
        lambda _result: back,
        _("The steps are saved. They hold for what is asked for from now on."),
    )
