from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from kernel.money import MINOR_UNIT_DIGITS
from people.forms.base import refuse
from people.frame import role_words
from people.models import Organization
from people.services.second_factor import ROLES


class OrganizationForm(forms.ModelForm):  # type: ignore[type-arg]
    """Settings of the organization, which stands outside the wall."""

    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in sorted(MINOR_UNIT_DIGITS)])
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Decides which day it is: when a deal counts and when a seat begins."),
    )
    locale = forms.ChoiceField(
        label=_("Language"), help_text=_("Of everybody who has not chosen another one in their profile.")
    )
    fiscal_year_start = forms.TypedChoiceField(
        label=_("First month of the fiscal year"), choices=list(MONTHS.items()), coerce=int
    )

    second_factor_roles = forms.MultipleChoiceField(
        label=_("Second factor required for"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Whoever has one of these roles sets up an authenticator app before anything else."),
    )

    class Meta:
        model = Organization
        fields = [
            "name",
            "currency",
            "time_zone",
            "locale",
            "week_start",
            "fiscal_year_start",
            "cycle_start",
            "second_factor_roles",
        ]

    def __init__(self, *args: Any, is_currency_locked: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = [(name, name) for name in sorted(available_timezones())]
        self.fields["time_zone"].choices = zones  # type: ignore[attr-defined]
        self.fields["second_factor_roles"].choices = [(role, role_words(role)) for role in ROLES]  # type: ignore[attr-defined]
        self.fields["locale"].choices = settings.LANGUAGES  # type: ignore[attr-defined]
        if is_currency_locked:
            self.fields["currency"].disabled = True
            self.fields["currency"].help_text = _(
                "Deals, transactions or quotas are stored with amounts in this currency, so it cannot change any more. "
                "Undo the imports and take the quotas away first."
            )

    def refuse(self, error: Any) -> None:
        refuse(self, error)
