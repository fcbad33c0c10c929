"""Deals as pages read them: found, ordered, summed up, with their history and where they came from."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Max, OrderBy, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Now
from django.http import Http404

from crm.models import Activity, Credit, DetailChange, ImportRow, Lead, Opportunity, OpportunityChange
from crm.policies import deals, decisive_day
from crm.selectors.pages import PAGE_SIZE, rows_of_list
from people.stretches import SatThere, stretches_below
from people.viewer import Viewer

ORDERS: dict[str, tuple[OrderBy, ...]] = {
    "closes": (F("closed_on").asc(nulls_first=True), F("pk").asc()),
    "-closes": (F("closed_on").desc(nulls_last=True), F("pk").desc()),
    "amount": (F("converted_amount").asc(nulls_first=True), F("pk").asc()),
    "-amount": (F("converted_amount").desc(nulls_last=True), F("pk").desc()),
    "created": (F("created_on").asc(nulls_last=True), F("pk").asc()),
    "-created": (F("created_on").desc(nulls_last=True), F("pk").desc()),
}
DEFAULT_ORDER = "-closes"
STALE_DAYS = 30  # without an activity from which an open deal is stale; as the metrics count

# what is odd about a deal: name -> condition
ODDITIES: dict[str, Q] = {
    "no_amount": Q(outcome="won", amount__isnull=True),
    "zero_amount": Q(outcome="won", amount=0),
    "no_exchange_rate": Q(amount__isnull=False, converted_amount__isnull=True),
    "no_close_date": Q(outcome__in=["won", "lost"], closed_on__isnull=True),
    "close_before_start": Q(outcome__in=["won", "lost"])
    & (Q(closed_on__lt=F("engaged_on")) | Q(engaged_on__isnull=True, closed_on__lt=F("created_on"))),
    "no_owner": Q(owner__isnull=True),
    "open_owner_left": Q(outcome="open", owner__left_on__lte=Now())
    & (Q(owner__hired_on__isnull=True) | Q(owner__hired_on__lte=F("owner__left_on")) | Q(owner__hired_on__gt=Now())),
    "open_no_amount": Q(outcome="open", amount__isnull=True),
    "open_no_close_date": Q(outcome="open", closed_on__isnull=True),
    "no_start": Q(engaged_on__isnull=True, created_on__isnull=True),
    "no_account": Q(account__isnull=True, account_text=""),
}


# what a deal lacks: name -> condition
WITHOUT: dict[str, Q] = {
    "owner": Q(owner__isnull=True),
    "product": Q(product__isnull=True),
    "account": Q(account__isnull=True),
    "region": Q(account__isnull=True) | Q(account__region=""),
    "industry": Q(account__isnull=True) | Q(account__industry=""),
    "source": Q(lead_source=""),
    "type": Q(deal_type=""),
    "loss_reason": Q(loss_reason=""),
}


@dataclass(frozen=True)
class DealTotals:
    """The figures of a list: how many, their amount in the organization's currency, how many have none."""

    count: int
    amount: Decimal | None
    without_amount: int


def deals_found(viewer: Viewer) -> QuerySet[Opportunity]:
    """Every deal in sight."""
    return deals.visible(viewer)


def deal_page(found: QuerySet[Opportunity], order: str, offset: int) -> list[Opportunity]:
    """One page of deals with what a list shows. Two queries: ids by an index, then their rows."""
    chosen = ORDERS.get(order, ORDERS[DEFAULT_ORDER])
    ids = list(found.order_by(*chosen).values_list("pk", flat=True)[offset : offset + PAGE_SIZE])
    rows = Opportunity.objects.filter(pk__in=ids).select_related("owner", "account", "product", "stage")
    by_id = {deal.pk: deal for deal in rows}
    return [by_id[key] for key in ids if key in by_id]


def deal_totals(found: QuerySet[Opportunity]) -> DealTotals:
    """Sums over a list. One query."""
    sums = found.aggregate(count=Count("pk"), amount=Sum("converted_amount"), with_amount=Count("converted_amount"))
    return DealTotals(sums["count"], sums["amount"], sums["count"] - sums["with_amount"])


def deals_of_team(
    found: QuerySet[Opportunity], team_id: int, on: date, *, by_creation: bool = False
) -> QuerySet[Opportunity]:
    """Deals of those who sat in a team, or below it, on the deal's day: its close, today (`on`) while it is open, or
    the day it was created. One query more."""
    stretches = stretches_below([team_id])
    day = F("created_on") if by_creation else decisive_day(on)
    owners = {person for person, _since, _until in stretches}
    return found.filter(SatThere(stretches, "owner", day), owner__in=owners)


def deals_neglected(found: QuerySet[Opportunity], how: str, *, on: date) -> QuerySet[Opportunity]:
    """Open deals without a next step (`no_next_step`), or about which nothing was done for 30 days (`stale`)."""
    still_open = found.filter(outcome="open")
    if how == "no_next_step":
        return still_open.filter(next_step="", next_step_on=None)
    done = Activity.objects.filter(opportunity=OuterRef("pk"), is_deleted=False, occurred_on__lte=on)
    last = done.order_by().values("opportunity").annotate(last=Max("occurred_on")).values("last")
    begun = Coalesce(Subquery(last), "engaged_on", "created_on")
    return still_open.annotate(last_done_on=begun).filter(last_done_on__lte=on - timedelta(days=STALE_DAYS))


def access_deal(viewer: Viewer, deal_id: int) -> Opportunity:
    """The deal, where it is in sight. Raises: Http404. One query."""
    deal: Opportunity | None = (
        deals.visible(viewer)
        .select_related("owner", "account", "product", "stage", "stage__pipeline", "batch")
        .filter(pk=deal_id)
        .first()
    )
    if deal is None:
        raise Http404
    return deal


def deal_history(deal: Opportunity) -> list[OpportunityChange]:
    """What mattered about a deal, newest first. One query."""
    changes = OpportunityChange.objects.filter(opportunity=deal).select_related("stage", "owner", "batch")
    return list(changes.order_by("-happened_on", "-recorded_at", "-pk")[:200])


def deal_shares(deal: Opportunity) -> list[Credit]:
    """Who gets which share of a deal in sight, where it is not simply its owner's. One query."""
    return list(Credit.objects.filter(opportunity=deal).select_related("person").order_by("kind", "role", "pk"))


def deal_details(deal: Opportunity) -> list[DetailChange]:
    """What else changed about a deal, newest first. One query."""
    changes = DetailChange.objects.filter(opportunity=deal).select_related("batch")
    return list(changes.order_by("-recorded_at", "-pk")[:200])


def deals_in_sight(viewer: Viewer, ids: Collection[int]) -> frozenset[int]:
    """Which of these deals the viewer may open. One query."""
    return frozenset(deals.visible(viewer).filter(pk__in=ids).values_list("pk", flat=True)) if ids else frozenset()


def deal_rows(found: QuerySet[Opportunity], order: str) -> Iterator[Opportunity]:
    """Every deal of a list, for a download. One query."""
    return rows_of_list(found, ORDERS.get(order, ORDERS[DEFAULT_ORDER]), ("owner", "account", "product", "stage"))


def fact_line(fact: Opportunity | Lead) -> list[tuple[str, str]]:
    """The imported line behind a fact as (column, text). One query."""
    if fact.batch is None or fact.row_number is None:
        return []
    row: Any = ImportRow.objects.filter(batch=fact.batch, number=fact.row_number).first()
    if row is None:
        return []
    return list(zip(fact.batch.columns, [*row.raw, *[""] * len(fact.batch.columns)], strict=False))
