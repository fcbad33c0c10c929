"""What the EXPECTED.json of each sample company says, as questions with the figures that have to be the answer."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from people.models import Organization
from tests.crm.files import run
from tests.metrics import adventureworks, build, maven

Figures = dict[str, dict[str, Decimal | None]]  # group → value, numerator, denominator: those that the file has
CENTS = Decimal("0.01")


@dataclass(frozen=True)
class Block:
    """Metrics by one thing, of these days (the end is not included), and what has to come out.

    `pages`: the metrics whose pages are looked at too.
    """

    by: str
    expected: dict[str, Figures]
    days: tuple[str, str] | None = None
    pages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sample:
    """A company: how its files are imported, and every block of figures."""

    slug: str
    load: Callable[[Path], Organization]
    blocks: Callable[[], Iterator[Block]]


def _value(number: Any) -> dict[str, Decimal | None]:
    return {"value": None if number is None else Decimal(str(number))}


def _cents(number: Any) -> dict[str, Decimal | None]:
    return {"value": Decimal(str(number)).quantize(CENTS, ROUND_HALF_UP)}


def adventureworks_load(place: Path) -> Organization:
    """None of the files needs a mapping."""
    return adventureworks.load()[0]


def adventureworks_blocks() -> Iterator[Block]:
    """Bookings and attainment of every person with a quota, in each of the twelve quota periods; and by calendar."""
    found = adventureworks.expected()
    for period in found["quota_periods"]:
        people = period["reps"].items()
        expected = {
            "attainment": {name: _value(row["attainment"]) for name, row in people},
            "revenue": {name: _cents(row["revenue"]) for name, row in people},
        }
        yield Block("person", expected, (period["start"], period["end_exclusive"]), ("attainment",))
    for name, by in (("by_rep", "person"), ("by_calendar_quarter", "quarter"), ("by_calendar_month", "month")):
        rows = found[name].items()
        expected = {
            "won_count": {key: _value(row["orders"]) for key, row in rows},
            "deal_size_mean": {key: _value(row["average_order_size"]) for key, row in rows},
            "revenue": {key: _cents(row["revenue"]) for key, row in rows},
        }
        yield Block(by, expected, pages=("revenue",))
    teams = {name: _cents(row["team_with_manager"]["revenue"]) for name, row in found["by_manager"].items()}
    yield Block("team", {"revenue": teams}, pages=("revenue",))


OLIST_DEALS = """
columns: {id: mql_id, lead: mql_id, owner: sr_id, closed_on: won_date}
constants: {stage: won}
fields: {business_segment: choice, lead_type: choice, business_type: choice, lead_behaviour_profile: text}
"""
OLIST_LEADS = "fields: {landing_page_id: text}\n"
BLANK = {"(blank)": "", "(no account)": ""}


def olist_folder() -> Path:
    place = maven.folder()
    assert place
    return place.parent / "olist_funnel"


def olist_load(place: Path) -> Organization:
    """Two mappings: what the columns of the deals are, and which of either file are kept as own fields."""
    made, (deals, leads) = build.organization("olist"), (place / "deals.yaml", place / "leads.yaml")
    deals.write_text(OLIST_DEALS, encoding="utf-8")
    leads.write_text(OLIST_LEADS, encoding="utf-8")
    folder = olist_folder()
    run(folder / "olist_marketing_qualified_leads_dataset.csv", "lead", organization=made.slug, mapping=str(leads))
    run(folder / "olist_closed_deals_dataset.csv", organization=made.slug, mapping=str(deals))
    return made


def olist_blocks() -> Iterator[Block]:
    """Conversion per source, landing page, month and quarter; what was won, by month and own field."""
    found = _expected(olist_folder())
    groupings: list[tuple[str, Any]] = [
        ("source", found["by_origin"]),
        ("month", found["by_first_contact_month"]),
        ("quarter", found["by_first_contact_quarter"]),
        ("lead_landing_page_id", {row["id"]: row for row in found["top5_landing_pages"]}),
    ]
    for by, rows in groupings:
        expected = {
            "lead_conversion": {BLANK.get(key, key): _conversion(row) for key, row in rows.items()},
            "lead_count": {BLANK.get(key, key): _value(row["leads"]) for key, row in rows.items()},
        }
        yield Block(by, expected, pages=("lead_conversion",))
    won = {
        "month": found["won_by_won_month"],
        "custom_business_segment": found["won_by_business_segment"],
        "custom_lead_type": found["won_by_lead_type"],
        "custom_business_type": found["won_by_business_type"],
        "custom_lead_behaviour_profile": found["won_by_lead_behaviour_profile"],
    }
    for by, counts in won.items():
        figures = {BLANK.get(key, key): _value(count) for key, count in counts.items()}
        yield Block(by, {"won_count": figures}, pages=("won_count",))


def _conversion(row: dict[str, Any]) -> dict[str, Decimal | None]:
    return _value(row["conversion_rate"]) | {
        "numerator": Decimal(row["converted"]),
        "denominator": Decimal(row["leads"]),
    }


MAVEN_DEALS = "values: {product: {GTXPro: GTX Pro}}\n"
MAVEN_ACCOUNTS = "columns: {industry: sector}\nvalues: {industry: {technolgy: technology}}\n"
MAVEN = {
    "won_count": "won",
    "lost_count": "lost",
    "win_rate": "win_rate",
    "revenue": "won_revenue",
    "deal_size_mean": "avg_deal_size",
    "cycle_days_mean": "cycle_days_mean",
    "cycle_days_median": "cycle_days_median",
}


def maven_load(place: Path) -> Organization:
    """People, products, accounts, deals; the two misspellings are mended by mappings."""
    made, folder = build.organization("maven"), maven.folder()
    assert folder
    deals, accounts = place / "deals.yaml", place / "accounts.yaml"
    deals.write_text(MAVEN_DEALS, encoding="utf-8")
    accounts.write_text(MAVEN_ACCOUNTS, encoding="utf-8")
    run(folder / "sales_teams.csv", "person", organization=made.slug)
    run(folder / "products.csv", "product", organization=made.slug)
    run(folder / "accounts.csv", "account", organization=made.slug, mapping=str(accounts))
    run(folder / "sales_pipeline.csv", organization=made.slug, mapping=str(deals))
    return made


def maven_blocks() -> Iterator[Block]:
    """Every figure of decided deals, by each grouping of the file; of people and teams per quarter too."""
    found = maven.expected()
    groupings = {
        "person": "by_rep",
        "product": "by_product",
        "industry": "by_sector",
        "month": "by_close_month",
        "quarter": "by_close_quarter",
    }
    for by, name in groupings.items():
        yield _maven(by, found[name], pages=("win_rate", "cycle_days_median"))
    yield _maven("team", found["by_manager"] | found["by_regional_office"], pages=("win_rate", "revenue"))
    starts = ["2017-01-01", "2017-04-01", "2017-07-01", "2017-10-01", "2018-01-01"]
    for number, days in enumerate(pairwise(starts), 1):
        for by, name in (("person", "by_rep_quarter"), ("team", "by_manager_quarter")):
            rows = {key.split(" | ")[0]: row for key, row in found[name].items() if key.endswith(f"2017Q{number}")}
            yield _maven(by, rows, days)


def _maven(by: str, rows: dict[str, Any], days: tuple[str, str] | None = None, pages: tuple[str, ...] = ()) -> Block:
    expected = {
        metric: {BLANK.get(key, key): _value(row[theirs]) for key, row in rows.items() if theirs in row}
        for metric, theirs in MAVEN.items()
    }
    return Block(by, expected, days, pages)


def _expected(place: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((place / "EXPECTED.json").read_text(encoding="utf-8"))
    return found


SAMPLES = [
    Sample("adventure", adventureworks_load, adventureworks_blocks),
    Sample("olist", olist_load, olist_blocks),
    Sample("maven", maven_load, maven_blocks),
]
