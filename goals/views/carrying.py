"""At the end of a period: which goals ended how, and one step to take the unfinished ones along."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from goals.engine.pace import Status as Pace
from goals.forms.many import LEFT, CarryForm
from goals.pages.pieces import holder_cell, status_chip
from goals.selectors.many import Ended, ended_listed, ended_rows
from goals.selectors.states import is_additive
from goals.services.carrying import goals_carry
from goals.views.pieces import days_words, percent_words, way_words
from kernel.period import Grain
from kernel.row_id import row_id
from people.components import Cell, Choice, Column, Crumb, Empty, Row, Table
from people.fiscal import calendar_of
from people.viewer import Viewer
from people.views.page import viewer_of

MOST_ROWS = 500


@require_http_methods(["GET", "POST"])
def carry_view(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    found = ended_listed(viewer, list(ended_rows(viewer)[:MOST_ROWS]))
    period = calendar_of(viewer.organization).period_of(Grain.QUARTER, viewer.on)
    initial = {"starts_on": period.starts_on, "ends_before": period.ends_before}
    form = CarryForm(request.POST or None, viewer=viewer, initial=initial)
    if request.method == "POST" and form.is_valid():
        chosen = [each for each in found if each.goal.pk in _ids(request)]
        try:
            with transaction.atomic():
                return _carried(request, viewer, chosen, form.cleaned_data)
        except ValidationError as error:
            form.refuse(error)
    context = {
        "crumbs": [Crumb(_("My goals"), reverse("goals:mine")), Crumb(_("Carry over"))],
        "form": form,
        "table": _table(viewer, found, _ids(request) if request.method == "POST" else None),
        "has_rows": bool(found),
    }
    return render(request, "goals/carry.html", context, status=422 if form.is_bound else 200)


def _ids(request: HttpRequest) -> set[int | None]:
    return {row_id(text) for text in request.POST.getlist("goal")}


def _carried(request: HttpRequest, viewer: Viewer, chosen: list[Ended], values: dict[str, Any]) -> HttpResponse:
    if not chosen:
        raise ValidationError(_("Choose at least one goal."), code="none")
    done = goals_carry(
        viewer=viewer,
        at=timezone.now(),
        rows=[each.goal for each in chosen],
        starts_on=values["starts_on"],
        ends_before=values["ends_before"],
        targets=_left(chosen) if values["targets"] == LEFT else {},
    )
    if not done.goals:
        raise ValidationError([f"{name}: {why}" for name, why in done.refused])
    count = len(done.goals)
    words = ngettext("%(count)s goal goes on.", "%(count)s goals go on.", count) % {"count": count}
    messages.success(request, words)
    if done.refused:
        words = "; ".join(f"{name}: {why}" for name, why in done.refused)
        messages.warning(request, _("Not carried over: %(words)s") % {"words": words})
    return HttpResponseRedirect(reverse("goals:carry"))


def _left(chosen: list[Ended]) -> dict[int, Decimal]:
    """What was left, for numbers that add up from nothing."""
    return {
        each.goal.pk: each.state.left
        for each in chosen
        if each.state.left and is_additive(each.goal) and not each.goal.baseline
    }


def _table(viewer: Viewer, found: list[Ended], chosen: set[int | None] | None) -> Table:
    return Table(
        "ended",
        _("Goals that ended"),
        [
            Column("choose", _("Choose"), is_label_hidden=True),
            Column("goal", _("Goal")),
            Column("who", _("Whose")),
            Column("state", _("Ended as")),
            Column("progress", _("Progress"), "number"),
            Column("days", _("Days")),
        ],
        [_row(viewer, each, chosen) for each in found],
        is_caption_hidden=True,
        is_stacked_on_phone=True,
        empty=Empty(
            _("Nothing to carry over"),
            _("Goals whose days are over appear here until they go on or a year has passed."),
            "check",
        ),
    )


def _row(viewer: Viewer, each: Ended, chosen: set[int | None] | None) -> Row:
    goal, state = each.goal, each.state
    is_chosen = state.status is Pace.MISSED if chosen is None else goal.pk in chosen
    label = _("Carry “%(name)s” over") % {"name": goal.name}
    return Row(
        [
            Cell(choice=Choice("goal", str(goal.pk), label, is_chosen)),
            Cell(goal.name, href=reverse("goals:detail", args=[goal.pk])),
            holder_cell(goal),
            Cell(status=status_chip(goal, state)),
            Cell(text=percent_words(state), detail=way_words(goal, state, viewer.organization.currency)),
            Cell(days_words(goal)),
        ]
    )
