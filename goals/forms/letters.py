"""Forms of quota letters."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from goals.models import QuotaLetter
from people.forms.base import TenantForm, day_inputs
from people.forms.fields import DatedForm


class LetterFilter(forms.Form):
    """Which letters a list shows, as a GET form."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100, widget=forms.SearchInput())
    state = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [pair for pair in QuotaLetter.State.choices if pair[0] != QuotaLetter.State.DRAFT]
        choices = [("", _("All that hold")), ("late", _("late")), *states]
        self.fields["state"].choices = choices  # type: ignore[attr-defined]


class LetterPeriodForm(DatedForm):
    """The period of letters to issue, as a GET form."""

    starts_on = forms.DateField(label=_("From"))
    ends_before = forms.DateField(label=_("Until (not included)"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        day_inputs(self)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("starts_on"), cleaned.get("ends_before")
        if first and last and (last - first).days > 1_100:
            self.add_error("ends_before", _("A letter is for three years at most."))
        return cleaned


class LetterIssueForm(TenantForm):
    """Until when letters are to be acknowledged; the period goes with it unseen."""

    due_on = forms.DateField(label=_("To be acknowledged by"))
    starts_on = forms.DateField(widget=forms.HiddenInput)
    ends_before = forms.DateField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("starts_on", "ends_before"):
            self.fields[name].widget = forms.HiddenInput()


class LetterAcknowledgeForm(TenantForm):
    """The person writes their name below the letter that they have read."""

    name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)


class LetterTermsForm(TenantForm):
    """What stands below every letter."""

    text = forms.CharField(
        label=_("Terms"),
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_("Each line is a paragraph. Letters that are issued keep the terms they were issued with."),
    )
