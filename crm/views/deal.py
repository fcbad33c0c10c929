"""The page of one deal: what it is, who takes part, what happened on it, and where it came from."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.models import CustomField, DealRole, DetailChange, Opportunity, Outcome
from crm.policies import imports
from crm.selectors.activities import deal_activities
from crm.selectors.custom import custom_values, deal_roles, fields_of
from crm.selectors.deals import access_deal, deal_details, deal_history, fact_line
from crm.selectors.leads import lead_of_deal
from crm.selectors.share_history import shares_changed
from crm.selectors.transactions import deal_transactions
from crm.views.credits import credits_actions, credits_table
from crm.views.deal_history import deal_events
from crm.views.deals import stage_status
from crm.views.hand_overs import expected_words, hand_over_actions, hand_overs_table
from crm.views.lists import day
from crm.views.sections import custom_pairs, origin_pairs
from crm.views.transactions import amount_cell, cancels_words, type_status
from people import formats
from people.components import Cell, Column, Crumb, Empty, PersonChip, Row, Stat, Table
from people.viewer import Viewer
from people.views.page import viewer_of

Type = CustomField.Type


@require_GET
def deal_detail_view(request: HttpRequest, deal_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    deal = access_deal(viewer, deal_id)
    may_see_imports = imports.can(viewer, "view")
    values, details = custom_values("opportunity", deal.pk), deal_details(deal)
    names = _names_on(details)
    handed = hand_overs_table(deal, viewer)
    context = {
        "deal": deal,
        "title": deal.name or deal.external_id,
        "crumbs": [Crumb(_("Deals"), reverse("crm:deal_list")), Crumb(deal.name or deal.external_id)],
        "status": stage_status(deal),
        "stats": [stat.opening(reverse("metrics:deal_origin", args=[deal.pk])) for stat in _deal_stats(deal, viewer)],
        "pairs": _deal_pairs(deal),
        "amounts": custom_pairs([value for value in values if value.field.type == Type.MONEY]),
        "more": custom_pairs([value for value in values if value.field.type != Type.MONEY]),
        "credits": credits_table(deal),
        "credits_actions": [*hand_over_actions(viewer, deal), *credits_actions(viewer, deal)],
        "hand_overs": handed,
        "expected": expected_words(deal, handed is not None),
        "roles": _roles_table(deal_roles(deal)),
        "activities": _activities_table(deal),
        "transactions": _transactions_table(deal, viewer.organization.currency),
        "origin": origin_pairs(deal, may_see_imports),
        "line": fact_line(deal),
        "events": deal_events(
            deal_history(deal),
            [each for each in details if each.name in names],
            shares_changed(deal, viewer),
            names,
            may_see_imports,
        ),
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
    own = viewer.organization.currency
    if deal.amount is None or deal.currency == own:
        return ""
    if deal.converted_amount is None:
        return _("no exchange rate to %(currency)s") % {"currency": own}
    return _("%(amount)s at the rate of its day") % {"amount": formats.money(deal.converted_amount, own)}


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
        (_("Pipeline"), deal.stage.pipeline.name),
        (_("Stage"), deal.stage.name),
        (_("Type"), deal.get_deal_type_display()),
        (_("Created"), day(deal.created_on)),
        (_("Engaged"), day(deal.engaged_on)),
        (closes, day(deal.closed_on)),
        (_("Term"), _("%(count)s months") % {"count": deal.term_months} if deal.term_months else ""),
        *_next_pairs(deal),
        (_("Lead source"), deal.lead_source),
        (_("Lead"), deal.lead_text, _lead_href(deal)),
    ]


def _next_pairs(deal: Opportunity) -> list[tuple[str, str]]:
    """What comes next while it is open, why it was lost afterwards."""
    if deal.outcome == Outcome.OPEN:
        return [(_("Next step"), deal.next_step), (_("Next step on"), day(deal.next_step_on))]
    return [(_("Loss reason"), deal.loss_reason)] if deal.outcome == Outcome.LOST else []


def _lead_href(deal: Opportunity) -> str:
    lead = lead_of_deal(deal)
    return reverse("crm:lead_detail", args=[lead]) if lead else ""


def _names_on(details: list[DetailChange]) -> dict[str, str]:
    """What the history's own fields and roles are called, without those that are switched off or gone."""
    names = {change.name: change.name.removeprefix("role:") for change in details}
    if not any(name.startswith(("field:", "role:")) for name in names):
        return names
    own = fields_of(CustomField.Entity.OPPORTUNITY, with_off=True)
    off = {f"role:{field.name}" for field in own if field.is_off and field.type == Type.PERSON}
    known = {f"field:{field.pk}": field.name for field in own if not field.is_off}
    kept = {name: words for name, words in names.items() if not name.startswith("field:") and name not in off}
    return kept | {name: known[name] for name in names if name in known}


def _roles_table(roles: list[DealRole]) -> Table:
    return Table(
        id="roles",
        caption=_("People in roles"),
        columns=[Column("person", _("Person")), Column("role", _("Role")), Column("days", _("When"))],
        rows=[
            Row(
                [
                    Cell(person=PersonChip(role.person.name, is_small=True)) if role.person else Cell(role.person_text),
                    Cell(role.role),
                    Cell(text=_role_days(role)),
                ]
            )
            for role in roles
        ],
        empty=Empty(
            _("Nobody beside the owner"), _("People in roles come by a file or a column of their own."), "person"
        ),
        is_caption_hidden=True,
    )


def _role_days(role: DealRole) -> str:
    if role.starts_on and role.ends_before:
        return _("%(first)s until before %(end)s") % {"first": day(role.starts_on), "end": day(role.ends_before)}
    if role.starts_on:
        return _("from %(first)s") % {"first": day(role.starts_on)}
    return _("until before %(end)s") % {"end": day(role.ends_before)} if role.ends_before else _("always")


def _activities_table(deal: Opportunity) -> Table:
    rows = deal_activities(deal)
    return Table(
        id="activities",
        caption=_("Activities, the latest first"),
        columns=[
            Column("subject", _("Activity")),
            Column("type", _("Type")),
            Column("person", _("Person")),
            Column("when", _("When")),
        ],
        rows=[
            Row(
                [
                    Cell(row.subject or row.get_type_display()),
                    Cell(row.get_type_display()),
                    Cell(person=PersonChip(row.person.name, is_small=True)) if row.person else Cell(row.person_text),
                    Cell(formats.moment(row.occurred_at)),
                ]
            )
            for row in rows
        ],
        empty=Empty(_("No activities yet"), _("Calls, e-mails and meetings of this deal appear here."), "clock"),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )


def _transactions_table(deal: Opportunity, currency: str) -> Table:
    return Table(
        id="transactions",
        caption=_("Transactions"),
        columns=[
            Column("id", _("Transaction")),
            Column("type", _("Type")),
            Column("when", _("Occurred"), "day"),
            Column("amount", _("Amount"), "money_exact", currency),
        ],
        rows=[
            Row(
                [
                    Cell(row.external_id, detail=cancels_words(row)),
                    Cell(status=type_status(row)),
                    Cell(row.occurred_on, text=day(row.occurred_on)),
                    amount_cell(row),
                ]
            )
            for row in deal_transactions(deal)
        ],
        empty=Empty(_("No transactions yet"), _("Bookings, invoices and payments of this deal appear here."), "number"),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )
