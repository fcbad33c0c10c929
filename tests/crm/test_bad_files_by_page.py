"""Odd files through the pages: whatever comes, each step answers, and says what to do where it cannot go on."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm.models import ImportBatch, Opportunity
from people.jobs import jobs_work
from tests.cast import Cast
from tests.crm.files import DEALS, ROWS, text_of

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
GOOD = text_of(DEALS, ROWS)

UNUSABLE = {  # refused at once or at the columns
    "nothing known": "colour,shape\nred,round\nblue,square\n",
    "prose": "Dear all,\nplease find attached nothing.\nRegards\n",
    "one column": "remark\nhello\nyou\n",
    "one column of numbers": "1\n2\n3\n",
    "a web page": "<!doctype html>\n<html><body>Sign in</body></html>\n",
    "json": '[{"id": 1,\n "stage": "Won"}]\n',
}
BARE = {  # taken, and told what was made of it
    "ids alone": "opportunity_id\nA1\nA2\n",
    "repeated header": "opportunity_id,opportunity_id,opportunity_id\nA1,A2,A3\n",
}
KINDS = ["opportunity", "person", "product", "account"]


def upload(client: Client, content: str, name: str = "odd.csv") -> ImportBatch | None:
    answer = client.post("/imports/new/", {"file": SimpleUploadedFile(name, content.encode()), "source": "crm"})
    if answer.status_code == 302:
        return ImportBatch.objects.latest("pk")
    assert answer.status_code == 422 and answer.context["form"].errors["file"]
    return None


def walk(client: Client, cast: Cast, batch: ImportBatch, kind: str = "") -> str:
    """Through all steps as the pages suggest; the last page's words."""
    page = client.get(f"/imports/{batch.pk}/columns/", {"kind": kind} if kind else {})
    assert page.status_code == 200
    form = page.context["form"]
    values = {name: value for name in form.fields if (value := form[name].value()) and value is not True}
    answer = client.post(f"/imports/{batch.pk}/columns/", values)
    if answer.status_code == 422:
        assert answer.context["form"].errors
        return answer.content.decode()
    jobs_work(cast.organization.pk)
    preview = client.get(f"/imports/{batch.pk}/preview/", follow=True)
    assert preview.status_code == 200
    client.post(f"/imports/{batch.pk}/run/")
    jobs_work(cast.organization.pk)
    last = client.get(f"/imports/{batch.pk}/", follow=True)
    assert last.status_code == 200
    return last.content.decode()


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_file_that_holds_no_facts_is_told_so_and_changes_nothing(cast: Cast, sign_in: SignIn, name: str) -> None:
    client = sign_in("ada")
    batch = upload(client, UNUSABLE[name])
    assert batch is None or "Choose the column that holds" in walk(client, cast, batch)
    assert not Opportunity.objects.exists()
    assert client.get("/imports/").status_code == client.get("/data-health/").status_code == 200


@pytest.mark.parametrize("name", BARE)
def test_a_file_that_holds_hardly_anything_is_told_what_was_made_of_it(cast: Cast, sign_in: SignIn, name: str) -> None:
    client = sign_in("ada")
    batch = upload(client, BARE[name])
    assert batch is not None
    walk(client, cast, batch)
    assert "assumed_won" in set(batch.issues.values_list("code", flat=True))
    assert client.get("/data-health/").context["oddities"] is not None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["deals", *UNUSABLE, *BARE])
def test_a_file_taken_for_another_kind_is_answered(cast: Cast, sign_in: SignIn, name: str, kind: str) -> None:
    client = sign_in("ada")
    batch = upload(client, ({"deals": GOOD} | UNUSABLE | BARE)[name])
    if batch is not None:
        walk(client, cast, batch, kind)


@pytest.mark.parametrize(
    "name", ["", "x" * 300 + ".csv", "../../etc/passwd", "a\x00b.csv", "<b>&\u202e.csv", "ü" * 200]
)
def test_an_odd_file_name_is_answered(cast: Cast, sign_in: SignIn, name: str) -> None:
    client = sign_in("ada")
    answer = client.post("/imports/new/", {"file": SimpleUploadedFile(name or "x", GOOD.encode()), "source": "crm"})
    assert answer.status_code in {302, 422}


def test_without_a_file_or_a_source_the_form_says_so(cast: Cast, sign_in: SignIn) -> None:
    answer = sign_in("ada").post("/imports/new/", {"source": " "})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"file", "source"}


def test_the_same_upload_of_two_people_at_once_stays_two_uploads_and_doubles_nothing(
    cast: Cast, sign_in: SignIn
) -> None:
    clients = [sign_in("ada"), sign_in("dana")]
    batches = [upload(client, GOOD) for client in clients]
    for client, batch in zip(clients, batches, strict=True):
        assert batch is not None
        walk(client, cast, batch)
    assert Opportunity.objects.count() == len(ROWS)
    assert list(ImportBatch.objects.order_by("pk").values_list("created", "unchanged")) == [(4, 0), (0, 4)]
