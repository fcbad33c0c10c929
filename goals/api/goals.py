"""Goals: list, set, read, revise, withdraw; check-ins, revisions and requests for change."""

from collections.abc import Collection
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from goals.api.shapes import (
    CheckInAdd,
    CheckInShape,
    DecideSent,
    GoalAdd,
    GoalChange,
    GoalShape,
    ReasonSent,
    RequestAdd,
    RequestShape,
    RevisionShape,
)
from goals.models import Goal
from goals.policies import goals
from goals.selectors.figures import goal_metrics
from goals.selectors.goals import WHEN, access_goal, access_request, goal_story, goals_when
from goals.selectors.limits import filters_resolve
from goals.selectors.sight import goal_states_for
from goals.services.follow_up import change_decide, change_request, goal_check_in
from goals.services.goals import Step, goal_create, goal_revise, goal_withdraw
from people.api.editing import match_require, row_lock
from people.api.people import IF_MATCH
from people.api.views import ApiView, ListView, Scope
from people.models import Person, Team
from people.viewer import Viewer


class GoalFilters(filters.FilterSet):  # type: ignore[misc]
    person = filters.NumberFilter("person_id", min_value=1)
    team = filters.NumberFilter("team_id", min_value=1)
    metric = filters.CharFilter("metric")
    when = filters.ChoiceFilter(choices=[(each, each) for each in WHEN], method="filter_when")

    class Meta:
        model = Goal
        fields: list[str] = []

    def filter_when(self, queryset: QuerySet[Goal], name: str, value: str) -> QuerySet[Goal]:
        """Running, coming or past on the organization's day."""
        return goals_when(queryset, value, self.request._request.viewer.on)


class GoalListView(ListView):
    """Goals in sight: of the own team and below, and all for roles that see everyone."""

    reads, writes = Scope.GOALS_READ, Scope.GOALS_WRITE
    serializer_class = GoalShape
    filterset_class = GoalFilters
    queryset = Goal.objects.none()

    def get_queryset(self) -> QuerySet[Goal]:
        if getattr(self, "swagger_fake_view", False):
            return Goal.objects.none()
        return goals.visible(self.viewer).select_related("person", "team").order_by("pk")

    @extend_schema(operation_id="goals_list", tags=["goals"], summary="List goals", responses=GoalShape(many=True))
    def get(self, request: Request) -> Response:
        rows: Any = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        context = {"states": goal_states_for(self.viewer, list(rows))}
        return self.get_paginated_response(GoalShape(rows, many=True, context=context).data)

    @extend_schema(
        operation_id="goals_add", tags=["goals"], summary="Set a goal", request=GoalAdd, responses={201: GoalShape}
    )
    def post(self, request: Request) -> Response:
        sent = GoalAdd(data=request.data)
        sent.is_valid(raise_exception=True)
        values = dict(sent.validated_data)
        holder = _holder(self.viewer, values.pop("person_id", None), values.pop("team_id", None))
        steps = [Step(each["name"], each["due_on"]) for each in values.pop("milestones", [])]
        values = _resolved(values, values.get("metric", ""))
        if values.get("kind") != Goal.Kind.MILESTONES and "target" not in values:
            raise ValidationError({"target": [_("Enter what is to be reached.")]})
        values.setdefault("target", 1)
        goal = goal_create(viewer=self.viewer, at=timezone.now(), milestones=steps, **holder, **values)
        return _goal_response(self.viewer, goal.pk, 201)


def _holder(viewer: Viewer, person_id: int | None, team_id: int | None) -> dict[str, Any]:
    """Whose goal it is to be. Raises: ValidationError beside its field."""
    if (person_id is None) == (team_id is None):
        raise ValidationError({"person_id": [_("Choose a person or a team.")]})
    name, model, key = ("person", Person, person_id) if person_id else ("team", Team, team_id)
    found = model._default_manager.filter(pk=key or 0).first()
    if found is None:
        raise ValidationError({f"{name}_id": [_("There is nothing with this id.")]})
    return {name: found}


def _resolved(values: dict[str, Any], metric: str, kept: Collection[str] = ()) -> dict[str, Any]:
    """Limits in words as what is stored."""
    limits = values.pop("limits", None)
    if limits is None:
        return values
    definition = goal_metrics().get(metric)
    if limits and definition is None:
        raise ValidationError({"limits": [_("Only a goal on a metric can be limited.")]})
    found = filters_resolve(definition, [(each["by"], each["value"]) for each in limits], kept) if definition else []
    return {**values, "filters": found}


def etag(goal: Goal) -> str:
    """The tag of a goal's settings; its figures change without it."""
    return f'"goal-{goal.pk}-{goal.version}"'


def _goal_response(viewer: Viewer, goal_id: int, status: int = 200) -> Response:
    goal = access_goal(viewer, goal_id)
    context = {"states": goal_states_for(viewer, [goal])}
    return Response(GoalShape(goal, context=context).data, status=status, headers={"ETag": etag(goal)})


class GoalView(ApiView):
    """One goal."""

    reads, writes = Scope.GOALS_READ, Scope.GOALS_WRITE
    serializer_class = GoalShape

    @extend_schema(operation_id="goals_read", tags=["goals"], summary="Read a goal")
    def get(self, request: Request, goal_id: int) -> Response:
        return _goal_response(self.viewer, goal_id)

    @extend_schema(
        operation_id="goals_revise",
        tags=["goals"],
        summary="Revise a goal with a reason",
        request=GoalChange,
        responses=GoalShape,
        parameters=[IF_MATCH],
    )
    def patch(self, request: Request, goal_id: int) -> Response:
        row_lock(Goal, goal_id)
        goal = access_goal(self.viewer, goal_id, "change")
        match_require(request, etag(goal))
        sent = GoalChange(data=request.data)
        sent.is_valid(raise_exception=True)
        values = dict(sent.validated_data)
        reason = values.pop("reason")
        values = _resolved(values, values.get("metric", goal.metric), [each["by"] for each in goal.filters])
        goal_revise(viewer=self.viewer, goal=goal, at=timezone.now(), version=goal.version, reason=reason, **values)
        return _goal_response(self.viewer, goal_id)


class GoalWithdrawView(ApiView):
    """It is no goal any more; it stays readable."""

    writes = Scope.GOALS_WRITE
    serializer_class = GoalShape

    @extend_schema(
        operation_id="goals_withdraw",
        tags=["goals"],
        summary="Withdraw a goal",
        request=ReasonSent,
        responses=GoalShape,
    )
    def post(self, request: Request, goal_id: int) -> Response:
        goal = access_goal(self.viewer, goal_id, "change")
        sent = ReasonSent(data=request.data)
        sent.is_valid(raise_exception=True)
        goal_withdraw(viewer=self.viewer, goal=goal, at=timezone.now(), **sent.validated_data)
        return _goal_response(self.viewer, goal_id)


class CheckInView(ApiView):
    """Check-ins of a goal, newest first, two hundred at most."""

    reads, writes = Scope.GOALS_READ, Scope.GOALS_WRITE
    serializer_class = CheckInShape
    pagination_class = None
    filter_backends = ()

    @extend_schema(
        operation_id="goals_check_ins", tags=["goals"], summary="List check-ins", responses=CheckInShape(many=True)
    )
    def get(self, request: Request, goal_id: int) -> Response:
        story = goal_story(self.viewer, access_goal(self.viewer, goal_id))
        return Response(CheckInShape(story.check_ins, many=True).data)

    @extend_schema(
        operation_id="goals_check_in",
        tags=["goals"],
        summary="Check in",
        request=CheckInAdd,
        responses={201: CheckInShape},
    )
    def post(self, request: Request, goal_id: int) -> Response:
        goal = access_goal(self.viewer, goal_id, "check_in")
        sent = CheckInAdd(data=request.data)
        sent.is_valid(raise_exception=True)
        values = {"on": self.viewer.on, **sent.validated_data}
        done = values.pop("milestones_done", None)
        said = goal_check_in(viewer=self.viewer, goal=goal, at=timezone.now(), done=done, **values)
        return Response(CheckInShape(said).data, status=201)


class RevisionView(ApiView):
    """Revisions of a goal, newest first."""

    reads = Scope.GOALS_READ
    serializer_class = RevisionShape
    pagination_class = None
    filter_backends = ()

    @extend_schema(
        operation_id="goals_revisions", tags=["goals"], summary="List revisions", responses=RevisionShape(many=True)
    )
    def get(self, request: Request, goal_id: int) -> Response:
        story = goal_story(self.viewer, access_goal(self.viewer, goal_id))
        return Response(RevisionShape(story.revisions, many=True).data)


class RequestView(ApiView):
    """What the owner of a goal asks to be changed, newest first."""

    reads, writes = Scope.GOALS_READ, Scope.GOALS_WRITE
    serializer_class = RequestShape
    pagination_class = None
    filter_backends = ()

    @extend_schema(
        operation_id="goals_requests", tags=["goals"], summary="List requests", responses=RequestShape(many=True)
    )
    def get(self, request: Request, goal_id: int) -> Response:
        story = goal_story(self.viewer, access_goal(self.viewer, goal_id))
        return Response(RequestShape(story.requests, many=True).data)

    @extend_schema(
        operation_id="goals_request",
        tags=["goals"],
        summary="Ask for a change of one's own goal",
        request=RequestAdd,
        responses={201: RequestShape},
    )
    def post(self, request: Request, goal_id: int) -> Response:
        goal = access_goal(self.viewer, goal_id, "request")
        sent = RequestAdd(data=request.data)
        sent.is_valid(raise_exception=True)
        wanted = dict(sent.validated_data)
        reason = wanted.pop("reason")
        made = change_request(viewer=self.viewer, goal=goal, at=timezone.now(), reason=reason, wanted=wanted)
        return Response(RequestShape(made).data, status=201)


class DecideView(ApiView):
    """Approve a request, which revises the goal, or refuse it with a reason."""

    writes = Scope.GOALS_WRITE
    serializer_class = RequestShape

    @extend_schema(
        operation_id="goals_request_decide",
        tags=["goals"],
        summary="Decide on a request",
        request=DecideSent,
        responses=RequestShape,
    )
    def post(self, request: Request, request_id: int) -> Response:
        asked = access_request(self.viewer, request_id)
        if not goals.can(self.viewer, "view", asked.goal):
            raise Http404
        sent = DecideSent(data=request.data)
        sent.is_valid(raise_exception=True)
        change_decide(viewer=self.viewer, request=asked, at=timezone.now(), **sent.validated_data)
        asked.refresh_from_db()
        return Response(RequestShape(asked).data)
