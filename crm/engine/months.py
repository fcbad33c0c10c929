"""Months as columns: a sheet "person, Jan 2026, Feb 2026, …" turned into one row per person and month.

A heading means a month as `Jan 2026`, `January-26`, `2026-01`, `01/2026`, `2026/01` or as its first day (a date cell).
At least two different months make a table of months; whatever else the file has is repeated beside every value. Cells
without a value give no row. The made columns are called `Month`, `Month after` and `Value`:

    person, Jan 2026, Feb 2026        person, Month,      Month after, Value
    Ann,    100,      -          →    Ann,    2026-01-01, 2026-02-01,  100

The row keeps its line in the file; `part` counts the months, so that two rows of one line can be told apart.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from crm.engine.dates import FIRST_YEAR, LAST_YEAR, month_named
from crm.engine.layout import Layout, Line
from crm.engine.texts import clean, is_nothing

PARTS = 1_000  # rows that one line can give; more than a file has columns
MONTH, AFTER, VALUE = "Month", "Month after", "Value"

_YEAR_FIRST = re.compile(r"^(\d{4})[-/. ](\d{1,2})(?:[-/. ]0?1(?:[ T]00:00(?::00)?)?)?$")
_MONTH_FIRST = re.compile(r"^(\d{1,2})[-/. ](\d{4})$")
_NAMED = re.compile(r"^([^\W\d_]{3,10})\.?[- /.']*(\d{4}|\d{2})$")


@dataclass(frozen=True)
class MonthTable:
    """Which columns are months (place → first day; their names), which are kept, and the layout of the rows made."""

    months: tuple[tuple[int, date], ...]
    kept: tuple[int, ...]
    names: tuple[str, ...]
    layout: Layout

    def rows(self, lines: Iterable[Line]) -> Iterator[Line]:
        """One row per line and month that has a value; a line too long keeps its cells, to be refused as such."""
        width = len(self.kept) + len(self.months)
        for line in lines:
            beside = [line.cells[place] if place < len(line.cells) else "" for place in self.kept]
            surplus = [cell for cell in line.cells[width:] if cell.strip()]
            for part, (place, first) in enumerate(self.months):
                value = line.cells[place] if place < len(line.cells) else ""
                if not is_nothing(clean(value)):
                    made = [first.isoformat(), month_after(first).isoformat(), value]
                    yield Line(line.number, [*beside, *made, *surplus], part)


def month_table(layout: Layout) -> MonthTable | None:
    """The table of months that the columns make; None where they make none."""
    found = [(place, month_of(name)) for place, name in enumerate(layout.columns)]
    months = tuple((place, first) for place, first in found if first is not None)
    if len({first for _, first in months}) < 2 or len({first for _, first in months}) < len(months):
        return None
    kept = tuple(place for place, first in found if first is None)
    names = [layout.columns[place] for place in kept]
    columns = (*names, *_free((MONTH, AFTER, VALUE), names))
    headings = tuple(layout.columns[place] for place, _ in months)
    return MonthTable(months, kept, headings, Layout(layout.header_line, columns))


def month_of(name: str) -> date | None:
    """The first day of the month that a heading means."""
    if match := _YEAR_FIRST.match(name):
        year, month = int(match[1]), int(match[2])
    elif match := _MONTH_FIRST.match(name):
        year, month = int(match[2]), int(match[1])
    elif match := _NAMED.match(name):
        year, month = int(match[2]), month_named(match[1]) or 0
        year += 2000 if year < 100 else 0
    else:
        return None
    return date(year, month, 1) if 1 <= month <= 12 and FIRST_YEAR <= year <= LAST_YEAR else None


def month_after(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _free(names: Sequence[str], taken: Sequence[str]) -> list[str]:
    return [f"{name} (2)" if name in taken else name for name in names]
