"""The tables every step reads, and the steps in order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from incentives.engine.columns import Input
from incentives.engine.components import Setting
from incentives.engine.credits import Crediting
from incentives.engine.draws import Balance
from incentives.engine.exact import Ints, chained, constant
from incentives.engine.lines import Lines, drained, together
from incentives.engine.measures import Measures
from incentives.engine.modifiers import Modifiers
from incentives.engine.payout import Debts, Parts, PayOut, events_of, no_debts, reversed_lines
from incentives.engine.people import People
from incentives.engine.periods import Spans, calendar_of
from incentives.engine.rates import Rates
from incentives.engine.run.components import Components
from incentives.engine.run.days import covered, event_days, last_day
from incentives.engine.run.messages import Findings
from incentives.engine.run.result import Result
from incentives.engine.run.settlement import adjustments, own_limits, spared
from incentives.engine.shares import Shares
from incentives.engine.statement import Statement
from incentives.facts.rows import Facts
from incentives.language.plan import Component, Plan
from kernel.money import Currency


class Calculation:
    """One plan, its facts, and the tables that every step reads."""

    def __init__(self, plan: Plan, facts: Facts, data: Input, until: date | None = None) -> None:
        self.plan, self.facts, self.data = plan, facts, data
        self.digits = Currency.of(plan.currency).digits
        self.calendar = calendar_of(plan)
        days = event_days(facts, data)
        self.until = until or last_day(plan, self.calendar, days)
        first, last = covered(plan, self.calendar, facts, days, self.until)
        self.periods = Spans(self.calendar, plan.pay_period, first, last).ending(self.until.toordinal())
        years = Spans(self.calendar, "year", first, last)
        self.years = years.of(self.periods.ends - 1)
        self.year_end = self.periods.of(years.ends[self.years] - 1)
        self.people = People(plan, facts, data.people, int(years.starts[0]), int(years.ends[-1]))
        self.persons = np.flatnonzero(self.people.known)
        self.findings = Findings()
        self._credits(years)

    def _credits(self, years: Spans) -> None:
        """Prepare what components are made from."""
        plan, facts, data, deals = self.plan, self.facts, self.data, self.data.deals
        posted = self.periods.posted(self.periods.of(deals.day), deals.days["recorded_on"], plan.cut_off_days)
        self.rates = Rates(plan, facts, deals, self.periods, posted)
        shares = Shares(deals, self.rates)
        crediting = Crediting(plan, facts, data, self.people, shares, posted)
        self.measures = Measures(plan, facts, self.people, self.calendar, deals, shares, self.periods, self.digits)
        setting = Setting(plan, facts, self.people, self.calendar, self.periods, self.until, self.digits)
        self.components = Components(plan, facts, data, setting, crediting, self.years, self.persons, self.findings)

    def run(self) -> Result:
        for component in self.plan.components:
            self._make(component)
        lines, numbers = self._all_lines()
        return self._settled(lines, numbers)

    def _make(self, component: Component) -> None:
        """Calculate one component's lines."""
        one = self.components.make(component)
        work = Modifiers(self.plan, self.people, self.measures, self.periods, self.years, one.lines)
        lines = work.modify(component, one.windows, self.persons)
        for person in work.absent:
            self.components.report(component, "no_measure", person)
        self.components.made[component.id] = replace(one, lines=lines)

    def _made(self) -> tuple[Lines, list[Ints]]:
        """Return every component's lines and its number for each; the components let go of them."""
        made = self.components.made
        numbers = [constant(number, len(one.lines), np.int32) for number, one in enumerate(made.values())]
        parts = [dict(one.lines.__dict__) for one in made.values()]
        for name, one in made.items():
            made[name] = replace(one, lines=together([]))
        return drained(parts), numbers

    def _all_lines(self) -> tuple[Lines, Ints]:
        """Return every component's lines, the plan's own limits and pay by hand, each with its component's number."""
        lines, numbers = self._made()
        parts = len(numbers)
        own = own_limits(self.plan, self.people, self.measures, self.periods, self.years, self.persons, lines)
        own += adjustments(self.facts, self.people, self.periods, self.digits)
        numbers += [constant(parts, len(more), np.int32) for more in own]
        return (together([lines, *own]) if own else lines), chained(numbers)

    def _settled(self, lines: Lines, component: Ints) -> Result:
        names = (*(item.id for item in self.plan.components), "")
        lines, component, parts, debts = self._payable(lines, component)
        draws = [
            Balance(self.plan, draw, self.people, self.calendar, self.periods, self.persons, self.digits)
            for draw in sorted(self.plan.draws, key=lambda draw: (draw.order, draw.id))
        ]
        statement = Statement(self.plan, self.people, self.periods, self.persons, names, draws, self.digits)
        earned = statement.table(lines.person, lines.period.astype(np.int64), lines.amount)
        totals = statement.totals(earned, parts, debts, self.facts.write_offs)
        unpaid = [(one.component.id, group) for one in self.components.made.values() for group in one.unpaid]
        return Result(
            self.plan, self.data, self.periods, names, component, lines, unpaid, totals, self.findings.issues(),
            self.people, statement, self.facts, self.rates,
        )  # fmt: skip

    def _payable(self, lines: Lines, component: Ints) -> tuple[Lines, Ints, Parts, Debts]:
        """Return the lines with the reversals of refunds, their payable parts, and the debts that refunds leave."""
        plan, refunds = self.plan, self.data.refunds
        payout = PayOut(plan, self.data.deals, self.periods, self.year_end, self.facts.holds, self.data.ids)
        parts = payout.parts(lines, component)
        shares = self.components.refund_shares
        events = events_of(plan, self.data.deals, refunds, shares, payout, self.until.toordinal())
        if not len(events.tx):
            return lines, component, parts, no_debts()
        kept = np.array([spared(plan, item) for item in plan.components] + [False])
        reversing, of, taken, debts = reversed_lines(lines, component, events, kept, payout)
        return together([lines, reversing]), np.append(component, of), parts.plus(taken), debts
