from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.engine.amounts import amount_column, parse_amount

AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False)


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("1,234.50", "1234.50", None),
        ("1.234,50", "1234.50", None),
        ("€ 1.234,00", "1234.00", "EUR"),
        ("1.234,00 €", "1234.00", "EUR"),
        ("$1,234,567", "1234567", "USD"),
        ("US$ 5", "5", "USD"),
        ("R$ 10,00", "10.00", "BRL"),
        ("CHF 1'234.50", "1234.50", "CHF"),
        ("1 234,50", "1234.50", None),
        ("12,34,567.89", "1234567.89", None),
        ("(1,200.50)", "-1200.50", None),
        ("-$5", "-5", "USD"),
        ("5-", "-5", None),
        ("0.500", "0.500", None),
        ("20565.6206", "20565.6206", None),
        ("12 EUR", "12", "EUR"),
    ],
)
def test_an_amount_is_read_exactly(text: str, amount: str, currency: str | None) -> None:
    assert parse_amount(text) == (Decimal(amount), currency)


@pytest.mark.parametrize("text", ["abc", "", "USD", "1.2.3", "12kg", "1e5", "--5", "1,23,4", "NaN", "Infinity", "5/4"])
def test_what_is_no_amount_is_none(text: str) -> None:
    assert parse_amount(text) is None


def test_a_column_decides_what_one_value_cannot() -> None:
    assert parse_amount("1.234", amount_column(["1.234", "20565.6206"]).decimal_sign) == (Decimal("1.234"), None)
    assert parse_amount("1.234", amount_column(["1.234", "2.500,00"]).decimal_sign) == (Decimal(1234), None)
    assert amount_column(["1.234", "2.345"]).is_asked
    assert not amount_column(["1,234", "2,345"]).is_asked


@given(AMOUNTS)
def test_every_amount_is_read_back_in_the_ways_of_three_countries(amount: Decimal) -> None:
    american = f"{amount:,.2f}"
    german = american.translate(str.maketrans(",.", ".,"))
    swiss = american.replace(",", "'")
    assert {parse_amount(american), parse_amount(german), parse_amount(swiss)} == {(amount, None)}


@given(st.lists(AMOUNTS, min_size=1, max_size=20))
def test_a_whole_column_is_read_as_it_was_written(amounts: list[Decimal]) -> None:
    texts = [f"{amount:,.2f}".translate(str.maketrans(",.", ".,")) for amount in amounts]
    sign = amount_column(texts).decimal_sign
    assert [parse_amount(text, sign) for text in texts] == [(amount, None) for amount in amounts]


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(text: str) -> None:
    for sign in ".,":
        found = parse_amount(text, sign)
        assert found is None or found[0].is_finite()
    amount_column([text])


STYLES = [  # thousands, decimal sign
    (",", "."), (".", ","), ("'", "."), ("’", "."), (" ", ","), ("\u00a0", ","), ("\u202f", ","), ("", "."), ("", ","),
]  # fmt: skip
FRAMES = {  # how a text says minus and currency: frame, whether below zero, currency
    "{}": (False, None), "-{}": (True, None), "−{}": (True, None), "({})": (True, None), "{}-": (True, None),
    "{} €": (False, "EUR"), "€{}": (False, "EUR"), "-€{}": (True, "EUR"), "R$ {}": (False, "BRL"), "CHF {}": (False, "CHF"),
    "{} kr": (False, "SEK"), "$({})": (True, "USD"), "($ {})": (True, "USD"), "US$ {}": (False, "USD"), "+{}": (False, None),
}  # fmt: skip


def written(digits: str, decimals: str, thousands: str, sign: str) -> str:
    """A number grouped by three, from the right, one digit at a time."""
    grouped = ""
    for place, digit in enumerate(reversed(digits)):
        if place and place % 3 == 0:
            grouped = thousands + grouped
        grouped = digit + grouped
    return grouped + (sign + decimals if decimals else "")


@given(
    st.integers(0, 10**12).map(str),
    st.text("0123456789", max_size=4),
    st.sampled_from(STYLES),
    st.sampled_from(sorted(FRAMES)),
)
def test_every_country_s_way_of_writing_is_read_exactly(
    digits: str, decimals: str, style: tuple[str, str], frame: str
) -> None:
    thousands, sign = style
    is_minus, currency = FRAMES[frame]
    text = frame.format(written(digits, decimals, thousands, sign))
    value = int(digits + decimals) * (-1 if is_minus else 1)
    parsed = parse_amount(text, sign)
    assert parsed is not None, text
    assert parsed[0] * 10 ** len(decimals) == value, text
    assert parsed[1] == currency, text
