"""Where a fact came from: the line of the file it was imported by, and who changed it since."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from crm.models import Credit, ImportBatch, ImportRow, Opportunity, OpportunityChange
from metrics.selectors.sums.credits_then import credits_of
from metrics.selectors.sums.sql import Sql, rows_of
from people.models import Person


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


@dataclass(frozen=True)
class ShareThen:
    """A share of a deal on a past day; without a person it was the house's."""

    person: Person | None
    share: Decimal
    is_overlay: bool


def shares_then(deal: Opportunity, day: date) -> list[ShareThen]:
    """Who was credited with a deal at the end of a past day beside or instead of its owner. Two queries."""
    rows = rows_of(
        Sql(
            f"SELECT c.person_id, c.share, c.role = %s FROM {credits_of(day)} c"
            " WHERE c.opportunity_id = %s AND c.kind = 'bookings' ORDER BY 3, 2 DESC, 1",
            [Credit.Role.OVERLAY.value, deal.pk],
        )
    )
    people = Person.objects.in_bulk([row[0] for row in rows if row[0]])
    return [ShareThen(people.get(row[0]), row[1], row[2]) for row in rows]
