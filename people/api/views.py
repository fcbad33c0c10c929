"""The base of every view of the API."""

import hashlib
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAuthenticated
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from people.api.filtering import parameters_check
from people.api.problem import Problem
from people.api.throttling import caller_of, request_count
from people.models import ApiKey
from people.services.api_key import replay_begin, replay_keep
from people.viewer import Viewer

Scope = ApiKey.Scope


class ApiView(GenericAPIView):  # type: ignore[type-arg]
    """Who asks, whether their key opens it, how often they may. Subclasses name the scopes and make one domain call."""

    reads: ClassVar[str] = ""  # the scope that a key needs to read here; empty: none
    writes: ClassVar[str] = ""  # … to change something
    parameters: ClassVar[tuple[str, ...]] = ()  # of the query, for views that are no lists
    is_list: ClassVar[bool] = False

    @property
    def viewer(self) -> Viewer:
        viewer: Viewer = self.request._request.viewer  # type: ignore[attr-defined]
        return viewer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Before the method of the view. Raises: Problem."""
        super().initial(request, *args, **kwargs)
        if getattr(request._request, "viewer", None) is None:
            raise NotAuthenticated(_("Send a key: “Authorization: Bearer spm_…”. An administrator makes one."))
        self.answer_headers = request_count(request)
        self._scope_require(request)
        is_read = request.method in SAFE_METHODS
        if not (self.is_list and is_read):
            parameters_check(request, self.parameters)

    def _scope_require(self, request: Request) -> None:
        key = getattr(request._request, "api_key", None)
        needed = self.reads if request.method in SAFE_METHODS else self.writes
        if key is not None and needed and needed not in key.scopes:
            raise Problem(
                403, "scope_missing", _("This key may not do that: it lacks “%(scope)s”.") % {"scope": needed}
            )

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        for name, value in getattr(self, "answer_headers", {}).items():
            answer.headers.setdefault(name, value)
        return answer


class ListView(ApiView):
    """A filtered list in parts."""

    is_list = True

    def get(self, request: Request) -> Response:
        """Rows by id, in parts."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)


def replayed(request: Request) -> Response | None:
    """The former answer to a request with this Idempotency-Key, if there is one. Raises: Problem, ValidationError."""
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return None
    if len(key) > 200 or not key.isprintable():
        raise Problem(400, "malformed", _("An Idempotency-Key has 200 printable characters at most."))
    now = timezone.now()
    found = replay_begin(
        caller=caller_of(request),
        key=key,
        fingerprint=_fingerprint(request),
        at=now,
        forget_before=now - timedelta(hours=settings.API_REPLAY_HOURS),
    )
    if found is None or not found.status:
        return None
    return Response(found.body, status=found.status, headers={"Idempotency-Replayed": "true"})


def remembered(request: Request, response: Response) -> Response:
    """Keep an answer for whoever repeats the request."""
    key = request.headers.get("Idempotency-Key", "")
    if key:
        replay_keep(caller=caller_of(request), key=key, status=response.status_code, body=response.data)
    return response


def _fingerprint(request: Request) -> str:
    """What the same request has in common with its repetition: method, address and the values of the body."""
    text = f"{request.method} {request.get_full_path()} {request.data!r}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
