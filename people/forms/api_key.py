from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from people.forms.base import TenantForm
from people.models import ApiKey, Person


class ApiKeyForm(TenantForm):
    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("What uses the key, for example “CRM every night”.")
    )
    person = forms.ModelChoiceField(
        Person.objects.none(),
        label=_("Speaks for"),
        empty_label=None,
        help_text=_("The key sees what this person sees. Nobody can be chosen who signs in, except yourself."),
    )
    scopes = forms.MultipleChoiceField(
        label=pgettext_lazy("rights of a key", "May"), choices=ApiKey.Scope.choices, widget=forms.CheckboxSelectMultiple
    )
    expires_on = forms.DateField(
        label=_("Works until"), required=False, help_text=_("Not on this day any more. Empty: until it is revoked.")
    )

    def __init__(self, *args: Any, people: list[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = Person.objects.filter(pk__in=[person.pk for person in people]).order_by("name")
        self.fields["person"].queryset = found  # type: ignore[attr-defined]
