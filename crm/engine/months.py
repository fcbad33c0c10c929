"""Months or quarters as columns: a sheet "person, Jan 2026, Feb 2026, …" turned into one row per person and month.

A heading means a month as `Jan 2026`, `January-26`, `2026-01`, `01/2026`, `2026/01` or as its first day (a date cell).
At least two different months make a table of months; whatever else the file has is repeated beside every value. Cells
without a value give no row. The made columns are called `Month`, `Month after` and `Value`:

    person, Jan 2026, Feb 2026        person, Month,      Month after, Value
    Ann,    100,      -          →    Ann,    2026-01-01, 2026-02-01,  100

A heading means a quarter as `Q1 2017`, `2017Q1`, `2017-Q1`, `1Q17` or `Q1/17`: that of the organization's fiscal year, which
is called by the year in which it ends. At least two different ones make a table of quarters; months and quarters side by
side make none, because one would hold the other.

The row keeps its line in the file; `part` counts the months, so that two rows of one line can be told apart.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from crm.engine.dates import FIRST_YEAR, LAST_YEAR, month_named
from crm.engine.layout import Layout, Line
from crm.engine.texts import clean, is_nothing
from kernel.period import FiscalCalendar, Period

PARTS = 1_000  # rows that one line can give; more than a file has columns
MONTH, AFTER, VALUE = "Month", "Month after", "Value"
QUARTER, QUARTER_AFTER = "Quarter", "Quarter after"
MADE = frozenset({MONTH, AFTER, VALUE, QUARTER, QUARTER_AFTER})

_YEAR_FIRST = re.compile(r"^(\d{4})[-/. ](\d{1,2})(?:[-/. ]0?1(?:[ T]00:00(?::00)?)?)?$")
_MONTH_FIRST = re.compile(r"^(\d{1,2})[-/. ](\d{4})$")
_QUARTER_FIRST = re.compile(r"^[QqTt]\.? ?([1-4])[-/. ']*(?:FY|fy)? ?(\d{4}|\d{2})$")
_QUARTER_LATER = re.compile(r"^(?:FY|fy)? ?(\d{4}|\d{2})[-/. ]*[QqTt]\.? ?([1-4])$")
_QUARTER_NUMBER = re.compile(r"^([1-4])\.?[QqTt][-/. ']*(\d{4}|\d{2})$")
_NAMED = re.compile(r"^([^\W\d_]{3,10})\.?[- /.']*(\d{4}|\d{2})$")


@dataclass(frozen=True)
class MonthTable:
    """Which columns are months or quarters (place → their days; their names), which are kept, and the layout of the rows
    made."""

    months: tuple[tuple[int, Period], ...]
    kept: tuple[int, ...]
    names: tuple[str, ...]
    layout: Layout

    def rows(self, lines: Iterable[Line]) -> Iterator[Line]:
        """One row per line and month that has a value; a line too long keeps its cells, to be refused as such."""
        width = len(self.kept) + len(self.months)
        for line in lines:
            beside = [line.cells[place] if place < len(line.cells) else "" for place in self.kept]
            surplus = [cell for cell in line.cells[width:] if cell.strip()]
            for part, (place, days) in enumerate(self.months):
                value = line.cells[place] if place < len(line.cells) else ""
                if not is_nothing(clean(value)):
                    made = [days.starts_on.isoformat(), days.ends_before.isoformat(), value]
                    yield Line(line.number, [*beside, *made, *surplus], part)


def month_table(layout: Layout, year_start: int = 1) -> MonthTable | None:
    """The table that the columns make of months, or else of quarters of a fiscal year that begins in a month; None where
    they make none."""
    columns = tuple(enumerate(layout.columns))
    months = [(place, first) for place, name in columns if (first := month_of(name))]
    quarters = [(place, days) for place, name in columns if (days := quarter_of(name, year_start))]
    if months and quarters:
        return None
    if quarters:
        return _table(layout, quarters, (QUARTER, QUARTER_AFTER, VALUE))
    return _table(
        layout, [(place, Period(first, month_after(first))) for place, first in months], (MONTH, AFTER, VALUE)
    )


def _table(layout: Layout, found: Sequence[tuple[int, Period]], made: Sequence[str]) -> MonthTable | None:
    different = {days.starts_on for _, days in found}
    if len(different) < 2 or len(different) < len(found):
        return None
    places = {place for place, _ in found}
    kept = tuple(place for place in range(len(layout.columns)) if place not in places)
    names = [layout.columns[place] for place in kept]
    columns = (*names, *_free(made, names))
    headings = tuple(layout.columns[place] for place, _ in found)
    return MonthTable(tuple(found), kept, headings, Layout(layout.header_line, columns))


def quarter_of(name: str, year_start: int = 1) -> Period | None:
    """The days of the quarter that a heading means, of a fiscal year that begins in a month."""
    if match := _QUARTER_FIRST.match(name) or _QUARTER_NUMBER.match(name):
        number, year = match[1], int(match[2])
    elif match := _QUARTER_LATER.match(name):
        number, year = match[2], int(match[1])
    else:
        return None
    year += 2000 if year < 100 else 0
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    return FiscalCalendar(year_start).parse(f"{year}Q{number}")[1]


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
