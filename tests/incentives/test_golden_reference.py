import pytest

from incentives.engine.periods import calendar_of
from tests.incentives.golden import cases, check
from tests.incentives.reference.pay import calculate

CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=[case.title for case in CASES])
def test_the_reference_gives_what_the_page_prints(case):
    outcome = calculate(case.plan, case.facts, case.until)
    calendar = calendar_of(case.plan)

    def label(period):
        return calendar.label_of(case.plan.pay_period, period)

    lines = [(li.person, li.component, li.tx, label(li.period), li.amount) for li in outcome.lines]
    totals = {(person, label(period)): total for (person, period), total in outcome.totals.items()}
    assert check(case, lines, totals, {code for code, _ in outcome.issues}) == []
