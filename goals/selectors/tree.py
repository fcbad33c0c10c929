"""The alignment tree: what contributes to what, from company objectives down to people, with how far each has come.

Everybody sees published objectives and the titles of goals that are aligned; the numbers of a goal are shown to whoever may
see the goal. How its lines are laid out, and which are left to be asked for: `tree_lines`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef

from goals.engine.progress import UNDEFINED
from goals.engine.rollup import Child, Line, RollUp, Rule, roll_up
from goals.models import Alignment
from goals.policies import goals, objectives
from goals.selectors.sight import GOAL, OBJECTIVE, Key, coarse_state, rounded_keys
from goals.selectors.states import State, goal_states, objective_states
from people.viewer import Viewer


@dataclass
class Node:
    """An objective or a goal in the tree. `is_open` says whether its numbers are open to the viewer; `state` is None where
    they are not, or were not asked for.

    `below` are (key, weight) of what contributes to it, in the order of their names.
    """

    key: Key
    row: Any
    is_open: bool
    is_own: bool = False  # the viewer's, or of the viewer's team
    state: State | None = None
    below: list[tuple[Key, Decimal]] = field(default_factory=list)
    above: list[Key] = field(default_factory=list)

    @property
    def rule(self) -> Rule:
        return Rule(self.row.rolls_up_by)

    @property
    def owner(self) -> str:
        """Whose it is, in words; empty where nobody's."""
        holder = self.row.owner if self.key[0] == OBJECTIVE else self.row.person or self.row.team
        return holder.name if holder else ""


@dataclass(frozen=True)
class Forest:
    """Every node by key, and the roots: objectives first, then goals that contribute to nothing in sight."""

    nodes: Mapping[Key, Node]
    objectives: Sequence[Key]
    strays: Sequence[Key]

    def around(self, keys: Iterable[Key]) -> set[Key]:
        """What leads up from some nodes, and what contributes to the same as they do."""
        found, waiting = set[Key](), list(keys)
        own = set(waiting)
        while waiting:
            key = waiting.pop()
            if key not in found:
                found.add(key)
                waiting += self.nodes[key].above
        parents = {above for key in own for above in self.nodes[key].above}
        siblings = {child for parent in parents for child, _weight in self.nodes[parent].below}
        below = {child for key in own for child, _weight in self.nodes[key].below}
        return found | siblings | below


@dataclass(frozen=True)
class Why:
    """What a node's progress is made of: one line for each that contributes; those without a figure bring nothing."""

    node: Node
    rule: Rule
    rolled: RollUp
    lines: Sequence[tuple[Node, Decimal, Line]]


def forest_of(viewer: Viewer) -> Forest:
    """What runs on the viewer's day, with the state of everything open. Four queries and those of the states, however many
    people and goals."""
    forest = structure_of(viewer)
    states_fill(viewer, forest, forest.nodes)
    return forest


def structure_of(viewer: Viewer) -> Forest:
    """What runs on the viewer's day, without states. Three queries."""
    running = objectives.visible(viewer).filter(published_at__isnull=False, withdrawn_at=None)
    tops = list(running.on(viewer.on).select_related("owner").order_by("starts_on", "name", "pk"))  # type: ignore[attr-defined]
    is_open = Exists(goals.visible(viewer).filter(pk=OuterRef("pk")))
    seen = goals.visible(viewer, "title").filter(withdrawn_at=None).on(viewer.on)  # type: ignore[attr-defined]
    rows = seen.annotate(is_open=is_open).select_related("person", "team")
    rows = rows.order_by("name", "team__name", "person__name", "pk")
    nodes: dict[Key, Node] = {}
    for top in tops:
        nodes[(OBJECTIVE, top.pk)] = Node((OBJECTIVE, top.pk), top, True, top.owner_id == viewer.person.pk)
    for row in rows:
        is_own = row.person_id == viewer.person.pk or (row.team_id is not None and row.team_id == viewer.team_id)
        nodes[(GOAL, row.pk)] = Node((GOAL, row.pk), row, row.is_open, is_own)
    linked = _link(nodes)
    strays = [key for key, node in nodes.items() if key[0] == GOAL and key not in linked and node.is_open]
    return Forest(nodes, [(OBJECTIVE, top.pk) for top in tops], strays)


def states_fill(viewer: Viewer, forest: Forest, keys: Iterable[Key]) -> None:
    """Work out the states of some nodes, as the viewer may read them. Queries as of `goal_states`, `objective_states` and
    `rounded_keys`."""
    wanted = [forest.nodes[key] for key in keys if forest.nodes[key].is_open]
    tops = [node.row for node in wanted if node.key[0] == OBJECTIVE]
    rows = [node.row for node in wanted if node.key[0] == GOAL]
    found = {
        OBJECTIVE: objective_states(viewer.organization, tops, viewer.on),
        GOAL: goal_states(viewer.organization, rows, viewer.on),
    }
    rounded = rounded_keys(viewer, [*tops, *rows])
    for node in wanted:
        state = found[node.key[0]][node.key[1]]
        node.state = coarse_state(state) if node.key in rounded else state


def _link(nodes: Mapping[Key, Node]) -> set[Key]:
    """Put what contributes below what it contributes to; who stands below something. One query."""
    linked: set[Key] = set()
    order = {key: place for place, key in enumerate(nodes)}
    links = Alignment.objects.values_list("goal", "parent_objective", "parent_goal", "weight")
    for goal, objective, parent, weight in links:
        above: Key = (OBJECTIVE, objective) if objective else (GOAL, parent)
        child: Key = (GOAL, goal)
        if above in nodes and child in nodes:
            nodes[above].below.append((child, weight))
            nodes[child].above.append(above)
            linked.add(child)
    for node in nodes.values():
        node.below.sort(key=lambda each: order[each[0]])
    return linked


def why_of(viewer: Viewer, forest: Forest, key: Key) -> Why | None:
    """What a node's progress is made of; None where it has its own measure. Queries as of `goal_states`.

    Goals whose numbers are not open to the viewer count with what they bring, which their lines do not say. Where the whole
    is rounded for the viewer, lines of a sum do not say their parts either: these would tell the size of the hidden one.
    """
    node = forest.nodes[key]
    if node.rule is Rule.OWN:
        return None
    states_fill(viewer, forest, [key, *(child for child, _weight in node.below)])
    rows = [forest.nodes[child].row for child, _weight in node.below]
    exact = goal_states(viewer.organization, rows, viewer.on)
    children = [
        Child(number, weight, _counted(forest.nodes[child], exact[child[1]], node.rule))
        for number, (child, weight) in enumerate(node.below)
    ]
    rolled = roll_up(children, node.rule)
    is_rounded = node.state is not None and node.state.is_rounded
    lines = []
    for (child, weight), line in zip(node.below, rolled.lines, strict=True):
        is_told = forest.nodes[child].is_open and not (is_rounded and _tells(forest.nodes[child], node.rule))
        lines.append((forest.nodes[child], weight, line if is_told else Line(line.key, None, None)))
    return Why(node, node.rule, rolled, lines)


def _tells(child: Node, rule: Rule) -> bool:
    """Whether what a child brings would tell more than its own progress does."""
    return rule is Rule.SUM or child.state is None or child.state.is_rounded


def _counted(child: Node, exact: State, rule: Rule) -> Any:
    return UNDEFINED if rule is Rule.SUM and child.rule is Rule.WEIGHT else exact.progress


__all__ = ["GOAL", "OBJECTIVE", "Forest", "Key", "Node", "Why", "forest_of", "states_fill", "structure_of", "why_of"]
