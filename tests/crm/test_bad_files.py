"""Files that cannot be used: each gets a sentence that says where and what to do, by command and by page; nothing of
them is half applied, and what could be used is not lost."""

import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm.forms.imports import UploadForm
from crm.models import Account, ImportBatch, ImportIssue, ImportRow, Product
from people.jobs import jobs_work
from people.models import Organization
from tests.cast import Cast
from tests.crm.bad_files import EVERY, GOOD, HEAD, ROWS, WHOLE, BadFile
from tests.crm.files import codes, run, write
from tests.crm.state import state

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]

TO_DO = re.compile(
    r"\b(Choose|Save|save|Write|Correct|Give|Shorten|Put|Close|Say|say|Export|export|Unpack|Decrypt|Open|Name|name|Use|"
    r"keep|Fill|Leave|import|needs)\b"
)


def test_there_are_more_than_fifty_kinds_of_them() -> None:
    assert len(EVERY) == len(WHOLE) + len(ROWS) > 70
    assert len({bad.code for bad in EVERY.values()}) > 35


@pytest.mark.parametrize("bad", WHOLE, ids=lambda bad: bad.name)
def test_the_command_says_what_is_wrong_with_a_file_and_takes_nothing_of_it(
    org: Organization, tmp_path: Path, bad: BadFile
) -> None:
    before = state()
    answer = run(write(tmp_path, bad.content), bad.kind)
    assert answer["error"]
    told = _told(bad, answer["issues"])
    assert state() == before
    assert (answer["created"], answer["updated"]) == (0, 0)
    if bad.code != "invalid_date":
        assert codes(answer) == [bad.code] and told == answer["error"]


@pytest.mark.parametrize("bad", ROWS, ids=lambda bad: bad.name)
def test_the_command_leaves_out_a_row_and_takes_the_others(org: Organization, tmp_path: Path, bad: BadFile) -> None:
    answer = run(write(tmp_path, bad.content), bad.kind)
    _told(bad, answer["issues"])
    assert answer["error"] == "" and answer["refused"] == bad.refused
    assert answer["created"] == answer["received"] - answer["refused"] > 0
    (row,) = ImportRow.objects.filter(batch_id=answer["batch"], result="refused")
    assert row.number == bad.row and row.reason and row.raw


@pytest.mark.parametrize("bad", ROWS, ids=lambda bad: bad.name)
def test_all_or_nothing_takes_nothing(org: Organization, tmp_path: Path, bad: BadFile) -> None:
    before = state()
    answer = run(write(tmp_path, bad.content), bad.kind, all_or_nothing=True)
    assert answer["error"] and answer["refused"] == bad.refused
    assert state() == before
    assert ImportRow.objects.filter(batch_id=answer["batch"], result="refused").count() == bad.refused


@pytest.mark.parametrize("bad", EVERY.values(), ids=lambda bad: bad.name)
def test_the_pages_say_the_same(cast: Cast, sign_in: SignIn, tmp_path: Path, bad: BadFile) -> None:
    before = state()
    client = sign_in("ada")
    words = _by_page(client, cast, bad)
    batch = ImportBatch.objects.first()
    if bad.is_of_another_kind:
        assert batch is not None and (batch.kind, batch.state) == ("territory_assignment", "applied")
        return
    if bad.refused is None:
        assert state() == before and (batch is None or batch.state != "applied")
        if bad.is_asked:
            assert 'class="form-errors"' in words or "invalid-feedback" in words or "Choose the column" in words
            return
    else:
        assert batch is not None and (batch.state, batch.refused) == ("applied", bad.refused)
        assert ImportRow.objects.filter(batch=batch).count() == batch.received
    by_page = set(ImportIssue.objects.filter(batch=batch, code=bad.code).values_list("row", "field", "message"))
    by_command = run(write(tmp_path, bad.content), bad.kind, organization="acme", dry_run=bad.refused is not None)
    told = {(i["row"], i["field"] or "", i["message"]) for i in by_command["issues"] if i["code"] == bad.code}
    if by_page:
        assert by_page == told
    assert all(html.escape(message, quote=True) in words for _row, _field, message in told)


@pytest.mark.parametrize(
    ("mapping", "code"),
    [
        ("- a list", "mapping_not_a_mapping"),
        ("columns: [amount]", "mapping_part_not_a_mapping"),
        ("colums: {amount: close_value}", "mapping_unknown_part"),
        ("columns: {amont: close_value}", "mapping_unknown_field"),
        ("columns: {amount: worth}", "mapping_unknown_column"),
        ("values: {product: GTX}", "mapping_values_not_a_mapping"),
        ("dates: Tuesday", "mapping_bad_dates"),
        ("amounts: many", "mapping_bad_amounts"),
        ("header: below", "mapping_bad_header"),
        ("header: 77", "no_header_there"),
        ("columns: {amount: [", "mapping_unreadable"),
    ],
)
def test_a_wrong_mapping_says_what_is_wrong(org: Organization, tmp_path: Path, mapping: str, code: str) -> None:
    answer = run(write(tmp_path, HEAD + GOOD), mapping=str(write(tmp_path, mapping, "mapping.yaml")))
    assert codes(answer) == [code] and answer["error"]


def test_a_file_that_is_too_large_is_refused_with_the_limit(org: Organization, settings: object) -> None:
    settings.IMPORT_MOST_MEGABYTES = 0  # type: ignore[attr-defined]
    form = UploadForm({"source": "files"}, {"file": SimpleUploadedFile("file.csv", (HEAD + GOOD).encode())})
    assert "larger than 0 MB" in form.errors["file"][0]


def test_a_full_snapshot_of_products_is_refused(org: Organization, tmp_path: Path) -> None:
    assert codes(run(write(tmp_path, "product,price\nRope,5\n"), "product", snapshot=True)) == ["snapshot_not_possible"]
    assert (Product.objects.count(), Account.objects.count()) == (0, 0)


def _told(bad: BadFile, issues: list[dict[str, object]]) -> str:
    """The sentence, which says where and what to do."""
    found = [issue for issue in issues if issue["code"] == bad.code]
    assert found, issues
    message = str(found[0]["message"])
    assert len(message) > 20 and TO_DO.search(message), message
    if bad.row is not None:
        assert found[0]["row"] == bad.row
    assert bad.column in message
    return message


def _by_page(client: Client, cast: Cast, bad: BadFile) -> str:
    """Through all steps as the pages suggest; all their words."""
    upload = {"file": SimpleUploadedFile("bad.csv", bad.content), "source": "files", "key": "k"}
    pages = [client.post("/imports/new/", upload)]
    if pages[0].status_code == 302:
        batch = ImportBatch.objects.get()
        columns = client.get(f"/imports/{batch.pk}/columns/", {"kind": bad.kind}, follow=True)
        pages.append(columns)
        if "form" in (columns.context or {}):
            form = columns.context["form"]
            values = {name: value for name in form.fields if (value := form[name].value()) and value is not True}
            pages.append(client.post(f"/imports/{batch.pk}/columns/", values, follow=True))
            jobs_work(cast.organization.pk)
            pages.append(client.get(f"/imports/{batch.pk}/preview/", follow=True))
            if pages[-1].context.get("is_ready"):
                client.post(f"/imports/{batch.pk}/run/")
                jobs_work(cast.organization.pk)
            pages.append(client.get(f"/imports/{batch.pk}/", follow=True))
    assert {page.status_code for page in pages[1:]} <= {200, 422} and pages[0].status_code in {302, 422}
    return "\n".join(page.content.decode() for page in pages)
