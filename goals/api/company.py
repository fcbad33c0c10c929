"""Company objectives and the alignment tree in the API."""

from collections.abc import Collection
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from goals.api.company_shapes import (
    ObjectiveAdd,
    ObjectiveChange,
    ObjectiveCheckIn,
    ObjectiveShape,
    ReaderShape,
    TreeShape,
    objective_values,
)
from goals.forms.objectives import kept_limits
from goals.models import Objective
from goals.selectors.coverage import Gap, Kind, gaps_of
from goals.selectors.figures import goal_metrics
from goals.selectors.limits import filters_resolve
from goals.selectors.objectives import (
    ALL,
    DRAFT,
    PAST,
    RUNNING,
    access_objective,
    objective_readers,
    objective_rows,
    objectives_listed,
)
from goals.selectors.tree import Node, forest_of
from goals.services.objectives import (
    objective_change,
    objective_check_in,
    objective_create,
    objective_publish,
    objective_read,
    objective_withdraw,
)
from people.api.editing import match_require, row_lock
from people.api.people import IF_MATCH
from people.api.views import ApiView, ListView, Scope
from people.models import Person
from people.viewer import Viewer

TAG = ["objectives"]


class ObjectiveFilters(filters.FilterSet):  # type: ignore[misc]
    """Those that run or will, unless `which` says otherwise."""

    which = filters.ChoiceFilter(choices=[(each, each) for each in (RUNNING, DRAFT, PAST, ALL)], method="as_it_is")
    q = filters.CharFilter(method="as_it_is", label="Words of the name.")

    class Meta:
        model = Objective
        fields: list[str] = []

    def as_it_is(self, found: QuerySet[Objective], name: str, value: Any) -> QuerySet[Objective]:
        """Applied in `filter_queryset`, by the selector of the page."""
        return found

    def filter_queryset(self, queryset: QuerySet[Objective]) -> QuerySet[Objective]:
        chosen = self.form.cleaned_data
        return objective_rows(self.request._request.viewer, chosen["which"] or RUNNING, search=chosen["q"] or "")


class ObjectiveListView(ListView):
    """What the company wants to reach."""

    reads, writes = Scope.GOALS_READ, Scope.GOALS_WRITE
    serializer_class = ObjectiveShape
    filterset_class = ObjectiveFilters
    queryset = Objective.objects.none()

    @extend_schema(
        operation_id="objectives_list", tags=TAG, summary="List objectives", responses=ObjectiveShape(many=True)
    )
    def get(self, request: Request) -> Response:
        rows: Any = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(ObjectiveShape(objectives_listed(self.viewer, list(rows)), many=True).data)

    @extend_schema(
        operation_id="objectives_add",
        tags=TAG,
        summary="Write an objective as a draft",
        request=ObjectiveAdd,
        responses={201: ObjectiveShape},
    )
    def post(self, request: Request) -> Response:
        sent = ObjectiveAdd(data=request.data)
        sent.is_valid(raise_exception=True)
        values = _stored(dict(sent.validated_data), sent.validated_data.get("metric", ""))
        values.pop("reason", None)
        made = objective_create(viewer=self.viewer, at=timezone.now(), **values)
        return _objective(self.viewer, made.pk, 201)


class ObjectiveView(ApiView):
    """One objective."""

    reads, writes = Scope.GOALS_READ, Scope.GOALS_WRITE
    serializer_class = ObjectiveShape

    @extend_schema(operation_id="objectives_read", tags=TAG, summary="Read an objective")
    def get(self, request: Request, objective_id: int) -> Response:
        return _objective(self.viewer, objective_id)

    @extend_schema(
        operation_id="objectives_change",
        tags=TAG,
        summary="Change an objective, with a reason once it is published",
        request=ObjectiveChange,
        responses=ObjectiveShape,
        parameters=[IF_MATCH],
    )
    def patch(self, request: Request, objective_id: int) -> Response:
        row_lock(Objective, objective_id)
        objective = access_objective(self.viewer, objective_id, "change")
        match_require(request, _etag(objective))
        sent = ObjectiveChange(data=request.data)
        sent.is_valid(raise_exception=True)
        data = dict(sent.validated_data)
        reason = data.pop("reason", "")
        values = _stored(data, data.get("metric", objective.metric), kept_limits(objective))
        version = objective.version
        objective_change(
            viewer=self.viewer, objective=objective, at=timezone.now(), version=version, reason=reason, **values
        )
        return _objective(self.viewer, objective_id)


class _StepView(ApiView):
    """Something that is done with one objective."""

    writes = Scope.GOALS_WRITE
    serializer_class = ObjectiveShape


class ObjectivePublishView(_StepView):
    """Everybody sees it from now on."""

    @extend_schema(operation_id="objectives_publish", tags=TAG, summary="Publish a draft", request=None)
    def post(self, request: Request, objective_id: int) -> Response:
        objective = access_objective(self.viewer, objective_id, "change")
        objective_publish(viewer=self.viewer, objective=objective, at=timezone.now())
        return _objective(self.viewer, objective_id)


class ObjectiveWithdrawView(_StepView):
    """It ends here."""

    @extend_schema(operation_id="objectives_withdraw", tags=TAG, summary="Withdraw an objective", request=None)
    def post(self, request: Request, objective_id: int) -> Response:
        objective = access_objective(self.viewer, objective_id, "change")
        objective_withdraw(viewer=self.viewer, objective=objective, at=timezone.now())
        return _objective(self.viewer, objective_id)


class ObjectiveCheckInView(_StepView):
    """How it stands."""

    @extend_schema(
        operation_id="objectives_check_in",
        tags=TAG,
        summary="Check in on an objective",
        request=ObjectiveCheckIn,
    )
    def post(self, request: Request, objective_id: int) -> Response:
        objective = access_objective(self.viewer, objective_id, "check_in")
        sent = ObjectiveCheckIn(data=request.data)
        sent.is_valid(raise_exception=True)
        values = {"on": self.viewer.on, **sent.validated_data}
        objective_check_in(viewer=self.viewer, objective=objective, at=timezone.now(), **values)
        return _objective(self.viewer, objective_id)


class ObjectiveReadersView(ApiView):
    """Who has read it, and saying that one has."""

    reads, writes = Scope.GOALS_READ, Scope.GOALS_WRITE
    serializer_class = ReaderShape
    queryset = Objective.objects.none()

    @extend_schema(
        operation_id="objectives_readers", tags=TAG, summary="Who has read it", responses=ReaderShape(many=True)
    )
    def get(self, request: Request, objective_id: int) -> Response:
        objective = access_objective(self.viewer, objective_id, "check_in")
        return Response(ReaderShape(objective_readers(objective, self.viewer.on), many=True).data)

    @extend_schema(
        operation_id="objectives_mark_read",
        tags=TAG,
        summary="Say that you have read it",
        request=None,
        responses=ObjectiveShape,
    )
    def post(self, request: Request, objective_id: int) -> Response:
        objective = access_objective(self.viewer, objective_id)
        objective_read(viewer=self.viewer, objective=objective, at=timezone.now())
        return _objective(self.viewer, objective_id)


class TreeView(ApiView):
    """What contributes to what, and what nobody looks after."""

    reads = Scope.GOALS_READ
    serializer_class = TreeShape

    @extend_schema(operation_id="alignment_read", tags=TAG, summary="The alignment tree with its gaps")
    def get(self, request: Request) -> Response:
        forest = forest_of(self.viewer)
        nodes = [node_data(node) for node in forest.nodes.values()]
        gaps = [gap_data(gap) for gap in gaps_of(self.viewer, forest)]
        return Response(TreeShape({"nodes": nodes, "gaps": gaps}).data)


def node_data(node: Node) -> dict[str, Any]:
    """A node as plain values."""
    kind, key = node.key
    return {
        "type": kind,
        "id": key,
        "name": node.row.name,
        "owner": node.owner,
        "rolls_up_by": node.row.rolls_up_by,
        "state": node.state,
        "contributions": [{"type": child[0], "id": child[1], "weight": weight} for child, weight in node.below],
    }


def gap_data(gap: Gap) -> dict[str, Any]:
    """A gap as plain values."""
    kind = {Kind.TEAM_WITHOUT: "team", Kind.PERSON_WITHOUT: "person"}.get(gap.kind, gap.node.key[0] if gap.node else "")
    key = gap.node.key[1] if gap.node else gap.row_id
    return {
        "kind": str(gap.kind),
        "name": gap.name,
        "type": kind,
        "id": key,
        "total": gap.total,
        "wanted": gap.wanted,
    }


def _etag(objective: Objective) -> str:
    """The tag of its settings; its figures change without it."""
    return f'"objective-{objective.pk}-{objective.version}"'


def _objective(viewer: Viewer, objective_id: int, status: int = 200) -> Response:
    objective = access_objective(viewer, objective_id)
    [listed] = objectives_listed(viewer, [objective])
    return Response(ObjectiveShape(listed).data, status=status, headers={"ETag": _etag(objective)})


def _stored(data: dict[str, Any], metric: str, kept: Collection[str] = ()) -> dict[str, Any]:
    """Owner and limits as they are stored. Raises: ValidationError."""
    values = objective_values(data)
    if "owner_id" in data:
        owner = data["owner_id"]
        found = Person.objects.filter(pk=owner).first() if owner else None
        if owner and found is None:
            raise ValidationError({"owner_id": [_("There is nothing with this id.")]})
        values["owner"] = found
    if "limits" in data:
        definition = goal_metrics().get(metric)
        if data["limits"] and definition is None:
            raise ValidationError({"limits": [_("Only an objective on a metric can be limited.")]})
        asked = [(each["by"], each["text"]) for each in data["limits"]]
        values["filters"] = filters_resolve(definition, asked, kept) if definition else []
    return values
