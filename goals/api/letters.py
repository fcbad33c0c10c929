"""Quota letters: read, download, acknowledge."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.http import Http404, StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from goals.models import QuotaLetter
from goals.selectors.letters import access_letter, letter_rows
from goals.services.letters import letter_acknowledge
from people.api.shapes import ReferenceShape
from people.api.views import ApiView, ListView, Scope
from people.files import file_chunks


class LetterMonthShape(serializers.Serializer[Any]):
    """What is to be reached in a calendar month."""

    month = serializers.DateField(help_text="Its first day within the period.")
    amount = serializers.CharField(help_text="A decimal text.")


class LetterAdjustmentShape(serializers.Serializer[Any]):
    """Something that was taken into account: `leave`, `joined`, `leaves`, or a month of a `ramp`."""

    kind = serializers.CharField()
    starts_on = serializers.DateField()
    ends_before = serializers.DateField()
    share = serializers.CharField(allow_null=True, help_text="Of a ramp: of a full quota, 0.25 for a quarter.")


class LetterApprovalShape(serializers.Serializer[Any]):
    """Who approved the amounts, as what, and in whose place."""

    by_id = serializers.IntegerField()
    for_id = serializers.IntegerField(allow_null=True)
    kind = serializers.CharField()
    on = serializers.DateField()


class LetterAcknowledgementShape(serializers.Serializer[Any]):
    """Who acknowledged which document, and when."""

    name = serializers.CharField()
    at = serializers.DateTimeField()
    digest = serializers.CharField()


class LetterShape(serializers.Serializer[Any]):
    """A letter as it was issued."""

    id = serializers.IntegerField()
    person = ReferenceShape()
    measure = serializers.CharField()
    starts_on = serializers.DateField()
    ends_before = serializers.DateField()
    due_on = serializers.DateField(help_text="To be acknowledged by this day.")
    state = serializers.ChoiceField(QuotaLetter.State.choices)
    currency = serializers.SerializerMethodField()
    total = serializers.SerializerMethodField()
    months = serializers.SerializerMethodField()
    adjustments = serializers.SerializerMethodField()
    approvals = serializers.SerializerMethodField()
    unapproved = serializers.SerializerMethodField()
    terms = serializers.SerializerMethodField()
    digest = serializers.CharField(help_text="SHA-256 of the document.")
    issued_at = serializers.DateTimeField()
    replaced_by_id = serializers.IntegerField(allow_null=True)
    acknowledgement = serializers.SerializerMethodField()

    def get_currency(self, letter: QuotaLetter) -> str:
        return str(letter.content.get("currency", ""))

    def get_total(self, letter: QuotaLetter) -> str:
        """A decimal text."""
        return str(letter.content.get("total", ""))

    def get_months(self, letter: QuotaLetter) -> LetterMonthShape(many=True):  # type: ignore[valid-type]
        return [{"month": day, "amount": amount} for day, amount in letter.content.get("months", [])]

    def get_adjustments(self, letter: QuotaLetter) -> LetterAdjustmentShape(many=True):  # type: ignore[valid-type]
        return [
            {"kind": kind, "starts_on": first, "ends_before": end, "share": share[0] if share else None}
            for kind, first, end, *share in letter.content.get("adjustments", [])
        ]

    def get_approvals(self, letter: QuotaLetter) -> LetterApprovalShape(many=True):  # type: ignore[valid-type]
        names = ("by_id", "for_id", "kind", "on")
        return [dict(zip(names, each, strict=True)) for each in letter.content.get("approvals", [])]

    def get_unapproved(self, letter: QuotaLetter) -> list[str]:
        """Where amounts that nobody approved came from: `imported`, `entered`."""
        return list(letter.content.get("unapproved", []))

    def get_terms(self, letter: QuotaLetter) -> str:
        return str(letter.content.get("terms", ""))

    def get_acknowledgement(self, letter: QuotaLetter) -> LetterAcknowledgementShape(allow_null=True):  # type: ignore[valid-type]
        signed = getattr(letter, "acknowledgement", None)
        return None if signed is None else LetterAcknowledgementShape(signed).data


class LetterAcknowledge(serializers.Serializer[Any]):
    """The name as it stands in the letter, and the digest of the document that was read."""

    name = serializers.CharField(max_length=200)
    digest = serializers.CharField(max_length=64)


class LetterFilters(filters.FilterSet):  # type: ignore[misc]
    person = filters.NumberFilter("person_id", min_value=1, max_value=2**63 - 1, label="Id of a person.")
    state = filters.ChoiceFilter(choices=QuotaLetter.State.choices)
    starts_on = filters.DateFilter("starts_on", label="First day of the period.")
    due_before = filters.DateFilter("due_on", "lt", label="To be acknowledged before this day.")

    class Meta:
        model = QuotaLetter
        fields: list[str] = []


class LetterListView(ListView):
    """Letters in sight of the person of the key."""

    reads = Scope.FACTS_READ
    serializer_class = LetterShape
    filterset_class = LetterFilters
    queryset = QuotaLetter.objects.none()

    def get_queryset(self) -> QuerySet[QuotaLetter]:
        return letter_rows(self.viewer)

    @extend_schema(
        operation_id="quota_letters_list",
        tags=["quota letters"],
        summary="List quota letters",
        responses=LetterShape(many=True),
    )
    def get(self, request: Request) -> Response:
        return super().get(request)


class LetterView(ApiView):
    """One letter."""

    reads = Scope.FACTS_READ
    serializer_class = LetterShape

    @extend_schema(operation_id="quota_letters_read", tags=["quota letters"], summary="Read a quota letter")
    def get(self, request: Request, letter_id: int) -> Response:
        return Response(LetterShape(access_letter(self.viewer, letter_id)).data)


class LetterDocumentView(ApiView):
    """The document."""

    reads = Scope.FACTS_READ
    serializer_class = LetterShape

    @extend_schema(
        operation_id="quota_letters_document",
        tags=["quota letters"],
        summary="Download a quota letter",
        responses={(200, "application/pdf"): OpenApiResponse(OpenApiTypes.BINARY)},
    )
    def get(self, request: Request, letter_id: int) -> StreamingHttpResponse:
        letter = access_letter(self.viewer, letter_id)
        if letter.document is None:
            raise Http404
        return StreamingHttpResponse(file_chunks(letter.document), content_type="application/pdf")


class LetterAcknowledgeView(ApiView):
    """The person of the key says they have read the letter. Twice is once."""

    writes = Scope.INBOX_WRITE
    serializer_class = LetterShape

    @extend_schema(
        operation_id="quota_letters_acknowledge",
        tags=["quota letters"],
        summary="Acknowledge your quota letter",
        request=LetterAcknowledge,
        responses=LetterShape,
    )
    def post(self, request: Request, letter_id: int) -> Response:
        letter = access_letter(self.viewer, letter_id)
        sent = LetterAcknowledge(data=request.data)
        sent.is_valid(raise_exception=True)
        letter_acknowledge(viewer=self.viewer, letter=letter, at=timezone.now(), **sent.validated_data)
        return Response(LetterShape(access_letter(self.viewer, letter_id)).data)
