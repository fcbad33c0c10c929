"""The credits of a deal on one page."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.models import Credit
from crm.selectors.credits import Credited
from crm.services.credits import Share
from people.forms.fields import NumberField
from people.models import Person

PERCENT = Decimal(100)


class CreditForm(forms.Form):
    name = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)  # of somebody not known yet
    person = forms.ModelChoiceField(
        Person.objects.none(), label=_("Who"), required=False, empty_label=_("The house: nobody")
    )
    role = forms.ChoiceField(label=_("Role"), choices=Credit.Role.choices, initial=Credit.Role.SPLIT)
    share = NumberField(
        label=_("Share in %"),
        min_value=Decimal("0.0001"),
        max_value=100,
        max_digits=7,
        decimal_places=4,
        required=False,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "data-share": ""}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = Person.objects.order_by("name")  # type: ignore[attr-defined]
        if name := str(self["name"].value() or ""):
            self.fields["person"].empty_label = _("%(name)s (not known yet)") % {"name": name}  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A line without a share is no line; one with a person lacks it."""
        cleaned = super().clean() or {}
        if cleaned.get("person") and cleaned.get("share") is None and "share" not in self.errors:
            self.add_error("share", _("Say how much of the deal."))
        return cleaned


class CreditFormSet(forms.BaseFormSet):  # type: ignore[type-arg]
    def shares(self) -> list[Share]:
        """The lines that have a share."""
        return [
            Share(
                form.cleaned_data["person"],
                form.cleaned_data["role"],
                form.cleaned_data["share"] / PERCENT,
                "" if form.cleaned_data["person"] else form.cleaned_data["name"],
            )
            for form in self.forms
            if form.cleaned_data.get("share") is not None
        ]


CreditsForm: Any = forms.formset_factory(CreditForm, formset=CreditFormSet, extra=3, max_num=50)


def credit_initial(credit: Credited) -> dict[str, Any]:
    share = (credit.share * PERCENT).normalize()
    return {"person": credit.person, "role": credit.role, "share": Decimal(f"{share:f}"), "name": credit.name}
