"""Lists and pages of leads, activities and transactions, the sections of a deal, own fields, pipelines."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.models import (
    Activity,
    CustomField,
    CustomValue,
    DealRole,
    ImportBatch,
    Opportunity,
    Pipeline,
    Stage,
    Transaction,
)
from crm.selectors.custom import custom_trait
from people.jobs import jobs_work
from people.models import Person
from tests.cast import Cast
from tests.crm.access import make_deal, make_field, make_lead, make_stage

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


def make_activity(external_id: str, person: Person | None, deal: Opportunity | None = None, **fields: Any) -> Activity:
    values = {"source": "files", "type": "call", "occurred_at": datetime(2026, 6, 1, 9, tzinfo=UTC),
              "occurred_on": date(2026, 6, 1), **fields}  # fmt: skip
    return Activity.objects.create(external_id=external_id, person=person, opportunity=deal, **values)


def make_transaction(external_id: str, person: Person | None, amount: int = 100, **fields: Any) -> Transaction:
    values = {"source": "files", "type": "booking", "occurred_on": date(2026, 6, 1), "currency": "USD",
              "amount": Decimal(amount), "converted_amount": Decimal(amount), **fields}  # fmt: skip
    return Transaction.objects.create(external_id=external_id, person=person, **values)


def listed(answer: Any) -> list[str]:
    return [row.cells[0].value for row in answer.context["table"].rows]


def rows_of(answer: Any) -> list[str]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return [line for line in text.splitlines()[1:] if line]


@pytest.mark.parametrize(
    ("path", "make"), [("leads", make_lead), ("activities", make_activity), ("transactions", make_transaction)]
)
def test_a_list_and_its_download_hold_what_the_viewer_may_see(
    cast: Cast, sign_in: SignIn, path: str, make: Any
) -> None:
    for name, owner in [("A", cast.alice), ("C", cast.carol), ("H", None)]:
        make(name, owner)
    seen = {who: len(listed(sign_in(who).get(f"/{path}/"))) for who in ("alice", "bob", "erin", "hana")}
    assert seen == {"alice": 1, "bob": 1, "erin": 3, "hana": 0}
    assert len(rows_of(sign_in("alice").get(f"/{path}/rows.csv"))) == 1
    assert len(rows_of(sign_in("ada").get(f"/{path}/rows.csv"))) == 3
    assert len(listed(sign_in("finn").get(f"/{path}/"))) == (3 if path == "transactions" else 0)


def test_filters_of_leads_narrow_list_totals_and_download(cast: Cast, sign_in: SignIn) -> None:
    make_lead("L1", cast.alice, lead_source="web", stated_converted_on=date(2026, 5, 1))
    make_lead("L2", cast.alice, lead_source="fair")
    client = sign_in("ada")
    assert listed(client.get("/leads/?source=web")) == ["L1"]
    assert listed(client.get("/leads/?source=none")) == []
    assert listed(client.get("/leads/?state=open")) == ["L2"]
    assert [stat.value for stat in client.get("/leads/").context["stats"]] == [2, 1, 0.5]
    assert len(rows_of(client.get("/leads/rows.csv?state=converted"))) == 1


def test_a_cancellation_stands_below_zero_and_names_what_it_cancels(cast: Cast, sign_in: SignIn) -> None:
    booked = make_transaction("B1", cast.alice)
    make_transaction("S1", cast.alice, 40, type="cancellation", cancels=booked)
    answer = sign_in("alice").get("/transactions/?sort=when")
    amounts = [row.cells[6].value for row in answer.context["table"].rows]
    assert amounts == [Decimal(100), Decimal(-40)]
    assert "B1" in answer.context["table"].rows[1].cells[0].detail


def test_a_deal_that_is_out_of_sight_is_no_link(cast: Cast, sign_in: SignIn) -> None:
    deal = make_deal("C1", cast.carol)
    make_transaction("T1", cast.carol, opportunity=deal)
    assert sign_in("finn").get("/transactions/").context["table"].rows[0].cells[3].href == ""
    assert str(deal.pk) in sign_in("ada").get("/transactions/").context["table"].rows[0].cells[3].href


def test_texts_that_look_like_formulas_are_harmless_in_a_download(cast: Cast, sign_in: SignIn) -> None:
    make_lead("L1", cast.alice, name="=cmd()")
    assert "'=cmd()" in rows_of(sign_in("alice").get("/leads/rows.csv"))[0]


@pytest.mark.parametrize(
    ("path", "make"), [("leads", make_lead), ("activities", make_activity), ("transactions", make_transaction)]
)
def test_a_list_takes_as_many_queries_with_forty_rows_as_with_two(
    cast: Cast, sign_in: SignIn, path: str, make: Any
) -> None:
    client, counts = sign_in("ada"), []
    for first, last in ((0, 2), (2, 40)):
        for number in range(first, last):
            make(f"N{number}", cast.alice)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(f"/{path}/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_page_of_a_deal_shows_all_that_is_known(cast: Cast, sign_in: SignIn) -> None:
    deal = make_deal("A1", cast.alice, deal_type="renewal", term_months=12, lead_text="L1")
    make_lead("L1", cast.alice)
    make_activity("T1", cast.carol, deal, subject="Kick-off")
    make_transaction("B1", cast.alice, opportunity=deal)
    DealRole.objects.create(source="files", external_id="r", opportunity=deal, person=cast.carol, role="Overlay")
    arr, segment = make_field("ARR", "money"), make_field("Segment")
    CustomValue.objects.create(field=arr, opportunity=deal, text="9 USD", number=9, currency="USD", converted_number=9)
    CustomValue.objects.create(field=segment, opportunity=deal, text="SMB")
    Opportunity.objects.filter(pk=deal.pk).update(deal_type="expansion", next_step="Call")
    CustomValue.objects.filter(field=segment).update(text="Enterprise")
    answer = sign_in("alice").get(f"/deals/{deal.pk}/")
    html = answer.content.decode()
    for words in ("Kick-off", "Overlay", "B1", "ARR", "Enterprise", "expansion", "12 months"):
        assert words in html, words
    titles = [event.title for event in answer.context["events"]]
    assert any("SMB → Enterprise" in title for title in titles)
    assert any("renewal → expansion" in title for title in titles)


def test_an_administrator_adds_renames_and_takes_a_field_away(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("ada")
    values = {"entity": "opportunity", "name": "Segment", "type": "choice", "choices": "SMB\nEnterprise\n\nSMB"}
    assert client.post("/fields/", values).status_code == 302
    field = CustomField.objects.get()
    assert (field.key, field.choices) == ("segment", ["SMB", "Enterprise"])
    twice = client.post("/fields/", {**values, "name": "segment"})
    assert twice.status_code == 422 and "name" in twice.context["form"].errors
    deal = make_deal("A1", cast.alice)
    CustomValue.objects.create(field=field, opportunity=deal, text="SMB")
    away = client.post(f"/fields/{field.pk}/", {"name": "Size", "choices": "Enterprise"})
    assert away.status_code == 422 and "choices" in away.context["form"].errors
    assert client.post(f"/fields/{field.pk}/", {"name": "Size", "choices": "SMB\nLarge"}).status_code == 302
    client.post(f"/fields/{field.pk}/delete/")
    assert CustomField.objects.filter(name="Size").exists()
    CustomValue.objects.all().delete()
    client.post(f"/fields/{field.pk}/delete/")
    assert not CustomField.objects.exists()


def test_deals_are_filtered_by_custom_fields_of_deals_and_accounts(cast: Cast, sign_in: SignIn) -> None:
    segment, seats = make_field("Segment"), make_field("Seats", "number")
    for name, text, number in [("A1", "SMB", 5), ("A2", "Enterprise", 50)]:
        deal = make_deal(name, cast.alice)
        CustomValue.objects.create(field=segment, opportunity=deal, text=text)
        CustomValue.objects.create(field=seats, opportunity=deal, text=str(number), number=number)
    make_deal("A3", cast.alice)
    client = sign_in("alice")
    assert listed(client.get("/deals/?custom_segment=SMB")) == ["A1"]
    assert listed(client.get("/deals/?custom_seats_from=6")) == ["A2"]
    assert listed(client.get("/deals/?custom_seats_from=1&custom_seats_to=5")) == ["A1"]
    assert listed(client.get("/deals/?custom_segment=Nonsense")) == []
    assert len(listed(client.get("/deals/"))) == 3


def test_a_custom_field_breaks_deals_down_as_a_second_query_does(cast: Cast) -> None:
    field = make_field("Segment")
    for name, text in [("A1", "SMB"), ("A2", "SMB"), ("A3", "Enterprise"), ("A4", "")]:
        deal = make_deal(name, cast.alice)
        if text:
            CustomValue.objects.create(field=field, opportunity=deal, text=text)
    trait = custom_trait(field)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {trait.value}, count(*) FROM crm_opportunity o {trait.join} GROUP BY 1")
        found = dict(cursor.fetchall())
    assert found == {"SMB": 2, "Enterprise": 1, "": 1}


def test_a_column_nobody_knows_becomes_a_field_in_the_import(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("ada")
    rows = "".join(f"D{number},Won,{('pet', 'car')[number % 2]},{number}.5\n" for number in range(12))
    content = "deal id,stage,business segment,stock\n" + rows
    client.post("/imports/new/", {"file": SimpleUploadedFile("d.csv", content.encode()), "source": "crm"})
    batch = ImportBatch.objects.latest("pk")
    form = client.get(f"/imports/{batch.pk}/columns/").context["form"]
    offered = dict(form.fields["column_2"].choices)
    assert "new:choice" in str(form["column_2"]) and "new:number" in str(form["column_3"]) and offered
    values = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "", True, False)}
    values |= {"column_2": "new:choice", "column_3": "new:number"}
    assert client.post(f"/imports/{batch.pk}/columns/", values).status_code == 302
    jobs_work(cast.organization.pk)
    client.post(f"/imports/{batch.pk}/run/")
    jobs_work(cast.organization.pk)
    assert set(CustomField.objects.values_list("name", "type")) == {("business segment", "choice"), ("stock", "number")}
    assert CustomValue.objects.count() == 24
    assert listed(client.get("/deals/?custom_business_segment=pet&sort=created")).__len__() == 6


def test_pipelines_are_added_renamed_and_taken_away(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("ada")
    make_stage()
    assert client.post("/pipelines/new/", {"name": "Renewals"}).status_code == 302
    assert client.post("/pipelines/new/", {"name": "renewals"}).status_code == 422
    pipeline = Pipeline.objects.get(name="Renewals")
    client.post(f"/pipelines/{pipeline.pk}/", {"name": "Farming"})
    assert Pipeline.objects.filter(name="Farming").exists()
    form = {
        "stage-TOTAL_FORMS": "1", "stage-INITIAL_FORMS": "0", "stage-0-position": "1", "stage-0-name": "Won",
        "stage-0-outcome": "won",
    }  # fmt: skip
    assert client.post(f"/stages/?pipeline={pipeline.pk}", form).status_code == 302
    assert Stage.objects.filter(name="Won").count() == 2
    deal = make_deal("A1", cast.alice, Stage.objects.get(pipeline=pipeline))
    client.post(f"/pipelines/{pipeline.pk}/delete/")
    assert Pipeline.objects.filter(pk=pipeline.pk).exists()
    assert listed(client.get(f"/deals/?pipeline={pipeline.pk}")) == ["A1"]
    Opportunity.objects.filter(pk=deal.pk).update(stage=make_stage())
    client.post(f"/pipelines/{Pipeline.objects.get(is_default=True).pk}/delete/")
    assert Pipeline.objects.count() == 2
