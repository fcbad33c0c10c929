"""Forms for many goals at once: carrying over, and changing targets together."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from goals.forms.goal import HUNDRED
from goals.models import BulkRevision, Goal, Measured
from goals.selectors.limits import metric_choices
from people.forms.base import TenantForm, day_inputs
from people.forms.fields import DatedForm, number_field
from people.models import Team

AS_BEFORE, LEFT = "as_before", "left"


class CarryForm(DatedForm, TenantForm):
    """Into which days, and with which targets. The goals are the ticked rows (`goal`)."""

    starts_on = forms.DateField(label=_("From"))
    ends_before = forms.DateField(label=_("Until (not included)"))
    targets = forms.ChoiceField(
        label=_("Targets"),
        choices=[(AS_BEFORE, _("as before")), (LEFT, _("what was left of them"))],
        help_text=_("What was left is for numbers that add up, such as bookings; each can be revised afterwards."),
    )


class BulkFilter(forms.Form):
    """Which goals are shown to choose from, as a GET form."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100, widget=forms.SearchInput())
    metric = forms.ChoiceField(label=_("Metric"), required=False)
    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"), required=False, empty_label=_("All teams"))
    starts_on = forms.DateField(label=_("Running from"), required=False)
    ends_before = forms.DateField(label=_("before"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["metric"].choices = [("", _("All measures")), *metric_choices()]
        fields["team"].queryset = Team.objects.order_by("name")
        day_inputs(self)


class BulkForm(TenantForm):
    """How the targets of the ticked goals (`goal`) change, and why. `step` is what the button says."""

    rule = forms.ChoiceField(label=_("New target"), choices=BulkRevision.Rule.choices)
    value = number_field(
        _("By"),
        help_text=_("1.1 multiplies by 1.1: ten per cent more. Percentages as 5 for five points."),
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=500, help_text=_("Every owner reads it beside the old target.")
    )


def value_for(rows: list[Goal], rule: str, value: Any) -> Any:
    """The value in the unit of the goals: five points are 0.05 where all of them are percentages."""
    is_ratio = bool(rows) and all(row.unit == Measured.Unit.RATIO for row in rows)
    return value / HUNDRED if is_ratio and rule != BulkRevision.Rule.FACTOR else value
