"""The form of an exchange rate."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.money import MINOR_UNIT_DIGITS
from people.forms.base import TenantForm
from people.forms.fields import NumberField


class RateForm(TenantForm):
    is_plan = forms.ChoiceField(
        label=_("Kind"),
        choices=[("", _("rate of the day")), ("plan", _("plan rate"))],
        required=False,
        help_text=_("Attainment and pace count at the plan rate, everything else at the rate of the day."),
    )
    from_currency = forms.ChoiceField(label=_("One unit of"))
    rate = NumberField(
        label=_("Is worth"),
        min_value=Decimal("0.0000000001"),
        max_value=Decimal(10) ** 9,
        max_digits=20,
        decimal_places=10,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    to_currency = forms.ChoiceField(label=_("In"))
    starts_on = forms.DateField(
        label=_("Since"), help_text=_("It holds until the day of the next rate, and replaces one of the same day.")
    )
    ends_before = forms.DateField(
        label=_("Until (not included)"),
        required=False,
        help_text=_("Of a plan rate. Empty: the end of the fiscal year."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [(code, code) for code in sorted(MINOR_UNIT_DIGITS)]
        for name in ("from_currency", "to_currency"):
            self.fields[name].choices = codes  # type: ignore[attr-defined]
        self.fields["to_currency"].initial = self.viewer.organization.currency

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("from_currency") and cleaned.get("from_currency") == cleaned.get("to_currency"):
            self.add_error("from_currency", _("Choose two different currencies."))
        cleaned["is_plan"] = cleaned.get("is_plan") == "plan"
        if not cleaned["is_plan"]:
            cleaned["ends_before"] = None
        elif cleaned.get("ends_before") and cleaned.get("starts_on") and cleaned["ends_before"] <= cleaned["starts_on"]:
            self.add_error("ends_before", _("The end must come after the start."))
        return cleaned
