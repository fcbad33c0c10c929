"""A column that is two things, and one value for all rows, as the page of the columns takes them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from crm.models import ImportMapping, Lead, Opportunity
from people.jobs import jobs_work
from tests.cast import Cast
from tests.crm.files import run, write
from tests.crm.test_view_imports import as_guessed, upload

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
CLOSED = "mql,seller,won_date\nL1,S1,2026-02-01\nL2,S2,2026-02-02\n"


def further(place: int, field: str, column: str = "", value: str = "") -> dict[str, str]:
    values = {"field": field, "column": column, "value": value}
    return {f"further_{part}_{place}": text for part, text in values.items()}


def test_one_column_is_id_and_lead_and_every_deal_is_won(cast: Cast, sign_in: SignIn, tmp_path: Path) -> None:
    run(
        write(tmp_path, "lead id,created date\nL1,2026-01-01\nL3,2026-01-01\n"),
        "lead",
        cast.organization.slug,
        source="crm",
    )
    client = sign_in("ada")
    batch = upload(client, CLOSED)
    address = f"/imports/{batch.pk}/columns/"
    client.get(address, {"kind": "opportunity"})
    values = as_guessed(client, batch, kind="opportunity", column_0="id", column_1="", column_2="closed_on")
    values |= further(0, "lead", "mql") | further(1, "stage", value="won")
    assert client.post(address, values).status_code == 302
    client.post(f"/imports/{batch.pk}/run/")
    jobs_work(cast.organization.pk)
    assert set(Opportunity.objects.values_list("external_id", "lead_text", "outcome")) == {
        ("L1", "L1", "won"),
        ("L2", "L2", "won"),
    }
    assert str(Lead.objects.get(external_id="L1").converted_on) == "2026-02-01"


def test_what_a_mapping_file_said_stands_on_the_page_and_stays(cast: Cast, sign_in: SignIn, tmp_path: Path) -> None:
    mapping = write(tmp_path, "columns: {id: mql, lead: mql, closed_on: won_date}\nconstants: {stage: won}\n", "m.yaml")
    path = write(tmp_path, CLOSED)
    run(path, organization=cast.organization.slug, source="crm", mapping=str(mapping))
    kept = ImportMapping.objects.get().mapping
    client = sign_in("ada")
    batch = upload(client, CLOSED)
    page = client.get(f"/imports/{batch.pk}/columns/", {"kind": "opportunity"})
    assert page.context["form"].has_further
    values = as_guessed_of(page)
    assert client.post(f"/imports/{batch.pk}/columns/", values).status_code == 302
    again = ImportMapping.objects.get().mapping
    assert {name: column for name, column in again["columns"].items() if column} == kept["columns"]
    assert again["constants"] == kept["constants"]


def as_guessed_of(page: object) -> dict[str, str]:
    form = page.context["form"]  # type: ignore[attr-defined]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value and value is not True}


def test_a_value_beside_a_column_counts_where_the_cell_is_empty(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("ada")
    batch = upload(client, "opportunity_id,deal_stage,amount,currency\nA1,Won,5,EUR\nA2,Won,6,\n")
    values = as_guessed(client, batch) | further(0, "currency", value="GBP")
    assert client.post(f"/imports/{batch.pk}/columns/", values).status_code == 302
    client.post(f"/imports/{batch.pk}/run/")
    jobs_work(cast.organization.pk)
    assert set(Opportunity.objects.values_list("external_id", "currency")) == {("A1", "EUR"), ("A2", "GBP")}


@pytest.mark.parametrize(
    ("rows", "field", "words"),
    [
        (further(0, "", "amount"), "further_field_0", "Say which field"),
        (further(0, "source"), "further_value_0", "Choose a column, or write"),
        (further(0, "amount", "opportunity_id"), "further_column_0", "chosen for this already"),
        (further(0, "source", value="a") | further(1, "source", value="b"), "further_field_1", "a line above"),
    ],
)
def test_a_line_that_says_too_little_or_too_much_is_asked_about(
    cast: Cast, sign_in: SignIn, rows: dict[str, str], field: str, words: str
) -> None:
    client = sign_in("ada")
    batch = upload(client, "opportunity_id,deal_stage,amount\nA1,Won,5\n")
    answer = client.post(f"/imports/{batch.pk}/columns/", as_guessed(client, batch) | rows)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert words in str(answer.context["form"].errors[field])
