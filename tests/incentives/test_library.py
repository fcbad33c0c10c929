"""The ready plans: every one is good, and its examples come out in the engine and in the reference."""

from decimal import Decimal
from pathlib import Path

import pytest

from incentives.facts.load import facts_of
from incentives.facts.parse import KINDS
from incentives.language import examples
from incentives.language.reader import example_lines
from incentives.simulation import check
from kernel.issue import IssueCollector
from kernel.period import FiscalCalendar
from tests.incentives.reference.pay import calculate as slow

PLANS = sorted((Path(__file__).resolve().parents[2] / "incentives" / "library").glob("*.yaml"))


def test_there_are_at_least_twenty():
    assert len(PLANS) >= 20


@pytest.mark.parametrize("path", PLANS, ids=[path.stem for path in PLANS])
def test_a_ready_plan_is_good_and_its_examples_come_out(path):
    checked = check(path.name, path.read_text(encoding="utf-8"))
    assert [issue.message for issue in checked.issues] == []
    assert checked.examples >= 1
    assert checked.document.plan.plan == path.stem


@pytest.mark.parametrize("path", PLANS, ids=[path.stem for path in PLANS])
def test_the_reference_gives_what_the_examples_expect(path):
    plan = check(path.name, path.read_text(encoding="utf-8")).document.plan
    for example in plan.examples:
        issues = IssueCollector()
        facts = facts_of({kind: example_lines(example, kind) for kind in KINDS}, issues)
        outcome = slow(plan, facts, examples._until(plan, example))
        for wanted in example.expect:
            assert _differences(plan, outcome, wanted) == []


def _differences(plan, outcome, wanted):
    calendar = FiscalCalendar(plan.fiscal_year_start_month)
    if "period" in wanted and "component" not in wanted:
        totals = outcome.totals[wanted["participant"], calendar.period(wanted["period"])]
        got = dict(zip(("earned", "payable", "draw_balance"), totals, strict=True))
    else:
        keys = {"participant": "person", "component": "component", "transaction": "tx"}
        lines = [
            li
            for li in outcome.lines
            if all(getattr(li, attr) == wanted[key] for key, attr in keys.items() if key in wanted)
        ]
        lines = [li for li in lines if "period" not in wanted or li.period == calendar.period(wanted["period"])]
        got = {"earned": sum(li.amount for li in lines)}
    return [(name, amount) for name, amount in got.items() if name in wanted and Decimal(wanted[name]) * 100 != amount]
