"""Sums of parts per group, and the values of rows for quantiles.

Each family of facts has a reader of its own; what they find is put together by group, so that one metric may divide
parts of one family by parts of another. A new family is a module beside `deals` and a line in `READERS`.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from metrics.engine.parts import FAMILY_OF, Family, Part
from metrics.selectors.question import Question, Window
from metrics.selectors.sums import deals, happenings
from metrics.selectors.sums.quantiles import quantiles
from metrics.selectors.sums.statement import Found, Key
from people.models import Organization

Reader = Callable[[Question, Window, Sequence[Part], Organization], Found]

READERS: dict[Family, Reader] = {
    Family.DEALS: deals.sums,
    Family.LEADS: happenings.lead_sums,
    Family.ACTIVITIES: happenings.activity_sums,
    Family.TOUCHES: happenings.touch_sums,
}


def sums(question: Question, window: Window, parts: Iterable[Part], organization: Organization) -> Found:
    """Group → part → sum. One statement a family; one more when teams are asked about open deals too."""
    wanted: dict[Family, list[Part]] = {}
    for part in sorted(parts):
        wanted.setdefault(FAMILY_OF[part], []).append(part)
    found: dict[Key, dict[Part, Decimal]] = {}
    for family, some in wanted.items():
        for key, values in READERS[family](question, window, some, organization).items():
            found.setdefault(key, {}).update(values)
    return found


__all__ = ["Found", "Key", "Reader", "quantiles", "sums"]
