"""Forms of offers of help."""

from django import forms
from django.utils.translation import gettext_lazy as _

from people.forms.base import TenantForm


class HelpForm(TenantForm):
    note = forms.CharField(
        label=_("How can you help?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("“I won a deal like this in March; shall we go through it together?”"),
    )


class ThanksForm(TenantForm):
    thanks = forms.CharField(label=_("Thank you"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
