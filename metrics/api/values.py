"""The catalogue, and any figure by anything."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from metrics.catalogue import CATALOGUE
from metrics.pages.document import answer_document
from metrics.selectors.answer import answer
from metrics.selectors.asking import question_open_to, size_check
from metrics.selectors.parse import QuestionError, question_of
from metrics.words import definition
from people.api.problem import Problem, bad_parameter
from people.api.views import ApiView, Scope


class MetricShape(serializers.Serializer[Any]):
    """A metric in words."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    sentence = serializers.CharField()
    unit = serializers.CharField()
    direction = serializers.CharField()
    basis = serializers.CharField(help_text="The day that it counts by.")
    numerator = serializers.CharField()
    denominator = serializers.CharField()
    notes = serializers.CharField()


class ValueShape(serializers.Serializer[Any]):
    """A figure of one group."""

    metric = serializers.CharField()
    group = serializers.DictField(child=serializers.CharField(allow_null=True), help_text="Empty for a total.")
    value = serializers.CharField(allow_null=True, help_text="A decimal; null where it is undefined.")
    numerator = serializers.CharField(allow_null=True)
    denominator = serializers.CharField(allow_null=True)
    note = serializers.CharField(help_text="What was left out, or why there is no value.")
    keys = serializers.DictField(help_text="Ids of the group; the word itself where members are words.")


class ValuesShape(serializers.Serializer[Any]):
    """Figures, true as of a moment."""

    as_of = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField(help_text="Grows whenever a figure of the organization changed.")
    rows = ValueShape(many=True)


class MetricListView(ApiView):
    """Every metric that can be asked for."""

    reads = Scope.METRICS_READ
    serializer_class = MetricShape
    pagination_class = None
    filter_backends = ()

    @extend_schema(
        operation_id="metrics_list",
        tags=["metrics"],
        summary="The catalogue",
        responses=MetricShape(many=True),
    )
    def get(self, request: Request) -> Response:
        found = [MetricShape(definition(metric)).data for metric in CATALOGUE.values()]
        return Response(found)


def _parameter(name: str, words: str, *, is_required: bool = False, is_many: bool = False) -> OpenApiParameter:
    return OpenApiParameter(name, str, description=words, required=is_required, many=is_many, explode=True)


def refused(error: QuestionError, status: int = 400, code: str = "invalid_parameter") -> Problem:
    """The refusal of a question, in the words of parameters rather than of a command's options."""
    return bad_parameter(error.field, str(error).replace("--as-of", "as_of").replace("--", ""), status, code)


class ValuesView(ApiView):
    """The rows of `manage.py metrics`, with its words and rules."""

    reads = Scope.METRICS_READ
    serializer_class = ValuesShape
    parameters = ("metric", "by", "from", "to", "filter", "as_of")
    repeatable = ("filter",)

    @extend_schema(
        operation_id="metrics_values",
        tags=["metrics"],
        summary="Figures by anything",
        parameters=[
            _parameter("metric", "Names from the catalogue, separated by commas.", is_required=True),
            _parameter(
                "by",
                "What to tell apart, own fields included (custom_…, account_…, lead_…), and one of day, week, month, quarter,"
                " half, year, quota (where the organization's quotas start); commas.",
            ),
            _parameter("from", "The first day; left out: all time."),
            _parameter("to", "The day after the last one."),
            _parameter(
                "filter",
                "KEY=VALUE such as person=id:7, team=North or custom_segment=SMB; without a value what has none;"
                " repeatable.",
                is_many=True,
            ),
            _parameter("as_of", "A past day: the figures as they stood at its end."),
        ],
    )
    def get(self, request: Request) -> Response:
        """Whoever does not see the whole company filters by a person or team that is open to them."""
        asked = request.query_params
        try:
            question = question_of(
                metrics=asked.get("metric", ""),
                by=asked.get("by", ""),
                starts_on=asked.get("from"),
                ends_before=asked.get("to"),
                filters=asked.getlist("filter"),
                on=self.viewer.on,
                as_of=asked.get("as_of"),
            )
            question = question_open_to(self.viewer, question)
            size_check(question)
        except QuestionError as error:
            status, code = (400, "invalid_parameter") if error.is_usage else (404, "not_found")
            raise refused(error, status, code) from error
        except ObjectDoesNotExist as error:
            raise Problem(404, "not_found", _("These numbers are not open to you, or do not exist.")) from error
        except PermissionDenied as error:
            raise Problem(403, "forbidden", str(error)) from error
        return Response(answer_document(answer(self.viewer.organization, question)))
