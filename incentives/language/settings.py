"""Fields of the plan classes: a default, a sentence, and the spelling in the document."""

from __future__ import annotations

from dataclasses import Field, field, fields
from typing import Any


def required(sentence: str, spelled: str | None = None) -> Any:
    """Declare a field that a document must give."""
    return field(metadata={"doc": sentence, "spelled": spelled})


def setting(default: Any, sentence: str, spelled: str | None = None) -> Any:
    """Declare a field with a default; a class or ``dict`` is called for a fresh one."""
    metadata = {"doc": sentence, "spelled": spelled}
    if isinstance(default, type):
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


def spelling(item: Field[Any]) -> str:
    """Return the field's name in the document (``from`` is no Python name)."""
    return str(item.metadata["spelled"] or item.name)


def by_spelling(cls: Any) -> dict[str, Field[Any]]:
    """Return the fields of a plan class by their names in the document, in order."""
    return {spelling(item): item for item in fields(cls)}
