from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.money import MoneyError, Rounding
from kernel.ratio import Ratio

numbers = st.decimals(min_value=-(10**9), max_value=10**9, places=4)


@pytest.mark.parametrize(
    ("numerator", "denominator", "value", "shown"),
    [
        (3, 4, Decimal("0.75"), "0.750000"),
        (208, 336, Decimal(208) / Decimal(336), "0.619048"),
        (0, 4, Decimal(0), "0.000000"),
        (0, 0, None, "–"),
        (3, 0, None, "–"),
    ],
)
def test_a_ratio_is_its_quotient_or_undefined(numerator, denominator, value, shown):
    ratio = Ratio.of(numerator, denominator)
    assert ratio.is_defined is (value is not None)
    assert ratio.rounded(20) == (None if value is None else value.quantize(Decimal("1e-20")))
    assert str(ratio) == shown


def test_rounding_a_half_follows_the_mode():
    assert Ratio.of(1, 8).rounded(2) == Decimal("0.13")
    assert Ratio.of(1, 8).rounded(2, Rounding.HALF_EVEN) == Decimal("0.12")


def test_ratios_are_added_by_their_parts():
    assert Ratio.of(3, 4) + Ratio.of(1, 4) == Ratio.of(4, 8)
    assert (Ratio.of(1, 0) + Ratio.of(1, 2)).value == Decimal(1)


def test_the_total_of_no_ratio_is_undefined():
    assert Ratio.total([]).value is None


@pytest.mark.parametrize("part", [0.5, True, "x", None])
def test_a_part_that_is_no_exact_number_is_refused(part):
    with pytest.raises(MoneyError):
        Ratio.of(part, 1)
    with pytest.raises(MoneyError):
        Ratio(part, Decimal(1))


@given(st.lists(st.tuples(numbers, numbers), max_size=6))
def test_the_total_is_the_sum_of_both_parts_in_any_order(parts):
    ratios = [Ratio.of(numerator, denominator) for numerator, denominator in parts]
    total = Ratio.total(ratios)
    assert total == Ratio.total(reversed(ratios))
    assert total.numerator == sum((n for n, _ in parts), Decimal(0))
    assert total.denominator == sum((d for _, d in parts), Decimal(0))
