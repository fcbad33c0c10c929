"""What a mutant has to get past: worked tables, ledger balances, net lines, and random plans with known results.

Each check remembers which functions of the engine it runs, so that a change is put only before checks that can notice it.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from incentives.engine.ledger import entries
from incentives.engine.run import calculate
from tests.incentives import test_closing, test_corners
from tests.incentives.golden import cases
from tests.incentives.random_facts import facts_from, lists
from tests.incentives.random_plans import plan_of, plans


@dataclass
class Check:
    """One calculation, what it says, and the (file, first line) of every function it calls."""

    work: Callable[[], Any]
    told: Any
    calls: set[tuple[str, int]]
    kills: int = 0

    def notices(self) -> bool:
        return bool(self.work() != self.told)


def _random(number):
    """Return ``number`` random plans and facts, the same ones each time."""
    found = []

    @seed(2026)
    @settings(
        max_examples=number,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(plans(), lists())
    def collect(document, rows):
        found.append((plan_of(document), facts_from(rows)))

    collect()
    return found


def _corners():
    """Return the plans and facts of the corners that were worked out by hand."""
    found, compare = [], test_corners.compare
    test_corners.compare = lambda document, rows: found.append((plan_of(document), facts_from(rows)))
    try:
        for name, work in list(vars(test_corners).items()):
            if name.startswith("test_") and not work.__code__.co_argcount:
                work()
    finally:
        test_corners.compare = compare
    return found


def _told(plan, facts, until):
    """Return everything a result says: lines in order, totals, issues, and the ledger's entries."""
    result = calculate(plan, facts, until)
    lines = [column.tolist() for column in vars(result.lines).values()]
    totals = {name: table.tolist() for name, table in vars(result.totals).items()}
    sums = result.totals.draw_paid.tolist(), result.totals.recovered.tolist()
    booked = entries.entries_of(result.totals)
    posted = [column.tolist() for column in vars(booked).values()]
    shape = result.totals.earned.shape
    return lines, totals, sums, posted, booked.balances(*shape).tolist(), [issue.to_dict() for issue in result.issues]


def _closing(case):
    correction, _, _ = test_closing.corrected(
        case.plan, case.facts, test_closing.posted_of(case.closing), case.closing["open"]
    )
    return correction.lines, {name: dict(changed) for name, changed in correction.totals.items()}


def _remembered(work):
    """Return a check of what ``work`` says now, which other tests compare with the page and the reference."""
    calls = set()

    def trace(frame, event, argument):
        if "incentives" in frame.f_code.co_filename:
            calls.add((frame.f_code.co_filename, frame.f_code.co_firstlineno))

    sys.settrace(trace)
    try:
        told = work()
    finally:
        sys.settrace(None)
    return Check(work, told, calls)


def prepared(number):
    """Return the checks: the page's tables, its closed periods, the corners, then ``number`` random plans."""
    golden = cases()
    works = [lambda case=case: _told(case.plan, case.facts, case.until) for case in golden]
    works += [lambda case=case: _closing(case) for case in golden if case.closing]
    works += [lambda one=one: _told(*one, None) for one in [*_corners(), *_random(number)]]
    return [_remembered(work) for work in works]
