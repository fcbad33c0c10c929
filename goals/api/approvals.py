"""Changes of quotas: list those in sight, ask for one, decide a step."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from goals.approval_policies import quota_requests
from goals.models import QuotaRequest
from goals.selectors.quota_requests import access_request, request_rows
from goals.services.quota_requests import quota_request_ask, quota_request_decide
from people.api.shapes import ReferenceShape
from people.api.views import ApiView, ListView, Scope


class QuotaDecisionShape(serializers.Serializer[Any]):
    """One step that is decided."""

    number = serializers.IntegerField()
    by = ReferenceShape()
    at = serializers.DateTimeField()
    is_approved = serializers.BooleanField()
    reason = serializers.CharField()


class QuotaRequestShape(serializers.Serializer[Any]):
    """A change that was asked for; amounts are decimal texts in the quota's currency."""

    id = serializers.IntegerField()
    quota_id = serializers.IntegerField(allow_null=True)
    person = ReferenceShape()
    former_amount = serializers.CharField()
    amount = serializers.CharField()
    reason = serializers.CharField()
    state = serializers.ChoiceField(QuotaRequest.State.choices)
    step = serializers.IntegerField(help_text="The step that waits, or the last one; the first is 0.")
    steps = serializers.SerializerMethodField()
    asked_by = ReferenceShape()
    asked_at = serializers.DateTimeField()
    decisions = QuotaDecisionShape(many=True, source="decisions.all")

    def get_steps(self, request: QuotaRequest) -> list[str]:
        """To whom each step falls."""
        return [kind for kind, _team in request.steps]


class QuotaRequestAsk(serializers.Serializer[Any]):
    """Another amount for a quota of a person."""

    quota_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    amount = serializers.DecimalField(max_digits=20, decimal_places=6, min_value=0)
    reason = serializers.CharField(max_length=300)


class QuotaRequestDecide(serializers.Serializer[Any]):
    """Approve or refuse the step that waits; `step` is the one that was looked at."""

    step = serializers.IntegerField(min_value=0, max_value=100)
    is_approved = serializers.BooleanField()
    reason = serializers.CharField(max_length=300)


class QuotaRequestListView(ListView):
    """Changes in sight of the person of the key."""

    reads, writes = Scope.FACTS_READ, Scope.FACTS_WRITE
    serializer_class = QuotaRequestShape
    filterset_fields = ["state"]
    queryset = QuotaRequest.objects.none()

    def get_queryset(self) -> QuerySet[QuotaRequest]:
        return request_rows(self.viewer)

    @extend_schema(
        operation_id="quota_requests_list",
        tags=["approvals"],
        summary="List changes of quotas",
        responses=QuotaRequestShape(many=True),
    )
    def get(self, request: Request) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="quota_requests_ask",
        tags=["approvals"],
        summary="Ask for another amount of a quota",
        request=QuotaRequestAsk,
        responses={201: QuotaRequestShape},
    )
    def post(self, request: Request) -> Response:
        sent = QuotaRequestAsk(data=request.data)
        sent.is_valid(raise_exception=True)
        values = dict(sent.validated_data)
        quota = quota_requests.quotas(self.viewer).filter(pk=values.pop("quota_id")).first()
        if quota is None:
            raise Http404
        made = quota_request_ask(viewer=self.viewer, quota=quota, at=timezone.now(), **values)
        return Response(QuotaRequestShape(access_request(self.viewer, made.pk)).data, status=201)


class QuotaRequestDecideView(ApiView):
    """Whoever the waiting step falls to decides it; the last approval changes the quota."""

    writes = Scope.FACTS_WRITE
    serializer_class = QuotaRequestShape

    @extend_schema(
        operation_id="quota_requests_decide",
        tags=["approvals"],
        summary="Approve or refuse a step",
        request=QuotaRequestDecide,
        responses=QuotaRequestShape,
    )
    def post(self, request: Request, request_id: int) -> Response:
        found = access_request(self.viewer, request_id)
        sent = QuotaRequestDecide(data=request.data)
        sent.is_valid(raise_exception=True)
        quota_request_decide(viewer=self.viewer, request=found, at=timezone.now(), **sent.validated_data)
        return Response(QuotaRequestShape(access_request(self.viewer, request_id)).data)
