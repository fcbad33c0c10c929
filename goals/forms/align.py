"""What forms send for somebody, a team, an objective or a goal: `person:12`, `team:3`, `objective:7`, `goal:9`."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from goals.models import Goal, Objective
from goals.policies import goals
from goals.selectors.goals import parent_choices
from kernel.row_id import row_id
from people.forms.base import TenantForm
from people.forms.fields import number_field
from people.models import Person, Team
from people.viewer import Viewer


class AlignForm(TenantForm):
    """What a goal contributes to."""

    parent = forms.ChoiceField(label=_("Contributes to"))
    weight = number_field(
        _("Weight"), required=False, help_text=_("Among what contributes to the same; 1 where all count alike.")
    )

    def __init__(self, *args: Any, goal: Goal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = [(each.key, each.label) for each in parent_choices(self.viewer, besides=goal)]
        self.fields["parent"].choices = [("", gettext("Choose")), *found]  # type: ignore[attr-defined]

    def clean_weight(self) -> Decimal | None:
        weight: Decimal | None = self.cleaned_data["weight"]
        if weight is not None and not Decimal(0) < weight <= Decimal(100):
            raise ValidationError(gettext("A weight is more than 0 and at most 100."))
        return weight


def parent_of(viewer: Viewer, key: str) -> Objective | Goal | None:
    """The objective or goal that a form names, among those offered. Two queries."""
    return next((each.row for each in parent_choices(viewer) if each.key == key), None) if key else None


def holder_of(viewer: Viewer | None, key: str) -> dict[str, Any]:
    """Whom a form names. Raises: ValidationError where they may not set goals there. One query."""
    kind, _colon, text = key.partition(":")
    number = row_id(text) or 0
    found: Person | Team | None = None
    if kind == "person":
        found = (goals.persons(viewer) if viewer else Person.objects).filter(pk=number).first()
    elif kind == "team":
        found = (goals.teams(viewer) if viewer else Team.objects).filter(pk=number).first()
    if found is None:
        raise ValidationError({"holder": gettext("Choose a person or a team whose goals you set.")}, code="holder")
    return {kind: found}
