"""The grid of a sheet, and how one begins."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from people.engine.moves import COLUMNS, LONGEST, Line, UnreadableFile, day_of, lines_of_bytes, lines_of_text, numbered
from people.forms.base import TenantForm

LARGEST = 1_000_000  # bytes of an uploaded file
LABELS = {
    "person": _("Person"),
    "what": _("What"),
    "on": _("On day"),
    "team": _("Team"),
    "role": _("Role"),
    "manager": _("Manager"),
    "heir": _("Deals go to"),
    "note": _("Note"),
    "rule": _("Credit of deals"),
}
LISTS = {"person": "known-people", "manager": "known-people", "heir": "known-people", "team": "known-teams"}
CHOICES = {
    "what": [("", "–"), ("joins", _("joins")), ("moves", _("moves")), ("leaves", _("leaves"))],
    "role": [("", "–"), ("rep", _("rep")), ("manager", _("manager"))],
}
FRESH = 3  # empty lines at the end


class SheetStartForm(TenantForm):
    title = forms.CharField(
        label=_("Name of the sheet"),
        required=False,
        max_length=200,
        help_text=_("For example: Reorganization in July."),
    )
    pasted = forms.CharField(
        label=_("Lines from a spreadsheet"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_(
            "Copy the cells and paste them here. Columns: person, what (joins, moves, leaves), on day, team, role, "
            "manager, deals go to, note, credit of deals (owner at close, previous owner 30 days, shared 40/60; empty is the "
            "organization's rule); with a line of headings in any order. Leave it empty to fill in the lines by hand."
        ),
    )
    file = forms.FileField(label=_("Or a CSV file"), required=False)

    def clean(self) -> dict[str, Any]:
        """`lines`: what was pasted or uploaded; none begins with an empty grid."""
        values = super().clean() or {}
        values["lines"] = numbered(self._lines(values))
        return values

    def _lines(self, values: dict[str, Any]) -> list[Line]:
        upload = values.get("file")
        if upload is None:
            return lines_of_text(values.get("pasted") or "")
        if upload.size > LARGEST:
            raise ValidationError({"file": _("The file is larger than 1 MB. A sheet holds 500 lines at most.")})
        try:
            return lines_of_bytes(upload.read())
        except UnreadableFile as error:
            raise ValidationError(
                {"file": _("This is no text file. Save the sheet as CSV, or paste its cells.")}
            ) from error


class LineForm(forms.Form):
    """One line of the grid: every cell is text, so that nothing anybody typed is lost."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in COLUMNS:
            value = self.data.get(self.add_prefix(name)) if self.is_bound else self.initial.get(name)
            self.fields[name] = _cell(name, str(value or ""))

    def line(self, number: int) -> Line:
        values = self.cleaned_data
        return Line(number, **{name: " ".join((values.get(name) or "").split()) for name in COLUMNS})


def _cell(name: str, value: str) -> forms.CharField:
    field = forms.CharField(label=LABELS[name], required=False, max_length=LONGEST[name])
    attrs = {"class": "form-control", "autocomplete": "off"}
    if name in LISTS:
        attrs["list"] = LISTS[name]
    if name in CHOICES and (not value or value in dict(CHOICES[name])):
        field.widget = forms.Select(attrs={"class": "form-select"}, choices=CHOICES[name])
    elif name == "on" and (not value or (day_of(value)[0] is not None)):
        field.widget = forms.DateInput(format="%Y-%m-%d", attrs={"class": "form-control", "type": "date"})
    else:
        field.widget = forms.TextInput(attrs={**attrs, "maxlength": str(LONGEST[name])})
    return field


def iso(line: Line) -> dict[str, str]:
    """A line as the grid shows it: a day that is understood in the browser's own format."""
    values = dict(zip(COLUMNS, line.cells(), strict=True))
    found, _problem = day_of(line.on)
    return {**values, "on": found.isoformat() if found else line.on}
