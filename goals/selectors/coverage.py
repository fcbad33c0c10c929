"""What nobody looks after: objectives without an owner or goals, teams and people without goals, weights that do not fit."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from goals.engine.rollup import Rule, weights_total
from goals.models import Goal, Measured
from goals.selectors.tree import OBJECTIVE, Forest, Node
from people.models import SeatHolding
from people.viewer import Viewer

WHOLE = Decimal(100)


class Kind(StrEnum):
    """What is missing."""

    NO_OWNER = "no_owner"
    NO_GOALS = "no_goals"
    NOT_WHOLE = "not_whole"
    SUM_SHORT = "sum_short"
    TEAM_WITHOUT = "team_without"
    PERSON_WITHOUT = "person_without"
    STRAY = "stray"


@dataclass(frozen=True)
class Gap:
    """One thing that is missing: about a node of the tree, or about a team or person by id and name.

    `total` is what weights, or the ways of what contributes, add up to; `wanted` what they should.
    """

    kind: Kind
    name: str
    node: Node | None = None
    row_id: int = 0
    total: Decimal | None = None
    wanted: Decimal | None = None


def gaps_of(viewer: Viewer, forest: Forest) -> list[Gap]:
    """What is missing in the tree, and among the teams that the viewer looks after. Three queries."""
    found: list[Gap] = []
    for key in forest.objectives:
        node = forest.nodes[key]
        if node.row.owner_id is None:
            found.append(Gap(Kind.NO_OWNER, node.row.name, node))
        if not node.below:
            found.append(Gap(Kind.NO_GOALS, node.row.name, node))
    for node in forest.nodes.values():
        found += _shares(node)
        found += _sums(forest, node)
    found += _without(viewer)
    found += [
        Gap(Kind.STRAY, forest.nodes[key].row.name, forest.nodes[key]) for key in forest.strays if _is_kept(viewer)
    ]
    order = list(Kind)
    return sorted(found, key=lambda gap: order.index(gap.kind))


def _is_kept(viewer: Viewer) -> bool:
    """Whether they look after more than their own goals."""
    return viewer.sees_everyone or viewer.is_manager


def _shares(node: Node) -> list[Gap]:
    """Weights that are neither all alike nor add up to 100."""
    weights = [weight for _key, weight in node.below]
    total = weights_total(weights)
    if node.rule is not Rule.WEIGHT or not weights or len(set(weights)) == 1 or total == WHOLE:
        return []
    return [Gap(Kind.NOT_WHOLE, node.row.name, node, total=total, wanted=WHOLE)]


def _sums(forest: Forest, node: Node) -> list[Gap]:
    """What contributes by sum does not add up to the whole way."""
    if node.rule is not Rule.SUM or not node.below:
        return []
    children = [forest.nodes[key] for key, _weight in node.below]
    if not all(child.is_open for child in children):
        return []
    total = sum((_way(child.row) for child in children if child.row.kind != Measured.Kind.MILESTONES), Decimal(0))
    wanted = _way(node.row)
    return [Gap(Kind.SUM_SHORT, node.row.name, node, total=total, wanted=wanted)] if total < wanted else []


def _way(row: Measured) -> Decimal:
    way: Decimal = row.target - (row.baseline or Decimal(0))
    return abs(way)


def _without(viewer: Viewer) -> list[Gap]:
    """Teams in which somebody sits and nobody has a goal, and people without one in teams that have some. Two queries."""
    seats = SeatHolding.objects.on(viewer.on)
    if not viewer.sees_everyone:
        seats = seats.filter(seat__team__in=viewer.open_team_ids)
    rows = seats.order_by("seat__team__name", "person__name", "pk").values_list(
        "seat__team", "seat__team__name", "person", "person__name"
    )
    running = Goal.objects.on(viewer.on).filter(withdrawn_at=None).values_list("team", "person")
    held = list(running)
    return _lacking(list(rows), {team for team, _person in held if team}, {person for _team, person in held if person})


def _lacking(rows: Sequence[tuple[int, str, int, str]], teams: set[int], people: set[int]) -> list[Gap]:
    names = {team: name for team, name, _person, _who in rows}
    busy = teams | {team for team, _name, person, _who in rows if person in people}
    found = [Gap(Kind.TEAM_WITHOUT, name, row_id=team) for team, name in names.items() if team not in busy]
    found += [
        Gap(Kind.PERSON_WITHOUT, who, row_id=person)
        for team, _name, person, who in rows
        if team in busy and person not in people
    ]
    return found


def is_owned(node: Node) -> bool:
    """Whether somebody answers for it."""
    return bool(node.owner) and (node.key[0] != OBJECTIVE or bool(node.below))
