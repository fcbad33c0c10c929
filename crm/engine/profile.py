"""What is in the columns of a file, found in one pass and bounded memory.

Of each column up to `REMEMBERED` different values are counted; whether it holds dates or amounts, and in which order or
with which decimal sign, is read from every value as long as the column keeps looking like it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from crm.engine.amounts import AmountColumn, amount_column
from crm.engine.dates import DateColumn, date_column
from crm.engine.layout import Line
from crm.engine.texts import clean, is_nothing

REMEMBERED = 5_000  # different values per column
LONGEST = 300  # characters of a value that are remembered
TRIAL = 500  # filled cells after which a column must look like dates or amounts to be read on as such


@dataclass
class ColumnProfile:
    """One column: how many cells are filled, its frequent values, what they say as dates and as amounts."""

    name: str
    place: int
    filled: int = 0
    values: Counter[str] = field(default_factory=Counter)
    is_cut: bool = False  # more different values than remembered
    dates: DateColumn = field(default_factory=DateColumn)
    amounts: AmountColumn = field(default_factory=AmountColumn)
    unclear_date: tuple[int, str] | None = None  # line and text of the first one that can be read either way
    unclear_amount: tuple[int, str] | None = None
    first_serial: tuple[int, str] | None = None

    @property
    def is_unique(self) -> bool:
        """Whether (as far as seen) no value occurs twice."""
        return self.filled > 0 and all(times == 1 for times in self.values.values())

    @property
    def samples(self) -> list[str]:
        """Up to five different values, in the order of the file."""
        return list(self.values)[:5]


@dataclass
class FileProfile:
    """All columns, and how many rows were read."""

    columns: list[ColumnProfile]
    rows: int = 0
    short_lines: int = 0  # with fewer cells than there are columns
    first_short_line: int | None = None

    def column(self, name: str) -> ColumnProfile | None:
        return next((column for column in self.columns if column.name == name), None)


def profile_of(lines: Iterable[Line], names: Sequence[str], most_rows: int | None = None) -> FileProfile:
    """Profile the columns of the given rows (all of them, or the first `most_rows`)."""
    profile = FileProfile([ColumnProfile(name, place) for place, name in enumerate(names)])
    batch: list[Line] = []
    for line in lines:
        profile.rows += 1
        batch.append(line)
        if len(batch) >= 5_000:
            _read(profile, batch)
            batch = []
        if most_rows is not None and profile.rows >= most_rows:
            break
    _read(profile, batch)
    return profile


def _read(profile: FileProfile, batch: Sequence[Line]) -> None:
    width = len(profile.columns)
    short = [line.number for line in batch if len(line.cells) < width]
    if short:
        profile.short_lines += len(short)
        profile.first_short_line = profile.first_short_line or short[0]
    for column in profile.columns:
        place = column.place
        counts = Counter(line.cells[place] for line in batch if place < len(line.cells))
        for raw, times in counts.items():
            value = clean(raw)
            if not is_nothing(value):
                _count(column, value, times)
                _first_places(column, raw, value, batch)


def _count(column: ColumnProfile, value: str, times: int) -> None:
    column.filled += times
    value = value[:LONGEST]
    if value in column.values or len(column.values) < REMEMBERED:
        is_new = value not in column.values
        column.values[value] += times
        if not is_new:
            return
    else:
        column.is_cut = True
    if column.dates.filled < TRIAL or column.dates.dates * 2 > column.dates.filled:
        column.dates += date_column([value])
    if column.amounts.filled < TRIAL or column.amounts.amounts * 2 > column.amounts.filled:
        column.amounts += amount_column([value])


def _first_places(column: ColumnProfile, raw: str, value: str, batch: Sequence[Line]) -> None:
    """Remember where a column first says something that somebody has to be told about."""
    if column.unclear_date is None and column.dates.is_asked:
        column.unclear_date = _place(column, raw, value, batch)
    if column.unclear_amount is None and column.amounts.unclear_points:
        column.unclear_amount = _place(column, raw, value, batch)
    if column.first_serial is None and column.dates.serials:
        column.first_serial = _place(column, raw, value, batch)


def _place(column: ColumnProfile, raw: str, value: str, batch: Sequence[Line]) -> tuple[int, str]:
    cells = ((line.number, line.cells) for line in batch)
    number = next(number for number, cell in cells if column.place < len(cell) and cell[column.place] == raw)
    return number, value
