"""Hand-overs of deals: the rule of the organization, the list, one rule, and handing a deal over."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crm.forms.hand_overs import DealHandOverForm, DefaultRuleForm, HandOverRuleForm
from crm.models import HandOver, HandOverDefault, Opportunity, Outcome
from crm.policies import hand_overs
from crm.selectors.deals import access_deal
from crm.selectors.hand_overs import (
    Handed,
    access_hand_over,
    deal_hand_overs,
    default_on,
    defaults,
    hand_overs_found,
    shares_expected,
    with_rules,
)
from crm.services.handover import deal_hand_over, hand_over_default_set, hand_over_rule_set
from crm.words import rule_words, ruled_words, share_words
from people import formats
from people.components import Action, Callout, Cell, Column, Crumb, Empty, Pages, PersonChip, Row, Table
from people.models import FOREVER, Person
from people.viewer import Viewer
from people.views.page import FormPage, form_page, viewer_of

PAGE_SIZE = 50


@require_GET
def hand_over_list_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    hand_overs.require(viewer, "view")
    page = Paginator(hand_overs_found(viewer), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "table": _table(
            with_rules(list(page.object_list)),
            Empty(_("No deal has changed owner yet"), _("Hand-overs appear here by themselves."), "swap"),
            has_deal=True,
            may_change=True,
            pages=Pages(page, request.GET) if page.paginator.count else None,
        ),
        "rules": _rules_table(defaults()),
        "callout": Callout(
            _("Today's rule: %(rule)s") % {"rule": ruled_words(default_on(viewer.on))},
            _("A hand-over can have a rule of its own: on the sheet of movers and leavers, or here."),
        ),
        "actions": [Action(_("Set the rule"), reverse("crm:hand_over_default"), "edit", "primary")],
    }
    return render(request, "crm/hand_over_list.html", context)


def _rules_table(rows: list[HandOverDefault]) -> Table:
    return Table(
        "rules",
        _("Rules of the organization"),
        [Column("rule", _("Rule")), Column("since", _("Since"), "day"), Column("until", _("Until (not included)"))],
        [
            Row(
                [
                    Cell(ruled_words(row)),
                    Cell(row.starts_on),
                    Cell(text=_("further notice") if row.ends_before == FOREVER else formats.day(row.ends_before)),
                ]
            )
            for row in rows
        ],
        empty=Empty(_("No rule is set"), _("Whoever owns a deal when it closes gets the credit."), "flag"),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )


def _table(rows: list[Handed], empty: Empty, *, has_deal: bool, may_change: bool, pages: Pages | None = None) -> Table:
    columns = [Column("deal", _("Deal"))] if has_deal else []
    columns += [
        Column("on", _("On day"), "day"),
        Column("from", _("From")),
        Column("to", _("To")),
        Column("rule", _("Credit")),
    ]
    columns += [Column("change", _("Change"), is_label_hidden=True)] if may_change else []
    return Table(
        "hand-overs",
        _("Hand-overs"),
        columns,
        [_row(each, has_deal=has_deal, may_change=may_change) for each in rows],
        empty=empty,
        pages=pages,
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )


def _row(each: Handed, *, has_deal: bool, may_change: bool) -> Row:
    row = each.row
    deal = [Cell(str(row.opportunity), href=reverse("crm:deal_detail", args=[row.opportunity_id]))] if has_deal else []
    change = Action(_("Change the rule"), reverse("crm:hand_over_change", args=[row.pk]), "edit", "quiet")
    return Row(
        [
            *deal,
            Cell(row.handed_on),
            _who(row.from_person),
            _who(row.to_person),
            Cell(rule_words(each.rule, each.days, each.previous_share), detail=_detail(each)),
            *([Cell(action=change)] if may_change else []),
        ]
    )


def _detail(each: Handed) -> str:
    words = [_("rule of this hand-over") if each.is_own else _("rule of the organization")]
    if each.days:
        last = each.row.handed_on + timedelta(each.days)
        words.append(_("until %(day)s, included") % {"day": formats.day(last)})
    if each.row.reason:
        words.append(each.row.reason)
    return " · ".join(words)


def _who(person: Person | None) -> Cell:
    return Cell(person=PersonChip(person.name, is_small=True)) if person else Cell(_("the house"))


@require_http_methods(["GET", "POST"])
def hand_over_default_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    hand_overs.require(viewer, "create")
    here, now = reverse("crm:hand_over_list"), default_on(viewer.on)
    page = FormPage(
        _("Rule for hand-overs"),
        [Crumb(_("Hand-overs"), here), Crumb(_("Rule"))],
        here,
        _("Set the rule"),
        _("Whose the credit of a deal is that changes owner before it closes. Shares of deals follow at once."),
    )
    initial = {**_initial(now), "starts_on": viewer.on}
    return form_page(
        request,
        page,
        DefaultRuleForm(request.POST or None, viewer=viewer, initial=initial),
        lambda values: hand_over_default_set(
            viewer=viewer, rule=values["said"], starts_on=values["starts_on"], at=timezone.now()
        ),
        lambda _row: here,
        _("The rule holds."),
    )


@require_http_methods(["GET", "POST"])
def hand_over_change_view(request: HttpRequest, hand_over_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    row = access_hand_over(viewer, hand_over_id, "change")
    deal = reverse("crm:deal_detail", args=[row.opportunity_id])
    values = {
        "from": row.from_person.name if row.from_person else _("the house"),
        "to": row.to_person.name if row.to_person else _("the house"),
        "day": formats.day(row.handed_on),
    }
    page = FormPage(
        _("Rule of a hand-over"),
        [Crumb(_("Deals"), reverse("crm:deal_list")), Crumb(str(row.opportunity), deal), Crumb(_("Hand-over"))],
        deal,
        _("Save"),
        _("From %(from)s to %(to)s on %(day)s.") % values,
    )
    return form_page(
        request,
        page,
        HandOverRuleForm(request.POST or None, viewer=viewer, initial={**_initial(row), "reason": row.reason}),
        lambda values: hand_over_rule_set(
            viewer=viewer, hand_over=row, rule=values["said"], reason=values["reason"], at=timezone.now()
        ),
        lambda _row: deal,
        _("The rule holds, and the credits follow it."),
    )


@require_http_methods(["GET", "POST"])
def deal_hand_over_view(request: HttpRequest, deal_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    deal = access_deal(viewer, deal_id)
    hand_overs.require(viewer, "create")
    here, name = reverse("crm:deal_detail", args=[deal.pk]), str(deal)
    page = FormPage(
        _("Hand over %(name)s") % {"name": name},
        [Crumb(_("Deals"), reverse("crm:deal_list")), Crumb(name, here), Crumb(_("Hand over"))],
        here,
        _("Hand over"),
        _("Its source stays in charge: the next file may name another owner."),
    )

    def submit(values: dict[str, Any]) -> HandOver:
        order = {name: values[name] for name in ("to", "on", "reason")}
        return deal_hand_over(viewer=viewer, deal=deal, rule=values["said"], at=timezone.now(), **order)

    form = DealHandOverForm(request.POST or None, viewer=viewer, initial={"on": viewer.on})
    return form_page(request, page, form, submit, lambda _row: here, _("The deal is handed over."))


def _initial(ruled: HandOver | HandOverDefault | None) -> dict[str, Any]:
    if ruled is None:
        return {}
    share = None if ruled.previous_share is None else Decimal(f"{(ruled.previous_share * 100).normalize():f}")
    return {"rule": ruled.rule, "days": ruled.days, "previous_share": share}


def hand_overs_table(deal: Opportunity, viewer: Viewer) -> Table | None:
    """How the deal went from one to another; None where it never did."""
    rows = with_rules(deal_hand_overs(deal))
    empty = Empty(_("Never handed over"), "", "swap")
    return _table(rows, empty, has_deal=False, may_change=hand_overs.can(viewer, "change")) if rows else None


def expected_words(deal: Opportunity, has_hand_overs: bool) -> str:
    """Whose the credit of an open deal would be if it closed on its day."""
    if not has_hand_overs or deal.outcome != Outcome.OPEN or deal.closed_on is None:
        return ""
    expected = shares_expected(deal, deal.closed_on)
    if not expected:
        return ""
    house = _("the house")
    parts = [f"{each.person.name if each.person else house} {share_words(each.share)}" for each in expected]
    return _("If it closes on %(day)s: %(shares)s.") % {"day": formats.day(deal.closed_on), "shares": " · ".join(parts)}


def hand_over_actions(viewer: Viewer, deal: Opportunity) -> list[Action]:
    if deal.outcome != Outcome.OPEN or deal.owner_id is None or not hand_overs.can(viewer, "create"):
        return []
    return [Action(_("Hand over"), reverse("crm:deal_hand_over", args=[deal.pk]), "swap")]
