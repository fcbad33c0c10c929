"""Holidays of the organization."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from people.api.views import ListView, Scope
from people.models import Holiday
from people.selectors.holiday import holiday_rows


class HolidayShape(serializers.Serializer[Any]):
    """A day on which nobody works."""

    id = serializers.IntegerField()
    day = serializers.DateField()
    name = serializers.CharField()


class HolidayFilters(filters.FilterSet):  # type: ignore[misc]
    day_from = filters.DateFilter("day", "gte")
    day_before = filters.DateFilter("day", "lt")

    class Meta:
        model = Holiday
        fields: list[str] = []


class HolidayListView(ListView):
    reads = Scope.PEOPLE_READ
    serializer_class = HolidayShape
    filterset_class = HolidayFilters
    queryset = Holiday.objects.none()

    def get_queryset(self) -> QuerySet[Holiday]:
        return holiday_rows(self.viewer)

    @extend_schema(
        operation_id="holidays_list", tags=["people"], summary="List holidays", responses=HolidayShape(many=True)
    )
    def get(self, request: Request) -> Response:
        return super().get(request)
