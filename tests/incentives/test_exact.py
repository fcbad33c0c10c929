"""Exact arithmetic stays exact where 64 bits end, and the stories of lines are complete."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incentives.engine import exact
from incentives.engine.run import calculate
from incentives.engine.trace import Story
from tests.incentives.random_facts import facts_from
from tests.incentives.random_plans import plan_of

numbers = st.integers(-(10**14), 10**14)


def half_away(value):
    whole = int(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


@given(st.lists(st.tuples(numbers, numbers, st.integers(1, 10**14)), min_size=1, max_size=5), st.booleans())
def test_a_product_is_divided_and_rounded_once_however_large(rows, even):
    a, b, d = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    expected = [(round if even else half_away)(Fraction(x * y, z)) for x, y, z in rows]
    assert exact.quotient(exact.product(a, b), d, half_even=even).tolist() == expected


@given(st.lists(st.integers(-(2**61), 2**61), min_size=1, max_size=6))
def test_running_sums_do_not_overflow(values):
    column = np.array(values, dtype=np.int64)
    assert exact.running(column, exact.ints([0])).tolist() == [sum(values[: n + 1]) for n in range(len(values))]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-(2**55), 2**55)), max_size=20))
def test_sums_by_code_are_exact(rows):
    codes, amounts = (exact.ints([row[place] for row in rows]) for place in (0, 1))
    assert exact.sums_by(codes, amounts, 4).tolist() == [sum(a for c, a in rows if c == code) for code in range(4)]


def test_what_does_not_fit_is_an_error_not_a_wrong_number():
    with pytest.raises(OverflowError):
        exact.narrow(np.array([2**70], dtype=object))


@given(st.lists(st.tuples(st.integers(0, 2**20), st.integers(0, 5)), max_size=30))
def test_the_order_is_that_of_a_stable_sort(rows):
    first, last = (exact.ints([row[place] for row in rows]) for place in (0, 1))
    order = exact.stable_order(first, last)
    got = rows if order is None else [rows[place] for place in order]
    assert got == sorted(rows, key=lambda row: (row[1], row[0]))


def test_the_story_of_every_kind_of_line_can_be_told():
    plan = plan_of({
        "plan": "p", "name": "P", "starts_on": "2026-01-01",
        "components": [
            {
                "id": "c", "basis": "amount", "application": "whole_window", "caps": [{"amount": "15"}],
                "rules": [{"name": "red", "where": {"colour": "red"}, "credit": "0%"},
                          {"name": "blue", "where": {"colour": "blue"}},
                          {"name": "any", "where": {"amount": ">= 0"}}],
                "tiers": [{"from": "0", "rate": "10%"}, {"from": "100", "rate": "20%"}],
            },
            {"id": "s", "type": "spif", "amount": "5"},
            {"id": "o", "type": "override", "basis": "amount", "tiers": [{"from": "0", "rate": "1%"}]},
        ],
    })  # fmt: skip
    rows = [
        {"id": "d1", "date": "2026-01-05", "participant": "ann", "amount": "80", "colour": "blue"},
        {"id": "d2", "date": "2026-01-06", "participant": "ann", "amount": "80", "colour": "green"},
        {"id": "d3", "date": "2026-01-06", "participant": "ann", "amount": "80", "colour": "red"},
        {"id": "d4", "date": "2026-01-07", "participant": "ann", "amount": "-5", "colour": "pink"},
    ]  # fmt: skip
    facts = {
        "transactions": rows, "hierarchy": [{"person": "ann", "manager": "max"}],
        "participants": [{"participant": "ann"}, {"participant": "max"}],
        "adjustments": [{"participant": "ann", "date": "2026-01-05", "amount": "3", "reason": "x",
                         "entered_by": "a", "approved_by": "b"}],
    }  # fmt: skip
    story = Story(calculate(plan, facts_from(facts)))
    texts = [story.trace(number).text() for number in range(len(story.result.lines))]
    told = "\n".join(texts)
    assert all(text.startswith("amount: ") for text in texts)
    for words in (
        "caused by: d2",
        "did not match: red",
        "5 per unit",
        "above the cap",
        "entered by hand",
        "paid again",
        "20%",
    ):
        assert words in told
    reasons = {(item["transaction"], item["component"]): item["words"] for item in story.unpaid()}
    assert reasons["d3", "c"] == "a rule excludes it: red"
    assert "any wants amount >= 0" in reasons["d4", "c"]
