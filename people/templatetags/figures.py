"""Filters that write figures in the reader's language: `{{ deal.amount|money:currency }}`; `None` is an en dash."""

from datetime import date, datetime
from decimal import Decimal

from django import template

from people import formats

register = template.Library()


@register.filter
def number(value: formats.Number | None, digits: int = 0) -> str:
    """A plain number, grouped."""
    return formats.number(value, digits)


@register.filter
def money(value: Decimal | int | None, currency: str = "") -> str:
    """Whole currency units."""
    return formats.money(value, currency)


@register.filter
def money_exact(value: Decimal | int | None, currency: str = "") -> str:
    """With the cents of the currency."""
    return formats.money_exact(value, currency)


@register.filter
def money_short(value: Decimal | int | None, currency: str = "") -> str:
    """Three significant digits: $1.23M."""
    return formats.money_short(value, currency)


@register.filter
def percent(ratio: formats.Number | None, digits: int = 1) -> str:
    """A ratio as a percentage."""
    return formats.percent(ratio, digits)


@register.filter
def points(difference: formats.Number | None, digits: int = 1) -> str:
    """The difference of two ratios in percentage points."""
    return formats.points(difference, digits)


@register.filter
def days(value: formats.Number | None, digits: int = 0) -> str:
    """A number of days, with the word."""
    return formats.days(value, digits)


@register.filter
def day(value: date | None) -> str:
    """21 Nov 2026."""
    return formats.day(value)


@register.filter
def moment(value: datetime | None) -> str:
    """21 Nov 2026, 14:05."""
    return formats.moment(value)


@register.filter
def defined(value: object) -> object:
    """The value itself, or an en dash where there is none."""
    return formats.UNDEFINED if value is None or value == "" else value
