"""Filters that refuse what they do not know, so that a misspelt one never answers with everything."""

from collections.abc import Collection
from difflib import get_close_matches
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.request import Request
from rest_framework.views import APIView

from people.api.paging import CURSOR, LIMIT
from people.api.problem import Problem


class StrictFilters(DjangoFilterBackend):  # type: ignore[misc]
    """The filter set of a list view; unknown, repeated and senseless parameters are refused by name."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        filters = self.get_filterset(request, queryset, view)
        known = [] if filters is None else list(filters.filters)
        parameters_check(request, [*known, CURSOR, LIMIT])
        if filters is None:
            return queryset
        if not filters.is_valid():
            raise invalid_parameters(filters.errors)
        found: QuerySet[Any] = filters.qs
        return found


def parameters_check(request: Request, known: Collection[str], repeatable: Collection[str] = ()) -> None:
    """Raises: Problem for a parameter that the address does not have, or that is given twice."""
    for name in request.query_params:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = _(" Did you mean “%(name)s”?") % {"name": near[0]} if near else ""
            words = {"name": name[:100], "known": ", ".join(sorted(known)) or _("none")}
            sentence = _("There is no parameter “%(name)s”.") % words + hint + _(" Known: %(known)s.") % words
            raise Problem(
                400,
                "unknown_parameter",
                sentence,
                [{"field": name[:100], "code": "unknown_parameter", "message": sentence}],
            )
        if len(request.query_params.getlist(name)) > 1 and name not in repeatable:
            sentence = _("The parameter “%(name)s” is given twice.") % {"name": name}
            raise Problem(400, "invalid_parameter", sentence)


def invalid_parameters(found: Any) -> Problem:
    """What a form says about the values of a query, as a problem."""
    errors = [
        {"field": name, "code": str(each.code or "invalid"), "message": " ".join(each.messages)}
        for name, those in found.as_data().items()
        for each in those
    ]
    words = " ".join(f"{each['field']}: {each['message']}" for each in errors)
    return Problem(400, "invalid_parameter", words, errors)
