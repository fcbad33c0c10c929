"""Company objectives: the list, the page of one with who has read it, and the forms."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from goals.forms.objectives import ObjectiveCheckInForm, ObjectiveFilter, ObjectiveForm, kept_limits
from goals.models import Objective, Revision
from goals.pages.pieces import progress_bar
from goals.policies import objectives
from goals.selectors.figures import goal_metrics
from goals.selectors.limits import filters_resolve
from goals.selectors.objectives import (
    ALL,
    DRAFT,
    PAST,
    RUNNING,
    Listed,
    access_objective,
    has_read,
    objective_history,
    objective_readers,
    objective_rows,
    objectives_listed,
    read_counts,
)
from goals.selectors.sight import objective_states_for
from goals.selectors.states import State
from goals.services.objectives import (
    objective_change,
    objective_check_in,
    objective_create,
    objective_publish,
    objective_read,
    objective_withdraw,
)
from goals.views.pieces import confidence_words, days_words, measure_label, objective_status, progress_cell
from goals.words import measure_words
from kernel.period import Grain
from people import formats
from people.components import Action, Callout, Cell, Column, Crumb, Empty, Event, Pages, Row, Tab, Table
from people.fiscal import calendar_of
from people.viewer import Viewer
from people.views.page import FormPage, act, form_page, viewer_of

PAGE_SIZE = 50
LATEST = 20


def objectives_crumb() -> Crumb:
    return Crumb(_("Objectives"), reverse("goals:objective_list"))


@require_GET
def objective_list_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    which = request.GET.get("which", RUNNING)
    form = ObjectiveFilter(request.GET)
    search = form.cleaned_data.get("q", "") if form.is_valid() else ""
    page = Paginator(objective_rows(viewer, which, search=search.replace("\x00", "")), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    listed = objectives_listed(viewer, list(page.object_list))
    may_write = objectives.can(viewer, "change")
    table = Table(
        "objectives",
        _("Company objectives"),
        [
            Column("name", _("Objective")),
            Column("progress", _("Progress")),
            Column("state", _("State")),
            Column("days", _("Days")),
            Column("read", _("Read by"), "number"),
        ],
        [_row(viewer, each) for each in listed],
        query=request.GET,
        pages=Pages(page, request.GET) if listed else None,
        empty=_nothing(may_write),
        is_caption_hidden=True,
        is_stacked_on_phone=True,
    )
    context = {"table": table, "form": form, "tabs": _tabs(which, may_write), "actions": _list_actions(may_write)}
    return render(request, "goals/objective_list.html", context)


def _tabs(which: str, may_write: bool) -> list[Tab]:
    here = reverse("goals:objective_list")
    shown = [(RUNNING, _("Current")), (PAST, _("Past")), (ALL, _("All"))]
    if may_write:
        shown.insert(1, (DRAFT, _("Drafts")))
    return [Tab(label, f"{here}?which={key}", key == which) for key, label in shown]


def _list_actions(may_write: bool) -> list[Action]:
    found = [Action(_("Alignment"), reverse("goals:tree"), "stages")]
    if may_write:
        found.append(Action(_("Write an objective"), reverse("goals:objective_add"), "plus", "primary"))
    return found


def _nothing(may_write: bool) -> Empty:
    if may_write:
        text = _("Write what the company wants to reach, then publish it: everybody reads it and aligns their goals.")
        action = Action(_("Write an objective"), reverse("goals:objective_add"), "plus", "primary")
        return Empty(_("No objectives here"), text, "flag", [action])
    return Empty(
        _("No objectives here"), _("What the company wants to reach appears here once it is published."), "flag"
    )


def _row(viewer: Viewer, each: Listed) -> Row:
    row = each.objective
    detail = "" if each.is_read or not row.published_at else _("You have not read it yet")
    return Row(
        [
            Cell(row.name, detail=detail),
            progress_cell(row, each.state, viewer.organization.currency),
            Cell(status=objective_status(row, each.state)),
            Cell(days_words(row)),
            Cell(each.read_count if row.published_at else None),
        ],
        href=reverse("goals:objective_detail", args=[row.pk]),
    )


@require_GET
def objective_detail_view(request: HttpRequest, objective_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    objective = access_objective(viewer, objective_id)
    state = objective_states_for(viewer, [objective])[objective.pk]
    may_change = objectives.can(viewer, "change", objective)
    may_check_in = objectives.can(viewer, "check_in", objective)
    read, asked = read_counts(objective, viewer.on)
    context = {
        "objective": objective,
        "crumbs": [objectives_crumb(), Crumb(objective.name)],
        "status": objective_status(objective, state),
        "progress": progress_bar(objective, state, viewer.organization.currency),
        "pairs": _pairs(viewer, objective, state, (read, asked), may_change or may_check_in),
        "events": _events(viewer, objective),
        "actions": _actions(objective, may_change, may_check_in),
        "callout": _callout(viewer, objective),
    }
    return render(request, "goals/objective_detail.html", context)


def _pairs(
    viewer: Viewer, objective: Objective, state: State, reads: tuple[int, int], may_see_readers: bool
) -> list[tuple[str, ...]]:
    currency = viewer.organization.currency
    read = _("%(read)s of %(of)s people") % {"read": formats.number(reads[0]), "of": formats.number(reads[1])}
    has_baseline = objective.baseline is not None
    readers = reverse("goals:objective_readers", args=[objective.pk]) if may_see_readers else ""
    return [
        (_("Now"), measure_words(objective.unit, state.value, currency)),
        (_("Target"), measure_words(objective.unit, objective.target, currency)),
        *([(_("Baseline"), measure_words(objective.unit, objective.baseline, currency))] if has_baseline else []),
        (_("Measure"), measure_label(objective)),
        (_("Progress comes from"), str(objective.get_rolls_up_by_display())),
        (_("Days"), days_words(objective)),
        (_("Owner"), objective.owner.name if objective.owner else _("nobody")),
        (_("Confidence"), confidence_words(state)),
        (_("Read by"), read, readers),
    ]


def _actions(objective: Objective, may_change: bool, may_check_in: bool) -> list[Action]:
    if objective.withdrawn_at:
        return []
    below = f"{reverse('goals:tree')}?below=objective:{objective.pk}"
    found = [Action(_("What contributes"), below, "stages", "quiet")] if objective.published_at else []
    if may_change:
        found.append(
            Action(
                _("Withdraw"),
                reverse("goals:objective_withdraw", args=[objective.pk]),
                "trash",
                "danger",
                "post",
                confirm=_("It ends here for everybody. Goals that contribute to it stay; its history stays readable."),
            )
        )
        found.append(Action(_("Change"), reverse("goals:objective_change", args=[objective.pk]), "edit"))
    if may_check_in and objective.published_at:
        found.append(
            Action(_("Check in"), reverse("goals:objective_check_in", args=[objective.pk]), "check", "primary")
        )
    if may_change and objective.published_at is None:
        found.append(
            Action(
                _("Publish"),
                reverse("goals:objective_publish", args=[objective.pk]),
                "check",
                "primary",
                "post",
                confirm=_("Everybody sees it from now on, and each change will need a reason."),
            )
        )
    return found


def _callout(viewer: Viewer, objective: Objective) -> Callout | None:
    """What the viewer is asked to do: publish a draft, read what is published."""
    if objective.withdrawn_at:
        return Callout(_("Withdrawn on %(day)s") % {"day": formats.moment(objective.withdrawn_at)}, tone="warn")
    if objective.published_at is None:
        return Callout(_("Only who writes objectives sees this draft"), _("Publish it when it is ready."))
    if has_read(viewer, objective):
        return None
    here = reverse("goals:objective_read", args=[objective.pk])
    action = Action(_("I have read it"), here, "check", "primary", "post")
    return Callout(_("Please read this objective"), _("Then say so below; it is counted."), actions=[action])


def _events(viewer: Viewer, objective: Objective) -> list[Event]:
    return [_event(viewer, objective, each) for each in objective_history(objective)[:LATEST]]


def _event(viewer: Viewer, objective: Objective, each: Any) -> Event:
    who = each.by.name if each.by else _("Command line")
    if isinstance(each, Revision):
        before, after = each.before.get("target"), each.after.get("target")
        detail = each.reason
        if after:
            currency = viewer.organization.currency
            was, now = (measure_words(objective.unit, Decimal(text), currency) for text in (before, after))
            detail = _("Target %(was)s → %(now)s. %(reason)s") % {"was": was, "now": now, "reason": each.reason}
        return Event(each.at, _("Changed"), detail, who, "edit")
    said = [] if each.value is None else [measure_words(objective.unit, each.value, viewer.organization.currency)]
    said += [str(each.get_confidence_display())] if each.confidence else []
    return Event(each.created_at, _("Check-in"), " · ".join([*said, *([each.note] if each.note else [])]), who, "check")


@require_GET
def objective_readers_view(request: HttpRequest, objective_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    objective = access_objective(viewer, objective_id, "check_in")
    found = objective_readers(objective, viewer.on)
    rows = [
        Row([Cell(each.name), Cell(formats.moment(each.read_at) if each.read_at else _("not yet"))]) for each in found
    ]
    read = sum(each.read_at is not None for each in found)
    context = {
        "title": _("Who has read “%(name)s”") % {"name": objective.name},
        "crumbs": [
            objectives_crumb(),
            Crumb(objective.name, reverse("goals:objective_detail", args=[objective.pk])),
            Crumb(_("Readers")),
        ],
        "subtitle": _("Read by %(read)s of %(of)s") % {"read": read, "of": len(found)},
        "table": Table(
            "readers",
            _("Readers"),
            [Column("who", _("Person")), Column("when", _("Read"))],
            rows,
            is_caption_hidden=True,
            empty=Empty(_("Nobody can sign in yet"), _("Invite people first."), "person"),
        ),
    }
    return render(request, "goals/table_page.html", context)


@require_http_methods(["GET", "POST"])
def objective_add_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    objectives.require(viewer, "change")
    year = calendar_of(viewer.organization).period_of(Grain.YEAR, viewer.on)
    initial = {"owner": viewer.person.pk, "starts_on": year.starts_on, "ends_before": year.ends_before}
    form = ObjectiveForm(request.POST or None, viewer=viewer, initial=initial)
    page = FormPage(
        _("Write an objective"),
        [objectives_crumb(), Crumb(_("Write"))],
        reverse("goals:objective_list"),
        _("Save as draft"),
        subtitle=_("Nobody else sees it until it is published."),
    )
    return form_page(
        request,
        page,
        form,
        lambda values: objective_create(viewer=viewer, at=timezone.now(), **stored_values(values)),
        lambda made: reverse("goals:objective_detail", args=[made.pk]),
        _("The draft is saved. Publish it when it is ready."),
    )


@require_http_methods(["GET", "POST"])
def objective_change_view(request: HttpRequest, objective_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    objective = access_objective(viewer, objective_id, "change")
    here = reverse("goals:objective_detail", args=[objective.pk])
    form = ObjectiveForm(request.POST or None, viewer=viewer, objective=objective)
    page = FormPage(
        _("Change the objective"),
        [objectives_crumb(), Crumb(objective.name, here), Crumb(_("Change"))],
        here,
    )
    return form_page(
        request,
        page,
        form,
        lambda values: objective_change(
            viewer=viewer,
            objective=objective,
            at=timezone.now(),
            version=values.pop("version"),
            reason=values.pop("reason", ""),
            **stored_values(values, kept_limits(objective)),
        ),
        lambda made: here,
        _("Saved."),
    )


def stored_values(values: dict[str, Any], kept: Collection[str] = ()) -> dict[str, Any]:
    """What a form gives, as an objective keeps it; `kept`: by what it is limited already. Raises: ValidationError."""
    found = dict(values)
    by, text = found.pop("limit_by", ""), found.pop("limit_value", "")
    metric = goal_metrics().get(found["metric"]) if found["kind"] == "metric" else None
    found["filters"] = filters_resolve(metric, [(by, text)], kept) if metric and by else []
    return found


@require_POST
def objective_publish_view(request: HttpRequest, objective_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    objective = access_objective(viewer, objective_id, "change")
    return act(
        request,
        reverse("goals:objective_detail", args=[objective.pk]),
        _("Published: everybody sees it now."),
        lambda: objective_publish(viewer=viewer, objective=objective, at=timezone.now()),
    )


@require_POST
def objective_withdraw_view(request: HttpRequest, objective_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    objective = access_objective(viewer, objective_id, "change")
    return act(
        request,
        reverse("goals:objective_detail", args=[objective.pk]),
        _("Withdrawn."),
        lambda: objective_withdraw(viewer=viewer, objective=objective, at=timezone.now()),
    )


@require_POST
def objective_read_view(request: HttpRequest, objective_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    objective = access_objective(viewer, objective_id)
    return act(
        request,
        reverse("goals:objective_detail", args=[objective.pk]),
        _("Thank you."),
        lambda: objective_read(viewer=viewer, objective=objective, at=timezone.now()),
    )


@require_http_methods(["GET", "POST"])
def objective_check_in_view(request: HttpRequest, objective_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    objective = access_objective(viewer, objective_id, "check_in")
    here = reverse("goals:objective_detail", args=[objective.pk])
    form = ObjectiveCheckInForm(request.POST or None, viewer=viewer, objective=objective, initial={"on": viewer.on})
    page = FormPage(_("Check in"), [objectives_crumb(), Crumb(objective.name, here), Crumb(_("Check in"))], here)
    return form_page(
        request,
        page,
        form,
        lambda values: objective_check_in(viewer=viewer, objective=objective, at=timezone.now(), **values),
        lambda made: here,
        _("Thank you. It stands in the history."),
    )
