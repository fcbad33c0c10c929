"""What a mutant has to get past: worked tables, ledger balances, net lines, and random plans with known results."""

from hypothesis import HealthCheck, Phase, given, seed, settings

from incentives.engine.ledger import entries
from incentives.engine.run import calculate
from tests.incentives import test_closing
from tests.incentives.golden import cases
from tests.incentives.random_plans import facts_from, lists, plan_of, plans


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


def _told(result):
    """Return everything a result says, lines in order, and the ledger's entries."""
    lines = [column.tolist() for column in vars(result.lines).values()]
    totals = {name: table.tolist() for name, table in vars(result.totals).items()}
    posted = [column.tolist() for column in vars(entries.entries_of(result.totals)).values()]
    return lines, totals, posted


def _closing(case):
    correction, _, _ = test_closing.corrected(
        case.plan, case.facts, test_closing.posted_of(case.closing), case.closing["open"]
    )
    return correction.lines, {name: dict(changed) for name, changed in correction.totals.items()}


def prepared(number):
    """Return a check that is true as long as the engine says what it says now, which other tests compare with the page
    and the reference.
    """
    golden = cases()
    drawn = [(case.plan, case.facts, case.until) for case in golden] + [(*one, None) for one in _random(number)]
    closing = [case for case in golden if case.closing]
    kept = [_told(calculate(*one)) for one in drawn]
    nets = [_closing(case) for case in closing]

    def unnoticed():
        if [_closing(case) for case in closing] != nets:
            return False
        return all(_told(calculate(*one)) == told for one, told in zip(drawn, kept, strict=True))

    return unnoticed
