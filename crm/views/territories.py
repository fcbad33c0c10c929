"""Territories and the accounts that seats have by name."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.forms.territories import NamedAccountFilter, NamedAccountForm, ReleaseForm, TerritoryAssignForm, TerritoryForm
from crm.models import NamedAccount, Territory, TerritoryAssignment
from crm.policies import territories
from crm.selectors.territories import (
    Listed,
    SeatNow,
    access_named_account,
    access_territory,
    assignments_of,
    assignments_waiting,
    named_accounts,
    seats_now,
    territories_listed,
    territory_accounts,
)
from crm.services.territories import (
    account_assign,
    account_release,
    territory_assign,
    territory_delete,
    territory_save,
)
from people import formats
from people.components import Action, Callout, Cell, Column, Crumb, Empty, Pages, PersonChip, Row, Status, Table
from people.models import BEGINNING, FOREVER
from people.views.page import FormPage, act, form_page, viewer_of

PAGE_SIZE = 50


def _crumb() -> Crumb:
    return Crumb(_("Territories"), reverse("crm:territory_list"))


def _href(territory: Territory) -> str:
    return reverse("crm:territory_detail", args=[territory.pk])


@require_GET
def territory_list_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    territories.require(viewer, "view")
    add = Action(_("Add a territory"), reverse("crm:territory_add"), "plus", "primary")
    table = Table(
        "territories",
        _("Territories"),
        [
            Column("name", _("Territory")),
            Column("rule", _("Accounts by rule")),
            Column("count", _("Accounts"), "count"),
            Column("who", _("Today")),
        ],
        [_territory_row(each) for each in territories_listed(viewer, viewer.on)],
        empty=Empty(
            _("No territories yet"),
            _("A territory is given to a seat, so that it stays when somebody moves on."),
            "flag",
            [add],
        ),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )
    named = Action(_("Named accounts"), reverse("crm:named_account_list"), "building")
    return render(
        request,
        "crm/territory_list.html",
        {"table": table, "actions": [named, add], "waiting": waiting_callout("territory")},
    )


def _territory_row(each: Listed) -> Row:
    return Row(
        [
            Cell(text=f"{'– ' * each.depth}{each.territory.name}"),
            Cell(text=_rule_words(each.territory)),
            Cell(each.account_count),
            seat_cell(each.holder),
        ],
        href=_href(each.territory),
    )


def _rule_words(territory: Territory) -> str:
    parts = [", ".join(territory.regions), ", ".join(territory.industries)]
    return " · ".join(filter(None, parts)) or _("none: by name only")


def seat_cell(holder: SeatNow | None) -> Cell:
    """Who sits there, or that nobody does."""
    if holder is None:
        return Cell(status=Status(_("Nobody has it"), "warn"))
    if not holder.person:
        return Cell(status=Status(_("Vacant seat"), "warn"), detail=holder.place)
    return Cell(person=PersonChip(holder.person, is_small=True), detail=holder.place)


@require_GET
def territory_detail_view(request: HttpRequest, territory_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    territory = access_territory(viewer, territory_id)
    page = Paginator(territory_accounts(territory), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = assignments_of(territory)
    seats = seats_now({row.seat_id for row in rows}, viewer.on)
    context = {
        "title": territory.name,
        "crumbs": [_crumb(), Crumb(territory.name)],
        "pairs": [
            (_("Part of"), territory.parent.name, _href(territory.parent)) if territory.parent else (_("Part of"), "–"),
            (_("Regions"), ", ".join(territory.regions) or "–"),
            (_("Industries"), ", ".join(territory.industries) or "–"),
        ],
        "assignments": _assignments(rows, seats),
        "accounts": Table(
            "accounts",
            _("Accounts by rule"),
            [Column("name", _("Account")), Column("region", _("Region")), Column("industry", _("Industry"))],
            [Row([Cell(row.name), Cell(row.region), Cell(row.industry)]) for row in page.object_list],
            query=request.GET,
            pages=Pages(page, request.GET) if page.paginator.count else None,
            empty=Empty(
                _("No account matches"), _("Give the territory regions or industries of accounts."), "building"
            ),
            is_caption_hidden=True,
            is_stacked_on_phone=True,
        ),
        "actions": [
            Action(_("Give to a seat"), reverse("crm:territory_assign", args=[territory.pk]), "swap", "primary"),
            Action(_("Change"), reverse("crm:territory_change", args=[territory.pk]), "edit"),
            Action(
                _("Delete"),
                reverse("crm:territory_delete", args=[territory.pk]),
                "trash",
                "quiet",
                "post",
                confirm=_("The territory goes, and with it which seats had it when."),
            ),
        ],
    }
    return render(request, "crm/territory_detail.html", context)


def _assignments(rows: Sequence[TerritoryAssignment], seats: dict[int, SeatNow]) -> Table:
    return Table(
        "assignments",
        _("Who has it"),
        [Column("who", _("Seat, and who sits there today")), Column("days", _("When"))],
        [Row([seat_cell(seats.get(row.seat_id)), Cell(text=_days(row))]) for row in rows],
        empty=Empty(_("Nobody has it"), _("Give it to a seat."), "swap"),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )


def _days(row: TerritoryAssignment | NamedAccount) -> str:
    first = "" if row.starts_on == BEGINNING else _("from %(day)s") % {"day": formats.day(row.starts_on)}
    last = "" if row.ends_before == FOREVER else _("until before %(day)s") % {"day": formats.day(row.ends_before)}
    return " ".join(filter(None, [first, last])) or _("always")


@require_http_methods(["GET", "POST"])
def territory_add_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    territories.require(viewer, "create")
    page = FormPage(_("Add a territory"), [_crumb(), Crumb(_("New"))], _crumb().href, _("Add the territory"))
    form = TerritoryForm(request.POST or None, viewer=viewer)
    return form_page(
        request,
        page,
        form,
        lambda values: territory_save(viewer=viewer, at=timezone.now(), **values),
        _href,
        _("The territory is there. Give it to a seat."),
    )


@require_http_methods(["GET", "POST"])
def territory_change_view(request: HttpRequest, territory_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    territory = access_territory(viewer, territory_id)
    territories.require(viewer, "change", territory)
    initial = {
        "name": territory.name,
        "parent": territory.parent,
        "regions": ", ".join(territory.regions),
        "industries": ", ".join(territory.industries),
    }
    page = FormPage(
        _("Change %(name)s") % {"name": territory.name},
        [_crumb(), Crumb(territory.name, _href(territory)), Crumb(_("Change"))],
        _href(territory),
        _("Save"),
    )
    return form_page(
        request,
        page,
        TerritoryForm(request.POST or None, viewer=viewer, territory=territory, initial=initial),
        lambda values: territory_save(viewer=viewer, at=timezone.now(), territory=territory, **values),
        _href,
        _("Saved."),
    )


@require_http_methods(["GET", "POST"])
def territory_assign_view(request: HttpRequest, territory_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    territory = access_territory(viewer, territory_id)
    territories.require(viewer, "change", territory)
    page = FormPage(
        _("Give %(name)s to a seat") % {"name": territory.name},
        [_crumb(), Crumb(territory.name, _href(territory)), Crumb(_("Give to a seat"))],
        _href(territory),
        _("Give it"),
    )
    return form_page(
        request,
        page,
        TerritoryAssignForm(request.POST or None, viewer=viewer, initial={"on": viewer.on}),
        lambda values: territory_assign(viewer=viewer, territory=territory, at=timezone.now(), **values),
        lambda _made: _href(territory),
        _("It holds from that day on."),
    )


@require_POST
def territory_delete_view(request: HttpRequest, territory_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    territory = access_territory(viewer, territory_id)
    return act(
        request,
        _crumb().href,
        _("The territory is gone."),
        lambda: territory_delete(viewer=viewer, territory=territory, at=timezone.now()),
    )


@require_GET
def named_account_list_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    search = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:200]
    page = Paginator(named_accounts(viewer, search), PAGE_SIZE).get_page(request.GET.get("page"))
    seats = seats_now({row.seat_id for row in page.object_list}, viewer.on)
    add = Action(_("Give an account to a seat"), reverse("crm:named_account_add"), "plus", "primary")
    table = Table(
        "named-accounts",
        _("Named accounts"),
        [
            Column("account", _("Account")),
            Column("who", _("Seat, and who sits there today")),
            Column("days", _("When")),
            Column("how", _("How")),
            Column("end", _("End"), is_label_hidden=True),
        ],
        [_named_row(row, seats) for row in page.object_list],
        query=request.GET,
        pages=Pages(page, request.GET) if page.paginator.count else None,
        empty=Empty(
            _("No named accounts"),
            _("An account given to a seat by name comes before any territory."),
            "building",
            [add],
        ),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )
    context = {
        "table": table,
        "actions": [add],
        "crumbs": [_crumb(), Crumb(_("Named accounts"))],
        "form": NamedAccountFilter(request.GET),
        "waiting": waiting_callout("account"),
    }
    return render(request, "crm/named_account_list.html", context)


def waiting_callout(what: str) -> Callout | None:
    """Lines of files that wait for what they name."""
    found = assignments_waiting(what)
    if not found:
        return None
    names = "; ".join(f"{line.what_text}: {line.person_text or line.seat_text}" for line in found)
    return Callout(
        _("Lines of files wait for an account, a territory, or somebody with a seat"),
        _("%(names)s. They are taken up when these are known.") % {"names": names},
    )


def _named_row(row: NamedAccount, seats: dict[int, SeatNow]) -> Row:
    end = Action(_("End"), reverse("crm:named_account_end", args=[row.pk]), "close", "quiet")
    how = _("for itself") if row.is_exclusive else _("shared")
    return Row(
        [
            Cell(row.account.name),
            seat_cell(seats.get(row.seat_id)),
            Cell(text=_days(row)),
            Cell(how),
            Cell(action=end),
        ]
    )


@require_http_methods(["GET", "POST"])
def named_account_add_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    territories.require(viewer, "create")
    here = reverse("crm:named_account_list")
    crumbs = [_crumb(), Crumb(_("Named accounts"), here), Crumb(_("Give"))]
    page = FormPage(_("Give an account to a seat"), crumbs, here, _("Give it"))

    def submit(values: dict[str, Any]) -> NamedAccount:
        return account_assign(viewer=viewer, at=timezone.now(), **values)

    form = NamedAccountForm(request.POST or None, viewer=viewer, initial={"starts_on": viewer.on})
    return form_page(request, page, form, submit, lambda _made: here, _("The seat has the account."))


@require_http_methods(["GET", "POST"])
def named_account_end_view(request: HttpRequest, named_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    named = access_named_account(viewer, named_id)
    here = reverse("crm:named_account_list")
    crumbs = [_crumb(), Crumb(_("Named accounts"), here), Crumb(_("End"))]
    page = FormPage(_("Take %(name)s back") % {"name": named.account.name}, crumbs, here, _("Take it back"))
    return form_page(
        request,
        page,
        ReleaseForm(request.POST or None, viewer=viewer, initial={"on": viewer.on}),
        lambda values: account_release(viewer=viewer, named=named, on=values["on"], at=timezone.now()),
        lambda _none: here,
        _("It holds from that day on."),
    )
