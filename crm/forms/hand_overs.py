"""Forms of hand-overs: the rule for the credit, and the order to hand a deal over."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.engine.handover import LONGEST_DAYS, PREVIOUS_OWNER, SHARED, WHOLE, Rule
from crm.models import HandOverRule
from people.forms.base import TenantForm
from people.forms.fields import NumberField
from people.models import Person


class RuleForm(TenantForm):
    """A rule with the numbers that it needs: `rule_said()` is what was chosen."""

    rule = forms.ChoiceField(label=_("Credit goes to"), required=False)
    days = forms.IntegerField(
        label=_("Days"),
        min_value=1,
        max_value=LONGEST_DAYS,
        required=False,
        help_text=_("After the hand-over; the last day included. Shares without days hold whenever the deal closes."),
    )
    previous_share = NumberField(
        label=_("Share of the previous owner in %"),
        min_value=Decimal("0.01"),
        max_value=Decimal("99.99"),
        max_digits=6,
        decimal_places=4,
        required=False,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text=_("Only where the credit is shared; the new owner gets the rest."),
    )

    def __init__(self, *args: Any, has_default: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        default = [("", _("the rule of the organization"))] if has_default else []
        self.fields["rule"].choices = default + list(HandOverRule.choices)  # type: ignore[attr-defined]
        self.fields["rule"].required = not has_default

    def clean(self) -> dict[str, Any]:
        """A number that is missing is asked for; one that the rule does not need is left out."""
        cleaned = super().clean() or {}
        rule = cleaned.get("rule")
        if rule == PREVIOUS_OWNER and not cleaned.get("days") and "days" not in self.errors:
            self.add_error("days", _("Say for how many days the previous owner keeps the credit."))
        if rule == SHARED and not cleaned.get("previous_share") and "previous_share" not in self.errors:
            self.add_error("previous_share", _("Say which share the previous owner gets."))
        if not self.errors:
            cleaned["said"] = self._said(rule or "", cleaned)
        return cleaned

    def _said(self, rule: str, cleaned: dict[str, Any]) -> Rule:
        if rule == PREVIOUS_OWNER:
            return Rule(rule, cleaned["days"])
        if rule == SHARED:
            return Rule(rule, cleaned.get("days"), cleaned["previous_share"] / WHOLE)
        return Rule(rule)


class HandOverRuleForm(RuleForm):
    reason = forms.CharField(label=_("Reason"), required=False, max_length=300)


class DefaultRuleForm(RuleForm):
    starts_on = forms.DateField(
        label=_("Since"), help_text=_("For hand-overs on this day or later, until another rule is set.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, has_default=False, **kwargs)


class DealHandOverForm(HandOverRuleForm):
    to = forms.ModelChoiceField(Person.objects.none(), label=_("New owner"))
    on = forms.DateField(label=_("On day"))
    field_order = ("to", "on", "rule", "days", "previous_share", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = Person.objects.filter(erased_at=None).order_by("name")  # type: ignore[attr-defined]
