"""Documents: tagged, the same bytes for the same data, and nothing in the data is markup."""

import hashlib
import re
import zlib
from typing import Any

import pytest

from people import pdf
from people.pdf import PdfFailed, pdf_render, pdf_store
from tests.cast import NOW, Cast

HOSTILE = [
    '#import "/../../spm/settings.py": *',
    '#read("/etc/passwd")',
    "*bold* _slanted_ = heading $x^2$ <label> @label #panic()",
    '] #eval("1+1") [',
    "\\u{1F600} \\ // comment /* more",
    "line\x00 with\x07 controls\u200b",
    '"}; data = 1; //',
]


def data(**changes: Any) -> dict[str, Any]:
    return {
        "title": "Quota letter",
        "organization": "Acme",
        "facts": [["For", "Zoë Ångström"]],
        "amounts_title": "Amounts by month",
        "headings": ["Month", "Amount"],
        "rows": [["July 2026", "$1,000.00"], ["August 2026", "EUR\N{NO-BREAK SPACE}1,000.00"]],
        "quarters_title": "Amounts by quarter",
        "quarter_headings": ["Quarter", "Amount"],
        "quarters": [],
        "total": ["Total", "$2,000.00"],
        "adjustments_title": "Taken into account",
        "adjustments": ["Away: 1 to 3 July"],
        "terms_title": "Terms",
        "terms": ["Be good."],
        "foot": "Issued",
        **changes,
    }


def letter(**changes: Any) -> bytes:
    return pdf_render("goals/quota_letter.typ", data(**changes), language="de-AT")


def title_of(document: bytes) -> str:
    """The title in the metadata, which is what the document was told, not how it looks."""
    found = re.search(rb'<dc:title><rdf:Alt><rdf:li xml:lang="[^"]*">(.*?)</rdf:li>', document, re.DOTALL)
    assert found is not None
    return found[1].decode()


def streams(document: bytes) -> bytes:
    """What the pages draw, unpacked."""
    found = []
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", document, re.DOTALL):
        try:
            found.append(zlib.decompress(packed))
        except zlib.error:
            found.append(packed)
    return b"\n".join(found)


def test_a_document_is_tagged_and_says_its_language_and_standard() -> None:
    document = letter()
    assert document.startswith(b"%PDF-")
    tags = {tag.decode() for tag in re.findall(rb"/S/([A-Z][A-Za-z0-9]*)", document)}
    assert {"Document", "H1", "H2", "P", "Table", "THead", "TBody", "TR", "TH", "TD", "L", "LI"} <= tags
    assert b"/StructTreeRoot" in document and b"/MarkInfo<</Marked true" in document and b"/Lang(de)" in document
    assert b"<pdfuaid:part>1</pdfuaid:part>" in document
    assert title_of(document) == "Quota letter · Acme"


def test_content_stands_inside_the_tags() -> None:
    drawn = streams(letter())
    assert drawn.count(b"BDC") > 10 and drawn.count(b"BDC") + drawn.count(b"BMC") == drawn.count(b"EMC")


def test_equal_data_make_equal_bytes() -> None:
    first, again, other = letter(), letter(), letter(foot="Issued later")
    assert hashlib.sha256(first).digest() == hashlib.sha256(again).digest() != hashlib.sha256(other).digest()


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_taken_for_markup(text: str) -> None:
    document = letter(
        title=text,
        organization="X",
        facts=[[text, text]],
        rows=[[text, text]],
        adjustments=[text],
        terms=[text],
        foot=text,
    )
    printed = "".join(each for each in text if each >= " ")
    escaped = printed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    assert title_of(document).replace("&#39;", "'").replace("&apos;", "'") in {f"{escaped} · X", f"{printed} · X",
        f"{escaped.replace('&quot;', chr(34))} · X"}  # fmt: skip


def test_what_no_font_of_the_package_has_is_printed_all_the_same() -> None:
    document = letter(title="東京 \U0001f600 \ue000")
    assert document.startswith(b"%PDF-") and b"/StructTreeRoot" in document


def test_a_template_that_is_broken_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PdfFailed, match="no_such"):
        pdf_render("no_such.typ", {}, language="en")


def test_a_template_reads_nothing_outside_its_folder(tmp_path: Any, settings: Any) -> None:
    folder = tmp_path / pdf.FOLDER
    folder.mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "out.typ").write_text('#read("../../secret.txt")')
    settings.BASE_DIR = tmp_path
    with pytest.raises(PdfFailed):
        pdf_render("out.typ", {}, language="en")


def test_a_document_that_does_not_come_to_an_end_is_stopped() -> None:
    with pytest.raises(PdfFailed, match="seconds"):
        pdf_render("goals/quota_letter.typ", data(), language="en", seconds=0.01)


def test_a_document_is_kept_as_a_file(cast: Cast) -> None:
    document = letter()
    file = pdf_store(document, name="letter.pdf", created_by=None, at=NOW)
    assert (file.size, file.sha256) == (len(document), hashlib.sha256(document).hexdigest())
    assert file.content_type == "application/pdf"
