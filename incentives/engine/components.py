"""Components that are not tiers on credits: spif, scored goal, ranking, true-up.

Those made at a window's end are made for windows that end no later than the calculation does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise

import numpy as np

from incentives.engine.credits import Credit, ordered
from incentives.engine.exact import MILLION, NANO, Ints, before, cumulated, ints, product, running_rounded, starts_of
from incentives.engine.limits import minor
from incentives.engine.lines import Kind, Lines, lines_of
from incentives.engine.measures import measured
from incentives.engine.people import People
from incentives.engine.periods import Spans
from incentives.engine.quotas import Mode, Quotas, half_away
from incentives.facts.rows import Facts
from incentives.language.choices import AboveLast, Direction, RoundEach, RoundingMode, Window
from incentives.language.plan import Component, Plan
from kernel.period import Calendar, Period


@dataclass(frozen=True)
class Setting:
    """What these components need to know."""

    plan: Plan
    facts: Facts
    people: People
    calendar: Calendar
    periods: Spans
    until: date
    digits: int

    def windows(self, component: Component) -> list[Period]:
        """Return the windows of a component that are over."""
        start = max(component.starts_on or date.min, self.plan.starts_on)
        end = min(day for day in (component.ends_before, self.plan.ends_before, self.until) if day)
        if start >= end:
            return []
        own = component.window in (None, Window.QUOTA)
        grain = str(self.plan.pay_period) if own else str(component.window)
        found = self.calendar.periods_between(grain, start, end)
        return [window for window in found if window.ends_before <= self.until]

    def at_end(
        self,
        component: Component,
        persons: Sequence[int],
        windows: Sequence[Period],
        amounts: Sequence[int],
        bases: Sequence[int],
    ) -> Lines:
        """Return lines on the last day of windows."""
        days = ints([window.last_day.toordinal() for window in windows])
        number = {window: place for place, window in enumerate(self.windows(component))}
        return lines_of(
            Kind.EARNED, ints(persons), day=days, period=self.periods.of(days), amount=ints(amounts), base=ints(bases),
            window=ints([number[window] for window in windows]),
        )  # fmt: skip


def spif_lines(plan: Plan, component: Component, credit: Credit, periods: Spans, digits: int) -> Lines:
    """Return a spif's lines: first come first served, over everybody, within budget and number of winners."""
    credit = ordered(credit.take(~credit.refund))
    if component.max_winners is not None:
        credit = credit.take(_winners(credit, component.max_winners))
    rate = half_away(Fraction(component.amount or 0) * 10**digits * NANO / MILLION)
    window = periods.of(credit.day)
    group = credit.person * len(periods) + window
    order = np.argsort(group, kind="stable")
    amount = np.empty(len(credit), dtype=np.int64)
    exact = product(credit.base[order], rate)
    amount[order] = running_rounded(
        exact, NANO, starts_of(group[order]),
        half_even=plan.rounding is RoundingMode.HALF_EVEN, each_line=plan.round_each is RoundEach.LINE,
    )  # fmt: skip
    if component.budget is not None and len(amount):
        totals = np.minimum(cumulated(amount), minor(component.budget, digits))
        amount = totals - before(totals, ints([0]))
    rates = np.full(len(credit), rate, dtype=np.int64)
    return lines_of(
        Kind.EARNED, credit.person, tx=credit.tx, day=credit.day, period=credit.period, amount=amount, base=credit.base,
        rate=rates, first_rate=rates, window=window, held=credit.held,
    )  # fmt: skip


def _winners(credit: Credit, count: int) -> Ints:
    """Return the credits of the first people to have one."""
    people, first = np.unique(credit.person, return_index=True)
    return np.flatnonzero(np.isin(credit.person, people[np.argsort(first)[:count]]))


def mbo_lines(
    setting: Setting, component: Component, quotas: Quotas, persons: Ints, report: Callable[[str, int], None]
) -> Lines:
    """Return target pay × score at each window's end; ``report(code, person)`` tells what is missing."""
    found: list[tuple[int, Period, int, int]] = []
    active = setting.people.active()
    for window in setting.windows(component):
        low, high = (day.toordinal() - setting.people.first for day in (window.starts_on, window.ends_before))
        for person in persons.tolist():
            if not active[person, low:high].any():
                continue
            pieces = quotas.pieces(person, window)
            if pieces[-1].mode is Mode.MISSING:
                report(pieces[-1].problem, person)
                continue
            target = sum(piece.target for piece in pieces) if quotas.restart else pieces[-1].target
            name = setting.people.names[person]
            score = measured(setting.facts, name, component.kpi or "", window.last_day)
            if score is None:
                report("no_measure", person)
                continue
            if component.max_score is not None:
                score = min(score, Fraction(component.max_score))
            found.append((person, window, _rounded(setting.plan, target * translated(component, score)), target))
    people, windows, amounts, targets = zip(*found, strict=True) if found else ((), (), (), ())
    return setting.at_end(component, people, windows, amounts, targets)


def _rounded(plan: Plan, value: Fraction) -> int:
    return round(value) if plan.rounding is RoundingMode.HALF_EVEN else half_away(value)


def translated(component: Component, score: Fraction) -> Fraction:
    """Return the share of target pay for a score: the score itself, or what the curve makes of it."""
    points = [(Fraction(point.at), Fraction(point.pays)) for point in component.curve]
    if not points:
        return score
    if score < points[0][0]:
        return Fraction(0)
    for (a, v), (b, w) in pairwise(points):
        if a <= score < b:
            return v + (score - a) * (w - v) / (b - a)
    last, value = points[-1]
    if component.above_last is AboveLast.SLOPE and len(points) > 1:
        earlier, lower = points[-2]
        return value + (score - last) * (value - lower) / (last - earlier)
    if component.above_last is AboveLast.RATE and last > 0:
        return value * score / last
    return value


def ranking_lines(setting: Setting, component: Component, credit: Credit) -> Lines:
    """Return prizes by place at each window's end; equal people share the prizes of their places."""
    found: list[tuple[int, Period, int, int]] = []
    prizes = [minor(prize, setting.digits) for prize in component.prizes]
    for window in setting.windows(component):
        inside = (credit.day >= window.starts_on.toordinal()) & (credit.day < window.ends_before.toordinal())
        sums = np.zeros(len(setting.people.names), dtype=np.int64)
        np.add.at(sums, credit.person[inside], credit.base[inside])
        ranked = np.flatnonzero(sums > 0)
        ranked = ranked[np.lexsort((ranked, -sums[ranked]))]
        starts = starts_of(sums[ranked])
        for place, following in zip(starts.tolist(), [*starts[1:].tolist(), len(ranked)], strict=False):
            equal = ranked[place:following].tolist()
            total = sum(prizes[place:following])
            for number, person in enumerate(equal):
                share = total // len(equal) + (number < total % len(equal))
                if share:
                    found.append((person, window, share, int(sums[person])))
    people, windows, amounts, bases = zip(*found, strict=True) if found else ((), (), (), ())
    return setting.at_end(component, people, windows, amounts, bases)


def true_up_lines(setting: Setting, component: Component, again: Lines, earned: Lines) -> Lines:
    """Return what the longer window pays beyond what was earned in it."""
    own = earned.take(np.isin(earned.kind, [Kind.EARNED, Kind.RE_RATING, Kind.TO_DATE, Kind.LARGE_DEAL]))
    found: list[tuple[int, Period, int]] = []
    for window in setting.windows(component):
        difference = _sums(setting, again, window) - _sums(setting, own, window)
        if component.direction is Direction.UPWARDS:
            difference = np.maximum(difference, 0)
        found += [(person, window, int(difference[person])) for person in np.flatnonzero(difference).tolist()]
    people, windows, amounts = zip(*found, strict=True) if found else ((), (), ())
    return setting.at_end(component, people, windows, amounts, [0] * len(found))


def _sums(setting: Setting, lines: Lines, window: Period) -> Ints:
    sums = np.zeros(len(setting.people.names), dtype=np.int64)
    inside = (lines.day >= window.starts_on.toordinal()) & (lines.day < window.ends_before.toordinal())
    np.add.at(sums, lines.person[inside], lines.amount[inside])
    return sums
