"""Facts out of CSV text: headings checked, rows numbered by their line in the file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import MISSING
from difflib import get_close_matches

from incentives.facts.checks import checked
from incentives.facts.parse import KINDS, columns_of, read_rows
from incentives.facts.rows import Facts
from kernel.issue import IssueCollector, Level

_FREE = ("transactions", "participants")


def facts_of_files(files: Mapping[str, tuple[str, str]], issues: IssueCollector) -> Facts:
    """Return the checked facts of CSV ``files`` (kind → name and text)."""
    read = {}
    for kind in KINDS:
        name, text = files.get(kind, ("", ""))
        lines = _lines(kind, name, text, issues) if kind in files else []
        read[kind] = tuple(read_rows(kind, lines, issues, name))
    return checked(Facts(**read), issues)


def _lines(kind: str, name: str, text: str, issues: IssueCollector) -> list[tuple[int, dict[str, str]]]:
    text = text.removeprefix("\ufeff")
    if not text.strip():
        issues.add(
            Level.ERROR,
            "empty_file",
            f"{name}: the file is empty; write a heading such as {_heading(kind)}",
            row=1,
            value=name,
        )
        return []
    first = text.splitlines()[0]
    rows = csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",")
    heading = [column.strip() for column in next(rows)]
    if not _accepted(kind, name, heading, issues):
        return []
    found = []
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(heading):
            message = (
                f"{name}: the line has {len(row)} values, the heading {len(heading)}; put text with commas in quotes"
            )
            issues.add(Level.ERROR, "wrong_width", message, row=rows.line_num)
            continue
        found.append((rows.line_num, dict(zip(heading, row, strict=True))))
    if not found:
        issues.add(Level.WARNING, "no_rows", f"{name}: there is a heading and no row below it", row=1, value=name)
    return found


def _heading(kind: str) -> str:
    return ",".join(list(columns_of(kind))[:5])


def _accepted(kind: str, name: str, heading: list[str], issues: IssueCollector) -> bool:
    known = columns_of(kind)
    good = True
    for place, column in enumerate(heading):
        if column in heading[:place]:
            issues.add(
                Level.ERROR, "duplicate", f"{name}: the column {column} stands twice; remove one", row=1, field=column
            )
            good = False
        near = get_close_matches(column, known, 1, 0.8)
        if column not in known and near and near[0] not in heading:
            level = Level.WARNING if kind in _FREE else Level.ERROR
            issues.add(
                level,
                "unknown_column",
                f"{name}: the column {column} is unknown; did you mean {near[0]}?",
                row=1,
                field=column,
            )
    for column, item in known.items():
        if item.default is MISSING and column not in heading:
            message = f"{name}: the column {column} is missing; the heading needs it"
            issues.add(Level.ERROR, "missing_column", message, row=1, field=column)
            good = False
    return good
