"""The fields of a goal that a revision keeps, and their values as texts: numbers without needless zeros, days as ISO.

========= ==================== =============
field     value                kept as
========= ==================== =============
target    Decimal("110.50")    "110.5"
starts_on date(2026, 4, 1)     "2026-04-01"
name      "More demos"         "More demos"
any       None                 None
========= ==================== =============

Errors: a text that is no number or day raises ValueError (decimal.InvalidOperation is one of arithmetic).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

# Every field that setting or revising a goal can change, in the order in which they are told.
FIELDS = (
    "name",
    "specific",
    "kind",
    "metric",
    "filters",
    "unit",
    "direction",
    "baseline",
    "target",
    "commit_value",
    "stretch_value",
    "achievable",
    "relevant",
    "rolls_up_by",
    "starts_on",
    "ends_before",
    "cadence",
    "pace",
)
WANTED = ("target", "commit_value", "stretch_value", "starts_on", "ends_before")  # what owners can ask to be changed
NUMBERS = ("baseline", "target", "commit_value", "stretch_value")
DAYS = ("starts_on", "ends_before")


def value_stored(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in NUMBERS:
        return f"{Decimal(value).normalize():f}"
    if name in DAYS:
        return value.isoformat()
    return value


def value_read(name: str, stored: Any) -> Any:
    """What a stored value means."""
    if stored is None:
        return None
    if name in NUMBERS:
        return Decimal(str(stored))
    return date.fromisoformat(stored) if name in DAYS else stored


def changes_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The names of the fields that differ."""
    return [name for name in FIELDS if before[name] != after[name]]
