from datetime import date

import pytest

from kernel.period import Grain, Period, PeriodError
from kernel.table_calendar import DatedPeriod, TableCalendar, four_four_five

YEARS = TableCalendar(
    [*four_four_five(2023, date(2022, 1, 31), weeks=52), *four_four_five(2024, date(2023, 1, 30), weeks=53)]
)


def test_a_quarter_is_cut_four_four_five():
    months = YEARS.periods_between("month", date(2022, 1, 31), date(2022, 5, 2))
    assert [month.days() // 7 for month in months] == [4, 4, 5]
    assert YEARS.label("quarter", date(2022, 5, 1)) == "2023Q1"


def test_the_fifty_third_week_lengthens_the_last_month():
    assert YEARS.period("2024-12").days() == 6 * 7
    assert YEARS.period("2024").days() == 53 * 7
    assert YEARS.period("2024H2").ends_before == YEARS.period("2024Q4").ends_before == date(2024, 2, 5)


def test_periods_of_every_grain_touch_and_have_labels():
    for grain in (Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.HALF, Grain.YEAR):
        periods = YEARS.periods_between(grain, date(2022, 1, 31), date(2024, 2, 5))
        assert periods[0].starts_on == date(2022, 1, 31)
        assert periods[-1].ends_before == date(2024, 2, 5)
        for period in periods:
            assert YEARS.parse(YEARS.label_of(grain, period)) == (grain, period)


def test_a_day_is_a_day_in_every_calendar():
    day = Period(date(2023, 5, 1), date(2023, 5, 2))
    assert YEARS.parse("2023-05-01") == (Grain.DAY, day)
    assert YEARS.label_of("day", day) == "2023-05-01"
    assert YEARS.same_period_last_year("day", day).starts_on == date(2022, 5, 2)


def test_a_year_ago_is_the_same_place_in_the_year_before():
    assert YEARS.same_period_last_year("month", YEARS.period("2024-03")) == YEARS.period("2023-03")
    with pytest.raises(PeriodError, match="add its period"):
        YEARS.same_period_last_year("week", YEARS.period("2024-W53"))


@pytest.mark.parametrize("day", [date(2022, 1, 30), date(2024, 2, 5)])
def test_a_day_outside_the_table_has_no_period(day):
    with pytest.raises(PeriodError, match="has no month"):
        YEARS.period_of("month", day)


def test_a_day_in_a_hole_of_the_table_has_no_period():
    rows = [
        DatedPeriod(Grain.MONTH, "one", Period(date(2017, 1, 1), date(2017, 1, 10)), 2017),
        DatedPeriod(Grain.MONTH, "two", Period(date(2017, 1, 20), date(2017, 2, 1)), 2017),
    ]
    with pytest.raises(PeriodError, match="has no month"):
        TableCalendar(rows).period_of("month", date(2017, 1, 15))


@pytest.mark.parametrize(
    ("label", "start", "words"), [("two", date(2017, 1, 5), "overlaps"), ("one", date(2017, 1, 10), "called one")]
)
def test_a_table_with_overlaps_or_repeated_labels_is_refused(label, start, words):
    rows = [
        DatedPeriod(Grain.MONTH, "one", Period(date(2017, 1, 1), date(2017, 1, 10)), 2017),
        DatedPeriod(Grain.MONTH, label, Period(start, date(2017, 2, 1)), 2017),
    ]
    with pytest.raises(PeriodError, match=words):
        TableCalendar(rows)


@pytest.mark.parametrize("label", ["2030-01", "soon"])
def test_a_label_outside_the_table_is_refused(label):
    with pytest.raises(PeriodError, match="names no period"):
        YEARS.parse(label)


def test_a_period_that_is_not_in_the_table_has_no_label():
    with pytest.raises(PeriodError, match="no month"):
        YEARS.label_of("month", Period(date(2022, 2, 1), date(2022, 3, 1)))


@pytest.mark.parametrize("wrong", [{"pattern": (4, 4, 4)}, {"weeks": 51}, {"pattern": (0, 8, 5)}])
def test_an_impossible_year_is_refused(wrong):
    with pytest.raises(PeriodError, match="13 weeks"):
        four_four_five(2023, date(2022, 1, 31), **wrong)
