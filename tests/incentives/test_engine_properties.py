"""What holds for every plan: order and batches change nothing, marginal pay is monotone, shares lose no cent."""

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incentives.engine.run import calculate
from tests.incentives.random_facts import PEOPLE, amounts, days, facts_from, lists
from tests.incentives.random_plans import plan_of, plans, tiers
from tests.incentives.test_golden_engine import outcome

CALM = {"deadline": None, "suppress_health_check": list(HealthCheck)}
FLAT = {"plan": "p", "name": "P", "starts_on": "2026-01-01"}


def tiered(table, **more):
    component = {"id": "c", "basis": "amount", "window": "quarter", "tiers": table, **more}
    return plan_of({**FLAT, "components": [component]})


def deals(rows):
    return [
        {"id": f"t{n}", "date": day, "amount": amount, "participant": who} for n, (day, amount, who) in enumerate(rows)
    ]


table = tiers("amount", "marginal")
rows = st.lists(st.tuples(days, amounts, st.sampled_from(PEOPLE)), max_size=12)


@settings(max_examples=10, **CALM)
@given(plans(), lists(), st.integers(0, 99))
def test_the_order_of_rows_changes_nothing(document, found, seed):
    plan = plan_of(document)
    shuffled = {kind: random.Random(seed).sample(rows, len(rows)) for kind, rows in found.items()}
    first, second = outcome(plan, facts_from(found)), outcome(plan, facts_from(shuffled))
    assert (sorted(map(str, first[0])), first[1:]) == (sorted(map(str, second[0])), second[1:])


@settings(max_examples=6, **CALM)
@given(plans(), lists())
def test_calculating_again_gives_the_same(document, found):
    plan, facts = plan_of(document), facts_from(found)
    assert outcome(plan, facts) == outcome(plan, facts)


@settings(max_examples=20, **CALM)
@given(table, rows)
def test_people_in_batches_are_paid_as_people_together(table, found):
    plan, all_deals = tiered(table), deals(found)
    together = outcome(plan, facts_from({"transactions": all_deals}))[0]
    apart = []
    for person in PEOPLE:
        mine = [row for row in all_deals if row["participant"] == person]
        apart += outcome(plan, facts_from({"transactions": mine}))[0]
    assert sorted(together) == sorted(apart)


@settings(max_examples=20, **CALM)
@given(table, rows, days)
def test_one_more_sale_never_lowers_marginal_pay(table, found, day):
    plan = tiered(table)
    more = [*deals(found), {"id": "zz", "date": day, "amount": "12.34", "participant": "ann"}]
    before, after = (
        calculate(plan, facts_from({"transactions": part})).totals.earned.sum() for part in (more[:-1], more)
    )
    assert after >= before


@settings(max_examples=20, **CALM)
@given(rows)
def test_lines_add_up_to_the_rounded_total_of_the_window(found):
    result = calculate(
        tiered([{"from": "0", "rate": "7.3%"}], window="year"), facts_from({"transactions": deals(found)})
    )
    for code in range(len(result.data.people)):
        mine = result.lines.person == code
        total = int(result.lines.base[mine].sum()) * 73
        assert int(result.lines.amount[mine].sum()) == (abs(total) + 500) // 1000 * (1 if total >= 0 else -1)


@settings(max_examples=60, **CALM)
@given(amounts, st.lists(st.integers(1, 97), min_size=1, max_size=3))
def test_shares_add_up_to_the_transaction(amount, weights):
    cuts = [*weights[:-1], 100 - sum(weights[:-1])] if sum(weights[:-1]) < 100 else [100]
    split = [
        {"id": "t", "date": "2026-01-05", "amount": amount, "participant": who, "split_percent": str(cut)}
        for who, cut in zip(PEOPLE, cuts, strict=False)
    ]
    result = calculate(tiered([{"from": "0", "rate": "100%"}]), facts_from({"transactions": split}))
    assert int(result.lines.base.sum()) == round(float(amount) * 100)


@settings(max_examples=20, **CALM)
@given(plans(), lists())
def test_what_is_open_at_the_end_is_never_negative(document, found):
    totals = calculate(plan_of(document), facts_from(found)).totals
    assert (totals.draw_balance >= 0).all()
    assert (totals.debt >= 0).all()
    assert (totals.payable >= 0).all()
    assert (totals.payable == totals.incentive + totals.draw_paid - totals.recovered).all()
