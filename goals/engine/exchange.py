"""A plan as rows of a spreadsheet, and what a changed spreadsheet says beside the plan.

Columns: ``line`` (its number in the plan), ``team``, ``name``, ``locked``, then one column a month (``2026-01``). A row
is found by its number. Values of months that the file leaves empty, and months it has no column for, stay. Every value
that differs is a change; whatever cannot be taken is an issue with its row, and then nothing is taken.

=================== =====================================================
code                what is meant
=================== =====================================================
no_line_column      the file has no column ``line``
no_month            no column is a month of the plan
unknown_line        the number is none of this version
repeated_line       the number stands in an earlier row already
name_differs        the name beside the number is somebody else's
not_a_number        the value of a month is no amount
negative            the value of a month is below zero
too_precise         the value has parts of the smallest unit
too_large           the value is larger than any quota
=================== =====================================================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from kernel.issue import Issue, IssueCollector, Level

YES = frozenset({"1", "yes", "true", "x", "ja", "wahr"})
NO = frozenset({"", "0", "no", "false", "nein", "falsch"})
MOST = 10**15  # minor units


@dataclass(frozen=True)
class KnownLine:
    """A line of the plan: its number and name, amounts in minor units and locks, one per month."""

    key: str
    name: str
    amounts: Sequence[int]
    locked: Sequence[bool]


@dataclass(frozen=True)
class Change:
    """A cell of the file that differs; ``month`` is its place."""

    row: int
    key: str
    name: str
    month: int
    before: int
    after: int
    is_locked: bool


@dataclass
class Read:
    """What the file would change, how many lines it has, and what stands against it."""

    changes: list[Change] = field(default_factory=list)
    rows: int = 0
    issues: list[Issue] = field(default_factory=list)


def read(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    months: Sequence[str],
    known: Mapping[str, KnownLine],
    digits: int,
) -> Read:
    """Compare the rows of a file with the plan. ``rows`` begin in the file's second line."""
    places = {heading.strip().casefold(): place for place, heading in reversed(list(enumerate(headings)))}
    issues = IssueCollector()
    columns = {month: places[label] for month, label in enumerate(months) if label in places}
    if "line" not in places:
        issues.add(Level.ERROR, "no_line_column", "The file has no column “line”.", row=1)
    if not columns:
        issues.add(Level.ERROR, "no_month", "No column is a month of the plan.", row=1)
    result = Read(rows=len(rows))
    if not issues.has_errors:
        seen: set[str] = set()
        for number, cells in enumerate(rows, start=2):
            line = _line(number, _Cells(cells, places), known, seen, issues)
            if line is not None:
                _compare(number, _Cells(cells, places), line, columns, months, digits, result, issues)
    result.issues = issues.sorted()
    return result


@dataclass(frozen=True)
class _Cells:
    cells: Sequence[str]
    places: Mapping[str, int]

    def of(self, heading: str) -> str:
        place = self.places.get(heading)
        return "" if place is None else self.at(place)

    def at(self, place: int) -> str:
        return self.cells[place].strip() if place < len(self.cells) else ""


def _line(
    number: int, cells: _Cells, known: Mapping[str, KnownLine], seen: set[str], issues: IssueCollector
) -> KnownLine | None:
    key = cells.of("line").removesuffix(".0")
    if not any(cell.strip() for cell in cells.cells):
        return None
    line = known.get(key)
    if line is None:
        issues.add(Level.ERROR, "unknown_line", "No line of this version.", row=number, field="line", value=key)
        return None
    if key in seen:
        issues.add(Level.ERROR, "repeated_line", "The line stands above already.", row=number, field="line", value=key)
        return None
    seen.add(key)
    name = cells.of("name").removeprefix("'")
    if name and name != line.name:
        issues.add(Level.ERROR, "name_differs", "The line is somebody else's.", row=number, field="name", value=name)
        return None
    return line


def _compare(
    number: int,
    cells: _Cells,
    line: KnownLine,
    columns: Mapping[int, int],
    months: Sequence[str],
    digits: int,
    result: Read,
    issues: IssueCollector,
) -> None:
    locked = cells.of("locked").casefold()
    for month, place in columns.items():
        text = cells.at(place)
        if not text:
            continue
        amount = _minor(text, digits)
        if isinstance(amount, str):
            issues.add(Level.ERROR, amount, "No amount.", row=number, field=months[month], value=text[:60])
            continue
        is_locked = locked in YES if locked in YES | NO and "locked" in cells.places else line.locked[month]
        if amount != line.amounts[month] or is_locked != line.locked[month]:
            before = line.amounts[month]
            result.changes.append(Change(number, line.key, line.name, month, before, amount, is_locked))


def _minor(text: str, digits: int) -> int | str:
    """The amount in minor units, or the code of what is wrong."""
    try:
        value = Decimal(text.replace("\N{NO-BREAK SPACE}", "").replace(" ", ""))
    except InvalidOperation:
        return "not_a_number"
    if not value.is_finite():
        return "not_a_number"
    if value < 0:
        return "negative"
    if value > MOST:
        return "too_large"
    scaled = value.scaleb(digits)
    if scaled != scaled.to_integral_value():
        return "too_precise"
    return int(scaled)
