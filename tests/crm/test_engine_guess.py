"""Which kind a file is and what its columns are, near duplicates, stages."""

from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.engine.guess import Known, columns_guess, kind_guess
from crm.engine.layout import Line
from crm.engine.near import near_groups, near_index, near_match
from crm.engine.profile import FileProfile, profile_of
from crm.engine.stages import outcome_of, stage_place
from crm.engine.texts import clean, is_nothing, name_key
from crm.kinds.base import kind_of, shapes
from tests.crm.files import DEALS, ROWS


def profile(header: list[str], *rows: list[str]) -> FileProfile:
    return profile_of([Line(number, row) for number, row in enumerate(rows, 2)], header)


@pytest.mark.parametrize(
    ("header", "row", "kind", "columns"),
    [
        (
            DEALS,
            ROWS[0],
            "opportunity",
            {
                "id": "opportunity_id", "owner": "sales_agent", "account": "account", "product": "product",
                "stage": "deal_stage", "amount": "close_value", "engaged_on": "engage_date", "closed_on": "close_date",
            },
        ),
        (
            ["sales_agent", "manager", "regional_office"],
            ["Ann", "Bob", "East"],
            "person",
            {"name": "sales_agent", "manager": "manager", "team": "regional_office"},
        ),
        (
            ["account", "sector", "year_established", "revenue", "employees", "office_location", "subsidiary_of"],
            ["Acme", "retail", "1996", "1100.04", "2822", "Kenya", "Beta"],
            "account",
            {"name": "account", "industry": "sector", "region": "office_location", "parent": "subsidiary_of"},
        ),
        (
            ["product", "series", "sales_price"],
            ["GTX Pro", "GTX", "4821"],
            "product",
            {"name": "product", "price": "sales_price", "family": "series"},
        ),
        (
            ["order_number", "order_date", "ship_date", "customer_id", "sales_person_id", "sub_total", "total_due"],
            ["SO1", "2011-05-31", "2011-06-07", "29825", "279", "20565.6206", "23153.2339"],
            "opportunity",
            {
                "id": "order_number", "owner": "sales_person_id", "account": "customer_id", "amount": "sub_total",
                "closed_on": "order_date",
            },
        ),
        (
            ["Deal ID", "Deal Name", "Deal Owner", "Company", "Deal Stage", "Amount (USD)", "Created", "Close Date"],
            ["1", "Big one", "Ann", "Acme", "Closed Won", "5", "2026-01-01", "2026-02-01"],
            "opportunity",
            {
                "id": "Deal ID", "name": "Deal Name", "owner": "Deal Owner", "account": "Company",
                "stage": "Deal Stage", "amount": "Amount (USD)", "created_on": "Created", "closed_on": "Close Date",
            },
        ),
    ],
)  # fmt: skip
def test_kind_and_columns_are_found(header: list[str], row: list[str], kind: str, columns: dict[str, str]) -> None:
    found = profile(header, row)
    assert kind_guess(found, shapes()) == kind
    assert columns_guess(found, kind_of(kind).shape) == columns


def test_a_name_whose_values_contradict_it_is_not_taken() -> None:
    found = profile(["opportunity_id", "amount", "close_date"], ["1", "a lot", "soon"], ["2", "little", "later"])
    assert columns_guess(found, kind_of("opportunity").shape) == {"id": "opportunity_id"}


def test_values_tell_what_a_name_does_not() -> None:
    found = profile(["opportunity_id", "x", "y"], ["1", "Won", "Ann"], ["2", "Lost", "Ben"])
    known = Known({"owner": frozenset({"Ann", "Ben"})})
    guess = columns_guess(found, kind_of("opportunity").shape, known)
    assert guess == {"id": "opportunity_id", "stage": "x", "owner": "y"}


@pytest.mark.parametrize(
    ("one", "other"),
    [("GTXPro", "GTX Pro"), ("Anna Snelling", "Snelling, Anna"), ("Acme", "ACME Inc."), ("Betasoloin", "Betasolion"),
     ("Müller", "Muller")],
)  # fmt: skip
def test_the_same_thing_written_differently_is_near(one: str, other: str) -> None:
    assert near_groups([one, other, "Something else"]) == [sorted([one, other])]
    assert near_match(one, near_index([other])) == other


@pytest.mark.parametrize(
    ("one", "other"),
    [("GTX Pro", "GTX Plus Pro"), ("MG Special", "MG Advanced"), ("Plan 1", "Plan 2"), ("Region A", "Region B"),
     ("Customer 1001", "Customer 1002"), ("Anna", "Hanna")],
)  # fmt: skip
def test_different_things_are_not_near(one: str, other: str) -> None:
    assert near_groups([one, other]) == []


@given(st.lists(st.text(max_size=20), max_size=20))
def test_near_groups_are_parts_of_what_was_given(names: list[str]) -> None:
    groups = near_groups(names)
    told = [name for group in groups for name in group]
    assert len(told) == len(set(told)) and set(told) <= set(names) and all(len(group) > 1 for group in groups)


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("Won", "won"),
        ("Closed Won", "won"),
        ("5 - Closed Lost", "lost"),
        ("Prospecting", "open"),
        ("Frobnicating", None),
    ],
)
def test_a_stage_says_its_outcome_or_nothing(name: str, outcome: str | None) -> None:
    assert outcome_of(name) == outcome


def test_stages_stand_in_the_order_of_a_sale() -> None:
    names = ["Lost", "Negotiation", "Won", "Frobnicating", "Prospecting", "Proposal", "Engaging"]
    wanted = ["Prospecting", "Engaging", "Proposal", "Negotiation", "Frobnicating", "Won", "Lost"]
    assert sorted(names, key=stage_place) == wanted


def test_texts_are_cleaned_and_nothing_is_nothing() -> None:
    assert clean("  Acme\u00a0 Inc\u200b. \x00") == "Acme Inc."
    assert all(is_nothing(text) for text in ["", " ", "NULL", "n/a", "-", "NaN", "#N/A"])
    assert not is_nothing("None of these")
    assert name_key("GTX-Pro é") == "gtxproe"


def test_usual_names_are_read_once_however_many_columns_a_file_has() -> None:
    header = ["opportunity_id", *(f"extra measure {number}" for number in range(400))]
    wide = profile(header, ["A1", *("7" for _ in range(400))])
    kind_guess(wide, shapes())
    with (
        patch("crm.engine.fields.name_key", wraps=name_key) as keys,
        patch("crm.engine.guess.name_key", wraps=name_key) as own,
    ):
        assert kind_guess(wide, shapes()) == "opportunity"
    assert keys.call_count + own.call_count < 50 * len(header)
