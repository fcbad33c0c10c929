"""Setting and revising a goal by its five SMART parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from goals.engine.values import DAYS, NUMBERS, WANTED
from goals.models import CheckIn, Goal, Measured
from goals.policies import goals
from goals.selectors.figures import goal_metrics
from goals.selectors.goals import parent_choices
from goals.selectors.limits import filters_resolve, limiting_dimensions, metric_choices
from goals.services.goals import Step
from people.forms.base import TenantForm, day_inputs
from people.forms.fields import MOST, number_field

HUNDRED = Decimal(100)
LIMITS = ("", "_2")


def text_field(label: Any, *, help_text: Any = "", rows: int = 2) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=4000, help_text=help_text, widget=forms.Textarea(attrs={"rows": rows})
    )


def shown_number(value: Decimal | None, unit: str) -> Decimal | None:
    """A value as it is typed: percentages without their sign."""
    if value is None:
        return None
    scaled = value * HUNDRED if unit == Measured.Unit.RATIO else value
    return Decimal(f"{scaled.normalize():f}")


def entered_number(value: Decimal | None, unit: str) -> Decimal | None:
    """The value that was typed, percentages as shares."""
    return value / HUNDRED if value is not None and unit == Measured.Unit.RATIO else value


@dataclass(frozen=True)
class Part:
    """One of the five parts of the form."""

    key: str
    title: str
    question: str
    fields: Sequence[Any]


PARTS: tuple[tuple[str, Any, Any, tuple[str, ...]], ...] = (
    ("specific", _("Specific"), _("What exactly is to be reached, and by whom?"), ("holder", "name", "specific")),
    (
        "measurable",
        _("Measurable"),
        _("How will everybody see that it is reached? Percentages are entered as 62.5."),
        (
            "kind",
            "metric",
            "limit_by",
            "limit_value",
            "limit_by_2",
            "limit_value_2",
            "unit",
            "direction",
            "baseline",
            "commit_value",
            "target",
            "stretch_value",
            "milestones",
            "rolls_up_by",
        ),
    ),
    ("achievable", _("Achievable"), _("Is it within reach, and what does it take?"), ("achievable",)),
    ("relevant", _("Relevant"), _("What does it contribute to?"), ("relevant", "parent", "weight")),
    (
        "time_bound",
        _("Time-bound"),
        _("From when until when, and how often do you look at it?"),
        ("starts_on", "ends_before", "cadence", "pace"),
    ),
    ("why", _("Why it changes"), _("The owner reads it beside the old values."), ("reason",)),
)


class GoalForm(TenantForm):
    """A new goal, or (with `goal`) its revision: then whose it is, its milestones and its parents stay."""

    holder = forms.ChoiceField(label=_("Whose goal it is"))
    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("One line: “Win 12 new logos in the north”."))
    specific = text_field(_("In detail"))
    kind = forms.ChoiceField(label=_("Measured by"), choices=Measured.Kind, initial=Measured.Kind.METRIC)
    metric = forms.ChoiceField(label=_("Metric"), required=False, help_text=_("Its progress then computes itself."))
    limit_by = forms.ChoiceField(label=_("Only where"), required=False)
    limit_value = forms.CharField(
        label=_("is"), required=False, max_length=200, help_text=_("As it is called in the data.")
    )
    limit_by_2 = forms.ChoiceField(label=_("and where"), required=False)
    limit_value_2 = forms.CharField(label=_("is"), required=False, max_length=200)
    unit = forms.ChoiceField(label=_("Counted in"), choices=Measured.Unit, help_text=_("A metric has its own unit."))
    direction = forms.ChoiceField(
        label=_("Direction"), choices=Measured.Direction, help_text=_("A metric has its own direction.")
    )
    baseline = number_field(
        _("Baseline"), required=False, help_text=_("Where it stands at the start; empty means nothing.")
    )
    commit_value = number_field(_("Commit"), required=False, help_text=_("What others can rely on."))
    target = number_field(_("Target"), required=False)
    stretch_value = number_field(_("Stretch"), required=False, help_text=_("What would be outstanding."))
    milestones = text_field(
        _("Milestones"), rows=3, help_text=_("One in each line, with a day if there is one: Pilot signed 2026-08-01")
    )
    rolls_up_by = forms.ChoiceField(label=_("Progress comes from"), choices=Measured.RollUp)
    achievable = text_field(_("What it takes"), help_text=_("Support, budget, time, skills."))
    relevant = text_field(_("Why it matters"))
    parent = forms.ChoiceField(label=_("Contributes to"), required=False)
    weight = number_field(
        _("Weight"), required=False, help_text=_("Among what contributes to the same; 1 where all count alike.")
    )
    starts_on = forms.DateField(label=_("From"))
    ends_before = forms.DateField(
        label=_("Until (not included)"), help_text=_("A quarter from 1 January ends before 1 April.")
    )
    cadence = forms.ChoiceField(label=_("Check-ins"), choices=Goal.Cadence, initial=Goal.Cadence.FORTNIGHTLY)
    pace = forms.ChoiceField(label=_("Expected progress"), choices=Goal.Pace)
    reason = forms.CharField(label=_("Reason"), required=False, max_length=500)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, goal: Goal | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.goal = goal
        if goal is None:
            gone = ["reason", "version"]
            self._choices("holder", holder_choices(self.viewer))
            parents = [(each.key, each.label) for each in parent_choices(self.viewer)]
            self._choices("parent", [("", gettext("Nothing yet")), *parents])
        else:
            gone = ["holder", "milestones", "parent", "weight"]
            self.initial = {**_initial(goal), **self.initial}
        for name in gone:
            del self.fields[name]
        self._choices("metric", [("", gettext("Choose a metric")), *metric_choices()])
        limits = [("", gettext("Everything")), *limiting_dimensions(kept=self._kept)]
        for each in LIMITS:
            self._choices(f"limit_by{each}", limits)

    @property
    def _kept(self) -> list[str]:
        """By what the goal is limited already."""
        return [limit["by"] for limit in self.goal.filters] if self.goal else []

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    @property
    def parts(self) -> list[Part]:
        """The five parts with their fields, and the reason of a revision."""
        found = []
        for key, title, question, names in PARTS:
            fields = [self[name] for name in names if name in self.fields]
            if fields:
                found.append(Part(key, str(title), str(question), fields))
        return found

    def refuse(self, error: ValidationError) -> None:
        """Whoever has read what the other did may send the form again."""
        super().refuse(error)
        if getattr(error, "code", "") == "changed_meanwhile":
            data: Any = self.data
            self.data = {**data.dict(), "version": str((error.params or {})["version"])}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind = cleaned.get("kind")
        if kind == Measured.Kind.METRIC and not cleaned.get("metric"):
            self.add_error("metric", gettext("Choose the metric that measures it."))
        if kind != Measured.Kind.MILESTONES and cleaned.get("target") is None and "target" not in self.errors:
            self.add_error("target", gettext("Enter what is to be reached."))
        return cleaned

    def values(self) -> dict[str, Any]:
        """What the services take. Raises: ValidationError beside the fields. A query for each limit."""
        cleaned = self.cleaned_data
        unit = self._unit()
        found = {name: cleaned[name] for name in _TAKEN if name in cleaned}
        for name in NUMBERS:
            found[name] = entered_number(cleaned.get(name), unit)
        if found["target"] is None:
            found["target"] = Decimal(1)
        found["filters"] = self._filters()
        return found

    def _unit(self) -> str:
        metric = goal_metrics().get(self.cleaned_data.get("metric", ""))
        if self.cleaned_data.get("kind") == Measured.Kind.METRIC and metric is not None:
            return str(metric.unit)
        return str(self.cleaned_data.get("unit") or "")

    def _filters(self) -> list[dict[str, Any]]:
        metric = goal_metrics().get(self.cleaned_data.get("metric", ""))
        if self.cleaned_data["kind"] != Measured.Kind.METRIC or metric is None:
            return []
        found: list[dict[str, Any]] = []
        for each in LIMITS:
            by, value = self.cleaned_data.get(f"limit_by{each}"), self.cleaned_data.get(f"limit_value{each}") or ""
            if not by and not value:
                continue
            try:
                found += filters_resolve(metric, [(by or "", value)], self._kept)
            except ValidationError as error:
                raise ValidationError({f"{name}{each}": texts for name, texts in error.error_dict.items()}) from error
        if len({limit["by"] for limit in found}) < len(found):
            raise ValidationError({"limit_by_2": gettext("Limit a goal by one value of each kind.")}, code="twice")
        return found

    def steps(self) -> list[Step]:
        """The milestones that were entered. Raises: ValidationError."""
        return milestones_read(self.cleaned_data.get("milestones") or "")


_TAKEN = (
    "name",
    "specific",
    "kind",
    "metric",
    "unit",
    "direction",
    "achievable",
    "relevant",
    "rolls_up_by",
    "starts_on",
    "ends_before",
    "cadence",
    "pace",
)


def milestones_read(text: str) -> list[Step]:
    """One milestone in each line, its day at the end where it has one. Raises: ValidationError."""
    found: list[Step] = []
    for line in text.splitlines():
        words = line.replace("\x00", "").split()
        if not words:
            continue
        due_on = _day(words[-1])
        name = " ".join(words[:-1] if due_on else words)
        if not name or len(name) > 200:
            raise ValidationError(
                {"milestones": gettext("Give each milestone a name of 200 characters at most.")}, code="name"
            )
        if name in [step.name for step in found]:
            raise ValidationError(
                {"milestones": gettext("“%(name)s” stands there twice.") % {"name": name}}, code="twice"
            )
        found.append(Step(name, due_on))
    return found


def _day(word: str) -> date | None:
    try:
        return date.fromisoformat(word) if len(word) == 10 else None
    except ValueError:
        return None


def holder_choices(viewer: Any) -> list[tuple[str, Any]]:
    """For whom the viewer may set goals: people, then teams."""
    people = goals.persons(viewer).filter(erased_at=None).order_by("name", "pk").values_list("pk", "name")
    teams = goals.teams(viewer).order_by("name", "pk").values_list("pk", "name")
    found: list[tuple[str, Any]] = [(f"person:{pk}", name) for pk, name in people]
    if teams:
        return [(gettext("People"), found), (gettext("Teams"), [(f"team:{pk}", name) for pk, name in teams])]
    return found


def _initial(goal: Goal) -> dict[str, Any]:
    initial: dict[str, Any] = {name: getattr(goal, name) for name in (*_TAKEN, *DAYS, "version")}
    initial |= {name: shown_number(getattr(goal, name), goal.unit) for name in NUMBERS}
    for each, limit in zip(LIMITS, goal.filters, strict=False):
        initial |= {f"limit_by{each}": limit["by"], f"limit_value{each}": limit["text"]}
    return initial


class ChangeRequestForm(TenantForm):
    """What the owner of a goal asks to be changed."""

    target = number_field(_("Target"), required=False)
    commit_value = number_field(_("Commit"), required=False)
    stretch_value = number_field(_("Stretch"), required=False)
    starts_on = forms.DateField(label=_("From"))
    ends_before = forms.DateField(label=_("Until (not included)"))
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, goal: Goal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.goal = goal
        start = _initial(goal)
        self.initial = {name: start[name] for name in WANTED}
        if goal.kind == Measured.Kind.MILESTONES:
            for name in ("target", "commit_value", "stretch_value"):
                del self.fields[name]

    def wanted(self) -> Mapping[str, Any]:
        """The values asked for, percentages as shares."""
        values = {name: self.cleaned_data.get(name) for name in WANTED if name in self.fields}
        for name in set(NUMBERS) & values.keys():
            values[name] = entered_number(values[name], self.goal.unit)
        if values.get("target") is None and "target" in values:
            raise ValidationError({"target": gettext("Enter what is to be reached.")}, code="required")
        return values


class ReasonForm(TenantForm):
    """Why a goal is withdrawn."""

    reason = forms.CharField(label=_("Reason"), max_length=500)


class AnswerForm(TenantForm):
    """The answer to a request for change."""

    answer = forms.CharField(
        label=_("Answer"), required=False, max_length=500, help_text=_("Needed where you refuse; the owner reads it.")
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    decision = forms.ChoiceField(choices=[("approve", ""), ("refuse", "")], widget=forms.HiddenInput)

    def refuse(self, error: ValidationError) -> None:
        """Whoever has read what the other did may decide all the same."""
        super().refuse(error)
        if getattr(error, "code", "") == "changed_meanwhile":
            data: Any = self.data
            self.data = {**data.dict(), "version": str((error.params or {})["version"])}


class CheckInForm(TenantForm):
    """How a goal stands."""

    on = forms.DateField(label=_("Day"))
    value = number_field(_("Value"), required=False)
    done = forms.MultipleChoiceField(label=_("Milestones reached"), required=False, widget=forms.CheckboxSelectMultiple)
    confidence = forms.ChoiceField(label=_("How sure are you to reach it?"), required=False)
    note = text_field(_("Note"), help_text=_("The team reads it."))
    private_note = text_field(_("Private note"), help_text=_("For the owner and whoever leads them."))

    def __init__(self, *args: Any, goal: Goal, milestones: Sequence[Any], is_private: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.goal = goal
        self.fields["confidence"].choices = [("", gettext("I do not say")), *CheckIn.Confidence.choices]  # type: ignore[attr-defined]
        self.fields["on"].initial = self.viewer.on
        if goal.kind != Measured.Kind.MANUAL:
            del self.fields["value"]
        if goal.kind == Measured.Kind.MILESTONES and milestones:
            self.fields["done"].choices = [(str(each.pk), each.name) for each in milestones]  # type: ignore[attr-defined]
            self.fields["done"].initial = [str(each.pk) for each in milestones if each.done_on]
        else:
            del self.fields["done"]
        if not is_private:
            del self.fields["private_note"]
        day_inputs(self)

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        cleaned = dict(self.cleaned_data)
        cleaned["value"] = entered_number(cleaned.get("value"), self.goal.unit)
        if "done" in cleaned:
            cleaned["done"] = [int(each) for each in cleaned["done"]]
        return cleaned


def decimal_read(text: str) -> Decimal | None:
    """A number out of a query; None where it is none."""
    try:
        value = Decimal(text.strip())
    except (InvalidOperation, ValueError):
        return None
    return value if value.is_finite() and abs(value) <= MOST else None
