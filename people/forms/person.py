from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from people import formats
from people.forms.base import SeenForm, TenantForm, TenantModelForm
from people.models import Grant, Person, Seat, Team
from people.selectors.person import persons_here

ROLES = [*Seat.Role.choices, *Grant.Role.choices]


class PersonFilter(forms.Form):
    """The filters of the list of people, as a GET form."""

    q = forms.CharField(label=_("Search"), required=False, widget=forms.SearchInput(attrs={"autocomplete": "off"}))
    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"), required=False, empty_label=_("All teams"))
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[("", _("All roles")), *ROLES])
    sign_in = forms.ChoiceField(
        label=_("Sign-in"),
        required=False,
        choices=[("", _("With and without")), ("with", _("With a sign-in")), ("without", _("Without a sign-in"))],
    )
    state = forms.ChoiceField(
        label=_("Who"),
        required=False,
        choices=[("", _("Who is here")), ("left", _("Who has left")), ("all", _("Everybody"))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.order_by("name")  # type: ignore[attr-defined]


class PersonForm(SeenForm, TenantModelForm):
    class Meta:
        model = Person
        fields = ["name", "email", "hired_on", "left_on"]
        help_texts = {
            "email": _("Where mail goes, and how imported files recognise the person. It is not the sign-in."),
            "left_on": _("From this day on their seat is vacant and they cannot sign in; past figures stay."),
        }


class PersonAddForm(TenantModelForm):
    is_namesake = forms.BooleanField(
        label=_("This is another person of the same name"), required=False, widget=forms.HiddenInput
    )

    class Meta:
        model = Person
        fields = ["name", "email", "hired_on"]
        help_texts = {"email": _("Optional. A person without a sign-in has deals and figures all the same.")}

    def refuse(self, error: Any) -> None:
        """A namesake is the one thing that can be insisted on: from now on the box is there."""
        super().refuse(error)
        self.fields["is_namesake"].widget = forms.CheckboxInput()


class GrantForm(TenantForm):
    person = forms.ModelChoiceField(Person.objects.none(), label=_("Person"), empty_label=_("Choose a person"))
    role = forms.ChoiceField(label=_("Role"), choices=Grant.Role.choices)
    team = forms.ModelChoiceField(
        Team.objects.none(),
        label=_("Within"),
        required=False,
        empty_label=_("The whole organization"),
        help_text=_("A team stands for itself and all below it. Administrators are of the whole organization."),
    )
    starts_on = forms.DateField(label=_("From"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = persons_here(self.viewer.on)  # type: ignore[attr-defined]
        self.fields["team"].queryset = Team.objects.order_by("name")  # type: ignore[attr-defined]


class ProfileForm(TenantForm):
    name = forms.CharField(label=_("Name, as others see it"), max_length=200)
    locale = forms.ChoiceField(label=_("Language"), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)
    theme = forms.ChoiceField(
        label=_("Appearance"),
        required=False,
        choices=[("", _("As the device is set")), ("light", _("Light")), ("dark", _("Dark"))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["locale"].choices = [("", _("The organization's")), *settings.LANGUAGES]  # type: ignore[attr-defined]
        self.fields["locale"].help_text = _(
            "Days and figures are written as it is usual there: %(day)s, %(number)s."
        ) % {
            "day": formats.day(self.viewer.on),
            "number": formats.number(Decimal("1234.5"), 1),
        }
        zones = [(name, name) for name in sorted(available_timezones())]
        self.fields["time_zone"].choices = [("", _("The organization's")), *zones]  # type: ignore[attr-defined]
        self.fields["time_zone"].help_text = _(
            "In which moments are shown to you. Which day a deal counts on stays the organization's (%(zone)s)."
        ) % {"zone": self.viewer.organization.time_zone}
