"""The REST API: the one list of what every app answers under /api/v1/, with its description and its page."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path, re_path
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from crm.api.addresses import addresses as crm_addresses
from goals.api.addresses import addresses as goals_addresses
from goals.api.letter_addresses import addresses as letter_addresses
from goals.api.plan_addresses import addresses as plan_addresses
from metrics.api.addresses import addresses as metrics_addresses
from people.api.addresses import addresses as people_addresses
from people.api.problem import Problem
from people.api.views import ApiView
from spm import api_schema

app_name = "api"


class SchemaView(ApiView):
    """The OpenAPI document."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response(schema(translation.get_language()))


class NowhereView(ApiView):
    """Every other address of the API."""

    @extend_schema(exclude=True)
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise Problem(404, "not_found", _("There is nothing at this address. /api/docs lists what there is."))


@lru_cache(maxsize=8)
def schema(language: str) -> dict[str, Any]:
    """The description of all operations; it changes with the program only."""
    with translation.override(language):
        found: dict[str, Any] = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
        return found


assert api_schema.PROBLEM  # its import makes the ways to sign in known to the generator

PROBLEMS = {
    400: ["malformed", "unknown_parameter", "invalid_parameter"],
    401: ["not_signed_in"],
    403: ["forbidden", "scope_missing"],
    404: ["not_found"],
    405: ["method_not_allowed"],
    406: ["not_acceptable"],
    412: ["changed_meanwhile"],
    413: ["too_large"],
    415: ["unsupported_media_type"],
    422: ["invalid", "refused", "nothing_applied"],
    428: ["state_not_named"],
    429: ["too_many_requests"],
    500: ["program_failed"],
    503: ["unavailable"],
}


@require_GET
def docs(request: HttpRequest) -> HttpResponse:
    """What there is, to read and to try out."""
    context = {
        "problems": [(code, status) for status, codes in PROBLEMS.items() for code in codes],
        "reads": settings.API_READS_PER_MINUTE,
        "writes": settings.API_WRITES_PER_MINUTE,
    }
    return render(request, "api/docs.html", context)


urlpatterns = [
    path("docs", docs, name="docs"),
    path("v1/schema", SchemaView.as_view(), name="schema"),
    path("v1/", include([*people_addresses, *crm_addresses, *metrics_addresses, *goals_addresses])),
    path("v1/", include([*plan_addresses, *letter_addresses])),
    re_path(r"^(?P<rest>.*)$", NowhereView.as_view(), name="nowhere"),
]
