"""What the page of quota planning says is what the engine does."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from goals.engine.allocation import Node, allocate
from goals.engine.capacity import Heads, Hires, capacity
from goals.engine.proration import Basis, cut, prorate_parts
from goals.engine.ramp import Presence, Ramp, month_factor
from goals.engine.rounding import apportion
from goals.engine.weights import Measured, weights_of
from kernel.period import FiscalCalendar, Period
from tests.planning.plan_golden import pairs, table

CALENDAR = FiscalCalendar()
TREE = {"C": None, "N": "C", "S": "C", "n1": "N", "n2": "N", "s1": "S"}


def numbers(text: str) -> list[int]:
    return [int(part) for part in text.split()]


def days(text: str) -> Period:
    first, _slash, last = text.partition("/")
    return Period(date.fromisoformat(first), date.fromisoformat(last) if last else date.max)


def ids(rows: list[dict[str, str]]) -> list[str]:
    return [" ".join(list(row.values())[:3]) for row in rows]


@pytest.mark.parametrize("row", table("apportion"), ids=ids(table("apportion")))
def test_shares_are_those_of_the_table(row: dict[str, str]) -> None:
    shares = apportion(int(row["total"]), numbers(row["weights"]), step=int(row["step"]), turn=int(row["month"]) - 1)
    assert shares == numbers(row["shares"])


@pytest.mark.parametrize("row", table("allocate"), ids=[row["case"] for row in table("allocate")])
def test_a_tree_is_divided_as_the_table_says(row: dict[str, str]) -> None:
    weights, locked, over = pairs(row["weights"]), pairs(row["locked"]), pairs(row["over"])
    nodes = [
        Node(
            key,
            parent,
            [Fraction(weights[key])] if key in weights else [],
            [int(locked[key])] if key in locked else [],
            Fraction(over.get(key, "0")),
        )
        for key, parent in TREE.items()
    ]
    result = allocate([int(row["number"])], nodes, step=int(row["step"]))
    assert {key: str(cells[0]) for key, cells in result.cells.items() if key != "C"} == pairs(row["cells"])
    assert [f"{issue.code}:{issue.field}" for issue in result.issues] == row["found"].split()


def test_weights_are_those_of_the_table() -> None:
    rows = table("weights")
    measured = {
        row["person"]: Measured(Decimal(row["sold"]), Fraction(row["of the window"]), row["team"]) for row in rows
    }
    found, issues = weights_of(measured)
    assert found == {row["person"]: Fraction(row["weight"]) for row in rows}
    assert [issue.field for issue in issues] == ["c", "d"]


@pytest.mark.parametrize("row", table("ramp"), ids=ids(table("ramp")))
def test_a_month_of_tenure_weighs_as_the_table_says(row: dict[str, str]) -> None:
    there = Period(date.min, date.max) if row["there"] == "always" else days(row["there"])
    leaves = [days(row["leave"])] if row["leave"] else []
    ramp = Ramp(tuple(Fraction(share) for share in row["ramp"].split()), row["from full month"] == "yes")
    presence = Presence(there, date.fromisoformat(row["hired"]), leaves)
    assert month_factor(CALENDAR.period(row["month"]), presence, ramp, Basis(row["basis"])) == Fraction(row["factor"])


@pytest.mark.parametrize("row", table("prorate"), ids=ids(table("prorate")))
def test_parts_of_a_period_are_those_of_the_table(row: dict[str, str]) -> None:
    period = days(row["period"])
    parts = cut(period, [date.fromisoformat(day) for day in row["cut at"].split()])
    shares = prorate_parts(int(row["amount"]), period, parts, Basis(row["basis"]))
    assert shares == numbers(row["parts"])
    assert sum(shares) == int(row["amount"])


def test_capacity_is_that_of_the_table() -> None:
    rows = table("capacity")
    first = rows[0]
    months = [CALENDAR.period(row["month"]) for row in rows]
    ramp = Ramp(tuple(Fraction(share) for share in first["ramp"].split()))
    hires = Hires("new", date.fromisoformat(first["starts"]), int(first["hires"]), int(first["yearly"]) * 4 // 12, ramp)
    lines = capacity(
        months,
        [int(row["number"]) for row in rows],
        Heads([3] * 4, [int(row["heads' quotas"]) for row in rows]),
        [hires],
        attainment=Fraction(first["attainment"]),
        season=[Fraction(1)] * 4,
    )
    assert [(line.capacity, line.gap) for line in lines] == [(int(row["capacity"]), int(row["gap"])) for row in rows]
    assert [line.hired for line in lines] == [0, 2, 2, 2]
