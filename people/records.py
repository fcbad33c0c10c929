"""Everything that is kept about a person, app by app, for one file.

Every table behind the wall that refers to a person is included by itself. What refers in another way (a text, a key
inside JSON) an app adds with `record_source` in `AppConfig.ready`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from people.models import Person
from people.wall.build import is_event, walled_models

SECRET = ("password", "secret", "token", "digest", "hash")  # words in the names of columns that are never handed out
_LEFT_OUT = {"people.ErasedMark", "people.StoredFile"}


@dataclass(frozen=True)
class RecordTable:
    """One file of the archive: `name` without its ending, its columns, and the rows when they are read."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]


RecordSource = Callable[[Person], RecordTable]
_SOURCES: dict[str, RecordSource] = {}


def record_source(name: str) -> Callable[[RecordSource], RecordSource]:
    """Register what else is kept about a person; `name` is the file, such as `crm/import_rows`."""

    def register(function: RecordSource) -> RecordSource:
        _SOURCES[name] = function
        return function

    return register


def record_tables(person: Person) -> Iterator[RecordTable]:
    """Every file of the archive, the empty ones too. Rows are read one by one. Behind the wall."""
    for model in sorted(walled_models(), key=lambda model: model._meta.label_lower):
        fields = person_fields(model)
        if fields:
            yield _table(model, fields, person)
    for name in sorted(_SOURCES):
        yield _SOURCES[name](person)


def person_fields(model: type[models.Model]) -> list[str]:
    """By which columns rows of a model refer to a person; the person's own row and its history count."""
    if model is Person:
        return ["pk"]
    if model._meta.label in _LEFT_OUT:
        return []
    return [
        field.name
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.ForeignKey) and field.related_model is Person
    ]


def _table(model: type[models.Model], fields: list[str], person: Person) -> RecordTable:
    names = [field.attname for field in model._meta.local_concrete_fields if not _is_secret(field.attname)]
    names = [name for name in names if name not in {"organization_id", "pgh_context"}]
    about = models.Q()
    for field in fields:
        about |= models.Q(**{field: person.pk})
    found = model._default_manager.filter(about).order_by("pk").values_list(*names)
    name = f"{model._meta.app_label}/{'history_of_' if is_event(model) else ''}{model._meta.model_name}"
    return RecordTable(name.replace("event", "") if is_event(model) else name, names, found.iterator(chunk_size=2_000))


def _is_secret(column: str) -> bool:
    return any(word in column for word in SECRET)
