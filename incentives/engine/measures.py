"""The measures that gates and multipliers look at: for each person and pay period, to the period's end.

``amount`` and ``count`` are the credits of the subject's own transactions since the start of the condition's window;
``attainment`` is that amount ÷ the quota of the whole window; anything else is read from the measures file. Values are
fractions (numerator, denominator); a denominator of 0 means absent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property

import numpy as np

from incentives.engine.columns import NO_DAY, Deals
from incentives.engine.exact import MILLION, Ints, ints
from incentives.engine.people import People
from incentives.engine.periods import Spans
from incentives.engine.quotas import Quotas, half_away
from incentives.engine.shares import Shares
from incentives.facts.rows import Facts, Quota
from incentives.language.choices import ExchangeRate, GateOf, MidPeriodChange, Proration
from incentives.language.plan import Component, Condition, Multiplier, Plan
from kernel.period import Calendar, Period

_ONE = timedelta(days=1)


@dataclass(frozen=True)
class Looked:
    """Values for each (person, pay period): numerator ÷ denominator; denominator 0 is absent."""

    numerator: Ints
    denominator: Ints


class Measures:
    """Answers for everybody at once, one condition at a time."""

    def __init__(
        self,
        plan: Plan,
        facts: Facts,
        people: People,
        calendar: Calendar,
        deals: Deals,
        shares: Shares,
        periods: Spans,
        digits: int,
    ) -> None:
        self.plan, self.facts, self.people, self.calendar = plan, facts, people, calendar
        self.deals, self.shares, self.periods, self.digits = deals, shares, periods, digits
        component = Component(id="quota")
        self.quotas = Quotas(plan, facts, people, calendar, component)
        if self.quotas.mode is not MidPeriodChange.PERIOD_END:
            self.quotas.mode = MidPeriodChange.BLENDED
        self.quotas.restart = False
        self.quotas.leaving = True
        self._quota: dict[tuple[int, Period], int | None] = {}

    def of(self, condition: Condition | Multiplier, persons: Sequence[int]) -> Looked:
        """Return the values of a condition for people, by pay period."""
        if condition.measure not in ("amount", "count", "attainment"):
            return self._kpi(condition, persons)
        scale = MILLION if condition.measure == "count" else 10**self.digits
        shape = (len(persons), len(self.periods))
        numerator, denominator = np.zeros(shape, dtype=np.int64), np.full(shape, scale, dtype=np.int64)
        daily = self._daily["count" if condition.measure == "count" else "amount"]
        for column, period in enumerate(self.periods.periods):
            window = self.calendar.period_of(condition.window, period.last_day)
            low = self._offset(window.starts_on)
            high = self._offset(min(window.ends_before, period.ends_before))
            groups, mine = self._groups(condition, persons, period.last_day)
            sums = [(daily[codes, high] - daily[codes, low]).sum() for codes, _ in groups]
            numerator[:, column] = ints(sums)[mine]
            if condition.measure == "attainment":
                quotas = [self._quota_of(codes, name, window) or 0 for codes, name in groups]
                denominator[:, column] = ints(quotas)[mine]
        return Looked(numerator.astype(object), denominator.astype(object))

    def _groups(
        self, condition: Condition | Multiplier, persons: Sequence[int], day: date
    ) -> tuple[list[tuple[list[int], str]], Ints]:
        """Return the distinct subjects of people on a day, and which of them is each person's."""
        found: dict[str, tuple[list[int], str]] = {}
        names = [self._subject(condition, person, day) for person in persons]
        for name in names:
            if name not in found:
                found[name] = self._codes(condition, name, day), name
        number = {name: place for place, name in enumerate(found)}
        return list(found.values()), ints([number[name] for name in names])

    def _offset(self, day: date) -> int:
        return min(max(day.toordinal() - self.people.first, 0), self.people.days)

    @cached_property
    def _daily(self) -> dict[str, Ints]:
        """Running sums of credits by person and day."""
        found = {}
        dated = self.deals.day != NO_DAY
        days = np.clip(self.deals.day - self.people.first, 0, self.people.days - 1)
        for measure in ("amount", "count"):
            table = np.zeros((len(self.people.names), self.people.days + 1), dtype=np.int64)
            part, missing = (
                self.shares.part(measure, ExchangeRate.PLAN_RATE),
                self.shares.whole(measure, ExchangeRate.PLAN_RATE)[1],
            )
            rows = np.flatnonzero(dated & ~missing)
            np.add.at(table, (self.deals.person[rows], days[rows] + 1), part[rows])
            found[measure] = np.cumsum(table, axis=1)
        return found

    def _subject(self, condition: Condition | Multiplier, person: int, day: date) -> str:
        """Return whose measure counts for a person: a participant, team, territory or shop ("": nobody's)."""
        if condition.of is GateOf.SELF:
            return self.people.names[person]
        if condition.of is GateOf.PARTICIPANT:
            return condition.name or ""
        return condition.name or self.people.column(person, str(condition.of), day)

    def _codes(self, condition: Condition | Multiplier, name: str, day: date) -> list[int]:
        """Return the people that a subject stands for."""
        if condition.of in (GateOf.SELF, GateOf.PARTICIPANT):
            return [self.people.place[name]] if name in self.people.place else []
        column = str(condition.of)
        return [code for code in self.people.of if name and self.people.column(code, column, day) == name]

    def _quota_of(self, subjects: list[int], name: str, window: Period) -> int | None:
        own = self.people.place.get(name, -1)
        if self.quotas.rows.get(name):
            subjects = [own]
        found = [self._cached(code, window) for code in subjects]
        known = [quota for quota in found if quota is not None]
        return sum(known) if known else None

    def _cached(self, code: int, window: Period) -> int | None:
        key = (code, window)
        if key not in self._quota:
            known = bool(self.people.known[code])
            self._quota[key] = self._person(code, window) if known else self._plain(code, window)
        return self._quota[key]

    def _person(self, code: int, window: Period) -> int | None:
        rows = self.quotas.of(code, window.starts_on)
        parts = self.quotas.parts(code, window, rows)
        found = self.quotas.quota(code, window, window, parts, rows)
        return half_away(found.reduced) if found.known else None

    def _plain(self, code: int, window: Period) -> int | None:
        """Return the quota of a team, territory or shop, which is nobody's tenure."""
        total, known = Fraction(0), False
        for row in self.quotas.rows.get(self.people.names[code], ()):
            inner = Period(row.starts_on, row.ends_before).intersect(window)
            if inner:
                total, known = total + self._share(row, inner), True
        return half_away(total * 10**self.digits) if known else None

    def _share(self, row: Quota, inner: Period) -> Fraction:
        whole = [Period(row.starts_on, row.ends_before)]
        if row.per:
            whole = self.calendar.periods_between(row.per, inner.starts_on, inner.ends_before)
        parts = (_part(self.people, period.intersect(inner), period) for period in whole)
        return sum((Fraction(row.amount) * part for part in parts), Fraction(0))

    def _kpi(self, condition: Condition | Multiplier, persons: Sequence[int]) -> Looked:
        shape = (len(persons), len(self.periods))
        numerator, denominator = np.zeros(shape, dtype=object), np.zeros(shape, dtype=object)
        for column, period in enumerate(self.periods.periods):
            for row, person in enumerate(persons):
                name = self._subject(condition, person, period.last_day)
                value = measured(self.facts, name, condition.measure, period.last_day)
                if value is not None:
                    numerator[row, column], denominator[row, column] = value.numerator, value.denominator
        return Looked(numerator, denominator)


def _part(people: People, days: Period | None, whole: Period) -> Fraction:
    if people.plan.proration is Proration.NONE and days is not None:
        return Fraction(days.days(), whole.days())
    return people.part(days, whole)


def measured(facts: Facts, name: str, measure: str, day: date) -> Fraction | None:
    """Return a value of the measures file in force on a day."""
    for row in facts.measures:
        if row.participant == name and row.measure == measure and row.starts_on <= day < row.ends_before:
            return Fraction(row.value)
    return None


def measured_column(facts: Facts, people: People, measure: str, persons: Ints, days: Ints) -> tuple[Ints, Ints]:
    """Return, for each credit, the value in force (10⁻⁹), and where there is none."""
    known = [row for row in facts.measures if row.measure == measure and row.participant in people.place]
    rows = sorted(known, key=lambda row: (people.place[row.participant], row.starts_on))
    keys = ints([people.place[row.participant] * 10**8 + row.starts_on.toordinal() for row in rows])
    ends = ints([0] + [row.ends_before.toordinal() for row in rows])
    owner = ints([-2] + [people.place[row.participant] for row in rows])
    values = ints([0] + [int(row.value * 10**9) for row in rows])
    place = np.searchsorted(keys, persons * 10**8 + days, side="right")
    absent = (owner[place] != persons) | (days >= ends[place])
    return values[place], absent
