"""Check-ins, requests for change and their answers."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from goals.forms.goal import AnswerForm, ChangeRequestForm, CheckInForm
from goals.policies import goals
from goals.selectors.goals import access_goal, access_request, goal_milestones
from goals.services.follow_up import change_decide, change_request, change_withdraw, goal_check_in
from goals.services.values import as_stored
from goals.words import change_words
from people.components import Callout, Crumb
from people.views.page import FormPage, act, form_page, viewer_of


def _crumbs(goal: Any, title: str) -> list[Crumb]:
    return [
        Crumb(_("My goals"), reverse("goals:mine")),
        Crumb(goal.name, reverse("goals:detail", args=[goal.pk])),
        Crumb(title),
    ]


@require_http_methods(["GET", "POST"])
def goal_check_in_view(request: HttpRequest, goal_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    goal = access_goal(viewer, goal_id, "check_in")
    here = reverse("goals:detail", args=[goal.pk])
    form = CheckInForm(
        request.POST or None,
        viewer=viewer,
        goal=goal,
        milestones=goal_milestones(goal),
        is_private=goals.can(viewer, "private", goal),
    )
    page = FormPage(_("Check in"), _crumbs(goal, _("Check in")), here, _("Check in"), subtitle=goal.name)
    return form_page(
        request,
        page,
        form,
        lambda _cleaned: goal_check_in(viewer=viewer, goal=goal, at=timezone.now(), **form.values()),
        lambda _done: here,
        _("Checked in."),
    )


@require_http_methods(["GET", "POST"])
def change_request_view(request: HttpRequest, goal_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    goal = access_goal(viewer, goal_id, "request")
    here = reverse("goals:detail", args=[goal.pk])
    form = ChangeRequestForm(request.POST or None, viewer=viewer, goal=goal)
    title = _("Ask for a change")
    page = FormPage(title, _crumbs(goal, title), here, _("Ask your manager"), subtitle=goal.name)
    return form_page(
        request,
        page,
        form,
        lambda cleaned: change_request(
            viewer=viewer, goal=goal, at=timezone.now(), reason=cleaned["reason"], wanted=form.wanted()
        ),
        lambda _done: here,
        _("Your manager is asked."),
    )


@require_http_methods(["GET", "POST"])
def change_decide_view(request: HttpRequest, request_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    asked = access_request(viewer, request_id)
    goals.require(viewer, "change", asked.goal)
    here = reverse("goals:detail", args=[asked.goal_id])
    form = AnswerForm(request.POST or None, viewer=viewer, initial={"version": asked.goal.version})
    title = _("Decide on a change")
    page = FormPage(
        title,
        _crumbs(asked.goal, title),
        here,
        subtitle=asked.goal.name,
        callout=_asked_callout(asked, viewer.organization.currency),
        template="goals/change_decide.html",
    )

    def submit(values: dict[str, Any]) -> Any:
        is_approved = values.pop("decision") == "approve"
        return change_decide(viewer=viewer, request=asked, at=timezone.now(), is_approved=is_approved, **values)

    return form_page(request, page, form, submit, lambda _done: here, _("The owner is told."))


def _asked_callout(asked: Any, currency: str) -> Callout:
    now = as_stored(asked.goal)
    changes = "; ".join(
        change_words(asked.goal, name, now[name], after, currency) for name, after in asked.wanted.items()
    )
    title = _("%(name)s asks: %(changes)s") % {"name": asked.by.name, "changes": changes}
    return Callout(title, _("“%(reason)s”") % {"reason": asked.reason}, "accent")


@require_POST
def change_withdraw_view(request: HttpRequest, request_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    asked = access_request(viewer, request_id)
    return act(
        request,
        reverse("goals:detail", args=[asked.goal_id]),
        _("The request is taken back."),
        lambda: change_withdraw(viewer=viewer, request=asked, at=timezone.now()),
    )
