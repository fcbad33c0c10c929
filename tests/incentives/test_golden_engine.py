import pytest

from incentives.engine.run import calculate
from tests.incentives.golden import cases, check

CASES = cases()


def outcome(plan, facts, until=None):
    """Return the engine's result as (person, component, transaction, period, amount) lines, totals and issue codes."""
    result = calculate(plan, facts, until)
    labels, people = result.periods.labels(), result.data.people
    lines = [
        (
            people[person],
            result.components[component],
            result.data.ids[tx] if tx >= 0 else None,
            labels[period],
            int(amount),
        )
        for person, component, tx, period, amount in zip(
            result.lines.person,
            result.component,
            result.lines.tx,
            result.lines.period,
            result.lines.amount,
            strict=True,
        )
    ]
    totals = {}
    for row, person in enumerate(result.totals.persons):
        for period in range(result.periods.over):
            tables = (result.totals.earned, result.totals.payable, result.totals.draw_balance)
            totals[people[person], labels[period]] = tuple(int(table[row, period]) for table in tables)
    return lines, totals, {issue.code for issue in result.issues}


@pytest.mark.parametrize("case", CASES, ids=[case.title for case in CASES])
def test_the_engine_gives_what_the_page_prints(case):
    assert check(case, *outcome(case.plan, case.facts, case.until)) == []
