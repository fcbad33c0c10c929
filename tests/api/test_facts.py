"""Facts read through the API: what pages show, to whom pages show it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Account, AccountKey, Opportunity, Product
from tests.api.calls import Program, problem_of, program
from tests.cast import Cast
from tests.crm.access import make_deal, make_stage

DEALS = "/api/v1/opportunities"


@pytest.fixture
def deals(cast: Cast) -> None:
    account, product = Account.objects.create(name="Acme Rope"), Product.objects.create(name="GTX", list_price="1.5")
    AccountKey.objects.create(source="crm", external_id="ACC-1", account=account)
    opening = make_stage("Engaging", "open", 2)
    make_deal("A1", cast.alice, amount=Decimal("120.50"), account=account, product=product, name="Big one")
    make_deal("A2", cast.alice, opening, amount=None, closed_on=None)
    make_deal("C1", cast.carol, closed_on=date(2026, 6, 1))
    make_deal("H1", is_deleted=True)


def ids(answer: Any) -> set[str]:
    assert answer.status_code == 200, answer.content
    return {row["external_id"] for row in answer.json()["results"]}


@pytest.mark.usefixtures("deals")
@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("alice", {"A1", "A2"}),
        ("bob", {"A1", "A2"}),
        ("carol", {"C1"}),
        ("finn", set()),
        ("dana", {"A1", "A2", "C1"}),
        ("ada", {"A1", "A2", "C1"}),
    ],
)
def test_a_key_sees_the_deals_that_its_person_sees(cast: Cast, who: str, seen: set[str]) -> None:
    assert ids(program(cast, who).get(DEALS)) == seen


@pytest.mark.usefixtures("deals")
def test_a_deal_says_what_its_source_told_with_exact_amounts(cast: Cast) -> None:
    deal = Opportunity.objects.get(external_id="A1")
    found = program(cast, "alice").get(f"{DEALS}/{deal.pk}").json()
    assert (found["amount"], found["currency"], found["outcome"]) == ("120.5", "USD", "won")
    assert (found["owner"]["name"], found["account"]["name"], found["product"]["name"]) == (
        "Alice Ames",
        "Acme Rope",
        "GTX",
    )
    assert (found["closed_on"], found["source"], found["external_id"]) == ("2026-05-01", "files", "A1")
    history = program(cast, "alice").get(f"{DEALS}/{deal.pk}/history").json()
    assert [(each["stage"]["name"], each["amount"]) for each in history] == [("Won", "120.5")]


@pytest.mark.usefixtures("deals")
def test_what_is_missing_is_null_and_never_zero(cast: Cast) -> None:
    [row] = program(cast, "alice").get(f"{DEALS}?outcome=open").json()["results"]
    assert (row["amount"], row["closed_on"], row["account"]) == (None, None, None)


@pytest.mark.usefixtures("deals")
@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("outcome=won", {"A1", "C1"}),
        ("outcome=decided", {"A1", "C1"}),
        ("closes_from=2026-05-02", {"C1"}),
        ("closes_before=2026-06-01", {"A1"}),
        ("amount_from=100&amount_to=110", {"C1"}),
        ("q=big", {"A1"}),
        ("oddity=open_no_amount", {"A2"}),
        ("system=files&external_id=C1", {"C1"}),
        ("updated_from=2999-01-01T00:00:00Z", set()),
        ("updated_from=2000-01-01T00:00:00Z&limit=1000", {"A1", "A2", "C1"}),
    ],
)
def test_deals_are_filtered_as_on_the_page(cast: Cast, query: str, seen: set[str]) -> None:
    assert ids(program(cast, "ada").get(f"{DEALS}?{query}")) == seen


@pytest.mark.usefixtures("deals")
def test_the_team_and_owner_of_a_filter_must_be_open_to_the_viewer(cast: Cast) -> None:
    assert ids(program(cast, "ada").get(f"{DEALS}?team={cast.north.pk}")) == {"A1", "A2"}
    assert ids(program(cast, "ada").get(f"{DEALS}?owner={cast.carol.pk}")) == {"C1"}
    answer = program(cast, "bob").get(f"{DEALS}?owner={cast.carol.pk}")
    assert (answer.status_code, problem_of(answer)["errors"][0]["field"]) == (400, "owner")


@pytest.mark.usefixtures("deals")
def test_accounts_products_and_pipelines_are_everybodys(cast: Cast) -> None:
    alice = program(cast, "alice")
    [account] = alice.get("/api/v1/accounts?system=crm&external_id=ACC-1").json()["results"]
    assert account["keys"] == [{"source": "crm", "external_id": "ACC-1"}]
    [product] = alice.get("/api/v1/products?q=gt").json()["results"]
    assert (product["name"], product["list_price"]) == ("GTX", "1.5")
    [pipeline] = alice.get("/api/v1/pipelines").json()["results"]
    assert [(stage["name"], stage["outcome"]) for stage in pipeline["stages"]] == [("Won", "won"), ("Engaging", "open")]


LISTS = ["opportunities", "leads", "activities", "transactions", "accounts", "products", "pipelines", "imports"]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_facts_costs_the_same_whatever_its_size(cast: Cast, name: str) -> None:
    ada, address = program(cast, "ada"), f"/api/v1/{name}"

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert ada.get(address).status_code == 200
        return len(seen)

    _some_facts(cast, "few", 1)
    queries()
    few = queries()
    _some_facts(cast, "many", 25)
    assert queries() == few


def _some_facts(cast: Cast, word: str, count: int) -> None:
    ada = program(cast, "ada", ["facts:write"])
    names = [f"{word} {number}" for number in range(count)]
    pushes: dict[str, list[dict[str, Any]]] = {
        "account": [{"id": name, "name": name} for name in names],
        "product": [{"id": name, "name": name} for name in names],
        "opportunity": [
            {"id": name, "owner": "Alice Ames", "account": name, "product": name, "stage": "Won", "amount": 5}
            for name in names
        ],
        "lead": [{"id": name, "owner": "Alice Ames", "created_on": "2026-01-01"} for name in names],
        "activity": [
            {"id": name, "person": "Alice Ames", "type": "call", "occurred_at": "2026-01-01T10:00:00Z"}
            for name in names
        ],
        "transaction": [
            {"id": name, "person": "Alice Ames", "type": "booking", "amount": 5, "occurred_on": "2026-01-01"}
            for name in names
        ],
    }
    for kind, rows in pushes.items():
        answer = ada.post(f"/api/v1/facts/{kind}", {"source": "crm", "rows": rows})
        assert (answer.status_code, answer.json()["created"]) == (200, count), (kind, answer.content)


def test_a_caller_may_not_find_out_what_is_not_theirs(cast: Cast) -> None:
    deal = make_deal("C9", cast.carol)
    answer = Program.get(program(cast, "alice"), f"{DEALS}/{deal.pk}")
    assert (answer.status_code, problem_of(answer)["code"]) == (404, "not_found")
