"""What a file's page says besides one meaning for each column: what else a column is, and one value for all rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.engine.fields import Shape
from crm.engine.mapping import FileMapping
from crm.engine.profile import FileProfile
from crm.forms.widgets import QuickSelect

EMPTY_ROWS = 2  # to fill in, below what was chosen before
MOST_ROWS = 50
LONGEST = 200  # characters of a value


@dataclass(frozen=True)
class Further:
    """A field, the column that feeds it too, and the value of rows where there is none."""

    field: str
    column: str = ""
    value: str = ""


@dataclass(frozen=True)
class FurtherRow:
    """As the page shows it."""

    field: forms.BoundField
    column: forms.BoundField
    value: forms.BoundField


def first_meanings(mapping: FileMapping) -> dict[str, str]:
    """Column → the field that it feeds; the first one where it feeds several."""
    first: dict[str, str] = {}
    for name, column in mapping.columns.items():
        first.setdefault(column, name)
    return first


def further_of(mapping: FileMapping) -> list[Further]:
    """What a mapping says besides the first meaning of each column."""
    shown = set(first_meanings(mapping).values())
    second = {name: column for name, column in mapping.columns.items() if column and name not in shown}
    names = [*second, *(name for name in mapping.constants if name not in second)]
    return [Further(name, second.get(name, ""), mapping.constants.get(name, "")) for name in names]


def further_fields(
    shape: Shape, profile: FileProfile, mapping: FileMapping, sent: Mapping[str, Any]
) -> dict[str, forms.Field]:
    """The fields of the form, by name: as many rows as were chosen before or sent, and some to fill in."""
    rows = further_of(mapping)
    count = len(rows) + EMPTY_ROWS
    while count < MOST_ROWS and _key("field", count) in sent:
        count += 1
    names = [("", "–"), *((item.name, item.label or item.name) for item in shape.fields)]
    columns = [("", _("no column")), *((column.name, column.name) for column in profile.columns)]
    fields: dict[str, forms.Field] = {}
    for place in range(count):
        row = rows[place] if place < len(rows) else Further("")
        fields[_key("field", place)] = forms.ChoiceField(
            label=_("Field"), choices=names, required=False, initial=row.field
        )
        fields[_key("column", place)] = forms.ChoiceField(
            label=_("Column"), choices=columns, required=False, initial=row.column, widget=QuickSelect
        )
        fields[_key("value", place)] = forms.CharField(
            label=_("Value"), max_length=LONGEST, required=False, initial=row.value
        )
    return fields


def further_rows(form: forms.Form) -> list[FurtherRow]:
    """The rows of a form that has these fields."""
    return [FurtherRow(*(form[_key(part, place)] for part in ("field", "column", "value"))) for place in _places(form)]


def further_read(form: forms.Form, cleaned: Mapping[str, Any], fed: Mapping[str, str]) -> Sequence[Further]:
    """What was entered; mistakes are added to the form. `fed`: field → column, of the table of columns."""
    found: dict[str, Further] = {}
    for place in _places(form):
        row = Further(*(str(cleaned.get(_key(part, place)) or "").strip() for part in ("field", "column", "value")))
        if row == Further(""):
            continue
        problem = _problem(row, found, fed)
        if problem is not None:
            form.add_error(_key(problem[0], place), problem[1])
        elif row.field:
            found[row.field] = row
    return list(found.values())


def _problem(row: Further, before: Mapping[str, Further], fed: Mapping[str, str]) -> tuple[str, Any] | None:
    if not row.field:
        return "field", _("Say which field this is for.")
    if not row.column and not row.value:
        return "value", _("Choose a column, or write the value of all rows.")
    if row.field in before:
        return "field", _("This field stands in a line above already.")
    if row.column and row.field in fed:
        return "column", _("“%(column)s” is chosen for this already. Leave one of them out.") % {
            "column": fed[row.field]
        }
    return None


def _places(form: forms.Form) -> range:
    return range(sum(1 for name in form.fields if name.startswith("further_field_")))


def _key(part: str, place: int) -> str:
    return f"further_{part}_{place}"
