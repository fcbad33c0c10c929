"""Quotas in force: the list per period with its gaps, the page of one, and the forms."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.forms.quotas import QuotaFilter, QuotaForm
from crm.models import Measure, Quota
from crm.policies import imports, quotas, seat_quotas
from crm.selectors.quotas import (
    Gap,
    Held,
    access_quota,
    names_of_people,
    quota_history,
    quota_holders,
    quotas_held,
    share_of,
)
from crm.services.quotas import quota_change, quota_create, quota_delete
from kernel.period import Grain
from people import formats
from people.components import Action, Cell, Column, Crumb, Empty, Event, Pages, PersonChip, Row, Status, Table
from people.fiscal import calendar_of
from people.meanwhile import last_seen
from people.viewer import Viewer
from people.views.page import FormPage, act, form_page, viewer_of
from people.views.words import days_words

PAGE_SIZE = 50
COLUMNS = ("starts_on", "ends_before", "amount", "currency", "is_overlay")


def quotas_crumb() -> Crumb:
    return Crumb(_("Quotas"), reverse("crm:quota_list"))


@require_GET
def quota_list_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    form, first, last = _days(request, viewer)
    search = form.cleaned_data.get("q", "") if form.is_valid() else ""
    holders = quota_holders(viewer, first, last, search=search.replace("\x00", ""))
    page = Paginator(holders, PAGE_SIZE).get_page(request.GET.get("page"))
    may_change = quotas.can(viewer, "change")
    rows = [row for held in quotas_held(list(page.object_list), first, last) for row in _rows(held, first, last)]
    table = Table(
        "quotas",
        _("Quotas, %(days)s") % {"days": days_words(first, last)},
        [
            Column("who", _("Whose")),
            Column("days", _("Days")),
            Column("amount", _("Quota"), "number"),
            Column("share", _("In these days"), "number"),
            Column("state", _("State")),
        ],
        rows,
        query=request.GET,
        pages=Pages(page, request.GET) if holders else None,
        empty=_nothing(viewer, may_change),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )
    context = {"form": form, "table": table, "days": days_words(first, last), "actions": _list_actions(viewer)}
    return render(request, "crm/quota_list.html", context)


def _days(request: HttpRequest, viewer: Viewer) -> tuple[QuotaFilter, date, date]:
    """The days asked for, otherwise the fiscal year."""
    organization = viewer.organization
    calendar = calendar_of(organization)
    year = calendar.period_of(Grain.YEAR, viewer.on)
    initial = {"starts_on": year.starts_on, "ends_before": year.ends_before}
    form = QuotaFilter({**{key: value.isoformat() for key, value in initial.items()}, **request.GET.dict()})
    if not form.is_valid():
        return form, year.starts_on, year.ends_before
    first = form.cleaned_data["starts_on"] or year.starts_on
    last = form.cleaned_data["ends_before"] or year.ends_before
    return form, first, max(last, first)


def _list_actions(viewer: Viewer) -> list[Action]:
    actions = []
    if seat_quotas.can(viewer, "view"):
        actions.append(Action(_("Quotas of seats"), reverse("crm:seat_quota_list"), "team"))
    if imports.can(viewer, "create"):
        actions.append(Action(_("Import a file"), reverse("crm:import_upload"), "import"))
    if quotas.can(viewer, "create"):
        actions.append(Action(_("Add a quota"), reverse("crm:quota_add"), "plus", "primary"))
    return actions


def _nothing(viewer: Viewer, may_change: bool) -> Empty:
    if may_change:
        text = _("Add quotas, or import them: a file with person, first day and amount is enough.")
        return Empty(_("No quotas in these days"), text, "flag", _list_actions(viewer))
    return Empty(_("No quotas in these days"), _("Operations enters them; yours appear here."), "flag")


def _rows(held: Held, first: date, last: date) -> list[Row]:
    return [_row(held, line, first, last) for line in held.lines]


def _row(held: Held, line: Quota | Gap, first: date, last: date) -> Row:
    days = Cell(days_words(line.starts_on, line.ends_before))
    if isinstance(line, Gap):
        return Row(
            [_who(held), days, Cell(), Cell(), Cell(status=Status(_("No quota"), "warn", "alert"))], tone="quiet"
        )
    share = share_of(line, first, last)
    return Row(
        [
            _who(held),
            days,
            Cell(
                text=formats.money(line.amount, line.currency),
                detail=_measure_words(line),
                href=_why(line, line.starts_on, line.ends_before),
                is_drawer=True,
            ),
            Cell(text=formats.money(share, line.currency), href=_why(line, first, last), is_drawer=True),
            Cell(status=_status(line)),
        ],
        href=reverse("crm:quota_detail", args=[line.pk]),
    )


def _measure_words(quota: Quota) -> str:
    """What counts towards it, where it is not the usual."""
    return "" if quota.measure == Measure.BOOKINGS else str(quota.get_measure_display())


def _why(quota: Quota, first: date, last: date) -> str:
    """Why a person's or team's quota in these days is what it is; of nobody known yet, or not about bookings, there is
    nothing to explain."""
    if quota.measure != Measure.BOOKINGS:
        return ""
    days = {
        "period": "custom",
        "from": max(first, quota.starts_on),
        "to": min(last, quota.ends_before) - timedelta(days=1),
    }
    if quota.person_id:
        return f"{reverse('metrics:why')}?{urlencode({'metric': 'quota', 'person': quota.person_id, **days})}"
    if quota.team_id:
        return f"{reverse('metrics:why')}?{urlencode({'metric': 'team_quota', 'team': quota.team_id, **days})}"
    return ""


def _who(held: Held) -> Cell:
    holder = held.holder
    if holder.person_id:
        return Cell(person=PersonChip(holder.name, is_small=True))
    return Cell(holder.name, detail=_("team") if holder.team_id else _("nobody of this name is known yet"))


def _status(quota: Quota) -> Status:
    if quota.person_id is None and quota.team_id is None:
        return Status(_("Waits for its person"), "warn", "clock")
    if quota.converted_amount is None:
        return Status(_("No exchange rate"), "warn", "alert")
    if quota.is_overlay:
        return Status(_("Outside team totals"), "neutral")
    return Status(_("In force"), "good")


def _title(quota: Quota) -> str:
    holder = quota.person or quota.team
    name = holder.name if holder else quota.person_text or quota.team_text
    return _("Quota of %(name)s") % {"name": name}


@require_GET
def quota_detail_view(request: HttpRequest, quota_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    quota = access_quota(viewer, quota_id)
    may_change = quotas.can(viewer, "change", quota) and quota.seat_quota_id is None
    context = {
        "title": _title(quota),
        "crumbs": [quotas_crumb(), Crumb(_title(quota))],
        "status": _status(quota),
        "pairs": [
            (_("Amount"), formats.money_exact(quota.amount, quota.currency)),
            (_("Days"), days_words(quota.starts_on, quota.ends_before)),
            (_("Measure"), quota.get_measure_display()),
            (_("Source"), _source_words(quota)),
            (_("Reason"), quota.reason),
        ],
        "events": _events(quota),
        "actions": _detail_actions(quota) if may_change else [],
    }
    return render(request, "crm/quota_detail.html", context)


def _source_words(quota: Quota) -> str:
    return _("the quota of the seat") if quota.seat_quota_id else quota.source or _("entered by hand")


def _detail_actions(quota: Quota) -> list[Action]:
    return [
        Action(
            _("Take away"),
            reverse("crm:quota_delete", args=[quota.pk]),
            "trash",
            "danger",
            "post",
            confirm=_("Its days count neither as attained nor as missed any more. The audit log keeps what it was."),
        ),
        Action(_("Change"), reverse("crm:quota_change", args=[quota.pk]), "edit", "primary"),
    ]


def _events(quota: Quota) -> list[Event]:
    """What it was, newest first, with who changed it and why."""
    found = quota_history(quota)
    names = names_of_people(each.changed_by_id for each in found)
    events = []
    for place, each in enumerate(found):
        is_first = place == len(found) - 1
        said = [formats.money(each.amount, each.currency), days_words(each.starts_on, each.ends_before), each.reason]
        events.append(
            Event(
                at=each.pgh_created_at,
                title=_("Entered") if is_first else _("Changed"),
                detail=" · ".join(text for text in said if text),
                actor=names.get(each.changed_by_id, _("an import") if quota.source else ""),
                icon="plus" if is_first else "edit",
            )
        )
    return events


@require_http_methods(["GET", "POST"])
def quota_add_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    quotas.require(viewer, "create")
    form = QuotaForm(request.POST or None, viewer=viewer, initial=request.GET.dict())
    page = FormPage(
        _("Add a quota"), [quotas_crumb(), Crumb(_("Add a quota"))], reverse("crm:quota_list"), _("Add the quota")
    )
    return form_page(
        request,
        page,
        form,
        lambda values: quota_create(viewer=viewer, at=timezone.now(), **values),
        lambda quota: reverse("crm:quota_detail", args=[quota.pk]),
        _("The quota is in force."),
    )


@require_http_methods(["GET", "POST"])
def quota_change_view(request: HttpRequest, quota_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    quota = access_quota(viewer, quota_id, "change")
    initial: dict[str, Any] = {name: getattr(quota, name) for name in COLUMNS}
    initial |= {"amount": quota.amount.normalize().__format__("f"), "seen": last_seen()}
    form = QuotaForm(request.POST or None, viewer=viewer, initial=initial, is_change=True)
    here = reverse("crm:quota_detail", args=[quota.pk])
    page = FormPage(_("Change"), [quotas_crumb(), Crumb(_title(quota), here), Crumb(_("Change"))], here, _("Save"))
    return form_page(
        request,
        page,
        form,
        lambda values: quota_change(viewer=viewer, quota=quota, at=timezone.now(), **values),
        lambda changed: here,
        _("The quota is changed."),
    )


@require_POST
def quota_delete_view(request: HttpRequest, quota_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    quota = access_quota(viewer, quota_id, "delete")
    return act(
        request,
        reverse("crm:quota_list"),
        _("The quota is gone."),
        lambda: quota_delete(viewer=viewer, quota=quota, at=timezone.now()),
    )
