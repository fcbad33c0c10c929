from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from people.forms.base import TenantForm
from people.models import FOREVER, Person
from people.selectors.person import persons_here


class DaysForm(TenantForm):
    """A first and a last day, as people say it; `days` are the half-open range that is stored."""

    starts_on = forms.DateField(label=_("First day"))
    last_day = forms.DateField(label=_("Last day"), required=False, help_text=_("Empty: until further notice."))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, last = values.get("starts_on"), values.get("last_day")
        if first and last and last < first:
            raise ValidationError({"last_day": _("The last day comes before the first one.")})
        values["ends_before"] = last + timedelta(days=1) if last and last < FOREVER else FOREVER
        values.pop("last_day", None)
        return values

    def refuse(self, error: ValidationError) -> None:
        """What is wrong with the end stands beside the last day."""
        if hasattr(error, "error_dict") and "ends_before" in error.error_dict:
            error.error_dict["last_day"] = error.error_dict.pop("ends_before")
        super().refuse(error)


def last_day(ends_before: date) -> date | None:
    """The last day of a range as the form shows it; None where it has no end."""
    return None if ends_before == FOREVER else ends_before - timedelta(days=1)


class LeaveForm(DaysForm):
    """Dates only: why somebody is away is not asked."""


class DelegationForm(DaysForm):
    delegate = forms.ModelChoiceField(Person.objects.none(), label=_("Who stands in"), empty_label=_("Choose a person"))
    field_order = ["delegate", "starts_on", "last_day"]

    def __init__(self, *args: Any, manager: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = persons_here(self.viewer.on).exclude(pk=manager.pk)
        self.fields["delegate"].queryset = others  # type: ignore[attr-defined]


class ActingForm(DaysForm):
    person = forms.ModelChoiceField(Person.objects.none(), label=_("Person"), empty_label=_("Choose a person"))
    field_order = ["person", "starts_on", "last_day"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = persons_here(self.viewer.on)  # type: ignore[attr-defined]
