"""Dates as people and programs write them.

Read are: year first (2017-03-01, 2017/3/1, 20170301), day and month by number (01/03/2017, 1-3-17) and by name
(1 Mar 2017, Mar 1, 2017, 01-MRZ-17), each with or without a time behind, which is dropped: a day is the day that is
written. Years of two digits: 00-69 are 2000-2069, 70-99 are 1970-1999. Years outside 1900-2199 are no dates. A bare
number of five digits is the day number of a spreadsheet (44927 is 2023-01-01; counted from 1899-12-30, decimals are the
time) between 1950 and 2099.

Order. 01/03/2017 is two different days; which one is decided for a whole column: one value with a number above 12 in
one place decides. Where nothing decides, the order is *asked for*. Dots (01.03.2017) are written day first everywhere:
they decide nothing about other dates of the column, and the answer is not for them, unless one of them can only be
month first.

====================== ================================ ==========================
column                 says                             order
====================== ================================ ==========================
01/03 25/03            25 is no month                   D/M/Y
01/03 03/25            25 is no month                   M/D/Y
01/03 02/04            nothing                          asked
01/03 25/03 03/25      both                             asked
01.03 02/04            nothing about 02/04              asked for 02/04; 01.03 D.M
01.03 03.25            25 is no month, and dots         asked for the dots
====================== ================================ ==========================
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

FIRST_YEAR, LAST_YEAR = 1900, 2199
DAY_ZERO = date(1899, 12, 30)  # of spreadsheets
FIRST_SERIAL, LAST_SERIAL = 18_264, 73_050  # 1950-01-01, 2099-12-31


class DateOrder(StrEnum):
    DAY_FIRST = "D/M/Y"
    MONTH_FIRST = "M/D/Y"
    YEAR_FIRST = "Y/M/D"


_TIME = (
    r"(?:[T ,]+\d{1,2}[:.h]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?$"
)
_ISO = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
_YEAR_FIRST = re.compile(r"^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})" + _TIME)
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})" + _TIME)
_SERIAL = re.compile(r"^(\d{5})(?:[.,]\d+)?$")
_NUMBERS = re.compile(r"^(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})" + _TIME)
_DAY_NAME = r"^(?:[^\W\d_]{2,10}\.?,? +)?"
_NAMED_DAY_FIRST = re.compile(
    _DAY_NAME + r"(\d{1,2})(?:st|nd|rd|th|\.)?[- /.]*([^\W\d_]{3,10})\.?[- /.,]*(\d{4}|\d{2})" + _TIME
)
_NAMED_MONTH_FIRST = re.compile(
    _DAY_NAME + r"([^\W\d_]{3,10})\.?[- /.]*(\d{1,2})(?:st|nd|rd|th)?[- /.,]+(\d{4}|\d{2})" + _TIME
)
_NAMED_YEAR_FIRST = re.compile(r"^(\d{4})[- /.]([^\W\d_]{3,10})\.?[- /.](\d{1,2})" + _TIME)

_MONTH_NAMES = (
    "jan january januar januari janvier enero ene janeiro gennaio gen jän jänner",
    "feb february februar februari février fév févr febrero fevereiro fev febbraio",
    "mar march märz mär mrz maart mrt mars marzo março",
    "apr april avril avr abril abr aprile",
    "may mai mei mayo maio maggio mag",
    "jun june juni juin junio junho giugno giu",
    "jul july juli juillet juil julio julho luglio lug",
    "aug august augustus août aoû agosto ago",
    "sep sept september septembre septiembre setembro set settembre",
    "oct october okt oktober octobre octubre outubro out ottobre ott",
    "nov november novembre noviembre novembro",
    "dec december dez dezember décembre déc diciembre dic dezembro dicembre",
)
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}


@dataclass(frozen=True, slots=True)
class DateColumn:
    """What the values of a column say: how many are dates, and how many only make sense in which order. Those with dots
    are counted by themselves: `dots` day first or either way, `dots_month_first`."""

    filled: int = 0
    dates: int = 0
    day_first: int = 0
    month_first: int = 0
    ambiguous: int = 0
    serials: int = 0
    dots: int = 0
    dots_month_first: int = 0

    @property
    def is_dates(self) -> bool:
        """Whether nearly all of it reads as dates."""
        return self.filled > 0 and self.dates >= 0.9 * self.filled

    @property
    def order(self) -> DateOrder | None:
        """The order that the values without dots decide; None where somebody must say it."""
        decided = (self.day_first > 0) != (self.month_first > 0)
        if (self.day_first and self.month_first) or (self.ambiguous > 0 and not decided):
            return None
        return DateOrder.MONTH_FIRST if self.month_first else DateOrder.DAY_FIRST

    @property
    def dotted(self) -> DateOrder | None:
        """The same of the values with dots."""
        if self.dots and self.dots_month_first:
            return None
        return DateOrder.MONTH_FIRST if self.dots_month_first else DateOrder.DAY_FIRST

    @property
    def is_asked(self) -> bool:
        return self.order is None or self.dotted is None

    def __add__(self, other: "DateColumn") -> "DateColumn":
        return DateColumn(
            self.filled + other.filled,
            self.dates + other.dates,
            self.day_first + other.day_first,
            self.month_first + other.month_first,
            self.ambiguous + other.ambiguous,
            self.serials + other.serials,
            self.dots + other.dots,
            self.dots_month_first + other.dots_month_first,
        )


def date_column(values: Iterable[str]) -> DateColumn:
    """What values (cleaned, not empty) say about the order of day and month."""
    seen = DateColumn()
    for value in values:
        seen += _read(value)
    return seen


def parse_date(text: str, order: DateOrder | None, dotted: DateOrder | None = None) -> date | None:
    """The day that a cleaned text means in the column's order; None where it is none. `dotted`: the order of 01.03.2017,
    day first unless it is said."""
    numbers = _numbers(text, order, dotted)
    if numbers is None:
        return _serial_day(text)
    try:
        day = date(*numbers)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def month_named(name: str) -> int | None:
    """The number of a month by its name or short name in one of the known languages."""
    return _MONTHS.get(name.casefold())


def _serial_day(text: str) -> date | None:
    match = _SERIAL.match(text)
    if match is None or not FIRST_SERIAL <= int(match[1]) <= LAST_SERIAL:
        return None
    return DAY_ZERO + timedelta(days=int(match[1]))


def _read(text: str) -> DateColumn:
    match = _NUMBERS.match(text)
    if match is None:
        return DateColumn(1, 1 if parse_date(text, None) else 0, serials=1 if _serial_day(text) else 0)
    as_day_first = parse_date(text, DateOrder.DAY_FIRST)
    as_month_first = parse_date(text, DateOrder.MONTH_FIRST, DateOrder.MONTH_FIRST)
    if as_day_first == as_month_first:
        return DateColumn(1, 1 if as_day_first else 0)
    if match[2] == ".":
        return DateColumn(1, 1, dots=1 if as_day_first else 0, dots_month_first=0 if as_day_first else 1)
    if as_day_first and as_month_first:
        return DateColumn(1, 1, ambiguous=1)
    return DateColumn(1, 1, 1 if as_day_first else 0, 1 if as_month_first else 0)


def _numbers(text: str, order: DateOrder | None, dotted: DateOrder | None) -> tuple[int, int, int] | None:
    if _ISO.match(text):
        return int(text[:4]), int(text[5:7]), int(text[8:])
    if match := _YEAR_FIRST.match(text):
        return int(match[1]), int(match[3]), int(match[4])
    if match := _COMPACT.match(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _NUMBERS.match(text):
        if match[2] == "." and order is not DateOrder.YEAR_FIRST:
            order = dotted
        return _in_order(match[1], match[3], match[4], order)
    return _named(text)


def _in_order(first: str, second: str, third: str, order: DateOrder | None) -> tuple[int, int, int] | None:
    if order is DateOrder.YEAR_FIRST:
        return (_year(first), int(second), int(third)) if len(third) == 2 else None
    if order is DateOrder.MONTH_FIRST:
        return _year(third), int(first), int(second)
    return _year(third), int(second), int(first)


def _named(text: str) -> tuple[int, int, int] | None:
    if match := _NAMED_DAY_FIRST.match(text):
        day, name, year = match.groups()
    elif match := _NAMED_MONTH_FIRST.match(text):
        name, day, year = match.groups()
    elif match := _NAMED_YEAR_FIRST.match(text):
        year, name, day = match.groups()
    else:
        return None
    month = month_named(name)
    return (_year(year), month, int(day)) if month else None


def _year(text: str) -> int:
    number = int(text)
    return number if len(text) == 4 else number + (2000 if number < 70 else 1900)
