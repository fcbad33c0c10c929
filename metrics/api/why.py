"""Why a figure is what it is: its parts, and the deals it counts, each with the imported line it came by."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from crm.api.own_fields import Amount
from crm.api.shapes import ActivityShape, LeadShape, OpportunityShape, QuotaShape, Reference
from crm.selectors.deals import deals_in_sight
from crm.selectors.depth import facts_with_fields
from kernel.period import Period
from kernel.row_id import row_id
from metrics.api.values import MetricShape, refused
from metrics.engine.definitions import Metric, families_of
from metrics.engine.parts import Family
from metrics.pages.document import answer_document
from metrics.selectors.answer import Answer, answer
from metrics.selectors.behind import deals_counted
from metrics.selectors.happenings import activities_counted, leads_counted
from metrics.selectors.parse import QuestionError, day_of, looking_back, metrics_of
from metrics.selectors.question import Question
from metrics.selectors.quotas_behind import counts_quotas, quotas_counted
from metrics.selectors.subject import (
    Subject,
    access_company_numbers,
    access_member_numbers,
    access_person_numbers,
    access_team_numbers,
)
from metrics.words import definition
from people.api.paging import CURSOR, LIMIT, cursor_of, key_of, limit_of
from people.api.problem import Problem
from people.api.views import ApiView, Scope
from people.viewer import Viewer


class CountedShape(serializers.Serializer[Any]):
    """A deal as the figure counts it: a split one once for everybody credited."""

    deal = serializers.IntegerField(
        source="deal.pk", help_text="Its id; the deal stands in `deals` where it is open to you."
    )
    person = Reference(allow_null=True, help_text="Whose it counts as; null: nobody's.")
    outcome = serializers.CharField()
    amount = Amount(allow_null=True, help_text="What counts, in the organization's currency.")
    whole_amount = Amount(source="whole", allow_null=True)
    share = Amount(allow_null=True, help_text="Of the whole; null: it is simply the owner's.")
    is_at_plan = serializers.BooleanField(help_text="What counts against a quota is converted at the plan rate.")
    created_on = serializers.DateField(allow_null=True)
    closed_on = serializers.DateField(allow_null=True)


class WhyShape(serializers.Serializer[Any]):
    """A figure with its definition and the rows behind it."""

    definition = MetricShape()
    as_of = serializers.DateTimeField(allow_null=True)
    value = serializers.CharField(allow_null=True)
    numerator = serializers.CharField(allow_null=True)
    denominator = serializers.CharField(allow_null=True)
    note = serializers.CharField()
    next = serializers.URLField(allow_null=True, help_text="The following part of the rows.")
    rows = CountedShape(many=True)
    deals = OpportunityShape(many=True)
    leads = LeadShape(many=True)
    activities = ActivityShape(many=True)
    quotas = QuotaShape(many=True)


class WhyView(ApiView):
    """Facts carry `import_id` and `import_line`: the line itself is in `/imports/{id}/rows`."""

    reads = Scope.METRICS_READ
    serializer_class = WhyShape
    filter_backends = ()
    parameters = ("metric", "person", "team", "from", "to", "as_of", "limit", "cursor")

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
            OpenApiParameter("as_of", str, description="A past day: the figure as it stood at its end."),
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str),
        ],
    )
    def get(self, request: Request) -> Response:
        asked = request.query_params
        try:
            metric = _metric(asked.get("metric", ""))
            period = _period(asked.get("from"), asked.get("to"))
            as_of = _past_day(asked.get("as_of"), metric, self.viewer.on)
            subject = _subject(self.viewer, asked.get("person"), asked.get("team"))
        except QuestionError as error:
            raise refused(error) from error
        except ObjectDoesNotExist as error:
            raise Problem(404, "not_found", _("These numbers are not open to you, or do not exist.")) from error
        question = _question(metric, period, subject, self.viewer, as_of)
        found = answer(self.viewer.organization, question)
        return Response({**_figure(metric, found), **self._rows(metric, subject, period, as_of)})

    def _rows(self, metric: Metric, subject: Subject, period: Period | None, as_of: date | None) -> dict[str, Any]:
        """One part of the facts it counts; the lists of other kinds are empty."""
        families = families_of(metric)
        nothing: dict[str, Any] = {"rows": [], "deals": [], "leads": [], "activities": [], "quotas": []}
        if Family.LEADS in families:
            leads = self._part(facts_with_fields(leads_counted(metric, subject, period, as_of)))
            return {**nothing, "leads": LeadShape(leads, many=True).data, "next": self.following}
        if Family.ACTIVITIES in families:
            activities = self._part(activities_counted(subject, period, as_of))
            return {**nothing, "activities": ActivityShape(activities, many=True).data, "next": self.following}
        organization, on = self.viewer.organization, self.viewer.on
        if counts_quotas(metric):
            quotas = self._part([each.quota for each in quotas_counted(metric, subject, period, on, as_of)])
            return {**nothing, "quotas": QuotaShape(quotas, many=True).data, "next": self.following}
        rows = self._part(deals_counted(organization, metric, subject, period, on=on, as_of=as_of))
        in_sight = deals_in_sight(self.viewer, [row.deal.pk for row in rows])
        deals = list({row.deal.pk: row.deal for row in rows if row.deal.pk in in_sight}.values())
        counted, open_to = CountedShape(rows, many=True).data, OpportunityShape(deals, many=True).data
        return {**nothing, "rows": counted, "deals": open_to, "next": self.following}

    def _part(self, found: Any) -> list[Any]:
        """`limit` rows from the cursor on, which counts rows."""
        query = self.request.query_params
        limit, first = limit_of(query.get(LIMIT)), key_of(query.get(CURSOR)) or 0
        rows = list(found[first : first + limit + 1])
        here = self.request.build_absolute_uri()
        self.following = replace_query_param(here, CURSOR, cursor_of(first + limit)) if len(rows) > limit else None
        return rows[:limit]


def _figure(metric: Metric, found: Answer) -> dict[str, Any]:
    whole = answer_document(found)
    [row] = whole["rows"]
    return {
        "definition": MetricShape(definition(metric)).data,
        "as_of": whole["as_of"],
        **{name: row[name] for name in ("value", "numerator", "denominator", "note")},
    }


def _past_day(text: str | None, metric: Metric, on: date) -> date | None:
    day = day_of(text, "--as-of")
    return looking_back(Question((metric,), on), day).as_of


def _metric(name: str) -> Metric:
    found = metrics_of(name)
    if len(found) != 1:
        raise QuestionError("Ask for one metric at once.", field="metric")
    return found[0]


def _period(first: str | None, last: str | None) -> Period | None:
    starts_on, ends_before = day_of(first, "--from"), day_of(last, "--to")
    if starts_on is None and ends_before is None:
        return None
    if starts_on is None or ends_before is None or starts_on >= ends_before:
        raise QuestionError(
            "Give --from and --to together, --to after --from.", field="from" if starts_on is None else "to"
        )
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


def _question(metric: Metric, period: Period | None, subject: Subject, viewer: Viewer, as_of: date | None) -> Question:
    question = Question((metric,), as_of or viewer.on, scope=subject.scope, as_of=as_of)
    return replace(question, starts_on=period.starts_on, ends_before=period.ends_before) if period else question
