"""Forms of territories and named accounts."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.models import Account, Territory
from crm.selectors.territories import seats_open
from people.forms.base import TenantForm
from people.models import Seat


def seat_choices(form: TenantForm, *, nobody: str = "") -> list[tuple[str, str]]:
    """Seats of today by who holds them."""
    vacant = _("vacant")
    found = [(str(each.seat.pk), f"{each.person or vacant} – {each.place}") for each in seats_open(form.viewer.on)]
    return [("", nobody or "---------"), *found]


class NamedAccountFilter(forms.Form):
    """Search among named accounts, as a GET form."""

    q = forms.CharField(label=_("Search accounts"), required=False, max_length=200, widget=forms.SearchInput())


class SeatField(forms.ChoiceField):
    """A seat by its id."""

    def clean(self, value: Any) -> Any:
        chosen = super().clean(value)
        return Seat.objects.filter(pk=int(chosen)).first() if chosen else None


class TerritoryForm(TenantForm):
    name = forms.CharField(label=_("Name"), max_length=200)
    parent = forms.ModelChoiceField(
        Territory.objects.none(), label=_("Part of"), required=False, empty_label=_("nothing: it stands at the top")
    )
    regions = forms.CharField(
        label=_("Regions"),
        required=False,
        max_length=5000,
        help_text=_("Of accounts, separated by commas. Empty: any, where industries are given."),
    )
    industries = forms.CharField(
        label=_("Industries"), required=False, max_length=5000, help_text=_("Of accounts, separated by commas.")
    )

    def __init__(self, *args: Any, territory: Territory | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Territory.objects.order_by("name")
        self.fields["parent"].queryset = others.exclude(pk=territory.pk) if territory else others  # type: ignore[attr-defined]

    def clean_regions(self) -> list[str]:
        return _split(self.cleaned_data["regions"])

    def clean_industries(self) -> list[str]:
        return _split(self.cleaned_data["industries"])


class TerritoryAssignForm(TenantForm):
    seat = SeatField(label=_("Seat"), required=False)
    on = forms.DateField(label=_("Since"), help_text=_("The seat that has it now has it until the day before."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seat"].choices = seat_choices(self, nobody=str(_("nobody")))  # type: ignore[attr-defined]


class NamedAccountForm(TenantForm):
    account = forms.CharField(label=_("Account"), max_length=300, help_text=_("Its whole name."))
    seat = SeatField(label=_("Seat"))
    starts_on = forms.DateField(label=_("From"))
    ends_before = forms.DateField(label=_("Until (not included)"), required=False)
    is_exclusive = forms.BooleanField(
        label=_("For itself"), required=False, initial=True, help_text=_("No other seat has the account on these days.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seat"].choices = seat_choices(self)  # type: ignore[attr-defined]

    def clean_account(self) -> Account:
        name = " ".join(self.cleaned_data["account"].split())
        found = list(Account.objects.filter(name__iexact=name)[:2])
        if len(found) == 1:
            return found[0]
        words = (
            _("Several accounts are called so. Merge them first.") if found else _("There is no account of this name.")
        )
        raise ValidationError(words, code="account")


class ReleaseForm(TenantForm):
    on = forms.DateField(label=_("First day without it"))


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.replace(";", ",").replace("\n", ",").split(",") if part.strip()]
