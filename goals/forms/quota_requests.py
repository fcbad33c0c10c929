"""Forms of changes of quotas that are asked for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.models import Quota
from goals.approval_policies import quota_requests
from goals.models import ApprovalKind
from people import formats
from people.forms.base import TenantForm
from people.forms.fields import amount_field


class QuotaChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        last = obj.ends_before.fromordinal(obj.ends_before.toordinal() - 1)
        days = f"{formats.day(obj.starts_on)} – {formats.day(last)}"
        return f"{obj.person.name} · {days} · {formats.money(obj.amount, obj.currency)}"


class QuotaRequestForm(TenantForm):
    """Another amount for a quota that has not ended."""

    quota = QuotaChoice(Quota.objects.none(), label=_("Quota"), empty_label=_("Choose a quota"))
    amount = amount_field(_("New amount"))
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_to = quota_requests.quotas(self.viewer).filter(ends_before__gt=self.viewer.on).select_related("person")
        self.fields["quota"].queryset = open_to.order_by("person__name", "starts_on")  # type: ignore[attr-defined]


class DecisionForm(TenantForm):
    """Approve or refuse, with the reason."""

    step = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=100)
    decision = forms.ChoiceField(
        label=_("Decision"), choices=[("approve", _("Approve")), ("refuse", _("Refuse"))], widget=forms.RadioSelect
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class PlanDecisionForm(DecisionForm):
    """A decision about the numbers of a version as they were looked at."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)


class ApprovalChainForm(TenantForm):
    """Which steps come before operations."""

    steps = forms.MultipleChoiceField(
        label=_("Steps before operations"),
        required=False,
        choices=[pair for pair in ApprovalKind.choices if pair[0] != ApprovalKind.OPERATIONS],
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "They are taken in this order; operations is always the last. A step that nobody can take is left out."
            " In a quota plan each manager decides about their people, side by side."
            " What waits already keeps its steps."
        ),
    )
