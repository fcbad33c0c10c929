"""The goals of a whole team in one table."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from goals.forms.goal import entered_number, shown_number
from goals.models import Goal
from goals.selectors.figures import goal_metrics
from goals.selectors.goals import parent_choices
from goals.selectors.limits import metric_choices
from people.forms.base import TenantForm, refuse
from people.forms.fields import DatedForm, number_field

CELLS = ("target", "commit_value", "stretch_value", "baseline")  # what most fill in stands first


class TeamGoalsChoice(DatedForm, TenantForm):
    """What the table is about, as a GET form."""

    metric = forms.ChoiceField(label=_("Metric"))
    starts_on = forms.DateField(label=_("From"))
    ends_before = forms.DateField(label=_("Until (not included)"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["metric"].choices = metric_choices()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("starts_on"), cleaned.get("ends_before")
        if first and last and not (first.year >= 1990 and last.year <= 2200):
            self.add_error("starts_on", gettext("Choose days between 1990 and 2200."))
        return cleaned


class TeamGoalsShared(TenantForm):
    """What all goals of the table have in common."""

    name = forms.CharField(label=_("Name of the new goals"), max_length=200)
    cadence = forms.ChoiceField(label=_("Check-ins"), choices=Goal.Cadence, initial=Goal.Cadence.FORTNIGHTLY)
    parent = forms.ChoiceField(label=_("Contributes to"), required=False)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=500,
        help_text=_("Where goals that exist are changed; their owners read it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parents = [(each.key, each.label) for each in parent_choices(self.viewer)]
        self.fields["parent"].choices = [("", gettext("Nothing yet")), *parents]  # type: ignore[attr-defined]


class GoalLine(forms.Form):
    """The values of one person or team."""

    target = number_field(_("Target"), required=False)
    commit_value = number_field(_("Commit"), required=False)
    stretch_value = number_field(_("Stretch"), required=False)
    baseline = number_field(_("Baseline"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, metric: str, goal: Goal | None, **kwargs: Any) -> None:
        self.goal, self.unit = goal, str(goal_metrics()[metric].unit)
        initial: dict[str, Any] = {}
        if goal is not None:
            initial = {name: shown_number(getattr(goal, name), self.unit) for name in CELLS} | {"version": goal.version}
        super().__init__(*args, **{**kwargs, "initial": initial})

    @property
    def cells(self) -> list[Any]:
        return [self[name] for name in CELLS]

    @property
    def is_empty(self) -> bool:
        """Nothing is entered for somebody without a goal: they get none."""
        return self.goal is None and all(self.cleaned_data.get(name) is None for name in CELLS)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        others = any(cleaned.get(name) is not None for name in CELLS if name != "target") or self.goal is not None
        if others and cleaned.get("target") is None and "target" not in self.errors:
            self.add_error("target", gettext("Enter what is to be reached."))
        return cleaned

    def values(self) -> Mapping[str, Decimal | None]:
        return {name: entered_number(self.cleaned_data.get(name), self.unit) for name in CELLS}

    def refuse(self, error: ValidationError) -> None:
        """Show what the service refused; whoever has read what another did may send it again."""
        refuse(self, error)
        if getattr(error, "code", "") == "changed_meanwhile":
            version = str((error.params or {})["version"])
            self.data = {**self.data.dict(), self.add_prefix("version"): version}  # type: ignore[attr-defined]
