"""The list of deals."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.forms.custom_filters import off_words, with_own_fields
from crm.forms.deals import DealFilter
from crm.models import Opportunity, Outcome
from crm.policies import imports
from crm.selectors.deals import (
    DEFAULT_ORDER,
    DealTotals,
    deal_page,
    deal_rows,
    deal_totals,
    deals_found,
)
from crm.views.lists import CountedPaginator, csv_answer, day, download, is_filtered, named, with_reasons
from crm.words import stated_words
from people import formats
from people.components import Action, Callout, Cell, Column, Empty, Pages, PersonChip, Row, Stat, Status, Table
from people.viewer import Viewer
from people.views.page import viewer_of

OUTCOME_TONES: dict[str, Any] = {Outcome.OPEN: "accent", Outcome.WON: "good", Outcome.LOST: "bad"}
OUTCOME_ICONS = {Outcome.OPEN: "clock", Outcome.WON: "check-circle", Outcome.LOST: "x-circle"}


@require_GET
def deal_list_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    chosen = deal_filter(request, deals_found(viewer))
    found = chosen.qs if chosen.is_valid() else deals_found(viewer).none()
    sort = request.GET.get("sort") or DEFAULT_ORDER
    totals = deal_totals(found)
    page = CountedPaginator(totals.count).get_page(request.GET.get("page"))
    rows = deal_page(found, sort, max(page.start_index() - 1, 0))
    currency = viewer.organization.currency
    filtered = is_filtered(request)
    table = Table(
        id="deals",
        caption=_("Deals"),
        columns=[
            Column("name", _("Deal")),
            Column("account", _("Account")),
            Column("owner", _("Owner")),
            Column("product", _("Product")),
            Column("stage", _("Stage")),
            Column("created", _("Created"), "day", is_sortable=True),
            Column("closes", _("Closes"), "day", is_sortable=True),
            Column("amount", _("Amount"), "money", currency, is_sortable=True),
        ],
        rows=[deal_row(deal) for deal in rows],
        sort=sort,
        query=request.GET,
        pages=Pages(page, request.GET) if totals.count else None,
        empty=_empty(viewer, filtered),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )
    actions = [download(request, _("Download CSV"), "crm:deal_rows")] if totals.count else []
    context = {
        "filter": chosen,
        "callout": off_callout(chosen),
        "table": table,
        "actions": actions,
        "stats": with_reasons(totals_stats(totals, currency), request, "crm:deal_totals"),
        "is_filtered": filtered,
    }
    return render(request, "crm/deal_list.html", context)


@require_GET
def deal_rows_view(request: HttpRequest) -> HttpResponseBase:
    """The deals of the list as CSV; the list itself where it says why there are none."""
    viewer = viewer_of(request)
    chosen = deal_filter(request, deals_found(viewer))
    if not chosen.is_valid() and off_words(chosen):
        return HttpResponseRedirect(f"{reverse('crm:deal_list')}?{request.GET.urlencode()}")
    found = chosen.qs if chosen.is_valid() else deals_found(viewer).none()
    headings = [
        _("Id"), _("Deal"), _("Account"), _("Owner"), _("Product"), _("Stage"), _("Outcome"), _("Created"), _("Closes"),
        _("Amount"), _("Currency"), _("Type"), _("Lead source"), _("Loss reason"),
        _("Amount in %(currency)s") % {"currency": viewer.organization.currency},
    ]  # fmt: skip
    return csv_answer("deals", headings, deal_rows(found, request.GET.get("sort") or DEFAULT_ORDER), _cells)


def _cells(deal: Opportunity) -> list[object]:
    amount, worth = (None if each is None else f"{each.normalize():f}" for each in (deal.amount, deal.converted_amount))
    return [
        deal.external_id, deal.name, named(deal.account, deal.account_text), named(deal.owner, deal.owner_text),
        named(deal.product, deal.product_text), deal.stage.name, deal.outcome, deal.created_on, deal.closed_on, amount,
        deal.currency, deal.deal_type, deal.lead_source, deal.loss_reason, worth,
    ]  # fmt: skip


def deal_filter(request: HttpRequest, found: QuerySet[Opportunity]) -> DealFilter:
    """The usual filters and those of the organization's own fields."""
    return with_own_fields(DealFilter(request.GET, found, request=request))


def off_callout(chosen: DealFilter) -> Callout | None:
    """What a link says that asks for a field that is switched off."""
    words = off_words(chosen) if not chosen.is_valid() else []
    return Callout(_("No deals are shown"), " ".join(words), "warn") if words else None


def totals_stats(totals: DealTotals, currency: str) -> list[Stat]:
    hint = ""
    if totals.without_amount:
        hint = _("%(count)s without amount") % {"count": formats.number(totals.without_amount)}
    return [
        Stat(_("Deals"), totals.count, "count", key="deals"),
        Stat(_("Amount"), totals.amount, "money", currency, hint=hint, key="amount"),
    ]


def deal_row(deal: Opportunity) -> Row:
    """A deal in a list."""
    return Row(
        [
            Cell(deal.name or deal.external_id, detail=deal.external_id if deal.name else ""),
            Cell(deal.account.name if deal.account else deal.account_text),
            Cell(person=PersonChip(deal.owner.name, is_small=True)) if deal.owner else Cell(deal.owner_text),
            Cell(deal.product.name if deal.product else deal.product_text),
            Cell(status=stage_status(deal)),
            Cell(deal.created_on, text=day(deal.created_on)),
            Cell(deal.closed_on, text=day(deal.closed_on)),
            _amount_cell(deal),
        ],
        href=reverse("crm:deal_detail", args=[deal.pk]),
    )


def stage_status(deal: Opportunity) -> Status:
    return Status(deal.stage.name, OUTCOME_TONES[deal.outcome], OUTCOME_ICONS[Outcome(deal.outcome)])


def _amount_cell(deal: Opportunity) -> Cell:
    if deal.amount is not None and deal.converted_amount is None:
        return Cell(text=formats.money(deal.amount, deal.currency), reason=_("No exchange rate: left out of figures"))
    return Cell(deal.converted_amount, detail=stated_words(deal))


def _empty(viewer: Viewer, is_filtered: bool) -> Empty:
    if is_filtered:
        clear = Action(_("Clear the filters"), reverse("crm:deal_list"))
        return Empty(_("No deal fits these filters"), _("Take one of them away."), "deals", [clear])
    if imports.can(viewer, "create"):
        start = Action(_("Import a file"), reverse("crm:import_upload"), "import", "primary")
        return Empty(_("No deals yet"), _("Import them from a file of your CRM."), "deals", [start])
    return Empty(_("No deals yet"), _("Deals that you own appear here as soon as they are imported."), "deals")
