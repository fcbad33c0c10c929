"""States as a viewer may read them: figures that would tell a hidden goal's numbers by subtraction are rounded.

Whoever sees a parent that rolls up and all but one of what contributes to it could work out the one that is hidden. Such a
parent is shown in whole tenths and without amounts; status and confidence stay. Why:
docs/decisions/0011-what-tells-a-hidden-goal-is-rounded.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from goals.engine.disclosure import coarse, telling
from goals.engine.progress import Level
from goals.engine.rollup import Rule
from goals.models import Alignment, Goal, Measured, Objective
from goals.policies import goals, objectives
from goals.selectors.states import State, goal_states, objective_states
from people.viewer import Viewer

OBJECTIVE, GOAL = "objective", "goal"
Key = tuple[str, int]
OWN = Measured.RollUp.OWN


def goal_states_for(viewer: Viewer, rows: Sequence[Goal]) -> dict[int, State]:
    """Goals in sight. Queries as of `goal_states`, and four more where one of them rolls up."""
    states = goal_states(viewer.organization, rows, viewer.on)
    rounded = rounded_keys(viewer, rows)
    return {pk: coarse_state(state) if (GOAL, pk) in rounded else state for pk, state in states.items()}


def objective_states_for(viewer: Viewer, rows: Sequence[Objective]) -> dict[int, State]:
    """Objectives in sight. Queries as of `objective_states`, and four more where one of them rolls up."""
    states = objective_states(viewer.organization, rows, viewer.on)
    rounded = rounded_keys(viewer, rows)
    return {pk: coarse_state(state) if (OBJECTIVE, pk) in rounded else state for pk, state in states.items()}


def coarse_state(state: State) -> State:
    """In whole tenths, without the amounts behind it."""
    rounded = coarse(state.progress)
    return replace(state, value=None, progress=rounded, level=Level.NONE, left=None, is_rounded=rounded.is_defined)


def rounded_keys(viewer: Viewer, rows: Iterable[Any]) -> set[Key]:
    """What the viewer sees rounded, of everything in their sight, as figures on one page tell about those on another.

    Nothing where nothing among `rows` rolls up, and nothing for whoever sees everybody's numbers. Four queries at most.
    """
    if viewer.sees_everyone or all(row.rolls_up_by == OWN for row in rows):
        return set()
    rules: dict[Key, Rule] = {}
    for kind, found in ((OBJECTIVE, objectives.visible(viewer)), (GOAL, Goal.objects.filter(withdrawn_at=None))):
        rolling = found.exclude(rolls_up_by=OWN)
        rules |= {(kind, pk): Rule(rule) for pk, rule in rolling.values_list("pk", "rolls_up_by")}
    below: dict[Key, list[int]] = {}
    links = Alignment.objects.filter(goal__withdrawn_at=None)
    for objective, parent, child in links.values_list("parent_objective", "parent_goal", "goal"):
        below.setdefault((OBJECTIVE, objective) if objective else (GOAL, parent), []).append(child)
    children = {child for key in rules for child in below.get(key, ())}
    open_ids = set(goals.visible(viewer).filter(pk__in=children | _ids(rules)).values_list("pk", flat=True))
    shown = [key for key in rules if key[0] == OBJECTIVE or key[1] in open_ids]
    return telling({key: _hidden_in(key, rules, below, open_ids) for key in shown})


def _ids(rules: Mapping[Key, Rule]) -> set[int]:
    return {pk for kind, pk in rules if kind == GOAL}


def _hidden_in(
    top: Key, rules: Mapping[Key, Rule], below: Mapping[Key, Sequence[int]], open_ids: set[int]
) -> frozenset[int]:
    """The hidden goals that count in a figure, those below open ones included."""
    hidden, reached, waiting = set[int](), {top}, [top]
    while waiting:
        key = waiting.pop()
        for child in below.get(key, ()):
            if rules[key] is Rule.SUM and rules.get((GOAL, child)) is Rule.WEIGHT:
                continue  # it has no number of its own and is left out
            if child not in open_ids:
                hidden.add(child)
            elif (GOAL, child) in rules and (GOAL, child) not in reached:
                reached.add((GOAL, child))
                waiting.append((GOAL, child))
    return frozenset(hidden)
