"""Leads as pages read them."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, F, OrderBy, Q, QuerySet
from django.http import Http404

from crm.models import Lead, Opportunity
from crm.policies import leads
from crm.selectors.pages import rows_of_list, rows_of_page
from people.viewer import Viewer

ORDERS: dict[str, tuple[OrderBy, ...]] = {
    "created": (F("created_on").asc(nulls_first=True), F("pk").asc()),
    "-created": (F("created_on").desc(nulls_last=True), F("pk").desc()),
    "converted": (F("converted_on").asc(nulls_last=True), F("pk").asc()),
    "-converted": (F("converted_on").desc(nulls_last=True), F("pk").desc()),
}
RELATED = ("owner", "account", "opportunity")
DEFAULT_ORDER = "-created"


@dataclass(frozen=True)
class LeadTotals:
    """How many leads a list holds, and how many of them became customers."""

    count: int
    converted: int


def leads_found(viewer: Viewer) -> QuerySet[Lead]:
    """Every lead in sight."""
    return leads.visible(viewer)


def lead_page(found: QuerySet[Lead], order: str, offset: int) -> list[Lead]:
    """One page of leads with what a list shows. Two queries."""
    return rows_of_page(found, ORDERS.get(order, ORDERS[DEFAULT_ORDER]), offset, RELATED)


def lead_rows(found: QuerySet[Lead], order: str) -> Iterator[Lead]:
    """Every row of a list, for a download. One query."""
    return rows_of_list(found, ORDERS.get(order, ORDERS[DEFAULT_ORDER]), RELATED)


def lead_totals(found: QuerySet[Lead]) -> LeadTotals:
    """Counts over a list. One query."""
    counts = found.aggregate(count=Count("pk"), converted=Count("pk", filter=Q(is_converted=True)))
    return LeadTotals(counts["count"], counts["converted"])


def access_lead(viewer: Viewer, lead_id: int) -> Lead:
    """The lead, where it is in sight. Raises: Http404. One query."""
    found = leads.visible(viewer).select_related("owner", "account", "opportunity", "opportunity__stage", "batch")
    lead: Lead | None = found.filter(pk=lead_id).first()
    if lead is None:
        raise Http404
    return lead


def lead_sources() -> list[str]:
    """Lead sources in use, by name. One query."""
    names = Lead.objects.filter(is_deleted=False).exclude(lead_source="").order_by("lead_source")
    return list(names.values_list("lead_source", flat=True).distinct()[:200])


def lead_of_deal(deal: Opportunity) -> int | None:
    """The id of the lead that a deal names. One query where it names one."""
    if not deal.lead_text:
        return None
    found = Lead.objects.filter(source=deal.source, external_id=deal.lead_text, is_deleted=False)
    return found.values_list("pk", flat=True).first()
