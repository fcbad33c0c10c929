"""Quota plans: the list, a new one, and the way of a version from draft to in force."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from goals.forms.plan import PlanForm
from goals.models import PlanVersion, QuotaPlan
from goals.plan_policies import quota_plans
from goals.selectors.planning.sheet import access_version, plans_listed
from goals.services.planning import plans
from goals.views.planning.pieces import plans_crumb, version_status
from people import formats
from people.components import Action, Cell, Column, Crumb, Empty, Row, Table
from people.viewer import Viewer
from people.views.page import FormPage, act, form_page, viewer_of
from people.views.words import days_words


def here(version: PlanVersion) -> str:
    return reverse("goals:plan_version", args=[version.pk])


@require_GET
def plan_list_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    quota_plans.require(viewer, "view")
    add = []
    if quota_plans.can(viewer, "change"):
        add = [Action(_("Plan quotas"), reverse("goals:plan_add"), "plus", "primary")]
    table = Table(
        "plans",
        _("Quota plans"),
        [
            Column("plan", _("Plan")),
            Column("days", _("Days")),
            Column("amount", _("Company number"), "number"),
            Column("versions", _("Versions"), "count"),
            Column("state", _("State of the latest")),
        ],
        [_plan_row(viewer, plan) for plan in plans_listed(viewer)],
        empty=Empty(
            _("No quota plans yet"),
            _("A plan divides the company's number among teams and people, month by month."),
            "flag",
            add,
        ),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )
    return render(request, "goals/plan_list.html", {"table": table, "actions": add})


def _plan_row(viewer: Viewer, plan: QuotaPlan) -> Row:
    versions = sorted(plan.versions.all(), key=lambda version: -version.number)
    latest = versions[0]
    amount = formats.money(latest.amount, plan.currency) if viewer.sees_everyone else formats.UNDEFINED
    return Row(
        [
            Cell(plan.name),
            Cell(days_words(plan.starts_on, plan.ends_before)),
            Cell(text=amount),
            Cell(len(versions)),
            Cell(status=version_status(latest)),
        ],
        href=here(latest),
    )


@require_http_methods(["GET", "POST"])
def plan_add_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    quota_plans.require(viewer, "change")
    title = _("Plan quotas")
    page = FormPage(
        title,
        [plans_crumb(), Crumb(title)],
        reverse("goals:plan_list"),
        _("Go on"),
        _("Teams and people are read as they are dated; next you choose how the number is divided."),
    )
    return form_page(
        request,
        page,
        PlanForm(request.POST or None, viewer=viewer),
        lambda values: plans.plan_create(viewer=viewer, at=timezone.now(), on=viewer.on, **values),
        lambda version: reverse("goals:plan_divide", args=[version.pk]),
    )


@require_POST
def plan_copy_view(request: HttpRequest, version_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    version = access_version(viewer, version_id, "change")
    made: list[PlanVersion] = []

    def call() -> Any:
        made.append(plans.plan_version_copy(viewer=viewer, version=version, at=timezone.now()))

    answer = act(request, here(version), _("A new version is there as a draft."), call)
    if made:
        answer["Location"] = here(made[0])
    return answer


@require_POST
def plan_delete_view(request: HttpRequest, version_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    version = access_version(viewer, version_id, "change")
    return act(
        request,
        reverse("goals:plan_list"),
        _("The version is gone."),
        lambda: plans.plan_version_delete(viewer=viewer, version=version, at=timezone.now()),
    )


@require_POST
def plan_refresh_view(request: HttpRequest, version_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    version = access_version(viewer, version_id, "change")
    return act(
        request,
        here(version),
        _("Teams and people are as they are dated now. Divide the number again, so that newcomers get theirs."),
        lambda: plans.plan_structure_refresh(
            viewer=viewer, version=version, on=version.structure_on, at=timezone.now()
        ),
    )
