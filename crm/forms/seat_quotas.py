"""The form of a seat's quota."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.forms.territories import SeatField, seat_choices
from crm.models import Measure, Proration
from kernel.money import MINOR_UNIT_DIGITS
from people.forms.base import SeenForm, TenantForm
from people.forms.fields import DatedForm, amount_field


class SeatQuotaForm(SeenForm, DatedForm, TenantForm):
    """Whose seat it is stays when it is changed."""

    seat = SeatField(label=_("Seat"))
    measure = forms.ChoiceField(label=_("Measure"), choices=Measure.choices)
    starts_on = forms.DateField(label=_("From"))
    ends_before = forms.DateField(
        label=_("Until (not included)"), help_text=_("A quarter from 1 January ends before 1 April.")
    )
    amount = amount_field(_("Amount"), max_digits=15, decimal_places=2)
    currency = forms.ChoiceField(label=_("Currency"))
    proration = forms.ChoiceField(
        label=_("Cut by"), choices=Proration.choices, help_text=_("When somebody else takes the seat in between.")
    )
    reason = forms.CharField(label=_("Reason"), required=False, max_length=300)

    def __init__(self, *args: Any, is_change: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["currency"].choices = [(code, code) for code in sorted(MINOR_UNIT_DIGITS)]  # type: ignore[attr-defined]
        if is_change:
            del self.fields["seat"], self.fields["measure"]
            self.fields["reason"].required = True
            return
        del self.fields["seen"]
        self.fields["seat"].choices = seat_choices(self)  # type: ignore[attr-defined]
        self.fields["currency"].initial = self.viewer.organization.currency
