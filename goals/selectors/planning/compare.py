"""Two versions side by side, line by line."""

from dataclasses import dataclass
from typing import Any

from goals.selectors.planning.sheet import Sheet, SheetLine


@dataclass(frozen=True)
class Compared:
    """A line in one or both versions; amounts in minor units, None where it is not there."""

    line: SheetLine
    before: int | None
    after: int | None

    @property
    def difference(self) -> int:
        return (self.after or 0) - (self.before or 0)


def sheets_compared(before: Sheet, after: Sheet) -> list[Compared]:
    """Every line of either version in the order of the later one; who is only in the former comes last."""
    former = {_identity(line): line for line in before.lines}
    found = [Compared(line, _total(former.pop(_identity(line), None)), line.total) for line in after.lines]
    return [*found, *(Compared(line, line.total, None) for line in former.values())]


def _total(line: SheetLine | None) -> int | None:
    return None if line is None else line.total


def _identity(line: SheetLine) -> tuple[Any, ...]:
    return (line.kind, line.team_id, line.person_id, line.days.starts_on if line.person_id else None)
