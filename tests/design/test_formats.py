"""Figures as text: exact, signed, in the reader's language."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from people import formats

amounts = st.decimals(min_value=D("-1e12"), max_value=D("1e12"), places=2)


def show(expression: str, **context: object) -> str:
    return Template("{% load figures %}{{ " + expression + " }}").render(Context(context))


@pytest.mark.parametrize(
    ("expression", "value", "text"),
    [
        ("value|money:'USD'", D("1234567.5"), "$1,234,568"),
        ("value|money:'USD'", D("-45210.49"), "−$45,210"),
        ("value|money:'USD'", D("-0.4"), "$0"),
        ("value|money:'CHF'", D("-45210"), "−CHF\N{NO-BREAK SPACE}45,210"),
        ("value|money", D("12"), "12"),
        ("value|money_exact:'USD'", D("1234.5"), "$1,234.50"),
        ("value|money_exact:'JPY'", D("1234.5"), "¥1,235"),
        ("value|money_exact:'KWD'", D("1.5"), "KWD\N{NO-BREAK SPACE}1.500"),
        ("value|money_short:'USD'", D("1234567"), "$1.23M"),
        ("value|money_short:'USD'", D("1000000"), "$1M"),
        ("value|money_short:'USD'", D("999.4"), "$999"),
        ("value|money_short:'USD'", D("-98765432109"), "−$98.8B"),
        ("value|percent", D("0.619048"), "61.9%"),
        ("value|percent", D("2.3064"), "230.6%"),
        ("value|percent:0", D("0.005"), "1%"),
        ("value|points", D("-0.031"), "−3.1 pts"),
        ("value|days", 1, "1 day"),
        ("value|days", D("48.5"), "49 days"),
        ("value|days:1", D("48.5"), "48.5 days"),
        ("value|number", 8800, "8,800"),
        ("value|day", date(2026, 11, 1), "1 Nov 2026"),
        ("value|defined", "", "–"),
        ("value|defined", 0, "0"),
    ],
)
def test_a_value_reads_as_people_write_it(expression: str, value: object, text: str) -> None:
    assert show(expression, value=value) == text


@pytest.mark.parametrize(
    "name", ["money", "money_exact", "money_short", "percent", "points", "days", "number", "day", "moment", "defined"]
)
def test_undefined_is_a_dash(name: str) -> None:
    assert show(f"value|{name}", value=None) == "–"


def test_another_language_groups_its_own_way() -> None:
    with translation.override("de"):
        assert formats.number(D("1234567.89"), 2) == "1.234.567,89"
        assert formats.percent(D("0.619")).startswith("61,9")


def test_money_refuses_a_float() -> None:
    with pytest.raises(TypeError, match="never a float"):
        formats.money(0.1)  # type: ignore[arg-type]


@given(amounts)
def test_exact_money_loses_nothing(amount: D) -> None:
    text = formats.money_exact(amount, "USD")
    assert D(text.replace("$", "").replace(",", "").replace(formats.MINUS, "-")) == amount


@given(amounts)
def test_whole_money_is_within_half_a_unit(amount: D) -> None:
    text = formats.money(amount).replace(",", "").replace(formats.MINUS, "-")
    assert abs(D(text) - amount) <= D("0.5")


@given(amounts)
def test_a_sign_stands_before_everything_else(amount: D) -> None:
    text = formats.money(amount, "USD")
    assert formats.MINUS not in text[1:] and text.count("$") == 1


@given(st.decimals(min_value=D("-1e11"), max_value=D("1e11"), places=2).filter(lambda value: abs(value) >= 1))
def test_short_money_is_within_one_percent(amount: D) -> None:
    text = formats.short(amount).replace(formats.MINUS, "-")
    scale = {"K": 10**3, "M": 10**6, "B": 10**9}.get(text[-1], 1)
    shown = D(text.rstrip("KMB").replace(",", "")) * scale
    assert abs(shown - amount) <= max(abs(amount) / 100, D("0.5"))
