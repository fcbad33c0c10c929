"""The form that asks before an import is taken back."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.intake.later import KEEP, UNDO
from crm.services.undoing import Agreed


class UndoForm(forms.Form):
    """`count` and `at` are what the page said when it was shown."""

    later = forms.ChoiceField(
        label=_("What was changed afterwards"),
        choices=[
            (KEEP, _("stays as it is now; everything else of the import is undone")),
            (UNDO, _("is undone too: it goes back to what it was before the import")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whether it stays or is undone too.")},
    )
    count = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)
    at = forms.DateTimeField(widget=forms.HiddenInput, required=False, input_formats=["%Y-%m-%dT%H:%M:%S.%f%z"])

    def __init__(self, *args: Any, is_asked: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_asked:
            del self.fields["later"]

    def agreed(self) -> Agreed | None:
        """What somebody was shown, where the form says it."""
        count, at = self.cleaned_data.get("count"), self.cleaned_data.get("at")
        return None if count is None or at is None else Agreed(count, at)
