from django import forms
from django.utils.translation import gettext_lazy as _

from people.forms.base import TenantForm


class LookForm(TenantForm):
    reason = forms.CharField(
        label=_("Why"), max_length=300, help_text=_("The person reads it, and it stands in the audit log.")
    )
