"""Imports as pages and commands read them."""

from collections.abc import Collection
from typing import Any

from crm.models import ImportMapping


def mapping_remembered(*, kind: str, source: str, columns: Collection[str]) -> dict[str, Any] | None:
    """What somebody last chose for files of this kind from this source, if a file with these columns fits. One query."""
    mapping = ImportMapping.objects.filter(kind=kind, source=source).values_list("mapping", flat=True).first()
    if mapping is None or not {name for name in mapping.get("columns", {}).values() if name} <= set(columns):
        return None
    return dict(mapping)
