"""Quotas from the top down: a company number per month, divided through a tree of teams by weights.

Amounts are whole minor units (cents), one per month; weights are exact and have no unit. What is locked is taken off
first, wherever it stands; the rest is divided by the weights of what is free. Each level is rounded by itself
(`rounding`), so that in every month the numbers below a team add up to its own, or to as much more as its
over-assignment says:

    sum of those below = number × (1 + over-assignment)

A month is divided without looking at the others; equal weights take turns. Findings are returned beside the cells:

================== ==================================================================================
code               what is meant
================== ==================================================================================
negative           a number, weight, lock or over-assignment below zero; nothing is divided
locked_exceeds     what is locked below a team is more than its number; the team's free cells are zero
all_locked         everything below is locked and adds up to less than the number
no_weights         nobody free below has a weight, so the number stays undivided
================== ==================================================================================

Guarantees: sums are conserved at every level and month for which nothing is found; locked cells are untouched; nobody's
cell shrinks because their own weight grew; the order of siblings matters for exact ties alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil

from goals.engine.rounding import apportion, round_half_up
from kernel.issue import Issue, IssueCollector, Level

ZERO = Fraction(0)


@dataclass(frozen=True)
class Node:
    """A place of the tree. ``weights`` and ``locked`` have one value a month.

    Of a team, weights are taken instead of the sum of those below it (empty: that sum); ``over`` is by which share
    those below add up to more than its own number.
    """

    key: str
    parent: str | None
    weights: Sequence[Fraction] = ()
    locked: Sequence[int | None] = ()
    over: Fraction = ZERO


@dataclass
class Allocation:
    """Cells by place and month, in the order of the nodes, and what was found."""

    cells: dict[str, list[int]] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)


def allocate(top: Sequence[int], nodes: Sequence[Node], *, step: int = 1) -> Allocation:
    """Divide ``top`` (minor units per month) among ``nodes``, the first of which is the one root.

    Parents stand before their children. ``step``: what the cells are rounded to, in minor units.
    Raises: ValueError where the nodes make no tree.
    """
    tree = _Tree(nodes)
    issues = IssueCollector(_negative(top, nodes))
    if issues.has_errors:
        return Allocation({}, issues.sorted())
    cells: dict[str, list[int]] = {node.key: [] for node in nodes}
    for month, number in enumerate(top):
        for key, amount in _month(tree, month, number, step, issues).items():
            cells[key].append(amount)
    return Allocation(cells, issues.sorted())


def gaps_between(cells: Mapping[str, Sequence[int]], parents: Mapping[str, str | None]) -> dict[str, list[int]]:
    """Return, for every place with others below, by how much those add up to more (or less) than its own number."""
    sums: dict[str, list[int]] = {}
    for key, parent in parents.items():
        if parent is not None:
            known = sums.setdefault(parent, [0] * len(cells[key]))
            sums[parent] = [one + two for one, two in zip(known, cells[key], strict=True)]
    return {key: [one - two for one, two in zip(below, cells[key], strict=True)] for key, below in sums.items()}


class _Tree:
    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes = nodes
        self.children: dict[str, list[Node]] = defaultdict(list)
        seen: set[str] = set()
        for place, node in enumerate(nodes):
            if node.key in seen or (node.parent is None) != (place == 0) or (place and node.parent not in seen):
                raise ValueError(f"{node.key!r} is met twice, is a second root, or stands before its parent")
            seen.add(node.key)
            if node.parent is not None:
                self.children[node.parent].append(node)


@dataclass
class _Month:
    """What is claimed by locks at or below each place, and the weight of what is free there."""

    claims: dict[str, int] = field(default_factory=dict)
    free: dict[str, Fraction] = field(default_factory=dict)


def _month(tree: _Tree, month: int, number: int, step: int, issues: IssueCollector) -> dict[str, int]:
    known = _claims(tree, month)
    amounts = {tree.nodes[0].key: number}
    for node in tree.nodes:
        children = tree.children.get(node.key, [])
        if children:
            amounts.update(_divide(node, children, amounts[node.key], known, month, step, issues))
    return amounts


def _claims(tree: _Tree, month: int) -> _Month:
    known = _Month()
    for node in reversed(tree.nodes):
        children = tree.children.get(node.key, [])
        lock = node.locked[month] if node.locked else None
        below = sum((known.free[child.key] for child in children), ZERO)
        if lock is not None:
            known.claims[node.key], known.free[node.key] = lock, ZERO
            continue
        claimed = sum(known.claims[child.key] for child in children)
        known.claims[node.key] = ceil(claimed / (1 + node.over))
        own = Fraction(node.weights[month]) if node.weights else below
        known.free[node.key] = own if below or not children else ZERO
    return known


def _divide(
    node: Node,
    children: Sequence[Node],
    number: int,
    known: _Month,
    month: int,
    step: int,
    issues: IssueCollector,
) -> dict[str, int]:
    """The numbers of the children: what is locked, and their share of the rest."""
    whole = number if not node.over else step * round_half_up(number * (1 + node.over) / step)
    claims = [known.claims[child.key] for child in children]
    weights = [known.free[child.key] for child in children]
    rest = whole - sum(claims)
    if rest < 0 or (rest and not any(weights)):
        _unfit(node, rest, any(claims), issues)
        shares = [0] * len(children)
    else:
        shares = apportion(rest, weights, step=step, turn=month)
    return {child.key: claim + share for child, claim, share in zip(children, claims, shares, strict=True)}


def _unfit(node: Node, rest: int, has_locks: bool, issues: IssueCollector) -> None:
    if rest < 0:
        issues.add(Level.ERROR, "locked_exceeds", "What is locked below is more than the number.", field=node.key)
    elif has_locks:
        issues.add(Level.ERROR, "all_locked", "Everything below is locked and adds up to less.", field=node.key)
    else:
        issues.add(Level.ERROR, "no_weights", "Nobody below has a weight.", field=node.key)


def _negative(top: Sequence[int], nodes: Sequence[Node]) -> Iterable[Issue]:
    if any(number < 0 for number in top):
        yield Issue(Level.ERROR, "negative", "A number below zero cannot be divided.", field=nodes[0].key)
    for node in nodes:
        locks = [lock for lock in node.locked if lock is not None]
        if node.over < 0 or any(weight < 0 for weight in node.weights) or any(lock < 0 for lock in locks):
            yield Issue(Level.ERROR, "negative", "Weights, locks and over-assignment are zero or more.", field=node.key)
