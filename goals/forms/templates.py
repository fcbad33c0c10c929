"""Forms of the library of goal templates."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from goals.forms.goal import HUNDRED, entered_number, holder_choices, shown_number, text_field
from goals.forms.objectives import unit_of
from goals.models import Goal, GoalTemplate, Measured
from goals.policies import goals
from goals.selectors.goals import parent_choices
from goals.selectors.limits import metric_choices
from goals.selectors.many import people_in
from kernel.period import Grain
from kernel.row_id import row_id
from people.fiscal import calendar_of
from people.forms.base import TenantForm
from people.forms.fields import DatedForm, NumberField, number_field
from people.models import Person, Team

EVERYBODY = "everybody"


def ratio_field(label: Any, help_text: Any) -> NumberField:
    """A share as people write it: 90 is 90 %."""
    return NumberField(
        label=label,
        required=False,
        min_value=0,
        max_value=900,
        decimal_places=2,
        localize=True,
        help_text=help_text,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )


class TemplateForm(TenantForm):
    """What a goal of a role usually says; with `template` it is changed."""

    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("The name that goals made of it have."))
    role = forms.ChoiceField(label=_("For"), choices=GoalTemplate.Role.choices, required=False)
    specific = text_field(_("Specific"), help_text=_("What exactly is to be reached."))
    kind = forms.ChoiceField(label=_("Measured by"), choices=Measured.Kind.choices)
    metric = forms.ChoiceField(label=_("Metric"), required=False)
    unit = forms.ChoiceField(
        label=_("Counted in"), choices=Measured.Unit.choices, help_text=_("A metric has its own unit.")
    )
    direction = forms.ChoiceField(
        label=_("Direction"), choices=Measured.Direction.choices, help_text=_("A metric has its own direction.")
    )
    target = number_field(
        _("Target"), required=False, help_text=_("Empty: whoever uses it says one. Percentages as 62.5.")
    )
    commit_ratio = ratio_field(_("Commit, % of the target"), _("90 where 90 % can be relied on."))
    stretch_ratio = ratio_field(_("Stretch, % of the target"), _("120 where 20 % more would be outstanding."))
    milestones = text_field(_("Milestones"), rows=3, help_text=_("One in each line."))
    achievable = text_field(_("Achievable"), help_text=_("What it takes: support, budget, time, skills."))
    relevant = text_field(_("Relevant"), help_text=_("Why it matters."))
    length = forms.ChoiceField(label=_("Lasts"), choices=GoalTemplate.Length.choices, initial="quarter")
    cadence = forms.ChoiceField(label=_("Check-ins"), choices=Goal.Cadence.choices, initial=Goal.Cadence.FORTNIGHTLY)
    pace = forms.ChoiceField(label=_("Expected progress"), choices=Goal.Pace.choices)

    def __init__(self, *args: Any, template: GoalTemplate | None = None, **kwargs: Any) -> None:
        if template is not None:
            kwargs["initial"] = _initial(template)
        super().__init__(*args, **kwargs)
        self.fields["metric"].choices = [("", "–"), *metric_choices()]  # type: ignore[attr-defined]

    def clean_milestones(self) -> list[str]:
        names = [" ".join(line.split()) for line in self.cleaned_data["milestones"].splitlines()]
        names = [name for name in names if name]
        if any(len(name) > 200 for name in names) or len(names) > 50:
            raise ValidationError(gettext("At most 50 milestones of at most 200 characters each."))
        if len(set(names)) < len(names):
            raise ValidationError(gettext("Two milestones have the same name."))
        return names

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") == Measured.Kind.METRIC and not cleaned.get("metric") and "metric" not in self.errors:
            self.add_error("metric", _("Choose the metric that measures it."))
        if "target" in cleaned:
            cleaned["target"] = entered_number(cleaned["target"], unit_of(cleaned))
        for name in ("commit_ratio", "stretch_ratio"):
            if cleaned.get(name) is not None:
                cleaned[name] = cleaned[name] / HUNDRED
        self._ratios_check(cleaned)
        return cleaned

    def _ratios_check(self, cleaned: dict[str, Any]) -> None:
        is_lower = cleaned.get("direction") == Measured.Direction.LOWER
        commit, stretch = cleaned.get("commit_ratio"), cleaned.get("stretch_ratio")
        one = Decimal(1)
        if commit is not None and (commit < one if is_lower else commit > one):
            self.add_error("commit_ratio", _("What is committed cannot be beyond the target."))
        if stretch is not None and (stretch > one if is_lower else stretch < one):
            self.add_error("stretch_ratio", _("The stretch must be beyond the target."))


def _initial(template: GoalTemplate) -> dict[str, Any]:
    names = ("name", "role", "specific", "achievable", "relevant", "kind", "metric", "unit", "direction")
    return {
        **{name: getattr(template, name) for name in (*names, "length", "cadence", "pace")},
        "target": shown_number(template.target, template.unit),
        "commit_ratio": shown_number(template.commit_ratio, Measured.Unit.RATIO),
        "stretch_ratio": shown_number(template.stretch_ratio, Measured.Unit.RATIO),
        "milestones": "\n".join(template.milestones),
    }


class UseForm(DatedForm, TenantForm):
    """A goal, or one for each person of a team, from a template."""

    holder = forms.ChoiceField(label=_("For whom"))
    target = number_field(_("Target"), required=False)
    starts_on = forms.DateField(label=_("From"))
    ends_before = forms.DateField(label=_("Until (not included)"))
    parent = forms.ChoiceField(label=_("Contributes to"), required=False)

    def __init__(self, *args: Any, template: GoalTemplate, **kwargs: Any) -> None:
        self.template = template
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        period = calendar_of(self.viewer.organization).period_of(Grain(template.length), self.viewer.on)
        fields["starts_on"].initial, fields["ends_before"].initial = period.starts_on, period.ends_before
        fields["holder"].choices = [("", gettext("Choose")), *_everybody(self.viewer), *holder_choices(self.viewer)]
        found = [(each.key, each.label) for each in parent_choices(self.viewer)]
        fields["parent"].choices = [("", gettext("nothing yet")), *found]
        if template.kind == Measured.Kind.MILESTONES:
            del fields["target"]
            return
        fields["target"].initial = shown_number(template.target, template.unit)
        fields["target"].required = template.target is None
        fields["target"].help_text = gettext("The same for each person. Percentages as 62.5.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "target" in cleaned:
            cleaned["target"] = entered_number(cleaned["target"], self.template.unit)
        return cleaned


def _everybody(viewer: Any) -> list[Any]:
    """Whole teams, where the viewer sets goals of more than themselves."""
    teams = goals.teams(viewer).order_by("name", "pk").values_list("pk", "name")
    found = [(f"{EVERYBODY}:{pk}", gettext("Everybody in %(team)s") % {"team": name}) for pk, name in teams]
    return [(gettext("Whole teams"), found)] if found else []


def people_of(viewer: Any, key: str) -> list[Person] | None:
    """Whom "everybody in a team" means today, by name; None where a form names one person or team. Two queries.

    Raises: ValidationError where the team's goals are not theirs to set.
    """
    kind, _colon, text = key.partition(":")
    if kind != EVERYBODY:
        return None
    team = (Team.objects if viewer is None else goals.teams(viewer)).filter(pk=row_id(text) or 0).first()
    if team is None:
        raise ValidationError({"holder": gettext("Choose a person or a team whose goals you set.")}, code="holder")
    return people_in(team, viewer.on)
