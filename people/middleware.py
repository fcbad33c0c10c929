"""Put every signed-in request behind the wall of its organization."""

from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from people.viewer import viewer_of_user
from people.wall import tenant


class TenantMiddleware:
    """The outer transaction carries the tenant through rendering; ATOMIC_REQUESTS undoes a failed view inside it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        organization_id = user.organization_id
        with tenant(organization_id):
            request.viewer = SimpleLazyObject(lambda: viewer_of_user(user, at=timezone.now()))  # type: ignore[attr-defined]
            response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = _behind_the_wall(organization_id, response.streaming_content)
        return response


def _behind_the_wall(organization_id: int, content: Any) -> Iterator[bytes]:
    with tenant(organization_id):
        yield from content
