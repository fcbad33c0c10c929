"""Files that cannot be used: each gets one sentence that says where and what to do, and nothing is written."""

import gzip
import io
import random
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.forms.imports import UploadForm
from crm.models import Account, Opportunity, Product
from people.models import Organization
from tests.crm.files import codes, run, write

pytestmark = pytest.mark.django_db

HEAD = "opportunity_id,deal_stage,close_date,close_value\n"
GOOD = "A1,Won,2026-01-05,10\n"


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    return out.getvalue()


# name -> (bytes, code of the issue)
FILES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is_empty"),
    "only spaces": (b"  \n\n \n", "is_empty"),
    "only a mark": (b"\xef\xbb\xbf\n", "is_empty"),
    "only zeros": (b"\x00" * 500, "is_empty"),
    "only a header": (HEAD.encode(), "no_rows"),
    "header and blank lines": ((HEAD + "\n\n,,,\n").encode(), "no_rows"),
    "empty workbook": (zipped(), "is_damaged_workbook"),
    "old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "is_old_office"),
    "pdf": (b"%PDF-1.7\n1 0 obj\n", "is_pdf"),
    "gzip": (gzip.compress(HEAD.encode()), "is_compressed"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "is_image"),
    "photo": (b"\xff\xd8\xff\xe0" + bytes(range(256)), "is_image"),
    "noise": (random.Random(1).randbytes(5_000), "is_binary"),
    "database": (b"SQLite format 3\x00" + b"\x00" * 100, "is_binary"),
    "encrypted": (b"-----BEGIN PGP MESSAGE-----\nabc\n", "is_encrypted"),
    "salted": (b"Salted__" + bytes(range(100, 200)), "is_encrypted"),
    "open quotation mark": ((HEAD + GOOD + 'A2,"Won,2026-01-05,10\n' + GOOD * 20).encode(), "open_quote"),
    "broken utf-16": ("\ufeffa,b\n1,2\n".encode("utf-16-le") + b"\x00\xd8\x41", "bad_encoding"),
    "600 columns": ((",".join("1" * 600) + "\n").encode() * 2, "too_many_columns_in_file"),
    "nothing known": (b"colour,shape\nred,round\nblue,square\n", "no_column"),
    "prose": (b"Dear all,\nplease find attached nothing.\nRegards\n", "no_column"),
    "ambiguous dates": ((HEAD + "A1,Won,01/02/2026,10\nA2,Won,03/04/2026,10\n").encode(), "ambiguous_dates"),
    "contradicting dates": ((HEAD + "A1,Won,13/02/2026,10\nA2,Won,02/13/2026,10\n").encode(), "ambiguous_dates"),
}  # fmt: skip

# name -> (lines, code of the refusal)
LINES: dict[str, tuple[str, str]] = {
    "no id": (",Won,2026-01-05,10\n", "missing_id"),
    "no stage": ("A1,,2026-01-05,10\n", "missing_stage"),
    "no such day": ("A1,Won,2026-02-30,10\n", "invalid_date"),
    "words for a date": ("A0,Won,2026-01-05,10\nA1,Won,soon,10\n", "invalid_date"),
    "year 3000": ("A1,Won,3000-01-05,10\n", "invalid_date"),
    "words for an amount": ("A0,Won,2026-01-05,10\nA1,Won,2026-01-05,plenty\n", "invalid_amount"),
    "two decimal signs": ("A0,Won,2026-01-05,10\nA1,Won,2026-01-05,1.2.3\n", "invalid_amount"),
    "endless amount": ("A1,Won,2026-01-05,123456789012345678\n", "amount_too_large"),
    "endless id": ("A" * 300 + ",Won,2026-01-05,10\n", "too_long"),
    "too many cells": ("A1,Won,2026-01-05,1,234\n", "too_many_cells"),
    "one id, two deals": ("A1,Won,2026-01-05,10\nA1,Lost,2026-01-05,20\n", "duplicate_id"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_used_gets_one_sentence(org: Organization, tmp_path: Path, name: str) -> None:
    content, code = FILES[name]
    answer = run(write(tmp_path, content))
    assert codes(answer) == [code]
    assert answer["error"] == answer["issues"][0]["message"] and len(answer["error"]) > 20
    assert Opportunity.objects.count() == 0


@pytest.mark.parametrize("name", LINES)
def test_a_line_that_cannot_be_used_is_refused_by_itself(org: Organization, tmp_path: Path, name: str) -> None:
    lines, code = LINES[name]
    answer = run(write(tmp_path, HEAD + "Z1,Won,2026-01-31,7\n" + lines))
    assert answer["refused"] == 1 and not answer["error"]
    (issue,) = [issue for issue in answer["issues"] if issue["level"] == "error"]
    assert issue["code"] == code and issue["message"] and issue["row"] is not None
    assert Opportunity.objects.filter(external_id="Z1").exists()


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        ("product,sales_price\nRope,dear\nAnvil,5\n", "product", "invalid_amount"),
        ("product,sales_price\n,5\nAnvil,5\n", "product", "missing_name"),
        ("account,sector\n" + "A" * 400 + ",x\nAcme,x\n", "account", "too_long"),
        (
            "name,email,manager\nAnn,not an address,Bob\nBen,ben@x.example,Bob\nCy,cy@x.example,Bob\n",
            "person",
            "invalid_email",
        ),
        ("name,hired_on\nAnn,2026-13-45\nBen,2026-01-01\nCy,2026-01-02\n", "person", "invalid_date"),
    ],
)
def test_other_kinds_refuse_their_lines_too(
    org: Organization, tmp_path: Path, content: str, kind: str, code: str
) -> None:
    answer = run(write(tmp_path, content), kind)
    assert answer["refused"] == 1 and answer["created"] >= 1
    assert code in codes(answer)


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
        ("columns: {amount: [", "mapping_unreadable"),
    ],
)
def test_a_wrong_mapping_says_what_is_wrong(org: Organization, tmp_path: Path, mapping: str, code: str) -> None:
    answer = run(write(tmp_path, HEAD + GOOD), mapping=str(write(tmp_path, mapping, "mapping.yaml")))
    assert codes(answer) == [code] and answer["error"]


def test_when_every_row_is_refused_nothing_is_applied(org: Organization, tmp_path: Path) -> None:
    answer = run(write(tmp_path, HEAD + "A1,Won,2026-02-30,10\n"))
    assert answer["error"] and answer["refused"] == answer["received"] == 1


@pytest.mark.parametrize(
    "name", [name for name, (_, code) in FILES.items() if code.startswith(("is_", "no_rows", "open", "bad", "too"))]
)
def test_the_upload_page_says_it_beside_the_field(org: Organization, name: str) -> None:
    upload = SimpleUploadedFile("file.csv", FILES[name][0])
    form = UploadForm({"source": "files"}, {"file": upload})
    assert list(form.errors) == ["file"] and len(form.errors["file"]) == 1


def test_a_file_that_is_too_large_is_refused_with_the_limit(org: Organization, settings: object) -> None:
    settings.IMPORT_MOST_MEGABYTES = 0  # type: ignore[attr-defined]
    form = UploadForm({"source": "files"}, {"file": SimpleUploadedFile("file.csv", (HEAD + GOOD).encode())})
    assert "larger than 0 MB" in form.errors["file"][0]


def test_a_full_snapshot_of_products_is_refused(org: Organization, tmp_path: Path) -> None:
    assert codes(run(write(tmp_path, "product,price\nRope,5\n"), "product", snapshot=True)) == ["snapshot_not_possible"]
    assert (Product.objects.count(), Account.objects.count()) == (0, 0)
