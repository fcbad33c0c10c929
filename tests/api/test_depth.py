"""What facts have beside their columns through the API: own fields, roles, credits, rates; the filters of the pages."""

from decimal import Decimal
from typing import Any

import pytest

from crm.models import CustomField, ExchangeRate, Opportunity
from crm.services.custom_fields import field_create
from tests.api.calls import problem_of, program
from tests.api.test_facts import ids
from tests.cast import NOW, Cast
from tests.crm.access import make_deal

DEALS = "/api/v1/opportunities"


@pytest.fixture
def fields(cast: Cast) -> None:
    for entity, name, type in [
        ("opportunity", "ARR", "money"),
        ("opportunity", "Segment", "choice"),
        ("opportunity", "VIP", "flag"),
        ("opportunity", "SDR", "person"),
        ("account", "Size", "number"),
        ("lead", "Page", "text"),
    ]:
        field_create(viewer=None, entity=entity, name=name, type=type, choices=[], at=NOW)


DEEP = {
    "id": "D1",
    "owner": "Alice Ames",
    "account": "Acme",
    "stage": "Won",
    "amount": "1000.00",
    "closed_on": "2026-05-01",
    "source": "Web",
    "deal_type": "new",
    "term": 12,
    "loss_reason": None,
    "next_step": "Call",
    "next_step_on": "2026-06-01",
    "custom_arr": "1200.5",
    "custom_segment": "SMB",
    "custom_vip": "yes",
    "custom_sdr": "Bob Brand",
}


def push(cast: Cast, kind: str, *rows: dict[str, Any]) -> dict[str, Any]:
    answer = program(cast, "ada").post(f"/api/v1/facts/{kind}", {"source": "crm", "rows": list(rows)})
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    assert found["refused"] == 0, found
    return found


@pytest.mark.usefixtures("fields")
def test_what_is_pushed_about_a_deal_is_read_back(cast: Cast) -> None:
    push(cast, "account", {"id": "Acme", "name": "Acme", "region": "West", "custom_size": "50"})
    assert push(cast, "opportunity", DEEP)["created"] == 1
    assert push(cast, "opportunity", DEEP)["unchanged"] == 1
    push(
        cast,
        "credit",
        {"opportunity": "D1", "person": "Alice Ames", "share": "70%"},
        {"opportunity": "D1", "person": "Bob Brand", "share": "30%"},
    )
    push(cast, "role", {"opportunity": "D1", "person": "Carol Cole", "role": "Partner", "starts_on": "2026-01-01"})
    [row] = program(cast, "ada").get(DEALS).json()["results"]
    assert row == program(cast, "ada").get(f"{DEALS}/{row['id']}").json()
    assert (row["deal_type"], row["term_months"], row["next_step"], row["next_step_on"]) == (
        "new",
        12,
        "Call",
        "2026-06-01",
    )
    assert row["pipeline"]["name"] and row["lead_source"] == "Web"
    assert row["own_fields"] == {
        "arr": {"amount": "1200.5", "currency": "USD", "converted_amount": "1200.5"},
        "segment": "SMB",
        "vip": True,
    }
    assert {(each["role"], each["person"]["name"]) for each in row["roles"]} == {
        ("SDR", "Bob Brand"),
        ("Partner", "Carol Cole"),
    }
    assert {(each["person"]["name"], each["share"]) for each in row["credits"]} == {
        ("Alice Ames", "0.7"),
        ("Bob Brand", "0.3"),
    }
    [account] = program(cast, "ada").get("/api/v1/accounts?region=west").json()["results"]
    assert (account["region"], account["own_fields"]) == ("West", {"size": "50"})


@pytest.mark.usefixtures("fields")
def test_own_fields_of_leads_and_the_kinds_say_what_can_be_sent(cast: Cast) -> None:
    push(cast, "lead", {"id": "L1", "owner": "Alice Ames", "custom_page": "/pricing"})
    [lead] = program(cast, "alice").get("/api/v1/leads").json()["results"]
    assert lead["own_fields"] == {"page": "/pricing"}
    kinds = {each["kind"]: each["columns"] for each in program(cast, "ada").get("/api/v1/facts").json()}
    assert {"custom_arr", "custom_vip"} <= {each["name"] for each in kinds["opportunity"]}
    named = program(cast, "alice").get("/api/v1/fields").json()["results"]
    assert {(each["entity"], each["key"]) for each in named} >= {("lead", "page"), ("opportunity", "arr")}
    assert CustomField.objects.count() == len(named)


@pytest.mark.usefixtures("fields")
@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("custom_segment=SMB", {"D1"}),
        ("custom_arr_from=1000", {"D1"}),
        ("custom_arr_to=1000", set()),
        ("account_size_from=40", {"D1"}),
        ("type=new", {"D1"}),
        ("type=renewal", set()),
        ("source=Web", {"D1"}),
        ("source=crm", set()),
        ("system=crm", {"D1"}),
        ("system=files", {"D9"}),
        ("without=source", {"D9"}),
        ("loss_reason=Price", set()),
    ],
)
def test_deals_are_filtered_by_all_that_the_page_filters_by(cast: Cast, query: str, seen: set[str]) -> None:
    push(cast, "account", {"id": "Acme", "name": "Acme", "custom_size": "50"})
    push(cast, "opportunity", DEEP)
    make_deal("D9", cast.carol, amount=Decimal(5))
    ada = program(cast, "ada")
    assert ids(ada.get(f"{DEALS}?{query}")) == seen
    if "system" not in query:
        listed = cast.client("ada").get(f"/deals/?{query}").context["table"].rows
        assert len(listed) == len(seen)


def test_leads_are_filtered_by_their_source_as_on_the_page(cast: Cast) -> None:
    push(cast, "lead", {"id": "L1", "source": "Web"}, {"id": "L2", "source": None})
    ada = program(cast, "ada")
    assert ids(ada.get("/api/v1/leads?source=Web")) == {"L1"}
    assert ids(ada.get("/api/v1/leads?source=none")) == {"L2"}
    assert ids(ada.get("/api/v1/leads?system=crm")) == {"L1", "L2"}
    assert problem_of(ada.get("/api/v1/leads?source=Nowhere"))["errors"][0]["field"] == "source"


def test_exchange_rates_are_read_by_those_who_keep_them(cast: Cast) -> None:
    push(cast, "rate", {"from": "EUR", "to": "USD", "starts_on": "2026-01-01", "rate": "1.1"})
    found = program(cast, "dana").get("/api/v1/rates?from_currency=eur&starts_before=2026-02-01").json()["results"]
    assert [(row["from_currency"], row["to_currency"], row["rate"]) for row in found] == [("EUR", "USD", "1.1")]
    assert ExchangeRate.objects.count() == 1
    assert problem_of(program(cast, "alice").get("/api/v1/rates"))["status"] == 403


def test_a_field_that_is_not_there_is_told_with_those_that_are(cast: Cast) -> None:
    field_create(viewer=None, entity="opportunity", name="Segment", type="text", choices=[], at=NOW)
    rows = [{"id": "D1", "stage": "Won", "custom_sement": "SMB"}]
    answer = program(cast, "ada").post("/api/v1/facts/opportunity", {"source": "crm", "rows": rows})
    assert "custom_segment" in problem_of(answer)["detail"]
    assert not Opportunity.objects.exists()


def test_looking_as_somebody_programs_are_refused_with_a_problem(cast: Cast) -> None:
    client = cast.client("ada")
    client.post(f"/people/{cast.alice.pk}/look/", {"reason": "Figures differ"})
    assert client.get("/api/v1/me").status_code == 200
    answer = client.post("/api/v1/facts/opportunity", "{}", content_type="application/json")
    assert (problem_of(answer)["status"], problem_of(answer)["code"]) == (403, "looking")
