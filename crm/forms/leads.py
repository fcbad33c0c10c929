"""The form of a lead that somebody enters."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.models import Lead
from crm.policies import people_entered_for
from crm.services.leads import Prospect
from people.forms.base import SeenForm, TenantForm
from people.models import Person


class LeadForm(SeenForm, TenantForm):
    name = forms.CharField(label=_("Name"), max_length=300)
    owner = forms.ModelChoiceField(Person.objects.none(), label=_("Owner"))
    account = forms.CharField(
        label=_("Account"), max_length=300, required=False, help_text=_("Its name; one that comes later is waited for.")
    )
    lead_source = forms.CharField(label=_("Lead source"), max_length=200, required=False)
    created_on = forms.DateField(label=_("Created"))
    converted_on = forms.DateField(
        label=_("Became a customer on"), required=False, help_text=_("Empty while it is open.")
    )
    key = forms.CharField(max_length=32, required=False, widget=forms.HiddenInput, initial=lambda: uuid4().hex)

    def __init__(self, *args: Any, lead: Lead | None = None, **kwargs: Any) -> None:
        if lead is not None:
            kwargs["initial"] = {name: getattr(lead, name) for name in ("name", "owner", "lead_source", "created_on")}
            kwargs["initial"] |= {
                "converted_on": lead.stated_converted_on,
                "account": lead.account.name if lead.account else lead.account_text,
            }
        super().__init__(*args, **kwargs)
        found = people_entered_for(self.viewer)
        if lead is not None and lead.owner_id:
            found = found | Person.objects.filter(pk=lead.owner_id)
        self.fields["owner"].queryset = found.order_by("name")  # type: ignore[attr-defined]

    def prospect(self) -> Prospect:
        values = {name: value for name, value in self.cleaned_data.items() if name not in {"seen", "key"}}
        return Prospect(**values)
