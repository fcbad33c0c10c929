"""Quotas of seats: the list and its forms."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.forms.seat_quotas import SeatQuotaForm
from crm.models import Measure
from crm.policies import seat_quotas
from crm.selectors.seat_quotas import Held, access_seat_quota, seat_quotas_found, seat_quotas_held
from crm.selectors.territories import SeatNow, seats_now
from crm.services.seat_quotas import seat_quota_change, seat_quota_create, seat_quota_delete
from crm.views.quotas import quotas_crumb
from crm.views.territories import seat_cell
from people import formats
from people.components import Action, Cell, Column, Crumb, Empty, Pages, Row, Table
from people.meanwhile import last_seen
from people.views.page import FormPage, act, form_page, viewer_of
from people.views.words import days_words

PAGE_SIZE = 50


@require_GET
def seat_quota_list_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    page = Paginator(seat_quotas_found(viewer), PAGE_SIZE).get_page(request.GET.get("page"))
    seats = seats_now({row.seat_id for row in page.object_list}, viewer.on)
    add = Action(_("Add a quota of a seat"), reverse("crm:seat_quota_add"), "plus", "primary")
    table = Table(
        "seat-quotas",
        _("Quotas of seats"),
        [
            Column("seat", _("Seat, and who sits there today")),
            Column("days", _("Days")),
            Column("amount", _("Quota"), "number"),
            Column("follows", _("For its holders")),
            Column("act", _("Take away"), is_label_hidden=True),
        ],
        [_row(held, seats) for held in seat_quotas_held(list(page.object_list))],
        query=request.GET,
        pages=Pages(page, request.GET) if page.paginator.count else None,
        empty=Empty(
            _("No quotas of seats"),
            _("Whoever takes the seat has its quota, for the days they sit there."),
            "flag",
            [add],
        ),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )
    context = {"table": table, "actions": [add], "crumbs": [quotas_crumb(), Crumb(_("Quotas of seats"))]}
    return render(request, "crm/seat_quota_list.html", context)


def _row(held: Held, seats: dict[int, SeatNow]) -> Row:
    row = held.row
    away = Action(
        _("Take away"),
        reverse("crm:seat_quota_delete", args=[row.pk]),
        "trash",
        "quiet",
        "post",
        confirm=_("What its holders had by it goes too. The audit log keeps what it was."),
    )
    measure = "" if row.measure == Measure.BOOKINGS else str(row.get_measure_display())
    return Row(
        [
            seat_cell(seats.get(row.seat_id)),
            Cell(
                days_words(row.starts_on, row.ends_before),
                href=reverse("crm:seat_quota_change", args=[row.pk]),
                detail=str(row.get_proration_display()),
            ),
            Cell(text=formats.money_exact(row.amount, row.currency), detail=measure),
            Cell(text=_pieces_words(held), detail=_passed_words(held)),
            Cell(action=away),
        ]
    )


def _pieces_words(held: Held) -> str:
    words = [
        f"{piece.person.name if piece.person else ''} {formats.money_exact(piece.amount, piece.currency)}"
        for piece in held.pieces
    ]
    return " · ".join(words) or _("nobody sits there in these days")


def _passed_words(held: Held) -> str:
    if not held.passed_over:
        return ""
    return _("%(names)s: a quota of their own stands instead") % {"names": ", ".join(held.passed_over)}


@require_http_methods(["GET", "POST"])
def seat_quota_add_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    seat_quotas.require(viewer, "create")
    here = reverse("crm:seat_quota_list")
    crumbs = [quotas_crumb(), Crumb(_("Quotas of seats"), here), Crumb(_("Add"))]
    page = FormPage(_("Add a quota of a seat"), crumbs, here, _("Add the quota"))
    return form_page(
        request,
        page,
        SeatQuotaForm(request.POST or None, viewer=viewer),
        lambda values: seat_quota_create(viewer=viewer, at=timezone.now(), **values),
        lambda _row: here,
        _("The quota is in force for whoever holds the seat."),
    )


@require_http_methods(["GET", "POST"])
def seat_quota_change_view(request: HttpRequest, seat_quota_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    row = access_seat_quota(viewer, seat_quota_id)
    initial: dict[str, Any] = {
        name: getattr(row, name) for name in ("starts_on", "ends_before", "currency", "proration")
    }
    initial |= {"amount": f"{row.amount.normalize():f}", "seen": last_seen()}
    here = reverse("crm:seat_quota_list")
    crumbs = [quotas_crumb(), Crumb(_("Quotas of seats"), here), Crumb(_("Change"))]
    return form_page(
        request,
        FormPage(_("Change the quota of a seat"), crumbs, here, _("Save")),
        SeatQuotaForm(request.POST or None, viewer=viewer, initial=initial, is_change=True),
        lambda values: seat_quota_change(viewer=viewer, seat_quota=row, at=timezone.now(), **values),
        lambda _row: here,
        _("The quota is changed, and with it those of the holders."),
    )


@require_POST
def seat_quota_delete_view(request: HttpRequest, seat_quota_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    row = access_seat_quota(viewer, seat_quota_id)
    return act(
        request,
        reverse("crm:seat_quota_list"),
        _("The quota is gone."),
        lambda: seat_quota_delete(viewer=viewer, seat_quota=row, at=timezone.now()),
    )
