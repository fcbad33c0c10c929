"""People, teams and seats: read and changed as the pages do it."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from people.api.editing import etag_of, match_require, row_lock
from people.api.shapes import CallerShape, PersonAdd, PersonChange, PersonShape
from people.api.views import ApiView, ListView, Scope
from people.forms.person import ROLES
from people.models import Person
from people.policies import persons
from people.selectors.person import access_person, person_list
from people.selectors.rows import keys_of, people_called
from people.services.person import person_change, person_create

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag of the state that is changed."
)


class CallerView(ApiView):
    """Who asks: the organization, the person that the key or session stands for, and what is open to them."""

    serializer_class = CallerShape

    @extend_schema(operation_id="me_read", tags=["me"], summary="Who am I")
    def get(self, request: Request) -> Response:
        viewer = self.viewer
        key = getattr(request._request, "api_key", None)
        found = {
            "organization": viewer.organization,
            "person": viewer.person,
            "roles": sorted(viewer.roles),
            "scopes": None if key is None else key.scopes,
            "today": viewer.on,
        }
        return Response(CallerShape(found).data)


class PersonFilters(filters.FilterSet):  # type: ignore[misc]
    """Who is here unless `state` says otherwise."""

    q = filters.CharFilter(method="as_it_is", label="Words of the name or e-mail address.")
    team = filters.NumberFilter(method="as_it_is", min_value=1, label="Id of a team; those below it count.")
    role = filters.ChoiceFilter(choices=ROLES, method="as_it_is", label="Of the seat or given.")
    state = filters.ChoiceFilter(choices=[("here", "here"), ("left", "left"), ("all", "all")], method="as_it_is")
    email = filters.CharFilter("email", "iexact")
    source = filters.CharFilter(method="called", label="Known to this source.")
    external_id = filters.CharFilter(method="called", label="Called so by a source.")

    class Meta:
        model = Person
        fields: list[str] = []

    def as_it_is(self, found: QuerySet[Person], name: str, value: Any) -> QuerySet[Person]:
        """Applied in `filter_queryset`, by the selector of the page."""
        return found

    called = as_it_is

    def filter_queryset(self, queryset: QuerySet[Person]) -> QuerySet[Person]:
        chosen = self.form.cleaned_data
        state = chosen["state"] or "here"
        found = person_list(
            self.request._request.viewer,
            search=chosen["q"] or "",
            team_id=_small(chosen["team"]),
            role=chosen["role"] or "",
            state="" if state == "here" else state,
        )
        if chosen["email"]:
            found = found.filter(email__iexact=chosen["email"])
        if chosen["source"] or chosen["external_id"]:
            found = found.filter(pk__in=people_called(chosen["source"], chosen["external_id"]))
        return found


def _small(number: Any) -> int | None:
    """An id that a row can have; -1, which none has, for a larger one."""
    return None if number is None else int(number) if number < 2**63 else -1


class PersonListView(ListView):
    """The directory."""

    reads, writes = Scope.PEOPLE_READ, Scope.PEOPLE_WRITE
    serializer_class = PersonShape
    filterset_class = PersonFilters
    queryset = Person.objects.none()

    @extend_schema(operation_id="people_list", tags=["people"], summary="List people", responses=PersonShape(many=True))
    def get(self, request: Request) -> Response:
        rows: Any = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(PersonShape(rows, many=True, context=_context(self.viewer, rows)).data)

    @extend_schema(
        operation_id="people_add",
        tags=["people"],
        summary="Add a person",
        request=PersonAdd,
        responses={201: PersonShape},
    )
    def post(self, request: Request) -> Response:
        sent = PersonAdd(data=request.data)
        sent.is_valid(raise_exception=True)
        person = person_create(viewer=self.viewer, at=timezone.now(), **sent.validated_data)
        return _person_response(self.viewer, person.pk, 201)


class PersonView(ApiView):
    """One person."""

    reads, writes = Scope.PEOPLE_READ, Scope.PEOPLE_WRITE
    serializer_class = PersonShape

    @extend_schema(operation_id="people_read", tags=["people"], summary="Read a person")
    def get(self, request: Request, person_id: int) -> Response:
        return _person_response(self.viewer, person_id)

    @extend_schema(
        operation_id="people_change",
        tags=["people"],
        summary="Change a person",
        request=PersonChange,
        responses=PersonShape,
        parameters=[IF_MATCH],
    )
    def patch(self, request: Request, person_id: int) -> Response:
        row_lock(Person, person_id)
        person = access_person(self.viewer, person_id, "change")
        match_require(request, etag_of(_person_data(self.viewer, person_id)))
        sent = PersonChange(data=request.data)
        sent.is_valid(raise_exception=True)
        person_change(viewer=self.viewer, person=person, at=timezone.now(), **sent.validated_data)
        return _person_response(self.viewer, person_id)


def _person_data(viewer: Any, person_id: int) -> Any:
    person = access_person(viewer, person_id)
    return PersonShape(person, context=_context(viewer, [person])).data


def _person_response(viewer: Any, person_id: int, status: int = 200) -> Response:
    data = _person_data(viewer, person_id)
    return Response(data, status=status, headers={"ETag": etag_of(data)})


def _context(viewer: Any, rows: list[Person]) -> dict[str, Any]:
    return {"keys": keys_of(rows) if persons.can(viewer, "change") else None}
