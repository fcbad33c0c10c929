"""A manager sets goals for the whole team in one sitting."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from goals.forms.align import parent_of
from goals.forms.team_goals import TeamGoalsChoice, TeamGoalsShared
from goals.models import Goal
from goals.pages.team_set import SetRow, default_name, set_rows
from goals.selectors.figures import goal_metrics
from goals.selectors.goals import access_goal_team, goals_alike, team_members
from goals.services.together import Line, LinesRefused, goals_save
from kernel.period import Grain, Period
from people import formats
from people.components import Crumb
from people.fiscal import calendar_of
from people.models import Team
from people.viewer import Viewer
from people.views.page import viewer_of


@require_http_methods(["GET", "POST"])
def team_set_view(request: HttpRequest, team_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    team = access_goal_team(viewer, team_id, "create")
    choice, metric, days = _choice(request, viewer)
    shared = TeamGoalsShared(
        request.POST or None, viewer=viewer, initial={"name": default_name(_(metric.label), _label(viewer, days))}
    )
    members = team_members(team, viewer.on)
    rows = set_rows(
        viewer,
        team=team,
        members=members,
        existing=goals_alike(team, members, metric.name, days),
        metric=metric.name,
        unit=str(metric.unit),
        days=days,
        data=request.POST or None,
    )
    refusal = ""
    if request.method == "POST":
        done, refusal = _save(request, viewer, team, metric.name, days, shared, rows)
        if done is not None:
            return done
    back = reverse("goals:team", args=[team.pk])
    context = {
        "title": _("Set goals for %(team)s") % {"team": team.name},
        "crumbs": [Crumb(_("Goals of %(team)s") % {"team": team.name}, back), Crumb(_("Set goals"))],
        "choice": choice,
        "shared": shared,
        "rows": rows,
        "refusal": refusal,
        "cancel_href": back,
        "here": request.path,
        "metric_label": _(metric.label),
        "unit_words": _("in %") if metric.unit == "ratio" else "",
        "days_words": f"{formats.day(days.starts_on)} – {formats.day(days.last_day)}",
        "query": {"metric": metric.name, "starts_on": days.starts_on, "ends_before": days.ends_before},
    }
    return render(request, "goals/team_set.html", context, status=422 if request.method == "POST" else 200)


def _choice(request: HttpRequest, viewer: Viewer) -> tuple[TeamGoalsChoice, Any, Period]:
    """Metric and days asked for; otherwise bookings of the running quarter."""
    quarter = calendar_of(viewer.organization).period_of(Grain.QUARTER, viewer.on)
    initial = {"metric": "revenue", "starts_on": quarter.starts_on, "ends_before": quarter.ends_before}
    asked = {key: value for key, value in request.GET.dict().items() if key in initial}
    form = TeamGoalsChoice({**initial, **asked}, viewer=viewer)
    values = form.cleaned_data if form.is_valid() else initial
    first, last = _as_day(values["starts_on"]), _as_day(values["ends_before"])
    return form, goal_metrics()[str(values["metric"])], Period(first, last)


def _as_day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _label(viewer: Viewer, days: Period) -> str:
    calendar = calendar_of(viewer.organization)
    for grain in (Grain.MONTH, Grain.QUARTER, Grain.YEAR):
        if calendar.period_of(grain, days.starts_on) == days:
            return calendar.label_of(grain, days)
    return f"{formats.day(days.starts_on)} – {formats.day(days.last_day)}"


def _save(
    request: HttpRequest,
    viewer: Viewer,
    team: Team,
    metric: str,
    days: Period,
    shared: TeamGoalsShared,
    rows: list[SetRow],
) -> tuple[HttpResponse | None, str]:
    """Everything, or nothing and what is wrong."""
    nothing_saved = _("Nothing is saved yet: look at the messages beside the cells, then save again.")
    is_valid = [shared.is_valid(), *(row.form.is_valid() for row in rows)]
    if not all(is_valid):
        return None, nothing_saved
    values = shared.cleaned_data
    lines = [
        Line(row.key, row.holder, row.form.values(), row.goal, row.form.cleaned_data.get("version") or 0)
        for row in rows
        if not row.form.is_empty
    ]
    common = {
        "name": values["name"],
        "cadence": values["cadence"],
        "kind": Goal.Kind.METRIC,
        "metric": metric,
        "starts_on": days.starts_on,
        "ends_before": days.ends_before,
    }
    try:
        saved = goals_save(
            viewer=viewer,
            at=timezone.now(),
            lines=lines,
            shared=common,
            reason=values["reason"],
            parent=parent_of(viewer, values["parent"]),
        )
    except LinesRefused as error:
        for row in rows:
            if row.key in error.errors:
                _refuse(shared, row, error.errors[row.key])
        return None, nothing_saved
    words = _("Saved: %(created)s goals set, %(revised)s revised.")
    numbers = {"created": formats.number(saved.created), "revised": formats.number(saved.revised)}
    messages.success(request, words % numbers)
    return HttpResponseRedirect(reverse("goals:team", args=[team.pk])), ""


def _refuse(shared: TeamGoalsShared, row: SetRow, error: ValidationError) -> None:
    """Beside the cell; what is about what all share stands above."""
    if hasattr(error, "error_dict") and set(error.error_dict) & set(shared.fields):
        about = {name: texts for name, texts in error.error_dict.items() if name in shared.fields}
        if not set(about) & set(shared.errors):
            shared.refuse(ValidationError(about))
        error = ValidationError({name: texts for name, texts in error.error_dict.items() if name not in about})
        if not error.error_dict:
            return
    row.form.refuse(error)
