"""Facts read: deals with their history, leads, activities, transactions, accounts, products, pipelines."""

from typing import Any, ClassVar

import django_filters as filters
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from crm.api.shapes import (
    AccountShape,
    ActivityShape,
    CreditShape,
    LeadShape,
    OpportunityChangeShape,
    OpportunityShape,
    OwnFieldSent,
    OwnFieldShape,
    PipelineShape,
    ProductShape,
    QuotaShape,
    RateShape,
    TransactionShape,
)
from crm.forms.custom_filters import with_own_fields
from crm.forms.deals import DealFilter
from crm.forms.facts import ActivityFilter, LeadFilter, TransactionFilter
from crm.models import (
    Account,
    Activity,
    CustomField,
    ExchangeRate,
    Lead,
    Opportunity,
    Pipeline,
    Product,
    Quota,
    Transaction,
)
from crm.policies import activities, leads, quotas, transactions
from crm.selectors.custom import access_custom_field
from crm.selectors.deals import access_deal, deal_history, deal_shares, deals_found
from crm.selectors.depth import deals_deep, deals_deepen, facts_with_fields
from crm.selectors.named import accounts_named, own_fields_named, pipelines_ordered, products_named, rates_seen
from crm.services.custom_fields import field_switch
from people.api.views import ApiView, ListView, Scope


class SystemFilters(filters.FilterSet):  # type: ignore[misc]
    """How a caller finds its own facts again, and what changed since it last asked. `source` is left to the lead source,
    as on the pages."""

    system = filters.CharFilter("source", label="The system it came from: what was sent as `source`.")
    external_id = filters.CharFilter("external_id")
    updated_from = filters.IsoDateTimeFilter("updated_at", "gte", label="Changed at this moment or later.")


class OpportunityFilters(DealFilter, SystemFilters):
    """Those of the deals list; own fields of deals and accounts as there."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        with_own_fields(self)

    class Meta:
        model = Opportunity
        fields: list[str] = []


class LeadFilters(LeadFilter, SystemFilters):
    """Those of the leads list."""

    is_converted = filters.BooleanFilter("is_converted")

    class Meta:
        model = Lead
        fields: list[str] = []


class ActivityFilters(ActivityFilter, SystemFilters):
    """Those of the activities list."""

    opportunity = filters.NumberFilter("opportunity_id", min_value=1)

    class Meta:
        model = Activity
        fields: list[str] = []


class TransactionFilters(TransactionFilter, SystemFilters):
    """Those of the transactions list."""

    opportunity = filters.NumberFilter("opportunity_id", min_value=1)

    class Meta:
        model = Transaction
        fields: list[str] = []


class QuotaFilters(filters.FilterSet):  # type: ignore[misc]
    person = filters.NumberFilter("person_id", min_value=1)
    team = filters.NumberFilter("team_id", min_value=1)
    system = filters.CharFilter("source")
    ends_after = filters.DateFilter("ends_before", "gt", label="In force on this day or later.")
    starts_before = filters.DateFilter("starts_on", "lt")

    class Meta:
        model = Quota
        fields: list[str] = []


class NamedFilters(filters.FilterSet):  # type: ignore[misc]
    q = filters.CharFilter("name", "icontains", label="Part of the name.")
    system = filters.CharFilter("keys__source", distinct=True)
    external_id = filters.CharFilter("keys__external_id", distinct=True)


class RateFilters(filters.FilterSet):  # type: ignore[misc]
    from_currency = filters.CharFilter("from_currency", "iexact")
    to_currency = filters.CharFilter("to_currency", "iexact")
    starts_from = filters.DateFilter("starts_on", "gte")
    starts_before = filters.DateFilter("starts_on", "lt")
    is_plan = filters.BooleanFilter()

    class Meta:
        model = ExchangeRate
        fields: list[str] = []


class AccountFilters(NamedFilters):
    region = filters.CharFilter("region", "iexact")
    industry = filters.CharFilter("industry", "iexact")

    class Meta:
        model = Account
        fields: list[str] = []


class ProductFilters(NamedFilters):
    class Meta:
        model = Product
        fields: list[str] = []


class FactListView(ListView):
    """Facts in sight."""

    reads = Scope.FACTS_READ
    found: ClassVar[Any]  # the selector: from the viewer to the facts in sight
    related: ClassVar[tuple[str, ...]] = ()

    def get_queryset(self) -> QuerySet[Any]:
        facts: QuerySet[Any] = type(self).found(self.viewer)
        return facts.select_related(*self.related)


class OpportunityListView(FactListView):
    serializer_class = OpportunityShape
    filterset_class = OpportunityFilters
    queryset = Opportunity.objects.none()
    found = staticmethod(deals_found)

    def get_queryset(self) -> QuerySet[Any]:
        return deals_deep(super().get_queryset())

    @extend_schema(
        operation_id="opportunities_list",
        tags=["deals"],
        summary="List deals",
        responses=OpportunityShape(many=True),
    )
    def get(self, request: Request) -> Response:
        return super().get(request)


class OpportunityView(ApiView):
    """One deal."""

    reads = Scope.FACTS_READ
    serializer_class = OpportunityShape

    @extend_schema(operation_id="opportunities_read", tags=["deals"], summary="Read a deal")
    def get(self, request: Request, deal_id: int) -> Response:
        [deal] = deals_deepen([access_deal(self.viewer, deal_id)])
        return Response(OpportunityShape(deal).data)


class OpportunityHistoryView(ApiView):
    """What mattered about a deal, the newest 200 changes first."""

    reads = Scope.FACTS_READ
    serializer_class = OpportunityChangeShape
    pagination_class = None
    filter_backends = ()

    @extend_schema(
        operation_id="opportunities_history",
        tags=["deals"],
        summary="History of a deal",
        responses=OpportunityChangeShape(many=True),
    )
    def get(self, request: Request, deal_id: int) -> Response:
        changes = deal_history(access_deal(self.viewer, deal_id))
        return Response(OpportunityChangeShape(changes, many=True).data)


class OpportunityCreditsView(ApiView):
    """Who gets which share of a deal."""

    reads = Scope.FACTS_READ
    serializer_class = CreditShape
    pagination_class = None
    filter_backends = ()

    @extend_schema(
        operation_id="opportunities_credits",
        tags=["deals"],
        summary="Credits of a deal",
        responses=CreditShape(many=True),
    )
    def get(self, request: Request, deal_id: int) -> Response:
        """An empty list: the owner gets all of it."""
        return Response(CreditShape(deal_shares(access_deal(self.viewer, deal_id)), many=True).data)


class LeadListView(FactListView):
    serializer_class = LeadShape
    filterset_class = LeadFilters
    queryset = Lead.objects.none()
    found = staticmethod(leads.visible)
    related = ("owner", "account", "opportunity")

    def get_queryset(self) -> QuerySet[Any]:
        return facts_with_fields(super().get_queryset())

    @extend_schema(operation_id="leads_list", tags=["leads"], summary="List leads", responses=LeadShape(many=True))
    def get(self, request: Request) -> Response:
        return super().get(request)


class ActivityListView(FactListView):
    serializer_class = ActivityShape
    filterset_class = ActivityFilters
    queryset = Activity.objects.none()
    found = staticmethod(activities.visible)
    related = ("person", "account", "opportunity")

    @extend_schema(
        operation_id="activities_list",
        tags=["activities"],
        summary="List activities",
        responses=ActivityShape(many=True),
    )
    def get(self, request: Request) -> Response:
        return super().get(request)


class TransactionListView(FactListView):
    serializer_class = TransactionShape
    filterset_class = TransactionFilters
    queryset = Transaction.objects.none()
    found = staticmethod(transactions.visible)
    related = ("person", "account", "opportunity", "product", "cancels")

    @extend_schema(
        operation_id="transactions_list",
        tags=["transactions"],
        summary="List transactions",
        responses=TransactionShape(many=True),
    )
    def get(self, request: Request) -> Response:
        return super().get(request)


class QuotaListView(FactListView):
    serializer_class = QuotaShape
    filterset_class = QuotaFilters
    queryset = Quota.objects.none()
    found = staticmethod(quotas.visible)
    related = ("person", "team")

    @extend_schema(operation_id="quotas_list", tags=["quotas"], summary="List quotas", responses=QuotaShape(many=True))
    def get(self, request: Request) -> Response:
        return super().get(request)


class AccountListView(FactListView):
    serializer_class = AccountShape
    filterset_class = AccountFilters
    queryset = Account.objects.none()
    found = staticmethod(accounts_named)
    related = ("parent",)

    def get_queryset(self) -> QuerySet[Any]:
        return facts_with_fields(super().get_queryset())

    @extend_schema(
        operation_id="accounts_list", tags=["accounts"], summary="List accounts", responses=AccountShape(many=True)
    )
    def get(self, request: Request) -> Response:
        return super().get(request)


class ProductListView(FactListView):
    serializer_class = ProductShape
    filterset_class = ProductFilters
    queryset = Product.objects.none()
    found = staticmethod(products_named)

    @extend_schema(
        operation_id="products_list", tags=["products"], summary="List products", responses=ProductShape(many=True)
    )
    def get(self, request: Request) -> Response:
        return super().get(request)


class RateListView(FactListView):
    serializer_class = RateShape
    filterset_class = RateFilters
    queryset = ExchangeRate.objects.none()
    found = staticmethod(rates_seen)

    @extend_schema(
        operation_id="rates_list", tags=["rates"], summary="List exchange rates", responses=RateShape(many=True)
    )
    def get(self, request: Request) -> Response:
        return super().get(request)


class OwnFieldListView(FactListView):
    """The fields that the organization added to deals, accounts and leads."""

    serializer_class = OwnFieldShape
    queryset = CustomField.objects.none()
    found = staticmethod(own_fields_named)

    @extend_schema(
        operation_id="fields_list", tags=["facts"], summary="List own fields", responses=OwnFieldShape(many=True)
    )
    def get(self, request: Request) -> Response:
        return super().get(request)


class OwnFieldView(ApiView):
    """One of them, to switch it off or on."""

    reads, writes = Scope.FACTS_READ, Scope.FACTS_WRITE
    serializer_class = OwnFieldShape

    @extend_schema(operation_id="fields_read", tags=["facts"], summary="Read an own field", responses=OwnFieldShape)
    def get(self, request: Request, field_id: int) -> Response:
        return Response(OwnFieldShape(self._field(field_id)).data)

    @extend_schema(
        operation_id="fields_switch",
        tags=["facts"],
        summary="Switch an own field off or on",
        request=OwnFieldSent,
        responses=OwnFieldShape,
    )
    def patch(self, request: Request, field_id: int) -> Response:
        """Its values and their history stay."""
        sent = OwnFieldSent(data=request.data)
        sent.is_valid(raise_exception=True)
        field = access_custom_field(self.viewer, field_id)
        field_switch(viewer=self.viewer, field=field, is_off=sent.validated_data["is_off"], at=timezone.now())
        return Response(OwnFieldShape(field).data)

    def _field(self, field_id: int) -> CustomField:
        found = own_fields_named(self.viewer).filter(pk=field_id).first()
        if found is None:
            raise Http404
        return found


class PipelineListView(FactListView):
    serializer_class = PipelineShape
    queryset = Pipeline.objects.none()
    found = staticmethod(pipelines_ordered)

    @extend_schema(
        operation_id="pipelines_list",
        tags=["pipelines"],
        summary="List pipelines with their stages",
        responses=PipelineShape(many=True),
    )
    def get(self, request: Request) -> Response:
        return super().get(request)
