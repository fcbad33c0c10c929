"""What all forms of the product have in common: they know the viewer, and a duplicate is a message beside its field."""

from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.http import HttpRequest

from people.meanwhile import last_seen
from people.refusal import FIELDS
from people.viewer import Viewer


class TenantForm(forms.Form):
    """A form of a signed-in person. A service's refusal goes beside the field it names (`refuse`)."""

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        self.viewer = viewer
        super().__init__(*args, **kwargs)
        day_inputs(self)

    def refuse(self, error: ValidationError) -> None:
        """Show what a service refused: beside the field where the form has it, otherwise above the form."""
        refuse(self, error)


class TenantModelForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form of one row behind the wall.

    The organization takes part in checking constraints, otherwise a duplicate would only be found by the database and
    end in an error page. `constraint_fields` says beside which field a constraint's message goes.
    """

    constraint_fields: dict[str, str] = {}

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        self.viewer = viewer
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            self.instance.organization_id = viewer.organization.pk
        day_inputs(self)

    def _get_validation_exclusions(self) -> set[str]:
        exclusions: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return exclusions - {"organization"}

    def _post_clean(self) -> None:
        """As Django does it, but each broken constraint is known by name, so that its message finds its field."""
        self.instance.validate_constraints = lambda exclude=None: None  # done below, one by one
        try:
            super()._post_clean()  # type: ignore[misc]
        finally:
            del self.instance.validate_constraints
        exclude = self._get_validation_exclusions()
        for model, constraints in self.instance.get_constraints():
            for constraint in constraints:
                try:
                    constraint.validate(model, self.instance, exclude=exclude)
                except ValidationError as error:
                    self.add_error(self._field_of(constraint), error)

    def _field_of(self, constraint: models.BaseConstraint) -> str | None:
        name = self.constraint_fields.get(constraint.name) or FIELDS.get(constraint.name, ("", None))[0]
        return name if name in self.fields else None

    def refuse(self, error: ValidationError) -> None:
        """Show what a service refused: beside the field where the form has it, otherwise above the form."""
        refuse(self, error)


class SeenForm(forms.Form):
    """Mixed into a form that changes something others may change too; see `people.meanwhile`."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def refuse(self, error: ValidationError) -> None:
        """Whoever has read what the other did may send the form again."""
        super().refuse(error)  # type: ignore[misc]
        if getattr(error, "code", "") == "changed_meanwhile":
            data: Any = self.data.copy()  # type: ignore[attr-defined]
            data["seen"] = str(last_seen())
            self.data = data


def seen_of(request: HttpRequest) -> int | None:
    """What a sent formset has seen, or what one that is shown now sees; None where it does not say."""
    if request.method != "POST":
        return last_seen()
    said = request.POST.get("seen", "")
    return int(said) if said.isdecimal() and len(said) < 19 else None


def refuse(form: forms.BaseForm, error: ValidationError) -> None:
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for field, errors in error.error_dict.items():
        for one in errors:
            form.add_error(field if field in form.fields and field != NON_FIELD_ERRORS else None, one)


def day_inputs(form: forms.BaseForm) -> None:
    """Days are chosen with the browser's own calendar; it speaks ISO."""
    for field in form.fields.values():
        if isinstance(field, forms.DateField):
            field.widget = forms.DateInput(format="%Y-%m-%d", attrs={**field.widget.attrs, "type": "date"})
            field.localize = False
            field.input_formats = ["%Y-%m-%d"]
