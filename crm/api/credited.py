"""Credits of transactions, per person."""

from typing import Any

from django import forms
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.api.own_fields import Amount
from crm.api.shapes import Reference
from crm.selectors.credited import TYPES, credited_by_person
from people.api.filtering import invalid_parameters
from people.api.views import ApiView, Scope


class CreditedShape(serializers.Serializer[Any]):
    """What a person is credited with in some days."""

    person = Reference(allow_null=True, help_text="Null: the house.")
    amount = Amount(help_text="Without overlay; in the organization's currency.")
    overlay = Amount()
    attained = Amount(help_text="On days with a quota of this measure, overlay included.")
    quota = Amount(allow_null=True, help_text="Cut to the days by calendar days.")
    attainment = serializers.DecimalField(max_digits=30, decimal_places=6, allow_null=True)
    without_rate = serializers.IntegerField(help_text="Transactions left out for want of an exchange rate.")


class Days(forms.Form):
    starts_on = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    ends_before = forms.DateField(required=False, input_formats=["%Y-%m-%d"])


class CreditedView(ApiView):
    """Invoices, deliveries or payments by who is credited with their deal, each on its own day."""

    reads = Scope.FACTS_READ
    parameters = ("starts_on", "ends_before")
    serializer_class = CreditedShape
    pagination_class = None
    filter_backends = ()

    @extend_schema(
        operation_id="credits_of_transactions",
        tags=["transactions"],
        summary="Credits and attainment of transactions per person",
        parameters=[
            OpenApiParameter("measure", OpenApiTypes.STR, "path", enum=[str(measure) for measure in TYPES]),
            OpenApiParameter("starts_on", OpenApiTypes.DATE, description="First day."),
            OpenApiParameter("ends_before", OpenApiTypes.DATE, description="The day after the last one."),
        ],
        responses=CreditedShape(many=True),
    )
    def get(self, request: Request, measure: str) -> Response:
        """People in sight; the house for those who see everyone."""
        if measure not in {str(each) for each in TYPES}:
            raise Http404
        days = Days(request.query_params)
        if not days.is_valid():
            raise invalid_parameters(days.errors)
        values = days.cleaned_data
        found = credited_by_person(self.viewer, measure, values["starts_on"], values["ends_before"])
        return Response(CreditedShape(found, many=True).data)
