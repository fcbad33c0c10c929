"""Pieces of statements. Every statement of this package runs behind the wall."""

from dataclasses import dataclass, field
from typing import Any

from django.db import connection

Parameters = list[Any]


@dataclass
class Sql:
    """A piece of a statement with its parameters."""

    text: str
    parameters: Parameters = field(default_factory=list)

    def add(self, text: str, *parameters: Any) -> None:
        """One more condition."""
        self.text += f" AND {text}"
        self.parameters += parameters


def rows_of(statement: Sql) -> list[tuple[Any, ...]]:
    """The rows of a statement. One query."""
    with connection.cursor() as cursor:
        cursor.execute(statement.text, statement.parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
