"""Put every signed-in request behind the wall of its organization."""

from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from people.api.problem import Problem, is_program, plain_response
from people.models import User
from people.viewer import NoPerson, viewer_of_user
from people.wall import tenant


class TenantMiddleware:
    """The outer transaction carries the tenant through rendering; ATOMIC_REQUESTS undoes a failed view inside it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        request.viewer = None  # type: ignore[attr-defined]
        if not isinstance(user, User):
            return self.get_response(request)
        with tenant(user.organization_id):
            response = self._answer(request, user)
        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = behind_the_wall(user.organization_id, response.streaming_content)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"  # figures of a person: no proxy and no next user sees them
        return response

    def _answer(self, request: HttpRequest, user: User) -> HttpResponse:
        """In the language of the person or of the organization. A sign-in without a person can only sign out."""
        with translation.override(user.locale or user.organization.locale):
            request.LANGUAGE_CODE = translation.get_language()
            try:
                request.viewer = viewer_of_user(user, at=timezone.now())  # type: ignore[attr-defined]
            except NoPerson:
                if is_program(request):
                    return plain_response(Problem(403, "forbidden", _("Your sign-in belongs to no person any more.")))
                if request.path != reverse("account_logout"):
                    return render(request, "people/no_person.html", status=403)
            return self.get_response(request)


def behind_the_wall(organization_id: int, content: Any) -> Iterator[bytes]:
    """The body of a streamed answer, which is read after the request's own transaction."""
    with tenant(organization_id):
        yield from content
