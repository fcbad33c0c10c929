"""An answer as the JSON that other programs rely on: of the command and of the API alike."""

from decimal import Decimal
from typing import Any

from metrics.selectors.answer import Answer, Row
from metrics.words import notes_text


def answer_document(found: Answer) -> dict[str, Any]:
    """Decimals are texts, undefined is None; `group` is empty for a total."""
    return {
        "as_of": found.as_of.isoformat() if found.as_of else None,
        "version": found.version,
        "rows": [_row(row) for row in found.rows],
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "metric": row.metric.name,
        "group": row.names,
        "value": _decimal(row.figure.value),
        "numerator": _decimal(row.figure.numerator),
        "denominator": _decimal(row.figure.denominator),
        "note": notes_text(row.figure.notes),
        "keys": {str(dimension): each or None for dimension, each in row.ids.items()},
    }


def _decimal(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"
