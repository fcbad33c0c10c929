"""Double entry: what one account gives another takes, and the balances are what the statement says."""

import numpy as np
from hypothesis import HealthCheck, given, settings

from incentives.engine.ledger.entries import Account, entries_of
from incentives.engine.run import calculate
from kernel.period import FiscalCalendar
from tests.incentives.golden import cases
from tests.incentives.random_facts import facts_from, lists
from tests.incentives.random_plans import plan_of, plans
from tests.incentives.reference.pay import calculate as slow

CALM = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def balances(result):
    totals = result.totals
    return entries_of(totals).balances(*totals.payable.shape)


def check(result):
    totals, balance = result.totals, balances(result)
    assert not balance.sum(axis=0).any()
    assert not balance[Account.PAYABLE].any()
    assert (balance[Account.DRAWS] == totals.draw_balance).all()
    assert (balance[Account.DEBTS] == totals.debt).all()
    assert (-balance[Account.PAID] == np.cumsum(totals.payable, axis=1)).all()


def test_the_ledger_of_every_worked_table_balances():
    for case in cases():
        check(calculate(case.plan, case.facts, case.until))


@settings(max_examples=25, **CALM)
@given(plans(), lists())
def test_the_ledger_of_random_plans_balances_and_is_the_reference_s(document, found):
    plan, facts = plan_of(document), facts_from(found)
    result = calculate(plan, facts)
    check(result)
    balance, labels = balances(result), result.periods.labels()
    calendar = FiscalCalendar(plan.fiscal_year_start_month)
    sums = {}
    for (person, period), (_, payable, draws) in sorted(slow(plan, facts).totals.items(), key=lambda item: item[0]):
        sums[person] = sums.get(person, 0) + payable
        at = labels.index(calendar.label_of(plan.pay_period, period))
        row = [result.data.people[code] for code in result.totals.persons].index(person)
        assert (-balance[Account.PAID, row, at], balance[Account.DRAWS, row, at]) == (sums[person], draws)


def test_held_is_what_was_earned_and_is_not_payable_yet():
    case = next(case for case in cases() if case.title.startswith("Three instalments"))
    held = -balances(calculate(case.plan, case.facts, case.until))[Account.HELD]
    assert held.tolist() == [[667, 333, 0]]


def test_what_a_refund_takes_from_pay_already_paid_is_a_debt():
    case = next(case for case in cases() if case.title.startswith("A refund reverses"))
    entries = entries_of(calculate(case.plan, case.facts, case.until).totals)
    february = [
        (Account(debit).name, Account(credit).name, amount)
        for period, debit, credit, amount in zip(
            entries.period.tolist(),
            entries.debit.tolist(),
            entries.credit.tolist(),
            entries.amount.tolist(),
            strict=True,
        )
        if period == 1
    ]
    assert february == [
        ("EXPENSE", "HELD", -500), ("DEBTS", "HELD", 1500), ("HELD", "PAYABLE", 1000), ("PAYABLE", "DEBTS", 500),
        ("PAYABLE", "PAID", 500),
    ]  # fmt: skip
