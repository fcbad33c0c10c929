"""From transactions to credits: who gets which share of what, on which day.

Own credits are the rows themselves. Credits of others go up the dated hierarchy or to the whole team; all of one
transaction that reach a person become one credit, capped at the transaction where the plan counts it once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from incentives.engine.columns import NO_DAY, Input
from incentives.engine.eligible import Rules
from incentives.engine.exact import NANO, Flags, Ints, constant, ints, product_quotient, stable_order, taken
from incentives.engine.people import People
from incentives.engine.shares import Shares
from incentives.facts.rows import Facts, Report
from incentives.language.choices import (
    Basis,
    ComponentType,
    Credits,
    ExchangeRate,
    Levels,
    OverrideOn,
    SameDeal,
    SpifPer,
)
from incentives.language.plan import Component, Plan

_FAR = 3_000_000


@dataclass(frozen=True)
class Credit:
    """Columns of credits, in any order. A refund's row has base 0 and moves the position only."""

    person: Ints
    tx: Ints
    row: Ints
    day: Ints
    period: Ints
    base: Ints
    basis: Ints
    over: Ints
    lower: Ints
    held: Flags
    refund: Flags

    def __len__(self) -> int:
        return len(self.tx)

    def take(self, rows: Ints | Flags) -> Credit:
        return Credit(**taken(self.__dict__, rows))


@dataclass(frozen=True)
class Unpaid:
    """Credits that earn nothing here, and why: columns of (deal's row, person) with a reason."""

    reason: str
    row: Ints
    person: Ints


class Above:
    """Who is above whom on which days, as sorted intervals: ``person`` → ``manager`` in ``[start, end)``."""

    def __init__(self, reports: tuple[Report, ...], place: dict[str, int], levels: Levels) -> None:
        direct: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        for row in reports:
            start = (row.starts_on or date.min).toordinal()
            end = row.ends_before.toordinal() if row.ends_before else _FAR
            direct[place[row.person]].append((place[row.manager], start, end))
        found = []
        for person in direct:
            waiting = [(manager, start, end) for manager, start, end in direct[person]]
            while waiting:
                manager, start, end = waiting.pop()
                found.append((person, manager, start, end))
                if levels is Levels.ALL:
                    higher = ((m, max(s, start), min(e, end)) for m, s, e in direct.get(manager, ()))
                    waiting += [step for step in higher if step[1] < step[2]]
        found.sort()
        self.person, self.manager, self.start, self.end = ints(found).reshape(-1, 4).T

    def of(self, persons: Ints, days: Ints) -> tuple[Ints, Ints]:
        """Return (index into ``persons``, manager) for everybody above each person on the day."""
        return _joined(persons, days, self.person, self.manager, self.start, self.end)


def _joined(keys: Ints, days: Ints, key: Ints, value: Ints, start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Join rows to intervals by key and day; ``key`` is sorted."""
    low, high = np.searchsorted(key, keys, side="left"), np.searchsorted(key, keys, side="right")
    count = high - low
    index = np.repeat(np.arange(len(keys)), count)
    place = np.arange(len(index)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(low, count)
    inside = (start[place] <= days[index]) & (days[index] < end[place])
    return index[inside], value[place[inside]]


@dataclass(frozen=True)
class Crediting:
    """Makes credits of components out of the deals."""

    plan: Plan
    facts: Facts
    data: Input
    people: People
    shares: Shares
    posted: Ints

    def of(self, component: Component, paid_below: Callable[[Ints, Ints], Ints]) -> tuple[Credit, list[Unpaid], Flags]:
        """Return a component's credits, those it does not pay, and which deals lack a rate of exchange.

        ``paid_below(persons, transactions)`` is what the component it refers to earned there.
        """
        deals, unpaid = self.data.deals, []
        rows = np.arange(len(deals)) if component.overlay else np.flatnonzero(~deals.overlay)
        dated = deals.day[rows] != NO_DAY
        if not dated.all():
            unpaid.append(Unpaid("no_credit_date", rows[~dated], deals.person[rows[~dated]]))
            rows = rows[dated]
        index, persons = self._beneficiaries(component, rows)
        rows = rows if index is None else rows[index]
        there = self.people.earning(persons, deals.day[rows])
        if not there.all():
            unpaid.append(Unpaid("not_on_plan", rows[~there], persons[~there]))
        dated = there & self._in_force(component, deals.day[rows])
        if dated.sum() != there.sum():
            late = there & ~dated
            unpaid.append(Unpaid("outside_dates", rows[late], persons[late]))
        rows, persons = _only(dated, rows, persons)
        matched, share = Rules(component.rules, deals, self.people).credit(rows, persons)
        for reason, missed in (("no_rule", matched < 0), ("excluded", (matched >= 0) & (share == 0))):
            if component.rules and missed.any():
                unpaid.append(Unpaid(reason, rows[missed], persons[missed]))
        if component.rules:
            rows, persons, share = (column[share > 0] for column in (rows, persons, share))
        missing = self._missing(component)
        if missing.any():
            kept = ~missing[rows]
            unpaid.append(Unpaid("no_rate", rows[~kept], persons[~kept]))
            rows, persons, share = rows[kept], persons[kept], share[kept]
        return self._credits(component, rows, persons, share, paid_below), unpaid, missing

    def _in_force(self, component: Component, days: Ints) -> Flags:
        start = max(component.starts_on or date.min, self.plan.starts_on).toordinal()
        ends = [day.toordinal() for day in (component.ends_before, self.plan.ends_before) if day]
        return (days >= start) & (days < min(ends, default=_FAR))

    def _beneficiaries(self, component: Component, rows: Ints) -> tuple[Ints | None, Ints]:
        deals = self.data.deals
        persons, days = deals.person[rows], deals.day[rows]
        if component.credits is Credits.TEAM:
            return self._team(persons, days)
        if component.credits is Credits.REPORTS or component.type is ComponentType.OVERRIDE:
            above = Above(self.facts.hierarchy, self.people.place, component.levels)
            index, managers = above.of(persons, days)
            if component.own_credits:
                index = np.concatenate((np.arange(len(rows)), index))
                managers = np.concatenate((persons, managers))
            return index, managers
        return None, persons

    def _team(self, persons: Ints, days: Ints) -> tuple[Ints, Ints]:
        teams = self.people.categories("team")
        names = sorted(set(teams))
        code = ints([names.index(team) for team in teams])
        number = self.people.row_numbers(persons, days)
        alone = np.flatnonzero((number < 0) | np.array([not team for team in [*teams, ""]])[number])
        mine = np.append(code, -1)[number]
        mine[alone] = -1
        order = np.argsort(code, kind="stable")
        spans = [self._span(row_number) for row_number in order]
        start, end, member = ints(spans).reshape(-1, 3).T
        index, members = _joined(mine, days, code[order], member, start, end)
        return np.concatenate((index, alone)), np.concatenate((members, persons[alone]))

    def _span(self, number: int) -> tuple[int, int, int]:
        row = self.people.rows[number]
        end = row.ends_before.toordinal() if row.ends_before else _FAR
        return (row.starts_on or date.min).toordinal(), end, self.people.place[row.participant]

    def measures(self, component: Component) -> list[tuple[str | None, ExchangeRate]]:
        """Return (measure, rate) of what is paid, of the position, and of its divisor."""
        paid: str = component.measure
        same: dict[Basis, str | None] = {
            Basis.ATTAINMENT: paid, Basis.AMOUNT: "amount", Basis.COUNT: "count", Basis.KPI: None,
        }  # fmt: skip
        position = same.get(component.basis, component.basis_of)
        if component.type is ComponentType.SPIF:
            paid = "count" if component.per is SpifPer.TRANSACTION else "units"
            position = paid
        divisor = "amount" if component.basis is Basis.RATIO else None
        plan_rate = ExchangeRate.PLAN_RATE
        return [(paid, self.plan.exchange_rate), (position, plan_rate), (divisor, plan_rate)]

    def _missing(self, component: Component) -> Flags:
        missing = np.zeros(len(self.data.deals), dtype=bool)
        for measure, kind in self.measures(component):
            if measure is not None:
                missing |= self.shares.whole(measure, kind)[1]
        return missing

    def _credits(
        self, component: Component, rows: Ints, persons: Ints, rule: Ints, paid_below: Callable[[Ints, Ints], Ints]
    ) -> Credit:
        deals = self.data.deals
        parts = [self._column(measure, kind, rows) for measure, kind in self.measures(component)]
        rolled = component.credits is not Credits.OWN or component.type is ComponentType.OVERRIDE
        below = None
        if component.type is ComponentType.OVERRIDE and component.of:
            below = np.where(deals.person[rows] == persons, 0, paid_below(deals.person[rows], deals.tx[rows]))
        if rolled or _repeats(deals.tx):
            rows, persons, rule, parts, below = self._merged(component, rows, persons, rule, parts, below, rolled)
        tx = deals.tx[rows]
        if component.rules and (rule != NANO).any():
            parts = [product_quotient(part, rule, NANO) for part in parts]
        base = _override(component, parts[0], below)
        nothing, no = constant(0, len(rows)), constant(False, len(rows), bool)
        day, period = deals.day[rows], self.posted[rows]
        return Credit(persons, tx, rows, day, period, base, parts[1], parts[2], nothing, no, no)

    def _merged(
        self,
        component: Component,
        rows: Ints,
        persons: Ints,
        rule: Ints,
        parts: list[Ints],
        below: Ints | None,
        rolled: bool,
    ) -> tuple[Ints, Ints, Ints, list[Ints], Ints | None]:
        """Return one credit for each person and transaction, capped at the transaction where it counts once."""
        deals = self.data.deals
        order = np.lexsort((rows, persons, deals.tx[rows]))
        rows, persons, rule = rows[order], persons[order], rule[order]
        first = np.flatnonzero(_first_of(deals.tx[rows], persons))
        sums = [_sums(part[order], first) for part in parts]
        below = None if below is None else _sums(below[order], first)
        rows, persons, rule = rows[first], persons[first], rule[first]
        if rolled and component.same_deal is SameDeal.ONCE:
            measures = self.measures(component)
            sums = [self._capped(part, *measure, rows) for part, measure in zip(sums, measures, strict=True)]
        return rows, persons, rule, sums, below

    def _column(self, measure: str | None, kind: ExchangeRate, rows: Ints) -> Ints:
        if measure is None:
            return constant(0, len(rows))
        part = self.shares.part(measure, kind)
        return part if len(rows) == len(part) and len(rows) == len(self.data.deals) and _is_range(rows) else part[rows]

    def _capped(self, part: Ints, measure: str | None, kind: ExchangeRate, rows: Ints) -> Ints:
        if measure is None:
            return part
        whole = self.shares.whole(measure, kind)[0][rows]
        return np.where(whole >= 0, np.minimum(part, whole), np.maximum(part, whole))


def _sums(values: Ints, first: Ints) -> Ints:
    return np.add.reduceat(values, first) if len(first) else values


def _repeats(tx: Ints) -> bool:
    """Return whether a transaction has more than one row."""
    return len(tx) > 0 and int(np.bincount(tx).max()) > 1


def _is_range(rows: Ints) -> bool:
    return len(rows) == 0 or bool(rows[0] == 0 and rows[-1] == len(rows) - 1 and (np.diff(rows) == 1).all())


def _first_of(tx: Ints, persons: Ints) -> Flags:
    if not len(tx):
        return np.zeros(0, dtype=bool)
    return np.append(True, (tx[1:] != tx[:-1]) | (persons[1:] != persons[:-1]))


def _only(kept: Flags, *columns: Ints) -> tuple[Ints, ...]:
    return columns if kept.all() else tuple(column[kept] for column in columns)


def _override(component: Component, base: Ints, below: Ints | None) -> Ints:
    if below is None:
        return base
    if component.override_on is OverrideOn.COMMISSIONS:
        return below
    return base - below if component.less_lower_pay else base


def joined(first: Credit, second: Credit) -> Credit:
    """Return both."""
    if not len(second):
        return first
    return Credit(*(np.concatenate((getattr(first, n), getattr(second, n))) for n in Credit.__dataclass_fields__))


def ordered(credit: Credit) -> Credit:
    """Return the credits in the order in which they count: day, transaction, person."""
    order = stable_order(credit.person, credit.tx, credit.day)
    return credit if order is None else credit.take(order)


def with_base(credit: Credit, **columns: Ints | Flags) -> Credit:
    """Return the credits with some columns replaced."""
    return replace(credit, **columns)
