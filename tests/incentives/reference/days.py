"""Days, periods and people: who is there, what a day weighs, how far a new person has ramped up."""

from datetime import date, timedelta
from fractions import Fraction

from kernel.period import FiscalCalendar, Period, add_months

ONE = timedelta(days=1)
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def half_away(value: Fraction) -> int:
    whole = int(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


def half_even(value: Fraction) -> int:
    return round(value)


def ceiling(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)


def floor(value: Fraction) -> int:
    return value.numerator // value.denominator


class World:
    """The plan, its facts and the questions about days that everything else asks."""

    def __init__(self, plan, facts, until=None):
        self.plan, self.facts = plan, facts
        self.calendar = FiscalCalendar(plan.fiscal_year_start_month, WEEKDAYS.index(plan.week_start))
        self.issues = set()
        self.round = half_even if plan.rounding == "half_even" else half_away
        self.rows = self._people()
        self.until = until or self._until()

    def _people(self):
        everybody = [row.participant for row in self.facts.transactions if row.participant]
        if not self.facts.participants:
            everybody += [row.participant for row in self.facts.quotas]
            return {person: [None] for person in everybody}
        rows = {}
        for row in self.facts.participants:
            if row.plan in ("", self.plan.plan) and (not self.plan.roles or row.role in self.plan.roles):
                rows.setdefault(row.participant, []).append(row)
        return {person: sorted(found, key=lambda row: row.starts_on or date.min) for person, found in rows.items()}

    def credit_day(self, tx):
        if tx.reverses or self.plan.credit_date == "closed":
            return tx.date
        return getattr(tx, f"{self.plan.credit_date}_on")

    def _until(self):
        days = [row.date for row in self.facts.adjustments]
        for tx in self.facts.transactions:
            days += [
                d for d in (tx.date, tx.booked_on, tx.invoiced_on, tx.delivered_on, tx.paid_on, tx.recorded_on) if d
            ]
        if not days:
            return self.period_of(self.plan.starts_on).ends_before
        return self.period_of(max(days)).ends_before

    def period_of(self, day):
        return self.calendar.period_of(self.plan.pay_period, day)

    def year_of(self, day):
        return self.calendar.period_of("year", day)

    def posted(self, tx, day):
        period = self.period_of(day)
        late = self.plan.cut_off_days
        if late is not None and tx.recorded_on:
            while tx.recorded_on >= period.ends_before + timedelta(days=late):
                period = self.period_of(period.ends_before)
        return period

    def pay_day(self, period):
        return period.ends_before + timedelta(days=self.plan.pay_day)

    def row(self, person, day):
        for row in self.rows.get(person, []):
            if row is None or ((row.starts_on or date.min) <= day < (row.ends_before or date.max)):
                return row
        return None

    def column(self, person, name, day):
        row = self.row(person, day)
        return row.columns.get(name, "") if row else ""

    def on_plan(self, person, day):
        rows = self.rows.get(person, [])
        return rows == [None] or self.row(person, day) is not None

    def first(self, person, name):
        return next((getattr(row, name) for row in self.rows.get(person, []) if row and getattr(row, name)), None)

    def hired(self, person):
        return self.first(person, "hired_on") or date.min

    def left(self, person):
        return self.first(person, "left_on") or date.max

    def on_leave(self, person, day):
        return any(row.participant == person and row.starts_on <= day < row.ends_before for row in self.facts.leaves)

    def active(self, person, day, leaving=True):
        there = self.hired(person) <= day and (not leaving or day < self.left(person))
        return there and self.on_plan(person, day) and not self.on_leave(person, day)

    def weight(self, day):
        if self.plan.proration == "working_days":
            return 1 if day.weekday() < 5 else 0
        if self.plan.proration == "thirty_360":
            count = [360 * d.year + 30 * d.month + min(d.day, 30) for d in (day, day + ONE)]
            return count[1] - count[0]
        return 1

    def length(self, days):
        return sum(self.weight(day) for day in days)

    def ramp(self, person, day):
        ramp, hired = self.plan.ramp, self.first(person, "hired_on")
        if ramp is None or hired is None:
            return Fraction(1)
        start = hired
        if ramp.starts == "first_full_month" and hired.day != 1:
            start = add_months(hired.replace(day=1), 1)
        if day < start:
            return Fraction(ramp.months[0])
        pauses = sum(1 for n in range((day - start).days) if self.on_leave(person, start + n * ONE))
        tenure = day - pauses * ONE
        for number, share in enumerate(ramp.months, start=1):
            if tenure < add_months(start, number):
                return Fraction(share)
        return Fraction(1)

    def share(self, person, days, whole, ramped=True, leaving=True):
        """Weighted active days among ``days`` ÷ weighted days of ``whole``."""
        there = [day for day in days if self.active(person, day, leaving)]
        if self.plan.proration == "none":
            return (self.ramp(person, there[0]) if ramped else Fraction(1)) if there else Fraction(0)
        total = sum((self.weight(day) * (self.ramp(person, day) if ramped else 1) for day in there), Fraction(0))
        length = self.length(whole)
        return Fraction(total) / length if length else Fraction(0)

    def part(self, days, whole):
        """Plain share of days, nobody's activity considered."""
        days, whole = list(days), list(whole)
        if self.plan.proration == "none":
            return Fraction(len(days), len(whole))
        length = self.length(whole)
        return Fraction(self.length(days)) / length if length else Fraction(0)


def months_in(window: Period) -> int | None:
    if window.starts_on.day != 1 or window.ends_before.day != 1:
        return None
    return (window.ends_before.year - window.starts_on.year) * 12 + window.ends_before.month - window.starts_on.month
