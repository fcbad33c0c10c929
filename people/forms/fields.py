"""What many forms ask for: numbers as people write them, and days from until."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import get_format
from django.utils.translation import gettext_lazy as _

MOST = Decimal(10) ** 13  # beyond it somebody mistyped


class NumberField(forms.DecimalField):
    """A number in the reader's way of writing it.

    A thousands separator stands before three digits. Elsewhere it may be meant for the decimal sign (Django leaves it out
    and reads 1,08 as 108), so the number is asked for again.
    """

    default_error_messages = {
        "grouping": _(
            "“%(value)s” can be read in two ways. Write decimals behind “%(decimal)s”, or leave “%(thousands)s” out."
        )
    }

    def to_python(self, value: Any) -> Any:
        if self.localize and isinstance(value, str):
            self._grouping_check(value.strip())
        return super().to_python(value)

    def _grouping_check(self, text: str) -> None:
        decimal, thousands = str(get_format("DECIMAL_SEPARATOR")), str(get_format("THOUSAND_SEPARATOR"))
        if thousands == "." and text.count(".") == 1:
            return  # one point is told apart by the digits behind it
        whole, _sign, decimals = text.partition(decimal)
        first, *groups = whole.split(thousands)
        is_well = not groups or (bool(first.strip("+-")) and len(groups[-1]) == 3 and {2, 3} >= set(map(len, groups)))
        if not is_well or thousands in decimals:
            params = {"value": text, "decimal": decimal, "thousands": thousands}
            raise ValidationError(self.error_messages["grouping"], code="grouping", params=params)


def number_field(label: Any, *, least: Decimal | int = -MOST, **options: Any) -> NumberField:
    """A number in the reader's way of writing it, with up to six decimal places."""
    return NumberField(
        label=label,
        **{"min_value": least, "max_value": MOST, "max_digits": 20, "decimal_places": 6, **options},
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )


def amount_field(label: Any, **options: Any) -> NumberField:
    """An amount of money, zero or more."""
    return number_field(label, least=0, **options)


class DatedForm(forms.Form):
    """Days from `starts_on` until before `ends_before`."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("starts_on"), cleaned.get("ends_before")
        if first and last and first >= last:
            self.add_error("ends_before", _("The end must come after the start."))
        return cleaned
