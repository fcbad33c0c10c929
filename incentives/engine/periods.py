"""Days to periods by table: one look-up per row instead of one calendar call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from incentives.engine.columns import NO_DAY
from incentives.engine.exact import Ints, ints, small
from incentives.language.choices import WeekStart
from incentives.language.plan import Plan
from kernel.period import Calendar, FiscalCalendar, Grain, Period, add_months


class Spans:
    """Consecutive periods of one grain that cover ``[first, last)``, numbered from 0."""

    def __init__(self, calendar: Calendar, grain: Grain | str, first: int, last: int) -> None:
        self.calendar, self.grain = calendar, Grain(grain)
        days = date.fromordinal(first), date.fromordinal(max(last, first + 1))
        self.periods: Sequence[Period] = calendar.periods_between(grain, *days)
        self.starts = ints([period.starts_on.toordinal() for period in self.periods])
        self.ends = ints([period.ends_before.toordinal() for period in self.periods])
        lengths = self.ends - self.starts
        self.over = len(self.periods)
        self._of_day = np.repeat(small(range(len(self.periods))), lengths)

    def __len__(self) -> int:
        return len(self.periods)

    def ending(self, until: int) -> Spans:
        """Remember how many periods are over on the day ``until``; the later ones only receive what falls due later."""
        self.over = int(np.searchsorted(self.ends, until, side="right"))
        return self

    def of(self, days: Ints) -> Ints:
        """Return the number of the period that holds each day; -1 for no day."""
        inside = np.clip(days - self.starts[0], 0, len(self._of_day) - 1)
        return np.where(days == NO_DAY, small(-1), self._of_day[inside])

    def of_day(self, day: date) -> int:
        """Return the number of the period that holds one day."""
        return int(self.of(ints([day.toordinal()]))[0])

    def labels(self) -> list[str]:
        return [self.calendar.label_of(self.grain, period) for period in self.periods]

    def later(self, months: int) -> Ints:
        """Return, for each period, the number of the one that holds its first day ``months`` later."""
        return self.of(ints([add_months(period.starts_on, months).toordinal() for period in self.periods]))

    def posted(self, periods: Ints, recorded: Ints, cut_off_days: int | None) -> Ints:
        """Return the period in which rows are posted: the first whose end + cut-off is after the day recorded."""
        if cut_off_days is None or not len(periods):
            return periods
        open_then = np.searchsorted(self.ends + cut_off_days, recorded, side="right")
        late = (recorded != NO_DAY) & (open_then > periods)
        return small(np.where(late, np.minimum(open_then, len(self) - 1), periods))


def calendar_of(plan: Plan) -> FiscalCalendar:
    """Return the calendar of a plan."""
    return FiscalCalendar(plan.fiscal_year_start_month, list(WeekStart).index(plan.week_start))


def end_of(plan: Plan, label: str) -> date:
    """Return the first day after a period, or after the pay period that is called so (a week by its first day).

    Raises: PeriodError when it is no period.
    """
    calendar = calendar_of(plan)
    period = calendar.period(label)
    own = calendar.period_of(plan.pay_period, period.starts_on)
    return own.ends_before if calendar.label_of(plan.pay_period, own) == label else period.ends_before
