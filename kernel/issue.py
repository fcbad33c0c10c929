"""Issue: something wrong or noteworthy about data, returned beside the result instead of raised.

One bad value in ten thousand rows is one issue with a count of ten thousand and the first row it was seen in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """How bad it is: an error refuses, a warning is applied but shown, information is only shown."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


_ORDER = {Level.ERROR: 0, Level.WARNING: 1, Level.INFO: 2}


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding. ``row`` counts from 1 as the file's own line does; ``count`` is how often it was met."""

    level: Level
    code: str
    message: str
    row: int | None = None
    field: str | None = None
    value: str | None = None
    count: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "level", Level(self.level))
        if self.count < 1:
            raise ValueError("an issue was met at least once")

    def to_dict(self) -> dict[str, Any]:
        """Return plain data with every key present, ready for JSON."""
        return {
            "level": str(self.level),
            "code": self.code,
            "row": self.row,
            "field": self.field,
            "value": self.value,
            "count": self.count,
            "message": self.message,
        }


class IssueCollector:
    """Gathers issues; those of the same level, code, field, value and message become one with a count."""

    def __init__(self, issues: Iterable[Issue] = ()) -> None:
        self._merged: dict[tuple[str, str, str | None, str | None, str], Issue] = {}
        self.extend(issues)

    def add(
        self,
        level: Level | str,
        code: str,
        message: str,
        *,
        row: int | None = None,
        field: str | None = None,
        value: str | None = None,
        count: int = 1,
    ) -> None:
        """Keep one finding, merged with an equal one."""
        self.extend([Issue(Level(level), code, message, row, field, value, count)])

    def extend(self, issues: Iterable[Issue]) -> None:
        """Keep several findings, merged with equal ones; of the rows the first stays."""
        for issue in issues:
            key = (issue.level, issue.code, issue.field, issue.value, issue.message)
            known = self._merged.get(key)
            self._merged[key] = issue if known is None else _merge(known, issue)

    @property
    def has_errors(self) -> bool:
        """Whether anything was refused."""
        return any(issue.level is Level.ERROR for issue in self)

    def count(self, level: Level | str) -> int:
        """Return how many findings of ``level`` there were, repetitions included."""
        return sum(issue.count for issue in self if issue.level == Level(level))

    def sorted(self) -> list[Issue]:
        """Return the issues: errors first, then by row, code and value."""
        return sorted(self, key=_sort_key)

    def __iter__(self) -> Iterator[Issue]:
        return iter(self._merged.values())

    def __len__(self) -> int:
        return len(self._merged)


def _merge(known: Issue, other: Issue) -> Issue:
    rows = [row for row in (known.row, other.row) if row is not None]
    return replace(known, row=min(rows) if rows else None, count=known.count + other.count)


def _sort_key(issue: Issue) -> tuple[int, int, str, str, str]:
    row = issue.row if issue.row is not None else 0
    return _ORDER[issue.level], row, issue.code, issue.value or "", issue.message
