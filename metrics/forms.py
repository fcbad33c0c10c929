"""The filters of the pages of numbers."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

Choices = Iterable[tuple[Any, Any]]


class ExplorerForm(forms.Form):
    """By what the rows are told apart, and whose and which deals they count. The days are kept as they are."""

    by = forms.ChoiceField(label=_("By"))
    team = forms.ChoiceField(label=_("Team"), required=False)
    person = forms.ChoiceField(label=_("Person"), required=False)
    product = forms.ChoiceField(label=_("Product"), required=False)
    region = forms.ChoiceField(label=_("Region"), required=False)
    industry = forms.ChoiceField(label=_("Industry"), required=False)
    as_of = forms.DateField(
        label=_("As it stood on"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    period = forms.CharField(widget=forms.HiddenInput(), required=False)

    def __init__(
        self,
        data: dict[str, Any],
        *,
        by: Choices,
        teams: Choices,
        people: Choices,
        products: Choices,
        regions: Choices,
        industries: Choices,
        kept: Mapping[str, tuple[Any, Any]],
        everybody: bool,
    ) -> None:
        """`kept`: field → (label, words) of what a link kept the rows to and no list offers; it can be taken away."""
        super().__init__(data)
        anyone = _("Everybody") if everybody else _("All I may see")
        for name, choices, none in (
            ("team", teams, anyone),
            ("person", people, anyone),
            ("product", products, _("All")),
            ("region", regions, _("All")),
            ("industry", industries, _("All")),
        ):
            self._choices(name, [("", none), *choices])
        self._choices("by", by)
        for name, (label, words) in kept.items():
            self.fields[name] = forms.ChoiceField(label=label, required=False)
            self._choices(name, [("", _("All")), (data[name], words)])
        for name, label in (("from", _("First day")), ("to", _("Last day"))):
            if name in data:
                self.fields[name] = forms.DateField(label=label, widget=forms.HiddenInput(), required=False)

    def _choices(self, name: str, choices: Choices) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)
