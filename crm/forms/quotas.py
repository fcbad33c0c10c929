"""Forms of quotas."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.models import Measure
from kernel.money import MINOR_UNIT_DIGITS
from people.forms.base import SeenForm, TenantForm
from people.forms.fields import DatedForm, amount_field
from people.models import Person, Team


class QuotaFilter(DatedForm):
    """Which days and whose quotas a list shows, as a GET form."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100, widget=forms.SearchInput())
    starts_on = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    ends_before = forms.DateField(
        label=_("Until (not included)"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


class QuotaForm(SeenForm, DatedForm, TenantForm):
    """A quota that is entered; whose it is stays when it is changed."""

    person = forms.ModelChoiceField(
        Person.objects.none(), label=_("Person"), required=False, empty_label=_("Nobody: it is a team's")
    )
    team = forms.ModelChoiceField(
        Team.objects.none(), label=_("Team"), required=False, empty_label=_("None: it is a person's")
    )
    starts_on = forms.DateField(label=_("From"))
    ends_before = forms.DateField(
        label=_("Until (not included)"), help_text=_("A quarter from 1 January ends before 1 April.")
    )
    measure = forms.ChoiceField(
        label=_("Measure"), choices=Measure.choices, required=False, help_text=_("What counts towards it.")
    )
    amount = amount_field(_("Amount"))
    currency = forms.ChoiceField(label=_("Currency"))
    is_overlay = forms.BooleanField(
        label=_("Outside team totals"),
        required=False,
        help_text=_("For specialists who help on deals of others: counts for the person, not for the team."),
    )
    reason = forms.CharField(label=_("Reason"), required=False, max_length=300)

    def __init__(self, *args: Any, is_change: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["currency"].choices = [(code, code) for code in sorted(MINOR_UNIT_DIGITS)]  # type: ignore[attr-defined]
        if is_change:
            del self.fields["person"], self.fields["team"], self.fields["measure"]
            self.fields["reason"].required = True
            self.fields["reason"].help_text = _("Stays in the history beside what it was before.")
            return
        del self.fields["seen"]
        self.fields["person"].queryset = Person.objects.order_by("name")  # type: ignore[attr-defined]
        self.fields["team"].queryset = Team.objects.order_by("name")  # type: ignore[attr-defined]
        self.fields["currency"].initial = self.viewer.organization.currency

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "person" in self.fields:
            holders = [cleaned.get("person"), cleaned.get("team")]
            if all(holders):
                self.add_error("team", _("Choose a person or a team, not both."))
            elif not any(holders):
                self.add_error("person", _("Choose a person or a team."))
        return cleaned
