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
    for column in profile.columns:
        place = column.place
        counts = Counter(line.cells[place] for line in batch if place < len(line.cells))
        for raw, times in counts.items():
            value = clean(raw)
            if not is_nothing(value):
                _count(column, value, times)


def _count(column: ColumnProfile, value: str, times: int) -> None:
    column.filled += times
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
