"""The whole calculation: facts in, lines, totals and issues out.

    deals → credits → positions → lines → modifiers → parts → statement

The steps are the modules of the same names. Nothing here depends on the order of rows: credits are taken by (credit
date,
external id, participant).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

import numpy as np

from incentives.engine.columns import NO_DAY, Input, input_of
from incentives.engine.components import Setting, mbo_lines, ranking_lines, spif_lines, true_up_lines
from incentives.engine.credits import Credit, Crediting, Unpaid, joined
from incentives.engine.draws import Balance
from incentives.engine.exact import (
    NANO,
    Flags,
    Ints,
    chained,
    constant,
    ints,
    product,
    product_quotient,
    running_rounded,
    stable_order,
    starts_of,
)
from incentives.engine.limits import limited, minor, not_counting
from incentives.engine.lines import Kind, Lines, lines_of, together
from incentives.engine.measures import Measures, measured_column
from incentives.engine.modifiers import Modifiers
from incentives.engine.payout import Debts, Parts, PayOut, events_of, refunded_shares, reversed_lines
from incentives.engine.people import People
from incentives.engine.periods import Spans, calendar_of
from incentives.engine.positions import Earning, re_rating_of
from incentives.engine.quotas import Mode, Quotas, half_away
from incentives.engine.rates import Rates
from incentives.engine.shares import Shares
from incentives.engine.statement import Statement, Totals
from incentives.engine.todate import EarningToDate, to_date
from incentives.engine.windows import Placed, grain_of, placed, stopped
from incentives.facts.rows import Facts
from incentives.language.choices import (
    Basis,
    ComponentType,
    Credits,
    Evaluated,
    LargeDealThen,
    LaterPosition,
    ReRating,
    RoundEach,
    RoundingMode,
    Window,
)
from incentives.language.plan import Component, Plan
from kernel.issue import Issue, IssueCollector, Level
from kernel.money import Currency
from kernel.period import Period

_MESSAGES = {
    "no_quota": (
        Level.ERROR,
        "{who} has no quota for a window of component {component}; its lines stop. Add a row to the quotas.",
    ),
    "no_target": (
        Level.ERROR,
        "{who} has no target pay, which component {component} needs. Fill in target_pay, or set target_amount.",
    ),
    "no_measure": (
        Level.ERROR,
        "{who} has no value of a measure that component {component} needs. Add a row to the measures.",
    ),
    "quota_zero": (
        Level.WARNING,
        "{who} has a quota of 0: attainment is undefined and component {component} pays nothing.",
    ),
    "no_rate": (
        Level.ERROR,
        "No rate of exchange from {who}; the lines concerned stop. Add it to plan_rates or the rates file.",
    ),
    "refund_exceeds": (
        Level.WARNING,
        "The refund {who} is more than what is left of its transaction; only that much is reversed.",
    ),
}


@dataclass(frozen=True)
class Made:
    """A component's lines and what it did not pay."""

    component: Component
    lines: Lines
    unpaid: list[Unpaid]
    windows: Sequence[Period]


@dataclass(frozen=True)
class Result:
    """Everything that came out. ``component`` numbers ``components`` for each line; the last one is the plan itself."""

    plan: Plan
    data: Input
    periods: Spans
    components: tuple[str, ...]
    component: Ints
    lines: Lines
    unpaid: list[tuple[str, Unpaid]]
    totals: Totals
    issues: list[Issue]
    people: People


def calculate(plan: Plan, facts: Facts, until: date | None = None) -> Result:
    """Return what a plan pays for checked facts up to ``until`` (left out: the end of the last pay period they
    touch).
    """
    data = input_of(facts, plan.credit_date, plan.currency)
    return Calculation(plan, facts, data, until).run()


class Calculation:
    """One plan, its facts, and the tables that every step reads."""

    def __init__(self, plan: Plan, facts: Facts, data: Input, until: date | None = None) -> None:
        self.plan, self.facts, self.data = plan, facts, data
        self.digits = Currency.of(plan.currency).digits
        self.half_even = plan.rounding is RoundingMode.HALF_EVEN
        self.calendar = calendar_of(plan)
        self.until = until or self._until()
        self.found: Counter[tuple[str, str, str]] = Counter()
        first, last = self._span()
        self.periods = Spans(self.calendar, plan.pay_period, first, last).ending(self.until.toordinal())
        years = Spans(self.calendar, "year", first, last)
        self.years = years.of(self.periods.ends - 1)
        self.year_end = self.periods.of(years.ends[self.years] - 1)
        self.people = People(plan, facts, data.people, int(years.starts[0]), int(years.ends[-1]))
        posted = self.periods.posted(self.periods.of(data.deals.day), data.deals.days["recorded_on"], plan.cut_off_days)
        self.posted = posted
        self.shares = Shares(data.deals, Rates(plan, facts, data.deals, self.periods, posted))
        self.crediting = Crediting(plan, facts, data, self.people, self.shares, posted)
        self.persons = np.flatnonzero(self.people.known)
        self.measures = Measures(
            plan, facts, self.people, self.calendar, data.deals, self.shares, self.periods, self.digits
        )  # fmt: skip
        self.refund_shares, exceeding = refunded_shares(data.refunds)
        for code in exceeding:
            self.found["refund_exceeds", data.ids[code], ""] += 1
        self.setting = Setting(plan, facts, self.people, self.calendar, self.periods, self.until, self.digits)
        self.made: dict[str, Made] = {}

    def _event_days(self) -> list[int]:
        columns = [*self.data.deals.days.values(), self.data.refunds.day, self.data.refunds.recorded]
        days = [
            int(value)
            for column in columns
            if len(column)
            for value in (column[column != NO_DAY].min(initial=9**7), column.max())
        ]
        days += [row.date.toordinal() for row in self.facts.adjustments]
        return [day for day in days if NO_DAY < day < 9**7]

    def _until(self) -> date:
        days = self._event_days()
        last = date.fromordinal(max(days)) if days else self.plan.starts_on
        return self.calendar.period_of(self.plan.pay_period, last).ends_before

    def _span(self) -> tuple[int, int]:
        """Return the days that tables cover: whole fiscal years around everything, and what falls due later."""
        days = [*self._event_days(), self.plan.starts_on.toordinal(), self.until.toordinal() - 1]
        low = self.calendar.period_of("year", date.fromordinal(min(days))).starts_on
        held = [row.until.toordinal() for row in self.facts.holds if row.until]
        far = date.fromordinal(max([*days, *held]))
        high = self.calendar.period_of("year", far).ends_before
        more = 1 + self.plan.instalments // 12 + (self.plan.unpaid_after_days or 0) // 365
        return low.toordinal(), date(high.year + more, high.month, high.day).toordinal()

    def report(self, code: str, who: str, component: str) -> None:
        self.found[code, who, component] += 1

    def run(self) -> Result:
        for component in self.plan.components:
            made = self._component(component)
            work = Modifiers(self.plan, self.people, self.measures, self.periods, self.years, made.lines)
            lines = work.modify(component, made.windows, self.persons)
            for person in work.absent:
                self.report("no_measure", self.data.people[person], component.id)
            self.made[component.id] = replace(made, lines=lines)
        lines, component_of = self._all_lines()
        return self._settled(lines, component_of)

    def _component(self, component: Component) -> Made:
        if component.type is ComponentType.MBO:
            lines = mbo_lines(self.setting, component, self._quotas(component), self.persons, self._reporter(component))
            return Made(component, lines, [], self.setting.windows(component))
        if component.type is ComponentType.TRUE_UP:
            source = next(made for made in self.made.values() if made.component.id == component.of)
            again = self._tiered(replace(source.component, window=component.window))
            return Made(
                component,
                true_up_lines(self.setting, component, again.lines, source.lines),
                [],
                self.setting.windows(component),
            )
        credit, unpaid = self._credits(component)
        if component.type is ComponentType.SPIF:
            return Made(
                component,
                spif_lines(self.plan, component, credit, self.periods, self.digits),
                unpaid,
                self.periods.periods,
            )
        if component.type is ComponentType.RANKING:
            return Made(
                component, ranking_lines(self.setting, component, credit), unpaid, self.setting.windows(component)
            )
        return self._tiered(component, (credit, unpaid))

    def _reporter(self, component: Component):  # type: ignore[no-untyped-def]
        return lambda code, person: self.report(code, self.data.people[person], component.id)

    def _quotas(self, component: Component) -> Quotas:
        return Quotas(self.plan, self.facts, self.people, self.calendar, component)

    def _credits(self, component: Component) -> tuple[Credit, list[Unpaid]]:
        credit, unpaid, missing = self.crediting.of(component, self._paid_below(component))
        if missing.any():
            currency = self.data.deals.currency
            for code in np.unique(currency.codes[missing]).tolist():
                self.report("no_rate", currency.categories[code], component.id)
        holds = not_counting(credit, self.facts.holds, self.data.ids)
        credit = limited(component, credit, self.years, self.digits, holds)
        drops = self.plan.clawback.later_position is LaterPosition.DROPS
        counted = component.type not in (ComponentType.SPIF, ComponentType.RANKING)
        counted = counted and re_rating_of(component) is ReRating.NO
        if drops and counted and len(self.data.refunds.tx):
            credit = joined(credit, self._drops(credit))
        return credit, unpaid

    def _drops(self, credit: Credit) -> Credit:
        """Return the refunds as credits that pay nothing and move the position back."""
        refunds = self.data.refunds
        order = np.argsort(credit.tx, kind="stable")
        low = np.searchsorted(credit.tx[order], refunds.original, side="left")
        high = np.searchsorted(credit.tx[order], refunds.original, side="right")
        count = high - low
        refund = np.repeat(np.arange(len(count)), count)
        place = np.arange(len(refund)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(low, count)
        of = credit.take(order[place])
        top = np.array([share.numerator for share in self.refund_shares], dtype=object)[refund]
        bottom = np.array([share.denominator for share in self.refund_shares], dtype=object)[refund]
        day = refunds.day[refund]
        period = self.periods.posted(self.periods.of(day), refunds.recorded[refund], self.plan.cut_off_days)
        nothing, yes = np.zeros(len(refund), dtype=np.int64), np.ones(len(refund), dtype=bool)
        basis, over = (-_shared(column, top, bottom) for column in (of.basis, of.over))
        return Credit(of.person, refunds.tx[refund], of.row, day, period, nothing, basis, over, nothing, ~yes, yes)

    def _paid_below(self, component: Component):  # type: ignore[no-untyped-def]
        source = self.made.get(component.of or "")

        def paid(persons: Ints, txs: Ints) -> Ints:
            if source is None:
                return np.zeros(len(persons), dtype=np.int64)
            size = len(self.data.ids) + 1
            keys, place = np.unique(source.lines.person * size + source.lines.tx, return_inverse=True)
            sums = np.zeros(len(keys) + 1, dtype=np.int64)
            np.add.at(sums, place, source.lines.amount)
            wanted = persons * size + txs
            at = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
            return np.where(keys[at] == wanted, sums[at], 0) if len(keys) else np.zeros(len(persons), dtype=np.int64)

        return paid

    def _tiered(self, component: Component, given: tuple[Credit, list[Unpaid]] | None = None) -> Made:
        credit, unpaid = given or self._credits(component)
        quotas = self._quotas(component)
        seen = None
        if component.basis is Basis.KPI:
            seen, absent = measured_column(self.facts, self.people, component.basis_of or "", credit.person, credit.day)
            for person in np.unique(credit.person[absent]).tolist():
                self.report("no_measure", self.data.people[person], component.id)
            unpaid.append(Unpaid("no_measure", credit.row[absent], credit.person[absent]))
            credit, seen = credit.take(~absent), seen[~absent]
        if component.evaluated is Evaluated.TO_DATE:
            return self._to_date(component, quotas, credit, unpaid)
        places = placed(self.plan, component, quotas, self.calendar, credit.person, credit.day)
        credit, seen, places = self._without_stopped(component, credit, seen, places, unpaid)
        lines = Earning(self.plan, component, self.digits).lines(credit, places, seen)
        lower = self._lower(component, credit, places)
        return Made(component, together([lines, lower]) if len(lower) else lines, unpaid, places.windows)

    def _without_stopped(
        self, component: Component, credit: Credit, seen: Ints | None, places: Placed, unpaid: list[Unpaid]
    ) -> tuple[Credit, Ints | None, Placed]:
        """Leave out credits without quota or target pay, and report everybody concerned."""
        used = np.bincount(places.piece + 1, minlength=len(places.pieces) + 1)
        if used[0]:
            for person in np.unique(credit.person[places.piece < 0]).tolist():
                self.report("no_quota", self.data.people[person], component.id)
        for number, piece in enumerate(places.pieces):
            if piece.problem:
                self.report(piece.problem, self.data.people[int(places.person[number])], component.id)
        stop: Flags = stopped(places)
        if not stop.any():
            return credit, seen, places
        unpaid.append(Unpaid("no_quota", credit.row[stop], credit.person[stop]))
        kept = ~stop
        return credit.take(kept), None if seen is None else seen[kept], replace(places, piece=places.piece[kept])

    def _to_date(self, component: Component, quotas: Quotas, credit: Credit, unpaid: list[Unpaid]) -> Made:
        grain = grain_of(self.plan, component)
        persons = np.union1d(self.persons, credit.person)
        first = int(min(credit.day.min(initial=self.until.toordinal()), self.plan.starts_on.toordinal()))
        year = to_date(quotas, self.calendar, grain, persons, first, self.until.toordinal())
        lines, stop, used = EarningToDate(self.plan, component, self.digits).lines_to_date(credit, year, self.periods)
        for person, problem in used:
            self.report(problem, self.data.people[person], component.id)
        if stop.any():
            unpaid.append(Unpaid("no_quota", credit.row[stop], credit.person[stop]))
        return Made(component, lines, unpaid, year.years)

    def _lower(self, component: Component, credit: Credit, places: Placed) -> Lines:
        """Return the parts of large deals above the clause, at its own rate."""
        clause = component.large_deal
        rows = np.flatnonzero(credit.lower)
        if clause is None or clause.then is not LargeDealThen.LOWER_RATE or not len(rows):
            return lines_of(Kind.LARGE_DEAL, ints([]))
        large, window = credit.take(rows), places.window[places.piece[rows]]
        if component.window is Window.TRANSACTION:
            window = rows
        order = stable_order(large.person, large.tx, large.day, window)
        if order is not None:
            large, window = large.take(order), window[order]
        rate = half_away(Fraction(clause.rate or 0) * NANO)
        amount = running_rounded(
            product(large.lower, rate), NANO, starts_of(window), half_even=self.half_even,
            each_line=self.plan.round_each is RoundEach.LINE,
        )  # fmt: skip
        rates = np.full(len(large), rate, dtype=np.int64)
        return lines_of(
            Kind.LARGE_DEAL, large.person, tx=large.tx, day=large.day, period=large.period, amount=amount,
            base=large.lower,
            rate=rates, window=window, held=large.held,
        )  # fmt: skip

    def _all_lines(self) -> tuple[Lines, Ints]:
        """Return every component's lines, the plan's own limits and pay by hand, each with its component's number."""
        parts = [made.lines for made in self.made.values()]
        numbers = [constant(number, len(lines)) for number, lines in enumerate(parts)]
        lines = together(parts)
        own = self._own_limits(lines) + self._adjustments()
        for more in own:
            numbers.append(constant(len(parts), len(more)))
        return (together([lines, *own]) if own else lines), chained(numbers)

    def _own_limits(self, lines: Lines) -> list[Lines]:
        if not self.plan.caps and not self.plan.floors:
            return []
        work = Modifiers(self.plan, self.people, self.measures, self.periods, self.years, lines)
        work.limits(self.plan.caps, self.plan.floors, self.persons, (date.min, date(9999, 1, 1)))
        return work.added

    def _adjustments(self) -> list[Lines]:
        rows = [row for row in self.facts.adjustments if self.people.known[self.people.place[row.participant]]]
        if not rows:
            return []
        days = ints([row.date.toordinal() for row in rows])
        amounts = ints([minor(row.amount, self.digits) for row in rows])
        person = ints([self.people.place[row.participant] for row in rows])
        return [lines_of(Kind.ADJUSTMENT, person, day=days, period=self.periods.of(days), amount=amounts)]

    def _settled(self, lines: Lines, component: Ints) -> Result:
        names = (*(component.id for component in self.plan.components), "")
        payout = PayOut(self.plan, self.data.deals, self.periods, self.year_end, self.facts.holds, self.data.ids)
        parts = payout.parts(lines, component)
        nothing = ints([])
        debts = Debts(nothing, nothing, nothing, nothing)
        events = events_of(
            self.plan, self.data.deals, self.data.refunds, self.refund_shares, payout, self.until.toordinal()
        )
        if len(events.tx):
            kept = np.array([self._spared(item) for item in self.plan.components] + [False])
            reversing, of, taken, debts = reversed_lines(lines, component, events, kept, payout)
            parts, lines, component = parts.plus(taken), together([lines, reversing]), np.append(component, of)
        draws = [
            Balance(self.plan, draw, self.people, self.calendar, self.periods, self.persons, self.digits)
            for draw in sorted(self.plan.draws, key=lambda draw: (draw.order, draw.id))
        ]
        statement = Statement(self.plan, self.people, self.periods, self.persons, names, draws, self.digits)
        earned = statement.table(lines.person, lines.period.astype(np.int64), lines.amount)
        totals = statement.totals(earned, parts, debts, self.facts.write_offs)
        unpaid = [(made.component.id, one) for made in self.made.values() for one in made.unpaid]
        return Result(
            self.plan, self.data, self.periods, names, component, lines, unpaid, totals, self._issues(), self.people
        )

    def _spared(self, component: Component) -> bool:
        """Return whether refunds leave a component alone because it is paid on others' credits."""
        others = component.credits is not Credits.OWN or component.type is ComponentType.OVERRIDE
        return others and not self.plan.clawback.indirect

    def _issues(self) -> list[Issue]:
        issues = IssueCollector()
        for (code, who, component), count in sorted(self.found.items()):
            level, message = _MESSAGES[code]
            issues.add(
                level,
                code,
                message.format(who=who, component=component),
                field=component or None,
                value=who,
                count=count,
            )
        return issues.sorted()


def _shared(column: Ints, top: Ints, bottom: Ints) -> Ints:
    return product_quotient(column, top, bottom) if len(column) else column


__all__ = ["Calculation", "Mode", "Parts", "Result", "calculate"]
