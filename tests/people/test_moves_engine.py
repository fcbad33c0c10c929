"""Lines of a sheet are read from whatever a spreadsheet gives, and nothing anybody typed is lost."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from people.engine.moves import (
    COLUMNS,
    LONGEST,
    Line,
    UnreadableFile,
    address_of,
    day_of,
    lines_of_bytes,
    lines_of_text,
    numbered,
    understood,
)


def test_pasted_cells_without_headings_are_in_the_order_of_the_columns() -> None:
    [line] = lines_of_text("Zoe Zahn\tjoins\t2026-07-01\tNorth\trep\tBob Brand\t\tfrom the agency\n")
    assert line == Line(1, "Zoe Zahn", "joins", "2026-07-01", "North", "rep", "Bob Brand", "", "from the agency")


def test_headings_put_columns_in_order_and_unknown_ones_are_left_out() -> None:
    [line] = lines_of_text("Date;Employee;Shoe size;Action;Deals to\n1.7.2026;Zoe Zahn;38;leaver;Bob Brand\n")
    assert line == Line(2, person="Zoe Zahn", what="leaver", on="1.7.2026", heir="Bob Brand")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_files_of_every_usual_encoding_are_read(encoding: str) -> None:
    content = "person,what,on\r\nJörg Müller,joins,2026-07-01\r\n".encode(encoding)
    assert [line.person for line in lines_of_bytes(content)] == ["Jörg Müller"]


@pytest.mark.parametrize("content", [b"PK\x03\x04workbook", b"\xd0\xcf\x11\xe0old", b"\xff\xfe\x00\xd8\x00"])
def test_a_workbook_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableFile):
        lines_of_bytes(content)


def test_blank_lines_are_left_out_and_quoted_cells_kept_whole() -> None:
    found = lines_of_text('\n,,,\n"Zahn, Zoe",joins,2026-07-01,"North, upper"\n\n')
    assert [(line.person, line.team) for line in found] == [("Zahn, Zoe", "North, upper")]
    assert lines_of_text("") == lines_of_text("\n\n;;\n") == []


@pytest.mark.parametrize(
    ("text", "day", "problem"),
    [
        ("2026-07-01", date(2026, 7, 1), ""),
        ("2026-7-1", date(2026, 7, 1), ""),
        ("2026-07-01 00:00:00", date(2026, 7, 1), ""),
        ("1.7.2026", date(2026, 7, 1), ""),
        ("1 July 2026", date(2026, 7, 1), ""),
        ("July 1, 2026", date(2026, 7, 1), ""),
        ("1. März 2026", date(2026, 3, 1), ""),
        ("13/7/2026", date(2026, 7, 13), ""),
        ("7/13/2026", date(2026, 7, 13), ""),
        ("7/7/2026", date(2026, 7, 7), ""),
        ("3/4/2026", None, "day_ambiguous"),
        ("2026-02-30", None, "day_unreadable"),
        ("0001-01-01", None, "day_unreadable"),
        ("9999-12-31", None, "day_unreadable"),
        ("soon", None, "day_unreadable"),
        ("1 Foo 2026", None, "day_unreadable"),
        ("", None, "day_missing"),
    ],
)
def test_days_are_read_as_people_write_them(text: str, day: date | None, problem: str) -> None:
    assert day_of(text) == (day, problem)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Zoe Zahn", ("Zoe Zahn", "")),
        ("Zoe Zahn <Zoe@Acme.example>", ("Zoe Zahn", "zoe@acme.example")),
        ("zoe@acme.example", ("", "zoe@acme.example")),
        ("<zoe@acme.example>", ("", "zoe@acme.example")),
    ],
)
def test_a_name_may_carry_an_address(text: str, found: tuple[str, str]) -> None:
    assert address_of(text) == found


def test_what_is_missing_or_senseless_is_said_all_at_once() -> None:
    assert understood(Line(1, "", "dances", "soon", role="king")).problems == (
        "what",
        "person_missing",
        "day_unreadable",
        "role",
    )
    assert understood(Line(1, "Zoe", "Hired", "2026-07-01", role="Team lead")).role == "manager"


CELLS = st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=30)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(*[CELLS] * len(COLUMNS)), max_size=5))
def test_whatever_stands_in_the_cells_comes_back(rows: list[tuple[str, ...]]) -> None:
    plain = [tuple(" ".join(cell.replace('"', "").split()) for cell in row) for row in rows]
    text = "\t".join(COLUMNS) + "\n" + "".join("\t".join(row) + "\n" for row in plain)
    assert [line.cells() for line in lines_of_text(text)] == [row for row in plain if any(row)]


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading(text: str) -> None:
    for line in numbered(lines_of_text(text)):
        assert all(len(cell) <= LONGEST[name] for name, cell in zip(COLUMNS, line.cells(), strict=True))
        understood(line)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reading(content: bytes) -> None:
    with suppress(UnreadableFile):
        lines_of_bytes(content)
