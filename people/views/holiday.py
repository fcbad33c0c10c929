"""Holidays: the list and its form."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from people.components import Action, Cell, Column, Crumb, Empty, Pages, Row, Table
from people.forms.holiday import HolidayForm
from people.models import Holiday
from people.policies import holidays
from people.selectors.holiday import access_holiday, holiday_rows
from people.services.holiday import holiday_add, holiday_delete
from people.views.page import FormPage, act, form_page, viewer_of

PAGE_SIZE = 50


@require_GET
def holiday_list_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    page = Paginator(holiday_rows(viewer).order_by("-day"), PAGE_SIZE).get_page(request.GET.get("page"))
    may_change = holidays.can(viewer, "change")
    add = [Action(_("Add a holiday"), reverse("people:holiday_add"), "plus", "primary")] if may_change else []
    table = Table(
        "holidays",
        _("Holidays"),
        [
            Column("day", _("Day"), "day"),
            Column("name", _("Name")),
            *([Column("act", _("Take away"), is_label_hidden=True)] if may_change else []),
        ],
        [_row(each, may_change) for each in page.object_list],
        query=request.GET,
        pages=Pages(page, request.GET) if page.paginator.count else None,
        empty=Empty(
            _("No holidays yet"),
            _("Until there are some, every day from Monday to Friday is a working day. A file can bring them too."),
            "clock",
            add,
        ),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )
    return render(request, "people/holiday_list.html", {"table": table, "actions": add})


def _row(each: Holiday, may_change: bool) -> Row:
    away = Action(
        _("Take away"),
        reverse("people:holiday_delete", args=[each.pk]),
        "trash",
        "quiet",
        "post",
        confirm=_("It counts as a working day again: what is expected by now changes, and quotas cut by working days."),
    )
    return Row([Cell(each.day), Cell(each.name), *([Cell(action=away)] if may_change else [])])


@require_http_methods(["GET", "POST"])
def holiday_add_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    holidays.require(viewer, "change")
    here = reverse("people:holiday_list")
    page = FormPage(
        _("Add a holiday"), [Crumb(_("Holidays"), here), Crumb(_("Add a holiday"))], here, _("Add the holiday")
    )
    return form_page(
        request,
        page,
        HolidayForm(request.POST or None, viewer=viewer),
        lambda values: holiday_add(viewer=viewer, at=timezone.now(), **values),
        lambda _row: here,
        _("The holiday is added. Nothing is expected on it."),
    )


@require_POST
def holiday_delete_view(request: HttpRequest, holiday_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    holidays.require(viewer, "delete")
    row = access_holiday(viewer, holiday_id)
    return act(
        request,
        reverse("people:holiday_list"),
        _("The day is a working day again."),
        lambda: holiday_delete(viewer=viewer, row=row, at=timezone.now()),
    )
