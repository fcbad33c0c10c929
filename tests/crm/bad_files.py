"""Files that cannot be used, in whole or in part: what they hold, and what is to be said about them."""

import gzip
import io
import random
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tests.crm.workbooks import raw_workbook, workbook

HEAD = "opportunity_id,deal_stage,close_date,close_value\n"
GOOD = "Z1,Won,2026-01-31,7\n"
COLUMNS = ["opportunity_id", "deal_stage", "close_date", "close_value"]
WON = ["Z1", "Won", date(2026, 1, 31), 7]


@dataclass(frozen=True)
class BadFile:
    """`code`: what is told. `row` and `column`: where. `refused`: rows left out (None: the whole file is)."""

    name: str
    content: bytes
    code: str
    row: int | None = None
    column: str = ""
    refused: int | None = None
    kind: str = "opportunity"

    @property
    def is_asked(self) -> bool:
        """On the page somebody is asked where the command has to give up."""
        return self.code in {"no_column", "no_column_without_header", "ambiguous_dates"}

    @property
    def is_of_another_kind(self) -> bool:
        """The page leads on to what the file really holds, where the command says what to call it by."""
        return self.code == "territories_not_imported"


def archive(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


def sheet(*rows: list[object]) -> bytes:
    return workbook(("Deals", [COLUMNS, *rows]))


def empty_files() -> Iterator[BadFile]:
    """Nothing is in these."""
    yield BadFile("empty", b"", "is_empty")
    yield BadFile("only spaces", b"  \n\n \n", "is_empty")
    yield BadFile("only a byte order mark", b"\xef\xbb\xbf\n", "is_empty")
    yield BadFile("only zeros", b"\x00" * 500, "is_empty")
    yield BadFile("only a header", HEAD.encode(), "no_rows")
    yield BadFile("a header and blank lines", (HEAD + "\n\n,,,\n").encode(), "no_rows")


def workbooks() -> Iterator[BadFile]:
    """These cannot be opened, or not safely."""
    yield BadFile("a workbook of nothing", archive(xl__workbook_dot_xml="<x/>"), "is_damaged_workbook")
    yield BadFile("half a workbook", sheet(WON)[:3_000], "is_damaged_workbook")
    yield BadFile("a workbook without rows", workbook(("Deals", [])), "is_empty_workbook")
    yield BadFile("a sheet with a header only", sheet(), "no_rows")
    yield BadFile("a sheet with a row that cannot be", raw_workbook('<row r="9999999999"/>'), "too_many_rows_in_sheet")
    yield BadFile("a sheet of 600 columns", workbook(("Deals", [["x"] * 600] * 2)), "too_many_columns_in_file")
    yield BadFile("a broken sheet", raw_workbook('<row r="1"><c r="A1"><v>'), "is_damaged_workbook")
    yield BadFile("a bomb", raw_workbook("<!--" + " " * 60_000_000 + "-->"), "unpacks_too_large")
    yield BadFile("formulas without results", sheet([*WON[:3], "=3+4"]), "formula_without_result", 2, "D2")
    yield BadFile("an old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "is_old_office")
    yield BadFile("a binary workbook", archive(xl__workbook_dot_bin="x"), "is_binary_workbook")
    ods = archive(mimetype="application/vnd.oasis.opendocument.spreadsheet", content_dot_xml="<x/>")
    yield BadFile("an OpenDocument sheet", ods, "is_open_document")
    yield BadFile("a Numbers file", archive(Index__Document_dot_iwa="x"), "is_numbers")


def other_files() -> Iterator[BadFile]:
    """These are no tables."""
    yield BadFile("a text document", archive(word__document_dot_xml="<x/>"), "is_document")
    yield BadFile("a rich text", b"{\\rtf1\\ansi id, stage\\par}", "is_document")
    yield BadFile("a zip with a table", archive(deals_dot_csv=HEAD + GOOD), "is_archive")
    yield BadFile("a PDF", b"%PDF-1.7\n1 0 obj\n", "is_pdf")
    yield BadFile("a gzip", gzip.compress(HEAD.encode()), "is_compressed")
    yield BadFile("a picture", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "is_image")
    yield BadFile("a photo", b"\xff\xd8\xff\xe0" + bytes(range(256)), "is_image")
    yield BadFile("noise", random.Random(1).randbytes(5_000), "is_binary")
    yield BadFile("a database", b"SQLite format 3\x00" + b"\x00" * 100, "is_binary")
    yield BadFile("a Parquet file", b"PAR1\x15\x04\x15" + bytes(100), "is_binary")
    yield BadFile("an encrypted message", b"-----BEGIN PGP MESSAGE-----\nabc\n", "is_encrypted")
    yield BadFile("a salted file", b"Salted__" + bytes(range(100, 200)), "is_encrypted")
    page = b"<!DOCTYPE html>\n<html><body><form>Sign in</form></body></html>\n"
    yield BadFile("a sign-in page", page, "is_web_page")
    yield BadFile("a table of a web page", b"<table><tr><td>id</td></tr></table>", "is_web_page")
    yield BadFile("XML", b"<?xml version='1.0'?>\n<deals><deal id='1'/></deals>\n", "is_xml")
    yield BadFile("JSON", b'[{"id": 1,\n "stage": "Won"}]\n', "is_json")
    yield BadFile("SQL", b"INSERT INTO deals VALUES (1, 'Won');\n", "is_sql")
    yield BadFile("address cards", b"BEGIN:VCARD\nVERSION:3.0\nFN:Ann\nEND:VCARD\n", "is_cards")


def unreadable_texts() -> Iterator[BadFile]:
    """These are texts, but nobody can say what they hold."""
    quote = (HEAD + GOOD + 'A2,"Won,2026-01-05,10\n' + GOOD * 20).encode()
    yield BadFile("an open quotation mark", quote, "open_quote", 3)
    yield BadFile("broken UTF-16", "\ufeffa,b\n1,2\n".encode("utf-16-le") + b"\x00\xd8\x41", "bad_encoding")
    mixed = (HEAD + "Käse,Won,2026-01-05,1\nÄöüßéèêàâçñ,Won,2026-01-05,1\n").encode() + "Süß,Won,,\n".encode("cp1252")
    yield BadFile("two encodings", mixed, "mixed_encoding", 4)
    yield BadFile("600 columns", (",".join("1" * 600) + "\n").encode() * 2, "too_many_columns_in_file")
    yield BadFile("nothing that is known", b"colour,shape\nred,round\nblue,square\n", "no_column", None, "colour")
    yield BadFile("prose", b"Dear all,\nplease find attached nothing.\nRegards\n", "no_column")
    yield BadFile("no header", b"A1,5,2026-01-05\nA2,7,2026-01-06\n", "no_column_without_header", None, "Column A")
    either = HEAD + "A1,Won,2026-01-02,1\nA2,Won,01/02/2026,10\nA3,Won,03/04/2026,10\n"
    yield BadFile("dates that can be read either way", either.encode(), "ambiguous_dates", 3, "close_date")
    both = HEAD + "A1,Won,13/02/2026,10\nA2,Won,02/13/2026,10\n"
    yield BadFile("dates that contradict each other", both.encode(), "ambiguous_dates", 3, "close_date")
    many = "opportunity_id,deal_stage\n" + "".join(f"A{n},note {n}\n" for n in range(300))
    yield BadFile("notes for stages", many.encode(), "too_many_stages", 2, "note 0")
    history = b"sales_person_id,territory_id,start_date,end_date\n275,2,2011-05-31,2012-11-29\n"
    yield BadFile("a history of territories", history, "territories_not_imported")
    every = (HEAD + "A1,Won,2026-02-30,10\nA2,Won,never,10\n").encode()
    yield BadFile("no row that can be used", every, "invalid_date", 2, "close_date")


def single_rows() -> Iterator[BadFile]:
    """One row is left out of each, the others are taken."""

    def deal(name: str, line: str, code: str, column: str = "", row: int = 3) -> BadFile:
        return BadFile(name, (HEAD + GOOD + line).encode(), code, row, column, 1)

    yield deal("no id", ",Won,2026-01-05,10\n", "missing_id")
    yield deal("no stage", "A1,,2026-01-05,10\n", "missing_stage")
    yield deal("no such day", "A1,Won,2026-02-30,10\n", "invalid_date", "close_date")
    yield deal("words for a date", "A1,Won,soon,10\n", "invalid_date", "close_date")
    yield deal("the year 3000", "A1,Won,3000-01-05,10\n", "invalid_date", "close_date")
    yield deal("words for an amount", "A1,Won,2026-01-05,plenty\n", "invalid_amount", "close_value")
    yield deal("a unit for a currency", "A1,Won,2026-01-05,1.5 MIO\n", "invalid_currency", "close_value")
    yield deal("two decimal points", "A1,Won,2026-01-05,1.2.3\n", "invalid_amount", "close_value")
    yield deal("an endless amount", "A1,Won,2026-01-05,123456789012345678\n", "amount_too_large", "close_value")
    yield deal("an endless id", "A" * 300 + ",Won,2026-01-05,10\n", "too_long", "opportunity_id")
    yield deal("a cell too many", "A1,Won,2026-01-05,1,234\n", "too_many_cells")
    yield deal("one id for two deals", "Z1,Lost,2026-01-05,20\n", "duplicate_id")
    yield deal("an error of a spreadsheet", "A1,Won,2026-01-05,#REF!\n", "spreadsheet_error", "close_value")
    yield deal("a NUL in an amount", "A1,Won,2026-01-05,1\x00x\n", "invalid_amount", "close_value")
    yield deal("a row over two lines", 'A1,Won,"2026-\n01",1\n', "invalid_date", "close_date")
    money = "opportunity_id,deal_stage,currency,probability\nZ1,Won,EUR,40 %\n"
    yield BadFile("no currency", (money + "A1,Won,??,40 %\n").encode(), "invalid_currency", 3, "currency", 1)
    yield BadFile("a share above all", (money + "A1,Won,EUR,140 %\n").encode(), "invalid_ratio", 3, "probability", 1)
    yield BadFile("words in a date cell", sheet(WON, ["A1", "Won", "soon", 1]), "invalid_date", 3, "close_date", 1)
    error = raw_workbook(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>opportunity_id</t></is></c>'
        '<c r="B1" t="inlineStr"><is><t>close_value</t></is></c></row>'
        '<row r="2"><c r="A2" t="inlineStr"><is><t>Z1</t></is></c><c r="B2"><v>7</v></c></row>'
        '<row r="5"><c r="A5" t="inlineStr"><is><t>A1</t></is></c><c r="B5" t="e"><v>#DIV/0!</v></c></row>'
    )
    yield BadFile("an error cell", error, "spreadsheet_error", 5, "close_value", 1)
    yield BadFile(
        "a price in words", b"product,price\nAnvil,5\nRope,dear\n", "invalid_amount", 3, "price", 1, "product"
    )
    yield BadFile("a product without a name", b"product,price\nAnvil,5\n,5\n", "missing_name", 3, "", 1, "product")
    twice = b"product,price\nAnvil,5\nAnvil,6\n"
    yield BadFile("one product at two prices", twice, "duplicate_id", 3, "", 1, "product")
    long = ("account,sector\nAcme,x\n" + "A" * 400 + ",x\n").encode()
    yield BadFile("an endless account", long, "too_long", 3, "account", 1, "account")
    yield BadFile("an account without a name", b"account,sector\nAcme,x\n,y\n", "missing_name", 3, "", 1, "account")
    people = "name,email,hired_on\nZoe,zoe@x.example,2026-01-01\n"
    address = (people + "Ann,ann at x,2026-01-01\nBen,ben@x.example,2026-01-01\n").encode()
    yield BadFile("no address", address, "invalid_email", 3, "email", 1, "person")
    hired = (people + "Ann,,2026-13-45\nBen,,2026-01-01\nCy,,2026-01-02\n").encode()
    yield BadFile("hired on no day", hired, "invalid_date", 3, "hired_on", 1, "person")
    yield BadFile("nobody", (people + ",ann@x.example,\n").encode(), "missing_id", 3, "", 1, "person")


WHOLE = [*empty_files(), *workbooks(), *other_files(), *unreadable_texts()]
ROWS = list(single_rows())
EVERY = {bad.name: bad for bad in [*WHOLE, *ROWS]}
