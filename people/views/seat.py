"""Seats: added, assigned, vacated, ended."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from people.components import Crumb, Tab
from people.forms.team import SeatAddForm, SeatAssignForm, SeatChangeForm, SeatDayForm
from people.frame import role_words
from people.meanwhile import last_seen
from people.models import Seat
from people.policies import seats
from people.selectors import team as read
from people.services import team as service
from people.views.page import FormPage, form_page, viewer_of
from people.views.team import team_crumb, teams_crumb
from people.views.words import days_words


@require_http_methods(["GET", "POST"])
def seat_add(request: HttpRequest, team_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    team = read.access_team(viewer, team_id)
    seats.require(viewer, "create")
    crumb = team_crumb(team)
    count = read.seat_count(team) if request.method == "GET" else 0
    form = SeatAddForm(request.POST or None, initial={"starts_on": viewer.on, "expected_count": count}, viewer=viewer)
    page = FormPage(
        _("Add a seat to %(name)s") % {"name": team.name},
        [teams_crumb(), crumb, Crumb(_("Seat"))],
        crumb.href,
        _("Add"),
    )
    return form_page(
        request,
        page,
        form,
        lambda values: service.seat_create(viewer=viewer, team=team, at=timezone.now(), **values),
        lambda _seat: crumb.href,
        _("The seat is added."),
    )


def _tabs(seat: Seat, current: str) -> list[Tab]:
    words = {
        "seat_assign": _("Who holds it"),
        "seat_change": _("What it is"),
        "seat_vacate": _("Make it vacant"),
        "seat_end": _("End the seat"),
    }
    return [Tab(label, reverse(f"people:{name}", args=[seat.pk]), name == current) for name, label in words.items()]


def _holder_words(seat: Seat, on: date) -> str:
    holding = read.seat_holding(seat, on)
    if holding is None:
        return _("Vacant")
    days = days_words(holding.starts_on, holding.ends_before)
    return _("Held by %(name)s: %(days)s") % {"name": holding.person.name, "days": days}


def _seat_page(request: HttpRequest, seat: Seat, name: str, form: Any, submit: Any, words: str) -> HttpResponse:
    """One of the three things that can be done with a seat."""
    crumb = team_crumb(seat.team)
    page = FormPage(
        _("%(role)s seat in %(team)s") % {"role": role_words(seat.role), "team": seat.team.name},
        [teams_crumb(), crumb, Crumb(_("Seat"))],
        crumb.href,
        subtitle=_holder_words(seat, viewer_of(request).on),
        submit_kind="danger" if name == "seat_end" else "primary",
        tabs=_tabs(seat, name),
    )
    return form_page(request, page, form, submit, lambda _result: crumb.href, words)


@require_http_methods(["GET", "POST"])
def seat_assign(request: HttpRequest, seat_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    seat = read.access_seat(viewer, seat_id, "change")
    form = SeatAssignForm(request.POST or None, initial={"starts_on": viewer.on, "seen": last_seen()}, viewer=viewer)

    def submit(values: dict[str, Any]) -> Any:
        return service.seat_assign(
            viewer=viewer,
            seat=seat,
            person=values["person"],
            at=timezone.now(),
            on=values["starts_on"],
            seen=values["seen"],
        )

    return _seat_page(request, seat, "seat_assign", form, submit, _("The seat is held from that day on."))


@require_http_methods(["GET", "POST"])
def seat_change(request: HttpRequest, seat_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    seat = read.access_seat(viewer, seat_id, "change")
    now = {"seen": last_seen(), "title": seat.title, "territory": seat.territory, "legal_entity": seat.legal_entity}
    form = SeatChangeForm(request.POST or None, initial=now, viewer=viewer)

    def submit(values: dict[str, Any]) -> None:
        service.seat_change(viewer=viewer, seat=seat, at=timezone.now(), **values)

    return _seat_page(request, seat, "seat_change", form, submit, _("The changes are saved."))


@require_http_methods(["GET", "POST"])
def seat_vacate(request: HttpRequest, seat_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    seat = read.access_seat(viewer, seat_id, "change")
    form = SeatDayForm(request.POST or None, initial={"on": viewer.on, "seen": last_seen()}, viewer=viewer)

    def submit(values: dict[str, Any]) -> None:
        service.seat_vacate(viewer=viewer, seat=seat, at=timezone.now(), **values)

    return _seat_page(request, seat, "seat_vacate", form, submit, _("The seat is vacant from that day on."))


@require_http_methods(["GET", "POST"])
def seat_end(request: HttpRequest, seat_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    seat = read.access_seat(viewer, seat_id, "change")
    form = SeatDayForm(request.POST or None, initial={"on": viewer.on, "seen": last_seen()}, viewer=viewer)

    def submit(values: dict[str, Any]) -> None:
        service.seat_end(viewer=viewer, seat=seat, at=timezone.now(), **values)

    return _seat_page(request, seat, "seat_end", form, submit, _("The seat ends on that day."))
