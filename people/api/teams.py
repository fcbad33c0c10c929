"""Teams and seats, as of a day."""

from datetime import date
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

from people.api.editing import etag_of, match_require, row_lock
from people.api.people import IF_MATCH
from people.api.shapes import DayChoice, SeatAdd, SeatAssign, SeatShape, TeamAdd, TeamChange, TeamShape
from people.api.views import ApiView, ListView, Scope
from people.models import Seat, Team
from people.selectors.person import access_person
from people.selectors.rows import seat_rows, team_rows
from people.selectors.team import access_seat, access_team
from people.services.team import seat_assign, seat_create, seat_end, seat_vacate, team_create, team_move, team_rename
from people.viewer import Viewer

DAY_HELP = "The structure of this day; left out: today."


class DayFilters(filters.FilterSet):  # type: ignore[misc]
    """The day comes first: the rows are made for it."""

    on = filters.DateFilter(method="as_of", label=DAY_HELP)

    def as_of(self, found: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        """Applied in `filter_queryset`."""
        return found

    @property
    def day(self) -> date:
        chosen: date | None = self.form.cleaned_data["on"]
        viewer: Viewer = self.request._request.viewer
        return chosen or viewer.on


class TeamFilters(DayFilters):
    q = filters.CharFilter("name", "icontains", label="Part of the name.")

    class Meta:
        model = Team
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Team]) -> QuerySet[Team]:
        found: QuerySet[Team] = super().filter_queryset(team_rows(self.request._request.viewer, self.day))
        return found


class SeatFilters(DayFilters):
    team = filters.NumberFilter("team_id", min_value=1, label="Id of the team itself.")
    person = filters.NumberFilter("person_id", min_value=1, label="Id of who holds it.")
    role = filters.ChoiceFilter(choices=Seat.Role.choices)
    is_vacant = filters.BooleanFilter("person_id", "isnull", label="Only seats that nobody holds, or only held ones.")

    class Meta:
        model = Seat
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Seat]) -> QuerySet[Seat]:
        found: QuerySet[Seat] = super().filter_queryset(seat_rows(self.request._request.viewer, self.day))
        return found


class TeamListView(ListView):
    """Every team; the tree hangs together by `parent_id`."""

    reads, writes = Scope.PEOPLE_READ, Scope.PEOPLE_WRITE
    serializer_class = TeamShape
    filterset_class = TeamFilters
    queryset = Team.objects.none()

    @extend_schema(operation_id="teams_list", tags=["teams"], summary="List teams", responses=TeamShape(many=True))
    def get(self, request: Request) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="teams_add", tags=["teams"], summary="Add a team", request=TeamAdd, responses={201: TeamShape}
    )
    def post(self, request: Request) -> Response:
        sent = TeamAdd(data=request.data)
        sent.is_valid(raise_exception=True)
        values = dict(sent.validated_data)
        parent = _team_named(self.viewer, values.pop("parent_id"))
        team = team_create(viewer=self.viewer, at=timezone.now(), parent=parent, **values)
        return _team_response(self.viewer, team.pk, 201)


class TeamView(ApiView):
    """One team as it stands today."""

    reads, writes = Scope.PEOPLE_READ, Scope.PEOPLE_WRITE
    serializer_class = TeamShape

    @extend_schema(operation_id="teams_read", tags=["teams"], summary="Read a team")
    def get(self, request: Request, team_id: int) -> Response:
        return _team_response(self.viewer, team_id)

    @extend_schema(
        operation_id="teams_change",
        tags=["teams"],
        summary="Rename or move a team",
        request=TeamChange,
        responses=TeamShape,
        parameters=[IF_MATCH],
    )
    def patch(self, request: Request, team_id: int) -> Response:
        row_lock(Team, team_id)
        team = access_team(self.viewer, team_id, "change")
        match_require(request, etag_of(_team_data(self.viewer, team_id)))
        sent = TeamChange(data=request.data)
        sent.is_valid(raise_exception=True)
        _team_change(self.viewer, team, sent.validated_data)
        return _team_response(self.viewer, team_id)


def _team_change(viewer: Viewer, team: Team, values: dict[str, Any]) -> None:
    now = timezone.now()
    if "name" in values:
        team_rename(viewer=viewer, team=team, at=now, name=values["name"])
    if "parent_id" in values:
        parent = _team_named(viewer, values["parent_id"])
        team_move(viewer=viewer, team=team, at=now, parent=parent, on=values.get("on", viewer.on))


class SeatListView(ListView):
    """Seats of a day, held and vacant."""

    reads, writes = Scope.PEOPLE_READ, Scope.PEOPLE_WRITE
    serializer_class = SeatShape
    filterset_class = SeatFilters
    queryset = Seat.objects.none()

    @extend_schema(operation_id="seats_list", tags=["seats"], summary="List seats", responses=SeatShape(many=True))
    def get(self, request: Request) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="seats_add", tags=["seats"], summary="Add a seat", request=SeatAdd, responses={201: SeatShape}
    )
    def post(self, request: Request) -> Response:
        sent = SeatAdd(data=request.data)
        sent.is_valid(raise_exception=True)
        values = dict(sent.validated_data)
        team = _team_named(self.viewer, values.pop("team_id"), "team_id")
        person = _person_named(self.viewer, values.pop("person_id"))
        seat = seat_create(viewer=self.viewer, team=team, person=person, at=timezone.now(), **values)  # type: ignore[arg-type]
        return _seat_response(self.viewer, seat.pk, max(seat.starts_on, self.viewer.on), 201)


class SeatView(ApiView):
    """One seat as it is today."""

    reads = Scope.PEOPLE_READ
    serializer_class = SeatShape

    @extend_schema(operation_id="seats_read", tags=["seats"], summary="Read a seat")
    def get(self, request: Request, seat_id: int) -> Response:
        access_seat(self.viewer, seat_id)
        return _seat_response(self.viewer, seat_id, self.viewer.on)


class SeatAssignView(ApiView):
    """Somebody takes a seat; the one they held becomes vacant that day."""

    writes = Scope.PEOPLE_WRITE
    serializer_class = SeatShape

    @extend_schema(
        operation_id="seats_assign",
        tags=["seats"],
        summary="Give a seat to a person",
        request=SeatAssign,
        responses=SeatShape,
    )
    def post(self, request: Request, seat_id: int) -> Response:
        row_lock(Seat, seat_id)
        seat = access_seat(self.viewer, seat_id, "change")
        sent = SeatAssign(data=request.data)
        sent.is_valid(raise_exception=True)
        on = sent.validated_data.get("on", self.viewer.on)
        person = _person_named(self.viewer, sent.validated_data["person_id"])
        assert person is not None  # the field is required
        seat_assign(viewer=self.viewer, seat=seat, person=person, at=timezone.now(), on=on)
        return _seat_response(self.viewer, seat_id, on)


class SeatVacateView(ApiView):
    """Nobody holds the seat from a day on; it waits for the next person."""

    writes = Scope.PEOPLE_WRITE
    serializer_class = SeatShape

    @extend_schema(
        operation_id="seats_vacate",
        tags=["seats"],
        summary="Leave a seat vacant",
        request=DayChoice,
        responses=SeatShape,
    )
    def post(self, request: Request, seat_id: int) -> Response:
        seat, on = _seat_and_day(self.viewer, seat_id, request)
        seat_vacate(viewer=self.viewer, seat=seat, at=timezone.now(), on=on)
        return _seat_response(self.viewer, seat_id, on)


class SeatEndView(ApiView):
    """The seat does not exist from a day on."""

    writes = Scope.PEOPLE_WRITE
    serializer_class = SeatShape

    @extend_schema(
        operation_id="seats_end", tags=["seats"], summary="End a seat", request=DayChoice, responses={204: None}
    )
    def post(self, request: Request, seat_id: int) -> Response:
        seat, on = _seat_and_day(self.viewer, seat_id, request)
        seat_end(viewer=self.viewer, seat=seat, at=timezone.now(), on=on)
        return Response(status=204)


def _seat_and_day(viewer: Viewer, seat_id: int, request: Request) -> tuple[Seat, date]:
    row_lock(Seat, seat_id)
    seat = access_seat(viewer, seat_id, "change")
    sent = DayChoice(data=request.data)
    sent.is_valid(raise_exception=True)
    return seat, sent.validated_data.get("on", viewer.on)


def _team_data(viewer: Viewer, team_id: int) -> Any:
    access_team(viewer, team_id)
    return TeamShape(team_rows(viewer, viewer.on).get(pk=team_id)).data


def _team_response(viewer: Viewer, team_id: int, status: int = 200) -> Response:
    data = _team_data(viewer, team_id)
    return Response(data, status=status, headers={"ETag": etag_of(data)})


def _seat_response(viewer: Viewer, seat_id: int, on: date, status: int = 200) -> Response:
    seat = seat_rows(viewer, on).filter(pk=seat_id).first()
    if seat is None:  # it does not exist on that day (yet, or any more)
        known = access_seat(viewer, seat_id)
        seat = seat_rows(viewer, known.starts_on).get(pk=seat_id)
    data = SeatShape(seat).data
    return Response(data, status=status, headers={"ETag": etag_of(data)})


def _team_named(viewer: Viewer, team_id: int | None, field: str = "parent_id") -> Team | None:
    """A team that the body names. Raises: ValidationError beside its field."""
    return None if team_id is None else _named(field, lambda: access_team(viewer, team_id))


def _person_named(viewer: Viewer, person_id: int | None) -> Any:
    return None if person_id is None else _named("person_id", lambda: access_person(viewer, person_id))


def _named(field: str, access: Any) -> Any:
    try:
        return access()
    except Http404 as error:
        raise ValidationError({field: [_("There is nothing with this id.")]}) from error
