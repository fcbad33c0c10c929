"""Sums of parts per group, and the values of rows for quantiles.

Each family of facts says in statements of its own what its parts add up to. What names its groups alike is asked in one
query and put together by group, so that one metric may divide parts of one family by parts of another. A new family is
a module beside `deals` and a line in `STATEMENTS`.
"""

from collections.abc import Callable, Iterable, Sequence

from metrics.engine.parts import FAMILY_OF, Family, Part
from metrics.selectors.question import Question, Window
from metrics.selectors.sums import deals, happenings, quotas, upkeep
from metrics.selectors.sums.quantiles import quantiles
from metrics.selectors.sums.sql import Sql
from metrics.selectors.sums.statement import Found, Key, added_up
from people.models import Organization

Maker = Callable[[Question, Window, Sequence[Part], Organization], list[tuple[Sequence[Part], Sql]]]

STATEMENTS: dict[Family, Maker] = {
    Family.DEALS: deals.statements,
    Family.QUOTAS: quotas.statements,
    Family.LEADS: happenings.lead_statements,
    Family.ACTIVITIES: happenings.activity_statements,
    Family.TOUCHES: happenings.touch_statements,
    Family.UPKEEP: upkeep.statements,
}


def sums(question: Question, window: Window, parts: Iterable[Part], organization: Organization) -> Found:
    """Group → part → sum; groups without any are left out. One query."""
    wanted: dict[Family, list[Part]] = {}
    for part in sorted(parts):
        wanted.setdefault(FAMILY_OF[part], []).append(part)
    statements = [
        statement
        for family, some in wanted.items()
        for statement in STATEMENTS[family](question, window, some, organization)
    ]
    return added_up(question, window, statements) if statements else {}


__all__ = ["Found", "Key", "Maker", "quantiles", "sums"]
