"""Why a figure is what it is: its parts, and the deals it counts, each with the imported line it came by."""

from dataclasses import replace
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.api.shapes import OpportunityShape
from kernel.period import Period
from kernel.row_id import row_id
from metrics.api.values import MetricShape
from metrics.engine.definitions import Metric
from metrics.pages.document import answer_document
from metrics.selectors.answer import Answer, answer
from metrics.selectors.deals import deals_counted
from metrics.selectors.parse import QuestionError, day_of, metrics_of
from metrics.selectors.question import Question
from metrics.selectors.subject import (
    Subject,
    access_company_numbers,
    access_member_numbers,
    access_person_numbers,
    access_team_numbers,
)
from metrics.selectors.why import deals_behind
from metrics.words import definition
from people.api.problem import Problem
from people.api.views import ApiView, Scope
from people.viewer import Viewer


class WhyShape(serializers.Serializer[Any]):
    """A figure with its definition and the rows behind it."""

    definition = MetricShape()
    as_of = serializers.DateTimeField(allow_null=True)
    value = serializers.CharField(allow_null=True)
    numerator = serializers.CharField(allow_null=True)
    denominator = serializers.CharField(allow_null=True)
    note = serializers.CharField()
    next = serializers.URLField(allow_null=True, help_text="The following part of the deals.")
    deals = OpportunityShape(many=True)


class WhyView(ApiView):
    """Deals carry `import_id` and `import_line`: the line itself is in `/imports/{id}/rows`."""

    reads = Scope.METRICS_READ
    serializer_class = WhyShape
    filter_backends = ()
    parameters = ("metric", "person", "team", "from", "to", "limit", "cursor")

    @extend_schema(
        operation_id="metrics_why",
        tags=["metrics"],
        summary="Why a figure is what it is",
        responses=WhyShape,
        parameters=[
            OpenApiParameter("metric", str, required=True, description="One name from the catalogue."),
            OpenApiParameter("person", int, description="Whose: id of a person."),
            OpenApiParameter("team", int, description="Whose: id of a team; those below it count."),
            OpenApiParameter("from", str, description="The first day, given together with `to`."),
            OpenApiParameter("to", str, description="The day after the last one."),
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str),
        ],
    )
    def get(self, request: Request) -> Response:
        asked = request.query_params
        try:
            metric = _metric(asked.get("metric", ""))
            period = _period(asked.get("from"), asked.get("to"))
            subject = _subject(self.viewer, asked.get("person"), asked.get("team"))
        except QuestionError as error:
            raise Problem(400, "invalid_parameter", str(error).replace("--", "")) from error
        except ObjectDoesNotExist as error:
            raise Problem(404, "not_found", _("These numbers are not open to you, or do not exist.")) from error
        found = answer(self.viewer.organization, _question(metric, period, subject, self.viewer))
        counted = deals_counted(deals_behind(metric, subject, period), on=self.viewer.on)
        deals = self.paginate_queryset(counted)
        return Response(self._document(metric, found, deals))

    def _document(self, metric: Metric, found: Answer, deals: Any) -> dict[str, Any]:
        whole = answer_document(found)
        [row] = whole["rows"]
        return {
            "definition": MetricShape(definition(metric)).data,
            "as_of": whole["as_of"],
            **{name: row[name] for name in ("value", "numerator", "denominator", "note")},
            "next": self.paginator.next,  # type: ignore[union-attr]
            "deals": OpportunityShape(deals, many=True).data,
        }


def _metric(name: str) -> Metric:
    found = metrics_of(name)
    if len(found) != 1:
        raise QuestionError("Ask for one metric at once.")
    return found[0]


def _period(first: str | None, last: str | None) -> Period | None:
    starts_on, ends_before = day_of(first, "--from"), day_of(last, "--to")
    if starts_on is None and ends_before is None:
        return None
    if starts_on is None or ends_before is None or starts_on >= ends_before:
        raise QuestionError("Give --from and --to together, --to after --from.")
    return Period(starts_on, ends_before)


def _subject(viewer: Viewer, person: str | None, team: str | None) -> Subject:
    person_id, team_id = (None if text is None else row_id(text) or -1 for text in (person, team))
    if person_id is not None and team_id is not None:
        return access_member_numbers(viewer, person_id, team_id)
    if person_id is not None:
        return access_person_numbers(viewer, person_id)
    if team_id is not None:
        return access_team_numbers(viewer, team_id)
    return access_company_numbers(viewer)


def _question(metric: Metric, period: Period | None, subject: Subject, viewer: Viewer) -> Question:
    question = Question((metric,), viewer.on, scope=subject.scope)
    return replace(question, starts_on=period.starts_on, ends_before=period.ends_before) if period else question
