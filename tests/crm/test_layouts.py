"""Where a table begins in a file, what its columns are called, and months that stand side by side."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from crm.engine.delimited import rows_of, sample_of, separator_of
from crm.engine.elsewhere import elsewhere
from crm.engine.encoding import encoding_of, text_of
from crm.engine.layout import Layout, Line, data_rows, layout_of, letter_of
from crm.engine.months import month_of, month_table, quarter_of
from crm.engine.problem import Unreadable
from crm.models import ImportBatch, ImportRow, Opportunity, Quota
from people.jobs import jobs_work
from people.models import Organization
from tests.cast import Cast
from tests.crm.files import codes, run, write

SignIn = Callable[[str], Client]
HEAD = "opportunity_id,deal_stage,close_date,close_value\n"
ROW = "A1,Won,2026-01-05,10\n"
NAMES = {"opportunity_id", "deal_stage", "close_date", "close_value"}


def laid_out(text: str, header: int | None = None) -> Layout:
    return layout_of(sample_of(text, separator_of(text)), NAMES.__contains__, header)


@pytest.mark.parametrize(
    ("above", "line"),
    [
        ("", 1),
        ("Deals of 2026\n", 2),
        ("Deals of 2026,,,\nmade on,2026-01-31,,\n\n", 4),
        ("\n" * 5_000, 5_001),
        ("deal_stage\n", 2),
        ("Deal,,,\n", 2),
        ("sep=,\n", 2),
    ],
)
def test_the_header_is_found_below_titles_and_blank_lines(above: str, line: int) -> None:
    layout = laid_out(above + HEAD + ROW * 3)
    assert (layout.header_line, set(layout.columns)) == (line, NAMES)


def test_a_separator_that_the_file_names_is_taken() -> None:
    assert separator_of("sep=|\na,b|c\n1,5|2\n") == "|"
    assert [line.cells for line in rows_of(["sep=;\na;b\n"], ";")] == [["a", "b"]]


def test_a_header_that_is_named_counts_whatever_it_looks_like() -> None:
    assert laid_out("a,b\nc,d\n1,2\n", 2).columns == ("c", "d")
    assert laid_out(HEAD + ROW, 0).columns == ("Column A", "Column B", "Column C", "Column D")
    with pytest.raises(Unreadable, match="no_header_there"):
        laid_out(HEAD + ROW, 9)


def test_a_header_repeated_further_down_is_no_data() -> None:
    rows = data_rows(rows_of([HEAD + ROW + HEAD + ROW], ","), laid_out(HEAD + ROW))
    assert [line.number for line in rows] == [2, 4]


@pytest.mark.parametrize(("place", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_have_the_letters_of_a_spreadsheet(place: int, letter: str) -> None:
    assert letter_of(place) == letter


@pytest.mark.parametrize(
    ("heading", "month"),
    [
        ("Jan 2026", (2026, 1)),
        ("January-26", (2026, 1)),
        ("März 2026", (2026, 3)),
        ("déc. 2026", (2026, 12)),
        ("2026-03", (2026, 3)),
        ("3/2026", (2026, 3)),
        ("2026/3", (2026, 3)),
        ("2026-03-01", (2026, 3)),
        ("2026-03-01 00:00:00", (2026, 3)),
        ("2026-03-02", None),
        ("Jan", None),
        ("13/2026", None),
        ("2026", None),
        ("Mars 1", None),
        ("Total 2026", None),
    ],
)
def test_a_heading_means_a_month_or_not(heading: str, month: tuple[int, int] | None) -> None:
    assert month_of(heading) == (date(*month, 1) if month else None)


@pytest.mark.parametrize(
    ("heading", "starts_on"),
    [
        ("Q1 2017", (2017, 1, 1)),
        ("q4/17", (2017, 10, 1)),
        ("2017Q2", (2017, 4, 1)),
        ("2017-Q3", (2017, 7, 1)),
        ("3Q17", (2017, 7, 1)),
        ("Q2 FY2017", (2017, 4, 1)),
        ("T1 2017", (2017, 1, 1)),
        ("Q5 2017", None),
        ("Q1", None),
        ("Q1 1017", None),
        ("Jan 2017", None),
    ],
)
def test_a_heading_means_a_quarter_or_not(heading: str, starts_on: tuple[int, int, int] | None) -> None:
    days = quarter_of(heading)
    assert (days.starts_on if days else None) == (date(*starts_on) if starts_on else None)


def test_quarters_are_those_of_the_fiscal_year() -> None:
    days = quarter_of("Q1 2017", year_start=4)
    assert days and (days.starts_on, days.ends_before) == (date(2016, 4, 1), date(2016, 7, 1))


def test_quarters_as_columns_become_rows_and_do_not_mix_with_months() -> None:
    table = month_table(Layout(1, ("person", "Q1 2017", "Q2 2017")))
    assert table is not None
    assert table.layout.columns == ("person", "Quarter", "Quarter after", "Value")
    rows = [line.cells for line in table.rows([Line(2, ["Ann", "100", "-"]), Line(3, ["Ben", "1", "2"])])]
    assert rows == [
        ["Ann", "2017-01-01", "2017-04-01", "100"],
        ["Ben", "2017-01-01", "2017-04-01", "1"],
        ["Ben", "2017-04-01", "2017-07-01", "2"],
    ]
    assert month_table(Layout(1, ("person", "Q1 2017", "Q2 2017", "Jan 2017", "Feb 2017"))) is None
    assert month_table(Layout(1, ("person", "Q1 2017"))) is None


@given(st.lists(st.lists(st.sampled_from(["", "-", "5", "7.5", "NULL"]), min_size=3, max_size=3), max_size=8))
def test_months_as_columns_lose_no_value_and_invent_none(table: list[list[str]]) -> None:
    layout = Layout(1, ("person", "2026-01", "team", "Dec 2026", "Feb 2026"))
    months = month_table(layout)
    assert months is not None
    lines = [Line(number, [f"P{number}", a, "T", b, c]) for number, (a, b, c) in enumerate(table, 2)]
    wanted = {
        (f"P{number}", "T", start, value)
        for number, cells in enumerate(table, 2)
        for start, value in zip(["2026-01-01", "2026-12-01", "2026-02-01"], cells, strict=True)
        if value not in {"", "-", "NULL"}
    }
    made = list(months.rows(lines))
    assert {(line.cells[0], line.cells[1], line.cells[2], line.cells[4]) for line in made} == wanted
    assert len(made) == len(wanted) == len({(line.number, line.part) for line in made})
    assert {line.cells[3] for line in made if line.cells[2] == "2026-12-01"} <= {"2027-01-01"}


def test_one_month_or_the_same_one_twice_is_no_table_of_months() -> None:
    assert month_table(Layout(1, ("person", "Jan 2026"))) is None
    assert month_table(Layout(1, ("person", "Jan 2026", "2026-01", "Feb 2026"))) is None


def test_few_strange_bytes_among_umlauts_are_named_by_their_line() -> None:
    content = b"name\n" + "Jürgen Köln\n".encode() * 50 + "Müller\n".encode("cp1252")
    with pytest.raises(Unreadable) as caught:
        encoding_of([content[:40], content[40:]])
    assert (caught.value.code, caught.value.params) == ("mixed_encoding", {"row": 52})


def test_a_file_of_two_halves_in_two_encodings_is_refused() -> None:
    content = b"name\n" + "Jürgen Köln\n".encode() + "Müller Käse\n".encode("cp1252")
    with pytest.raises(Unreadable) as caught:
        encoding_of([content])
    assert (caught.value.code, caught.value.params) == ("mixed_encoding", {"row": 3})


@pytest.mark.parametrize("text", ["„MENÜ“ für Köln\n", "厦门大学销售部\n", "Отдел продаж\n", "営業部門の目標\n"])
def test_signs_that_look_like_utf8_by_chance_are_read_all_the_same(text: str) -> None:
    codec = next(each for each in ("cp1252", "cp1251", "shift_jis", "gb18030") if _fits(text, each))
    assert encoding_of([b"name\n" + text.encode(codec) * 40]) != "utf-8"


def _fits(text: str, codec: str) -> bool:
    try:
        return text.encode(codec) != b""
    except UnicodeEncodeError:
        return False


@pytest.mark.parametrize(
    ("codec", "text"),
    [("cp1252", "1.234,56 € für Köln\n"), ("latin-1", "für Köln\n"), ("iso8859-15", "5 € für Köln\n")],
)
def test_one_byte_encodings_keep_their_euro(codec: str, text: str) -> None:
    content = ("name\n" + text * 3).encode(codec)
    assert "".join(text_of([content], encoding_of([content]))) == "name\n" + text * 3


def test_blank_lines_without_end_do_not_hide_the_rest() -> None:
    content = [b"\n" * 100_000, b"a,b\n", "J\u00fcrgen,1\n".encode()]
    assert encoding_of(content) == "utf-8"


def test_who_looked_after_which_territory_is_told_apart_from_people() -> None:
    assert elsewhere(["sales_person_id", "territory_id", "start_date", "end_date"]) == "territories_not_imported"
    assert elsewhere(["sales_person_id", "name", "hire_date", "territory"]) is None
    assert elsewhere(["name", "territory", "start_date", "email"]) is None


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["person", "opportunity", "account"])
def test_a_history_of_territories_is_answered_and_not_imported(org: Organization, tmp_path: Path, kind: str) -> None:
    content = "sales_person_id,territory_id,start_date,end_date\n275,2,2011-05-31,2012-11-29\n275,3,2012-11-30,\n"
    answer = run(write(tmp_path, content), kind)
    assert codes(answer) == ["territories_not_imported"] and "not imported" in answer["error"]
    assert not ImportBatch.objects.filter(state="applied").exists()


@pytest.mark.django_db
def test_without_a_header_the_columns_are_named_by_letter(org: Organization, tmp_path: Path) -> None:
    path = write(tmp_path, "A1,Won,2026-01-05,10\nA2,Won,2026-01-06,20\n")
    refused = run(path)
    assert codes(refused) == ["no_column_without_header"] and "Column A" in refused["error"]
    mapping = write(tmp_path, "columns: {id: A, stage: b, closed_on: Column C, amount: D}", "m.yaml")
    answer = run(path, mapping=str(mapping))
    assert (answer["created"], "no_header" in codes(answer)) == (2, True)
    assert sorted(Opportunity.objects.values_list("amount", flat=True)) == [10, 20]


@pytest.mark.django_db
def test_a_number_that_can_be_read_either_way_is_told_with_its_line(org: Organization, tmp_path: Path) -> None:
    answer = run(write(tmp_path, HEAD + "A1,Won,2026-01-05,\nA2,Won,2026-01-05,1.234\n"))
    (told,) = [issue for issue in answer["issues"] if issue["code"] == "ambiguous_amounts"]
    assert (told["row"], told["field"], told["value"]) == (3, "amount", "1.234")
    assert "decimal point" in told["message"] and "close_value" in told["message"]
    mapping = write(tmp_path, 'amounts: "1.234,56"', "m.yaml")
    again = run(tmp_path / "deals.csv", mapping=str(mapping))
    assert "ambiguous_amounts" not in codes(again) and again["updated"] == 1
    assert Opportunity.objects.get(external_id="A2").amount == 1234


@pytest.mark.django_db
def test_short_lines_are_told(org: Organization, tmp_path: Path) -> None:
    answer = run(write(tmp_path, HEAD + ROW + "A2,Won\n"))
    (told,) = [issue for issue in answer["issues"] if issue["code"] == "short_lines"]
    assert (told["row"], told["count"], answer["created"]) == (3, 1, 2)


@pytest.mark.django_db
def test_a_sheet_of_months_is_taken_for_quotas_and_shown_row_by_row(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("ada")
    content = "person,Jan 2026,Feb 2026,Mar 2026\nAlice,100,200,-\nCarol,300,,many\n"
    client.post("/imports/new/", {"file": SimpleUploadedFile("q.csv", content.encode()), "source": "crm"})
    batch = ImportBatch.objects.get()
    page = client.get(f"/imports/{batch.pk}/columns/")
    form = page.context["form"]
    assert form.shape.kind == "quota"
    assert {row.column.name: row.field.value() for row in form.column_rows} == {
        "person": "person", "Month": "starts_on", "Month after": "ends_before", "Value": "amount"
    }  # fmt: skip
    assert any("Jan 2026, Feb 2026, Mar 2026" in note for note in page.context["notes"])
    values = {name: value for name in form.fields if (value := form[name].value()) and value is not True}
    client.post(f"/imports/{batch.pk}/columns/", values)
    jobs_work(cast.organization.pk)
    batch.refresh_from_db()
    assert (batch.created, batch.refused) == (3, 1)
    (told,) = batch.issues.filter(level="error")
    assert (told.row, told.code) == (3, "invalid_amount")
    kept = ImportRow.objects.filter(batch=batch).order_by("pk").values_list("number", "raw")
    assert list(kept)[:2] == [
        (2, ["Alice", "2026-01-01", "2026-02-01", "100"]),
        (2, ["Alice", "2026-02-01", "2026-03-01", "200"]),
    ]


@pytest.mark.django_db
def test_an_upload_sent_twice_from_one_form_is_one_upload(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("ada")
    key = client.get("/imports/new/").context["form"]["key"].value()

    def send(content: str) -> str:
        file = SimpleUploadedFile("deals.csv", content.encode())
        return str(client.post("/imports/new/", {"file": file, "source": "crm", "key": key})["Location"])

    assert send(HEAD + ROW) == send(HEAD + ROW)
    assert ImportBatch.objects.count() == 1
    assert send(HEAD + ROW + "A2,Won,2026-01-05,10\n").endswith("/columns/")
    assert ImportBatch.objects.count() == 2


@pytest.mark.django_db
def test_sheet_and_header_are_chosen_on_the_page(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("ada")
    client.post("/imports/new/", {"file": SimpleUploadedFile("a.csv", (HEAD + ROW).encode()), "source": "crm"})
    batch = ImportBatch.objects.get()
    page = client.get(f"/imports/{batch.pk}/columns/", {"kind": "opportunity", "header": "none"})
    assert [row.column.name for row in page.context["form"].column_rows][:2] == ["Column A", "Column B"]
    assert any("no line with column names" in note for note in page.context["notes"])
    back = client.get(f"/imports/{batch.pk}/columns/", {"header": "9", "sheet": ""}, follow=True)
    assert back.redirect_chain and back.status_code == 200


@pytest.mark.django_db
def test_a_file_of_quarters_becomes_quotas_of_the_fiscal_quarters(cast: Cast, tmp_path: Path) -> None:
    cast.organization.fiscal_year_start = 4
    cast.organization.save()
    path = write(tmp_path, "person,Q1 2026,Q2 2026\nAlice Ames,100,200\n", "quotas.csv")
    answer = run(path, "quota", organization=cast.organization.slug)
    assert (answer["created"], answer["error"]) == (2, "")
    found = Quota.objects.order_by("starts_on").values_list("starts_on", "ends_before", "amount")
    assert [(start, end, int(amount)) for start, end, amount in found] == [
        (date(2025, 4, 1), date(2025, 7, 1), 100),
        (date(2025, 7, 1), date(2025, 10, 1), 200),
    ]
    assert "quarters_as_columns" in codes(answer)
