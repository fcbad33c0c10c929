"""Long lists in parts: a cursor that stays right while rows are added, and no counting."""

import base64
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from kernel.row_id import row_id
from people.api.problem import bad_parameter

CURSOR, LIMIT = "cursor", "limit"


class CursorPages(BasePagination):
    """Rows by id, `limit` at a time; `next` is the address of the following part, null at the end. One query."""

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        limit = limit_of(request.query_params.get(LIMIT))
        after = key_of(request.query_params.get(CURSOR))
        found = queryset.order_by("pk") if after is None else queryset.order_by("pk").filter(pk__gt=after)
        rows = list(found[: limit + 1])
        self.next = None
        if len(rows) > limit:
            rows = rows[:limit]
            self.next = replace_query_param(request.build_absolute_uri(), CURSOR, cursor_of(rows[-1].pk))
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.next, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {
                "next": {
                    "type": ["string", "null"],
                    "format": "uri",
                    "description": "The address of the following part; null at the end.",
                },
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        most = settings.API_MOST_ROWS
        return [
            {
                "name": LIMIT,
                "in": "query",
                "required": False,
                "description": f"How many rows, {settings.API_ROWS} unless told, {most} at most.",
                "schema": {"type": "integer", "minimum": 1, "maximum": most},
            },
            {
                "name": CURSOR,
                "in": "query",
                "required": False,
                "description": "Where to go on; taken from `next`.",
                "schema": {"type": "string"},
            },
        ]


def limit_of(text: str | None) -> int:
    """How many rows are asked for. Raises: Problem."""
    if text is None:
        return int(settings.API_ROWS)
    limit = row_id(text)
    if not limit or limit > settings.API_MOST_ROWS:
        words = _("“limit” is a whole number from 1 to %(most)s.") % {"most": settings.API_MOST_ROWS}
        raise bad_parameter(LIMIT, words)
    return limit


def cursor_of(key: int) -> str:
    """The place after a row."""
    return base64.urlsafe_b64encode(f"after {key}".encode()).decode().rstrip("=")


def key_of(text: str | None) -> int | None:
    """The row a cursor stands behind. Raises: Problem."""
    if text is None:
        return None
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
    except ValueError:
        plain = ""
    word, _space, digits = plain.partition(" ")
    key = row_id(digits)
    if word != "after" or key is None:
        raise bad_parameter(CURSOR, _("This cursor is none of ours. Take it from “next” as it is."))
    return key
