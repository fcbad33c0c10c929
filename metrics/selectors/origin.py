"""Where a fact came from: the line of the file it was imported by, and who changed it since."""

from dataclasses import dataclass
from typing import Any, Protocol

from crm.models import ImportBatch, ImportRow, Opportunity, OpportunityChange


class Imported(Protocol):
    """A fact that a batch may have brought."""

    batch: ImportBatch | None
    row_number: int | None


@dataclass(frozen=True)
class Line:
    """A line of a file as it came: (column, text) in the file's order."""

    batch: ImportBatch
    number: int
    texts: list[tuple[str, str]]


def imported_line(fact: Imported) -> Line | None:
    """The line that a fact says today's values with. One query."""
    if fact.batch is None or fact.row_number is None:
        return None
    row: Any = ImportRow.objects.filter(batch=fact.batch, number=fact.row_number).first()
    columns = fact.batch.columns
    texts = list(zip(columns, [*row.raw, *[""] * len(columns)], strict=False)) if row else []
    return Line(fact.batch, fact.row_number, texts)


def changes_of(deal: Opportunity, limit: int = 50) -> list[OpportunityChange]:
    """What mattered about a deal, the latest first, with the files and people that changed it. One query."""
    changes = OpportunityChange.objects.filter(opportunity=deal)
    return list(
        changes.select_related("stage", "owner", "batch__created_by").order_by("-recorded_at", "-happened_on", "-pk")[
            :limit
        ]
    )
