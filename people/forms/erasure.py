from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from people.forms.base import TenantForm


class EraseForm(TenantForm):
    name = forms.CharField(
        label=_("The name of the person, written out"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    password = forms.CharField(
        label=_("Your own password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        self.request = request
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        """As when signing in again, with the same limit on attempts."""
        password: str = self.cleaned_data["password"]
        user = self.request.user
        if not get_adapter(self.request).reauthenticate(user, password):
            raise forms.ValidationError(_("This is not your password."))
        return password
