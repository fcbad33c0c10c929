"""Quotas of seats."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.api.own_fields import Amount
from crm.models import Measure, Proration, SeatQuota
from crm.policies import seat_quotas
from crm.selectors.seat_quotas import access_seat_quota, seat_quotas_found
from crm.services.seat_quotas import seat_quota_create, seat_quota_delete
from people.api.shapes import EndDay, FromDay
from people.api.views import ApiView, ListView, Scope
from people.selectors.team import access_seat


class SeatQuotaShape(serializers.Serializer[Any]):
    """What whoever holds a seat is to reach; what follows for people stands among the quotas."""

    id = serializers.IntegerField()
    seat_id = serializers.IntegerField()
    measure = serializers.ChoiceField(Measure.choices)
    starts_on = FromDay(allow_null=True)
    ends_before = EndDay(allow_null=True)
    amount = Amount()
    currency = serializers.CharField()
    proration = serializers.ChoiceField(Proration.choices)
    reason = serializers.CharField()


class SeatQuotaSent(serializers.Serializer[Any]):
    seat_id = serializers.IntegerField(min_value=1)
    measure = serializers.ChoiceField(Measure.choices, default=Measure.BOOKINGS)
    starts_on = serializers.DateField()
    ends_before = serializers.DateField()
    amount = serializers.DecimalField(max_digits=15, decimal_places=2, min_value=0)
    currency = serializers.RegexField(r"^[A-Z]{3}$", required=False, help_text="Left out: the organization's.")
    proration = serializers.ChoiceField(Proration.choices, default=Proration.CALENDAR)
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class SeatQuotaListView(ListView):
    """Quotas of seats; for administrators and operations."""

    reads, writes = Scope.FACTS_READ, Scope.FACTS_WRITE
    serializer_class = SeatQuotaShape
    queryset = SeatQuota.objects.none()

    def get_queryset(self) -> QuerySet[Any]:
        return seat_quotas_found(self.viewer)

    @extend_schema(
        operation_id="seat_quotas_list",
        tags=["quotas"],
        summary="List quotas of seats",
        responses=SeatQuotaShape(many=True),
    )
    def get(self, request: Request) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="seat_quotas_add",
        tags=["quotas"],
        summary="Add a quota of a seat",
        request=SeatQuotaSent,
        responses={201: SeatQuotaShape},
    )
    def post(self, request: Request) -> Response:
        seat_quotas.require(self.viewer, "create")
        sent = SeatQuotaSent(data=request.data)
        sent.is_valid(raise_exception=True)
        values = dict(sent.validated_data)
        values.setdefault("currency", self.viewer.organization.currency)
        seat = access_seat(self.viewer, values.pop("seat_id"))
        row = seat_quota_create(viewer=self.viewer, at=timezone.now(), seat=seat, **values)
        return Response(SeatQuotaShape(row).data, status=201)


class SeatQuotaView(ApiView):
    """One quota of a seat."""

    reads, writes = Scope.FACTS_READ, Scope.FACTS_WRITE
    serializer_class = SeatQuotaShape

    @extend_schema(operation_id="seat_quotas_read", tags=["quotas"], summary="Read the quota of a seat")
    def get(self, request: Request, seat_quota_id: int) -> Response:
        return Response(SeatQuotaShape(access_seat_quota(self.viewer, seat_quota_id)).data)

    @extend_schema(
        operation_id="seat_quotas_delete",
        tags=["quotas"],
        summary="Take the quota of a seat away",
        responses={204: None},
    )
    def delete(self, request: Request, seat_quota_id: int) -> Response:
        row = access_seat_quota(self.viewer, seat_quota_id)
        seat_quota_delete(viewer=self.viewer, seat_quota=row, at=timezone.now())
        return Response(status=204)
