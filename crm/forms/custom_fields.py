from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.models import CustomField
from people.forms.base import TenantForm

CHOICES_HELP = _("One choice a line; none: any text. Other types have no choices.")


def choices_field() -> forms.CharField:
    return forms.CharField(
        label=_("Choices"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=CHOICES_HELP,
    )


class CustomFieldForm(TenantForm):
    entity = forms.ChoiceField(label=_("Belongs to"), choices=CustomField.Entity.choices)
    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("A column of this name in a file feeds it by itself.")
    )
    type = forms.ChoiceField(
        label=_("Type"),
        choices=CustomField.Type.choices,
        help_text=_(
            "An amount of money of deals is a named amount such as ARR; a person in a role takes part in deals."
        ),
    )
    choices = choices_field()

    def clean_choices(self) -> list[str]:
        return str(self.cleaned_data["choices"]).splitlines()


class CustomFieldChangeForm(TenantForm):
    name = forms.CharField(label=_("Name"), max_length=100)
    choices = choices_field()

    def __init__(self, *args: Any, field: CustomField, **kwargs: Any) -> None:
        super().__init__(*args, initial={"name": field.name, "choices": "\n".join(field.choices)}, **kwargs)
        if field.type != CustomField.Type.CHOICE:
            del self.fields["choices"]

    def clean_choices(self) -> list[str]:
        return str(self.cleaned_data["choices"]).splitlines()
