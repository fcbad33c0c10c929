"""Goals in sight: one, somebody's, a team's, and what they can be aligned to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404

from goals.models import (
    Alignment,
    ChangeRequest,
    CheckIn,
    Goal,
    HelpOffer,
    Milestone,
    Objective,
    Revision,
    RevisionNotice,
)
from goals.policies import goals, objectives
from kernel.period import Period
from people.models import Person, SeatHolding, Team
from people.viewer import Viewer

RUNNING, COMING, PAST = "running", "coming", "past"
WHEN = (RUNNING, COMING, PAST)


def access_goal(viewer: Viewer, goal_id: int, action: str = "view") -> Goal:
    """The goal, where it is in sight. Raises: Http404, PermissionDenied. Two queries at most."""
    found = goals.visible(viewer, "view").select_related("person", "team", "created_by").filter(pk=goal_id).first()
    if found is None:
        raise Http404
    if action != "view":
        goals.require(viewer, action, found)
    return found


def access_request(viewer: Viewer, request_id: int) -> ChangeRequest:
    """A request on a goal in sight. Raises: Http404. One query."""
    found = ChangeRequest.objects.filter(goal__in=goals.visible(viewer), pk=request_id)
    request = found.select_related("goal", "goal__person", "goal__team", "by").first()
    if request is None:
        raise Http404
    return request


def access_revision(viewer: Viewer, revision_id: int) -> Revision:
    """A revision of a goal in sight. Raises: Http404. One query."""
    found = Revision.objects.filter(goal__in=goals.visible(viewer), pk=revision_id).select_related("goal").first()
    if found is None:
        raise Http404
    return found


def access_link(viewer: Viewer, link_id: int) -> Alignment:
    """An alignment of a goal in sight. Raises: Http404. One query."""
    found = Alignment.objects.filter(goal__in=goals.visible(viewer), pk=link_id).select_related("goal").first()
    if found is None:
        raise Http404
    return found


def access_goal_team(viewer: Viewer, team_id: int, action: str = "view") -> Team:
    """A team whose goals are in sight, or ("create") may be set. Raises: Http404, PermissionDenied. One query."""
    team = Team.objects.filter(pk=team_id).first()
    if team is None:
        raise Http404
    may_set = goals.teams(viewer).filter(pk=team_id).exists()
    if action == "create" and not may_set:
        raise PermissionDenied
    if not (may_set or viewer.sees_everyone or team_id == viewer.team_id or team_id in viewer.open_team_ids):
        raise Http404
    return team


def goals_when(found: QuerySet[Goal], when: str, on: date) -> QuerySet[Goal]:
    """Those that run on the day, begin later, or are over; withdrawn ones stand among the past."""
    if when == COMING:
        return found.filter(starts_on__gt=on, withdrawn_at=None)
    if when == PAST:
        return found.filter(Q(ends_before__lte=on) | Q(withdrawn_at__isnull=False))
    return found.filter(starts_on__lte=on, ends_before__gt=on, withdrawn_at=None)


def own_goals(viewer: Viewer, when: str) -> list[Goal]:
    """Goals of the viewer, then of their team. One query."""
    own = Q(person=viewer.person) | Q(team=viewer.team_id or 0)
    return _listed(goals_when(goals.visible(viewer).filter(own), when, viewer.on))


def team_goals(viewer: Viewer, team: Team, when: str) -> list[Goal]:
    """Goals of a team and of whoever sits in it today, those in sight. One query."""
    people = SeatHolding.objects.on(viewer.on).filter(seat__team=team).values("person")
    held = Q(team=team) | Q(person__in=people)
    return _listed(goals_when(goals.visible(viewer).filter(held), when, viewer.on))


def _listed(found: QuerySet[Goal]) -> list[Goal]:
    return list(found.select_related("person", "team").order_by("person__name", "ends_before", "name", "pk"))


def team_members(team: Team, on: date) -> list[Person]:
    """Whoever sits in the team on the day, by name. One query."""
    holdings = SeatHolding.objects.on(on).filter(seat__team=team).values("person")
    return list(Person.objects.filter(pk__in=holdings).order_by("name", "pk"))


def lookable_teams(viewer: Viewer) -> list[Team]:
    """Teams whose goals they may look at, by name. One query."""
    teams = Team.objects.order_by("name", "pk")
    if viewer.sees_everyone or viewer.reach({"operations", "administrator"}) is None:
        return list(teams)
    reach = viewer.open_team_ids | ({viewer.team_id} if viewer.team_id else frozenset())
    return list(teams.filter(pk__in=reach))


@dataclass(frozen=True)
class Parent:
    """Something that a goal can contribute to; `key` is what a form sends."""

    key: str
    row: Objective | Goal

    @property
    def label(self) -> str:
        return self.row.name


def parent_choices(viewer: Viewer, *, besides: Goal | None = None) -> list[Parent]:
    """Objectives and goals that are not over yet and whose title is in sight; objectives first. Two queries."""
    open_objectives = objectives.visible(viewer).filter(ends_before__gt=viewer.on, withdrawn_at=None)
    others = goals.visible(viewer, "title").filter(ends_before__gt=viewer.on, withdrawn_at=None)
    if besides is not None:
        others = others.exclude(pk=besides.pk)
    found = [Parent(f"objective:{each.pk}", each) for each in open_objectives.order_by("name", "pk")]
    listed = others.select_related("person", "team").order_by("name", "pk")[:500]
    return [*found, *(Parent(f"goal:{each.pk}", each) for each in listed)]


@dataclass(frozen=True)
class Story:
    """What is known of one goal beside its state; private notes are empty for whoever may not read them."""

    check_ins: Sequence[CheckIn]
    revisions: Sequence[Revision]
    requests: Sequence[ChangeRequest]
    milestones: Sequence[Milestone]
    parents: Sequence[Alignment]
    children: Sequence[Alignment]
    offers: Sequence[HelpOffer]
    readable: frozenset[int]  # goals among parents and children whose page is in sight
    notice: RevisionNotice | None  # the oldest that waits for the viewer's acknowledgement


def goal_story(viewer: Viewer, goal: Goal) -> Story:
    """The history of a goal, newest first. Ten queries."""
    is_private = goals.can(viewer, "private", goal)
    said = list(CheckIn.objects.filter(goal=goal).select_related("by").order_by("-on", "-pk")[:200])
    if not is_private:
        for each in said:
            each.private_note = ""
        said = [each for each in said if each.note or each.value is not None or each.confidence]
    notices = Prefetch("notices", RevisionNotice.objects.select_related("person").order_by("pk"))
    revisions = Revision.objects.filter(goal=goal).select_related("by").prefetch_related(notices).order_by("-version")
    parents = Alignment.objects.filter(goal=goal).select_related(
        "parent_objective", "parent_goal", "parent_goal__person", "parent_goal__team"
    )
    shown = parents.filter(Q(parent_objective=None) | Q(parent_objective__in=objectives.visible(viewer)))
    children = Alignment.objects.filter(parent_goal=goal, goal__withdrawn_at=None).select_related(
        "goal", "goal__person", "goal__team"
    )
    above, below = list(shown.order_by("pk")), list(children.order_by("goal__name", "pk"))
    others = {each.parent_goal_id for each in above} | {each.goal_id for each in below}
    return Story(
        check_ins=said,
        revisions=list(revisions),
        requests=list(ChangeRequest.objects.filter(goal=goal).select_related("by", "decided_by").order_by("-pk")),
        milestones=list(Milestone.objects.filter(goal=goal).order_by("position", "pk")),
        parents=above,
        children=below,
        offers=list(HelpOffer.objects.filter(goal=goal).select_related("by").order_by("-pk")),
        readable=frozenset(
            goals.visible(viewer).filter(pk__in=[each for each in others if each]).values_list("pk", flat=True)
        ),
        notice=_waiting_notice(viewer, goal),
    )


def _waiting_notice(viewer: Viewer, goal: Goal) -> RevisionNotice | None:
    waiting = RevisionNotice.objects.filter(person=viewer.person, revision__goal=goal, acknowledged_at=None)
    found: RevisionNotice | None = waiting.select_related("revision").order_by("revision__version").last()
    return found


def waiting_for(viewer: Viewer) -> dict[str, list[Any]]:
    """What waits for the viewer: revisions to acknowledge, requests to decide. Two queries."""
    notices = RevisionNotice.objects.filter(person=viewer.person, acknowledged_at=None, revision__goal__isnull=False)
    decidable = goals.visible(viewer, "change")
    open_requests = ChangeRequest.objects.filter(state=ChangeRequest.State.OPEN, goal__in=decidable)
    return {
        "notices": list(notices.select_related("revision", "revision__goal", "revision__by").order_by("pk")[:20]),
        "requests": list(open_requests.exclude(by=viewer.person).select_related("goal", "by").order_by("pk")[:20]),
    }


def goal_milestones(goal: Goal) -> list[Milestone]:
    """The milestones of a goal in their order. One query."""
    return list(Milestone.objects.filter(goal=goal).order_by("position", "pk"))


def goals_alike(team: Team, members: Sequence[Person], metric: str, days: Period) -> dict[str, Goal]:
    """Goals of a team and of people on the same metric and days without limits, by `team:3` and `person:12`. One query."""
    held = Q(team=team) | Q(person__in=members)
    found = Goal.objects.filter(held, metric=metric, starts_on=days.starts_on, ends_before=days.ends_before, filters=[])
    return {
        f"team:{goal.team_id}" if goal.team_id else f"person:{goal.person_id}": goal
        for goal in found.filter(withdrawn_at=None).order_by("-pk")
    }
