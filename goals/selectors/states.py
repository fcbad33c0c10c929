"""What goals and objectives are on a day: value, progress, pace and status. Computed when asked, never stored."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from goals.engine.pace import (
    CheckIn as Said,
)
from goals.engine.pace import (
    Confidence,
    Curve,
    Status,
    confidence_of,
    milestones_expected,
    month_weights,
    status_of,
)
from goals.engine.progress import (
    UNDEFINED,
    Direction,
    Level,
    Progress,
    Scale,
    milestones_progress,
    progress_of,
)
from goals.engine.progress import (
    Milestone as Step,
)
from goals.engine.rollup import Node, Rule, roll_up_tree
from goals.models import Alignment, CheckIn, Goal, Measured, Milestone, Objective
from goals.selectors.figures import COMPANY, PERSON, TEAM, Ask, adds_up, figures_of, goal_metrics, limits_of
from kernel.period import Period
from kernel.ratio import Ratio
from metrics.engine.evaluate import Note, Value
from people.models import Organization
from people.selectors.holiday import holiday_days
from people.viewer import day_at

CADENCE_DAYS = {"weekly": 7, "fortnightly": 14, "monthly": 31}
SEASON_YEARS = 3


@dataclass(frozen=True)
class State:
    """A goal or objective on a day. `progress` is the share of the way (undefined without a value); `expected` the share
    that should be come by now; `value` is in the unit of the measure, None where it is unknown or rolled up by weight."""

    value: Decimal | None
    progress: Ratio
    level: Level
    left: Decimal | None
    expected: Fraction
    status: Status
    confidence: Confidence | None
    last_check_in: date | None
    is_due: bool  # a check-in is due
    notes: tuple[Note, ...] = ()
    is_rounded: bool = False  # an exact figure would tell somebody's that is hidden from the reader

    @property
    def ratio(self) -> Decimal | None:
        """The progress as a number: 0.4 is 40 %."""
        return self.progress.value

    @property
    def expected_ratio(self) -> Decimal:
        return Decimal(self.expected.numerator) / Decimal(self.expected.denominator)


@dataclass(frozen=True)
class _Known:
    """What was read for many goals at once."""

    figures: Mapping[Ask, Value]
    check_ins: Mapping[int, list[CheckIn]]
    milestones: Mapping[int, list[Milestone]]
    seasons: Mapping[str, Mapping[int, Decimal]]
    days_off: frozenset[date]


def goal_states(organization: Organization, goals: Sequence[Goal], on: date) -> dict[int, State]:
    """The state of each goal by id. Queries as of `figures_of`, and six more; the same for one goal and for a thousand."""
    below, links = _below(goals)
    every = {each.pk: each for each in [*below, *goals]}
    own = _own_states(organization, list(every.values()), on)
    if not any(each.rolls_up_by != Measured.RollUp.OWN for each in goals):
        return {each.pk: own[each.pk] for each in goals}
    nodes = [_node(each, own[each.pk], links) for each in every.values()]
    rolled, _circles = roll_up_tree(nodes)
    return {each.pk: _rolled(each, own[each.pk], rolled[each.pk].progress, on) for each in goals}


def objective_states(organization: Organization, objectives: Sequence[Objective], on: date) -> dict[int, State]:
    """The state of each objective by id; those that roll up take the progress of what contributes to them. Queries as of
    `goal_states`, and `figures_of` once more."""
    own = _own_states(organization, objectives, on)
    rolling = [each.pk for each in objectives if each.rolls_up_by != Measured.RollUp.OWN]
    if not rolling:
        return own
    direct = Alignment.objects.filter(parent_objective__in=rolling, goal__withdrawn_at=None)
    pairs = list(direct.values_list("parent_objective", "goal", "weight"))
    goals = list(Goal.objects.filter(pk__in={goal for _objective, goal, _weight in pairs}))
    states = goal_states(organization, goals, on)
    found = {}
    for each in objectives:
        children = tuple((goal, weight) for objective, goal, weight in pairs if objective == each.pk)
        if each.pk in rolling:
            nodes = [Node(goal, states[goal].progress) for goal, _weight in children]
            rolled, _circles = roll_up_tree([*nodes, Node(-1, UNDEFINED, Rule(each.rolls_up_by), children)])
            found[each.pk] = _rolled(each, own[each.pk], rolled[-1].progress, on)
        else:
            found[each.pk] = own[each.pk]
    return found


def scale_of(row: Measured) -> Scale:
    """The levels of a goal or objective; without a baseline the way begins at nothing."""
    commit, stretch = getattr(row, "commit_value", None), getattr(row, "stretch_value", None)
    return Scale(row.baseline or Decimal(0), row.target, Direction(row.direction), commit, stretch)


def ask_of(row: Measured, until: date | None = None) -> Ask:
    """The figure that a goal on a metric is about; `until` asks for its days before that one only."""
    if isinstance(row, Goal):
        holder = (PERSON, int(row.person_id)) if row.person_id else (TEAM, int(row.team_id or 0))
    else:
        holder = (COMPANY, 0)
    ends_before = min(row.ends_before, until) if until else row.ends_before
    return Ask(row.metric, holder, limits_of(row.filters), row.starts_on, max(ends_before, row.starts_on + ONE_DAY))


ONE_DAY = timedelta(days=1)


def is_additive(row: Measured) -> bool:
    """Whether the measure grows towards its target by what happens; a rate or an entered number may fall back."""
    metric = goal_metrics().get(row.metric)
    return metric is not None and adds_up(metric) and row.direction == Measured.Direction.HIGHER


def curve_of(row: Measured, seasons: Mapping[str, Mapping[int, Decimal]], days_off: frozenset[date]) -> Curve:
    """How the days of a goal are to be filled; nothing is expected on days off."""
    is_seasonal = getattr(row, "pace", "") == Goal.Pace.SEASONAL
    months = seasons.get(row.metric, {}) if is_seasonal else {}
    return Curve(Period(row.starts_on, row.ends_before), days_off=days_off, months=months)


def seasons_of(organization: Organization, rows: Iterable[Measured], on: date) -> dict[str, Mapping[int, Decimal]]:
    """What each month of the year brings the company, over whole months of the last three years, for measures of goals
    that follow it. One query at most."""
    metrics = {row.metric for row in rows if getattr(row, "pace", "") == Goal.Pace.SEASONAL and row.metric}
    if not metrics:
        return {}
    first = date(on.year - SEASON_YEARS, on.month, 1)
    days = [date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1) for n in range(37)]
    months = list(pairwise(days))
    asks = {(name, day): Ask(name, (COMPANY, 0), (), day, end) for name in metrics for day, end in months}
    found = figures_of(organization, asks.values(), on)
    return {
        name: month_weights((day, value) for day, _end in months if (value := found[asks[name, day]].value) is not None)
        for name in metrics
    }


def _own_states(organization: Organization, rows: Sequence[Any], on: date) -> dict[int, State]:
    """What each is by its own measure."""
    if not rows:
        return {}
    measured = [row for row in rows if row.kind == Measured.Kind.METRIC]
    is_goal = isinstance(rows[0], Goal)
    known = _Known(
        figures_of(organization, [ask_of(row) for row in measured], on),
        _check_ins(rows, "goal" if is_goal else "objective", on),
        _milestones(rows) if is_goal else {},
        seasons_of(organization, rows, on),
        holiday_days(),
    )
    return {row.pk: _state(row, known, organization, on) for row in rows}


def _check_ins(rows: Sequence[Any], name: str, on: date) -> dict[int, list[CheckIn]]:
    """Up to the day, oldest first. One query."""
    found: dict[int, list[CheckIn]] = {}
    fields = ("id", f"{name}_id", "on", "value", "confidence")
    ids = [row.pk for row in rows]
    for each in CheckIn.objects.filter(**{f"{name}__in": ids}, on__lte=on).order_by("on", "pk").only(*fields):
        found.setdefault(getattr(each, f"{name}_id"), []).append(each)
    return found


def _milestones(rows: Sequence[Any]) -> dict[int, list[Milestone]]:
    """One query at most."""
    ids = [row.pk for row in rows if row.kind == Measured.Kind.MILESTONES]
    found: dict[int, list[Milestone]] = {}
    for each in Milestone.objects.filter(goal__in=ids).order_by("position", "pk") if ids else []:
        found.setdefault(each.goal_id, []).append(each)
    return found


def _state(row: Any, known: _Known, organization: Organization, on: date) -> State:
    said = known.check_ins.get(row.pk, [])
    curve = curve_of(row, known.seasons, known.days_off)
    notes: tuple[Note, ...] = ()
    if row.kind == Measured.Kind.MILESTONES:
        steps = [Step(each.weight, each.done_on is not None, each.due_on) for each in known.milestones.get(row.pk, [])]
        ratio, expected = milestones_progress(steps), milestones_expected(steps, curve, on)
        value = ratio.value
        progress = Progress(ratio, Level.NONE, None)
        is_reached = value is not None and value >= 1
    else:
        figure = known.figures.get(ask_of(row)) if row.kind == Measured.Kind.METRIC else None
        value = figure.value if figure else _entered(said)
        notes = figure.notes if figure else ()
        progress, expected = progress_of(scale_of(row), value), curve.expected(on)
        is_reached = value is not None and Direction(row.direction).is_reached(value, row.target)
    cadence = CADENCE_DAYS.get(getattr(row, "cadence", ""))
    last = said[-1].on if said else None
    return State(
        value=value,
        progress=progress.ratio,
        level=progress.level,
        left=progress.left,
        expected=expected,
        status=status_of(
            curve.period,
            on,
            progress=progress.ratio,
            is_reached=is_reached,
            is_known=value is not None,
            expected=expected,
            adds_up=row.kind == Measured.Kind.MILESTONES or is_additive(row),
        ),
        confidence=confidence_of((Said(each.on, each.confidence or None) for each in said), on, cadence_days=cadence),
        last_check_in=last,
        is_due=_is_due(row, last, cadence, organization, on),
        notes=notes,
    )


def _entered(said: Sequence[CheckIn]) -> Decimal | None:
    return next((each.value for each in reversed(said) if each.value is not None), None)


def _is_due(row: Any, last: date | None, cadence: int | None, organization: Organization, on: date) -> bool:
    """A cadence after the last check-in, or after the goal began, while it runs."""
    if cadence is None or getattr(row, "withdrawn_at", None) or not row.starts_on <= on < row.ends_before:
        return False
    return (on - (last or _began(row, organization))).days >= cadence


def _began(row: Any, organization: Organization) -> date:
    """Its first day, or that of the organization on which it was set."""
    first: date = max(row.starts_on, day_at(organization, row.created_at))
    return first


def _below(goals: Sequence[Goal]) -> tuple[list[Goal], dict[int, list[tuple[int, Decimal]]]]:
    """Goals below those that roll up, at any depth, and the links by parent. Two queries, none where nothing rolls up."""
    rolling = [each.pk for each in goals if each.rolls_up_by != Measured.RollUp.OWN]
    if not rolling:
        return [], {}
    links: dict[int, list[tuple[int, Decimal]]] = {}
    running = Alignment.objects.filter(parent_goal__isnull=False, goal__withdrawn_at=None)
    for parent, child, weight in running.values_list("parent_goal", "goal", "weight"):
        links.setdefault(parent, []).append((child, weight))
    reached, waiting = set[int](), list(rolling)
    while waiting:
        for child, _weight in links.get(waiting.pop(), []):
            if child not in reached:
                reached.add(child)
                waiting.append(child)
    return list(Goal.objects.filter(pk__in=reached)), links


def _node(row: Goal, own: State, links: Mapping[int, list[tuple[int, Decimal]]]) -> Node:
    return Node(row.pk, own.progress, Rule(row.rolls_up_by), tuple(links.get(row.pk, ())))


def _rolled(row: Any, own: State, progress: Ratio, on: date) -> State:
    """The state of what takes its progress from others."""
    if row.rolls_up_by == Measured.RollUp.OWN:
        return own
    value = _value_at(row, progress) if row.rolls_up_by == Measured.RollUp.SUM else None
    is_reached = progress.is_defined and progress.numerator >= progress.denominator
    status = status_of(
        Period(row.starts_on, row.ends_before),
        on,
        progress=progress,
        is_reached=is_reached,
        is_known=progress.is_defined,
        expected=own.expected,
        adds_up=False,
    )
    return replace(own, value=value, progress=progress, status=status, level=Level.NONE, left=None, notes=())


def _value_at(row: Any, progress: Ratio) -> Decimal | None:
    """What the children have come, in the unit of the measure, from the row's own baseline on."""
    if not progress.is_defined:
        return None
    sign = 1 if row.direction == Measured.Direction.HIGHER else -1
    return (row.baseline or Decimal(0)) + sign * progress.numerator


def check_ins_due(organization: Organization, goals: Sequence[Goal], on: date) -> list[tuple[Goal, date]]:
    """Goals whose check-in is due, and since which day. One query."""
    said = _check_ins(goals, "goal", on)
    found = []
    for goal in goals:
        last = said[goal.pk][-1].on if goal.pk in said else None
        cadence = CADENCE_DAYS.get(goal.cadence)
        if cadence is not None and _is_due(goal, last, cadence, organization, on):
            found.append((goal, (last or _began(goal, organization)) + timedelta(days=cadence)))
    return found
