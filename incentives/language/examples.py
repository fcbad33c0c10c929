"""A plan's examples: deals in, pay out, run through the engine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from incentives.engine.periods import end_of
from incentives.engine.run import Result, calculate
from incentives.engine.trace import Story
from incentives.facts.load import facts_of
from incentives.facts.parse import KINDS
from incentives.language.plan import Example, Plan
from incentives.language.reader import Document, example_lines
from kernel.issue import IssueCollector, Level
from kernel.money import MoneyError, decimal_of
from kernel.period import PeriodError

_TOTALS = ("earned", "payable", "draw_balance")
_KEYS = {"participant", "period", "transaction", "component", *_TOTALS}


def run_examples(document: Document, issues: IssueCollector) -> int:
    """Run a plan's examples; each difference is an error at its line. Returns how many were run."""
    plan = document.plan
    if plan is None:
        return 0
    for number, example in enumerate(plan.examples):
        _run(document, plan, number, example, issues)
    return len(plan.examples)


def _run(document: Document, plan: Plan, number: int, example: Example, issues: IssueCollector) -> None:
    place = ("examples", number)
    found = IssueCollector()
    facts = facts_of({kind: example_lines(example, kind) for kind in KINDS}, found)
    if found.has_errors:
        for issue in found.sorted():
            line = document.line(*place, *_row_place(issue.message, issue.row))
            issues.add(
                issue.level,
                issue.code,
                f"example {example.name!r}: {issue.message}",
                row=line,
                field=issue.field,
                value=issue.value,
            )
        return
    until = _until(plan, example)
    result = calculate(plan, facts, until)
    for index, wanted in enumerate(example.expect):
        problem = _differs(result, wanted)
        if problem:
            why = "".join(f" ({issue.message})" for issue in result.issues[:1])
            issues.add(
                Level.ERROR,
                "example_fails",
                f"example {example.name!r}: {problem}{why}",
                row=document.line(*place, "expect", index),
            )


def _row_place(message: str, row: int | None) -> tuple[str | int, ...]:
    kind = message.split(":", 1)[0]
    return (kind, row - 1) if kind in KINDS and row else ()


def _until(plan: Plan, example: Example) -> date | None:
    """Return the end of the last period an example expects, where that is later than its facts."""
    found = []
    for wanted in example.expect:
        try:
            found.append(end_of(plan, wanted["period"]))
        except (KeyError, PeriodError):
            continue
    return max(found, default=None)


def _unusable(result: Result, wanted: Mapping[str, str]) -> str | None:
    """Return why an expectation can be compared with nothing, whatever the plan pays."""
    given = ", ".join(wanted)
    if set(wanted) - _KEYS or not ({"transaction", "participant"} & set(wanted)) or not (set(_TOTALS) & set(wanted)):
        return f"expect needs participant and period, or transaction, and one of {', '.join(_TOTALS)}; got {given}"
    if {"payable", "draw_balance"} & set(wanted) and set(wanted) - {"participant", "period", *_TOTALS}:
        return f"payable and draw_balance are of a participant and period alone; got {given}"
    if "period" in wanted and wanted["period"] not in result.periods.labels():
        known = result.periods.labels()[max(result.periods.over - 1, 0)]
        return f"{wanted['period']!r} is no pay period of this plan; write it like {known}"
    names = {"participant": result.data.people, "transaction": result.data.ids, "component": result.components}
    for kind, known_names in names.items():
        if kind in wanted and wanted[kind] not in known_names:
            return f"there is no {kind} {wanted[kind]!r} in this example; known: {', '.join(filter(None, known_names))}"
    return None


def _differs(result: Result, wanted: Mapping[str, str]) -> str | None:
    problem = _unusable(result, wanted)
    if problem:
        return problem
    try:
        amounts = {name: decimal_of(wanted[name]) for name in _TOTALS if name in wanted}
    except MoneyError as error:
        return str(error)
    got = _of_lines(result, wanted) if "period" not in wanted or "component" in wanted else _of_totals(result, wanted)
    for name, amount in amounts.items():
        if got.get(name, Decimal(0)) != amount:
            who = ", ".join(
                wanted[key] for key in ("participant", "transaction", "component", "period") if key in wanted
            )
            return f"{who}: expected {name} {amount}, the plan gives {got.get(name, Decimal(0))}"
    return None


def _of_lines(result: Result, wanted: Mapping[str, str]) -> dict[str, Decimal]:
    story = Story(result)
    total = Decimal(0)
    for number in range(len(result.lines)):
        facts = {
            "transaction": story.transaction(number), "component": story.component(number),
            "participant": result.data.people[int(result.lines.person[number])],
            "period": story.labels[int(result.lines.period[number])],
        }  # fmt: skip
        if all(facts[key] == wanted[key] for key in facts if key in wanted):
            total += Decimal(story.money(int(result.lines.amount[number])))
    return {"earned": total}


def _of_totals(result: Result, wanted: Mapping[str, str]) -> dict[str, Decimal]:
    story = Story(result)
    people = [result.data.people[person] for person in result.totals.persons.tolist()]
    if wanted.get("participant") not in people or wanted["period"] not in story.labels[: result.periods.over]:
        return {}
    at = people.index(wanted["participant"]), story.labels.index(wanted["period"])
    tables = {
        "earned": result.totals.earned,
        "payable": result.totals.payable,
        "draw_balance": result.totals.draw_balance,
    }
    return {name: Decimal(story.money(int(table[at]))) for name, table in tables.items()}
