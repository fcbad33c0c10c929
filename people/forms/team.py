from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from people.forms.base import SeenForm, TenantForm, TenantModelForm
from people.models import Person, Seat, Team
from people.selectors.person import persons_here


class DayForm(forms.Form):
    """As of which day a page shows the structure, as a GET form."""

    on = forms.DateField(
        label=_("As of"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )


class TeamAddForm(TenantModelForm):
    parent = forms.ModelChoiceField(
        Team.objects.none(), label=_("Below"), required=False, empty_label=_("Nothing: it stands at the top")
    )

    class Meta:
        model = Team
        fields = ["name"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = Team.objects.order_by("name")  # type: ignore[attr-defined]


class TeamRenameForm(SeenForm, TenantModelForm):
    class Meta:
        model = Team
        fields = ["name"]
        help_texts = {"name": _("The new name holds for past figures too.")}


class TeamMoveForm(SeenForm, TenantForm):
    parent = forms.ModelChoiceField(
        Team.objects.none(), label=_("Below"), required=False, empty_label=_("Nothing: it stands at the top")
    )
    on = forms.DateField(label=_("From"), help_text=_("Figures of the days before keep the former place."))

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = Team.objects.exclude(pk=team.pk).order_by("name")  # type: ignore[attr-defined]


class SeatAddForm(TenantForm):
    role = forms.ChoiceField(label=_("Role"), choices=Seat.Role.choices)
    title = forms.CharField(label=_("Title"), required=False, max_length=200)
    territory = forms.CharField(label=_("Territory"), required=False, max_length=200)
    legal_entity = forms.CharField(label=_("Legal entity"), required=False, max_length=200)
    person = forms.ModelChoiceField(
        Person.objects.none(), label=_("Held by"), required=False, empty_label=_("Nobody yet: the seat is vacant")
    )
    starts_on = forms.DateField(label=_("From"))
    expected_count = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = persons_here(self.viewer.on)  # type: ignore[attr-defined]


class SeatChangeForm(SeenForm, TenantForm):
    title = forms.CharField(label=_("Title"), required=False, max_length=200)
    territory = forms.CharField(
        label=_("Territory"), required=False, max_length=200, help_text=_("Which market or accounts the seat works.")
    )
    legal_entity = forms.CharField(
        label=_("Legal entity"),
        required=False,
        max_length=200,
        help_text=_("Which company of yours the seat belongs to."),
    )


class SeatAssignForm(SeenForm, TenantForm):
    person = forms.ModelChoiceField(Person.objects.none(), label=_("Person"), empty_label=_("Choose a person"))
    starts_on = forms.DateField(
        label=_("From"),
        help_text=_("The person's present seat becomes vacant on this day; earlier days stay as they are."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = persons_here(self.viewer.on)  # type: ignore[attr-defined]


class SeatDayForm(SeenForm, TenantForm):
    on = forms.DateField(label=_("From"), help_text=_("Earlier days stay as they are."))
