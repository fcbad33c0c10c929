"""Hand-overs of deals and the rules for their credit."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.api.shapes import Reference
from crm.models import HandOver, HandOverRule
from crm.policies import hand_overs
from crm.selectors.deals import access_deal
from crm.selectors.hand_overs import access_hand_over, defaults, hand_overs_found
from crm.services.handover import deal_hand_over, hand_over_default_set, hand_over_rule_set, rule_read
from people.api.editing import etag_of, match_require, row_lock
from people.api.people import IF_MATCH
from people.api.shapes import EndDay, FromDay
from people.api.views import ApiView, ListView, Scope
from people.selectors.person import access_person

RULE_HELP = (
    "owner at close · previous owner 30 days · shared 40/60 · shared 40/60 for 90 days; empty: the organization's."
)


class RuleShape(serializers.Serializer[Any]):
    """A rule with its numbers."""

    rule = serializers.ChoiceField(HandOverRule.choices, allow_blank=True, help_text="Empty: the organization's.")
    days = serializers.IntegerField(allow_null=True)
    previous_share = serializers.DecimalField(
        max_digits=7,
        decimal_places=6,
        allow_null=True,
        normalize_output=True,
        help_text="Of 1; the new owner's is the rest.",
    )


class DefaultRuleShape(RuleShape):
    """The organization's rule for hand-overs of some days."""

    starts_on = FromDay(allow_null=True)
    ends_before = EndDay(allow_null=True)


class HandOverShape(RuleShape):
    """A deal went from one person to another."""

    id = serializers.IntegerField()
    opportunity = Reference()
    from_person = Reference(allow_null=True)
    to_person = Reference(allow_null=True)
    handed_on = serializers.DateField()
    reason = serializers.CharField()
    ruled_by = Reference(allow_null=True)


class RuleSent(serializers.Serializer[Any]):
    """A rule as text."""

    rule = serializers.CharField(max_length=100, allow_blank=True, help_text=RULE_HELP)
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class DefaultRuleSent(serializers.Serializer[Any]):
    rule = serializers.CharField(max_length=100, help_text=RULE_HELP)
    starts_on = serializers.DateField()


class HandOverSent(RuleSent):
    """To whom a deal goes."""

    to_id = serializers.IntegerField(min_value=1)
    on = serializers.DateField(required=False, help_text="Left out: today.")
    rule = serializers.CharField(max_length=100, required=False, allow_blank=True, default="", help_text=RULE_HELP)


class HandOverFilters(filters.FilterSet):  # type: ignore[misc]
    opportunity = filters.NumberFilter("opportunity_id", min_value=1)
    from_person = filters.NumberFilter("from_person_id", min_value=1)
    to_person = filters.NumberFilter("to_person_id", min_value=1)
    handed_from = filters.DateFilter("handed_on", "gte")
    handed_before = filters.DateFilter("handed_on", "lt")

    class Meta:
        model = HandOver
        fields: list[str] = []


class HandOverListView(ListView):
    """Hand-overs; for administrators and operations."""

    reads = Scope.FACTS_READ
    serializer_class = HandOverShape
    filterset_class = HandOverFilters
    queryset = HandOver.objects.none()

    def get_queryset(self) -> QuerySet[HandOver]:
        hand_overs.require(self.viewer, "view")
        return hand_overs_found(self.viewer)

    @extend_schema(
        operation_id="hand_overs_list", tags=["deals"], summary="List hand-overs", responses=HandOverShape(many=True)
    )
    def get(self, request: Request) -> Response:
        return super().get(request)


class HandOverView(ApiView):
    """One hand-over."""

    reads, writes = Scope.FACTS_READ, Scope.FACTS_WRITE
    serializer_class = HandOverShape

    @extend_schema(operation_id="hand_overs_read", tags=["deals"], summary="Read a hand-over")
    def get(self, request: Request, hand_over_id: int) -> Response:
        return _answer(access_hand_over(self.viewer, hand_over_id))

    @extend_schema(
        operation_id="hand_overs_change",
        tags=["deals"],
        summary="Give a hand-over another rule",
        request=RuleSent,
        responses=HandOverShape,
        parameters=[IF_MATCH],
    )
    def patch(self, request: Request, hand_over_id: int) -> Response:
        row_lock(HandOver, hand_over_id)
        row = access_hand_over(self.viewer, hand_over_id, "change")
        match_require(request, etag_of(HandOverShape(row).data))
        values = _sent(RuleSent, request)
        rule = rule_read(values.pop("rule"))
        hand_over_rule_set(viewer=self.viewer, hand_over=row, rule=rule, at=timezone.now(), **values)
        return _answer(access_hand_over(self.viewer, hand_over_id))


class DealHandOverView(ApiView):
    """An open deal goes to another person."""

    reads, writes = Scope.FACTS_READ, Scope.FACTS_WRITE
    serializer_class = HandOverShape

    @extend_schema(
        operation_id="opportunities_hand_over",
        tags=["deals"],
        summary="Hand a deal over",
        request=HandOverSent,
        responses={201: HandOverShape},
    )
    def post(self, request: Request, deal_id: int) -> Response:
        deal = access_deal(self.viewer, deal_id)
        hand_overs.require(self.viewer, "create")
        values = _sent(HandOverSent, request)
        to = access_person(self.viewer, values["to_id"])
        made = deal_hand_over(
            viewer=self.viewer,
            deal=deal,
            to=to,
            on=values.get("on") or self.viewer.on,
            rule=rule_read(values["rule"]),
            at=timezone.now(),
            reason=values["reason"],
        )
        return _answer(access_hand_over(self.viewer, made.pk), 201)


class RuleListView(ApiView):
    """The organization's rules for hand-overs."""

    reads, writes = Scope.FACTS_READ, Scope.FACTS_WRITE
    serializer_class = DefaultRuleShape
    pagination_class = None
    filter_backends = ()

    @extend_schema(
        operation_id="hand_over_rules_list",
        tags=["deals"],
        summary="List the organization's rules for hand-overs",
        responses=DefaultRuleShape(many=True),
    )
    def get(self, request: Request) -> Response:
        hand_overs.require(self.viewer, "view")
        return Response(DefaultRuleShape(defaults(), many=True).data)

    @extend_schema(
        operation_id="hand_over_rules_add",
        tags=["deals"],
        summary="Set the organization's rule for hand-overs",
        request=DefaultRuleSent,
        responses={201: DefaultRuleShape},
    )
    def post(self, request: Request) -> Response:
        hand_overs.require(self.viewer, "create")
        values = _sent(DefaultRuleSent, request)
        made = hand_over_default_set(
            viewer=self.viewer, rule=rule_read(values["rule"]), starts_on=values["starts_on"], at=timezone.now()
        )
        return Response(DefaultRuleShape(made).data, status=201)


def _sent(shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    sent = shape(data=request.data)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


def _answer(row: HandOver, status: int = 200) -> Response:
    data = HandOverShape(row).data
    return Response(data, status=status, headers={"ETag": etag_of(data)})
