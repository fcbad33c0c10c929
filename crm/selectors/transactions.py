"""Transactions as pages read them. The total of a list is net: a cancellation takes the size of its amount away."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, Count, F, OrderBy, QuerySet, Sum, When
from django.db.models.functions import Abs

from crm.models import Opportunity, Transaction, TransactionType
from crm.policies import transactions
from crm.selectors.pages import rows_of_list, rows_of_page
from people.viewer import Viewer

ORDERS: dict[str, tuple[OrderBy, ...]] = {
    "when": (F("occurred_on").asc(), F("pk").asc()),
    "-when": (F("occurred_on").desc(), F("pk").desc()),
    "amount": (F("converted_amount").asc(nulls_first=True), F("pk").asc()),
    "-amount": (F("converted_amount").desc(nulls_last=True), F("pk").desc()),
}
RELATED = ("person", "account", "opportunity", "product", "cancels")
DEFAULT_ORDER = "-when"

NET = Case(When(type=TransactionType.CANCELLATION, then=-Abs("converted_amount")), default=F("converted_amount"))


@dataclass(frozen=True)
class TypeTotal:
    """How many of a type, their amount in the organization's currency, and how many have none."""

    count: int
    amount: Decimal | None
    without_amount: int


def transactions_found(viewer: Viewer) -> QuerySet[Transaction]:
    """Every transaction in sight."""
    return transactions.visible(viewer)


def transaction_page(found: QuerySet[Transaction], order: str, offset: int) -> list[Transaction]:
    """One page of transactions with what a list shows. Two queries."""
    chosen = ORDERS.get(order, ORDERS[DEFAULT_ORDER])
    return rows_of_page(found, chosen, offset, RELATED)


def transaction_rows(found: QuerySet[Transaction], order: str) -> Iterator[Transaction]:
    """Every row of a list, for a download. One query."""
    return rows_of_list(found, ORDERS.get(order, ORDERS[DEFAULT_ORDER]), RELATED)


def transaction_totals(found: QuerySet[Transaction]) -> dict[str, TypeTotal]:
    """Sums by type; those of cancellations are below zero. One query."""
    rows = (
        found.order_by()
        .values("type")
        .annotate(count=Count("pk"), amount=Sum(NET), with_amount=Count("converted_amount"))
    )
    return {row["type"]: TypeTotal(row["count"], row["amount"], row["count"] - row["with_amount"]) for row in rows}


def deal_transactions(deal: Opportunity) -> list[Transaction]:
    """Everything booked, invoiced, delivered, paid or cancelled for a deal that is in sight. One query."""
    found = Transaction.objects.filter(opportunity=deal, is_deleted=False).select_related("person", "cancels")
    return list(found.order_by("occurred_on", "pk")[:200])
