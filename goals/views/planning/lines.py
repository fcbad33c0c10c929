"""One line of a sheet: its numbers as a form, a single number as the sheet sends it, and locks."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from goals.forms.plan import CellForm, EstimatesForm, LineForm
from goals.models import PlanLine, PlanVersion
from goals.plan_policies import quota_plans
from goals.selectors.planning.sheet import access_line, access_version, lines_in_sight, sheet_of
from goals.services.planning.editing import (
    CellChange,
    plan_cells_change,
    plan_estimates_enter,
    plan_lock,
    plan_weight_change,
)
from goals.views.planning.pieces import line_name, month_words, version_crumbs, version_name, version_tabs
from goals.views.planning.workspace import grid_answer
from people import formats
from people.viewer import Viewer
from people.views.page import FormPage, act, form_page, viewer_of
from people.views.words import days_words

EDITABLE = (PlanVersion.State.DRAFT, PlanVersion.State.REVIEW)


def here(version: PlanVersion) -> str:
    return reverse("goals:plan_version", args=[version.pk])


@require_POST
def plan_cell_view(request: HttpRequest, version_id: int) -> JsonResponse:
    """A number that was entered in the sheet: what changed with it, or why it is not stored (409: changed meanwhile)."""
    viewer = viewer_of(request)
    version = access_version(viewer, version_id, "change")
    form = CellForm(request.POST)
    if not form.is_valid():
        return JsonResponse(
            {"message": " ".join(str(error) for errors in form.errors.values() for error in errors)}, status=422
        )
    values = form.cleaned_data
    line = access_line(viewer, version, values["line"])
    change = CellChange(values["month"], values["amount"], values["seen"], values["is_locked"])
    message, status = "", 200
    try:
        plan_cells_change(viewer=viewer, version=version, line=line, changes=[change], at=timezone.now())
    except ValidationError as error:
        message, status = " ".join(error.messages), 409 if error.code == "changed_meanwhile" else 422
    sheet = sheet_of(version)
    return JsonResponse({"message": message, **grid_answer(sheet, sheet.by_id[line.pk])}, status=status)


@require_http_methods(["GET", "POST"])
def plan_line_view(request: HttpRequest, version_id: int, line_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    version = access_version(viewer, version_id, "change")
    line = access_line(viewer, version, line_id)
    if version.state != PlanVersion.State.DRAFT:
        return HttpResponseRedirect(here(version))
    sheet = sheet_of(version)
    row = sheet.by_id.get(line.pk)
    if row is None:
        raise Http404
    initial: dict[str, Any] = {"seen": version.revision, "weight": line.weight, "is_locked": row.is_locked}
    for month, cell in zip(sheet.months, row.cells, strict=True):
        initial[f"m{month.starts_on}"] = sheet.money(cell.amount)
    form = LineForm(
        request.POST or None,
        viewer=viewer,
        initial=initial,
        months=[(month, month_words(month)) for month in sheet.months],
    )
    said = [_("All months: %(total)s") % {"total": formats.money_exact(sheet.money(row.total), version.plan.currency)}]
    if row.days.starts_on != version.plan.starts_on or row.days.ends_before != version.plan.ends_before:
        said.append(days_words(row.days.starts_on, row.days.ends_before))
    page = FormPage(line_name(row), version_crumbs(version, line_name(row)), here(version), subtitle=" · ".join(said))
    return form_page(
        request,
        page,
        form,
        lambda values: _line_save(viewer, version, line, form, values),
        lambda _none: here(version),
        _("The numbers are stored."),
    )


def _line_save(viewer: Viewer, version: PlanVersion, line: PlanLine, form: LineForm, values: dict[str, Any]) -> None:
    """Numbers that were changed are locked with the rest or alone; the weight beside."""
    stored = {f"m{cell.month}": cell.is_locked for cell in line.cells.all()}
    changes = []
    for month, amount in form.amounts().items():
        name = f"m{month}"
        is_locked = values["is_locked"] or name in form.changed_data
        if "is_locked" not in form.changed_data and name not in form.changed_data:
            is_locked = stored[name]
        if is_locked != stored[name] or name in form.changed_data:
            changes.append(CellChange(month, amount, values["seen"], is_locked))
    plan_weight_change(viewer=viewer, version=version, line=line, weight=values["weight"], at=timezone.now())
    plan_cells_change(viewer=viewer, version=version, line=line, changes=changes, at=timezone.now())


@require_POST
def plan_lock_view(request: HttpRequest, version_id: int, line_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    version = access_version(viewer, version_id, "change")
    line = access_line(viewer, version, line_id)
    is_locked = request.POST.get("lock") != "no"
    words = _("%(name)s is locked.") if is_locked else _("%(name)s is free.")
    return act(
        request,
        here(version),
        words % {"name": line_name(line)},
        lambda: plan_lock(viewer=viewer, version=version, line=line, is_locked=is_locked, at=timezone.now()),
    )


@require_http_methods(["GET", "POST"])
def plan_estimates_view(request: HttpRequest, version_id: int) -> HttpResponse:
    """What managers expect of their people, beside the number from above."""
    viewer = viewer_of(request)
    version = access_version(viewer, version_id, "estimate")
    if version.state not in EDITABLE:
        return HttpResponseRedirect(here(version))
    sheet = sheet_of(version, lines_in_sight(viewer, version))
    mine = set(quota_plans.lines(viewer, "estimate").filter(version=version).values_list("pk", flat=True))
    rows = [line for line in sheet.lines if line.id in mine]
    currency = version.plan.currency
    lines = [(line.id, _label(line.name, formats.money_exact(sheet.money(line.total), currency))) for line in rows]
    initial: dict[str, Any] = {}
    for line in rows:
        initial[f"amount{line.id}"] = None if line.estimate is None else sheet.money(line.estimate)
        initial[f"note{line.id}"] = line.note
    form = EstimatesForm(request.POST or None, viewer=viewer, initial=initial, lines=lines)
    title = _("Estimates")
    page = FormPage(
        title,
        version_crumbs(version, title),
        here(version),
        _("Save the estimates"),
        version_name(version)
        + " · "
        + _("What you expect of each person over the whole plan. Leave empty what you cannot say."),
        tabs=version_tabs(viewer, version, "plan_estimates"),
        template="goals/plan_estimates.html",
        extra={
            "may_take": quota_plans.can(viewer, "change") and version.state == PlanVersion.State.DRAFT,
            "take_href": reverse("goals:plan_estimates_take", args=[version.pk]),
            "pairs": [(form[f"amount{line.id}"], form[f"note{line.id}"]) for line in rows],
        },
    )
    return form_page(
        request,
        page,
        form,
        lambda _values: plan_estimates_enter(
            viewer=viewer, version=version, estimates=form.estimates(), at=timezone.now()
        ),
        lambda _count: here(version),
        _("The estimates are stored."),
    )


def _label(name: str, amount: str) -> str:
    return _("%(name)s · from above %(amount)s") % {"name": name, "amount": amount}
