"""What many forms ask for: numbers as people write them, and days from until."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

MOST = Decimal(10) ** 13  # beyond it somebody mistyped


def number_field(label: Any, *, least: Decimal | int = -MOST, **options: Any) -> forms.DecimalField:
    """A number in the reader's way of writing it, with up to six decimal places."""
    return forms.DecimalField(
        label=label,
        **{"min_value": least, "max_value": MOST, "max_digits": 20, "decimal_places": 6, **options},
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )


def amount_field(label: Any, **options: Any) -> forms.DecimalField:
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
