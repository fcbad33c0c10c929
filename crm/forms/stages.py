"""All stages of the pipeline on one page."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.models import Outcome, Stage
from crm.services.stages import StageValues
from people.forms.base import TenantForm
from people.forms.fields import NumberField

PERCENT = Decimal(100)


class PipelineForm(TenantForm):
    name = forms.CharField(label=_("Name of the pipeline"), max_length=200)


class StageForm(forms.Form):
    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    position = forms.IntegerField(label=_("Order"), min_value=1, max_value=1000)
    name = forms.CharField(label=_("Stage"), max_length=200)
    outcome = forms.ChoiceField(label=_("Deals in it are"), choices=Outcome.choices, initial=Outcome.OPEN)
    probability = NumberField(
        label=_("Probability in %"),
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        required=False,
        localize=True,  # 12,5 for a German reader, whatever the language of the browser
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )

    def to_values(self) -> StageValues:
        percent = self.cleaned_data.get("probability")
        return StageValues(
            id=self.cleaned_data.get("id"),
            name=" ".join(self.cleaned_data["name"].split()),
            position=self.cleaned_data["position"],
            outcome=self.cleaned_data["outcome"],
            probability=None if percent is None else percent / PERCENT,
        )


class StageFormSet(forms.BaseFormSet):  # type: ignore[type-arg]
    """Rows of stages and one empty row for a new one; an empty row is no stage."""

    def values(self) -> list[StageValues]:
        return [form.to_values() for form in self.forms if form.has_changed() or form.cleaned_data.get("id")]


StagesForm: Any = forms.formset_factory(StageForm, formset=StageFormSet, extra=1)


def stage_initial(stage: Stage) -> dict[str, Any]:
    percent = None if stage.probability is None else (stage.probability * PERCENT).normalize()
    return {
        "id": stage.pk,
        "position": stage.position,
        "name": stage.name,
        "outcome": stage.outcome,
        "probability": None if percent is None else Decimal(f"{percent:f}"),
    }
