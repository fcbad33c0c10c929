"""How a line came to be, in words and numbers, zeros included.

Nothing is kept while calculating but the columns of the lines; a trace is built when somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cached_property

import numpy as np

from incentives.engine.eligible import Rules
from incentives.engine.exact import NANO, ints
from incentives.engine.lines import Kind
from incentives.engine.quotas import Mode, needs_quota, needs_target
from incentives.engine.run import Result
from incentives.engine.shares import is_money
from incentives.engine.terms import PAID_ON_CREDITS, Terms
from incentives.facts.rows import Quota
from incentives.language.choices import Basis, ComponentType, ExchangeRate
from incentives.language.plan import Component
from kernel.money import Currency
from kernel.period import Period
from kernel.trace import Trace

_WORDS = {
    Kind.EARNED: "earned",
    Kind.RE_RATING: "paid again at the rate of the tier reached",
    Kind.TO_DATE: "pay to date looked up on the new window's quota, less what was earned before",
    Kind.LARGE_DEAL: "the part of a large deal above the clause, at its own rate",
    Kind.LEAVER: "reduced to the days before leaving",
    Kind.GATE: "withheld because the gate was closed",
    Kind.PAY_BACK: "paid back because the gate has opened",
    Kind.MULTIPLIER: "changed by a multiplier",
    Kind.CAP: "above the cap",
    Kind.CARRIED_OVER: "carried over from an earlier period's cap",
    Kind.FLOOR: "lifted to the floor",
    Kind.ADJUSTMENT: "entered by hand, with reason and second approver",
    Kind.CLAWBACK: "reversed because of a refund",
    Kind.UN_EARNED: "reversed because the customer has not paid in time",
}
_REASONS = {
    "no_credit_date": "the transaction has no {credit_date} day yet",
    "not_on_plan": "the person was not on the plan that day",
    "outside_dates": "the plan or component is not in force that day",
    "no_rule": "no rule matched",
    "excluded": "a rule excludes it",
    "no_rate": "its rate of exchange is missing",
    "no_quota": "the quota or target pay of the window is missing",
    "no_measure": "the measure it looks at is missing",
}


class Story:
    """Names, numbers and traces of a result's lines."""

    def __init__(self, result: Result) -> None:
        self.result, self.people = result, result.people
        self.digits = Currency.of(result.plan.currency).digits
        self.labels = result.periods.labels()
        self.terms = Terms(result)
        self.components: dict[str, Component] = {component.id: component for component in result.plan.components}
        self.first = np.full(len(result.data.ids) + 1, -1, dtype=np.int64)
        self.first[result.data.deals.tx[::-1]] = np.arange(len(result.data.deals))[::-1]

    def money(self, minor: int) -> str:
        """Return minor units as text in major units."""
        return f"{Decimal(int(minor)).scaleb(-self.digits):.{self.digits}f}"

    def base(self, number: int) -> str:
        """Return a line's base: money, or units of the measure."""
        value = int(self.result.lines.base[number])
        return self._units(value, self._in_money(number))

    def _in_money(self, number: int) -> bool:
        component = self.components.get(self.component(number))
        if component is None or component.type in (ComponentType.MBO, ComponentType.TRUE_UP):
            return True
        if component.type is ComponentType.SPIF:
            return False
        return is_money(component.measure)

    def component(self, number: int) -> str:
        return self.result.components[int(self.result.component[number])]

    def transaction(self, number: int) -> str | None:
        code = int(self.result.lines.tx[number])
        return self.result.data.ids[code] if code >= 0 else None

    def cause(self, number: int) -> str | None:
        code = int(self.result.lines.cause[number])
        return self.result.data.ids[code] if code >= 0 else None

    @cached_property
    def _rows(self) -> dict[tuple[int, int], int]:
        """The first row of each (transaction, person)."""
        deals = self.result.data.deals
        keys = list(zip(deals.tx.tolist(), deals.person.tolist(), strict=True))
        return dict(zip(reversed(keys), reversed(range(len(keys))), strict=True))

    @cached_property
    def matched(self) -> dict[str, list[int]]:
        """The number of the rule that matched each line's transaction, by component."""
        lines, found = self.result.lines, {}
        rows = self.first[lines.tx]
        for name, component in self.components.items():
            rules = Rules(component.rules, self.result.data.deals, self.people)
            numbers = np.full(len(lines), -1, dtype=np.int64)
            own = np.flatnonzero(rows >= 0)
            if len(component.rules) and len(own):
                numbers[own] = rules.credit(rows[own], lines.person[own])[0]
            found[name] = numbers.tolist()
        return found

    def kind(self, number: int) -> str:
        """Return why a line exists, in one word."""
        return Kind(int(self.result.lines.kind[number])).name.lower()

    def rule(self, number: int) -> str:
        """Return the name of the rule that matched, or what kind of line it is."""
        component = self.components.get(self.component(number))
        matched = self.matched[component.id][number] if component else -1
        if component and matched >= 0:
            return component.rules[matched].name
        return (
            "every transaction"
            if component and self.transaction(number)
            else str(Kind(int(self.result.lines.kind[number])).name.lower())
        )

    def trace(self, number: int) -> Trace:
        """Return how one line came to be."""
        lines, component = self.result.lines, self.components.get(self.component(number))
        kind = Kind(int(lines.kind[number]))
        steps = [
            Trace(
                "component",
                component.name or component.id if component else "plan",
                str(component.type) if component else "limits and pay by hand",
            ),
            Trace(
                "credit date",
                date.fromordinal(int(lines.day[number])).isoformat() if lines.day[number] else None,
                f"posted in {self.labels[int(lines.period[number])]}",
            ),
        ]
        transaction = self.transaction(number)
        if transaction is not None:
            steps += self._credited(number, transaction)
        if lines.rate[number] or kind in (Kind.EARNED, Kind.RE_RATING):
            steps += self._rated(number, component)
        elif kind is Kind.TO_DATE:
            steps += self._terms(number, component)
        if self.cause(number) is not None:
            steps.append(Trace("caused by", self.cause(number)))
        steps.append(Trace("rounding", str(self.result.plan.rounding), str(self.result.plan.round_each)))
        return Trace("amount", self.money(int(lines.amount[number])), _WORDS[kind], tuple(steps))

    def _credited(self, number: int, transaction: str) -> list[Trace]:
        row, deals = int(self.first[self.result.lines.tx[number]]), self.result.data.deals
        whole = Decimal(int(deals.numbers["amount"].units[row])).scaleb(-deals.numbers["amount"].digits)
        currency = deals.currency.categories[int(deals.currency.codes[row])]
        component = self.components.get(self.component(number))
        steps = [
            Trace("transaction", transaction, f"{whole:f} {currency}"),
            Trace("rule", self.rule(number), "the first that matched"),
        ]
        if component is not None:
            matched = self.matched[component.id][number]
            missed = [
                Trace("did not match", rule.name, _where(rule.where)) for rule in component.rules[: max(matched, 0)]
            ]
            steps[-1] = Trace("rule", self.rule(number), "the first that matched", tuple(missed))
        steps += self._exchanged(row, component)
        mine = self._rows.get((int(deals.tx[row]), int(self.result.lines.person[number])))
        if mine is not None:
            share = (Decimal(int(deals.share[mine])).scaleb(-7)).normalize()
            steps.append(Trace("share", f"{share:f} %", "overlay" if deals.overlay[mine] else "owner"))
        return steps

    def _exchanged(self, row: int, component: Component | None) -> list[Trace]:
        """Return the rate of exchange of pay, and that of the position where it is another one."""
        plan = self.result.plan
        if component is None or component.type not in PAID_ON_CREDITS or not is_money(component.measure):
            return []
        steps = [self._rate_used("rate of exchange", row, plan.exchange_rate)]
        if plan.exchange_rate is not ExchangeRate.PLAN_RATE and component.basis in (Basis.ATTAINMENT, Basis.AMOUNT):
            steps.append(self._rate_used("rate of exchange for the position", row, ExchangeRate.PLAN_RATE))
        return [step for step in steps if step is not None]

    def _rate_used(self, name: str, row: int, kind: ExchangeRate) -> Trace | None:
        used = self.result.rates.used(row, kind)
        if used is None:
            return None
        known = f"rate of {used.dated.isoformat()}" if used.dated else "plan rate"
        return Trace(name, f"{used.rate:f}", f"one {used.currency} in {self.result.plan.currency}, {known}")

    def _terms(self, number: int, component: Component | None) -> list[Trace]:
        """Return the quota and the target pay of the line's window."""
        term = self.terms.of(number)
        if term is None or component is None:
            return []
        steps = []
        if needs_quota(component):
            words = (
                ", reduced to nothing by leave or ramp: all at the base rate" if term.piece.mode is Mode.BASE else ""
            )
            quota = self._units(term.piece.quota, is_money(component.measure))
            steps.append(Trace("quota", quota, _days(term.window) + words, tuple(map(_of_row, term.rows))))
        if needs_target(component):
            steps.append(Trace("target pay", self.money(term.piece.target), _days(term.window)))
        return steps

    def _units(self, value: int, in_money: bool) -> str:
        return self.money(value) if in_money else f"{Decimal(value).scaleb(-6).normalize():f}"

    def _rated(self, number: int, component: Component | None) -> list[Trace]:
        lines = self.result.lines
        before = int(lines.before[number])
        in_money = component is None or component.basis in ("attainment", "amount")
        steps = [
            Trace("base", self.base(number), component.measure if component else ""),
            *self._terms(number, component),
            Trace(
                "position before", self._units(before, in_money and self._in_money(number)),
                str(component.basis) if component else "",
            ),
        ]  # fmt: skip
        if component and component.tiers:
            steps.append(Trace("tier", int(lines.tier[number]) + 1, str(component.application)))
        if lines.rate[number] or (component and component.tiers):
            steps.append(Trace("rate", self.rate(number)))
        return steps

    def rate(self, number: int) -> str:
        """Return a line's rate: a percentage, or money per unit."""
        rate = Decimal(int(self.result.lines.rate[number]))
        if self._in_money(number):
            return f"{(rate / NANO * 100).normalize():f}%"
        return f"{(rate / 1000).scaleb(-self.digits).normalize():f} per unit"

    def unpaid(self) -> Iterator[dict[str, str]]:
        """Yield the credits that earn nothing, and why."""
        data = self.result.data
        for component, group in self.result.unpaid:
            words = _REASONS[group.reason].format(credit_date=self.result.plan.credit_date)
            for row, person in zip(group.row.tolist(), group.person.tolist(), strict=True):
                yield {
                    "participant": data.people[person],
                    "component": component,
                    "transaction": data.ids[int(data.deals.tx[row])],
                    "reason": group.reason,
                    "words": words + self._why_not(component, group.reason, row, person),
                }

    def _why_not(self, component: str, reason: str, row: int, person: int) -> str:
        item = self.components[component]
        if reason == "no_rule":
            return ": " + "; ".join(f"{rule.name} wants {_where(rule.where)}" for rule in item.rules)
        if reason == "excluded":
            number = int(
                Rules(item.rules, self.result.data.deals, self.people).credit(ints([row]), ints([person]))[0][0]
            )
            return f": {item.rules[number].name}"
        return ""


def _of_row(row: Quota) -> Trace:
    every = f" each {row.per}" if row.per else ""
    return Trace("of the row", f"{row.amount:f}{every}", _days(Period(row.starts_on, row.ends_before)))


def _days(days: Period) -> str:
    return f"{days.starts_on.isoformat()} to {days.last_day.isoformat()}"


def _where(where: dict[str, tuple[str, ...]]) -> str:
    return ", ".join(f"{name} {' or '.join(wanted)}" for name, wanted in where.items()) or "anything"
