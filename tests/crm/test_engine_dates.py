from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import from_excel

from crm.engine.dates import DateOrder, date_column, parse_date

DAYS = st.dates(date(1970, 1, 1), date(2069, 12, 31))
DAY, MONTH = DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2017-03-01", date(2017, 3, 1)),
        ("2017-03-01 00:00:00", date(2017, 3, 1)),
        ("2017-03-01T23:59:59.999Z", date(2017, 3, 1)),
        ("2017/3/1", date(2017, 3, 1)),
        ("20170301", date(2017, 3, 1)),
        ("1 Mar 2017", date(2017, 3, 1)),
        ("March 1, 2017", date(2017, 3, 1)),
        ("Wednesday, March 1, 2017", date(2017, 3, 1)),
        ("01-MRZ-17", date(2017, 3, 1)),
        ("1. März 2017", date(2017, 3, 1)),
        ("2017-Mar-01", date(2017, 3, 1)),
        ("29/02/2016", date(2016, 2, 29)),
        ("1/2/69", date(2069, 2, 1)),
        ("1/2/70", date(1970, 2, 1)),
        ("31/12/2017 3:04 PM", date(2017, 12, 31)),
    ],
)
def test_a_date_is_read_as_people_and_programs_write_it(text: str, wanted: date) -> None:
    assert parse_date(text, DAY) == wanted


@pytest.mark.parametrize(
    "text", ["31/02/2017", "2017-02-30", "hello", "12345", "00000000", "1/1/1800", "1/1/2300", "13", ""]
)
def test_what_is_no_day_is_no_date(text: str) -> None:
    assert parse_date(text, DAY) is None


def test_the_order_decides_between_two_days() -> None:
    assert parse_date("01/03/2017", DAY) == date(2017, 3, 1)
    assert parse_date("01/03/2017", MONTH) == date(2017, 1, 3)
    assert parse_date("17/03/01", DateOrder.YEAR_FIRST) == date(2017, 3, 1)


@pytest.mark.parametrize(
    ("values", "is_asked", "order"),
    [
        (["01/03/2017", "25/03/2017"], False, DAY),
        (["01/03/2017", "03/25/2017"], False, MONTH),
        (["01/03/2017", "02/04/2017"], True, None),
        (["01/03/2017", "25/03/2017", "03/25/2017"], True, None),
        (["05/05/2017", "06/06/2017"], False, DAY),
        (["01.03.2017", "02.03.2017"], False, DAY),
        (["2017-03-01", "2017-03-02"], False, DAY),
        (["01.03.2017", "02/04/2017"], True, None),
        (["25.03.2017", "02/04/2017"], True, None),
        (["25.03.2017", "02/25/2017"], False, MONTH),
        (["03.25.2017", "12.31.2017"], False, DAY),
        (["03.25.2017", "01.05.2017"], True, DAY),
    ],
)
def test_a_column_decides_its_order_or_is_asked_about(
    values: list[str], is_asked: bool, order: DateOrder | None
) -> None:
    column = date_column(values)
    assert (column.is_asked, column.order) == (is_asked, order)


@given(DAYS)
def test_every_day_is_read_back_from_every_way_of_writing_it(day: date) -> None:
    for pattern in ("%Y-%m-%d", "%Y%m%d", "%d %b %Y", "%B %d, %Y", "%d.%m.%Y", "%d/%m/%y"):
        assert parse_date(day.strftime(pattern), DAY) == day
    assert parse_date(day.strftime("%m/%d/%Y"), MONTH) == day


@given(st.lists(DAYS, min_size=1, max_size=30))
def test_a_column_that_is_not_asked_about_is_read_right(days: list[date]) -> None:
    texts = [day.strftime("%m/%d/%Y") for day in days]
    column = date_column(texts)
    if not column.is_asked:
        assert [parse_date(text, column.order) for text in texts] == days


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(text: str) -> None:
    for order in (*DateOrder, None):
        parse_date(text, order)
    date_column([text])


@given(st.integers(18_264, 73_050), st.sampled_from(["", ".5", ",25"]))
def test_day_numbers_of_spreadsheets_are_the_days_that_a_spreadsheet_library_says(number: int, rest: str) -> None:
    assert parse_date(f"{number}{rest}", None) == from_excel(number).date()


@pytest.mark.parametrize("text", ["18263", "73051", "99999", "1234", "440000", "44562a"])
def test_other_numbers_are_no_days(text: str) -> None:
    assert parse_date(text, None) is None


def test_a_column_counts_its_day_numbers() -> None:
    column = date_column(["2026-01-31", "46027", "soon"])
    assert (column.filled, column.dates, column.serials) == (3, 2, 1)


def read_as_answered(values: list[str], answer: DateOrder) -> list[date | None]:
    """What an import makes of a column when somebody answered."""
    column = date_column(values)
    return [parse_date(value, column.order or answer, column.dotted or answer) for value in values]


@pytest.mark.parametrize(
    ("values", "days"),
    [
        (["05.01.2026", "05/01/2026"], [date(2026, 1, 5), date(2026, 5, 1)]),
        (["05.01.2026", "05-01-2026", "05/13/2026"], [date(2026, 1, 5), date(2026, 5, 1), date(2026, 5, 13)]),
        (["05.01.2026", "05.13.2026"], [date(2026, 5, 1), date(2026, 5, 13)]),
        (["05.01.2026", "05.13.2026", "13.05.2026"], [date(2026, 5, 1), date(2026, 5, 13), None]),
    ],
)
def test_month_first_is_the_answer_for_what_was_asked_only(values: list[str], days: list[date | None]) -> None:
    assert read_as_answered(values, MONTH) == days


@given(st.lists(st.tuples(DAYS, st.booleans()), min_size=1, max_size=30), st.sampled_from([DAY, MONTH]))
def test_dots_are_day_first_whatever_stands_beside_them(days: list[tuple[date, bool]], answer: DateOrder) -> None:
    slashes = "%d/%m/%Y" if answer is DAY else "%m/%d/%Y"
    texts = [day.strftime("%d.%m.%Y" if is_dotted else slashes) for day, is_dotted in days]
    assert read_as_answered(texts, answer) == [day for day, _is_dotted in days]
