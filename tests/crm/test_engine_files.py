"""Encodings, separators, headers, rows."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.engine.delimited import rows_of, sample_of, separator_of
from crm.engine.encoding import encoding_of, text_of
from crm.engine.guess import knows_column
from crm.engine.layout import Layout, data_rows, layout_of
from crm.engine.problem import Unreadable
from crm.intake.sources import source_open
from crm.kinds.base import shapes
from tests.crm.files import DEALS, ROWS
from tests.crm.files import text_of as csv_text

TEXT = "name,stadt\nJürgen,Köln\nŻaneta,Łódź\n"
LATIN = "name,stadt\nJürgen,Köln\nZoë,“Paris”\n"
CELLS = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=12).map(str.strip)


def laid_out(text: str) -> Layout:
    return layout_of(sample_of(text, separator_of(text)), lambda name: knows_column(name, shapes()))


def pieces(content: bytes, size: int = 7) -> list[bytes]:
    return [content[start : start + size] for start in range(0, len(content), size)]


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_every_unicode_encoding_is_found_with_and_without_a_mark(codec: str) -> None:
    content = (TEXT * 5).encode(codec)
    assert "".join(text_of(pieces(content), encoding_of(pieces(content)))).lstrip("\ufeff") == TEXT * 5


def test_windows_texts_keep_their_signs() -> None:
    content = LATIN.encode("cp1252")
    assert encoding_of(pieces(content)) == "cp1252"
    assert "".join(text_of(pieces(content), "cp1252")) == LATIN


def test_one_byte_that_is_not_utf8_at_the_very_end_decides_the_whole_file() -> None:
    assert encoding_of([b"name\n" + b"plain\n" * 50_000, b"K\xf6ln\n"]) == "cp1252"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_separator_is_found(separator: str) -> None:
    text = csv_text(DEALS, ROWS, separator)
    assert separator_of(text) == separator


def test_decimal_commas_do_not_hide_the_semicolon() -> None:
    assert separator_of("name;amount\nA;1,5\nB;2,5\nC;3,25\n") == ";"


def test_a_header_is_told_from_data() -> None:
    assert laid_out("sales_agent,manager\nAnn,Bob\n").has_header
    assert not laid_out("A1,2026-01-01,100\nA2,2026-01-02,50\n").has_header
    assert laid_out("A1,2026-01-01,100\n").columns == ("Column A", "Column B", "Column C")


def test_repeated_and_empty_column_names_get_a_name_of_their_own() -> None:
    assert laid_out("name,name,,x\na,b,c,d\n").columns == ("name", "name (2)", "Column C", "x")


def test_rows_know_the_line_they_begin_on() -> None:
    text = 'id,note\nA,"two\nlines"\n\n\nB,one\n'
    assert [(line.number, line.cells) for line in data_rows(rows_of([text], ","), laid_out(text))] == [
        (2, ["A", "two\nlines"]),
        (6, ["B", "one"]),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_one(end: str) -> None:
    text = end.join(["a,b", "1,2", "3,4", ""])
    assert [line.cells for line in rows_of([text[:4], text[4:]], ",")] == [["a", "b"], ["1", "2"], ["3", "4"]]


def test_a_quotation_mark_that_is_never_closed_is_named_with_its_line() -> None:
    with pytest.raises(Unreadable) as caught:
        list(rows_of(['id,note\nA,ok\nB,"open\nC,rest\nD,rest\n'], ","))
    assert (caught.value.code, caught.value.params) == ("open_quote", {"row": 3})


def test_inches_are_no_quotation() -> None:
    assert [line.cells for line in rows_of(['id,size\nA,5"\nB,7\n'], ",")][1:] == [["A", '5"'], ["B", "7"]]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=15), st.integers(1, 40))
def test_rows_survive_any_cut_of_the_text(rows: list[list[str]], size: int) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    text = out.getvalue()
    cut = [text[start : start + size] for start in range(0, len(text), size)]
    assert [line.cells for line in rows_of(cut, ",")] == [row for row in rows if any(row)]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    try:
        encoding = encoding_of([content])
        text = "".join(text_of([content], encoding))
        list(data_rows(rows_of([text], separator_of(text)), laid_out(text)))
    except Unreadable as refused:
        assert refused.code
    assert shapes()


def counted_slowly(text: str, separator: str) -> list[tuple[int, list[str]]]:
    """The rows with anything in them and the line each begins on, by the csv module line by line."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    found, start = [], 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            found.append((start, cells))
        start = reader.line_num + 1
    return found


BLANKS = st.tuples(st.sampled_from(["\n", "\r\n", " \n", ";;\n"]), st.integers(0, 40))
PARTS = st.lists(st.one_of(st.lists(CELLS, min_size=2, max_size=3), BLANKS), min_size=1, max_size=12)


@settings(deadline=None)
@given(PARTS, st.integers(1, 400))
def test_runs_of_blank_lines_are_stepped_over_and_counted(parts: list[list[str] | tuple[str, int]], size: int) -> None:
    text = "id;note\n"
    for part in parts:
        quoted = [f'"{cell.replace(chr(34), chr(34) * 2)}\n"' for cell in part] if isinstance(part, list) else []
        text += ";".join(quoted) + "\n" if isinstance(part, list) else part[0] * part[1]
    cut = [text[start : start + size] for start in range(0, len(text), size)]
    assert [(line.number, line.cells) for line in rows_of(cut, ";")] == counted_slowly(text, ";")


@pytest.mark.parametrize("size", [100, 65_536])
def test_a_header_below_thousands_of_blank_lines_is_found_with_its_line(size: int) -> None:
    content = b"\n" * 5_000 + b" , \n" * 5_000 + b"id,stage\nA1,Won\n"
    source = source_open(lambda: pieces(content, size))
    assert [(line.number, line.cells) for line in source.sample()] == [
        (10_001, ["id", "stage"]),
        (10_002, ["A1", "Won"]),
    ]
    assert [line.number for line in source.rows()] == [10_001, 10_002]


def test_a_byte_of_another_encoding_below_many_blank_lines_is_named_with_its_line() -> None:
    content = b"\n" * 200_000 + "id,name\nA1,Käse Süßé\nA2,".encode() + b"\xfc\n"
    with pytest.raises(Unreadable) as refused:
        encoding_of(pieces(content, 65_536))
    assert (refused.value.code, refused.value.params["row"]) == ("mixed_encoding", 200_003)
