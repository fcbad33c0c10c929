"""The form of a holiday."""

from django import forms
from django.utils.translation import gettext_lazy as _

from people.forms.base import TenantForm


class HolidayForm(TenantForm):
    day = forms.DateField(label=_("Day"))
    name = forms.CharField(label=_("Name"), max_length=100)
