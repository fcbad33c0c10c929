"""The page of one goal: where it stands, how it came there, and what is around it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from goals.models import Alignment, ChangeRequest, CheckIn, Goal, Measured, Revision
from goals.pages.pieces import (
    confidence_chip,
    holder_name,
    level_words,
    progress_bar,
    status_chip,
    value_words,
)
from goals.pages.track import track_chart
from goals.policies import goals
from goals.selectors.goals import Story, goal_story
from goals.selectors.limits import filters_words, metric_choices
from goals.selectors.sight import goal_states_for
from goals.selectors.states import State
from goals.words import change_words, field_words
from metrics.words import notes_text
from people import formats
from people.components import (
    Action,
    Callout,
    Cell,
    Chart,
    Column,
    Crumb,
    Empty,
    Event,
    Figure,
    PersonChip,
    Progress,
    Row,
    Status,
    Table,
)
from people.viewer import Viewer
from people.views.words import days_words


@dataclass(frozen=True)
class GoalPage:
    """What `goals/goal_detail.html` shows."""

    title: str
    crumbs: Sequence[Crumb]
    status: Status
    confidence: Status | None
    progress: Progress
    figures: Sequence[Figure]
    chart: Chart | None
    callouts: Sequence[Callout]
    parts: Sequence[tuple[str, str]]
    events: Sequence[Event]
    revisions: Table
    parents: Table
    children: Table
    milestones: Table | None
    actions: Sequence[Action]
    can_align: bool


def goal_page(viewer: Viewer, goal: Goal) -> GoalPage:
    """Everything of one goal. Thirty queries at most."""
    state = goal_states_for(viewer, [goal])[goal.pk]
    story = goal_story(viewer, goal)
    may_change = goals.can(viewer, "change", goal)
    currency = viewer.organization.currency
    return GoalPage(
        title=goal.name,
        crumbs=[_up(viewer, goal), Crumb(goal.name)],
        status=status_chip(goal, state),
        confidence=confidence_chip(state),
        progress=progress_bar(goal, state, currency),
        figures=_figures(goal, state, currency),
        chart=track_chart(viewer, goal, state, story),
        callouts=_callouts(viewer, goal, story, may_change),
        parts=_parts(goal, currency),
        events=_events(goal, story, currency),
        revisions=_revisions(goal, story.revisions, currency),
        parents=_parents(goal, story, may_change or goal.created_by_id == viewer.person.pk),
        children=_children(story),
        milestones=_milestones(goal, story),
        actions=_actions(viewer, goal, story, may_change),
        can_align=may_change or goal.created_by_id == viewer.person.pk,
    )


def _up(viewer: Viewer, goal: Goal) -> Crumb:
    if goal.person_id == viewer.person.pk:
        return Crumb(_("My goals"), reverse("goals:mine"))
    if goal.team_id:
        return Crumb(_("Goals of %(team)s") % {"team": holder_name(goal)}, reverse("goals:team", args=[goal.team_id]))
    return Crumb(_("Goals"), reverse("goals:teams"))


def _figures(goal: Goal, state: State, currency: str) -> list[Figure]:
    unit = "ratio" if goal.kind == Measured.Kind.MILESTONES else str(goal.unit)
    why = reverse("goals:why", args=[goal.pk]) if goal.kind == Measured.Kind.METRIC else ""
    rolled = goal.rolls_up_by != Measured.RollUp.OWN
    note = level_words(state)
    figures = [
        Figure(
            _("Value"),
            state.value,
            unit,
            currency,
            key=f"goal-{goal.pk}",
            why_href="" if rolled else why,
            note=note,
            reason=_no_value(state) if state.value is None else "",
        ),
        Figure(_("Progress"), state.ratio, "ratio", note=_progress_note(state)),
    ]
    if state.left is not None:
        figures.append(Figure(_("Left to go"), state.left, unit, currency))
    return figures


def _no_value(state: State) -> str:
    if state.is_rounded:
        return _("An exact figure would tell a goal that is not open to you.")
    return notes_text(state.notes) or _("Nothing was entered yet.")


def _progress_note(state: State) -> str:
    words = _expected_words(state)
    return _("rounded down; %(expected)s") % {"expected": words} if state.is_rounded else words


def _expected_words(state: State) -> str:
    return _("%(share)s expected by now") % {"share": formats.percent(state.expected_ratio)}


def _callouts(viewer: Viewer, goal: Goal, story: Story, may_change: bool) -> list[Callout]:
    found = []
    if goal.withdrawn_at:
        found.append(Callout(_("This goal was withdrawn"), goal.withdrawn_reason, "neutral"))
    if story.notice is not None:
        words = _("What it was and why it changed stands below under “Revisions”.")
        done = Action(
            _("I have read it"),
            reverse("goals:acknowledge", args=[story.notice.revision_id]),
            "check",
            "primary",
            "post",
        )
        found.append(Callout(_("This goal was revised"), words, "warn", [done]))
    waiting = next((each for each in story.requests if each.state == ChangeRequest.State.OPEN), None)
    if waiting is not None:
        found.append(_request_callout(viewer, goal, waiting, may_change))
    return found


def _request_callout(viewer: Viewer, goal: Goal, request: ChangeRequest, may_change: bool) -> Callout:
    currency = viewer.organization.currency
    wanted = ", ".join(field_words(goal, name, value, currency) for name, value in request.wanted.items())
    text = _("%(name)s asks: %(wanted)s (“%(reason)s”)") % {
        "name": request.by.name,
        "wanted": wanted,
        "reason": request.reason,
    }
    actions = []
    if request.by_id == viewer.person.pk:
        back = reverse("goals:request_withdraw", args=[request.pk])
        actions.append(Action(_("Take the request back"), back, "undo", "secondary", "post"))
    elif may_change:
        actions.append(
            Action(_("Decide"), reverse("goals:request_decide", args=[request.pk]), "arrow-right", "primary")
        )
    return Callout(_("A change is asked for"), text, "accent", actions)


def _parts(goal: Goal, currency: str) -> list[tuple[str, str]]:
    """The five SMART parts in words."""
    return [
        (_("Specific"), goal.specific or goal.name),
        (_("Measurable"), measure_words(goal, currency)),
        (_("Achievable"), goal.achievable or formats.UNDEFINED),
        (_("Relevant"), goal.relevant or formats.UNDEFINED),
        (
            _("Time-bound"),
            _("%(days)s; check-ins %(cadence)s")
            % {"days": days_words(goal.starts_on, goal.ends_before), "cadence": goal.get_cadence_display()},
        ),
    ]


def measure_words(goal: Goal, currency: str) -> str:
    """What is measured, from where to where."""
    if goal.kind == Measured.Kind.MILESTONES:
        return _("milestones that are reached")
    what = dict(metric_choices()).get(goal.metric, "") or _("a number that is entered at check-ins")
    limits = ", ".join(f"{label}: {text}" for label, text in filters_words(goal.filters))
    way = _("from %(baseline)s to %(target)s") % {
        "baseline": value_words(goal, goal.baseline or Decimal(0), currency),
        "target": value_words(goal, goal.target, currency),
    }
    more = []
    if goal.commit_value is not None:
        more.append(_("commit %(value)s") % {"value": value_words(goal, goal.commit_value, currency)})
    if goal.stretch_value is not None:
        more.append(_("stretch %(value)s") % {"value": value_words(goal, goal.stretch_value, currency)})
    return "; ".join(filter(None, [what, limits, way, *more]))


def _events(goal: Goal, story: Story, currency: str) -> list[Event]:
    return [_event(goal, each, currency) for each in story.check_ins]


def _event(goal: Goal, said: CheckIn, currency: str) -> Event:
    words = [value_words(goal, said.value, currency)] if said.value is not None else []
    words += [str(said.get_confidence_display())] if said.confidence else []
    private = _("Private: %(note)s") % {"note": said.private_note} if said.private_note else ""
    return Event(
        at=said.on,
        title=" · ".join(words) or _("Note"),
        detail=" — ".join(filter(None, [said.note, private])),
        actor=said.by.name if said.by else _("Command line"),
        icon="edit",
        tone={"high": "good", "medium": "warn", "low": "bad"}.get(said.confidence, "neutral"),  # type: ignore[arg-type]
    )


def _revisions(goal: Goal, revisions: Sequence[Revision], currency: str) -> Table:
    columns = [
        Column("at", _("When")),
        Column("what", _("What changed")),
        Column("why", _("Why")),
        Column("by", _("By")),
        Column("known", _("Acknowledged")),
    ]
    rows = [
        Row(
            [
                Cell(text=formats.moment(each.at)),
                Cell(text="; ".join(_changed(goal, each, currency))),
                Cell(text=each.reason),
                Cell(text=each.by.name if each.by else _("Command line")),
                Cell(text=_known(each)),
            ]
        )
        for each in revisions
    ]
    empty = Empty(_("Never revised"), _("What changes while the goal runs stands here with its old value."), "clock")
    return Table(
        "revisions", _("Revisions"), columns, rows, empty=empty, is_caption_hidden=True, is_stacked_on_phone=True
    )


def _changed(goal: Goal, revision: Revision, currency: str) -> list[str]:
    return [change_words(goal, name, revision.before[name], revision.after[name], currency) for name in revision.after]


def _known(revision: Revision) -> str:
    notices: list[Any] = list(revision.notices.all())
    if not notices:
        return formats.UNDEFINED
    words = []
    for each in notices:
        when = formats.moment(each.acknowledged_at) if each.acknowledged_at else _("not yet")
        words.append(_("%(name)s: %(when)s") % {"name": each.person.name, "when": when})
    return ", ".join(words)


def _parents(goal: Goal, story: Story, may_change: bool) -> Table:
    columns = [Column("what", _("Contributes to")), Column("weight", _("Weight"), "number", digits=2)]
    columns += [Column("away", _("Take away"), is_label_hidden=True)] if may_change else []
    rows = [Row([*_parent(link, story), *([_unlink(link)] if may_change else [])]) for link in story.parents]
    empty = Empty(_("Aligned to nothing"), _("Say which objective or goal it contributes to."), "flag")
    return Table("parents", _("Contributes to"), columns, rows, empty=empty, is_caption_hidden=True)


def _parent(link: Alignment, story: Story) -> list[Cell]:
    if link.parent_objective is not None:
        href = reverse("goals:objective_detail", args=[link.parent_objective_id])
        return [Cell(text=link.parent_objective.name, detail=_("objective"), href=href), Cell(link.weight)]
    parent: Any = link.parent_goal
    href = reverse("goals:detail", args=[parent.pk]) if parent.pk in story.readable else ""
    return [Cell(text=parent.name, detail=holder_name(parent), href=href), Cell(link.weight)]


def _unlink(link: Alignment) -> Cell:
    href = reverse("goals:unalign", args=[link.pk])
    confirm = _("It does not contribute to it any more.")
    return Cell(action=Action(_("Take away"), href, "trash", "quiet", "post", confirm=confirm))


def _children(story: Story) -> Table:
    columns = [Column("what", _("Contributes to this")), Column("weight", _("Weight"), "number", digits=2)]
    rows = []
    for link in story.children:
        href = reverse("goals:detail", args=[link.goal_id]) if link.goal_id in story.readable else ""
        rows.append(Row([Cell(text=link.goal.name, detail=holder_name(link.goal), href=href), Cell(link.weight)]))
    empty = Empty(_("Nothing contributes to it"), _("Goals that are aligned to this one stand here."), "flag")
    return Table("children", _("What contributes to it"), columns, rows, empty=empty, is_caption_hidden=True)


def _milestones(goal: Goal, story: Story) -> Table | None:
    if goal.kind != Measured.Kind.MILESTONES:
        return None
    columns = [Column("name", _("Milestone")), Column("due", _("Due on")), Column("state", _("State"))]
    rows = [
        Row([Cell(text=each.name), Cell(text=formats.day(each.due_on)), Cell(status=_step(each.done_on))])
        for each in story.milestones
    ]
    return Table("milestones", _("Milestones"), columns, rows, is_caption_hidden=True)


def _step(done_on: date | None) -> Status:
    if done_on is None:
        return Status(_("Open"), "neutral", "clock")
    return Status(_("Reached %(day)s") % {"day": formats.day(done_on)}, "good")


def _actions(viewer: Viewer, goal: Goal, story: Story, may_change: bool) -> list[Action]:
    if goal.withdrawn_at:
        return []
    found = []
    if goal.person_id != viewer.person.pk and goal.ends_before > viewer.on:
        found.append(Action(_("Offer help"), reverse("goals:help_offer", args=[goal.pk]), "team"))
    if may_change:
        found.append(Action(_("Withdraw"), reverse("goals:withdraw", args=[goal.pk]), "x-circle", "quiet"))
        found.append(Action(_("Revise"), reverse("goals:revise", args=[goal.pk]), "edit"))
    elif goals.can(viewer, "request", goal) and not _is_asked(story):
        found.append(Action(_("Ask for a change"), reverse("goals:request", args=[goal.pk]), "edit"))
    if goals.can(viewer, "check_in", goal) and goal.starts_on <= viewer.on:
        found.append(Action(_("Check in"), reverse("goals:check_in", args=[goal.pk]), "check", "primary"))
    return found


def _is_asked(story: Story) -> bool:
    return any(each.state == ChangeRequest.State.OPEN for each in story.requests)


def person_chip(goal: Goal) -> PersonChip:
    """Whose goal it is."""
    return PersonChip(holder_name(goal), detail=_("team") if goal.team_id else "")
