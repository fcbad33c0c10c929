"""Changes of quotas that are asked for."""

from django.db.models import QuerySet
from django.http import Http404

from goals.approval_policies import quota_requests
from goals.models import QuotaRequest
from people.viewer import Viewer


def request_rows(viewer: Viewer) -> "QuerySet[QuotaRequest]":
    """Requests in sight, those that wait first."""
    found = (
        quota_requests.visible(viewer).select_related("person", "asked_by", "quota").prefetch_related("decisions__by")
    )
    return found.order_by("closed_at", "-pk")


def access_request(viewer: Viewer, request_id: int) -> QuotaRequest:
    """The request, where it is in sight. Raises: Http404. Two queries."""
    found = request_rows(viewer).filter(pk=request_id).first()
    if found is None:
        raise Http404
    return found
