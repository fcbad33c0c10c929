"""Custom fields as breakdowns and filters of metrics, beside a second query of the same facts."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client

from crm.models import Account, CustomField, CustomValue, Opportunity
from metrics.selectors.parse import QuestionError, question_of
from people.models import Grant, Organization
from people.wall import tenant
from tests.cast import make_person
from tests.metrics import build
from tests.metrics.test_command_metrics import metrics


@pytest.fixture
def company(db: None) -> Iterator[Organization]:
    made = build.organization()
    with tenant(made.pk):
        stages, anna = build.stages(), build.person("Anna")
        acme = Account.objects.create(name="Acme", name_key="acme")
        segment = CustomField.objects.create(entity="opportunity", name="Segment", key="segment", type="choice")
        size = CustomField.objects.create(entity="account", name="Size", key="size", type="number")
        CustomValue.objects.create(field=size, account=acme, text="50", number=50)
        for text, amount, account in [("SMB", 10, None), ("SMB", 20, acme), ("Enterprise", 40, acme), ("", 80, None)]:
            build.deals(build.deal(stages["won"], anna, amount, closed_on=date(2017, 3, 1), account=account))
            if text:
                CustomValue.objects.create(field=segment, opportunity=Opportunity.objects.latest("pk"), text=text)
    yield made


ORACLE = """
    SELECT v.text, sum(o.amount) FROM crm_opportunity o
    LEFT JOIN crm_customvalue v ON v.opportunity_id = o.id AND v.field_id = (
        SELECT id FROM crm_customfield WHERE key = 'segment')
    GROUP BY v.text
"""


def test_bookings_by_a_field_of_deals_are_those_of_a_plain_query(company: Organization) -> None:
    rows = metrics(metric="revenue", by="custom_segment")["rows"]
    found = {row["group"]["custom_segment"]: Decimal(row["value"]) for row in rows}
    with tenant(company.pk), connection.cursor() as cursor:
        cursor.execute(ORACLE)
        assert found == dict(cursor.fetchall()) == {"SMB": 30, "Enterprise": 40, None: 80}


def test_a_field_of_accounts_breaks_down_too_and_fields_filter(company: Organization) -> None:
    rows = metrics(metric="won_count", by="account_size")["rows"]
    assert {row["group"]["account_size"]: row["value"] for row in rows} == {"50": "2", None: "2"}
    [row] = metrics(metric="won_count", filter=["custom_segment=smb", "account_size=50"])["rows"]
    assert row["value"] == "1"
    [without] = metrics(metric="revenue", filter=["custom_segment="])["rows"]
    assert without["value"] == "80.00"


def test_a_field_or_value_that_is_not_there_is_said(company: Organization) -> None:
    with tenant(company.pk):
        for words in ({"by": "custom_sement"}, {"filters": ["custom_segment=Nobody"]}):
            with pytest.raises(QuestionError, match="There is no"):
                question_of(metrics="revenue", on=build.TODAY, **words)  # type: ignore[arg-type]


def test_the_page_of_a_metric_tells_deals_apart_by_a_field_and_leads_to_them(company: Organization) -> None:
    with tenant(company.pk):
        ada = make_person("Ada Abel", organization=company)
        Grant.objects.create(person=ada, role=Grant.Role.ADMINISTRATOR)
    client = Client()
    client.force_login(ada.user)
    metrics(metric="revenue")
    answer = client.get("/metrics/revenue/", {"by": "custom_segment", "period": "all"})
    rows = {row.cells[0].text: row.cells[1].value for row in answer.context["page"].table.rows}
    assert rows == {"SMB": 30, "Enterprise": 40, "Without “Segment”": 80}
    for query, count in (("custom_segment=SMB", 2), ("without=custom_segment", 1), ("without=account_size", 2)):
        listed = client.get(f"/deals/?outcome=won&{query}")
        assert len(listed.context["table"].rows) == count, query
        assert client.get(f"/why/?metric=revenue&{query}").status_code == 200


@pytest.fixture
def ada(company: Organization) -> Client:
    with tenant(company.pk):
        person = make_person("Ada Abel", organization=company)
        Grant.objects.create(person=person, role=Grant.Role.ADMINISTRATOR)
    client = Client()
    client.force_login(person.user)
    return client


def off(company: Organization, *, is_off: bool = True) -> None:
    with tenant(company.pk):
        CustomField.objects.filter(key="segment").update(is_off=is_off)


def test_a_field_that_is_off_is_not_offered_and_what_asks_by_it_says_so(company: Organization, ada: Client) -> None:
    metrics(metric="revenue")
    off(company)
    page = ada.get("/metrics/revenue/", {"period": "all"})
    assert "custom_segment" not in page.content.decode()
    assert "account_size" in page.content.decode()
    for query in ("custom_segment=SMB", "without=custom_segment"):
        for path in ("/metrics/revenue/", "/why/"):
            answer = ada.get(f"{path}?metric=revenue&{query}")
            assert answer.status_code == 404 and "“Segment”, a field that is switched off" in answer.content.decode()
    assert "switched off" in ada.get("/metrics/revenue/", {"by": "custom_segment"}).content.decode()
    with tenant(company.pk):
        for words in ({"by": "custom_segment"}, {"filters": ["custom_segment=SMB"]}, {"filters": ["custom_segment="]}):
            with pytest.raises(QuestionError, match=r"“Segment” \(custom_segment\) is switched off"):
                question_of(metrics="revenue", on=build.TODAY, **words)  # type: ignore[arg-type]


def test_figures_are_the_same_while_it_is_off_and_after(company: Organization) -> None:
    before, cut = metrics(metric="revenue")["rows"], metrics(metric="revenue", by="custom_segment")["rows"]
    off(company)
    assert metrics(metric="revenue")["rows"] == before
    off(company, is_off=False)
    assert metrics(metric="revenue", by="custom_segment")["rows"] == cut
