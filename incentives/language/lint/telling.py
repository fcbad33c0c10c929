"""How a linter tells what it found: by place in the document, with its line."""

from __future__ import annotations

from decimal import Decimal

from incentives.language.reader import Document, percent_hint
from kernel.issue import IssueCollector, Level

Place = tuple[str | int, ...]


def shown(share: Decimal) -> str:
    """Return a share as a percentage."""
    return f"{(share * 100).normalize():f}%"


class Telling:
    """Collects issues about one document."""

    def __init__(self, document: Document, issues: IssueCollector) -> None:
        self.document, self.issues = document, issues

    def tell(self, level: Level, code: str, place: Place, message: str) -> None:
        field = ".".join(str(part + 1) if isinstance(part, int) else part for part in place)
        self.issues.add(level, code, f"{field}: {message}", row=self.document.line(*place), field=field)

    def error(self, code: str, place: Place, message: str) -> None:
        self.tell(Level.ERROR, code, place, message)

    def warn(self, code: str, place: Place, message: str) -> None:
        self.tell(Level.WARNING, code, place, message)

    def unit(self, here: Place, percent: bool, name: str) -> None:
        shown = self.document.texts.get((*here, name), "")
        if shown and percent and not shown.endswith("%") and Decimal(shown) != 0:
            self.error("percent_as_number", (*here, name), f"{shown} is no percentage; {percent_hint(shown)}")
        if shown and not percent and shown.endswith("%"):
            self.error(
                "number_as_percent",
                (*here, name),
                f"{shown} is a percentage, but the basis is an amount or count; write a number",
            )
