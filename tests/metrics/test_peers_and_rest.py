"""The middle of a group, and what a total holds beyond its rows."""

from decimal import Decimal as D

from metrics.catalogue.deals import CYCLE_DAYS_MEDIAN, DEAL_SIZE_MEAN, REVENUE, WIN_RATE, WON_COUNT
from metrics.engine.evaluate import Value
from metrics.engine.peers import middle
from metrics.engine.rest import rest_of


def test_a_group_under_five_has_no_middle() -> None:
    assert middle([D(1), D(2), D(3), D(4)]) is None
    assert middle([D(1), D(2), D(3), D(4), None]) is None


def test_the_middle_lies_halfway_between_two() -> None:
    assert middle([D(1), D(2), D(3), D(4), D(5)]) == D(3)
    assert middle([D(6), D(1), D(5), D(2), D(4), D(3), None]) == D("3.5")


def test_the_rest_of_a_sum_is_what_no_row_holds() -> None:
    assert rest_of(WON_COUNT, Value(D(10)), [Value(D(4)), Value(D(5))]) == Value(D(1))
    assert rest_of(REVENUE, Value(D("10.10")), [Value(D("10.10")), Value(None)]) is None


def test_the_rest_of_a_ratio_is_divided_from_the_rest_of_its_parts() -> None:
    rest = rest_of(WIN_RATE, Value(D("0.5"), D(10), D(20)), [Value(D("0.5"), D(4), D(8)), Value(D("0.5"), D(5), D(10))])
    assert rest == Value(D("0.500000"), D(1), D(2))
    assert rest_of(WIN_RATE, Value(None, D(0), D(0)), []) is None
    size = rest_of(DEAL_SIZE_MEAN, Value(D(50), D(100), D(2)), [Value(D(100), D(100), D(1))])
    assert size == Value(D("0.0000"), D(0), D(1))


def test_a_median_has_no_rest() -> None:
    assert rest_of(CYCLE_DAYS_MEDIAN, Value(D(48)), [Value(D(40))]) is None
