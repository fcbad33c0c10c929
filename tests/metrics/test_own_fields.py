"""Custom fields as breakdowns and filters of metrics, beside a second query of the same facts."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from crm.models import Account, CustomField, CustomValue, Opportunity
from metrics.selectors.parse import QuestionError, question_of
from people.models import Organization
from people.wall import tenant
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
