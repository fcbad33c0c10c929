"""Facts sent: rows at once, files by a worker; and imports read, run and undone."""

import json
from typing import Any

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from crm.api.shapes import (
    ImportDetailShape,
    ImportRowShape,
    ImportShape,
    KindShape,
    PushAnswer,
    PushSent,
)
from crm.kinds.base import KINDS, Kind
from crm.kinds.custom import shape_here
from crm.models import ImportBatch, ImportRow
from crm.policies import imports
from crm.selectors.imports import access_import, import_rows
from crm.services.imports import DEFAULT_SOURCE, import_run
from crm.services.pushing import Pushed, facts_push, import_start
from people.api.problem import CONTENT_TYPE, Problem, document
from people.api.views import ApiView, ListView, Scope, remembered, replayed

IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="A text of your own for this request; repeated with it the same answer comes and nothing happens.",
)


class KindListView(ApiView):
    """What can be sent, field by field."""

    reads = Scope.FACTS_WRITE
    serializer_class = KindShape
    pagination_class = None
    filter_backends = ()

    @extend_schema(operation_id="facts_kinds", tags=["facts"], summary="Kinds of facts", responses=KindShape(many=True))
    def get(self, request: Request) -> Response:
        found = [
            {
                "kind": name,
                "label": str(kind.label),
                "columns": [
                    {
                        "name": each.name,
                        "type": str(each.type),
                        "is_required": each.is_required,
                        "label": str(each.label or each.name),
                    }
                    for each in shape_here(kind).fields
                ],
            }
            for name, kind in KINDS.items()
        ]
        return Response(KindShape(found, many=True).data)


class FactsView(ApiView):
    """Rows of one kind."""

    writes = Scope.FACTS_WRITE
    serializer_class = PushAnswer

    @extend_schema(
        operation_id="facts_push",
        tags=["facts"],
        summary="Send facts in bulk",
        request=PushSent,
        responses={
            200: PushAnswer,
            404: OpenApiResponse(description="No such kind."),
        },
        parameters=[IDEMPOTENCY],
    )
    def post(self, request: Request, kind: str) -> Response:
        """Each row creates or updates the fact that its source calls by this `id`; sent twice it changes nothing."""
        imports.require(self.viewer, "create")
        sent = PushSent(data=request.data)
        sent.is_valid(raise_exception=True)
        values = sent.validated_data
        found = _kind(kind)
        _rows_check(values["rows"])
        former = replayed(request)
        if former is not None:
            return former
        pushed = facts_push(
            viewer=self.viewer,
            kind=found,
            source=values["source"],
            rows=sent.initial_data["rows"],  # as they came: text, numbers and null are told apart
            is_all_or_nothing=values["all_or_nothing"],
            is_dry_run=values["dry_run"],
            at=timezone.now(),
        )
        return remembered(request, _pushed_response(pushed))


def _kind(name: str) -> Kind:
    if name not in KINDS:
        known = ", ".join(KINDS)
        raise Problem(404, "not_found", _("There is no kind “%(name)s”. There are: %(known)s.") % {
            "name": name[:100], "known": known,
        })  # fmt: skip
    return KINDS[name]


def _rows_check(rows: list[Any]) -> None:
    if len(rows) > settings.API_MOST_FACTS:
        raise Problem(
            413,
            "too_large",
            _("%(count)s rows are more than the %(most)s of one request. Send them in parts, or as a file.")
            % {"count": len(rows), "most": settings.API_MOST_FACTS},
        )


def _pushed_response(pushed: Pushed) -> Response:
    outcome = pushed.outcome
    data = {
        "import_id": pushed.batch.pk if pushed.batch else None,
        "received": outcome.received,
        **outcome.counts,
        "issues": [issue.to_dict() for issue in outcome.issues],
        "refused_rows": [{"row": row, "id": key, "reason": reason} for row, key, reason in pushed.refused],
    }
    answer = PushAnswer(data).data
    if not pushed.error:
        return Response(answer)
    problem = document(Problem(422, "nothing_applied", pushed.error))
    return Response({**problem, **answer}, status=422, content_type=CONTENT_TYPE)


class FileSent(serializers.Serializer[Any]):
    """A file and what is wanted of it."""

    file = serializers.FileField(help_text="CSV or XLSX.")
    kind = serializers.CharField(max_length=40)
    source = serializers.CharField(max_length=100, default=DEFAULT_SOURCE)  # type: ignore[assignment]
    mapping = serializers.CharField(
        required=False, default="", allow_blank=True, help_text="JSON, as docs/importing.md describes it."
    )
    all_or_nothing = serializers.BooleanField(default=False)
    snapshot = serializers.BooleanField(default=False, help_text="The file holds everything; what is missing is gone.")
    dry_run = serializers.BooleanField(default=False, help_text="Only make the preview; run it afterwards.")

    def validate_mapping(self, text: str) -> dict[str, Any]:
        try:
            found = json.loads(text) if text else {}
        except (ValueError, RecursionError) as error:
            raise serializers.ValidationError(_("This is not JSON.")) from error
        if not isinstance(found, dict) or "\\u0000" in text:
            raise serializers.ValidationError(_("A mapping is an object such as {“columns”: {…}}."))
        return found


class ImportListView(ListView):
    """Imports, pushes included."""

    reads, writes = Scope.FACTS_READ, Scope.FACTS_WRITE
    serializer_class = ImportShape
    queryset = ImportBatch.objects.none()
    parser_classes = (MultiPartParser,)

    def get_queryset(self) -> Any:
        imports.require(self.viewer, "view")
        return ImportBatch.objects.select_related("created_by", "job")

    @extend_schema(
        operation_id="imports_list", tags=["imports"], summary="List imports", responses=ImportShape(many=True)
    )
    def get(self, request: Request) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="imports_add",
        tags=["imports"],
        summary="Upload a file",
        request={"multipart/form-data": FileSent},
        responses={202: ImportDetailShape},
    )
    def post(self, request: Request) -> Response:
        """A worker reads it; ask for the import until its job is over."""
        imports.require(self.viewer, "create")
        sent = FileSent(data=request.data)
        sent.is_valid(raise_exception=True)
        values = sent.validated_data
        batch = import_start(
            viewer=self.viewer,
            stream=values["file"].chunks(),
            file_name=values["file"].name,
            kind=values["kind"],
            source=values["source"],
            mapping=values["mapping"],
            is_all_or_nothing=values["all_or_nothing"],
            is_snapshot=values["snapshot"],
            is_dry_run=values["dry_run"],
            at=timezone.now(),
        )
        return batch_response(self.viewer, batch.pk, 202)


class ImportView(ApiView):
    """One import with what was found in it, and how far its job is."""

    reads = Scope.FACTS_READ
    serializer_class = ImportDetailShape

    @extend_schema(operation_id="imports_read", tags=["imports"], summary="Read an import")
    def get(self, request: Request, batch_id: int) -> Response:
        return batch_response(self.viewer, batch_id)


class ImportRowsView(ListView):
    """The lines of an import as they came, with what became of each."""

    reads = Scope.FACTS_READ
    serializer_class = ImportRowShape
    queryset = ImportRow.objects.none()
    filter_backends = ()
    is_list = False
    parameters = ("result", "limit", "cursor")

    @extend_schema(
        operation_id="imports_rows",
        tags=["imports"],
        summary="Lines of an import",
        responses=ImportRowShape(many=True),
        parameters=[OpenApiParameter("result", str, enum=ImportRow.Result.values)],
    )
    def get(self, request: Request, batch_id: int) -> Response:  # type: ignore[override]
        batch = access_import(self.viewer, batch_id)
        result = request.query_params.get("result", "")
        if result and result not in ImportRow.Result.values:
            raise Problem(400, "invalid_parameter", _("“result” is one of: %(known)s.") % {
                "known": ", ".join(ImportRow.Result.values),
            })  # fmt: skip
        rows: Any = self.paginate_queryset(import_rows(batch, result))
        return self.get_paginated_response(ImportRowShape(rows, many=True, context={"columns": batch.columns}).data)


class ImportRunView(ApiView):
    """Apply an import whose preview was looked at."""

    writes = Scope.FACTS_WRITE
    serializer_class = ImportDetailShape

    @extend_schema(
        operation_id="imports_run",
        tags=["imports"],
        summary="Run an import",
        request=None,
        responses={202: ImportDetailShape},
    )
    def post(self, request: Request, batch_id: int) -> Response:
        batch = access_import(self.viewer, batch_id)
        import_run(batch=batch, at=timezone.now(), actor=self.viewer.person)
        return batch_response(self.viewer, batch_id, 202)


def batch_response(viewer: Any, batch_id: int, status: int = 200) -> Response:
    """An import as programs read it."""
    batch: Any = access_import(viewer, batch_id)
    if batch is None:
        raise Http404
    plain = ImportShape(batch).data
    issues = [
        {
            "level": issue.level,
            "code": issue.code,
            "row": issue.row,
            "field": issue.field or None,
            "value": issue.value or None,
            "count": issue.count,
            "message": issue.message,
        }
        for issue in batch.issues.order_by("pk")
    ]
    data = {**plain, "issues": issues, "columns": batch.columns, "mapping": batch.mapping}
    address = reverse("api:import_detail", args=[batch_id])
    return Response(data, status=status, headers={"Location": address} if status == 202 else {})
