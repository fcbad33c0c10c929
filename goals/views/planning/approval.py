"""The approval of a version: where it stands, who decides about whom, and the decision of whom a step falls to."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from goals.approval_policies import Turn, turn
from goals.approval_subjects import decisions_of, steps_of, waiting
from goals.engine.approval import MANAGERS, ApprovalStep
from goals.forms.quota_requests import PlanDecisionForm
from goals.models import ApprovalKind, PlanVersion, QuotaDecision
from goals.plan_policies import quota_plans
from goals.selectors.approvals import planned_by, step_places
from goals.selectors.planning.sheet import access_version
from goals.services.planning import states
from goals.views.deciding import decision_event, steps_shown
from goals.views.planning.pieces import version_crumbs, version_name, version_status, version_tabs
from people import formats
from people.components import Action, Callout, Cell, Column, Event, Row, Status, Table
from people.viewer import Viewer
from people.views.page import FormPage, act, form_page, viewer_of

State = PlanVersion.State


def here(version: PlanVersion) -> str:
    return reverse("goals:plan_approval", args=[version.pk])


@require_POST
def plan_submit_view(request: HttpRequest, version_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    version = access_version(viewer, version_id, "change")
    return act(
        request,
        here(version),
        _("The version is in review. Whoever decides is told."),
        lambda: states.plan_version_submit(viewer=viewer, version=version, at=timezone.now(), on=viewer.on),
    )


@require_POST
def plan_take_back_view(request: HttpRequest, version_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    version = access_version(viewer, version_id, "change")
    return act(
        request,
        reverse("goals:plan_version", args=[version.pk]),
        _("The version is a draft again."),
        lambda: states.plan_version_take_back(viewer=viewer, version=version, at=timezone.now()),
    )


@require_http_methods(["GET", "POST"])
def plan_approval_view(request: HttpRequest, version_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    version = access_version(viewer, version_id)
    mine = turn(viewer, version)
    if request.method == "POST" and not mine.is_theirs:
        raise Http404
    form = PlanDecisionForm(request.POST or None, viewer=viewer, initial={"step": mine.first, "seen": version.revision})
    seen = _seen_steps(viewer, version)
    teams, leaders = step_places(version, viewer.on)
    page = FormPage(
        version_name(version),
        version_crumbs(version, _("Approval")),
        reverse("goals:plan_version", args=[version.pk]),
        _("Decide"),
        subtitle=_subtitle(version),
        callout=_callout(version, mine),
        tabs=version_tabs(viewer, version, "plan_approval"),
        template="goals/request_detail.html",
        extra={
            "status": version_status(version),
            "steps": steps_shown(version) if version.round else [],
            "ways": _ways(version, seen, teams, leaders),
            "events": _events(version, seen, teams, quota_plans.is_whole(viewer, version)),
            "reason": _about(viewer, version, mine),
            "may_decide": mine.may_decide,
            "actions": _actions(viewer, version),
        },
    )

    def decide(values: dict[str, Any]) -> PlanVersion:
        return states.plan_version_decide(
            viewer=viewer,
            version=version,
            step=values["step"],
            seen=values["seen"],
            is_approved=values["decision"] == "approve",
            reason=values["reason"],
            at=timezone.now(),
        )

    return form_page(request, page, form, decide, lambda _done: here(version), _("Your decision is kept."))


def _subtitle(version: PlanVersion) -> str:
    if version.submitted_at is None:
        return ""
    who = version.submitted_by.name if version.submitted_by else _("Command line")
    return _("Handed in by %(name)s, %(when)s") % {"name": who, "when": formats.moment(version.submitted_at)}


def _callout(version: PlanVersion, mine: Turn) -> Callout | None:
    if mine.refusal:
        return Callout(_("You do not decide this step"), mine.refusal, "warn")
    if version.state == State.DRAFT and version.decision_note:
        return Callout(_("This version was sent back"), version.decision_note, "warn")
    if not version.round:
        return Callout(
            _("Not handed in yet"), _("Once it is handed in, the steps of approval and who takes them stand here.")
        )
    return None


def _about(viewer: Viewer, version: PlanVersion, mine: Turn) -> str:
    """Whose quotas a decision is about, and how much they are together."""
    if not mine.may_decide:
        return ""
    steps = steps_of(version)
    count, amount = planned_by(version, [steps[number] for number, _place in mine.steps], viewer.on)
    words = ngettext(
        "You decide about the quotas of %(count)s person, %(amount)s together. With the last approval they are in force.",
        "You decide about the quotas of %(count)s people, %(amount)s together. With the last approval they are in force.",
        count,
    )
    return words % {"count": formats.number(count), "amount": formats.money(amount, version.plan.currency)}


def _seen_steps(viewer: Viewer, version: PlanVersion) -> set[int]:
    """The steps whose decisions the viewer reads: those of teams in sight, and of roles."""
    open_teams = None if quota_plans.is_whole(viewer, version) else viewer.open_team_ids
    return {
        number
        for number, step in enumerate(steps_of(version))
        if open_teams is None or step.team_id is None or step.team_id in open_teams
    }


def _ways(version: PlanVersion, seen: set[int], teams: dict[int, str], leaders: dict[int, list[str]]) -> Table | None:
    if not version.round:
        return None
    taken, left = {each.number: each for each in decisions_of(version)}, waiting(version)
    columns = [
        Column("step", _("Step")),
        Column("about", _("About")),
        Column("who", _("Who")),
        Column("state", _("State")),
    ]
    rows = [
        Row(
            [
                Cell(_kind_words(step)),
                Cell(teams.get(step.team_id, "") if step.team_id else _("the whole plan")),
                Cell(_who(step, leaders, taken.get(number))),
                Cell(status=_step_status(version, taken.get(number), number in left)),
            ]
        )
        for number, step in enumerate(steps_of(version))
        if number in seen
    ]
    return Table("ways", _("Who decides about whom"), columns, rows, is_stacked_on_phone=True)


def _kind_words(step: ApprovalStep) -> str:
    return str(ApprovalKind(step.kind).label).capitalize()


def _who(step: ApprovalStep, leaders: dict[int, list[str]], taken: QuotaDecision | None) -> str:
    if taken is not None:
        return taken.by.name
    if step.kind in MANAGERS:
        return ", ".join(leaders.get(step.team_id or 0, [])) or formats.UNDEFINED
    return _("whoever has this role")


def _step_status(version: PlanVersion, taken: QuotaDecision | None, is_waiting: bool) -> Status:
    if taken is not None:
        return Status(_("Approved"), "good") if taken.is_approved else Status(_("Refused"), "bad")
    if is_waiting:
        return Status(_("Waits"), "warn", "clock")
    if version.state == State.REVIEW:
        return Status(_("To come"), "neutral", "minus")
    return Status(_("Not decided"), "neutral", "minus")


def _events(version: PlanVersion, seen: set[int], teams: dict[int, str], is_whole: bool) -> list[Event]:
    """What was decided, of former times too where the whole plan is open; the parts of others are not everybody's."""
    steps = steps_of(version)
    found = []
    for each in sorted(version.decisions.all(), key=lambda each: (each.at, each.number), reverse=True):
        is_now = each.round == version.round
        if each.number in seen if is_now else is_whole:
            about = teams.get(steps[each.number].team_id or 0, "") if is_now else _("handed in before")
            found.append(decision_event(each, about))
    return found


def _actions(viewer: Viewer, version: PlanVersion) -> list[Action]:
    actions = [Action(_("See the numbers"), reverse("goals:plan_version", args=[version.pk]), "list")]
    if version.state == State.REVIEW and quota_plans.can(viewer, "change"):
        href = reverse("goals:plan_take_back", args=[version.pk])
        said = _("It becomes a draft again; decisions made so far do not count any more.")
        actions.append(Action(_("Take back"), href, "undo", "quiet", "post", said))
    return actions
