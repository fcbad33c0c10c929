"""Late facts about closed periods: one net line each, and what was posted plus the net is what is right now."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incentives.closing.correction import Closing
from incentives.closing.posted import Posted, PostedLine
from incentives.engine.periods import calendar_of, end_of
from incentives.engine.run import calculate
from incentives.engine.trace import Story
from kernel.period import FiscalCalendar
from tests.incentives.golden import cases
from tests.incentives.random_facts import facts_from, lists
from tests.incentives.random_plans import plan_of, plans
from tests.incentives.reference.closing import differences, nets
from tests.incentives.reference.pay import calculate as slow

CASES = [case for case in cases() if case.closing]
CALM = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def cents(text):
    return int(Decimal(text) * 100)


def posted_of(closing):
    lines = [
        PostedLine(row["participant"], row["component"], row["period"], row.get("transaction"), Decimal(row["amount"]))
        for row in closing["posted"]
    ]
    paid = {(row["participant"], row["period"]): Decimal(row["amount"]) for row in closing["paid"]}
    return Posted(lines, paid)


def corrected(plan, facts, posted, label):
    """Return the engine's net lines and changed totals of the open period, and the result behind them."""
    result = calculate(plan, facts, end_of(plan, label))
    story = Story(result)
    return Closing(result, story, posted, story.labels.index(label)).correction(), result, story


def net_of(correction):
    return {
        (line["participant"], line["component"], line["corrects"]): cents(line["amount"]) for line in correction.lines
    }


@pytest.mark.parametrize("case", CASES, ids=[case.title for case in CASES])
def test_the_net_lines_are_those_of_the_page(case):
    correction, result, story = corrected(case.plan, case.facts, posted_of(case.closing), case.closing["open"])
    wanted = {(row["who"], row["component"], row["corrects"]): cents(row["net"]) for row in case.nets}
    assert net_of(correction) == wanted
    people = [result.data.people[person] for person in result.totals.persons]
    for row in case.opened:
        place = people.index(row["who"]) if row["who"] in people else None
        number = story.labels.index(row["open"])
        own = {
            name: 0 if place is None else int(getattr(result.totals, name)[place, number])
            for name in ("earned", "payable")
        }
        changed = correction.totals[row["who"]]
        assert own["earned"] + changed["earned"] == cents(row["earned"])
        assert own["payable"] + changed["payable"] == cents(row["payable"])
        assert changed["overpaid"] == cents(row["overpaid"])


@pytest.mark.parametrize("case", CASES, ids=[case.title for case in CASES])
def test_the_reference_gives_the_net_lines_of_the_page(case):
    calendar = FiscalCalendar(case.plan.fiscal_year_start_month)
    opened = calendar.period(case.closing["open"])
    outcome = slow(case.plan, case.facts, opened.ends_before)
    posted = [
        (row["participant"], row["component"], calendar.period(row["period"]), cents(row["amount"]))
        for row in case.closing["posted"]
    ]
    found = nets(outcome, posted, opened)
    wanted = {(row["who"], row["component"], calendar.period(row["corrects"])): cents(row["net"]) for row in case.nets}
    assert found == wanted
    paid = {(row["participant"], calendar.period(row["period"])): cents(row["amount"]) for row in case.closing["paid"]}
    pay = differences(case.plan, outcome, paid, opened)
    for row in case.opened:
        at_once, taken, left = pay[row["who"]]
        payable = outcome.totals.get((row["who"], opened), (0, 0, 0))[1]
        assert (payable + at_once - taken, left) == (cents(row["payable"]), cents(row["overpaid"]))


def test_a_net_line_names_the_transactions_that_differ():
    case = CASES[0]
    correction = corrected(case.plan, case.facts, posted_of(case.closing), case.closing["open"])[0]
    told = {step["value"]: step["words"] for step in correction.lines[0]["trace"]["steps"]}
    assert told["d0"] == "posted 0.00, now 5.00"
    assert told["d1"] == "posted 8.00, now 11.00"


def posting(result, story, before):
    """Return what a result posted for the pay periods before ``before``."""
    lines = [
        PostedLine(
            result.data.people[int(result.lines.person[n])], story.component(n), story.labels[int(result.lines.period[n])],
            story.transaction(n), Decimal(int(result.lines.amount[n])).scaleb(-2),
        )
        for n in range(len(result.lines)) if int(result.lines.period[n]) < before
    ]  # fmt: skip
    paid = {
        (result.data.people[person], story.labels[period]): Decimal(int(result.totals.payable[row, period])).scaleb(-2)
        for row, person in enumerate(result.totals.persons.tolist())
        for period in range(before)
    }
    return Posted(lines, paid)


@settings(max_examples=25, **CALM)
@given(plans(), lists(), st.integers(1, 5), st.sets(st.integers(0, 11), max_size=5))
def test_what_was_posted_and_the_net_are_what_is_right_now(document, found, later, missing):
    plan = plan_of(document)
    known = {f"t{number}" for number in missing}
    early = [row for row in found["transactions"] if row["id"] not in known and row.get("reverses") not in known]
    holds = [row for row in found["holds"] if row["transaction"] not in known]
    calendar = calendar_of(plan)
    opened = calendar.period_of(plan.pay_period, date(2026, 1 + later, 20))
    label = calendar.label_of(plan.pay_period, opened)
    before = calculate(plan, facts_from({**found, "transactions": early, "holds": holds}), opened.ends_before)
    story = Story(before)
    number = story.labels.index(label)
    posted = posting(before, story, number)
    facts = facts_from(found)
    correction, result, now = corrected(plan, facts, posted, label)
    _adds_up(correction, posted, posting(result, now, number))
    _equals_reference(plan, facts, correction, posted, opened)
    again = Posted([*posted.lines, *_as_posted(correction)], posted.paid)
    assert corrected(plan, facts, again, label)[0].lines == []


def _as_posted(correction):
    return [
        PostedLine(line["participant"], line["component"], line["corrects"], None, Decimal(line["amount"]))
        for line in correction.lines
    ]


def _adds_up(correction, posted, right):
    def sums(lines):
        found = {}
        for line in lines:
            key = line.participant, line.component, line.period
            found[key] = found.get(key, 0) + line.amount
        return {key: amount for key, amount in found.items() if amount}

    assert sums([*posted.lines, *_as_posted(correction)]) == sums(right.lines)
    for person, changed in correction.totals.items():
        paid, should = (
            sum(cents(amount) for key, amount in side.paid.items() if key[0] == person) for side in (posted, right)
        )
        assert paid + changed["payable"] - changed["overpaid"] == should


def _pay_period(plan, label):
    """A week is called by its first day."""
    calendar = calendar_of(plan)
    return calendar.period_of(plan.pay_period, calendar.period(label).starts_on)


def _equals_reference(plan, facts, correction, posted, opened):
    calendar = calendar_of(plan)
    outcome = slow(plan, facts, opened.ends_before)
    lines = [
        (line.participant, line.component, _pay_period(plan, line.period), cents(line.amount)) for line in posted.lines
    ]
    wanted = {
        (person, component, calendar.label_of(plan.pay_period, period)): amount
        for (person, component, period), amount in nets(outcome, lines, opened).items()
    }
    assert net_of(correction) == wanted
    paid = {(person, _pay_period(plan, period)): cents(amount) for (person, period), amount in posted.paid.items()}
    for person, (at_once, taken, left) in differences(plan, outcome, paid, opened).items():
        changed = correction.totals[person]
        got = changed["payable"], changed["recovered"], changed["overpaid"]
        assert got == (at_once - taken, taken, left)
