from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.period import FiscalCalendar, Grain, Period, PeriodError, add_months

days = st.dates(date(1995, 1, 1), date(2045, 12, 31))
grains = st.sampled_from(list(Grain))
calendars = st.builds(FiscalCalendar, st.integers(1, 12), st.integers(0, 6))
JANUARY, FEBRUARY, SUNDAY = FiscalCalendar(), FiscalCalendar(2), FiscalCalendar(week_start=6)
MARCH = Period(date(2017, 3, 1), date(2017, 4, 1))


def test_a_period_is_half_open():
    assert MARCH.days() == 31
    assert MARCH.last_day == date(2017, 3, 31)
    assert MARCH.contains(date(2017, 3, 1)) and not MARCH.contains(date(2017, 4, 1))
    assert list(Period(date(2017, 3, 1), date(2017, 3, 3)).dates()) == [date(2017, 3, 1), date(2017, 3, 2)]
    assert str(MARCH) == "[2017-03-01, 2017-04-01)"


@pytest.mark.parametrize("end", [date(2017, 3, 1), date(2017, 2, 28)])
def test_a_period_without_a_day_does_not_exist(end):
    with pytest.raises(PeriodError, match="at least one day"):
        Period(date(2017, 3, 1), end)


def test_neighbours_share_no_day():
    april = Period(date(2017, 4, 1), date(2017, 5, 1))
    assert MARCH.intersect(april) is None
    assert MARCH.shift(5).intersect(MARCH) == Period(date(2017, 3, 6), date(2017, 4, 1))
    assert MARCH.contains(MARCH) and not MARCH.contains(april)


LABELS = [
    (JANUARY, "day", "2017-03-01", "2017-03-01", "2017-03-01", "2017-03-02"),
    (JANUARY, "week", "2017-03-01", "2017-02-27", "2017-02-27", "2017-03-06"),
    (SUNDAY, "week", "2017-03-01", "2017-02-26", "2017-02-26", "2017-03-05"),
    (JANUARY, "two_weeks", "2017-03-01", "2017-02-20+2W", "2017-02-20", "2017-03-06"),
    (JANUARY, "half_month", "2017-03-15", "2017-03-A", "2017-03-01", "2017-03-16"),
    (JANUARY, "half_month", "2017-03-16", "2017-03-B", "2017-03-16", "2017-04-01"),
    (JANUARY, "month", "2017-03-01", "2017-03", "2017-03-01", "2017-04-01"),
    (JANUARY, "quarter", "2017-03-31", "2017Q1", "2017-01-01", "2017-04-01"),
    (FEBRUARY, "quarter", "2017-01-31", "2017Q4", "2016-11-01", "2017-02-01"),
    (FEBRUARY, "quarter", "2017-02-01", "2018Q1", "2017-02-01", "2017-05-01"),
    (JANUARY, "half", "2017-07-01", "2017H2", "2017-07-01", "2018-01-01"),
    (FEBRUARY, "half", "2016-02-01", "2017H1", "2016-02-01", "2016-08-01"),
    (JANUARY, "year", "2017-12-31", "2017", "2017-01-01", "2018-01-01"),
    (FEBRUARY, "year", "2016-02-01", "2017", "2016-02-01", "2017-02-01"),
]


@pytest.mark.parametrize(("calendar", "grain", "day", "label", "start", "end"), LABELS)
def test_a_day_belongs_to_a_period_with_a_label(calendar, grain, day, label, start, end):
    period = calendar.period_of(grain, date.fromisoformat(day))
    assert period == Period(date.fromisoformat(start), date.fromisoformat(end))
    assert calendar.label(grain, date.fromisoformat(day)) == label


@pytest.mark.parametrize(
    ("label", "start", "end"),
    [
        ("2017-W09", "2017-02-27", "2017-03-06"),
        ("2020-W53", "2020-12-28", "2021-01-04"),
        ("2017-W01", "2017-01-02", "2017-01-09"),
    ],
)
def test_a_week_is_read_by_its_number(label, start, end):
    assert JANUARY.parse(label) == (Grain.WEEK, Period(date.fromisoformat(start), date.fromisoformat(end)))


@pytest.mark.parametrize(
    "label",
    ["", "2017Q5", "2017-13", "2017-W53", "2017-W00", "March", "2017-03-C", "2017-02-30", "2017-02-28+2W", "2017H3"],
)
def test_a_label_that_names_nothing_is_refused(label):
    with pytest.raises(PeriodError):
        JANUARY.parse(label)


@pytest.mark.parametrize(
    "settings", [{"fiscal_year_start_month": 0}, {"fiscal_year_start_month": 13}, {"week_start": 7}]
)
def test_an_impossible_calendar_is_refused(settings):
    with pytest.raises(PeriodError):
        FiscalCalendar(**settings)


def test_a_label_belongs_only_to_a_period_of_the_calendar():
    with pytest.raises(PeriodError, match="no quarter"):
        JANUARY.label_of("quarter", MARCH)


def test_periods_between_are_whole_and_in_order():
    found = JANUARY.periods_between("month", date(2017, 1, 31), date(2017, 3, 1))
    assert [JANUARY.label_of("month", period) for period in found] == ["2017-01", "2017-02"]
    assert JANUARY.periods_between("month", date(2017, 3, 1), date(2017, 3, 1)) == []


def test_the_period_before_and_after_and_a_year_ago():
    quarter = JANUARY.period("2017Q1")
    assert JANUARY.previous("quarter", quarter) == JANUARY.period("2016Q4")
    assert JANUARY.next("quarter", quarter) == JANUARY.period("2017Q2")
    assert JANUARY.same_period_last_year("quarter", quarter) == JANUARY.period("2016Q1")
    assert JANUARY.same_period_last_year("day", JANUARY.period("2016-02-29")).starts_on == date(2015, 2, 28)
    week = JANUARY.period("2017-W09")
    assert JANUARY.same_period_last_year("week", week).starts_on == week.starts_on - timedelta(days=364)


@pytest.mark.parametrize(
    ("day", "months", "result"),
    [("2017-01-31", 1, "2017-02-28"), ("2016-03-31", -1, "2016-02-29"), ("2017-12-15", 2, "2018-02-15")],
)
def test_months_are_added_up_to_the_end_of_a_short_month(day, months, result):
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(result)


@given(calendars, grains, days)
def test_every_day_lies_in_exactly_one_period_whose_label_names_it(calendar, grain, day):
    period = calendar.period_of(grain, day)
    assert period.contains(day)
    assert all(calendar.period_of(grain, edge) == period for edge in (period.starts_on, period.last_day))
    label = calendar.label_of(grain, period)
    if grain is Grain.WEEK:
        assert label == period.starts_on.isoformat()
    else:
        assert calendar.parse(label) == (grain, period)


@given(calendars, grains, days)
def test_neighbouring_periods_touch(calendar, grain, day):
    period = calendar.period_of(grain, day)
    assert calendar.next(grain, period).starts_on == period.ends_before
    assert calendar.previous(grain, period).ends_before == period.starts_on


@given(calendars, st.integers(1996, 2040), st.integers(1, 52))
def test_a_numbered_week_starts_on_the_first_day_of_the_week(calendar, year, number):
    period = calendar.period(f"{year}-W{number:02d}")
    assert period.days() == 7
    assert period.starts_on.weekday() == calendar.week_start
