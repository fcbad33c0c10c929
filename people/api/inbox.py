"""One's own notifications: read, and marked as read. Reading the list marks nothing."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from people.api.views import ApiView, ListView, Scope
from people.models import Notification
from people.notifications import href_of, words_of
from people.selectors.notification import notification_rows
from people.services.notification import notifications_read

MOST_IDS = 1_000


class NotificationShape(serializers.Serializer[Any]):
    """What happened, in the words of the reader."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    title = serializers.CharField(allow_null=True, help_text="Null where it is not yours to see any more.")
    detail = serializers.CharField()
    href = serializers.CharField(help_text="The page it is about, below the address of this site; empty where none.")
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class NotificationsRead(serializers.Serializer[Any]):
    """Which ones; all where `ids` is not sent."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), required=False, max_length=MOST_IDS
    )


class NotificationsReadShape(serializers.Serializer[Any]):
    """What came of it."""

    marked = serializers.IntegerField(help_text="How many were unread before.")
    unread = serializers.IntegerField(help_text="How many still are.")


class NotificationFilters(filters.FilterSet):  # type: ignore[misc]
    kind = filters.CharFilter("kind")
    is_unread = filters.BooleanFilter("read_at", "isnull", label="Only unread ones, or only read ones.")

    class Meta:
        model = Notification
        fields: list[str] = []


class NotificationListView(ListView):
    """What the person of the key was told."""

    reads = Scope.INBOX_READ
    serializer_class = NotificationShape
    filterset_class = NotificationFilters
    queryset = Notification.objects.none()

    def get_queryset(self) -> QuerySet[Notification]:
        return notification_rows(self.viewer)

    @extend_schema(
        operation_id="notifications_list",
        tags=["notifications"],
        summary="List your notifications",
        responses=NotificationShape(many=True),
    )
    def get(self, request: Request) -> Response:
        rows: list[Notification] = list(self.paginate_queryset(self.filter_queryset(self.get_queryset())) or [])
        found = [
            {
                "id": row.pk,
                "kind": row.kind,
                "title": words and words.title,
                "detail": words.detail if words else "",
                "href": href_of(row) if words else "",
                "created_at": row.created_at,
                "read_at": row.read_at,
            }
            for row, words in zip(rows, words_of(self.viewer, rows), strict=True)
        ]
        return self.get_paginated_response(NotificationShape(found, many=True).data)


class NotificationsReadView(ApiView):
    """Marking again changes nothing."""

    writes = Scope.INBOX_WRITE
    serializer_class = NotificationsReadShape

    @extend_schema(
        operation_id="notifications_read",
        tags=["notifications"],
        summary="Mark notifications as read",
        request=NotificationsRead,
        responses=NotificationsReadShape,
    )
    def post(self, request: Request) -> Response:
        sent = NotificationsRead(data=request.data)
        sent.is_valid(raise_exception=True)
        marked = notifications_read(viewer=self.viewer, at=timezone.now(), ids=sent.validated_data.get("ids"))
        left = notification_rows(self.viewer).filter(read_at=None).count()
        return Response(NotificationsReadShape({"marked": marked, "unread": left}).data)
