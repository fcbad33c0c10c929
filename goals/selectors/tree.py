"""The alignment tree: what contributes to what, from company objectives down to people, with how far each has come.

Everybody sees published objectives and the titles of goals that are aligned; the numbers of a goal are shown to whoever may
see the goal. A goal that contributes to several things stands below each of them, its own branch below the first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef

from goals.engine.progress import UNDEFINED
from goals.engine.rollup import Child, Line, RollUp, Rule, roll_up
from goals.models import Alignment, Objective
from goals.policies import goals, objectives
from goals.selectors.states import State, goal_states, objective_states
from people.viewer import Viewer

OBJECTIVE, GOAL = "objective", "goal"
Key = tuple[str, int]


@dataclass
class Node:
    """An objective or a goal in the tree. `state` is None where its numbers are not open to the viewer.

    `below` are (key, weight) of what contributes to it, in the order of their names.
    """

    key: Key
    row: Any
    state: State | None
    is_own: bool = False  # the viewer's, or of the viewer's team
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
class Placed:
    """One line of the tree as it is shown: how deep, under which weight, and whether its branch stands elsewhere."""

    node: Node
    depth: int
    weight: Decimal | None = None
    share: Decimal | None = None  # of what counts in its parent
    is_repeated: bool = False
    opens: bool = False  # a branch follows
    closes: int = 0  # how many branches end behind it

    @property
    def closing(self) -> range:
        return range(self.closes)


@dataclass(frozen=True)
class Why:
    """What a node's progress is made of: one line for each that contributes; those without a figure bring nothing."""

    node: Node
    rule: Rule
    rolled: RollUp
    lines: Sequence[tuple[Node, Decimal, Line]]


def forest_of(viewer: Viewer) -> Forest:
    """What runs on the viewer's day. Four queries and those of the states, however many people and goals."""
    running = objectives.visible(viewer).filter(published_at__isnull=False, withdrawn_at=None)
    tops = list(running.on(viewer.on).select_related("owner").order_by("starts_on", "name", "pk"))  # type: ignore[attr-defined]
    is_open = Exists(goals.visible(viewer).filter(pk=OuterRef("pk")))
    seen = goals.visible(viewer, "title").filter(withdrawn_at=None).on(viewer.on)  # type: ignore[attr-defined]
    rows = list(seen.annotate(is_open=is_open).select_related("person", "team").order_by("name", "pk"))
    nodes = _nodes(viewer, tops, rows)
    linked = _link(nodes)
    strays = [key for key, node in nodes.items() if key[0] == GOAL and key not in linked and node.state is not None]
    return Forest(nodes, [(OBJECTIVE, top.pk) for top in tops], strays)


def _nodes(viewer: Viewer, tops: Sequence[Objective], rows: Sequence[Any]) -> dict[Key, Node]:
    top_states = objective_states(viewer.organization, tops, viewer.on)
    states = goal_states(viewer.organization, [row for row in rows if row.is_open], viewer.on)
    nodes: dict[Key, Node] = {}
    for top in tops:
        is_own = top.owner_id == viewer.person.pk
        nodes[(OBJECTIVE, top.pk)] = Node((OBJECTIVE, top.pk), top, top_states[top.pk], is_own)
    for row in rows:
        is_own = row.person_id == viewer.person.pk or (row.team_id is not None and row.team_id == viewer.team_id)
        nodes[(GOAL, row.pk)] = Node((GOAL, row.pk), row, states.get(row.pk), is_own)
    return nodes


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


def placed(forest: Forest, roots: Sequence[Key], only: set[Key] | None = None) -> list[Placed]:
    """The lines of the tree below some roots, in order; with `only` what is among these."""
    found: list[Placed] = []
    shown: set[Key] = set()
    for root in roots:
        if only is None or root in only:
            _place(forest, root, 0, (None, None), only, shown, found)
    return found


def _place(
    forest: Forest,
    key: Key,
    depth: int,
    counts: tuple[Decimal | None, Decimal | None],
    only: set[Key] | None,
    shown: set[Key],
    found: list[Placed],
) -> None:
    node = forest.nodes[key]
    below = [each for each in node.below if only is None or each[0] in only]
    is_repeated = key in shown and bool(below)
    opens = bool(below) and not is_repeated
    shown.add(key)
    weight, share = counts
    found.append(Placed(node, depth, weight, share, is_repeated, opens))
    if not opens:
        return
    whole = sum((each for _key, each in node.below), Decimal(0))
    for child, each in below:
        counted = (each, each / whole) if node.rule is Rule.WEIGHT else (None, None)
        _place(forest, child, depth + 1, counted, only, shown, found)
    last = found[-1]
    found[-1] = Placed(last.node, last.depth, last.weight, last.share, last.is_repeated, last.opens, last.closes + 1)


def why_of(forest: Forest, key: Key) -> Why | None:
    """What a node's progress is made of; None where it has its own measure. No query.

    Goals whose numbers are not open to the viewer count in the node's own figure and are named here without theirs.
    """
    node = forest.nodes[key]
    if node.rule is Rule.OWN:
        return None
    children = [
        Child(number, weight, _counted(forest.nodes[child], node.rule))
        for number, (child, weight) in enumerate(node.below)
    ]
    rolled = roll_up(children, node.rule)
    lines = [
        (forest.nodes[child], weight, line) for (child, weight), line in zip(node.below, rolled.lines, strict=True)
    ]
    return Why(node, node.rule, rolled, lines)


def _counted(child: Node, rule: Rule) -> Any:
    if child.state is None or (rule is Rule.SUM and child.rule is Rule.WEIGHT):
        return UNDEFINED
    return child.state.progress
