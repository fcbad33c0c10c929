"""`manage.py bench incentives`: three plans over many deals, two of them beside DuckDB's window SQL, cent by cent.

Data is made from a fixed seed: deals in order of their ids with random days of 2026 and random people. Both sides start
from the same columns in memory and end with every deal's pay; the sums per person and quarter must be equal. Each side's
time is the shorter of two runs; memory is the peak of a process that does nothing but one calculation.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import pairwise
from multiprocessing import get_context
from typing import Any

import numpy as np

from incentives.engine.columns import Deals, Input, Number, Refunds, Words
from incentives.engine.exact import NANO, Ints, constant, ints, small
from incentives.engine.run import Calculation, Result
from incentives.facts.rows import Facts, Participant, Quota, Report
from incentives.language.plan import Plan
from incentives.language.reader import read
from kernel.issue import IssueCollector

_HEAD = "plan: bench\nname: Bench\nstarts_on: 2026-01-01\n"
_QUOTA = 40_000
PLANS = {
    "flat": "components: [{id: c, basis: amount, tiers: [{from: 0, rate: 7.5%}]}]",
    "tiered": """
components:
- {id: c, window: quarter, tiers: [{from: 0%, rate: 5%}, {from: 100%, rate: 8%}, {from: 150%, rate: 12%}]}
""",
    "rich": """
components:
- id: c
  window: month
  basis: amount
  rules: [{name: reps, where: {person.role: rep}}]
  tiers: [{from: 0, rate: 5%}, {from: 100000, rate: 8%}]
  gate: {conditions: [{measure: amount, window: quarter, at_least: 50000}], opened_later: pay_back}
  caps: [{amount: 50000}]
- {id: o, type: override, basis: amount, rules: [{name: managers, where: {person.role: manager}}], tiers: [{from: 0, rate: 1%}]}
- {id: t, type: true_up, of: c, window: quarter}
""",
}

# The same arithmetic in SQL: exact integers of 10⁻⁹, running totals rounded half up (no amount here is negative).
FLAT = """
WITH x AS (
       SELECT person, month, day, id, sum(amount * 75) OVER (PARTITION BY person, month ORDER BY day, id) AS exact FROM deals),
     r AS (SELECT *, (exact + 500) // 1000 AS rounded FROM x),
     p AS (SELECT person, day, rounded - lag(rounded, 1, 0) OVER (PARTITION BY person, month ORDER BY day, id) AS pay FROM r)
SELECT person, (month(date '2026-01-01' + day::integer) - 1) // 3 AS quarter, sum(pay)::bigint AS pay
FROM p GROUP BY ALL ORDER BY ALL
"""
TIERED = """
WITH x AS (
       SELECT d.person, d.quarter, d.day, d.id, q.quota,
              sum(amount) OVER (PARTITION BY d.person, d.quarter ORDER BY d.day, d.id) AS reached
       FROM deals d JOIN quotas q ON d.person = q.person AND d.quarter = q.quarter),
     r AS (
       SELECT *, (reached * 5 + greatest(reached - quota, 0) * 3 + greatest(reached - (quota * 3 + 1) // 2, 0) * 4 + 50) // 100
              AS rounded FROM x),
     p AS (
       SELECT person, quarter, rounded - lag(rounded, 1, 0) OVER (PARTITION BY person, quarter ORDER BY day, id) AS pay FROM r)
SELECT person, quarter, sum(pay)::bigint AS pay FROM p GROUP BY ALL ORDER BY ALL
"""


def plan_of(name: str) -> Plan:
    """Return one of the three plans."""
    plan = read(_HEAD + PLANS[name], IssueCollector()).plan
    if plan is None:
        raise ValueError(f"the plan {name} cannot be read")
    return plan


class _Ids(Sequence[str]):
    """External ids that are the numbers themselves, without ten million strings."""

    def __init__(self, size: int) -> None:
        self.size = size

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, place: Any) -> Any:
        return f"{range(self.size)[place]:09d}"


def deals_of(deals: int, people: int, *, split: bool) -> tuple[Input, Facts]:
    """Return made-up deals and what belongs to them; with ``split`` every tenth deal is shared by two people."""
    random = np.random.default_rng(2026)
    person = random.integers(0, people, deals)
    first = date(2026, 1, 1).toordinal()
    day = first + random.integers(0, 365, deals)
    amount = random.integers(1_000, 2 * 4 * 100 * _QUOTA * people // deals, deals)
    tx, share = np.arange(deals), constant(NANO, deals)
    if split:
        share = share.copy()
        shared = tx % 10 == 0
        other = (person[shared] + 1) % people
        share[shared] = NANO * 6 // 10
        tx, person, day, amount, share = (
            np.append(column, more)
            for column, more in (
                (tx, tx[shared]), (person, other), (day, day[shared]), (amount, amount[shared]),
                (share, np.full(len(other), NANO * 4 // 10)),
            )
        )  # fmt: skip
    names = tuple(f"p{number:06d}" for number in range(people))
    return Input(_Ids(deals), names, _columns(tx, person, day, amount, share), _no_refunds()), _facts(names)


def _columns(tx: Ints, person: Ints, day: Ints, amount: Ints, share: Ints) -> Deals:
    never, tx, day = constant(0, len(tx), np.int32), small(tx), small(day)
    days = dict.fromkeys(("booked_on", "invoiced_on", "delivered_on", "paid_on", "recorded_on"), never)
    return Deals(
        tx=tx, person=person, day=day, share=share, overlay=constant(False, len(tx), bool),
        currency=Words(constant(0, len(tx), np.int8), ("USD",)), numbers={"amount": Number(amount, 2)}, words={},
        days={"date": day, **days},
    )  # fmt: skip


def _no_refunds() -> Refunds:
    nothing = ints([])
    return Refunds(nothing, nothing, nothing, nothing, nothing, nothing)


def _facts(names: tuple[str, ...]) -> Facts:
    starts = [date(2026, month, 1) for month in (1, 4, 7, 10)] + [date(2027, 1, 1)]
    quotas = tuple(Quota(name, start, end, Decimal(_QUOTA)) for name in names for start, end in pairwise(starts))
    managers = names[::10]
    roles = {name: "manager" if name in set(managers) else "rep" for name in names}
    participants = tuple(Participant(name, role=roles[name], columns={"role": roles[name]}) for name in names)
    reports = tuple(Report(name, managers[place // 10]) for place, name in enumerate(names) if roles[name] == "rep")
    return Facts(participants=participants, quotas=quotas, hierarchy=reports)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def _best(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the shorter of two runs."""
    first = _timed(work)[0]
    second, result = _timed(work)
    return min(first, second), result


def _calculated(plan: Plan, facts: Facts, data: Input) -> Result:
    return Calculation(plan, facts, data).run()


def _by_quarter(result: Result) -> Ints:
    """Return pay by (person, quarter)."""
    months = np.array([period.starts_on.month - 1 for period in result.periods.periods]) // 3
    sums = np.zeros((len(result.data.people), 4), dtype=np.int64)
    np.add.at(sums, (result.lines.person, months[result.lines.period]), result.lines.amount)
    return sums


def _duckdb(sql: str, data: Input) -> tuple[float, Ints]:
    """Return DuckDB's time and pay by (person, quarter); loading the columns is not timed."""
    import duckdb
    import pandas as pd

    deals = data.deals
    first = date(2026, 1, 1).toordinal()
    month = np.array([date.fromordinal(first + n).month - 1 for n in range(365)])[deals.day - first]
    frame = pd.DataFrame({
        "id": deals.tx, "person": deals.person, "day": deals.day - first, "amount": deals.numbers["amount"].units,
        "month": month, "quarter": month // 3,
    })  # fmt: skip
    quotas = pd.DataFrame(
        [(p, q, _QUOTA * 100) for p in range(len(data.people)) for q in range(4)],
        columns=["person", "quarter", "quota"],
    )
    with duckdb.connect() as db:
        db.execute("CREATE TABLE deals AS SELECT * FROM frame")
        db.execute("CREATE TABLE quotas AS SELECT * FROM quotas")
        del frame, quotas
        seconds, found = _best(lambda: db.execute(sql).fetchnumpy())
    sums = np.zeros((len(data.people), 4), dtype=np.int64)
    sums[found["person"], found["quarter"]] = found["pay"]
    return seconds, sums


def _memory(name: str, deals: int, people: int) -> int:
    """Return the peak memory (MiB) of a fresh process that makes the deals and calculates once."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_peak, name, deals, people).result()


def _peak(name: str, deals: int, people: int) -> int:
    data, facts = deals_of(deals, people, split=name == "rich")
    _calculated(plan_of(name), facts, data)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def bench_incentives(*, deals: int, people: int, **_: Any) -> dict[str, Any]:
    """Measure the three plans; raises when one cent differs from DuckDB."""
    figures: dict[str, Any] = {}
    ratios: dict[str, Any] = {}
    for name, sql in (("flat", FLAT), ("tiered", TIERED), ("rich", "")):
        data, facts = deals_of(deals, people, split=name == "rich")
        seconds, result = _best(partial(_calculated, plan_of(name), facts, data))
        figures[f"{name}_s"] = round(seconds, 3)
        figures[f"{name}_rows_per_second"] = int(deals / seconds)
        figures[f"{name}_lines"] = len(result.lines)
        ours = _by_quarter(result)
        del result
        figures[f"{name}_memory_mib"] = _memory(name, deals, people)
        if sql:
            duck, theirs = _duckdb(sql, data)
            if (ours != theirs).any():
                raise ValueError(f"{name}: the engine and DuckDB differ by {int(abs(ours - theirs).sum())} cents")
            figures[f"{name}_duckdb_s"] = round(duck, 3)
            ratios[f"{name}_vs_duckdb"] = round(seconds / duck, 3)
    ratios["engine_vs_duckdb"] = ratios["tiered_vs_duckdb"]
    figures["memory_mib"] = figures["tiered_memory_mib"]
    figures["rows_per_second"] = figures["tiered_rows_per_second"]
    return {"size": {"deals": deals, "people": people}, "figures": figures, "ratios": ratios}


BENCHES = {"incentives": bench_incentives}
