"""Two sets of the four files of an import, each with figures that this product did not compute.

The large one is the Maven sample with its EXPECTED.json. The small one is written here, and its figures are added up with
the csv module and Decimal alone.
"""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tests.metrics import maven

FILES = ["sales_teams.csv", "products.csv", "accounts.csv", "sales_pipeline.csv"]  # in the order of the journey
PIPELINE = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value"
TEAMS = {  # office -> manager -> agents
    "Coast": {"Mara Moor": ["Ada Ash", "Ben Birch"], "Noel Nash": ["Cleo Cedar"]},
    "Inland": {"Olga Oak": ["Dov Dale", "Eva Elm", "Flo Fern"]},
}
PRODUCTS = {"Rope Pro": 700, "Anvil": 250}
MISSPELT = "RopePro"
IDLE = "Flo Fern"


@dataclass(frozen=True)
class Sample:
    """The files, the figures wanted of them, and who is looked at."""

    folder: Path
    expected: dict[str, Any]
    rep: str
    manager: str
    near: tuple[str, str]  # as the file writes it, as the product is called


def maven_sample() -> Sample:
    folder = maven.folder()
    if folder is None:
        pytest.skip("the sample data is not beside the checkout")
    return Sample(folder, maven.expected(), "Anna Snelling", "Dustin Brinkmann", ("GTXPro", "GTX Pro"))


def small_sample(folder: Path) -> Sample:
    people = [
        f"{agent},{manager},{office}"
        for office, below in TEAMS.items()
        for manager, agents in below.items()
        for agent in agents
    ]
    _write(folder / FILES[0], "sales_agent,manager,regional_office", people)
    _write(folder / FILES[1], "product,series,sales_price", [f"{name},S,{price}" for name, price in PRODUCTS.items()])
    _write(folder / FILES[2], "account,sector,office_location", [f"Customer {n},retail,Kenya" for n in range(9)])
    _write(folder / FILES[3], PIPELINE, _deals())
    with (folder / FILES[3]).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return Sample(folder, _expected(rows), "Ada Ash", "Mara Moor", (MISSPELT, "Rope Pro"))


def _write(path: Path, header: str, lines: Iterable[str]) -> None:
    path.write_text("\r\n".join([header, *lines]) + "\r\n", encoding="utf-8", newline="")


def _deals() -> list[str]:
    """Eighty deals of 2025: won, lost and open ones, some products misspelt, cents in the amounts."""
    agents = [name for below in TEAMS.values() for names in below.values() for name in names if name != IDLE]
    products = ["Anvil", MISSPELT, "Rope Pro"]
    lines = []
    for n in range(80):
        engaged = date(2025, 1, 2) + timedelta(days=n * 4)
        stage = ("Won", "Lost", "Won", "Engaging", "Won", "Lost", "Prospecting")[n % 7]
        closed = engaged + timedelta(days=3 + n * 7 % 41) if stage in ("Won", "Lost") else ""
        value = f"{100 + n * 37 % 911}.{n % 100:02}" if stage == "Won" else "0" if stage == "Lost" else ""
        first = "" if stage == "Prospecting" else engaged
        lines.append(
            f"D{n:03},{agents[n * n % len(agents)]},{products[n % 3]},Customer {n % 9},{stage},{first},{closed},{value}"
        )
    return lines


def _expected(rows: list[dict[str, str]]) -> dict[str, Any]:
    manager_of = {agent: manager for below in TEAMS.values() for manager, agents in below.items() for agent in agents}
    closed = [row for row in rows if row["close_date"]]
    return {
        "totals": _figures(rows),
        "by_rep": {agent: _figures(row for row in rows if row["sales_agent"] == agent) for agent in manager_of},
        "by_manager": _grouped(rows, lambda row: manager_of[row["sales_agent"]]),
        "by_close_quarter": _grouped(closed, lambda row: _quarter(date.fromisoformat(row["close_date"]))),
    }


def _grouped(rows: list[dict[str, str]], key: Callable[[dict[str, str]], str]) -> dict[str, Any]:
    return {group: _figures(row for row in rows if key(row) == group) for group in {key(row) for row in rows}}


def _quarter(day: date) -> str:
    return f"{day.year}Q{(day.month + 2) // 3}"


def _figures(rows: Iterable[dict[str, str]]) -> dict[str, Any]:
    """The figures of EXPECTED.json, by its definitions."""
    rows = list(rows)
    won = [row for row in rows if row["deal_stage"] == "Won"]
    lost = [row for row in rows if row["deal_stage"] == "Lost"]
    revenue = sum((Decimal(row["close_value"]) for row in won), Decimal())
    days = [(date.fromisoformat(row["close_date"]) - date.fromisoformat(row["engage_date"])).days for row in won]
    return {
        "won": len(won),
        "lost": len(lost),
        "win_rate": _share(Decimal(len(won)), len(won) + len(lost), "0.000001"),
        "won_revenue": revenue,
        "avg_deal_size": _share(revenue, len(won), "0.0001"),
        "cycle_days_mean": _share(Decimal(sum(days)), len(won), "0.0001"),
        "cycle_days_median": Decimal(str(median(days))) if days else None,
    }


def _share(part: Decimal, whole: int, digits: str) -> Decimal | None:
    return (part / whole).quantize(Decimal(digits), ROUND_HALF_UP) if whole else None


def pick(name: str, folder: Path) -> Sample:
    return maven_sample() if name == "maven" else small_sample(folder)


def changed_pipeline(sample: Sample, folder: Path, amount: Decimal) -> tuple[Path, Decimal]:
    """The deals again, with the first won one of the rep at another amount; and what that adds to the bookings."""
    with (sample.folder / FILES[3]).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    row = next(row for row in rows if row["deal_stage"] == "Won" and row["sales_agent"] == sample.rep)
    more = amount - Decimal(row["close_value"])
    path = folder / "changed.csv"
    _write(path, PIPELINE, [",".join((row | {"close_value": str(amount)}).values())])
    return path, more
