from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from people.forms.base import TenantForm
from people.models import MailChoice
from people.notifications import NotificationKind


class NotificationFilter(forms.Form):
    """The filters of the inbox, as a GET form."""

    state = forms.ChoiceField(label=_("Show"), required=False, choices=[("", _("All")), ("unread", _("Unread"))])
    kind = forms.ChoiceField(label=_("About"), required=False)

    def __init__(self, *args: Any, kinds: Sequence[NotificationKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pairs = sorted(((kind.name, str(kind.label)) for kind in kinds), key=lambda pair: pair[1].casefold())
        self.fields["kind"].choices = [("", _("Everything")), *pairs]  # type: ignore[attr-defined]


class NotificationPreferencesForm(TenantForm):
    """How one hears of each kind by e-mail: one field a kind. The names of kinds have dots, which HTML allows."""

    def __init__(self, *args: Any, preferences: Sequence[tuple[NotificationKind, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, choice in preferences:
            self.fields[kind.name] = forms.ChoiceField(
                label=str(kind.label), choices=MailChoice.choices, initial=choice, required=True
            )
