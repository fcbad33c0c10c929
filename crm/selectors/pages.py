"""One page of a big table: the ids by an index that gives the order, then their rows."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from django.db.models import Model, OrderBy, QuerySet

PAGE_SIZE = 50

Row = TypeVar("Row", bound=Model)


def rows_of_page(
    found: QuerySet[Row], order: Sequence[OrderBy], offset: int, related: Sequence[str], size: int = PAGE_SIZE
) -> list[Row]:
    """Rows from `offset` on, in order, with what they refer to. Two queries."""
    ids = list(found.order_by(*order).values_list("pk", flat=True)[offset : offset + size])
    rows: Any = found.model._default_manager.filter(pk__in=ids).select_related(*related)
    by_id = {row.pk: row for row in rows}
    return [by_id[key] for key in ids if key in by_id]


def rows_of_list(found: QuerySet[Row], order: Sequence[OrderBy], related: Sequence[str]) -> Iterator[Row]:
    """All rows in order, read piece by piece. One query."""
    return found.order_by(*order).select_related(*related).iterator(chunk_size=2_000)
