"""Excel files: cells become the texts a person would type, and what a reader of values would not notice is told."""

import io
import zipfile
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from crm.engine import archive
from crm.engine.amounts import parse_amount
from crm.engine.archive import archive_check, sheet_oddities
from crm.engine.problem import Unreadable
from crm.engine.workbook import Book, number_text
from crm.models import Opportunity
from people.models import Organization, Person
from tests.crm.files import codes, run, write
from tests.crm.workbooks import raw_workbook, workbook

HEADER = ["opportunity_id", "sales_agent", "deal_stage", "close_date", "close_value"]
WON = ["A1", "Ann", "Won", date(2026, 1, 5), 10.5]


def rows_of(content: bytes, sheet: str = "Deals") -> list[tuple[int, list[str]]]:
    return [(line.number, line.cells) for line in Book(io.BytesIO(content)).rows(sheet)]


def refusal(content: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        file = io.BytesIO(content)
        archive_check(file)
        book = Book(file)
        for name in book.sheet_names():
            list(book.rows(name))
    return caught.value.code


def test_cells_become_what_a_person_would_type() -> None:
    cells = [
        "text",
        1,
        10.5,
        0.1 + 0.2,
        1234.0,
        1e20,
        date(2026, 1, 31),
        datetime(2026, 1, 31, 8, 30, tzinfo=UTC).replace(tzinfo=None),
        True,
        None,
        "z",
    ]
    wanted = ["text", "1", "10.5", "0.3", "1234", "100000000000000000000", "2026-01-31", "2026-01-31 08:30:00", "TRUE"]
    assert rows_of(workbook(("Deals", [cells]))) == [(1, [*wanted, "", "z"])]


def test_a_time_alone_is_kept_as_such() -> None:
    assert rows_of(workbook(("Deals", [[time(8, 30), "x"]]))) == [(1, ["08:30:00", "x"])]


@given(st.decimals(min_value=Decimal("-1e11"), max_value=Decimal("1e11"), allow_nan=False, places=3))
def test_a_number_of_a_cell_is_never_read_with_thousands(value: Decimal) -> None:
    assert parse_amount(number_text(float(value)), ",") == (value, None)


def test_the_currency_of_a_format_stands_beside_the_number() -> None:
    def edit(book: Workbook) -> None:
        sheet = book["Deals"]
        for cell, form in zip(
            sheet[1], ["#,##0.00 [$€-407]", "[$EUR] #,##0", "[$$-409]#,##0", '"$"#,##0', "0%"], strict=True
        ):
            cell.number_format = form

    content = workbook(("Deals", [[12.5, 3, 4, 5, 0.4]]), edit=edit)
    assert rows_of(content) == [(1, ["12.5 €", "3 EUR", "4 $", "5", "0.4"])]


def test_rows_keep_their_numbers_over_thousands_of_blank_ones() -> None:
    content = raw_workbook('<row r="1"><c r="A1"><v>1</v></c></row><row r="30000"><c r="B30000"><v>2</v></c></row>')
    assert rows_of(content) == [(1, ["1"]), (30_000, ["", "2"])]


def test_what_the_file_says_of_its_size_does_not_matter() -> None:
    row = '<row r="1"><c r="A1"><v>1</v></c></row>'
    assert rows_of(raw_workbook(row, before='<dimension ref="A1:XFD1048576"/>')) == [(1, ["1"])]
    assert rows_of(raw_workbook(row + row.replace("1", "2"), before='<dimension ref="A1"/>')) == [
        (1, ["1"]),
        (2, ["2"]),
    ]
    wide = raw_workbook('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"/></row>')
    assert rows_of(wide) == [(1, ["1"])]


def test_hidden_and_empty_sheets_are_not_offered() -> None:
    def edit(book: Workbook) -> None:
        book["Secret"].sheet_state = "hidden"

    content = workbook(("Empty", []), ("Secret", [["x"]]), ("Deals", [["a"]]), edit=edit)
    assert Book(io.BytesIO(content)).sheet_names() == ("Deals",)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ('<row r="99999999999"><c r="A1"><v>1</v></c></row>', "too_many_rows_in_sheet"),
        ('<row r="1"><c r="ZZ1"><v>1</v></c></row>', "too_many_columns_in_file"),
        ('<row r="1"><c r="ZZZZZ1"><v>1</v></c></row>', "is_damaged_workbook"),
        ('<row r="1"><c r="A1"><v>1</v>', "is_damaged_workbook"),
        ('<row r="1"><c r="A1" t="s"><v>77</v></c></row>', "is_damaged_workbook"),
        ('<row r="one"><c r="A1"><v>1</v></c></row>', "is_damaged_workbook"),
    ],
)
def test_a_sheet_that_cannot_be_is_refused(rows: str, code: str) -> None:
    assert refusal(raw_workbook(rows)) == code


def test_a_bomb_is_refused_before_anything_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGE", 1_000_000)
    assert refusal(raw_workbook("<!--" + " " * 3_000_000 + "-->")) == "unpacks_too_large"
    monkeypatch.setattr(archive, "MOST_UNPACKED", 1_000)
    assert refusal(workbook(("Deals", [["a"]]))) == "unpacks_too_large"


def test_a_cell_that_no_program_writes_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGE", 1_000)
    monkeypatch.setattr(archive, "PIECE", 1_000)
    monkeypatch.setattr(archive, "LONGEST", 40_000)
    row = '<row r="1"><c r="A1" t="inlineStr"><is><t>{}</t></is></c></row>'
    assert refusal(raw_workbook(row.format("long " * 10_000))) == "cell_too_long"
    content = raw_workbook(row.format("long " * 6_000))
    archive_check(io.BytesIO(content))
    book = Book(io.BytesIO(content))
    assert [line.cells for line in book.rows("Deals")] == [["long " * 6_000]]


def test_a_nested_entity_is_no_bomb() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
    )
    parts = {"xl/sharedStrings.xml": bomb + "]><sst><si><t>&j;</t></si></sst>"}
    content = raw_workbook('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', **parts)
    assert refusal(content) == "is_damaged_workbook"


def test_half_a_workbook_is_damaged() -> None:
    content = workbook(("Deals", [HEADER, WON]))
    assert refusal(content[: len(content) // 2]) == "is_damaged_workbook"


def test_a_formula_without_a_stored_result_is_named_by_its_cell() -> None:
    content = workbook(("Deals", [["a", "b"], [1, "=A2+1"]]))
    assert sheet_oddities(io.BytesIO(content), "Deals").formula == ("B", 2)
    stored = raw_workbook('<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="str"><f>""</f><v></v></c></row>')
    assert sheet_oddities(io.BytesIO(stored), "Deals").formula is None
    assert rows_of(stored) == [(1, ["2"])]


def test_a_formula_is_found_wherever_the_pieces_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    content = workbook(("Deals", [["a"] * 5, [1, 2, 3, 4, "=A2+1"]]))
    for size in (50, 64, 97, 200):
        monkeypatch.setattr(archive, "PIECE", size)
        assert sheet_oddities(io.BytesIO(content), "Deals").formula == ("E", 2)


@pytest.mark.django_db
def test_a_workbook_is_imported_whatever_its_name_says(org: Organization, tmp_path: Path) -> None:
    content = workbook(("Deals", [HEADER, WON, ["A2", "Ann", "Won", 46_027, "1.234,50"]]))
    answer = run(write(tmp_path, content, "deals.csv"))
    assert (answer["created"], answer["refused"]) == (2, 0)
    deals = {deal.external_id: deal for deal in Opportunity.objects.all()}
    assert (deals["A1"].closed_on, deals["A1"].amount) == (date(2026, 1, 5), Decimal("10.5"))
    assert (deals["A2"].closed_on, deals["A2"].amount) == (date(2026, 1, 5), Decimal("1234.5"))
    assert "excel_days" in codes(answer)


@pytest.mark.django_db
def test_a_text_named_as_a_workbook_is_read_as_the_text_it_is(org: Organization, tmp_path: Path) -> None:
    answer = run(write(tmp_path, "opportunity_id,deal_stage\nA1,Won\n", "deals.xlsx"))
    assert (answer["created"], answer["error"]) == (1, "")


@pytest.mark.django_db
def test_of_several_sheets_the_first_is_read_and_told_and_another_can_be_named(
    org: Organization, tmp_path: Path
) -> None:
    path = write(tmp_path, workbook(("Deals", [HEADER, WON]), ("People", [["name"], ["Ann"]])), "all.xlsx")
    answer = run(path)
    assert answer["created"] == 1
    (told,) = [issue["message"] for issue in answer["issues"] if issue["code"] == "sheet_chosen"]
    assert "Deals, People" in told
    assert run(path, "person", sheet="People")["created"] == 1
    assert Person.objects.filter(name="Ann").exists()
    missing = run(path, "person", sheet="Products")
    assert codes(missing) == ["no_such_sheet"] and "Deals, People" in missing["error"]


@pytest.mark.django_db
def test_titles_and_merged_cells_above_the_header_are_left_out(org: Organization, tmp_path: Path) -> None:
    def edit(book: Workbook) -> None:
        book["Deals"].merge_cells("A1:E1")
        book["Deals"].merge_cells("A3:B3")

    rows = [["Our deals of 2026"], [], ["Who", None, "What", None, None], HEADER, WON]
    answer = run(write(tmp_path, workbook(("Deals", rows), edit=edit), "deals.xlsx"))
    assert (answer["created"], answer["refused"]) == (1, 0)
    assert [(issue["code"], issue["row"]) for issue in answer["issues"] if issue["level"] == "info"] == [
        ("lines_above_header", 4)
    ]


@pytest.mark.django_db
def test_cells_merged_over_several_rows_are_told(org: Organization, tmp_path: Path) -> None:
    rows = [HEADER, WON, ["A2", None, "Won", date(2026, 1, 6), 5]]
    content = workbook(("Deals", rows), edit=lambda book: book["Deals"].merge_cells("B2:B3"))
    answer = run(write(tmp_path, content, "deals.xlsx"))
    (told,) = [issue for issue in answer["issues"] if issue["code"] == "merged_cells"]
    assert "B2:B3" in told["message"]


@pytest.mark.django_db
def test_formulas_without_results_stop_the_file_and_name_the_cell(org: Organization, tmp_path: Path) -> None:
    answer = run(write(tmp_path, workbook(("Deals", [HEADER, [*WON[:4], "=1+1"]])), "deals.xlsx"))
    assert codes(answer) == ["formula_without_result"] and "E2" in answer["error"]
    assert answer["issues"][0]["row"] == 2 and not Opportunity.objects.exists()


def test_every_part_of_the_archive_is_looked_at_before_it_is_opened() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        for number in range(archive.MOST_PARTS + 1):
            book.writestr(f"xl/{number}", b"")
        book.writestr("xl/workbook.xml", b"<x/>")
    assert refusal(out.getvalue()) == "unpacks_too_large"
