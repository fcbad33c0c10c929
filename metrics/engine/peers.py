"""How somebody stands among others: the middle value of a group.

Unit and digits are those of the values. A group under five people says too much about single ones, so it has no middle.
People without a value (a win rate without decided deals) are not counted.
"""

from collections.abc import Iterable
from decimal import Decimal
from statistics import median

FEWEST = 5


def middle(values: Iterable[Decimal | None]) -> Decimal | None:
    """The median of those who have a value, halfway between the two middle ones; None under `FEWEST` of them."""
    known = [value for value in values if value is not None]
    return median(known) if len(known) >= FEWEST else None
