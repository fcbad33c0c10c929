"""Windows and their pieces: quota and target pay in force, prorated once.

    quota of a window = Σ rows: amount × days(row ∩ window ∩ active) × ramp ÷ days(row)

A window is cut into pieces where quota, target pay or role changes inside it; the plan says what a piece's quota is and
where its position starts. People and windows are few, so that this is plain Python with exact fractions; deals never
pass through here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from itertools import pairwise

from incentives.engine.people import People
from incentives.engine.shares import is_money
from incentives.facts.rows import Facts, Quota
from incentives.language.choices import (
    Application,
    Basis,
    ComponentType,
    Credits,
    Evaluated,
    LeaverEarns,
    MidPeriodChange,
    OnChange,
    Proration,
    RampScales,
)
from incentives.language.plan import Component, Plan
from kernel.money import Currency
from kernel.period import Calendar, Period


class Mode(IntEnum):
    """How a piece pays."""

    NORMAL = 0
    BASE = 1  # the quota was reduced to nothing: everything at the first rate
    ZERO = 2  # a quota of 0 by hand: nothing, with a warning
    MISSING = 3  # no quota or no target pay: the lines stop


class Start(IntEnum):
    """Where a piece's position starts."""

    ZERO = 0
    PERCENT = 1
    AMOUNT = 2


@dataclass(frozen=True)
class Piece:
    """One stretch of a person's window with one quota and one target (minor units or millionths, minor units)."""

    days: Period
    quota: int
    target: int
    mode: Mode
    start: Start
    problem: str = ""


@dataclass(frozen=True)
class Sum:
    """An amount, what it would be unreduced, and whether rows were found."""

    reduced: Fraction = Fraction(0)
    full: Fraction = Fraction(0)
    known: bool = False

    def plus(self, reduced: Fraction, full: Fraction) -> Sum:
        if not self.known:
            return Sum(reduced, full, True)
        return Sum(self.reduced + reduced, self.full + full, True)


_NOTHING = Sum()


def half_away(value: Fraction) -> int:
    """Return the nearest whole number, halves away from zero."""
    if value.denominator == 1:
        return value.numerator
    whole = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return whole if value >= 0 else -whole


def needs_quota(component: Component) -> bool:
    """Return whether a component cannot pay without a quota."""
    paid_on_credits = (ComponentType.COMMISSION, ComponentType.BONUS, ComponentType.OVERRIDE)
    return component.basis is Basis.ATTAINMENT and component.type in paid_on_credits


def needs_target(component: Component) -> bool:
    """Return whether a component cannot pay without target pay."""
    curve = component.application is Application.INTERPOLATED_PAYOUT
    return curve or component.type is ComponentType.MBO or any(tier.points is not None for tier in component.tiers)


class Quotas:
    """Quotas and target pay of everybody for one component."""

    def __init__(self, plan: Plan, facts: Facts, people: People, calendar: Calendar, component: Component) -> None:
        self.plan, self.people, self.calendar, self.component = plan, people, calendar, component
        self.needs_quota, self.needs_target = needs_quota(component), needs_target(component)
        self.digits = Currency.of(plan.currency).digits
        self.scale = 10**self.digits if is_money(component.measure) else 10**6
        self.rows: dict[str, list[Quota]] = defaultdict(list)
        for row in sorted(facts.quotas, key=lambda row: row.starts_on):
            if row.measure == component.quota_measure:
                self.rows[row.participant].append(row)
        self.leaving = plan.leaver.earns is not LeaverEarns.PRO_RATA
        self.mode = MidPeriodChange.BLENDED if component.evaluated is Evaluated.TO_DATE else plan.mid_period_change
        self.restart = self.mode is MidPeriodChange.SEGMENTS and plan.on_change is OnChange.RESTART
        self._known_units: dict[Decimal, Fraction] = {}  # by amount; people often have the same

    def of(self, code: int, day: date) -> list[Quota]:
        """Return a person's quota rows; in a team's component the team's where they have none."""
        own = self.rows.get(self.people.names[code], [])
        if own or self.component.credits is not Credits.TEAM:
            return own
        team = self.people.column(code, "team", day)
        return self.rows.get(team, []) if team else []

    def pieces(self, code: int, window: Period) -> list[Piece]:
        """Return the pieces of one person's window."""
        rows = self.of(code, window.starts_on)
        parts = self.parts(code, window, rows)
        cut = self.mode in (MidPeriodChange.SEGMENTS, MidPeriodChange.CREDIT_DATE)
        return [
            self._piece(code, window, part, parts, rows, number)
            for number, part in enumerate(parts if cut else [window])
        ]

    def parts(self, code: int, window: Period, rows: list[Quota]) -> list[Period]:
        """Return a window cut where quota, target pay or role changes."""
        return _between([window.starts_on, *self._cuts(code, window, rows), window.ends_before])

    def _piece(
        self, code: int, window: Period, part: Period, parts: list[Period], rows: list[Quota], number: int
    ) -> Piece:
        quota = self.quota(code, window, part, parts, rows) if self.needs_quota else _NOTHING
        target = self._target(code, window, part, parts)
        mode, problem = Mode.NORMAL, ""
        amount, pay = half_away(quota.reduced), half_away(target.reduced)
        if self.needs_quota:
            if not quota.known:
                mode, problem = Mode.MISSING, "no_quota"
            elif amount == 0 and half_away(quota.full) > 0:
                mode, amount, pay = Mode.BASE, half_away(quota.full), half_away(target.full)
            elif amount == 0:
                mode, problem = Mode.ZERO, "quota_zero" if _typed(rows, window) else ""
        if mode is not Mode.MISSING and self.needs_target and not target.known:
            mode, problem = Mode.MISSING, "no_target"
        return Piece(part, amount, pay, mode, self._start(number), problem)

    def _start(self, number: int) -> Start:
        if number == 0:
            return Start.ZERO
        if self.mode is MidPeriodChange.CREDIT_DATE:
            return Start.AMOUNT
        return {OnChange.PERCENT: Start.PERCENT, OnChange.AMOUNT: Start.AMOUNT, OnChange.RESTART: Start.ZERO}[
            self.plan.on_change
        ]

    def _cuts(self, code: int, window: Period, rows: list[Quota]) -> list[date]:
        dated = self.people.of.get(code, [])
        days = {day for row in rows if row.per for day in (row.starts_on, row.ends_before)}
        days |= {day for row in dated for day in (row.starts_on, row.ends_before) if day}
        inside = sorted(day for day in days if window.starts_on < day < window.ends_before)
        if not inside:
            return []
        state, cuts = self._state(code, rows, window.starts_on), []
        for day in inside:
            now = self._state(code, rows, day)
            if now != state:
                cuts.append(day)
            state = now
        return cuts

    def _state(self, code: int, rows: list[Quota], day: date) -> tuple[Quota | None, tuple[Decimal | None, str] | None]:
        row = self.people.row_at(code, day)
        return _in_force(rows, day), (row.target_pay, row.role) if row else None

    def quota(self, code: int, window: Period, part: Period, parts: list[Period], rows: list[Quota]) -> Sum:
        """Return the quota of a part of a window (units)."""
        total = _NOTHING
        days = part if self.restart else window
        for row in rows:
            if not row.per and row.starts_on < window.ends_before and window.starts_on < row.ends_before:
                total = self._plain(code, row, window, days, total)
        for piece, counted in self._chosen(part, parts, window):
            in_force = _in_force(rows, piece.starts_on)
            if in_force is not None:
                total = total.plus(
                    *self._scaled(self._per_amount(in_force, window) * self.scale, code, counted, window, True)
                )
        return total

    def _units(self, amount: Decimal) -> Fraction:
        found = self._known_units.get(amount)
        if found is None:
            found = self._known_units[amount] = Fraction(amount) * self.scale
        return found

    def _plain(self, code: int, row: Quota, window: Period, days: Period, total: Sum) -> Sum:
        whole = Period(row.starts_on, row.ends_before)
        if whole == window == days and self.people.always(code, window, self.leaving):
            amount = self._units(row.amount)
            return total.plus(amount, amount)
        inner = whole.intersect(days)
        amount = self._units(row.amount)
        none = self.plan.proration is Proration.NONE
        full = amount * (int(inner is not None) if none else self.people.part(inner, whole))
        return total.plus(amount * self.people.share(code, inner, whole, leaving=self.leaving), full)

    def _chosen(self, part: Period, parts: list[Period], window: Period) -> Sequence[tuple[Period, Period]]:
        """Return the pieces whose row counts, each with the days it counts for."""
        if self.mode is MidPeriodChange.PERIOD_END:
            return [(parts[-1], window)]
        if self.mode is MidPeriodChange.BLENDED:
            return [(piece, piece) for piece in parts]
        return [(part, part if self.restart else window)]

    def _scaled(
        self, amount: Fraction, code: int, counted: Period, window: Period, ramped: bool
    ) -> tuple[Fraction, Fraction]:
        share = self.people.share(code, counted, window, ramped=ramped, leaving=self.leaving)
        plain = self.people.part(counted, window)
        if self.plan.proration is Proration.NONE:
            share *= plain
        return amount * share, amount * plain

    def _per_amount(self, row: Quota, window: Period) -> Fraction:
        periods = self.calendar.periods_between(row.per, window.starts_on, window.ends_before)
        return sum(
            (Fraction(row.amount) * self.people.part(period.intersect(window), period) for period in periods),
            Fraction(0),
        )

    def _target(self, code: int, window: Period, part: Period, parts: list[Period]) -> Sum:
        if not self.needs_target:
            return _NOTHING
        ramp = self.plan.ramp
        ramped = ramp is not None and ramp.scales is RampScales.QUOTA_AND_TARGET
        of_year = self._of_year(window)
        total = _NOTHING
        for piece, counted in self._chosen(part, parts, window):
            annual = self._annual(code, piece.starts_on)
            if annual is not None:
                total = total.plus(*self._scaled(annual * of_year, code, counted, window, ramped))
        return total

    def _of_year(self, window: Period) -> Fraction:
        if window.starts_on.day == 1 and window.ends_before.day == 1:
            years = window.ends_before.year - window.starts_on.year
            return Fraction(years * 12 + window.ends_before.month - window.starts_on.month, 12)
        return Fraction(window.days(), self.calendar.period_of("year", window.starts_on).days())

    def _annual(self, code: int, day: date) -> Fraction | None:
        weight: Fraction = Fraction(self.component.target) * 10**self.digits
        if self.component.target_amount is not None:
            return Fraction(self.component.target_amount) * weight
        rows = self.people.of.get(code, [])
        row = self.people.row_at(code, day)
        if row is None and rows and day < (rows[0].starts_on or date.min):
            row = rows[0]
        return None if row is None or row.target_pay is None else Fraction(row.target_pay) * weight


def _in_force(rows: Sequence[Quota], day: date) -> Quota | None:
    return next((row for row in rows if row.per and row.starts_on <= day < row.ends_before), None)


def _typed(rows: Sequence[Quota], window: Period) -> bool:
    """Return whether a quota of 0 stands in the window by hand."""
    inside = (row for row in rows if row.starts_on < window.ends_before and window.starts_on < row.ends_before)
    return any(row.amount == 0 for row in inside)


def _between(edges: Sequence[date]) -> list[Period]:
    return [Period(start, end) for start, end in pairwise(edges)]
