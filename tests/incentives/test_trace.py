"""A line's story names the quota, the target pay and the rate of exchange that the reference finds for its day."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from incentives.engine.lines import Kind
from incentives.engine.run import calculate
from incentives.engine.trace import Story
from tests.incentives.golden import cases
from tests.incentives.random_facts import facts_from, lists
from tests.incentives.random_plans import plan_of, plans
from tests.incentives.reference.days import World
from tests.incentives.reference.quotas import Quotas, needs_quota, needs_target

CASES = cases()
BY_RATE = ("earned", "re_rating", "large_deal")
ON_CREDITS = ("commission", "bonus", "override")


def shown(piece, component, digits):
    """Return what the reference has for (quota, target pay) of a piece, as a story shows them."""
    money = component.measure in ("amount", "margin") or component.measure.endswith("_amount")
    quota = Decimal(piece.quota).scaleb(-digits if money else -6)
    return (
        (f"{quota:f}" if money else f"{quota.normalize():f}") if needs_quota(component) else None,
        f"{Decimal(piece.target).scaleb(-digits):f}" if needs_target(component) else None,
    )


def compare_terms(plan, facts, until=None):
    """Compare every line's terms with the reference; return how many there were."""
    result = calculate(plan, facts, until)
    story, reference, compared = Story(result), Quotas(World(plan, facts, until)), 0
    for number in range(len(result.lines)):
        component = story.components.get(story.component(number))
        if component is None or component.type not in ON_CREDITS or component.evaluated == "to_date":
            continue
        if story.kind(number) not in BY_RATE or not (needs_quota(component) or needs_target(component)):
            continue
        person, day = result.data.people[int(result.lines.person[number])], date.fromordinal(result.lines.day[number])
        window = reference.window_of(person, component, day)
        piece = next(one for one in reference.pieces(person, component, window) if one.days.contains(day))
        trace = story.trace(number)
        told = tuple(step and step.value for step in (trace.find("quota"), trace.find("target pay")))
        assert told == shown(piece, component, story.digits)
        compared += 1
    return compared


def test_the_quotas_and_targets_of_the_worked_tables_are_the_reference_s():
    assert sum(compare_terms(case.plan, case.facts, case.until) for case in CASES) >= 80


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(plans(), lists())
def test_the_quotas_and_targets_of_random_plans_are_the_reference_s(document, found):
    compare_terms(plan_of(document), facts_from(found))


def traces(title):
    case = next(case for case in CASES if case.title == title)
    story = Story(calculate(case.plan, case.facts, case.until))
    return [story.trace(number) for number in range(len(story.result.lines))]


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("Plan rate for attainment, rate of the day for pay", ("1.20", "one EUR in USD, rate of 2026-01-01", "1.10")),
        ("The rate of the pay date", ("1.30", "one EUR in USD, rate of 2026-02-15", "1.10")),
    ],
)
def test_the_rate_of_exchange_is_told_with_its_date_and_beside_the_plan_s(title, told):
    trace = traces(title)[0]
    pay, position = trace.find("rate of exchange"), trace.find("rate of exchange for the position")
    assert (pay.value, pay.words, position.value) == told
    assert position.words == "one EUR in USD, plan rate"


def test_every_row_of_the_quotas_file_behind_a_quota_is_told():
    plan = plan_of({"plan": "p", "name": "P", "starts_on": "2026-01-01", "components": [
        {"id": "c", "window": "quarter", "tiers": [{"from": "0%", "rate": "10%"}]}]})  # fmt: skip
    rows = [
        {"participant": "ann", "starts_on": "2026-01-01", "ends_before": "2026-02-01", "amount": "300"},
        {"participant": "ann", "starts_on": "2026-02-01", "ends_before": "2026-04-01", "amount": "100", "per": "month"},
        {"participant": "ann", "starts_on": "2026-04-01", "ends_before": "2026-07-01", "amount": "999"},
    ]
    deal = {"id": "d", "date": "2026-01-05", "amount": "10", "participant": "ann"}
    story = Story(calculate(plan, facts_from({"transactions": [deal], "quotas": rows})))
    quota = story.trace(0).find("quota")
    assert quota.words == "2026-01-01 to 2026-03-31"
    assert [(step.value, step.words) for step in quota.steps] == [
        ("300", "2026-01-01 to 2026-01-31"),
        ("100 each month", "2026-02-01 to 2026-03-31"),
    ]


def test_pay_to_date_is_told_with_the_quota_of_the_year_so_far():
    found = []
    for case in CASES:
        result = calculate(case.plan, case.facts, case.until)
        story = Story(result)
        for number in np.flatnonzero(result.lines.kind == Kind.TO_DATE).tolist():
            quota = story.trace(number).find("quota")
            found += [quota.words] if quota else []
    assert found
    assert all(words.startswith("2026-01-01 to ") for words in found)
