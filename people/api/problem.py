"""Every refusal is one JSON document (RFC 9457): `type`, `title`, `status`, `detail`, `code`, and `errors` per field."""

import logging
import sys
from http import HTTPStatus
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import InterfaceError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
AWAY = (OperationalError, InterfaceError)  # of the database, not of what was asked
COME_BACK = 5  # seconds
PLACE = "/api/"  # addresses that programs ask


class Problem(Exception):
    """A refusal with its status, a code for programs, a sentence for people, and what is wrong where."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        errors: list[dict[str, Any]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.errors, self.headers = errors or [], headers or {}


def bad_parameter(name: str, detail: str, status: int = 400, code: str = "invalid_parameter") -> Problem:
    """A refusal of one parameter of the address, which it names."""
    return Problem(status, code, detail, [{"field": name, "code": code, "message": detail}] if name else None)


def is_program(request: HttpRequest) -> bool:
    """Whether an address belongs to the API, so that refusals are JSON."""
    return request.path.startswith(PLACE) and request.path != f"{PLACE}docs"


def document(problem: Problem) -> dict[str, Any]:
    """What is answered."""
    found: dict[str, Any] = {
        "type": f"{PLACE}docs#problem-{problem.code}",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
    }
    return found | ({"errors": problem.errors} if problem.errors else {})


def plain_response(problem: Problem) -> HttpResponse:
    """The answer outside of REST framework's views: middleware and Django's own refusals."""
    response = JsonResponse(document(problem), status=problem.status, content_type=CONTENT_TYPE)
    for name, value in problem.headers.items():
        response[name] = value
    return response


def exception_handler(error: Exception, context: dict[str, Any]) -> Response:
    """REST framework's hook: whatever a view raises becomes a problem; the request's writes are undone."""
    problem = problem_of(error)
    if connection.in_atomic_block and connection.settings_dict["ATOMIC_REQUESTS"]:
        connection.set_rollback(True)  # of the view's own savepoint; the wall's transaction stays
    response = Response(document(problem), status=problem.status, content_type=CONTENT_TYPE, headers=problem.headers)
    response.exception = True
    return response


def problem_of(error: Exception) -> Problem:
    """The problem an exception is about."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Http404 | exceptions.NotFound):
        return Problem(404, "not_found", _("There is nothing at this address, or it is not open to you."))
    if isinstance(error, ValidationError):
        return refusal(error)
    if isinstance(error, PermissionDenied):
        return Problem(403, "forbidden", str(error) or _("Your role does not allow this."))
    if isinstance(error, exceptions.APIException):
        return _of_framework(error)
    if isinstance(error, AWAY):
        logger.warning("The database was away: %s", error)
        return unavailable()
    logger.error("A request of the API failed", exc_info=error)
    return Problem(500, "program_failed", _("The program failed. The administrators of this server have the log."))


def unavailable() -> Problem:
    """The database is started again or cannot be reached; whoever asks again in a moment is answered."""
    words = _("The database does not answer just now. Send it again in a few seconds.")
    return Problem(503, "unavailable", words, headers={"Retry-After": str(COME_BACK)})


def refusal(error: ValidationError, status: int = 422) -> Problem:
    """What a service refused, field by field."""
    if not hasattr(error, "error_dict"):
        code = getattr(error, "code", None) or next((each.code for each in error.error_list if each.code), None)
        return Problem(status, str(code or "refused"), " ".join(error.messages))
    errors = [
        {
            "field": None if field == NON_FIELD_ERRORS else field,
            "code": str(each.code or "refused"),
            "message": " ".join(each.messages),
        }
        for field, found in error.error_dict.items()
        for each in found
    ]
    return Problem(status, "invalid", _words_of(errors), errors)


def _words_of(errors: list[dict[str, Any]]) -> str:
    return " ".join(f"{each['field']}: {each['message']}" if each["field"] else each["message"] for each in errors)


CODES = {
    400: "malformed",
    401: "not_signed_in",
    403: "forbidden",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "unsupported_media_type",
}


def _of_framework(error: exceptions.APIException) -> Problem:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    if isinstance(error, exceptions.ValidationError):
        errors = list(_field_errors(error.detail))
        return Problem(422, "invalid", _words_of(errors), errors)
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return Problem(error.status_code, "not_signed_in", str(error.detail), headers=headers)
    return Problem(error.status_code, CODES.get(error.status_code, "refused"), str(error.detail), headers=headers)


def _field_errors(detail: Any, path: str = "") -> Any:
    """One entry per message, with the path of its field."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            own = "" if name == NON_FIELD_ERRORS or name == "non_field_errors" else str(name)
            yield from _field_errors(inner, ".".join(part for part in (path, own) if part))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _field_errors(inner, path)
    else:
        yield {"field": path or None, "code": str(getattr(detail, "code", "refused")), "message": str(detail)}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400"""
    if not is_program(request):
        return defaults.bad_request(request, exception)
    return plain_response(Problem(400, "malformed", _("The request cannot be read.")))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler403"""
    if not is_program(request):
        return defaults.permission_denied(request, exception)
    return plain_response(problem_of(exception))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404"""
    return plain_response(problem_of(exception)) if is_program(request) else defaults.page_not_found(request, exception)


def failed(request: HttpRequest) -> HttpResponse:
    """handler500"""
    if not is_program(request):
        return defaults.server_error(request)
    if isinstance(sys.exc_info()[1], AWAY):
        return plain_response(unavailable())
    return plain_response(
        Problem(500, "program_failed", _("The program failed. Try again, then tell the administrators."))
    )
