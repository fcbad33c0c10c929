"""What a calculation returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from incentives.engine.columns import Input
from incentives.engine.credits import Unpaid
from incentives.engine.exact import Ints
from incentives.engine.lines import Lines
from incentives.engine.people import People
from incentives.engine.periods import Spans
from incentives.engine.rates import Rates
from incentives.engine.statement import Statement, Totals
from incentives.facts.rows import Facts
from incentives.language.plan import Component, Plan
from kernel.issue import Issue
from kernel.period import Period


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
    statement: Statement
    facts: Facts
    rates: Rates
