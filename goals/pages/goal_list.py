"""Lists of goals: one's own, and a team's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from goals.models import Goal
from goals.pages.pieces import confidence_chip, holder_cell, progress_bar, status_chip
from goals.selectors.goals import COMING, PAST, RUNNING, WHEN, waiting_for
from goals.selectors.sight import goal_states_for
from goals.selectors.states import State
from people import formats
from people.components import Action, Callout, Cell, Column, Empty, Row, Tab, Table
from people.viewer import Viewer

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class GoalList:
    """What `goals/goal_list.html` shows."""

    title: str
    tabs: Sequence[Tab]
    table: Table
    callouts: Sequence[Callout]
    actions: Sequence[Action]


def when_of(query: Mapping[str, str]) -> str:
    """Which goals a list shows; the running ones unless it says otherwise."""
    asked = query.get("when", RUNNING)
    return asked if asked in WHEN else RUNNING


def when_tabs(when: str, path: str) -> list[Tab]:
    words = {RUNNING: _("Running"), COMING: _("To come"), PAST: _("Over")}
    return [Tab(words[each], f"{path}?when={each}", each == when) for each in WHEN]


def goal_table(viewer: Viewer, goals: Sequence[Goal], *, has_holder: bool, empty: Empty) -> Table:
    """Goals with their states. Queries as of `goal_states`."""
    states = goal_states_for(viewer, goals)
    columns = [
        Column("goal", _("Goal")),
        *([Column("holder", _("Whose"))] if has_holder else []),
        Column("progress", _("Progress")),
        Column("status", _("State")),
        Column("confidence", _("Confidence")),
        Column("until", _("Last day")),
    ]
    rows = [_row(viewer, goal, states[goal.pk], has_holder) for goal in goals]
    return Table("goals", _("Goals"), columns, rows, empty=empty, is_caption_hidden=True, is_stacked_on_phone=True)


def _row(viewer: Viewer, goal: Goal, state: State, has_holder: bool) -> Row:
    href = reverse("goals:detail", args=[goal.pk])
    confidence = confidence_chip(state)
    due = _("check-in is due") if state.is_due else ""
    return Row(
        [
            Cell(text=goal.name, detail=due),
            *([holder_cell(goal)] if has_holder else []),
            Cell(progress=progress_bar(goal, state, viewer.organization.currency, is_small=True)),
            Cell(status=status_chip(goal, state), detail=_expected(state, goal)),
            Cell(status=confidence) if confidence else Cell(text=formats.UNDEFINED),
            Cell(goal.ends_before - ONE_DAY),
        ],
        href=href,
    )


def _expected(state: State, goal: Goal) -> str:
    if state.status.is_final or goal.withdrawn_at:
        return ""
    return _("%(share)s expected by now") % {"share": formats.percent(state.expected_ratio, 0)}


def waiting_callouts(viewer: Viewer) -> list[Callout]:
    """What waits for the viewer, each with the way to it. Two queries."""
    waiting = waiting_for(viewer)
    found = []
    for notice in waiting["notices"]:
        goal = notice.revision.goal
        who = notice.revision.by.name if notice.revision.by else _("Command line")
        text = _("%(name)s: “%(reason)s”") % {"name": who, "reason": notice.revision.reason}
        look = [Action(_("Look at what changed"), reverse("goals:detail", args=[goal.pk]), "arrow-right")]
        found.append(Callout(_("“%(goal)s” was revised") % {"goal": goal.name}, text, "warn", look))
    for request in waiting["requests"]:
        text = _("%(name)s: “%(reason)s”") % {"name": request.by.name, "reason": request.reason}
        decide = [Action(_("Look at it and decide"), reverse("goals:request_decide", args=[request.pk]), "arrow-right")]
        title = _("A change of “%(goal)s” is asked for") % {"goal": request.goal.name}
        found.append(Callout(title, text, "accent", decide))
    return found


def nothing_yet(viewer: Viewer, when: str, actions: Sequence[Action]) -> Empty:
    if when == PAST:
        return Empty(_("No goal is over yet"), _("Goals whose days have passed stand here as met or missed."), "flag")
    if when == COMING:
        return Empty(_("No goal begins later"), _("Set one for the next quarter before it begins."), "flag", actions)
    return Empty(_("No goal runs today"), _("Set one: what is to be reached, and until when."), "flag", actions)


def query_of(values: Any) -> dict[str, str]:
    """A query as plain texts."""
    return {key: str(value) for key, value in values.items()}
