"""The list of transactions."""

from decimal import Decimal

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.forms.facts import TransactionFilter
from crm.models import Transaction, TransactionType
from crm.selectors.deals import deals_in_sight
from crm.selectors.transactions import (
    DEFAULT_ORDER,
    TypeTotal,
    transaction_page,
    transaction_rows,
    transaction_totals,
    transactions_found,
)
from crm.views.lists import CountedPaginator, csv_answer, day, download, is_filtered, named, nothing_here, with_reasons
from crm.words import stated_words
from people import formats
from people.components import Cell, Column, Pages, PersonChip, Row, Stat, Status, Table
from people.views.page import viewer_of


@require_GET
def transaction_list_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    chosen = TransactionFilter(request.GET, transactions_found(viewer), request=request)
    found = chosen.qs if chosen.is_valid() else transactions_found(viewer).none()
    sort = request.GET.get("sort") or DEFAULT_ORDER
    totals = transaction_totals(found)
    count, currency = sum(total.count for total in totals.values()), viewer.organization.currency
    page = CountedPaginator(count).get_page(request.GET.get("page"))
    rows = transaction_page(found, sort, max(page.start_index() - 1, 0))
    open_deals = deals_in_sight(viewer, {row.opportunity_id for row in rows if row.opportunity_id})
    table = Table(
        id="transactions",
        caption=_("Transactions"),
        columns=[
            Column("id", _("Transaction")),
            Column("type", _("Type")),
            Column("person", _("Person")),
            Column("deal", _("Deal")),
            Column("account", _("Account")),
            Column("when", _("Occurred"), "day", is_sortable=True),
            Column("amount", _("Amount"), "money_exact", currency, is_sortable=True),
        ],
        rows=[transaction_row(row, has_link=row.opportunity_id in open_deals) for row in rows],
        sort=sort,
        query=request.GET,
        pages=Pages(page, request.GET) if count else None,
        empty=nothing_here(
            request, viewer, here="crm:transaction_list", icon="receipt", none=_("No transactions yet"),
            how=_("Your bookings, invoices and payments appear here as soon as they are imported."),
        ),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )  # fmt: skip
    context = {
        "filter": chosen,
        "table": table,
        "stats": with_reasons(totals_stats(totals, currency), request, "crm:transaction_totals"),
        "title": _("Transactions"),
        "here": reverse("crm:transaction_list"),
        "actions": [download(request, _("Download CSV"), "crm:transaction_rows")] if count else [],
        "is_filtered": is_filtered(request),
    }
    return render(request, "crm/fact_list.html", context)


@require_GET
def transaction_rows_view(request: HttpRequest) -> StreamingHttpResponse:
    """The transactions of the list as CSV."""
    viewer = viewer_of(request)
    chosen = TransactionFilter(request.GET, transactions_found(viewer), request=request)
    found = chosen.qs if chosen.is_valid() else transactions_found(viewer).none()
    headings = [
        _("Id"), _("Type"), _("Person"), _("Deal"), _("Account"), _("Product"), _("Occurred"), _("Amount"),
        _("Currency"), _("Cancels"), _("Amount in %(currency)s") % {"currency": viewer.organization.currency},
    ]  # fmt: skip
    rows = transaction_rows(found, request.GET.get("sort") or DEFAULT_ORDER)
    return csv_answer("transactions", headings, rows, _cells)


def _cells(row: Transaction) -> list[object]:
    deal = row.opportunity.external_id if row.opportunity else row.opportunity_text
    cancels = row.cancels.external_id if row.cancels else row.cancels_text
    amount, worth = (None if each is None else f"{each.normalize():f}" for each in (row.amount, row.converted_amount))
    return [
        row.external_id, row.type, named(row.person, row.person_text), deal, named(row.account, row.account_text),
        named(row.product, row.product_text), row.occurred_on, amount, row.currency, cancels, worth,
    ]  # fmt: skip


def transaction_row(row: Transaction, *, has_link: bool) -> Row:
    """A transaction in a list; the deal is a link where the viewer may open it."""
    deal = row.opportunity
    href = reverse("crm:deal_detail", args=[deal.pk]) if deal and has_link else ""
    return Row(
        [
            Cell(row.external_id, detail=cancels_words(row)),
            Cell(status=type_status(row)),
            Cell(person=PersonChip(row.person.name, is_small=True)) if row.person else Cell(row.person_text),
            Cell(named(deal, row.opportunity_text), href=href),
            Cell(named(row.account, row.account_text)),
            Cell(row.occurred_on, text=day(row.occurred_on)),
            amount_cell(row),
        ]
    )


def type_status(row: Transaction) -> Status:
    tone = {TransactionType.CANCELLATION: "bad", TransactionType.PAYMENT: "good"}.get(
        TransactionType(row.type), "neutral"
    )
    return Status(str(row.get_type_display()), tone)  # type: ignore[arg-type]


def cancels_words(row: Transaction) -> str:
    text = row.cancels.external_id if row.cancels else row.cancels_text
    return _("cancels %(id)s") % {"id": text} if text else ""


def amount_cell(row: Transaction) -> Cell:
    """The amount as it counts: a cancellation is below zero."""
    if row.amount is not None and row.converted_amount is None:
        return Cell(
            text=formats.money_exact(row.amount, row.currency), reason=_("No exchange rate: left out of figures")
        )
    return Cell(signed(row, row.converted_amount), detail=stated_words(row, is_exact=True))


def signed(row: Transaction, amount: Decimal | None) -> Decimal | None:
    if amount is None or row.type != TransactionType.CANCELLATION:
        return amount
    return -abs(amount)


def totals_stats(totals: dict[str, TypeTotal], currency: str) -> list[Stat]:
    stats = [Stat(_("Transactions"), sum(total.count for total in totals.values()), "count", key="transactions")]
    for value, label in TransactionType.choices:
        total = totals.get(value)
        if total is not None:
            hint = _("%(count)s without amount") % {"count": formats.number(total.without_amount)}
            stats.append(
                Stat(
                    str(label).capitalize(),
                    total.amount,
                    "money",
                    currency,
                    hint=hint if total.without_amount else "",
                    key=value,
                )
            )
    return stats
