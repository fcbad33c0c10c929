"""The search of leads, activities and transactions: any of their words, by an index, behind the wall."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Activity, Lead, Opportunity, Transaction
from crm.selectors.searching import facts_containing
from people.wall import tenant
from tests.cast import NOW, Cast


def make(kind: Any, number: int, **fields: Any) -> Any:
    needed: dict[Any, dict[str, Any]] = {
        Lead: {},
        Activity: {"type": "call", "occurred_at": NOW, "occurred_on": NOW.date()},
        Transaction: {"type": "booking", "currency": "USD", "occurred_on": date(2026, 1, 1)},
    }
    return kind(source="crm", external_id=f"K{number}", **needed[kind], **fields)


WORDS = [
    (Lead, "name", "Ann 100% O'Neil"),
    (Lead, "account_text", "Rope & Sons"),
    (Activity, "subject", "Call about_pricing"),
    (Transaction, "opportunity_text", "D\\17"),
    (Transaction, "account_text", "Zürich AG"),
]


@pytest.mark.parametrize(("kind", "field", "text"), WORDS)
def test_a_part_of_any_word_finds_the_fact_whatever_its_capitals(cast: Cast, kind: Any, field: str, text: str) -> None:
    found = make(kind, 1, **{field: text})
    kind.objects.bulk_create([found, make(kind, 2)])
    for part in (text, text.upper(), text[1:], "k1"):
        assert list(facts_containing(kind.objects.all(), part)) == [found], part
    assert not facts_containing(kind.objects.all(), "nowhere").exists()
    assert not facts_containing(kind.objects.all(), "\x00").exists()
    assert facts_containing(kind.objects.all(), "").count() == 2
    with tenant(cast.other.pk):
        assert not facts_containing(kind.objects.all(), text).exists()


@pytest.mark.parametrize("kind", [Lead, Activity, Transaction])
def test_a_sign_of_a_pattern_is_a_sign_of_the_text(cast: Cast, kind: Any) -> None:
    kind.objects.bulk_create([make(kind, 1), make(kind, 2)])
    for sign in ("%", "_", "\\"):
        assert not facts_containing(kind.objects.all(), sign).exists(), sign


@pytest.mark.parametrize(
    ("path", "kind"), [("/leads/", Lead), ("/activities/", Activity), ("/transactions/", Transaction)]
)
def test_the_lists_search_with_it(cast: Cast, path: str, kind: Any) -> None:
    kind.objects.bulk_create([make(kind, number) for number in range(1, 4)])
    client = cast.client("ada")
    with CaptureQueriesContext(connection) as seen:
        assert len(client.get(path, {"q": "k2"}).context["table"].rows) == 1
    assert any("_search(" in query["sql"] for query in seen)


@pytest.mark.parametrize("kind", [Lead, Activity, Transaction])
def test_the_function_looks_in_the_words_that_are_indexed(cast: Cast, kind: Any) -> None:
    table = kind._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [f"{table}_words"])
        [(index,)] = cursor.fetchall()
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [f"{table}_search"])
        [(body,)] = cursor.fetchall()
    indexed = set(re.findall(r"\(?(\w+)\)?::text", index)) - {""}
    searched = set(re.findall(r"\w+", body.split("AND (")[1].split(") ILIKE")[0]))
    assert "gin_trgm_ops" in index and indexed == searched


@pytest.mark.parametrize("kind", [Opportunity, Lead, Activity, Transaction])
def test_a_part_of_a_list_is_read_by_the_order_of_the_organization(cast: Cast, kind: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [f"{kind._meta.model_name}_order"])
        [(definition,)] = cursor.fetchall()
    assert "(organization_id, id)" in definition
