from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.money import (
    MINOR_UNIT_DIGITS,
    Currency,
    CurrencyMismatch,
    Money,
    MoneyError,
    Rounding,
    decimal_of,
    round_decimal,
)

amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=6)
cents = st.integers(min_value=-(10**14), max_value=10**14)


@pytest.mark.parametrize("value", [1.5, True, None, "abc", "", "NaN", "Infinity", Decimal("NaN"), Decimal("-Infinity")])
def test_the_one_door_refuses(value):
    with pytest.raises(MoneyError):
        decimal_of(value)


@pytest.mark.parametrize(("value", "exact"), [("12.30", "12.30"), (7, "7"), (Decimal("0.1"), "0.1"), (" -3 ", "-3")])
def test_the_one_door_lets_exact_numbers_in(value, exact):
    assert decimal_of(value) == Decimal(exact)


@pytest.mark.parametrize(("code", "digits"), [("USD", 2), ("jpy", 0), (" KWD ", 3), ("CLF", 4), ("EUR", 2)])
def test_a_currency_knows_its_minor_unit(code, digits):
    assert Currency.of(code).digits == digits
    assert Currency.of(code).minor_unit == Decimal(10) ** -digits


def test_a_currency_of_no_country_is_refused():
    with pytest.raises(MoneyError, match="ISO 4217"):
        Currency.of("ZZZ")


def test_every_code_has_three_letters_and_stands_once():
    assert all(len(code) == 3 and code.isupper() for code in MINOR_UNIT_DIGITS)
    assert len(MINOR_UNIT_DIGITS) > 150


def test_a_currency_is_accepted_where_a_code_is():
    usd = Currency.of("USD")
    assert Money.of(1, usd) == Money.of("1", "USD")
    assert str(usd) == "USD"


def test_money_cannot_be_changed():
    with pytest.raises(AttributeError):
        Money.of(1, "USD").amount = Decimal(2)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("amount", "currency"), [(1.0, "USD"), (Decimal(1), "USD"), (Decimal("NaN"), Currency("USD", 2)), (1, "USD")]
)
def test_the_constructor_takes_only_finished_parts(amount, currency):
    with pytest.raises(MoneyError):
        Money(amount, currency)


@pytest.mark.parametrize(
    "mix",
    [
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a < b,
        lambda a, b: a <= b,
        lambda a, b: a > b,
        lambda a, b: a >= b,
    ],
)
def test_currencies_are_never_mixed(mix):
    with pytest.raises(CurrencyMismatch):
        mix(Money.of(1, "USD"), Money.of(1, "EUR"))


@pytest.mark.parametrize("other", [1, "1", Decimal(1), None])
def test_money_and_a_bare_number_are_not_added(other):
    with pytest.raises(MoneyError):
        Money.of(1, "USD") + other


@pytest.mark.parametrize("factor", [1.5, "2", True])
def test_money_is_not_multiplied_by(factor):
    with pytest.raises(MoneyError):
        Money.of(1, "USD") * factor


def test_money_in_two_currencies_is_never_equal():
    assert Money.of(1, "USD") != Money.of(1, "EUR")


@pytest.mark.parametrize(
    ("amount", "currency", "away", "even"),
    [
        ("0.125", "USD", "0.13", "0.12"),
        ("0.135", "USD", "0.14", "0.14"),
        ("-0.125", "USD", "-0.13", "-0.12"),
        ("0.124999", "USD", "0.12", "0.12"),
        ("2.5", "JPY", "3", "2"),
        ("1.0005", "KWD", "1.001", "1.000"),
    ],
)
def test_halves_are_rounded_to_the_minor_unit(amount, currency, away, even):
    money = Money.of(amount, currency)
    assert money.rounded().amount == Decimal(away)
    assert money.rounded(Rounding.HALF_EVEN).amount == Decimal(even)


def test_minor_units_go_in_and_out():
    assert Money.from_minor(1230, "USD") == Money.of("12.30", "USD")
    assert Money.of("12.30", "USD").minor == 1230
    assert Money.of("5", "JPY").minor == 5


def test_a_fraction_of_a_cent_has_no_minor_units():
    with pytest.raises(MoneyError, match="round it first"):
        _ = Money.of("0.001", "USD").minor


@pytest.mark.parametrize("minor", [1.0, True, "5"])
def test_minor_units_are_whole_numbers(minor):
    with pytest.raises(MoneyError):
        Money.from_minor(minor, "USD")


@pytest.mark.parametrize(
    ("amount", "text"), [("12.3", "12.30 USD"), ("0.0005", "0.0005 USD"), ("1000", "1000.00 USD"), ("-1", "-1.00 USD")]
)
def test_money_reads_with_at_least_its_digits(amount, text):
    assert str(Money.of(amount, "USD")) == text


def test_signs_sizes_and_order():
    one, two = Money.of(1, "USD"), Money.of(2, "USD")
    assert one < two and two > one and one <= one and two >= two
    assert -one == Money.of(-1, "USD") and abs(-one) == one
    assert bool(one) and not Money.zero("USD")
    assert 3 * one == one * Decimal("3") == Money.of(3, "USD")


def test_the_total_of_nothing_is_zero():
    assert Money.total([], "USD") == Money.zero("USD")


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        ("100.00", {"a": 1, "b": 1, "c": 1}, {"a": "33.34", "b": "33.33", "c": "33.33"}),
        ("100.00", {"b": 1, "a": 1, "c": 1}, {"a": "33.34", "b": "33.33", "c": "33.33"}),
        ("0.10", {"a": 1, "b": 2}, {"a": "0.03", "b": "0.07"}),
        ("-0.01", {"a": 1, "b": 1}, {"a": "-0.01", "b": "0"}),
        ("10.00", {"a": 0, "b": 1}, {"a": "0", "b": "10.00"}),
        ("0.015", {"a": 1, "b": 1}, {"a": "0.015", "b": "0"}),
    ],
)
def test_the_remainder_of_a_split_goes_to_the_largest_share(total, weights, shares):
    split = Money.of(total, "USD").split(weights)
    assert {key: share.amount for key, share in split.items()} == {k: Decimal(v) for k, v in shares.items()}


@pytest.mark.parametrize("weights", [{}, {"a": 0}, {"a": -1, "b": 2}])
def test_a_split_without_usable_weights_is_refused(weights):
    with pytest.raises(MoneyError, match="weights"):
        Money.of(1, "USD").split(weights)


@given(cents, st.dictionaries(st.text(max_size=3), st.integers(0, 10**6), min_size=1, max_size=8))
def test_a_split_conserves_the_total(total, weights):
    weights = {**weights, "one": 1}
    shares = Money.from_minor(total, "USD").split(weights)
    assert sum(share.minor for share in shares.values()) == total
    assert all(share.minor * total >= 0 for share in shares.values())


@given(cents, st.dictionaries(st.text(max_size=3), st.integers(1, 10**6), min_size=1, max_size=8))
def test_a_split_does_not_depend_on_the_order_of_its_keys(total, weights):
    money = Money.from_minor(total, "USD")
    assert money.split(weights) == money.split(dict(reversed(list(weights.items()))))


@given(amounts, amounts)
def test_addition_is_exact_and_undone_by_subtraction(first, second):
    a, b = Money.of(first, "USD"), Money.of(second, "USD")
    assert (a + b) - b == a
    assert a + b == b + a


@given(amounts, st.sampled_from(list(Rounding)))
def test_rounding_is_never_off_by_more_than_half_a_unit_and_settles(amount, mode):
    rounded = round_decimal(amount, 2, mode)
    assert abs(rounded - amount) <= Decimal("0.005")
    assert round_decimal(rounded, 2, mode) == rounded
