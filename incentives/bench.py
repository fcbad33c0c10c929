"""`manage.py bench incentives`: three plans over many deals beside DuckDB's window SQL, compared cent by cent.

Data is made from a fixed seed: deals in order of their ids with random days of 2026 and random people. Both sides start
from the same columns in memory and end with every deal's pay; the sums per person and quarter must be equal. They take
turns, and what counts is the median of three turns (of one above two million deals), of the ratio too; memory is the peak
of a process that does nothing but one calculation.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from incentives.bench_sql import QUERIES
from incentives.engine.columns import Deals, Input, Number, Refunds, Words
from incentives.engine.exact import NANO, Ints, constant, ints, small
from incentives.engine.run import Calculation, Result
from incentives.facts.rows import Facts, Participant, Quota, Report
from incentives.language.plan import Plan
from incentives.language.reader import read
from kernel.issue import IssueCollector

_HEAD = "plan: bench\nname: Bench\nstarts_on: 2026-01-01\n"
_QUOTA = 40_000
_MANY = 2_000_000
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
  tiers: [{from: 0, rate: 5%}, {from: 10000, rate: 8%}]
  gate: {conditions: [{measure: amount, window: quarter, at_least: 26000}], opened_later: pay_back}
  caps: [{amount: 1500}]
- {id: o, type: override, basis: amount, rules: [{name: managers, where: {person.role: manager}}], tiers: [{from: 0, rate: 1%}]}
- {id: t, type: true_up, of: c, window: quarter}
""",
}


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


def _calculated(plan: Plan, facts: Facts, data: Input) -> Result:
    return Calculation(plan, facts, data).run()


def _by_quarter(result: Result) -> Ints:
    """Return pay by (person, quarter)."""
    months = np.array([period.starts_on.month - 1 for period in result.periods.periods]) // 3
    sums = np.zeros((len(result.data.people), 4), dtype=np.int64)
    np.add.at(sums, (result.lines.person, months[result.lines.period]), result.lines.amount)
    return sums


@contextmanager
def _duckdb(data: Input, facts: Facts) -> Iterator[Any]:
    """Open a database that holds the same columns."""
    import duckdb
    import pandas as pd

    deals = data.deals
    first = date(2026, 1, 1).toordinal()
    month = np.array([date.fromordinal(first + n).month - 1 for n in range(365)])[deals.day - first]
    tables = {
        "deals": pd.DataFrame({
            "id": deals.tx, "person": deals.person, "day": deals.day - first, "amount": deals.numbers["amount"].units,
            "month": month, "quarter": month // 3, "share": deals.share // (NANO // 1000),
        }),
        "quotas": pd.DataFrame(
            [(p, q, _QUOTA * 100) for p in range(len(data.people)) for q in range(4)],
            columns=["person", "quarter", "quota"],
        ),
        "people": pd.DataFrame(
            {"person": range(len(data.people)), "manager": pd.array(_managers(data, facts), dtype="Int64")}
        ),
    }  # fmt: skip
    with duckdb.connect() as db:
        for name in list(tables):
            db.register("frame", tables.pop(name))
            db.execute(f"CREATE TABLE {name} AS SELECT * FROM frame")
            db.unregister("frame")
        yield db


def _managers(data: Input, facts: Facts) -> list[int | None]:
    place = {name: number for number, name in enumerate(data.people)}
    above = {row.person: place[row.manager] for row in facts.hierarchy}
    return [above.get(name) for name in data.people]


def _sums(db: Any, sql: str, people: int) -> Ints:
    """Return DuckDB's pay by (person, quarter)."""
    found = db.execute(sql).fetchnumpy()
    sums = np.zeros((people, 4), dtype=np.int64)
    sums[found["person"], found["quarter"]] = found["pay"]
    return sums


def _memory(name: str, deals: int, people: int) -> int:
    """Return the peak memory (MiB) of a fresh process that makes the deals and calculates once."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_peak, name, deals, people).result()


def _peak(name: str, deals: int, people: int) -> int:
    data, facts = deals_of(deals, people, split=name == "rich")
    _calculated(plan_of(name), facts, data)
    return _high_water() // 1024


def _high_water() -> int:
    """Return this process's own peak (KiB); what ``getrusage`` says may be that of the process which started it."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:")).split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@dataclass
class Turns:
    """What both sides took, turn by turn (seconds), and how many lines the engine made."""

    engine: list[float]
    duckdb: list[float]
    lines: int = 0

    def figures(self, name: str, deals: int) -> dict[str, Any]:
        seconds = median(self.engine)
        return {
            f"{name}_s": round(seconds, 3), f"{name}_rows_per_second": int(deals / seconds), f"{name}_lines": self.lines,
            f"{name}_duckdb_s": round(median(self.duckdb), 3),
        }  # fmt: skip

    @property
    def ratio(self) -> float:
        return round(median(ours / theirs for ours, theirs in zip(self.engine, self.duckdb, strict=True)), 3)


def turns(name: str, deals: int, people: int) -> Turns:
    """Let the engine and DuckDB take turns on one plan. Raises: ValueError when one cent differs."""
    data, facts = deals_of(deals, people, split=name == "rich")
    taken = Turns([], [])
    with _duckdb(data, facts) as db:
        for _turn in range(3 if deals <= _MANY else 1):
            seconds, result = _timed(partial(_calculated, plan_of(name), facts, data))
            taken.engine.append(seconds)
            taken.lines, ours = len(result.lines), _by_quarter(result)
            del result
            seconds, theirs = _timed(partial(_sums, db, QUERIES[name], people))
            taken.duckdb.append(seconds)
            if (ours != theirs).any():
                raise ValueError(f"{name}: the engine and DuckDB differ by {int(abs(ours - theirs).sum())} cents")
    return taken


def bench_incentives(*, deals: int, people: int, **_: Any) -> dict[str, Any]:
    """Measure the three plans; raises when one cent differs from DuckDB."""
    figures: dict[str, Any] = {}
    ratios: dict[str, Any] = {}
    for name in PLANS:
        taken = turns(name, deals, people)
        figures |= taken.figures(name, deals)
        figures[f"{name}_memory_mib"] = _memory(name, deals, people)
        ratios[f"{name}_vs_duckdb"] = taken.ratio
    ratios["engine_vs_duckdb"] = ratios["tiered_vs_duckdb"]
    figures["memory_mib"] = figures["tiered_memory_mib"]
    figures["rows_per_second"] = figures["tiered_rows_per_second"]
    return {"size": {"deals": deals, "people": people}, "figures": figures, "ratios": ratios}


BENCHES = {"incentives": bench_incentives}
