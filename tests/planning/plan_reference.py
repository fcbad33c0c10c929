"""The slow and obvious way to divide a number: one unit after the other, and down the tree by recursion."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

from goals.engine.allocation import Node


def one_by_one(total: int, weights: Sequence[Fraction], turn: int = 0) -> list[int]:
    """Give units away, each to the largest weight per (units so far and a half), ties to the first in turn."""
    shares = [0] * len(weights)
    if not any(weights):
        return shares
    order = [(n + turn) % len(weights) for n in range(len(weights))]
    for _ in range(total):
        best = max(order, key=lambda n: (Fraction(weights[n]) / (shares[n] + Fraction(1, 2)), -order.index(n)))
        shares[best] += 1
    return shares


def divided(nodes: Sequence[Node], number: int, month: int) -> dict[str, int]:
    """One month of a tree to the cent, without checks of any kind."""

    def children(key: str) -> list[Node]:
        return [node for node in nodes if node.parent == key]

    def lock(node: Node) -> int | None:
        return node.locked[month] if node.locked else None

    def claim(node: Node) -> int:
        own = lock(node)
        return own if own is not None else ceil(sum(map(claim, children(node.key))) / (1 + node.over))

    def free(node: Node) -> Fraction:
        below = sum(map(free, children(node.key)), Fraction(0))
        if lock(node) is not None or (children(node.key) and not below):
            return Fraction(0)
        return Fraction(node.weights[month]) if node.weights else below

    found = {}

    def down(node: Node, amount: int) -> None:
        found[node.key] = amount
        under = children(node.key)
        if not under:
            return
        exact = amount * (1 + node.over)
        whole = amount if not node.over else int(exact + Fraction(1, 2))
        rest = whole - sum(map(claim, under))
        shares = one_by_one(max(rest, 0), [free(each) for each in under], month)
        for each, share in zip(under, shares, strict=True):
            down(each, claim(each) + share)

    down(nodes[0], number)
    return found


def tenure_factor(
    first: date, until: date, there: tuple[date, date], hired_on: date, away: set[date], shares: Sequence[Fraction]
) -> Fraction:
    """A month's factor by walking through the days since the hire; tenure months are those of the calendar."""
    total = Fraction(0)
    day = first
    while day < until:
        if there[0] <= day < there[1] and day not in away:
            paused = sum(1 for each in away if hired_on <= each < day)
            served = day - timedelta(days=paused)
            months = (served.year - hired_on.year) * 12 + served.month - hired_on.month - (served.day < hired_on.day)
            total += shares[max(months, 0)] if months < len(shares) else 1
        day += timedelta(days=1)
    return total / (until - first).days
