from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from people.forms.base import TenantForm
from people.models import Invitation, Person


class InviteForm(TenantForm):
    email = forms.EmailField(
        label=_("E-mail address to sign in with"),
        help_text=_("The person gets a link there and chooses a password that nobody else knows."),
    )


class PersonsWithAddressField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """People to tick, each with the address that the link goes to."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} · {obj.email}"


class InviteManyForm(TenantForm):
    error_title = ""  # what stands above the mistakes, where something was done already
    addresses = forms.CharField(
        label=_("E-mail addresses"),
        required=False,
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 6, "placeholder": "Ada Abel <ada@example.com>"}),
        help_text=_("One a line, with a name before it or without. Whoever is not known yet becomes a person."),
    )
    persons = PersonsWithAddressField(
        Person.objects.none(),
        label=_("People without a sign-in"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Whoever has an e-mail address, no sign-in and no invitation yet."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        invited = Invitation.objects.filter(accepted_at=None, withdrawn_at=None).values("person")
        waiting = (
            Person.objects.filter(user=None, left_on=None, erased_at=None).exclude(email="").exclude(pk__in=invited)
        )
        self.fields["persons"].queryset = waiting.order_by("name")  # type: ignore[attr-defined]
        if not waiting.exists():
            del self.fields["persons"]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if not self.errors and not values.get("persons") and not values.get("addresses"):
            raise forms.ValidationError(_("Choose somebody, or write down at least one address."))
        return values


class WelcomeForm(forms.Form):
    """The first password of somebody who was invited."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The same password again"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if not self.errors and values["password"] != values["again"]:
            self.add_error("again", _("The two passwords differ. Type the same one twice."))
        return values
