"""An import through its pages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.signals import template_rendered

from crm.models import ImportBatch, ImportMapping, Opportunity
from people.jobs import jobs_work
from people.models import Job
from tests.cast import Cast
from tests.crm.access import make_batch
from tests.crm.files import DEALS, ROWS, text_of

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


def upload(client: Client, content: str, name: str = "deals.csv") -> ImportBatch:
    answer = client.post("/imports/new/", {"file": SimpleUploadedFile(name, content.encode()), "source": "crm"})
    assert answer.status_code == 302, answer.context["form"].errors
    return ImportBatch.objects.latest("pk")


def as_guessed(client: Client, batch: ImportBatch, **changes: str) -> dict[str, str]:
    """What the page of the columns would send as it stands."""
    form = client.get(f"/imports/{batch.pk}/columns/").context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value and value is not True} | changes


def test_four_steps_bring_the_deals_in(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("ada")
    batch = upload(client, text_of(DEALS, [*ROWS, ["A9", "", "", "", "Won", "", "never", ""]]))
    answer = client.post(f"/imports/{batch.pk}/columns/", as_guessed(client, batch))
    assert answer["Location"] == f"/imports/{batch.pk}/preview/"
    assert client.get(answer["Location"]).context["job"].state == "waiting"
    jobs_work(cast.organization.pk)
    preview = client.get(answer["Location"])
    assert [stat.text for stat in preview.context["stats"]][:2] == ["5", "4"]
    refused = client.get(f"/imports/{batch.pk}/preview/", {"result": "refused"})
    assert len(refused.context["rows"].rows) == 1 and preview.context["is_ready"]
    assert Opportunity.objects.count() == 0
    client.post(f"/imports/{batch.pk}/run/")
    client.post(f"/imports/{batch.pk}/run/")
    assert Job.objects.filter(kind="crm.import_run").count() == 1
    jobs_work(cast.organization.pk)
    result = client.get(f"/imports/{batch.pk}/")
    assert [stat.text for stat in result.context["stats"]] == ["5", "4", "0", "0", "1"]
    refused = b"".join(client.get(f"/imports/{batch.pk}/refused.csv").streaming_content).decode("utf-8-sig")
    assert refused.splitlines()[1].startswith("A9,,,,Won,,never,,6,") and "never" in refused.splitlines()[1][18:]
    client.post(f"/imports/{batch.pk}/undo/")
    jobs_work(cast.organization.pk)
    assert Opportunity.objects.count() == 0
    assert client.get(f"/imports/{batch.pk}/").context["batch"].state == "undone"


def test_ambiguous_dates_are_asked_on_the_page_of_the_columns(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("ada")
    batch = upload(client, "opportunity_id,deal_stage,close_date\nA1,Won,01/02/2026\n")
    answer = client.post(f"/imports/{batch.pk}/columns/", as_guessed(client, batch))
    assert answer.status_code == 422 and list(answer.context["form"].errors) == ["dates"]
    answer = client.post(f"/imports/{batch.pk}/columns/", as_guessed(client, batch, dates="D/M/Y"))
    assert answer.status_code == 302
    client.post(f"/imports/{batch.pk}/run/")
    jobs_work(cast.organization.pk)
    jobs_work(cast.organization.pk)
    client.post(f"/imports/{batch.pk}/run/")
    jobs_work(cast.organization.pk)
    assert str(Opportunity.objects.get().closed_on) == "2026-02-01"


def test_the_answer_for_slashes_does_not_turn_dates_with_dots(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("ada")
    content = "opportunity_id,deal_stage,close_date\nA1,Won,05.01.2026\nA2,Won,05/01/2026\nA3,Won,13/13/2026\n"
    batch = upload(client, content)
    answer = client.post(f"/imports/{batch.pk}/columns/", as_guessed(client, batch))
    assert list(answer.context["form"].errors) == ["dates"]
    client.post(f"/imports/{batch.pk}/columns/", as_guessed(client, batch, dates="M/D/Y"))
    jobs_work(cast.organization.pk)
    client.post(f"/imports/{batch.pk}/run/")
    jobs_work(cast.organization.pk)
    days = dict(Opportunity.objects.values_list("external_id", "closed_on"))
    assert {key: str(day) for key, day in days.items()} == {"A1": "2026-01-05", "A2": "2026-05-01"}


def test_a_date_that_is_none_in_the_chosen_order_says_that_it_is_one_in_the_other(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("ada")
    batch = upload(client, "opportunity_id,deal_stage,close_date\nA1,Won,13/02/2026\nA2,Won,02/13/2026\n")
    client.post(f"/imports/{batch.pk}/columns/", as_guessed(client, batch, dates="M/D/Y"))
    jobs_work(cast.organization.pk)
    client.post(f"/imports/{batch.pk}/run/")
    jobs_work(cast.organization.pk)
    assert str(Opportunity.objects.get().closed_on) == "2026-02-13"
    page = client.get(f"/imports/{batch.pk}/").content.decode()
    assert "“13/02/2026” in" in page and "only makes sense in the other order of day and month" in page


def test_a_choice_of_columns_is_remembered_for_the_source(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("ada")
    content = "opportunity_id,deal_stage,a,b\nA1,Won,5,2026-01-01\n"
    batch = upload(client, content)
    assert client.post(f"/imports/{batch.pk}/columns/", as_guessed(client, batch, column_2="amount")).status_code == 302
    assert ImportMapping.objects.get().mapping["columns"]["amount"] == "a"
    again = upload(client, content)
    assert as_guessed(client, again)["column_2"] == "amount"


def test_two_columns_for_one_field_are_refused_beside_the_second(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("ada")
    batch = upload(client, "opportunity_id,deal_stage,a,b\nA1,Won,5,6\n")
    values = as_guessed(client, batch, column_2="amount", column_3="amount")
    answer = client.post(f"/imports/{batch.pk}/columns/", values)
    assert answer.status_code == 422 and list(answer.context["form"].errors) == ["column_3"]


def test_without_an_id_column_the_page_says_so(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("ada")
    batch = upload(client, "opportunity_id,deal_stage\nA1,Won\n")
    answer = client.post(f"/imports/{batch.pk}/columns/", as_guessed(client, batch, column_0=""))
    assert answer.status_code == 422 and "id" in str(answer.context["form"].errors["__all__"])


def test_another_kind_can_be_chosen(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("ada")
    batch = upload(client, "account,sector\nAcme,retail\n")
    assert client.get(f"/imports/{batch.pk}/columns/").context["form"].shape.kind == "account"
    page = client.get(f"/imports/{batch.pk}/columns/", {"kind": "product"})
    assert page.context["form"].shape.kind == "product"


def test_an_upload_can_be_thrown_away_and_an_applied_import_cannot(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("ada")
    batch = upload(client, "account,sector\nAcme,retail\n")
    applied = make_batch(state="applied")
    for each in (batch, applied):
        client.post(f"/imports/{each.pk}/discard/")
    assert list(ImportBatch.objects.all()) == [applied]


def test_a_history_of_territories_leads_on_to_its_columns(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("ada")
    batch = upload(client, "sales_person_id,territory_id,start_date,end_date\n275,2,2011-05-31,2012-11-29\n")
    answer = client.get(f"/imports/{batch.pk}/columns/", follow=True)
    assert answer.status_code == 200
    assert answer.context["form"].shape.kind == "territory_assignment"
    assert "not imported by itself" in answer.content.decode()


def test_a_file_without_a_usable_row_says_so_above_the_reasons(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("ada")
    batch = upload(client, "opportunity_id,deal_stage\n,Won\n,Won\n")
    client.post(f"/imports/{batch.pk}/columns/", as_guessed(client, batch))
    jobs_work(cast.organization.pk)
    page = client.get(f"/imports/{batch.pk}/preview/").content.decode()
    assert "No row can be used" in page and "Import now" not in page


def test_an_upload_that_waits_can_be_thrown_away_from_its_page(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("ada")
    batch = upload(client, "opportunity_id,deal_stage\nA1,Won\n")
    assert f'action="/imports/{batch.pk}/discard/"' in client.get(f"/imports/{batch.pk}/").content.decode()


def test_cells_cut_by_a_sign_that_is_no_separator_are_told(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("ada")
    batch = upload(client, "opportunity_id^deal_stage^amount\nA1^Won^5\n")
    assert "Each line is one column" in client.get(f"/imports/{batch.pk}/columns/").content.decode()


def test_hundreds_of_columns_are_shown_without_a_template_for_each_option(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("ada")
    names = ["opportunity_id", *(f"extra {n} <b>" for n in range(300))]
    batch = upload(client, text_of(names, [["A1", *range(300)]]))
    rendered: list[str | None] = []
    with template_names(rendered):
        page = client.get(f"/imports/{batch.pk}/columns/").content.decode()
    assert rendered.count("django/forms/widgets/select_option.html") < 500
    assert '<option value="id" selected>id</option>' in page
    assert "extra 7 &lt;b&gt;" in page and '<optgroup label="Keep as a new field">' in page


@contextmanager
def template_names(into: list[str | None]) -> Iterator[None]:
    def note(signal: object, sender: Any, template: Any, **rest: Any) -> None:
        into.append(template.name)

    template_rendered.connect(note)
    try:
        yield
    finally:
        template_rendered.disconnect(note)
