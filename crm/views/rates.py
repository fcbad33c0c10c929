"""Exchange rates: the list and its forms."""

from datetime import timedelta

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.forms.rates import RateForm
from crm.models import ExchangeRate
from crm.policies import rates
from crm.services.rates import rate_delete, rate_save
from people import formats
from people.components import Action, Cell, Column, Crumb, Empty, Pages, Row, Table
from people.views.page import FormPage, act, form_page, viewer_of

PAGE_SIZE = 50


@require_GET
def rate_list_view(request: HttpRequest) -> HttpResponse:
    rates.require(viewer_of(request), "view")
    found = ExchangeRate.objects.order_by("from_currency", "to_currency", "is_plan", "-starts_on")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    add = [
        Action(_("Import a file"), reverse("crm:import_upload"), "import"),
        Action(_("Add a rate"), reverse("crm:rate_add"), "plus", "primary"),
    ]
    table = Table(
        "rates",
        _("Exchange rates"),
        [
            Column("from", _("One unit of")),
            Column("rate", _("Is worth"), "number"),
            Column("kind", _("Kind")),
            Column("since", _("Since"), "day"),
            Column("until", _("Last day"), "day"),
            Column("act", _("Take away"), is_label_hidden=True),
        ],
        [_row(each) for each in page.object_list],
        query=request.GET,
        pages=Pages(page, request.GET) if page.paginator.count else None,
        empty=Empty(
            _("No rates yet"),
            _("Amounts in other currencies than the organization's stay out of figures until there is one."),
            "swap",
            add,
        ),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )
    return render(request, "crm/rate_list.html", {"table": table, "actions": add})


def _row(each: ExchangeRate) -> Row:
    digits = max(4, -int(each.rate.normalize().as_tuple().exponent))
    away = Action(
        _("Take away"),
        reverse("crm:rate_delete", args=[each.pk]),
        "trash",
        "quiet",
        "post",
        confirm=_("Attainment and pace count at the plan rate before it, or at the rate of the day.")
        if each.is_plan
        else _("The rate before it holds on; without one the amounts leave the figures."),
    )
    return Row(
        [
            Cell(each.from_currency),
            Cell(text=f"{formats.number(each.rate, digits)} {each.to_currency}"),
            Cell(_("plan rate") if each.is_plan else _("rate of the day")),
            Cell(each.starts_on),
            Cell(each.ends_before - timedelta(days=1)) if each.ends_before else Cell(_("next rate")),
            Cell(action=away),
        ]
    )


@require_http_methods(["GET", "POST"])
def rate_add_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    rates.require(viewer, "change")
    here = reverse("crm:rate_list")
    page = FormPage(
        _("Add a rate"), [Crumb(_("Exchange rates"), here), Crumb(_("Add a rate"))], here, _("Add the rate")
    )
    return form_page(
        request,
        page,
        RateForm(request.POST or None, viewer=viewer, initial={"starts_on": viewer.on}),
        lambda values: rate_save(viewer=viewer, at=timezone.now(), **values),
        lambda _row: here,
        _("The rate holds. The amounts it is about are converted anew."),
    )


@require_POST
def rate_delete_view(request: HttpRequest, rate_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    rates.require(viewer, "delete")
    row = ExchangeRate.objects.filter(pk=rate_id).first()
    if row is None:
        raise Http404
    return act(
        request,
        reverse("crm:rate_list"),
        _("The rate is gone."),
        lambda: rate_delete(viewer=viewer, row=row, at=timezone.now()),
    )
