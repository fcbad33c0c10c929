"""The capacity plan: heads × quota × ramp × expected attainment against the company's number."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from goals.engine.capacity import CapacityMonth
from goals.forms.plan import ExpectationForm, HireForm
from goals.models import PlannedHire, PlanVersion
from goals.plan_policies import quota_plans
from goals.selectors.planning.capacity import capacity_of
from goals.selectors.planning.sheet import Sheet, access_hire, access_version, sheet_of
from goals.services.planning.hires import plan_hire_add, plan_hire_delete
from goals.services.planning.plans import plan_change
from goals.views.planning.pieces import month_words, version_crumbs, version_name, version_tabs
from people import formats
from people.components import Action, Cell, Chart, Column, Empty, Row, Series, Table
from people.components.figures import Stat
from people.views.page import FormPage, act, form_page, viewer_of


def here(version: PlanVersion) -> str:
    return reverse("goals:plan_capacity", args=[version.pk])


@require_GET
def plan_capacity_view(request: HttpRequest, version_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    version = access_version(viewer, version_id)
    if not viewer.sees_everyone:
        raise PermissionDenied(_("Your role does not show the whole company."))
    sheet = sheet_of(version)
    hires = list(version.hires.order_by("starts_on", "pk"))
    lines = capacity_of(sheet, hires)
    is_draft = version.state == PlanVersion.State.DRAFT and quota_plans.can(viewer, "change")
    context = {
        "title": version_name(version),
        "crumbs": version_crumbs(version, _("Capacity")),
        "tabs": version_tabs(viewer, version, "plan_capacity"),
        "stats": _stats(sheet, lines),
        "chart": _chart(sheet, lines),
        "table": _table(sheet, lines),
        "hires": _hires(version, hires, is_draft),
        "actions": _actions(version) if is_draft else [],
    }
    return render(request, "goals/plan_capacity.html", context)


def _actions(version: PlanVersion) -> list[Action]:
    return [
        Action(_("Expected attainment"), reverse("goals:plan_expectation", args=[version.pk]), "edit"),
        Action(_("Plan a hire"), reverse("goals:plan_hire_add", args=[version.pk]), "plus", "primary"),
    ]


def _stats(sheet: Sheet, lines: list[CapacityMonth]) -> list[Stat]:
    currency = sheet.version.plan.currency
    gap = sum(line.gap for line in lines)
    return [
        Stat(_("Company number"), sheet.money(sum(line.number for line in lines)), "money", currency),
        Stat(_("Capacity"), sheet.money(sum(line.capacity for line in lines)), "money", currency),
        Stat(_("Gap"), sheet.money(gap), "money", currency, tone="bad" if gap < 0 else "good"),
        Stat(_("Expected attainment"), sheet.version.attainment_ratio, "percent"),
        Stat(_("People at the end"), lines[-1].heads + lines[-1].hired, "count"),
    ]


def _chart(sheet: Sheet, lines: list[CapacityMonth]) -> Chart:
    currency = sheet.version.plan.currency
    gap = sum(line.gap for line in lines)
    words = {"amount": formats.money(sheet.money(abs(gap)), currency)}
    summary = (
        _("With these people the company lacks %(amount)s of its number.") % words
        if gap < 0
        else _("With these people the company has %(amount)s more than its number.") % words
    )
    return Chart(
        "capacity",
        _("Capacity against the company's number"),
        summary,
        [month_words(line.month) for line in lines],
        [
            Series(_("People on board"), [sheet.money(line.from_heads) for line in lines]),
            Series(_("Planned hires"), [sheet.money(line.from_hires) for line in lines], role="third"),
            Series(_("Company number"), [sheet.money(line.number) for line in lines], mark="line", role="second"),
        ],
        "money",
        currency,
        _("Month"),
        mode="stack",
    )


def _table(sheet: Sheet, lines: list[CapacityMonth]) -> Table:
    currency = sheet.version.plan.currency

    def row(words: str, heads: int | None, hired: int | None, part: list[CapacityMonth]) -> Row:
        gap = sum(line.gap for line in part)
        return Row(
            [
                Cell(text=words),
                Cell(heads),
                Cell(hired),
                Cell(sheet.money(sum(line.from_heads for line in part))),
                Cell(sheet.money(sum(line.from_hires for line in part))),
                Cell(sheet.money(sum(line.number for line in part))),
                Cell(sheet.money(gap)),
            ],
            tone="warn" if gap < 0 else "",
        )

    return Table(
        "capacity-table",
        _("Month by month"),
        [
            Column("month", _("Month")),
            Column("heads", _("People"), "count"),
            Column("hired", _("Hired"), "count"),
            Column("from_heads", _("From people on board"), "money", currency),
            Column("from_hires", _("From hires"), "money", currency),
            Column("number", _("Company number"), "money", currency),
            Column("gap", _("Gap"), "money", currency),
        ],
        [row(month_words(line.month), line.heads, line.hired, [line]) for line in lines],
        footer=row(_("Together"), lines[-1].heads, lines[-1].hired, lines),
    )


def _hires(version: PlanVersion, hires: list[PlannedHire], is_draft: bool) -> Table:
    currency = version.plan.currency
    columns = [
        Column("role", _("Role")),
        Column("starts_on", _("Starts on")),
        Column("count", _("How many"), "count"),
        Column("amount", _("Full quota of one"), "money", currency),
        Column("ramp", _("Ramp")),
    ]
    if is_draft:
        columns.append(Column("remove", _("Take away"), is_label_hidden=True))
    return Table(
        "hires",
        _("Planned hires"),
        columns,
        [Row(_hire_cells(version, hire, is_draft)) for hire in hires],
        empty=Empty(
            _("No hires planned"),
            _("Plan hires to see what they would bring, ramp included."),
            "person",
            _actions(version)[1:] if is_draft else [],
        ),
        is_stacked_on_phone=True,
    )


def _hire_cells(version: PlanVersion, hire: PlannedHire, is_draft: bool) -> list[Cell]:
    ramp = ", ".join(formats.percent(ratio, 0) for ratio in hire.ramp_ratios)
    cells = [Cell(hire.role), Cell(hire.starts_on), Cell(hire.count), Cell(hire.yearly_amount), Cell(ramp)]
    if is_draft:
        href = reverse("goals:plan_hire_delete", args=[version.pk, hire.pk])
        cells.append(Cell(action=Action(_("Take away"), href, "trash", "quiet", "post")))
    return cells


@require_http_methods(["GET", "POST"])
def plan_hire_add_view(request: HttpRequest, version_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    version = access_version(viewer, version_id, "change")
    title = _("Plan a hire")
    page = FormPage(title, version_crumbs(version, title), here(version), title)
    initial = {"starts_on": version.plan.starts_on, "ramp_ratios": version.ramp_ratios}
    return form_page(
        request,
        page,
        HireForm(request.POST or None, viewer=viewer, initial=initial),
        lambda values: plan_hire_add(viewer=viewer, version=version, at=timezone.now(), **values),
        lambda _hire: here(version),
        _("The hire is planned."),
    )


@require_POST
def plan_hire_delete_view(request: HttpRequest, version_id: int, hire_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    version = access_version(viewer, version_id, "change")
    hire = access_hire(viewer, version, hire_id)
    return act(
        request,
        here(version),
        _("The hire is gone from the plan."),
        lambda: plan_hire_delete(viewer=viewer, hire=hire, at=timezone.now()),
    )


@require_http_methods(["GET", "POST"])
def plan_expectation_view(request: HttpRequest, version_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    version = access_version(viewer, version_id, "change")
    title = _("Expected attainment")
    page = FormPage(title, version_crumbs(version, title), here(version))
    initial = {"attainment": (version.attainment_ratio * 100).normalize()}

    def save(values: dict[str, Any]) -> Any:
        ratio = values["attainment"] / Decimal(100)
        return plan_change(viewer=viewer, version=version, at=timezone.now(), attainment_ratio=ratio)

    form = ExpectationForm(request.POST or None, viewer=viewer, initial=initial)
    return form_page(request, page, form, save, lambda _version: here(version))
