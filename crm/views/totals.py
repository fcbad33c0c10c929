"""Why the total of a list is what it is: what it counts, by which filters, and the rows, each with the line it came by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.forms.custom_filters import off_words
from crm.forms.deals import DealFilter
from crm.forms.facts import ActivityFilter, LeadFilter, TransactionFilter
from crm.policies import imports
from crm.selectors.activities import activities_found, activity_counts
from crm.selectors.deals import deal_totals, deals_found
from crm.selectors.leads import lead_totals, leads_found
from crm.selectors.transactions import transaction_totals, transactions_found
from crm.views import activities, deals, leads, transactions
from people import formats
from people.components import Action, Cell, Column, Empty, Pages, Row, Stat, Table
from people.components.tables import with_query
from people.views.page import viewer_of

ROWS = 10
FIGURE = "figure"
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class List:
    """A list of facts: how it is filtered, its totals, and one row of it. `keeps`: figure → what it keeps of the list."""

    here: str
    title: str
    filters: Callable[..., Any]
    found: Callable[[Any], QuerySet[Any]]
    stats: Callable[[QuerySet[Any], str], list[Stat]]
    order: Sequence[str]
    related: Sequence[str]
    name: Callable[[Any], Cell]
    worth: Callable[[Any], Cell] | None
    keeps: Callable[[QuerySet[Any], str], QuerySet[Any]]


@require_GET
def deal_totals_view(request: HttpRequest) -> HttpResponse:
    return _answer(
        request,
        List(
            "crm:deal_list", _("Deals"),
            lambda query, found, request: deals.deal_filter(request, found),
            deals_found,
            lambda found, currency: deals.totals_stats(deal_totals(found), currency),
            ("-converted_amount", "pk"), ("account", "batch"),
            lambda deal: Cell(text=str(deal), detail=str(deal.account or deal.account_text),
                              href=reverse("crm:deal_detail", args=[deal.pk])),
            lambda deal: Cell(deal.converted_amount),
            lambda found, figure: found.filter(converted_amount__isnull=False) if figure == "amount" else found,
        ),
    )  # fmt: skip


@require_GET
def lead_totals_view(request: HttpRequest) -> HttpResponse:
    return _answer(
        request,
        List(
            "crm:lead_list", _("Leads"), LeadFilter, leads_found,
            lambda found, currency: leads.totals_stats(lead_totals(found)),
            ("-created_on", "-pk"), ("batch",),
            lambda lead: Cell(text=str(lead), detail=lead.lead_source,
                              href=reverse("crm:lead_detail", args=[lead.pk])),
            None,
            lambda found, figure: found.filter(is_converted=True) if figure == "converted" else found,
        ),
    )  # fmt: skip


@require_GET
def activity_totals_view(request: HttpRequest) -> HttpResponse:
    return _answer(
        request,
        List(
            "crm:activity_list", _("Activities"), ActivityFilter, activities_found,
            lambda found, currency: activities.totals_stats(activity_counts(found)),
            ("-occurred_at", "-pk"), ("batch",),
            lambda activity: Cell(text=activity.subject or str(activity.get_type_display()),
                                  detail=formats.moment(activity.occurred_at)),
            None,
            lambda found, figure: found if figure == "activities" else found.filter(type=figure),
        ),
    )  # fmt: skip


@require_GET
def transaction_totals_view(request: HttpRequest) -> HttpResponse:
    return _answer(
        request,
        List(
            "crm:transaction_list", _("Transactions"), TransactionFilter, transactions_found,
            lambda found, currency: transactions.totals_stats(transaction_totals(found), currency),
            ("-occurred_on", "-pk"), ("batch",),
            lambda row: Cell(text=row.external_id, detail=formats.day(row.occurred_on)),
            transactions.amount_cell,
            lambda found, figure: found if figure == "transactions" else found.filter(type=figure),
        ),
    )  # fmt: skip


def _answer(request: HttpRequest, chosen: List) -> HttpResponse:
    viewer = viewer_of(request)
    currency = viewer.organization.currency
    seen = chosen.found(viewer)
    filters = chosen.filters(request.GET, seen, request=request)
    if isinstance(filters, DealFilter) and not filters.is_valid() and off_words(filters):
        return HttpResponseRedirect(f"{reverse(chosen.here)}?{with_query(request.GET, page=None, figure=None)}")
    found = filters.qs if filters.is_valid() else seen.none()
    stats = chosen.stats(found, currency)
    stat = next((each for each in stats if each.key == request.GET.get(FIGURE)), stats[0])
    kept = chosen.keeps(found, stat.key)
    context = {
        "title": _("Why this number"),
        "stat": stat,
        "sentence": _sentence(stat),
        "pairs": [
            (_("List"), chosen.title),
            *_filter_pairs(filters),
            *([(_("Left out"), stat.hint)] if stat.hint else []),
        ],
        "rows": _rows(request, chosen, kept, currency, may_see_imports=imports.can(viewer, "view")),
        "actions": [
            Action(
                _("See the list"), f"{reverse(chosen.here)}?{with_query(request.GET, page=None, figure=None)}", "deals"
            )
        ],
        "here": f"{request.path}?{with_query(request.GET)}",
    }
    return render(request, "crm/totals.html", context)


def _sentence(stat: Stat) -> str:
    if stat.unit == "money":
        return _("The amounts of the rows of this list, added up in the organization's currency.")
    if stat.unit == "percent":
        return _("Of the leads of this list, the share that became customers.")
    return _("How many rows this list holds, of those you may see.")


def _filter_pairs(filters: Any) -> Pairs:
    """The filters in force, in words."""
    found = []
    for name, value in (filters.form.cleaned_data if filters.is_valid() else {}).items():
        if value in (None, "", []):
            continue
        field = filters.form.fields[name]
        words = dict(getattr(field, "choices", None) or []).get(value, value) if not hasattr(value, "pk") else value
        found.append((str(field.label or name), str(words)))
    return found or [(_("Filters"), _("none"))]


def _rows(request: HttpRequest, chosen: List, kept: QuerySet[Any], currency: str, *, may_see_imports: bool) -> Table:
    ordered = kept.order_by(*chosen.order).select_related(*chosen.related)
    page = Paginator(ordered, ROWS).get_page(request.GET.get("page"))
    columns = [Column("name", chosen.title)]
    columns += [Column("worth", _("Amount"), "money", currency)] if chosen.worth else []
    columns.append(Column("line", _("Imported line")))
    return Table(
        "why-rows",
        _("The rows it counts"),
        columns,
        [
            Row([chosen.name(row), *([chosen.worth(row)] if chosen.worth else []), _line(row, may_see_imports)])
            for row in page.object_list
        ],
        pages=Pages(page, request.GET, request.path, has_history=False) if page.paginator.num_pages > 1 else None,
        empty=Empty(_("Nothing counts here"), _("Take a filter away."), "table"),
        is_stacked_on_phone=True,
    )


def _line(row: Any, may_see_imports: bool) -> Cell:
    if row.batch is None or row.row_number is None:
        return Cell(text=_("not from a file"))
    words = _("%(file)s, line %(line)s") % {"file": row.batch.file_name, "line": formats.number(row.row_number)}
    return Cell(text=words, href=reverse("crm:import_detail", args=[row.batch.pk]) if may_see_imports else "")
