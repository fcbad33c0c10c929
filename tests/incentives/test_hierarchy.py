"""Who is above whom, over time: swaps are allowed, circles on one day are not."""

from incentives.engine.run import calculate
from incentives.facts.load import facts_of
from kernel.issue import IssueCollector
from tests.incentives.random_facts import facts_from
from tests.incentives.random_plans import plan_of
from tests.incentives.test_engine_equals_reference import compare

OVERRIDE = {
    "plan": "p", "name": "P", "starts_on": "2026-01-01",
    "components": [{"id": "o", "type": "override", "levels": "all", "basis": "amount", "tiers": [{"from": "0", "rate": "1%"}]}],
}  # fmt: skip
SWAP = [
    {"person": "ann", "manager": "bob", "ends_before": "2026-03-01"},
    {"person": "bob", "manager": "ann", "starts_on": "2026-03-01"},
]


def codes(rows):
    issues = IssueCollector()
    facts_of({"hierarchy": list(enumerate(rows, start=2))}, issues)
    return [(issue.code, issue.row) for issue in issues]


def test_two_people_may_swap_places_and_each_is_paid_on_the_other_in_turn():
    deals = [
        {"id": "d1", "date": "2026-02-05", "amount": "100", "participant": "ann"},
        {"id": "d2", "date": "2026-03-05", "amount": "200", "participant": "ann"},
        {"id": "d3", "date": "2026-03-06", "amount": "400", "participant": "bob"},
    ]
    facts = {"transactions": deals, "hierarchy": SWAP}
    compare(OVERRIDE, facts)
    result = calculate(plan_of(OVERRIDE), facts_from(facts))
    paid = {result.data.people[p]: int(a) for p, a in zip(result.lines.person, result.lines.amount, strict=True)}
    assert paid == {"bob": 100, "ann": 400}
    assert codes(SWAP) == []


def test_people_who_are_above_each_other_on_one_day_are_refused():
    assert codes([{**SWAP[0], "ends_before": "2026-03-02"}, SWAP[1]]) == [("hierarchy_cycle", 3)]


def test_a_circle_of_three_is_refused_only_while_it_is_closed():
    chain = [{"person": "ann", "manager": "bob"}, {"person": "bob", "manager": "cy", "ends_before": "2026-05-01"}]
    assert codes([*chain, {"person": "cy", "manager": "ann", "starts_on": "2026-05-01"}]) == []
    assert codes([*chain, {"person": "cy", "manager": "ann", "starts_on": "2026-04-30"}]) == [("hierarchy_cycle", 4)]
