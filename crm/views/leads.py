"""The list of leads and the page of one lead."""

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.forms.facts import LeadFilter
from crm.models import BY_HAND, Lead
from crm.policies import deals, imports
from crm.selectors.custom import custom_values
from crm.selectors.deals import fact_line
from crm.selectors.leads import DEFAULT_ORDER, LeadTotals, access_lead, lead_page, lead_rows, lead_totals, leads_found
from crm.views.entered_leads import add_actions, change_actions
from crm.views.lists import CountedPaginator, csv_answer, day, download, is_filtered, named, nothing_here, with_reasons
from crm.views.sections import custom_pairs, origin_pairs
from people.components import Cell, Column, Crumb, Pages, PersonChip, Row, Stat, Status, Table
from people.views.page import viewer_of


@require_GET
def lead_list_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    chosen = LeadFilter(request.GET, leads_found(viewer), request=request)
    found = chosen.qs if chosen.is_valid() else leads_found(viewer).none()
    sort = request.GET.get("sort") or DEFAULT_ORDER
    totals = lead_totals(found)
    page = CountedPaginator(totals.count).get_page(request.GET.get("page"))
    table = Table(
        id="leads",
        caption=_("Leads"),
        columns=[
            Column("name", _("Lead")),
            Column("account", _("Account")),
            Column("owner", _("Owner")),
            Column("source", _("Lead source")),
            Column("created", _("Created"), "day", is_sortable=True),
            Column("state", _("State")),
            Column("converted", _("Became a customer"), "day", is_sortable=True),
        ],
        rows=[_row(lead) for lead in lead_page(found, sort, max(page.start_index() - 1, 0))],
        sort=sort,
        query=request.GET,
        pages=Pages(page, request.GET) if totals.count else None,
        empty=nothing_here(
            request, viewer, here="crm:lead_list", icon="person", none=_("No leads yet"),
            how=_("Leads that you own appear here as soon as they are imported."),
        ),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )  # fmt: skip
    context = {
        "filter": chosen,
        "table": table,
        "stats": with_reasons(totals_stats(totals), request, "crm:lead_totals"),
        "title": _("Leads"),
        "here": reverse("crm:lead_list"),
        "actions": [
            *([download(request, _("Download CSV"), "crm:lead_rows")] if totals.count else []),
            *add_actions(viewer),
        ],
        "is_filtered": is_filtered(request),
    }
    return render(request, "crm/fact_list.html", context)


@require_GET
def lead_rows_view(request: HttpRequest) -> StreamingHttpResponse:
    """The leads of the list as CSV."""
    viewer = viewer_of(request)
    chosen = LeadFilter(request.GET, leads_found(viewer), request=request)
    found = chosen.qs if chosen.is_valid() else leads_found(viewer).none()
    headings = [
        _("Id"),
        _("Lead"),
        _("Account"),
        _("Owner"),
        _("Lead source"),
        _("Created"),
        _("Became a customer"),
        _("Deal"),
    ]
    return csv_answer("leads", headings, lead_rows(found, request.GET.get("sort") or DEFAULT_ORDER), _cells)


def _cells(lead: Lead) -> list[object]:
    deal = lead.opportunity.external_id if lead.opportunity else lead.opportunity_text
    return [
        lead.external_id, lead.name, named(lead.account, lead.account_text), named(lead.owner, lead.owner_text),
        lead.lead_source, lead.created_on, lead.converted_on, deal,
    ]  # fmt: skip


def _row(lead: Lead) -> Row:
    owner = Cell(person=PersonChip(lead.owner.name, is_small=True)) if lead.owner else Cell(lead.owner_text)
    return Row(
        [
            Cell(lead.name or lead.external_id, detail=_told_by(lead)),
            Cell(named(lead.account, lead.account_text)),
            owner,
            Cell(lead.lead_source),
            Cell(lead.created_on, text=day(lead.created_on)),
            Cell(status=state_status(lead)),
            Cell(lead.converted_on, text=day(lead.converted_on)),
        ],
        href=reverse("crm:lead_detail", args=[lead.pk]),
    )


def _told_by(lead: Lead) -> str:
    if lead.source == BY_HAND:
        return _("entered by hand")
    return lead.external_id if lead.name else ""


def state_status(lead: Lead) -> Status:
    if lead.is_converted:
        return Status(_("customer"), "good", "check-circle")
    return Status(_("open"), "accent", "clock")


def totals_stats(totals: LeadTotals) -> list[Stat]:
    ratio = totals.converted / totals.count if totals.count else None
    return [
        Stat(_("Leads"), totals.count, "count", key="leads"),
        Stat(_("Became customers"), totals.converted, "count", key="converted"),
        Stat(_("Conversion"), ratio, "percent", key="conversion"),
    ]


@require_GET
def lead_detail_view(request: HttpRequest, lead_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    lead = access_lead(viewer, lead_id)
    title = lead.name or lead.external_id
    may_see_deal = lead.opportunity is not None and deals.can(viewer, "view", lead.opportunity)
    context = {
        "lead": lead,
        "title": title,
        "crumbs": [Crumb(_("Leads"), reverse("crm:lead_list")), Crumb(title)],
        "status": state_status(lead),
        "stats": [stat.opening(reverse("metrics:lead_origin", args=[lead.pk])) for stat in _lead_stats(lead)],
        "pairs": [*_pairs(lead, may_see_deal), *custom_pairs(custom_values("lead", lead.pk))],
        "origin": origin_pairs(lead, imports.can(viewer, "view")),
        "line": fact_line(lead),
        "actions": change_actions(viewer, lead),
    }
    return render(request, "crm/lead_detail.html", context)


def _lead_stats(lead: Lead) -> list[Stat]:
    taken = (lead.converted_on - lead.created_on).days if lead.converted_on and lead.created_on else None
    odd = taken is not None and taken < 0
    hint = _("converted before it was created") if odd else ""
    return [Stat(_("Days to customer"), None if odd else taken, "days", hint=hint)]


def _pairs(lead: Lead, may_see_deal: bool) -> list[tuple[Any, ...]]:
    href = reverse("crm:deal_detail", args=[lead.opportunity.pk]) if may_see_deal and lead.opportunity else ""
    deal = (lead.opportunity.name or lead.opportunity.external_id) if lead.opportunity else lead.opportunity_text
    return [
        (_("Owner"), named(lead.owner, lead.owner_text)),
        (_("Account"), named(lead.account, lead.account_text)),
        (_("Lead source"), lead.lead_source),
        (_("Created"), day(lead.created_on)),
        (_("Became a customer"), day(lead.converted_on)),
        (_("Deal"), deal, href),
    ]
