"""Who calls: a program with a key, or somebody who is signed in. Both become a viewer."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.request import Request

from kernel.row_id import row_id
from people.api.problem import PLACE, Problem, plain_response
from people.middleware import behind_the_wall
from people.models import ApiKey
from people.selectors.api_key import api_key_presented
from people.services.api_key import PREFIX, api_key_used, digest_of
from people.viewer import day_at, viewer_of_person
from people.wall import tenant

WORD = "Bearer"


@dataclass(frozen=True)
class Presented:
    """The three parts of a key's text."""

    organization_id: int
    key_id: int
    digest: str


class Program:
    """The `user` of a request with a key, as REST framework wants one."""

    is_authenticated = True
    is_active = True

    def __init__(self, key: ApiKey) -> None:
        self.key = key
        self.pk = key.pk


class KeyMiddleware:
    """A request of the API that presents a key runs behind the wall of the organization that the key names.

    A key wins over a session in the same request. One that opens nothing is refused before any view.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        header = request.headers.get("Authorization", "")
        if not request.path.startswith(PLACE) or not header:
            return self.get_response(request)
        presented = presented_key(header)
        key = _key_of(presented) if presented else None
        if presented is None or key is None:
            return plain_response(wrong_key())
        with tenant(presented.organization_id):
            response = self._answer(request, key)
        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = behind_the_wall(presented.organization_id, response.streaming_content)
        response["Cache-Control"] = "private, no-store"
        return response

    def _answer(self, request: HttpRequest, key: ApiKey) -> HttpResponse:
        person, organization = key.person, key.person.organization
        on = day_at(organization, timezone.now())
        if person.has_left(on):
            return plain_response(wrong_key())
        viewer = viewer_of_person(person, organization=organization, on=on)
        request.viewer = replace(viewer, api_key_id=key.pk)  # type: ignore[attr-defined]
        request.api_key = key  # type: ignore[attr-defined]
        with translation.override(_language(request, organization.locale)):
            return self.get_response(request)


def presented_key(header: str) -> Presented | None:
    """What an Authorization header presents; None for anything that no key looks like."""
    word, _space, text = header.partition(" ")
    parts = text.strip().split("_", 3)
    if word.lower() != WORD.lower() or len(parts) != 4 or parts[0] != PREFIX:
        return None
    organization_id, key_id = row_id(parts[1]), row_id(parts[2])
    if organization_id is None or key_id is None or not parts[3].isascii():
        return None
    return Presented(organization_id, key_id, digest_of(parts[3]))


def _key_of(presented: Presented) -> ApiKey | None:
    """The key, its use noted in a transaction of its own, so that calls of one program do not wait for each other."""
    now = timezone.now()
    with tenant(presented.organization_id):
        key = api_key_presented(presented.key_id, presented.digest, now)
        if key is not None:
            api_key_used(key=key, at=now)
    return key


def wrong_key() -> Problem:
    """A key that opens nothing; why is not told."""
    return Problem(
        401,
        "not_signed_in",
        _("This key opens nothing: it is not known, revoked or expired. An administrator makes a new one."),
        headers={"WWW-Authenticate": WORD},
    )


def _language(request: HttpRequest, common: str) -> str:
    return translation.get_language() if request.headers.get("Accept-Language") else common


class KeyAuthentication(BaseAuthentication):
    """What the middleware found."""

    def authenticate(self, request: Request) -> tuple[Program, ApiKey] | None:
        key: ApiKey | None = getattr(request._request, "api_key", None)
        return None if key is None else (Program(key), key)

    def authenticate_header(self, request: Request) -> str:
        return WORD


class SignedInAuthentication(SessionAuthentication):
    """A session, as for pages; whatever changes something needs its CSRF token."""

    def authenticate(self, request: Request) -> Any:
        if getattr(request._request, "viewer", None) is None:
            return None
        return super().authenticate(request)
