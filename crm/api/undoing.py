"""An import is taken back by a program: what was changed since, and what becomes of it."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from crm.api.imports import batch_response
from crm.api.shapes import ImportDetailShape
from crm.intake.later import CHOICES
from crm.kinds.base import kind_of
from crm.models import ImportBatch
from crm.selectors.imports import access_import
from crm.selectors.later import later_count, later_records
from crm.services.undoing import import_undo_start
from crm.undo_words import record_plain
from kernel.row_id import row_id
from people.api.paging import limit_of
from people.api.views import ApiView, Scope


class LaterChangeShape(serializers.Serializer[Any]):
    at = serializers.DateTimeField(allow_null=True)
    by = serializers.CharField(allow_null=True)
    what = serializers.CharField(help_text="An action of the audit log, “import”, or “change”.")
    import_id = serializers.IntegerField(allow_null=True)


class LaterRecordShape(serializers.Serializer[Any]):
    """A record of an import that was changed since; `is_gone` where it was taken away."""

    kind = serializers.CharField()
    id = serializers.IntegerField()
    name = serializers.CharField()
    is_gone = serializers.BooleanField()
    changes = LaterChangeShape(many=True)


class LaterShape(serializers.Serializer[Any]):
    """How many there are, and some of them, the one changed last first."""

    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    results = LaterRecordShape(many=True)


class UndoSent(serializers.Serializer[Any]):
    """`later` is needed where records were changed since: they stay as they are now, or are undone too."""

    later = serializers.ChoiceField(CHOICES, required=False, allow_blank=True, default="")


class ImportUndoView(ApiView):
    """Take an import back; what was changed since can be asked for before."""

    reads, writes = Scope.FACTS_READ, Scope.FACTS_WRITE
    serializer_class = ImportDetailShape
    parameters = ("limit", "start")

    @extend_schema(
        operation_id="imports_later",
        tags=["imports"],
        summary="Records of an import that were changed since",
        responses=LaterShape,
        parameters=[OpenApiParameter("limit", int), OpenApiParameter("start", int)],
    )
    def get(self, request: Request, batch_id: int) -> Response:
        batch = access_import(self.viewer, batch_id)
        limit = limit_of(request.query_params.get("limit"))
        start = row_id(request.query_params.get("start", "")) or 0
        if batch.state != ImportBatch.State.APPLIED:
            return Response({"count": 0, "next": None, "results": []})
        trail = kind_of(batch.kind).trail
        count, _last = later_count(trail, batch)
        found = later_records(trail, batch, start=start, most=limit) if count else []
        following = start + len(found)
        url = replace_query_param(request.build_absolute_uri(), "start", following) if following < count else None
        return Response({"count": count, "next": url, "results": [record_plain(record) for record in found]})

    @extend_schema(
        operation_id="imports_undo",
        tags=["imports"],
        summary="Undo an import",
        request=UndoSent,
        responses={202: ImportDetailShape},
    )
    def post(self, request: Request, batch_id: int) -> Response:
        batch = access_import(self.viewer, batch_id)
        sent = UndoSent(data=request.data)
        sent.is_valid(raise_exception=True)
        import_undo_start(batch=batch, at=timezone.now(), actor=self.viewer.person, later=sent.validated_data["later"])
        return batch_response(self.viewer, batch_id, 202)
