"""Roll-up: what the goals below say about the one above.

Two rules. **By weight**: the mean of the children's progress, weighted; for children of different measures. **By sum**:
what all have come ÷ what all were to come; for children that share the parent's measure, as the parts of one number.

    by weight = Σ weight × progress ÷ Σ weight          by sum = Σ (value − baseline) ÷ Σ (target − baseline)

======== ======== ======== ======= ======= ========== ======== ================
child    baseline target   value   weight  progress   share    brings by weight
======== ======== ======== ======= ======= ========== ======== ================
North    0        60       45      60      0.75       0.6      0.45
South    0        40       10      40      0.25       0.4      0.10
======== ======== ======== ======= ======= ========== ======== ================

By weight 0.55, by sum 55 ÷ 100 = 0.55. They agree here because the weights are as the ways to come: **when children
partition their parent** (their baselines, targets and values add up to the parent's) the sum rule gives the parent's own
progress, and the weight rule does too with weights in proportion to target − baseline. Otherwise they answer different
questions, and the page says which rule was used.

A child whose progress is undefined is left out of numerator and denominator and named, so that a missing figure is neither
0 nor 100 %; if nothing is left the result is undefined. A weight of 0 brings nothing. Progress above 1 counts in full.

In a **tree** each node takes its own progress, or the roll-up of its children by its rule; a node may stand below several
parents with a weight for each. A child that is itself rolled up by weight has no number of its own, so a parent by sum
leaves it out. A circle cannot be calculated: every node in it or above it is undefined and named in an issue.

Units: weights are plain numbers that need not add up to 100 (`weights_total` says what they add up to); progress is a
share. Calculated in exact fractions. Errors: a negative weight raises
`ValueError`. Source: weighted means; objectives and key results are scored the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter

from goals.engine.progress import UNDEFINED
from kernel.issue import Issue, Level
from kernel.money import decimal_of
from kernel.ratio import Ratio

_ZERO = Fraction(0)


class Rule(StrEnum):
    """Where a node's progress comes from."""

    OWN = "own"
    WEIGHT = "weight"
    SUM = "sum"


@dataclass(frozen=True, slots=True)
class Child:
    """A goal below another: its weight there, and how far it has come of what it was to come."""

    key: int
    weight: Decimal
    progress: Ratio

    def __post_init__(self) -> None:
        if decimal_of(self.weight) < 0:
            raise ValueError(f"a goal weighs nothing or more in another, not {self.weight}")


@dataclass(frozen=True, slots=True)
class Line:
    """What one child brings. ``share`` is its part of what was counted, ``brings`` its part of the result.

    Both are None where the child was left out; the ``brings`` of all lines add up to the result exactly.
    """

    key: int
    share: Fraction | None
    brings: Fraction | None


@dataclass(frozen=True, slots=True)
class RollUp:
    """The progress of a parent and why: one line per child, in their order."""

    progress: Ratio
    lines: tuple[Line, ...]

    @property
    def left_out(self) -> tuple[int, ...]:
        """Keys of the children without a figure."""
        return tuple(line.key for line in self.lines if line.brings is None)


@dataclass(frozen=True, slots=True)
class Node:
    """A goal in a tree. ``own`` is its own progress; ``children`` are (key, weight) of the goals below it."""

    key: int
    own: Ratio = UNDEFINED
    rule: Rule = Rule.OWN
    children: tuple[tuple[int, Decimal], ...] = field(default=())


def roll_up(children: Sequence[Child], rule: Rule) -> RollUp:
    """Return the progress of the parent of ``children`` by ``rule`` (weight or sum), with a line for each.

    Raises: ValueError for the rule "own", which no children answer.
    """
    if rule is Rule.OWN:
        raise ValueError("a goal that has its own progress is not rolled up")
    parts = [_part(child, rule) for child in children]
    whole = sum((size for size, _ in parts if size is not None), _ZERO)
    lines = tuple(_line(child.key, size, came, whole) for child, (size, came) in zip(children, parts, strict=True))
    if rule is Rule.SUM:
        return RollUp(Ratio.total(child.progress for child in children), lines)
    came = sum((came for size, came in parts if size is not None), _ZERO)
    return RollUp(_ratio(came, whole), lines)


def roll_up_tree(nodes: Iterable[Node]) -> tuple[dict[int, RollUp], list[Issue]]:
    """Return the progress of every node, children before parents; a node with its own progress has no lines.

    A child that is not among the nodes is left out. Circles are issues with code "circle", one per node concerned.
    """
    known = {node.key: node for node in nodes}
    order, in_circle = _order(known)
    found: dict[int, RollUp] = {key: RollUp(UNDEFINED, ()) for key in in_circle}
    for key in order:
        node = known[key]
        if node.rule is Rule.OWN:
            found[key] = RollUp(node.own, ())
            continue
        below = [Child(child, weight, _counted(known, found, child, node.rule)) for child, weight in node.children]
        found[key] = roll_up(below, node.rule)
    issues = [
        Issue(Level.ERROR, "circle", "goals stand above each other in a circle", value=str(key)) for key in in_circle
    ]
    return found, issues


def weights_total(weights: Iterable[Decimal]) -> Decimal:
    """Return what the weights below one goal add up to; 100 means that all of it is shared out."""
    return sum(weights, Decimal(0))


def _counted(known: Mapping[int, Node], found: Mapping[int, RollUp], key: int, rule: Rule) -> Ratio:
    """What of a child counts in a parent of this rule."""
    if key not in known or (rule is Rule.SUM and known[key].rule is Rule.WEIGHT):
        return UNDEFINED
    return found[key].progress


def _part(child: Child, rule: Rule) -> tuple[Fraction | None, Fraction]:
    """How large a child is in the whole and what it brings of it; no size where it is undefined.

    By sum a child without a way to come counts when it moved all the same: the parent's value moved with it.
    """
    came, way = Fraction(child.progress.numerator), Fraction(child.progress.denominator)
    if rule is Rule.SUM and (way or came):
        return way, came
    if not way:
        return None, _ZERO
    weight = Fraction(child.weight)
    return weight, weight * came / way


def _line(key: int, size: Fraction | None, came: Fraction, whole: Fraction) -> Line:
    if size is None or not whole:
        return Line(key, None, None)
    return Line(key, size / whole, came / whole)


def _ratio(came: Fraction, whole: Fraction) -> Ratio:
    """The exact ratio of two fractions."""
    return Ratio(Decimal(came.numerator * whole.denominator), Decimal(came.denominator * whole.numerator))


def _order(known: Mapping[int, Node]) -> tuple[list[int], list[int]]:
    """Keys with children before parents, and the keys that a circle makes incalculable, in their order."""
    graph = {
        key: {child for child, _ in node.children if child in known} if node.rule is not Rule.OWN else set()
        for key, node in known.items()
    }
    spoilt: set[int] = set()
    while True:
        try:
            return list(TopologicalSorter(graph).static_order()), [key for key in known if key in spoilt]
        except CycleError as error:
            spoilt |= set(error.args[1])
            spoilt = _above(graph, spoilt)
            graph = {key: below - spoilt for key, below in graph.items() if key not in spoilt}


def _above(graph: Mapping[int, set[int]], spoilt: set[int]) -> set[int]:
    """Spoilt keys with everything that reaches one of them."""
    grown = set(spoilt)
    while more := {key for key, below in graph.items() if key not in grown and below & grown}:
        grown |= more
    return grown
