"""Random plans × random deals: the engine and the reference agree to the cent, line by line and total by total."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings

from kernel.period import FiscalCalendar
from tests.incentives.random_facts import facts_from, lists
from tests.incentives.random_plans import plan_of, plans
from tests.incentives.reference.pay import calculate as slow
from tests.incentives.test_golden_engine import outcome

CALM = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def by_line(lines):
    sums = Counter()
    for person, component, tx, period, amount in lines:
        sums[person, component, tx, period] += amount
    return {key: amount for key, amount in sums.items() if amount}


def compare(document, found):
    plan, facts = plan_of(document), facts_from(found)
    expected = slow(plan, facts)
    lines, totals, codes = outcome(plan, facts)
    calendar = FiscalCalendar(plan.fiscal_year_start_month)

    def label(period):
        return calendar.label_of(plan.pay_period, period)

    wanted = by_line((li.person, li.component, li.tx, label(li.period), li.amount) for li in expected.lines)
    assert by_line(lines) == wanted
    assert {key: total for key, total in totals.items() if any(total)} == {
        (person, label(period)): total for (person, period), total in expected.totals.items() if any(total)
    }
    assert codes == {code for code, _ in expected.issues}


@settings(max_examples=40, deadline=None, suppress_health_check=CALM)
@given(plans(), lists())
def test_random_plans_pay_the_same(document, found):
    compare(document, found)


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=CALM)
@given(plans(), lists())
def test_many_random_plans_pay_the_same(document, found):
    compare(document, found)
