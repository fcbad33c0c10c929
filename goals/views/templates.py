"""The library of goal templates: the list, keeping it, and making goals from one."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from goals.forms.align import holder_of, parent_of
from goals.forms.templates import TemplateForm, UseForm, people_of
from goals.models import Goal, GoalTemplate, Measured
from goals.policies import templates
from goals.selectors.limits import metric_choices
from goals.selectors.many import access_template
from goals.services.templates import (
    Made,
    goal_from_template,
    goals_from_template,
    template_change,
    template_create,
    template_retire,
)
from goals.words import measure_words
from people import formats
from people.components import Action, Cell, Column, Crumb, Empty, Row, Tab, Table
from people.viewer import Viewer
from people.views.page import FormPage, act, form_page, viewer_of


def library_crumb() -> Crumb:
    return Crumb(_("Goal templates"), reverse("goals:template_list"))


@require_GET
def template_list_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    role = request.GET.get("role", "all")
    rows = templates.visible(viewer).order_by("name", "pk")
    if role in GoalTemplate.Role.values and role:
        rows = rows.filter(role__in=[role, ""])
    may_keep = templates.can(viewer, "change")
    add = Action(_("Add a template"), reverse("goals:template_add"), "plus", "primary")
    labels = dict(metric_choices())
    table = Table(
        "templates",
        _("Goal templates"),
        [
            Column("name", _("Template")),
            Column("role", _("For")),
            Column("measure", _("Measured by")),
            Column("target", _("Target"), "number"),
            Column("length", _("Lasts")),
            *([Column("change", _("Change"), is_label_hidden=True)] if may_keep else []),
        ],
        [_row(viewer, each, labels, may_keep) for each in rows],
        is_caption_hidden=True,
        is_stacked_on_phone=True,
        empty=Empty(
            _("No templates yet"),
            _("A template is a goal that several people have: its measure, a target, its milestones.")
            if may_keep
            else _("Operations keeps the library; templates appear here."),
            "flag",
            [add] if may_keep else [],
        ),
    )
    context = {
        "title": _("Goal templates"),
        "crumbs": [Crumb(_("My goals"), reverse("goals:mine")), Crumb(_("Goal templates"))],
        "subtitle": _("Goals that are set again and again. Choose one and make it yours, or your team's."),
        "tabs": _tabs(role),
        "tabs_label": _("Templates for"),
        "actions": [add] if may_keep else [],
        "table": table,
    }
    return render(request, "goals/table_page.html", context)


def _tabs(role: str) -> list[Tab]:
    here = reverse("goals:template_list")
    shown = [("all", _("All")), ("rep", _("Reps")), ("manager", _("Managers")), ("team", _("Teams"))]
    return [Tab(label, f"{here}?role={key}", key == role) for key, label in shown]


def _row(viewer: Viewer, each: GoalTemplate, labels: dict[str, str], may_keep: bool) -> Row:
    is_metric = each.kind == Measured.Kind.METRIC
    measure = labels.get(each.metric, each.metric) if is_metric else str(each.get_kind_display())
    has_target = each.target is not None and each.kind != Measured.Kind.MILESTONES
    target = measure_words(each.unit, each.target, viewer.organization.currency) if has_target else formats.UNDEFINED
    cells = [
        Cell(each.name, detail=each.specific[:120]),
        Cell(str(each.get_role_display())),
        Cell(measure),
        Cell(text=target),
        Cell(str(each.get_length_display())),
    ]
    if may_keep:
        cells.append(Cell(text=_("Change"), href=reverse("goals:template_change", args=[each.pk])))
    return Row(cells, href=reverse("goals:template_use", args=[each.pk]))


@require_http_methods(["GET", "POST"])
def template_add_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    templates.require(viewer, "change")
    page = FormPage(
        _("Add a goal template"), [library_crumb(), Crumb(_("Add"))], reverse("goals:template_list"), _("Add")
    )
    return form_page(
        request,
        page,
        TemplateForm(request.POST or None, viewer=viewer),
        lambda values: template_create(viewer=viewer, at=timezone.now(), **values),
        lambda made: reverse("goals:template_list"),
        _("Added to the library."),
    )


@require_http_methods(["GET", "POST"])
def template_change_view(request: HttpRequest, template_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    template = access_template(viewer, template_id, "change")
    retire = reverse("goals:template_retire", args=[template.pk])
    page = FormPage(
        _("Change the template"),
        [library_crumb(), Crumb(template.name)],
        reverse("goals:template_list"),
        subtitle=_("Goals made of it before stay as they are."),
        template="goals/template_form.html",
        extra={
            "retire": Action(
                _("Retire it"),
                retire,
                "trash",
                "danger",
                "post",
                confirm=_("Nobody can use it any more. Goals made of it stay."),
            )
        },
    )
    return form_page(
        request,
        page,
        TemplateForm(request.POST or None, viewer=viewer, template=template),
        lambda values: template_change(viewer=viewer, template=template, at=timezone.now(), **values),
        lambda made: reverse("goals:template_list"),
        _("Saved."),
    )


@require_POST
def template_retire_view(request: HttpRequest, template_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    template = access_template(viewer, template_id, "change")
    return act(
        request,
        reverse("goals:template_list"),
        _("Retired."),
        lambda: template_retire(viewer=viewer, template=template, at=timezone.now()),
    )


@require_http_methods(["GET", "POST"])
def template_use_view(request: HttpRequest, template_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    template = access_template(viewer, template_id)
    page = FormPage(
        _("Make a goal of “%(name)s”") % {"name": template.name},
        [library_crumb(), Crumb(template.name)],
        reverse("goals:template_list"),
        _("Set the goal"),
        subtitle=template.specific[:300],
    )
    form = UseForm(request.POST or None, viewer=viewer, template=template)
    return form_page(
        request, page, form, lambda values: _use(viewer, template, values), lambda made: _used(request, made)
    )


def _use(viewer: Viewer, template: GoalTemplate, values: dict[str, Any]) -> Made | Goal:
    days = {"starts_on": values["starts_on"], "ends_before": values["ends_before"]}
    parent, target = parent_of(viewer, values["parent"]), values.get("target")
    people = people_of(viewer, values["holder"])
    now = timezone.now()
    if people is None:
        holder: Any = holder_of(viewer, values["holder"])
        return goal_from_template(
            viewer=viewer, template=template, at=now, target=target, parent=parent, **days, **holder
        )
    targets = dict.fromkeys(people, target)
    return goals_from_template(viewer=viewer, template=template, at=now, targets=targets, parent=parent, **days)


def _used(request: HttpRequest, made: Made | Goal) -> str:
    """Say what came of it, and where to go on."""
    if isinstance(made, Goal):
        messages.success(request, _("The goal is set. Revise it where yours differs."))
        return reverse("goals:detail", args=[made.pk])
    count = len(made.goals)
    messages.success(request, ngettext("%(count)s goal is set.", "%(count)s goals are set.", count) % {"count": count})
    if made.refused:
        words = "; ".join(f"{name}: {why}" for name, why in made.refused)
        messages.warning(request, _("Not set: %(words)s") % {"words": words})
    return reverse("goals:tree") if made.goals else reverse("goals:template_list")
