"""Goals: one's own, a team's, the page of one, and the forms."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from goals.forms.align import AlignForm, holder_of, parent_of
from goals.forms.goal import GoalForm, ReasonForm
from goals.models import Goal
from goals.pages.ambition import ambition_panel
from goals.pages.goal import goal_page, person_chip
from goals.pages.goal_list import GoalList, goal_table, nothing_yet, query_of, waiting_callouts, when_of, when_tabs
from goals.pages.many import many_actions
from goals.pages.why import goal_why
from goals.policies import goals
from goals.selectors.goals import (
    access_goal,
    access_goal_team,
    access_link,
    access_revision,
    lookable_teams,
    own_goals,
    team_goals,
)
from goals.services.goals import (
    goal_align,
    goal_create,
    goal_revise,
    goal_unalign,
    goal_withdraw,
    revision_acknowledge,
)
from kernel.period import Grain
from people.components import Action, Cell, Column, Crumb, Empty, Row, Table
from people.fiscal import calendar_of
from people.viewer import Viewer
from people.views.page import FormPage, act, form_page, viewer_of


def mine_crumb() -> Crumb:
    return Crumb(_("My goals"), reverse("goals:mine"))


def _here(goal: Goal) -> str:
    return reverse("goals:detail", args=[goal.pk])


def _set_actions(viewer: Viewer) -> list[Action]:
    return [Action(_("Set a goal"), reverse("goals:add"), "plus", "primary")]


@require_GET
def goal_mine_view(request: HttpRequest) -> HttpResponse:
    viewer, when = viewer_of(request), when_of(query_of(request.GET))
    actions = _set_actions(viewer)
    if viewer.team_id:
        actions.insert(0, Action(_("Goals of the team"), reverse("goals:team", args=[viewer.team_id]), "team"))
    page = GoalList(
        title=_("My goals"),
        tabs=when_tabs(when, request.path),
        table=goal_table(
            viewer, own_goals(viewer, when), has_holder=True, empty=nothing_yet(viewer, when, _set_actions(viewer))
        ),
        callouts=waiting_callouts(viewer),
        actions=actions,
    )
    return render(request, "goals/goal_list.html", {"page": page, "more": many_actions(viewer)})


@require_GET
def goal_teams_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    rows = [Row([Cell(text=team.name)], href=reverse("goals:team", args=[team.pk])) for team in lookable_teams(viewer)]
    empty = Empty(_("No team's goals are open to you"), _("They are once you sit in a team or look after one."), "team")
    table = Table("teams", _("Teams"), [Column("team", _("Team"))], rows, empty=empty, is_caption_hidden=True)
    return render(request, "goals/goal_teams.html", {"table": table})


@require_GET
def goal_team_view(request: HttpRequest, team_id: int) -> HttpResponse:
    viewer, when = viewer_of(request), when_of(query_of(request.GET))
    team = access_goal_team(viewer, team_id)
    actions = []
    if goals.teams(viewer).filter(pk=team.pk).exists():
        actions.append(
            Action(_("Set goals for the team"), reverse("goals:team_set", args=[team.pk]), "edit", "primary")
        )
    page = GoalList(
        title=_("Goals of %(team)s") % {"team": team.name},
        tabs=when_tabs(when, request.path),
        table=goal_table(
            viewer, team_goals(viewer, team, when), has_holder=True, empty=nothing_yet(viewer, when, actions)
        ),
        callouts=[],
        actions=actions,
    )
    return render(request, "goals/goal_list.html", {"page": page})


@require_GET
def goal_detail_view(request: HttpRequest, goal_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    goal = access_goal(viewer, goal_id)
    return _detail(request, viewer, goal, None)


def _detail(
    request: HttpRequest, viewer: Viewer, goal: Goal, form: AlignForm | None, status: int = 200
) -> HttpResponse:
    page = goal_page(viewer, goal)
    if form is None and page.can_align and not goal.withdrawn_at:
        form = AlignForm(viewer=viewer, goal=goal)
    context = {"page": page, "holder": person_chip(goal), "align_form": form}
    context["align_href"] = reverse("goals:align", args=[goal.pk])
    return render(request, "goals/goal_detail.html", context, status=status)


@require_http_methods(["GET", "POST"])
def goal_add_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    quarter = calendar_of(viewer.organization).period_of(Grain.QUARTER, viewer.on)
    days = {"starts_on": quarter.starts_on, "ends_before": quarter.ends_before}
    initial: dict[str, Any] = {"holder": f"person:{viewer.person.pk}", **days, **query_of(request.GET)}
    form = GoalForm(request.POST or None, viewer=viewer, initial=initial)
    page = FormPage(
        _("Set a goal"),
        [mine_crumb(), Crumb(_("Set a goal"))],
        reverse("goals:mine"),
        _("Set the goal"),
        template="goals/goal_form.html",
        extra={"ambition_href": reverse("goals:ambition")},
    )

    def submit(cleaned: dict[str, Any]) -> Goal:
        parent = parent_of(viewer, cleaned["parent"])
        parents = [(parent, cleaned["weight"] or Decimal(1))] if parent else []
        holder = holder_of(viewer, cleaned["holder"])
        values, steps = form.values(), form.steps()
        return goal_create(viewer=viewer, at=timezone.now(), parents=parents, milestones=steps, **holder, **values)

    return form_page(request, page, form, submit, _here, _("The goal is set."))


@require_GET
def goal_ambition_view(request: HttpRequest) -> HttpResponse:
    panel = ambition_panel(viewer_of(request), query_of(request.GET))
    return render(request, "goals/ambition.html", {"panel": panel})


@require_http_methods(["GET", "POST"])
def goal_revise_view(request: HttpRequest, goal_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    goal = access_goal(viewer, goal_id, "change")
    form = GoalForm(request.POST or None, viewer=viewer, goal=goal)
    here = _here(goal)
    page = FormPage(
        _("Revise"),
        [mine_crumb(), Crumb(goal.name, here), Crumb(_("Revise"))],
        here,
        _("Revise the goal"),
        subtitle=goal.name,
        template="goals/goal_form.html",
        extra={
            "ambition_href": reverse("goals:ambition"),
            "holder": f"person:{goal.person_id}" if goal.person_id else f"team:{goal.team_id}",
        },
    )

    def submit(cleaned: dict[str, Any]) -> Any:
        version = cleaned["version"] or 0
        at, reason = timezone.now(), cleaned["reason"]
        return goal_revise(viewer=viewer, goal=goal, at=at, version=version, reason=reason, **form.values())

    return form_page(request, page, form, submit, lambda _revision: here, _("The goal is revised; its owner is told."))


@require_http_methods(["GET", "POST"])
def goal_withdraw_view(request: HttpRequest, goal_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    goal = access_goal(viewer, goal_id, "change")
    here = _here(goal)
    page = FormPage(
        _("Withdraw"),
        [mine_crumb(), Crumb(goal.name, here), Crumb(_("Withdraw"))],
        here,
        _("Withdraw the goal"),
        subtitle=_("It stays readable, and counts as neither met nor missed."),
        submit_kind="danger",
    )
    form = ReasonForm(request.POST or None, viewer=viewer)
    return form_page(
        request,
        page,
        form,
        lambda values: goal_withdraw(viewer=viewer, goal=goal, at=timezone.now(), **values),
        lambda _done: here,
        _("The goal is withdrawn."),
    )


@require_GET
def goal_why_view(request: HttpRequest, goal_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    goal = access_goal(viewer, goal_id)
    return render(request, "goals/why.html", {"page": goal_why(viewer, goal, _here(goal))})


@require_POST
def revision_acknowledge_view(request: HttpRequest, revision_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    revision = access_revision(viewer, revision_id)
    return act(
        request,
        reverse("goals:detail", args=[revision.goal_id]),
        _("Thank you: it is noted that you know."),
        lambda: revision_acknowledge(viewer=viewer, revision=revision, at=timezone.now()),
    )


@require_POST
def goal_align_view(request: HttpRequest, goal_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    goal = access_goal(viewer, goal_id)
    form = AlignForm(request.POST, viewer=viewer, goal=goal)
    done = _("It contributes to it now.")
    if not form.is_valid():
        return _detail(request, viewer, goal, form, status=422)
    values = form.cleaned_data
    parent = parent_of(viewer, values["parent"])
    return act(
        request,
        _here(goal),
        done,
        lambda: goal_align(
            viewer=viewer, goal=goal, parent=parent, weight=values["weight"] or Decimal(1), at=timezone.now()
        ) if parent else None,
    )  # fmt: skip


@require_POST
def goal_unalign_view(request: HttpRequest, link_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    link = access_link(viewer, link_id)
    return act(
        request,
        reverse("goals:detail", args=[link.goal_id]),
        _("It does not contribute to it any more."),
        lambda: goal_unalign(viewer=viewer, link=link, at=timezone.now()),
    )
