"""Lines that belong to no component: the plan's own limits and pay by hand; and whom refunds spare."""

from __future__ import annotations

from datetime import date

from incentives.engine.exact import Ints, ints
from incentives.engine.limits import minor
from incentives.engine.lines import Kind, Lines, lines_of
from incentives.engine.measures import Measures
from incentives.engine.modifiers import Modifiers
from incentives.engine.people import People
from incentives.engine.periods import Spans
from incentives.facts.rows import Facts
from incentives.language.choices import ComponentType, Credits
from incentives.language.plan import Component, Plan


def own_limits(
    plan: Plan, people: People, measures: Measures, periods: Spans, years: Ints, persons: Ints, lines: Lines
) -> list[Lines]:
    """Return the lines of the plan's own caps and floors."""
    if not plan.caps and not plan.floors:
        return []
    work = Modifiers(plan, people, measures, periods, years, lines)
    work.limits(plan.caps, plan.floors, persons, (date.min, date(9999, 1, 1)))
    return work.added


def adjustments(facts: Facts, people: People, periods: Spans, digits: int) -> list[Lines]:
    """Return the lines of pay by hand."""
    rows = [row for row in facts.adjustments if people.known[people.place[row.participant]]]
    if not rows:
        return []
    days = ints([row.date.toordinal() for row in rows])
    amounts = ints([minor(row.amount, digits) for row in rows])
    person = ints([people.place[row.participant] for row in rows])
    return [lines_of(Kind.ADJUSTMENT, person, day=days, period=periods.of(days), amount=amounts)]


def spared(plan: Plan, component: Component) -> bool:
    """Return whether refunds leave a component alone because it is paid on others' credits."""
    others = component.credits is not Credits.OWN or component.type is ComponentType.OVERRIDE
    return others and not plan.clawback.indirect
