"""Territories, named accounts, and which seat looks after an account."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.api.shapes import Reference
from crm.models import Account, NamedAccount, Territory
from crm.policies import territories
from crm.selectors.territories import access_named_account, access_territory, covers_told, named_accounts
from crm.services.territories import account_assign, account_release, territory_assign, territory_save
from people.api.editing import etag_of, match_require, row_lock
from people.api.people import IF_MATCH
from people.api.shapes import EndDay, FromDay
from people.api.views import ApiView, ListView, Scope
from people.selectors.team import access_seat


def words_sent() -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(max_length=200), required=False, help_text="Of accounts, whatever the case."
    )


class TerritoryShape(serializers.Serializer[Any]):
    """A part of the market with its rule."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    parent_id = serializers.IntegerField(allow_null=True)
    regions = serializers.ListField(child=serializers.CharField())
    industries = serializers.ListField(child=serializers.CharField())


class NamedAccountShape(serializers.Serializer[Any]):
    """A seat that looks after an account by name."""

    id = serializers.IntegerField()
    account = Reference()
    seat_id = serializers.IntegerField()
    starts_on = FromDay(allow_null=True)
    ends_before = EndDay(allow_null=True)
    is_exclusive = serializers.BooleanField()


class CoverShape(serializers.Serializer[Any]):
    """A seat that looks after an account on the day."""

    seat_id = serializers.IntegerField()
    person_id = serializers.IntegerField(allow_null=True, help_text="Who holds the seat; null while it is vacant.")
    territory_id = serializers.IntegerField(allow_null=True, help_text="Null: by name.")


class TerritorySent(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200)
    parent_id = serializers.IntegerField(min_value=1, required=False, allow_null=True, default=None)
    regions = words_sent()
    industries = words_sent()


class TerritoryChangeSent(TerritorySent):
    name = serializers.CharField(max_length=200, required=False)


class AssignSent(serializers.Serializer[Any]):
    seat_id = serializers.IntegerField(min_value=1, allow_null=True, help_text="Null: nobody.")
    on = serializers.DateField()


class NamedAccountSent(serializers.Serializer[Any]):
    account_id = serializers.IntegerField(min_value=1)
    seat_id = serializers.IntegerField(min_value=1)
    starts_on = serializers.DateField()
    ends_before = serializers.DateField(required=False, allow_null=True)
    is_exclusive = serializers.BooleanField(default=True)


class EndSent(serializers.Serializer[Any]):
    on = serializers.DateField()


class TerritoryFilters(filters.FilterSet):  # type: ignore[misc]
    q = filters.CharFilter("name", "icontains", label="Part of the name.")

    class Meta:
        model = Territory
        fields: list[str] = []


class NamedAccountFilters(filters.FilterSet):  # type: ignore[misc]
    account = filters.NumberFilter("account_id", min_value=1)
    seat = filters.NumberFilter("seat_id", min_value=1)

    class Meta:
        model = NamedAccount
        fields: list[str] = []


class TerritoryListView(ListView):
    """Territories; the tree hangs together by `parent_id`."""

    reads, writes = Scope.FACTS_READ, Scope.FACTS_WRITE
    serializer_class = TerritoryShape
    filterset_class = TerritoryFilters
    queryset = Territory.objects.none()

    def get_queryset(self) -> QuerySet[Any]:
        territories.require(self.viewer, "view")
        return territories.visible(self.viewer)

    @extend_schema(
        operation_id="territories_list",
        tags=["territories"],
        summary="List territories",
        responses=TerritoryShape(many=True),
    )
    def get(self, request: Request) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="territories_add",
        tags=["territories"],
        summary="Add a territory",
        request=TerritorySent,
        responses={201: TerritoryShape},
    )
    def post(self, request: Request) -> Response:
        territories.require(self.viewer, "create")
        values = _sent(TerritorySent, request)
        values["parent"] = _parent(self.viewer, values.pop("parent_id"))
        row = territory_save(viewer=self.viewer, at=timezone.now(), **values)
        return _answer(row, 201)


class TerritoryView(ApiView):
    """One territory."""

    reads, writes = Scope.FACTS_READ, Scope.FACTS_WRITE
    serializer_class = TerritoryShape

    @extend_schema(operation_id="territories_read", tags=["territories"], summary="Read a territory")
    def get(self, request: Request, territory_id: int) -> Response:
        return _answer(access_territory(self.viewer, territory_id))

    @extend_schema(
        operation_id="territories_change",
        tags=["territories"],
        summary="Change a territory",
        request=TerritoryChangeSent,
        responses=TerritoryShape,
        parameters=[IF_MATCH],
    )
    def patch(self, request: Request, territory_id: int) -> Response:
        row_lock(Territory, territory_id)
        row = access_territory(self.viewer, territory_id)
        match_require(request, etag_of(TerritoryShape(row).data))
        sent = _sent(TerritoryChangeSent, request)
        values = {name: sent.get(name, getattr(row, name)) for name in ("name", "regions", "industries")}
        values["parent"] = _parent(self.viewer, sent["parent_id"]) if "parent_id" in request.data else row.parent
        return _answer(territory_save(viewer=self.viewer, at=timezone.now(), territory=row, **values))


class TerritoryAssignView(ApiView):
    """A seat has a territory from a day on."""

    reads, writes = Scope.FACTS_READ, Scope.FACTS_WRITE
    serializer_class = TerritoryShape

    @extend_schema(
        operation_id="territories_assign",
        tags=["territories"],
        summary="Give a territory to a seat",
        request=AssignSent,
        responses=TerritoryShape,
    )
    def post(self, request: Request, territory_id: int) -> Response:
        row = access_territory(self.viewer, territory_id)
        values = _sent(AssignSent, request)
        seat = access_seat(self.viewer, values["seat_id"]) if values["seat_id"] else None
        territory_assign(viewer=self.viewer, territory=row, seat=seat, on=values["on"], at=timezone.now())
        return _answer(row)


class NamedAccountListView(ListView):
    """Accounts that seats have by name."""

    reads, writes = Scope.FACTS_READ, Scope.FACTS_WRITE
    serializer_class = NamedAccountShape
    filterset_class = NamedAccountFilters
    queryset = NamedAccount.objects.none()

    def get_queryset(self) -> QuerySet[Any]:
        return named_accounts(self.viewer)

    @extend_schema(
        operation_id="named_accounts_list",
        tags=["territories"],
        summary="List named accounts",
        responses=NamedAccountShape(many=True),
    )
    def get(self, request: Request) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="named_accounts_add",
        tags=["territories"],
        summary="Give an account to a seat",
        request=NamedAccountSent,
        responses={201: NamedAccountShape},
    )
    def post(self, request: Request) -> Response:
        territories.require(self.viewer, "create")
        values = _sent(NamedAccountSent, request)
        account = _account(values.pop("account_id"))
        seat = access_seat(self.viewer, values.pop("seat_id"))
        made = account_assign(viewer=self.viewer, at=timezone.now(), account=account, seat=seat, **values)
        return Response(NamedAccountShape(made).data, status=201)


class NamedAccountEndView(ApiView):
    """A seat gives an account back."""

    reads, writes = Scope.FACTS_READ, Scope.FACTS_WRITE
    serializer_class = EndSent

    @extend_schema(
        operation_id="named_accounts_end",
        tags=["territories"],
        summary="Take an account back from a seat",
        request=EndSent,
        responses={204: None},
    )
    def post(self, request: Request, named_id: int) -> Response:
        named = access_named_account(self.viewer, named_id)
        account_release(viewer=self.viewer, named=named, on=_sent(EndSent, request)["on"], at=timezone.now())
        return Response(status=204)


class AccountCoverView(ApiView):
    """Who looks after an account today."""

    reads = Scope.FACTS_READ
    serializer_class = CoverShape
    pagination_class = None
    filter_backends = ()

    @extend_schema(
        operation_id="accounts_covers",
        tags=["territories"],
        summary="Who looks after an account",
        responses=CoverShape(many=True),
    )
    def get(self, request: Request, account_id: int) -> Response:
        """By name before by territory; an empty list: nobody."""
        territories.require(self.viewer, "view")
        account = _account(account_id)
        found = covers_told([account.pk], self.viewer.on).get(account.pk, [])
        rows = [
            {"seat_id": cover.seat_id, "person_id": seat.person_id, "territory_id": cover.territory_id}
            for cover, seat in found
        ]
        return Response(CoverShape(rows, many=True).data)


def _account(account_id: int) -> Account:
    found = Account.objects.filter(pk=account_id).first()
    if found is None:
        raise Http404
    return found


def _parent(viewer: Any, territory_id: int | None) -> Territory | None:
    return access_territory(viewer, territory_id) if territory_id else None


def _sent(shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    sent = shape(data=request.data)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


def _answer(row: Territory, status: int = 200) -> Response:
    data = TerritoryShape(row).data
    return Response(data, status=status, headers={"ETag": etag_of(data)})
