"""The form of an activity that somebody enters."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.models import Activity, ActivityType, Opportunity
from crm.policies import people_entered_for
from crm.services.activities import Done
from people.forms.base import SeenForm, TenantForm
from people.models import Person

MOMENT = "%Y-%m-%dT%H:%M"  # how the browser's own clock writes it


class ActivityForm(SeenForm, TenantForm):
    type = forms.ChoiceField(label=_("Type"), choices=ActivityType.choices)
    subject = forms.CharField(label=_("What it was about"), max_length=300, required=False)
    person = forms.ModelChoiceField(Person.objects.none(), label=_("Who did it"))
    occurred_at = forms.DateTimeField(
        label=_("When"),
        input_formats=[MOMENT, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(format=MOMENT, attrs={"type": "datetime-local"}),
        help_text=_("In your time zone."),
    )

    key = forms.CharField(max_length=32, required=False, widget=forms.HiddenInput, initial=lambda: uuid4().hex)

    def __init__(self, *args: Any, activity: Activity | None = None, deal: Opportunity | None, **kwargs: Any) -> None:
        if activity is not None:
            names = ("type", "subject", "person", "occurred_at")
            kwargs["initial"] = {name: getattr(activity, name) for name in names}
        super().__init__(*args, **kwargs)
        self.deal = deal
        found = people_entered_for(self.viewer)
        if activity is not None and activity.person_id:
            found = found | Person.objects.filter(pk=activity.person_id)
        self.fields["person"].queryset = found.order_by("name")  # type: ignore[attr-defined]

    def done(self) -> Done:
        values = self.cleaned_data
        return Done(values["type"], values["subject"], values["person"], values["occurred_at"], self.deal)
