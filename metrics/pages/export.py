"""Rows of a metric as a CSV file: exact values, undefined ones empty, safe to open in a spreadsheet."""

import csv
from decimal import Decimal
from io import StringIO

from metrics.pages.explorer import Explored
from metrics.words import notes_text
from people.formats import spreadsheet_text


def csv_of(explored: Explored) -> str:
    """The same rows as the page, with the days, numerator, denominator and what was left out."""
    out = StringIO()
    out.write("\N{ZERO WIDTH NO-BREAK SPACE}")  # spreadsheets then read it as UTF-8
    writer = csv.writer(out)
    writer.writerow([explored.by, "metric", "from", "to_before", "value", "numerator", "denominator", "note"])
    for row in explored.rows:
        period = row.period or explored.choice.period
        figure = row.figure
        writer.writerow(
            [
                spreadsheet_text(row.names.get(explored.by) or ""),
                row.metric.name,
                period.starts_on.isoformat(),
                period.ends_before.isoformat(),
                *(_plain(value) for value in (figure.value, figure.numerator, figure.denominator)),
                notes_text(figure.notes),
            ]
        )
    return out.getvalue()


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"
