"""Own fields that are switched off: offered and shown nowhere, fed by nothing, and as before once they are on again."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from crm.models import CustomField, CustomValue, DealRole, DetailChange, ImportIssue, ImportMapping, Opportunity
from crm.services.custom_fields import field_switch
from people.jobs import jobs_work
from people.models import AuditEntry
from tests.api.calls import problem_of, program
from tests.cast import NOW, Cast
from tests.crm.access import make_deal, make_field, make_lead
from tests.crm.files import run, write
from tests.crm.test_view_imports import as_guessed, upload

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
FILE = "deal id,stage,Segment\nD1,Won,SMB\nD2,Won,Enterprise\n"


@pytest.fixture
def segment(cast: Cast) -> CustomField:
    """A field of two deals of Alice, one of which it said something else about before."""
    field = make_field("Segment")
    for name, text in [("A1", "SMB"), ("A2", "Enterprise")]:
        CustomValue.objects.create(field=field, opportunity=make_deal(name, cast.alice), text=text)
    CustomValue.objects.filter(text="SMB").update(text="Mid")
    return field


def switch(cast: Cast, field: CustomField, is_off: bool = True) -> None:
    field_switch(viewer=cast.viewer("ada"), field=field, is_off=is_off, at=NOW)


def deal_page(client: Client) -> str:
    deal = Opportunity.objects.get(external_id="A1")
    return str(client.get(f"/deals/{deal.pk}/").content.decode())


def offered(client: Client) -> set[str]:
    """The own fields among the filters that somebody sees."""
    form = client.get("/deals/").context["filter"].form
    return {name for name, field in form.fields.items() if name.startswith("custom_") and not field.widget.is_hidden}


def listed(answer: Any) -> list[str]:
    return [row.cells[0].value for row in answer.context["table"].rows]


def test_it_is_switched_off_and_on_by_its_page_with_everything_as_it_was(
    cast: Cast, sign_in: SignIn, segment: CustomField
) -> None:
    ada, alice = sign_in("ada"), sign_in("alice")
    before, values = deal_page(alice), sorted(CustomValue.objects.values_list("pk", "text"))
    changes = list(DetailChange.objects.values_list("pk", "before", "after"))
    assert "Mid" in before and "SMB → Mid" in before
    assert ada.post(f"/fields/{segment.pk}/off/", follow=True).status_code == 200
    page = ada.get("/fields/").content.decode()
    assert "Switched off" in page and f'action="/fields/{segment.pk}/on/"' in page
    off = deal_page(alice)
    assert "Segment" not in off and "Mid" not in off
    assert offered(alice) == set()
    assert sorted(CustomValue.objects.values_list("pk", "text")) == values
    assert list(DetailChange.objects.values_list("pk", "before", "after")) == changes
    ada.post(f"/fields/{segment.pk}/on/")
    assert deal_page(alice) == before or "Mid" in deal_page(alice)
    assert offered(alice) == {"custom_segment"}
    assert listed(alice.get("/deals/?custom_segment=Mid")) == ["A1"]
    actions = AuditEntry.objects.filter(action__startswith="custom_field_switch").order_by("pk")
    assert [entry.action for entry in actions] == ["custom_field_switch_off", "custom_field_switch_on"]


def test_switched_twice_it_is_noted_once(cast: Cast, segment: CustomField) -> None:
    stale = CustomField.objects.get(pk=segment.pk)
    switch(cast, segment)
    switch(cast, stale)
    assert AuditEntry.objects.filter(action="custom_field_switch_off").count() == 1


def test_a_rename_from_a_page_opened_before_leaves_it_off(cast: Cast, sign_in: SignIn, segment: CustomField) -> None:
    switch(cast, segment)
    sign_in("ada").post(f"/fields/{segment.pk}/", {"name": "Part", "choices": "Mid\nEnterprise"})
    assert CustomField.objects.filter(name="Part", is_off=True).exists()


@pytest.mark.parametrize("who", ["alice", "bob", "finn"])
def test_only_operations_and_administrators_switch(cast: Cast, sign_in: SignIn, segment: CustomField, who: str) -> None:
    assert sign_in(who).post(f"/fields/{segment.pk}/off/").status_code == 403
    assert program(cast, who).patch(f"/api/v1/fields/{segment.pk}", {"is_off": True}).status_code == 403
    assert not CustomField.objects.filter(is_off=True).exists()


@pytest.mark.parametrize(
    "query", ["custom_segment=Mid", "without=custom_segment", "without=owner,custom_segment", "custom_segment_from=1"]
)
def test_a_saved_list_says_that_the_field_is_off_and_shows_no_wrong_deals(
    cast: Cast, sign_in: SignIn, segment: CustomField, query: str
) -> None:
    switch(cast, segment)
    client = sign_in("alice")
    answer = client.get(f"/deals/?{query}")
    assert answer.status_code == 200 and listed(answer) == []
    assert "“Segment” is switched off" in answer.content.decode()
    for path in ("/deals/rows.csv", "/deals/total/"):
        onwards = client.get(f"{path}?{query}", follow=True)
        assert "“Segment” is switched off" in onwards.content.decode(), path


def test_a_field_of_accounts_and_one_of_leads_go_and_come_back(cast: Cast, sign_in: SignIn) -> None:
    page = make_field("Page", "text", "lead")
    lead = make_lead("L1", cast.alice)
    CustomValue.objects.create(field=page, lead=lead, text="/pricing")
    client = sign_in("alice")
    switch(cast, page)
    assert "/pricing" not in client.get(f"/leads/{lead.pk}/").content.decode()
    switch(cast, page, is_off=False)
    assert "/pricing" in client.get(f"/leads/{lead.pk}/").content.decode()
    size = make_field("Size", "number", "account")
    assert "account_size_from" in client.get("/deals/").context["filter"].form.fields
    switch(cast, size)
    assert "“Size” is switched off" in client.get("/deals/?account_size_to=5").content.decode()


def test_a_role_that_is_off_is_not_shown_and_follows_its_field_when_renamed(cast: Cast, sign_in: SignIn) -> None:
    role, deal = make_field("SDR", "person"), make_deal("A1", cast.alice)
    DealRole.objects.create(source="files", external_id="A1|sdr", opportunity=deal, person=cast.carol, role="SDR")
    DealRole.objects.create(source="files", external_id="r", opportunity=deal, person=cast.dana, role="Lawyer")
    client, ada = sign_in("alice"), sign_in("ada")
    ada.post(f"/fields/{role.pk}/", {"name": "Opener"})
    assert listed(client.get(f"/deals/?custom_sdr={cast.carol.pk}")) == []  # Alice may not ask by Carol
    assert listed(ada.get(f"/deals/?custom_sdr={cast.carol.pk}")) == ["A1"]
    assert "Carol Cole" in deal_page(client)
    role.refresh_from_db()
    switch(cast, role)
    assert "Carol Cole" not in deal_page(client) and "Dana Diaz" in deal_page(client)


def test_another_field_of_its_name_is_refused_with_what_to_do(
    cast: Cast, sign_in: SignIn, segment: CustomField
) -> None:
    switch(cast, segment)
    answer = sign_in("ada").post("/fields/", {"entity": "opportunity", "name": "segment", "type": "text"})
    assert answer.status_code == 422 and "Switch it on again" in answer.content.decode()


def test_a_file_with_its_column_leaves_it_out_and_says_so(cast: Cast, segment: CustomField, tmp_path: Any) -> None:
    switch(cast, segment)
    answer = run(write(tmp_path, FILE), organization="acme")
    assert (answer["created"], answer["refused"]) == (2, 0)
    [issue] = [each for each in answer["issues"] if each["code"] == "field_off"]
    assert issue["level"] == "warning" and "“Segment”" in issue["message"]
    assert CustomValue.objects.count() == 2


def test_a_remembered_mapping_goes_on_without_it(cast: Cast, segment: CustomField, tmp_path: Any) -> None:
    columns = {"id": "deal id", "stage": "stage", "custom_segment": "Segment", "custom_gone": ""}
    ImportMapping.objects.create(kind="opportunity", source="files", mapping={"columns": columns})
    switch(cast, segment)
    assert run(write(tmp_path, FILE), organization="acme")["created"] == 2
    assert CustomValue.objects.count() == 2


@pytest.mark.parametrize("mapping", ["columns: {custom_segment: Segment}", "fields: {Segment: choice}"])
def test_a_mapping_file_that_names_it_is_refused_with_what_to_do(
    cast: Cast, segment: CustomField, tmp_path: Any, mapping: str
) -> None:
    switch(cast, segment)
    written = write(tmp_path, mapping, "mapping.yaml")
    answer = run(write(tmp_path, FILE), organization="acme", mapping=str(written))
    assert answer["issues"][0]["code"] == "mapping_field_off" and "switched off" in answer["issues"][0]["message"]
    assert not Opportunity.objects.filter(external_id="D1").exists()


def test_a_mapping_file_may_switch_it_on(cast: Cast, segment: CustomField, tmp_path: Any) -> None:
    switch(cast, segment)
    written = write(tmp_path, "fields: {Segment: switch_on}", "mapping.yaml")
    run(write(tmp_path, FILE), organization="acme", mapping=str(written))
    assert CustomField.objects.get().is_off is False
    assert CustomValue.objects.filter(opportunity__external_id="D1", text="SMB").exists()
    refused = run(
        write(tmp_path, FILE),
        organization="acme",
        mapping=str(write(tmp_path, "fields: {Sgment: switch_on}", "m.yaml")),
    )
    assert refused["issues"][0]["code"] in {"mapping_no_field_off", "mapping_unknown_column"}


def test_the_page_of_the_columns_offers_to_leave_it_out_or_to_switch_it_on(
    cast: Cast, sign_in: SignIn, segment: CustomField
) -> None:
    switch(cast, segment)
    client = sign_in("ada")
    batch = upload(client, FILE)
    page = client.get(f"/imports/{batch.pk}/columns/")
    html = page.content.decode()
    assert "This field is switched off" in html and "Switch it on again and fill it" in html
    values = as_guessed(client, batch)
    assert "column_2" not in values  # left out, unless somebody says otherwise
    assert client.post(f"/imports/{batch.pk}/columns/", values | {"column_2": "new:choice"}).status_code == 422
    assert client.post(f"/imports/{batch.pk}/columns/", values | {"column_2": "new:switch_on"}).status_code == 302
    assert CustomField.objects.get().is_off is False
    jobs_work(cast.organization.pk)
    client.post(f"/imports/{batch.pk}/run/")
    jobs_work(cast.organization.pk)
    assert set(CustomValue.objects.values_list("text", flat=True)) == {"Mid", "SMB", "Enterprise"}


def test_switched_off_between_preview_and_run_the_import_stops_with_the_reason(
    cast: Cast, sign_in: SignIn, segment: CustomField
) -> None:
    client = sign_in("ada")
    batch = upload(client, FILE)
    assert client.post(f"/imports/{batch.pk}/columns/", as_guessed(client, batch)).status_code == 302
    jobs_work(cast.organization.pk)
    switch(cast, segment)
    client.post(f"/imports/{batch.pk}/run/")
    jobs_work(cast.organization.pk)
    batch.refresh_from_db()
    assert batch.state == "failed" and not Opportunity.objects.filter(external_id="D1").exists()
    [issue] = ImportIssue.objects.filter(batch=batch)
    assert issue.code == "mapping_field_off"
    again = client.get(f"/imports/{batch.pk}/columns/")
    assert again.status_code == 200 and "This field is switched off" in again.content.decode()


def test_an_import_made_before_is_taken_back_while_it_is_off(
    cast: Cast, sign_in: SignIn, segment: CustomField, tmp_path: Any
) -> None:
    from crm.models import ImportBatch
    from crm.services.imports import import_undo

    answer = run(write(tmp_path, FILE), organization="acme")
    assert CustomValue.objects.count() == 4
    switch(cast, segment)
    import_undo(batch=ImportBatch.objects.get(pk=answer["batch"]), at=NOW, actor=None)
    assert CustomValue.objects.count() == 2


def test_programs_are_told_and_read_the_rest(cast: Cast, segment: CustomField) -> None:
    ada = program(cast, "ada")
    address = f"/api/v1/fields/{segment.pk}"
    assert ada.patch(address, {"is_off": True}).json()["is_off"] is True
    row = {"id": "D1", "stage": "Won", "custom_segment": "SMB"}
    answer = ada.post("/api/v1/facts/opportunity", {"source": "crm", "rows": [row]})
    assert answer.status_code == 422
    [error] = problem_of(answer)["errors"]
    assert error["code"] == "switched_off" and "“Segment”" in error["message"]
    filtered = ada.get("/api/v1/opportunities?custom_segment=Mid")
    assert filtered.status_code == 400 and problem_of(filtered)["errors"][0]["code"] == "switched_off"
    deals = ada.get("/api/v1/opportunities").json()["results"]
    assert {deal["external_id"]: deal["own_fields"] for deal in deals} == {"A1": {}, "A2": {}}
    [named] = ada.get("/api/v1/fields").json()["results"]
    assert (named["key"], named["is_off"]) == ("segment", True)
    kinds = {each["kind"]: each["columns"] for each in ada.get("/api/v1/facts").json()}
    assert "custom_segment" not in {each["name"] for each in kinds["opportunity"]}
    for senseless in ({}, {"is_off": "perhaps"}):
        assert ada.patch(address, senseless).status_code == 422
    assert ada.patch(address, {"is_off": False}).json()["is_off"] is False
    [first] = ada.get("/api/v1/opportunities?custom_segment=Mid").json()["results"]
    assert first["own_fields"] == {"segment": "Mid"}
