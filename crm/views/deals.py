"""The list of deals and the page of one deal."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.forms.deals import DealFilter
from crm.models import Opportunity, OpportunityChange, Outcome
from crm.policies import imports
from crm.selectors.deals import (
    DEFAULT_ORDER,
    PAGE_SIZE,
    DealTotals,
    access_deal,
    deal_history,
    deal_line,
    deal_page,
    deal_totals,
    deals_found,
)
from crm.views.credits import credits_actions, credits_table
from people import formats
from people.components import Action, Cell, Column, Crumb, Empty, Event, Pages, PersonChip, Row, Stat, Status, Table
from people.viewer import Viewer
from people.views.page import viewer_of

OUTCOME_TONES: dict[str, Any] = {Outcome.OPEN: "accent", Outcome.WON: "good", Outcome.LOST: "bad"}
OUTCOME_ICONS = {Outcome.OPEN: "clock", Outcome.WON: "check-circle", Outcome.LOST: "x-circle"}


class _CountedPaginator(Paginator):  # type: ignore[type-arg]
    """Pages of a list whose rows are read by themselves and whose count is known."""

    def __init__(self, count: int) -> None:
        super().__init__(range(count), PAGE_SIZE)


@require_GET
def deal_list_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    chosen = DealFilter(request.GET, deals_found(viewer), request=request)
    found = chosen.qs if chosen.is_valid() else deals_found(viewer).none()
    sort = request.GET.get("sort") or DEFAULT_ORDER
    totals = deal_totals(found)
    page = _CountedPaginator(totals.count).get_page(request.GET.get("page"))
    rows = deal_page(found, sort, max(page.start_index() - 1, 0))
    currency = viewer.organization.currency
    is_filtered = any(value for key, value in request.GET.items() if key not in {"sort", "page"})
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
        rows=[deal_row(deal, currency) for deal in rows],
        sort=sort,
        query=request.GET,
        pages=Pages(page, request.GET) if totals.count else None,
        empty=_empty(viewer, is_filtered),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )
    context = {"filter": chosen, "table": table, "stats": totals_stats(totals, currency), "is_filtered": is_filtered}
    return render(request, "crm/deal_list.html", context)


def totals_stats(totals: DealTotals, currency: str) -> list[Stat]:
    hint = ""
    if totals.without_amount:
        hint = _("%(count)s without amount") % {"count": formats.number(totals.without_amount)}
    return [
        Stat(_("Deals"), totals.count, "count", key="deals"),
        Stat(_("Amount"), totals.amount, "money", currency, hint=hint, key="amount"),
    ]


def deal_row(deal: Opportunity, currency: str) -> Row:
    """A deal in a list."""
    return Row(
        [
            Cell(deal.name or deal.external_id, detail=deal.external_id if deal.name else ""),
            Cell(deal.account.name if deal.account else deal.account_text),
            Cell(person=PersonChip(deal.owner.name, is_small=True)) if deal.owner else Cell(deal.owner_text),
            Cell(deal.product.name if deal.product else deal.product_text),
            Cell(status=stage_status(deal)),
            Cell(deal.created_on, text=_day(deal.created_on)),
            Cell(deal.closed_on, text=_day(deal.closed_on)),
            _amount_cell(deal, currency),
        ],
        href=reverse("crm:deal_detail", args=[deal.pk]),
    )


def stage_status(deal: Opportunity) -> Status:
    return Status(deal.stage.name, OUTCOME_TONES[deal.outcome], OUTCOME_ICONS[Outcome(deal.outcome)])


def _amount_cell(deal: Opportunity, currency: str) -> Cell:
    if deal.amount is not None and deal.converted_amount is None:
        return Cell(text=formats.money(deal.amount, deal.currency), reason=_("No exchange rate: left out of figures"))
    return Cell(deal.converted_amount)


def _day(value: Any) -> str:
    return formats.day(value) if value else formats.UNDEFINED


def _empty(viewer: Viewer, is_filtered: bool) -> Empty:
    if is_filtered:
        clear = Action(_("Clear the filters"), reverse("crm:deal_list"))
        return Empty(_("No deal fits these filters"), _("Take one of them away."), "deals", [clear])
    if imports.can(viewer, "create"):
        start = Action(_("Import a file"), reverse("crm:import_upload"), "import", "primary")
        return Empty(_("No deals yet"), _("Import them from a file of your CRM."), "deals", [start])
    return Empty(_("No deals yet"), _("Deals that you own appear here as soon as they are imported."), "deals")


@require_GET
def deal_detail_view(request: HttpRequest, deal_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    deal = access_deal(viewer, deal_id)
    may_see_imports = imports.can(viewer, "view")
    context = {
        "deal": deal,
        "title": deal.name or deal.external_id,
        "crumbs": [Crumb(_("Deals"), reverse("crm:deal_list")), Crumb(deal.name or deal.external_id)],
        "status": stage_status(deal),
        "stats": _deal_stats(deal, viewer),
        "pairs": _deal_pairs(deal),
        "credits": credits_table(deal),
        "credits_actions": credits_actions(viewer, deal),
        "origin": _origin_pairs(deal, may_see_imports),
        "line": deal_line(deal),
        "events": _events(deal_history(deal), may_see_imports),
    }
    return render(request, "crm/deal_detail.html", context)


def _deal_stats(deal: Opportunity, viewer: Viewer) -> list[Stat]:
    start = deal.engaged_on or deal.created_on
    stats = [Stat(_("Amount"), deal.amount, "money", deal.currency, hint=_amount_hint(deal, viewer))]
    if deal.outcome == Outcome.OPEN:
        probability = deal.probability if deal.probability is not None else deal.stage.probability
        stats.append(Stat(_("Probability"), probability, "percent"))
        age = (viewer.on - start).days if start else None
        stats.append(Stat(_("Age"), age, "days"))
    else:
        cycle = (deal.closed_on - start).days if start and deal.closed_on else None
        odd = cycle is not None and cycle < 0
        hint = _("closes before it starts") if odd else ""
        stats.append(Stat(_("Sales cycle"), None if odd else cycle, "days", hint=hint))
    return stats


def _amount_hint(deal: Opportunity, viewer: Viewer) -> str:
    if deal.amount is not None and deal.converted_amount is None:
        return _("no exchange rate to %(currency)s") % {"currency": viewer.organization.currency}
    return ""


def _deal_pairs(deal: Opportunity) -> list[tuple[Any, ...]]:
    unknown = _("%(name)s (not known yet)")

    def named(found: Any, text: str) -> str:
        return found.name if found else unknown % {"name": text} if text else ""

    by_account = f"{reverse('crm:deal_list')}?account={deal.account_id}" if deal.account_id else ""
    closes = _("Closes") if deal.outcome == Outcome.OPEN else _("Closed")
    return [
        (_("Owner"), named(deal.owner, deal.owner_text)),
        (_("Account"), named(deal.account, deal.account_text), by_account),
        (_("Product"), named(deal.product, deal.product_text)),
        (_("Stage"), deal.stage.name),
        (_("Created"), _day(deal.created_on)),
        (_("Engaged"), _day(deal.engaged_on)),
        (closes, _day(deal.closed_on)),
        (_("Lead source"), deal.lead_source),
        (_("Lead"), deal.lead_text),
    ]


def _origin_pairs(deal: Opportunity, may_see_imports: bool) -> list[tuple[Any, ...]]:
    pairs: list[tuple[Any, ...]] = [(_("Source"), deal.source), (_("Id"), deal.external_id)]
    if deal.batch is not None:
        href = reverse("crm:import_detail", args=[deal.batch.pk]) if may_see_imports else ""
        pairs.append((_("Import"), f"{deal.batch.file_name} ({formats.moment(deal.batch.created_at)})", href))
        pairs.append((_("Line"), formats.number(deal.row_number)))
    return pairs


def _events(changes: list[OpportunityChange], may_see_imports: bool) -> list[Event]:
    """Each change with what is different from the one before."""
    events = []
    for place, change in enumerate(changes):
        before = changes[place + 1] if place + 1 < len(changes) else None
        href = reverse("crm:import_detail", args=[change.batch_id]) if may_see_imports and change.batch_id else ""
        events.append(
            Event(
                at=change.happened_on,
                title=_event_title(change, before),
                detail=_event_detail(change, before),
                icon=OUTCOME_ICONS[Outcome(change.outcome)],
                tone=OUTCOME_TONES[change.outcome],
                href=href,
            )
        )
    return events


def _event_title(change: OpportunityChange, before: OpportunityChange | None) -> str:
    if before is None:
        return _("First known in %(stage)s") % {"stage": change.stage.name}
    if before.stage_id != change.stage_id:
        return _("%(before)s → %(after)s") % {"before": before.stage.name, "after": change.stage.name}
    if before.outcome != change.outcome:
        return _("Now counts as %(outcome)s") % {"outcome": change.get_outcome_display()}
    return _("Changed in %(stage)s") % {"stage": change.stage.name}


def _event_detail(change: OpportunityChange, before: OpportunityChange | None) -> str:
    def amount(item: OpportunityChange) -> str:
        return formats.money(item.amount, item.currency)

    def owner(item: OpportunityChange) -> str:
        return item.owner.name if item.owner else _("nobody")

    said = [(_("Amount"), amount), (_("Closes"), lambda item: _day(item.closed_on)), (_("Owner"), owner)]
    parts = []
    for label, words in said:
        now = words(change)
        if before is None and now not in {formats.UNDEFINED, _("nobody")}:
            parts.append(f"{label}: {now}")
        elif before is not None and words(before) != now:
            parts.append(f"{label}: {words(before)} → {now}")
    return " · ".join(parts)
