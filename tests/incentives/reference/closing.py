"""Closed periods: what the open one posts and pays on top, worked out one person and one period at a time."""

from collections import Counter

from kernel.period import add_months


def nets(outcome, posted, opened):
    """(person, component, period) → recalculated − posted, for the pay periods before ``opened``.

    ``posted``: (person, component, pay period, amount in minor units).
    """
    sums = Counter()
    for line in outcome.lines:
        if line.period.starts_on < opened.starts_on:
            sums[line.person, line.component, line.period] += line.amount
    for person, component, period, amount in posted:
        if period.starts_on < opened.starts_on:
            sums[person, component, period] -= amount
    return {key: amount for key, amount in sums.items() if amount}


def differences(plan, outcome, paid, opened):
    """person → (paid at once, taken back, left open). ``paid``: (person, pay period) → minor units."""
    found = {}
    statement = outcome.statement
    for person in {key[0] for key in (*outcome.totals, *paid)}:
        periods = sorted({key[1] for key in (*outcome.totals, *paid) if key[0] == person})
        over, favour = [], 0
        for period in (period for period in periods if period.starts_on < opened.starts_on):
            should = outcome.totals.get((person, period), (0, 0, 0))[1]
            difference = paid.get((person, period), 0) - should
            over.append([period, max(difference, 0)])
            favour += max(-difference, 0)
        for item in over:
            part = min(item[1], favour)
            item[1], favour = item[1] - part, favour - part
        incentive, recovered = statement.settled.get((person, opened), (0, 0))
        room, taken = statement.room(person, opened, incentive) - recovered, 0
        for item in over:
            if add_months(item[0].ends_before, plan.recovery.max_age_months) >= opened.starts_on:
                part = min(item[1], room - taken)
                item[1], taken = item[1] - part, taken + part
        found[person] = favour, taken, sum(amount for _, amount in over)
    return found
