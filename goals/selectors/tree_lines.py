"""The lines of the alignment tree as they are shown: which branches are open at once, and which are asked for.

A goal that contributes to several things stands below each of them, its own branch below the first. A small tree is shown
whole. Of a large one each level is open as long as all lines together stay within `MOST_LINES`; what lies deeper is one line
that leads to it, and of a long row of goals the first `MOST_BELOW`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from goals.engine.rollup import Rule
from goals.selectors.tree import Forest, Key, Node

MOST_LINES = 150
MOST_BELOW = 100


@dataclass(frozen=True)
class Rest:
    """More goals contribute to a node than are shown: which of them come next, and how many there are."""

    key: Key
    first: int
    count: int


@dataclass(frozen=True)
class Placed:
    """One line of the tree as it is shown: how deep, under which weight, and whether its branch stands elsewhere."""

    node: Node
    depth: int
    weight: Decimal | None = None
    share: Decimal | None = None  # of what counts in its parent
    is_repeated: bool = False
    opens: bool = False  # a branch follows
    is_quiet: bool = False  # nothing in it is open to the viewer, so that it is folded at first
    folded: int = 0  # how many goals contribute whose lines are asked for
    ends: tuple[
        Rest | None, ...
    ] = ()  # the branches that end behind it, the innermost first, with what is left of each

    @property
    def closes(self) -> int:
        """How many branches end behind it."""
        return len(self.ends)


@dataclass
class _Layout:
    """What is laid out, and how far it has come."""

    forest: Forest
    only: set[Key] | None
    opened: set[Key]
    first: int  # where the row of the first root begins
    lines: list[Placed] = field(default_factory=list)
    shown: set[Key] = field(default_factory=set)
    telling: dict[Key, bool] = field(default_factory=dict)

    def below(self, key: Key) -> list[tuple[Key, Decimal]]:
        """What is shown below a node."""
        return [each for each in self.forest.nodes[key].below if self.only is None or each[0] in self.only]

    def tells(self, key: Key) -> bool:
        """Whether any number in a branch is open to the viewer."""
        if key not in self.telling:
            self.telling[key] = False  # until it is known
            node = self.forest.nodes[key]
            self.telling[key] = node.is_open or any(self.tells(child) for child, _weight in self.below(key))
        return self.telling[key]

    def place(self, key: Key, depth: int = 0, counts: tuple[Decimal | None, Decimal | None] = (None, None)) -> None:
        node, below = self.forest.nodes[key], self.below(key)
        is_repeated = key in self.shown and bool(below)
        opens = bool(below) and not is_repeated and key in self.opened
        folded = len(below) if below and not opens and not is_repeated else 0
        self.shown.add(key)
        is_quiet = opens and not self.tells(key)
        self.lines.append(Placed(node, depth, *counts, is_repeated, opens, is_quiet, folded))
        if not opens:
            return
        whole = sum((weight for _key, weight in below), Decimal(0))
        first = self.first if depth == 0 else 0
        last = first + MOST_BELOW
        for child, weight in below[first:last]:
            counted = (weight, weight / whole) if node.rule is Rule.WEIGHT else (None, None)
            self.place(child, depth + 1, counted)
        end = self.lines[-1]
        rest = Rest(key, last, len(below) - last) if len(below) > last else None
        self.lines[-1] = replace(end, ends=(*end.ends, rest))


def placed(forest: Forest, roots: Sequence[Key], only: set[Key] | None = None, *, first: int = 0) -> list[Placed]:
    """The lines of the tree below some roots, in order; with `only` what is among these. `first` is where the row below
    the roots begins. No query."""
    roots = [root for root in roots if only is None or root in only]
    layout = _Layout(forest, only, set(), first)
    layout.opened = _opened(layout, roots)
    for root in roots:
        layout.place(root)
    return layout.lines


def _opened(layout: _Layout, roots: Sequence[Key]) -> set[Key]:
    """The nodes whose branches are open: level by level while there is room; a single root's always."""
    opened: set[Key] = set()
    level, count = list(roots), len(roots)
    while level:
        below = {key: layout.below(key)[:MOST_BELOW] for key in level if key not in opened}
        count += sum(len(each) for each in below.values())
        if count > MOST_LINES and (opened or len(roots) > 1):
            break
        opened |= {key for key, each in below.items() if each}
        level = [child for each in below.values() for child, _weight in each]
    return opened
