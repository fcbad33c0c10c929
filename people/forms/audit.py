from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from people.forms.base import day_inputs
from people.models import Person


class AuditFilter(forms.Form):
    """The filters of the audit log, as a GET form."""

    actor = forms.ModelChoiceField(Person.objects.none(), label=_("Who"), required=False, empty_label=_("Anybody"))
    about = forms.ModelChoiceField(Person.objects.none(), label=_("About"), required=False, empty_label=_("Anybody"))
    action = forms.ChoiceField(label=_("What"), required=False)
    subject = forms.ChoiceField(label=_("Kind"), required=False)
    starts_on = forms.DateField(label=_("From"), required=False)
    ends_on = forms.DateField(label=_("To (included)"), required=False)

    def __init__(
        self, *args: Any, actions: list[tuple[str, Any]], subjects: list[tuple[str, Any]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        everybody = Person.objects.order_by("name")
        self.fields["actor"].queryset = everybody  # type: ignore[attr-defined]
        self.fields["about"].queryset = everybody  # type: ignore[attr-defined]
        self.fields["action"].choices = [("", _("Everything")), *actions]  # type: ignore[attr-defined]
        self.fields["subject"].choices = [("", _("Everything")), *subjects]  # type: ignore[attr-defined]
        day_inputs(self)
