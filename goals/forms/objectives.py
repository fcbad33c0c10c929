"""Forms of company objectives."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from goals.models import CheckIn, Measured, Objective
from goals.selectors.figures import goal_metrics
from goals.selectors.limits import limiting_dimensions, metric_choices
from people.forms.base import TenantForm
from people.forms.fields import DatedForm, number_field
from people.models import Person

KINDS = [(Measured.Kind.METRIC, Measured.Kind.METRIC.label), (Measured.Kind.MANUAL, Measured.Kind.MANUAL.label)]


def as_stored(value: Decimal | None, unit: str) -> Decimal | None:
    """What somebody entered, in the unit of the measure: 25 % is 0.25."""
    return value / 100 if value is not None and unit == Measured.Unit.RATIO else value


def as_entered(value: Decimal | None, unit: str) -> Decimal | None:
    """A stored value as somebody would enter it, without needless zeros."""
    if value is None:
        return None
    shown = value * 100 if unit == Measured.Unit.RATIO else value
    return Decimal(f"{shown.normalize():f}")


def unit_of(cleaned: dict[str, Any]) -> str:
    """The unit of what is chosen: the metric's own, or the one given."""
    metric = goal_metrics().get(cleaned.get("metric") or "")
    if cleaned.get("kind") == Measured.Kind.METRIC and metric is not None:
        return str(metric.unit)
    return str(cleaned.get("unit") or Measured.Unit.NUMBER)


class ObjectiveForm(DatedForm, TenantForm):
    """What the company wants to reach, by which measure, in which days. With `objective` it is changed."""

    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("One sentence that everybody understands."))
    description = forms.CharField(
        label=_("Why and how"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    owner = forms.ModelChoiceField(
        Person.objects.none(), label=_("Owner"), required=False, help_text=_("Who answers for it and checks in.")
    )
    starts_on = forms.DateField(label=_("From"))
    ends_before = forms.DateField(
        label=_("Until (not included)"), help_text=_("Several years are fine: 2027 to 2029 ends before 1 January 2030.")
    )
    kind = forms.ChoiceField(label=_("Measured by"), choices=KINDS)
    metric = forms.ChoiceField(label=_("Metric"), required=False)
    limit_by = forms.ChoiceField(label=_("Only where"), required=False)
    limit_value = forms.CharField(label=_("… is"), required=False, max_length=200)
    unit = forms.ChoiceField(
        label=_("Counted in"),
        choices=Measured.Unit.choices,
        help_text=_("A metric of the catalogue brings its own unit."),
    )
    direction = forms.ChoiceField(
        label=_("Direction"),
        choices=Measured.Direction.choices,
        help_text=_("A metric of the catalogue brings its own direction."),
    )
    baseline = number_field(_("Baseline"), required=False, help_text=_("Where it stands at the start; empty is 0."))
    target = number_field(_("Target"), help_text=_("Percentages as 25."))
    rolls_up_by = forms.ChoiceField(label=_("Progress comes from"), choices=Measured.RollUp.choices)
    reason = forms.CharField(label=_("Reason for the change"), required=False, max_length=500)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, objective: Objective | None = None, **kwargs: Any) -> None:
        self.objective = objective
        if objective is not None:
            kwargs["initial"] = {**_initial(objective), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["owner"].queryset = Person.objects.filter(left_on=None, erased_at=None).order_by("name")
        fields["metric"].choices = [("", "–"), *metric_choices()]
        fields["limit_by"].choices = [("", _("everything")), *limiting_dimensions(kept=kept_limits(objective))]
        if objective is None:
            del fields["reason"], fields["version"]
        elif objective.published_at:
            fields["reason"].help_text = _("Everybody sees it beside what it was before.")
        else:
            del fields["reason"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") == Measured.Kind.METRIC and not cleaned.get("metric") and "metric" not in self.errors:
            self.add_error("metric", _("Choose the metric that measures it."))
        if bool(cleaned.get("limit_by")) != bool((cleaned.get("limit_value") or "").strip()):
            self.add_error("limit_value", _("Say by what it is limited and to which value, or leave both empty."))
        unit = unit_of(cleaned)
        for name in ("baseline", "target"):
            if name in cleaned:
                cleaned[name] = as_stored(cleaned[name], unit)
        return cleaned

    def refuse(self, error: ValidationError) -> None:
        """Whoever has read what somebody else did may send the form again."""
        super().refuse(error)
        if getattr(error, "code", "") == "changed_meanwhile":
            self.data = {**self.data, "version": str((error.params or {}).get("version", ""))}


def kept_limits(objective: Objective | None) -> list[str]:
    """By what an objective is limited already."""
    return [limit["by"] for limit in objective.filters] if objective else []


def _initial(objective: Objective) -> dict[str, Any]:
    names = ("name", "description", "starts_on", "ends_before", "kind", "metric", "unit", "direction", "rolls_up_by")
    limit = objective.filters[0] if objective.filters else {}
    return {
        **{name: getattr(objective, name) for name in names},
        "owner": objective.owner_id,
        "baseline": as_entered(objective.baseline, objective.unit),
        "target": as_entered(objective.target, objective.unit),
        "limit_by": limit.get("by", ""),
        "limit_value": limit.get("text", ""),
        "version": objective.version,
    }


class ObjectiveCheckInForm(TenantForm):
    """How an objective stands on a day."""

    on = forms.DateField(label=_("Day"))
    value = number_field(_("Value"), required=False)
    confidence = forms.ChoiceField(
        label=_("How sure are you?"), choices=[("", "–"), *CheckIn.Confidence.choices], required=False
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, objective: Objective, **kwargs: Any) -> None:
        self.objective = objective
        super().__init__(*args, **kwargs)
        if objective.kind != Measured.Kind.MANUAL:
            del self.fields["value"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "value" in cleaned:
            cleaned["value"] = as_stored(cleaned["value"], self.objective.unit)
        return cleaned


class ObjectiveFilter(forms.Form):
    """Search in the list of objectives, as a GET form; `which` is the tab that is open."""

    which = forms.CharField(required=False, widget=forms.HiddenInput)
    q = forms.CharField(label=_("Search"), required=False, max_length=100, widget=forms.SearchInput())
