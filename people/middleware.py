"""Put every signed-in request behind the wall of its organization."""

from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from people.api.problem import Problem, is_program, plain_response
from people.looking import SAFE, SESSION_KEY, WAYS_OUT, Looking
from people.models import User
from people.services.look import look_under_way
from people.services.second_factor import is_second_factor_missing
from people.viewer import NoPerson, Viewer, viewer_of_user
from people.wall import tenant

ACCOUNTS = "/accounts/"  # one's own sign-in: pages that stay open before a second factor, and closed to whoever looks


class TenantMiddleware:
    """The outer transaction carries the tenant through rendering; ATOMIC_REQUESTS undoes a failed view inside it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        request.viewer = request.looking = None  # type: ignore[attr-defined]
        if not isinstance(user, User):
            return self.get_response(request)
        with tenant(user.organization_id):
            response = self._answer(request, user)
        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = behind_the_wall(user.organization_id, response.streaming_content)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"  # figures of a person: no proxy and no next user sees them
        return response

    def process_view(self, request: HttpRequest, view: Any, _args: Any, _arguments: Any) -> HttpResponse | None:
        """Whoever looks as somebody else gets no private page."""
        looking = getattr(request, "looking", None)
        is_own = getattr(view, "is_private", False) or request.path.startswith(ACCOUNTS)
        if looking is None or not is_own or _is_way_out(request):
            return None
        return _refused(request, looking)

    def _answer(self, request: HttpRequest, user: User) -> HttpResponse:
        """In the language and time zone of the person or of the organization."""
        zone = ZoneInfo(user.time_zone or user.organization.time_zone)
        with translation.override(user.locale or user.organization.locale), timezone.override(zone):
            request.LANGUAGE_CODE = translation.get_language()
            try:
                viewer = viewer_of_user(user, at=timezone.now())
            except NoPerson:  # can only sign out
                if is_program(request):
                    return plain_response(Problem(403, "forbidden", _("Your sign-in belongs to no person any more.")))
                if request.path != reverse("account_logout"):
                    return render(request, "people/no_person.html", status=403)
                return self.get_response(request)
            request.viewer = viewer  # type: ignore[attr-defined]
            if not request.path.startswith(ACCOUNTS) and is_second_factor_missing(viewer, user):
                return _second_factor_first(request)
            looking = _looking(request, viewer)
            return self.get_response(request) if looking is None else self._look(request, looking)

    def _look(self, request: HttpRequest, looking: Looking) -> HttpResponse:
        """As somebody else: whatever a page would write is taken back."""
        request.looking = looking  # type: ignore[attr-defined]
        if _is_way_out(request):
            return self.get_response(request)
        request.viewer = looking.viewer  # type: ignore[attr-defined]
        if request.method not in SAFE:
            return _refused(request, looking)
        with transaction.atomic():
            response = self.get_response(request)
            transaction.set_rollback(True)
        return response


def _looking(request: HttpRequest, viewer: Viewer) -> Looking | None:
    look_id = request.session.get(SESSION_KEY)
    if look_id is None:
        return None
    looking = look_under_way(viewer=viewer, look_id=look_id, at=timezone.now())
    if looking is None:
        del request.session[SESSION_KEY]
        messages.info(request, _("The time is over: you see your own pages again."))
    return looking


def _is_way_out(request: HttpRequest) -> bool:
    try:
        return request.method == "POST" and resolve(request.path_info).view_name in WAYS_OUT
    except Resolver404:
        return False


def _refused(request: HttpRequest, looking: Looking) -> HttpResponse:
    if is_program(request):
        return plain_response(Problem(403, "looking", _("Nothing can be changed while you look as somebody else.")))
    return render(request, "people/look_refused.html", {"looking": looking}, status=403)


def _second_factor_first(request: HttpRequest) -> HttpResponse:
    """A role of theirs asks for a second factor, and they have none yet."""
    if is_program(request):
        return plain_response(Problem(403, "second_factor", _("Set up a second factor in your profile first.")))
    href = reverse("mfa_activate_totp")
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = href
        return answer
    if not len(messages.get_messages(request)):  # once, however many pages were asked for
        messages.info(request, _("Your role asks for a second factor. Set one up, then go on."))
    return HttpResponseRedirect(href)


def behind_the_wall(organization_id: int, content: Any) -> Iterator[bytes]:
    """The body of a streamed answer, which is read after the request's own transaction."""
    with tenant(organization_id):
        yield from content
