"""Which days a page shows, and which days it compares them with.

A query says `month`, `quarter`, `year` (the one that holds the page's day), `all`, a label such as `2026Q3`, or
`custom` with `from` and `to` (the last day, included, as people say it). A period that still runs is compared with the
same number of days of the earlier one, so that a quarter's first weeks are never held against a whole quarter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kernel.period import Calendar, FiscalCalendar, Grain, Period, PeriodError
from metrics.selectors.subject import Chosen
from people import formats

GRAINS = (Grain.MONTH, Grain.QUARTER, Grain.YEAR)
DEFAULT = Grain.QUARTER
ALL = "all"
CUSTOM = "custom"
RUN = {Grain.MONTH: 12, Grain.QUARTER: 8, Grain.YEAR: 4}  # periods of a trend
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Compared:
    """Days to compare with, and what they are called."""

    period: Period
    words: str


@dataclass(frozen=True)
class Choice:
    """The days of a page. `key` is what the query says; `grain` is None for all time and for dates of one's own."""

    calendar: FiscalCalendar
    key: str
    grain: Grain | None
    period: Period
    on: date
    is_refused: bool = False  # what was asked for made no sense and the default stands in
    as_of: date | None = None  # a past day as which things stood; `on` is then that day

    @property
    def is_running(self) -> bool:
        """Some of its days are still to come."""
        return self.period.starts_on <= self.on < self.period.last_day

    @property
    def label(self) -> str:
        """Q4 2026 · November 2026 · FY2027 · 1 Oct 2026 – 12 Nov 2026 · All time."""
        if self.key == ALL:
            return _("All time")
        if self.grain is None:
            return f"{formats.day(self.period.starts_on)} – {formats.day(self.period.last_day)}"
        return period_words(self.calendar, self.grain, self.period)

    @property
    def days_words(self) -> str:
        """The first and the last day."""
        return f"{formats.day(self.period.starts_on)} – {formats.day(self.period.last_day)}"

    @property
    def query(self) -> dict[str, str]:
        """The same choice as a query that means the same days tomorrow as well."""
        back = {"as_of": self.as_of.isoformat()} if self.as_of else {}
        return self._days_query | back

    @property
    def _days_query(self) -> dict[str, str]:
        if self.grain is not None:
            return {"period": self.calendar.label_of(self.grain, self.period)}
        if self.key == ALL:
            return {"period": ALL}
        return {"period": CUSTOM, "from": self.period.starts_on.isoformat(), "to": self.period.last_day.isoformat()}

    @cached_property
    def previous(self) -> Compared | None:
        """The period before; of dates of one's own the same number of days before them."""
        if self.key == ALL:
            return None
        if self.grain is None:
            return Compared(self.period.shift(-self.period.days()), _("the days before"))
        words = {
            Grain.MONTH: (_("the month before"), _("last month to date")),
            Grain.QUARTER: (_("the quarter before"), _("last quarter to date")),
            Grain.YEAR: (_("the year before"), _("last year to date")),
        }[self.grain]
        return Compared(self._so_far(self.calendar.previous(self.grain, self.period)), words[self.is_running])

    @cached_property
    def last_year(self) -> Compared | None:
        """The same period a year earlier; None for a year, whose previous one it is, and where there is none."""
        if self.grain not in (Grain.MONTH, Grain.QUARTER):
            return None
        try:
            earlier = self.calendar.same_period_last_year(self.grain, self.period)
        except PeriodError:
            return None
        return Compared(self._so_far(earlier), _("same days last year") if self.is_running else _("a year earlier"))

    @cached_property
    def windows(self) -> list[Period]:
        """The days themselves and those they may be compared with; they never overlap."""
        others = [compared.period for compared in (self.previous, self.last_year) if compared]
        return sorted({self.period, *others})

    @property
    def ever(self) -> Period | None:
        """The days of all time, which has no ends where figures are asked for: facts without a day are in it too."""
        return self.period if self.key == ALL else None

    @property
    def chosen(self) -> Chosen:
        """The same as the selectors take it; all time and dates of one's own are asked about as the running quarter."""
        if self.grain is None:
            quarter = self.calendar.period_of(Grain.QUARTER, self.on)
            return Chosen(self.calendar, Grain.QUARTER, quarter, self.on)
        return Chosen(self.calendar, self.grain, self.period, self.on)

    @property
    def run(self) -> list[list[Period]]:
        """The last periods up to this one, oldest first, each in the pieces that comparisons cut it into."""
        if self.grain is None or self.previous is None:
            return []
        whole = [self.period]
        while len(whole) < RUN[self.grain]:
            whole.insert(0, self.calendar.previous(self.grain, whole[0]))
        return [_pieces(period, self.previous.period) for period in whole]

    def step(self, by: int) -> "Choice | None":
        """The period before (-1) or after (+1) as a choice of its own; nothing after the page's day."""
        if self.grain is None:
            return None
        move = self.calendar.previous if by < 0 else self.calendar.next
        period = move(self.grain, self.period)
        if period.starts_on > self.on:
            return None
        label = self.calendar.label_of(self.grain, period)
        return Choice(self.calendar, label, self.grain, period, self.on, as_of=self.as_of)

    def _so_far(self, earlier: Period) -> Period:
        if not self.is_running:
            return earlier
        days = (self.on - self.period.starts_on).days + 1
        return Period(earlier.starts_on, min(earlier.ends_before, earlier.starts_on + timedelta(days=days)))


def past_day(query: Mapping[str, str], on: date) -> date | None:
    """The past day that a query asks to look back to; None where it says none, or none that is past."""
    try:
        day = date.fromisoformat(query.get("as_of", ""))
    except ValueError:
        return None
    return day if EARLIEST <= day < on else None


def choose(
    query: Mapping[str, str],
    *,
    calendar: FiscalCalendar,
    on: date,
    anchor: date,
    first: date | None = None,
    default: str = DEFAULT,
) -> Choice:
    """The choice that a query makes; what makes no sense becomes the default and says so.

    `anchor` is the day that "month", "quarter" and "year" mean: today, or the last day with facts where those are old.
    `first` is the first day with facts, where all time begins.
    """
    key = query.get("period") or default
    try:
        chosen = _chosen(key, query, calendar, on, anchor, first)
        if not EARLIEST <= chosen.period.starts_on < chosen.period.ends_before <= LATEST:
            raise PeriodError(f"{chosen.period} is out of reach")
        return chosen
    except (PeriodError, KeyError, ValueError, OverflowError):
        grain = Grain(default)
        return Choice(calendar, default, grain, calendar.period_of(grain, anchor), on, is_refused=True)


def _chosen(
    key: str, query: Mapping[str, str], calendar: FiscalCalendar, on: date, anchor: date, first: date | None
) -> Choice:
    if key == ALL:
        starts_on = min(first or anchor, anchor)
        return Choice(calendar, ALL, None, Period(starts_on, max(on, anchor) + _ONE_DAY), on)
    if key == CUSTOM:
        period = Period(date.fromisoformat(query["from"]), date.fromisoformat(query["to"]) + _ONE_DAY)
        return Choice(calendar, CUSTOM, None, period, on)
    if key in GRAINS:
        return Choice(calendar, key, Grain(key), calendar.period_of(key, anchor), on)
    grain, period = calendar.parse(key)
    if grain not in GRAINS:
        return Choice(calendar, CUSTOM, None, period, on)
    return Choice(calendar, key, grain, period, on)


def _pieces(period: Period, first: Period) -> list[Period]:
    """A period cut behind its first days, where `first` are its first days."""
    if period.starts_on != first.starts_on or first.ends_before >= period.ends_before:
        return [period]
    return [first, Period(first.ends_before, period.ends_before)]


def grain_words(grain: Grain | str) -> str:
    """Month, quarter, year, as a heading says it."""
    words = {
        Grain.DAY: _("Day"),
        Grain.WEEK: _("Week"),
        Grain.MONTH: _("Month"),
        Grain.QUARTER: _("Quarter"),
        Grain.YEAR: _("Year"),
    }
    return words[Grain(grain)]


def period_words(calendar: Calendar, grain: Grain, period: Period) -> str:
    """Q4 2026, or Q3 FY2027 where the fiscal year is not the calendar's."""
    label = calendar.label_of(grain, period)
    if grain is Grain.MONTH and period.starts_on.day == 1:
        return date_format(period.starts_on, pgettext("format of a month", "F Y"))
    year, _sep, number = label.partition("Q")
    shown = (
        year
        if calendar.period_of(Grain.YEAR, period.starts_on).starts_on.month == 1
        else _("FY%(year)s") % {"year": year}
    )
    return _("Q%(number)s %(year)s") % {"number": number, "year": shown} if number else shown


def short_words(calendar: Calendar, grain: Grain, period: Period) -> str:
    """The same for an axis: Nov 26, Q4 26."""
    if grain is Grain.MONTH and period.starts_on.day == 1:
        return date_format(period.starts_on, pgettext("short format of a month", "M y"))
    if grain in (Grain.DAY, Grain.WEEK):
        return date_format(period.starts_on, pgettext("short format of a day", "j M"))
    return period_words(calendar, grain, period)
