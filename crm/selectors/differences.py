"""What a batch changed, in words: columns become labels, references names, texts the values they are."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext as _

Value = str | date | Decimal | bool | None


@dataclass(frozen=True)
class Difference:
    """One field of one row. `column` is its name for programs, `label` for people."""

    column: str
    label: str
    before: Value
    after: Value

    def to_dict(self) -> dict[str, Any]:
        plain = {"before": self.before, "after": self.after}
        return {"field": self.column} | {name: _plain(value) for name, value in plain.items()}


def differences_told(
    table: str, labels: dict[str, str], found: Sequence[Iterable[Sequence[Any]] | None]
) -> list[list[Difference]]:
    """For every row its differences; one query for each kind of reference in them. `labels`: field of the file → label.
    A reference is left out where its text stands beside it."""
    model = next((one for one in apps.get_models() if one._meta.db_table == table), None)
    fields = {str(field.column): field for field in model._meta.local_concrete_fields} if model else {}
    rows = [_without_doubles([tuple(change) for change in row or ()]) for row in found]
    names = _names_of(fields, rows)

    def told(change: tuple[Any, ...]) -> Difference:
        column, before, after = change
        field = fields.get(column)
        name = column.removesuffix("_id").removesuffix("_text")
        values = [_value(field, value, names) for value in (before, after)]
        return Difference(name, _label(name, field, labels), values[0], values[1])

    return [[told(change) for change in row] for row in rows]


def _without_doubles(changes: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    columns = {change[0] for change in changes}
    return [change for change in changes if f"{change[0].removesuffix('_id')}_text" not in columns - {change[0]}]


def _names_of(fields: dict[str, Any], rows: list[list[tuple[Any, ...]]]) -> dict[tuple[str, str], str]:
    """(table, id) → how the thing is called."""
    wanted: dict[type[models.Model], set[str]] = defaultdict(set)
    for row in rows:
        for column, *values in row:
            field = fields.get(column)
            if field is not None and field.related_model:
                wanted[field.related_model].update(value for value in values if value)
    names = {}
    for model, keys in wanted.items():
        for thing in model._default_manager.filter(pk__in=keys):
            names[(model._meta.db_table, str(thing.pk))] = str(thing)
    return names


def _value(field: Any, text: str | None, names: dict[tuple[str, str], str]) -> Value:
    if text is None or text == "" or field is None:
        return text or None
    if field.related_model:
        return names.get((field.related_model._meta.db_table, text), f"#{text}")
    if isinstance(field, models.DecimalField):
        return Decimal(format(Decimal(text).normalize(), "f"))
    if isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
        return date.fromisoformat(text)
    if isinstance(field, models.BooleanField):
        return text == "true"
    return text


def _label(name: str, field: Any, labels: dict[str, str]) -> str:
    if name == "is_deleted":
        return _("removed")
    for known in (name, name.removeprefix("lead_"), name.removeprefix("list_")):
        if known in labels:
            return labels[known]
    return str(field.verbose_name) if field is not None else name


def _plain(value: Value) -> str | bool | None:
    return value if value is None or isinstance(value, bool) else str(value)
