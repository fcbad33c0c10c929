"""Which days a page shows and compares with."""

from datetime import date
from itertools import pairwise

import pytest

from kernel.period import FiscalCalendar, Period
from metrics.pages.periods import Choice, choose

TODAY = date(2026, 11, 21)
CALENDAR = FiscalCalendar()
FROM_FEBRUARY = FiscalCalendar(2)


def chosen(calendar: FiscalCalendar = CALENDAR, on: date = TODAY, **query: str) -> Choice:
    return choose(query, calendar=calendar, on=on, anchor=on, first=date(2024, 3, 5))


@pytest.mark.parametrize(
    ("query", "starts_on", "ends_before", "label"),
    [
        ({}, date(2026, 10, 1), date(2027, 1, 1), "Q4 2026"),
        ({"period": "month"}, date(2026, 11, 1), date(2026, 12, 1), "November 2026"),
        ({"period": "year"}, date(2026, 1, 1), date(2027, 1, 1), "2026"),
        ({"period": "2025Q3"}, date(2025, 7, 1), date(2025, 10, 1), "Q3 2025"),
        ({"period": "2025-02"}, date(2025, 2, 1), date(2025, 3, 1), "February 2025"),
        ({"period": "all"}, date(2024, 3, 5), date(2026, 11, 22), "All time"),
    ],
)
def test_a_query_names_its_days(query: dict[str, str], starts_on: date, ends_before: date, label: str) -> None:
    choice = chosen(**query)
    assert choice.period == Period(starts_on, ends_before)
    assert choice.label == label
    assert not choice.is_refused


def test_the_last_day_of_dates_of_ones_own_is_included() -> None:
    choice = chosen(**{"period": "custom", "from": "2026-01-05", "to": "2026-01-09"})
    assert choice.period == Period(date(2026, 1, 5), date(2026, 1, 10))
    assert choice.previous is not None
    assert choice.previous.period == Period(date(2025, 12, 31), date(2026, 1, 5))


@pytest.mark.parametrize(
    "query",
    [
        {"period": "2026Q9"},
        {"period": "yesterday"},
        {"period": "custom"},
        {"period": "custom", "from": "2026-05-01", "to": "2026-04-01"},
        {"period": "custom", "from": "0001-01-01", "to": "2026-04-01"},
        {"period": "custom", "from": "2026-01-01", "to": "9999-12-31"},
        {"period": "0001"},
    ],
)
def test_what_makes_no_sense_becomes_the_quarter_and_says_so(query: dict[str, str]) -> None:
    choice = chosen(**query)
    assert choice.is_refused
    assert choice.label == "Q4 2026"


def test_a_running_quarter_is_compared_with_as_many_days_of_the_earlier_ones() -> None:
    choice = chosen()
    assert choice.previous and choice.last_year
    assert choice.previous.period == Period(date(2026, 7, 1), date(2026, 8, 22))
    assert choice.last_year.period == Period(date(2025, 10, 1), date(2025, 11, 22))
    assert choice.period.starts_on + (choice.previous.period.ends_before - choice.previous.period.starts_on) == date(
        2026, 11, 22
    )


def test_a_finished_quarter_is_compared_with_whole_ones() -> None:
    choice = chosen(period="2026Q1")
    assert choice.previous and choice.last_year
    assert choice.previous.period == Period(date(2025, 10, 1), date(2026, 1, 1))
    assert choice.last_year.period == Period(date(2025, 1, 1), date(2025, 4, 1))


def test_a_short_february_does_not_reach_into_march() -> None:
    choice = chosen(on=date(2026, 3, 31), period="month")
    assert choice.previous is not None
    assert choice.previous.period == Period(date(2026, 2, 1), date(2026, 3, 1))


def test_a_fiscal_year_counts_from_its_first_month_and_is_called_after_its_last() -> None:
    choice = chosen(FROM_FEBRUARY)
    assert choice.period == Period(date(2026, 11, 1), date(2027, 2, 1))
    assert choice.label == "Q4 FY2027"
    year = chosen(FROM_FEBRUARY, period="year")
    assert (year.label, year.period.starts_on) == ("FY2027", date(2026, 2, 1))


def test_steps_lead_back_and_never_into_the_future() -> None:
    choice = chosen()
    before = choice.step(-1)
    assert before and before.label == "Q3 2026"
    assert before.step(1) is not None
    assert choice.step(1) is None


def test_a_choice_as_a_query_means_the_same_days_later() -> None:
    for query in (
        {},
        {"period": "month"},
        {"period": "all"},
        {"period": "custom", "from": "2026-01-05", "to": "2026-01-09"},
    ):
        choice = chosen(**query)
        assert chosen(**choice.query).period == choice.period


@pytest.mark.parametrize("query", [{}, {"period": "month"}, {"period": "year"}, {"period": "2026Q1"}])
def test_windows_and_the_pieces_of_the_trend_never_overlap(query: dict[str, str]) -> None:
    choice = chosen(**query)
    pieces = sorted({*choice.windows, *(piece for period in choice.run for piece in period)} - set(choice.windows[:1]))
    for periods in (choice.windows, pieces):
        for one, other in pairwise(periods):
            assert one.ends_before <= other.starts_on
    assert choice.run[-1] == [choice.period]


def test_old_data_shows_its_own_last_quarter() -> None:
    choice = choose({}, calendar=CALENDAR, on=TODAY, anchor=date(2017, 12, 31), first=date(2016, 10, 1))
    assert choice.label == "Q4 2017"
    assert not choice.is_running
