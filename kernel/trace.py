"""Trace: how a number came to be, as a tree of named steps.

Every step has a name (for programs), a value, words (for people) and the steps it was made from. A trace is data:
it is stored beside the number it explains and is never computed again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Value = Decimal | int | str | None


@dataclass(frozen=True, slots=True)
class Trace:
    """One step: ``name``, the ``value`` it gave, ``words`` that say why, and the ``steps`` below it."""

    name: str
    value: Value = None
    words: str = ""
    steps: tuple[Trace, ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.value, float | bool):
            raise TypeError(f"a trace keeps exact values; {self.value!r} is a {type(self.value).__name__}")
        if not isinstance(self.steps, tuple):
            raise TypeError("the steps of a trace are a tuple")

    def with_step(self, step: Trace) -> Trace:
        """Return a copy with ``step`` added at the end."""
        return Trace(self.name, self.value, self.words, (*self.steps, step))

    def walk(self) -> Iterator[tuple[int, Trace]]:
        """Yield (depth, step) for this step and all below it, parents first."""
        stack: list[tuple[int, Trace]] = [(0, self)]
        while stack:
            depth, step = stack.pop()
            yield depth, step
            stack.extend((depth + 1, below) for below in reversed(step.steps))

    def find(self, name: str) -> Trace | None:
        """Return the first step called ``name``, this one included, or None."""
        return next((step for _, step in self.walk() if step.name == name), None)

    def text(self) -> str:
        """Return the steps as indented lines a person can read."""
        return "\n".join("  " * depth + step._line() for depth, step in self.walk())

    def _line(self) -> str:
        shown = "–" if self.value is None else str(self.value)
        return f"{self.name}: {shown}" + (f" ({self.words})" if self.words else "")

    def to_dict(self) -> dict[str, Any]:
        """Return the tree as plain data; decimals become text so that nothing is lost in JSON."""
        value = f"{self.value:f}" if isinstance(self.value, Decimal) else self.value
        return {
            "name": self.name,
            "value": value,
            "words": self.words,
            "steps": [step.to_dict() for step in self.steps],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Trace:
        """Return the tree that ``to_dict`` wrote; decimals stay text."""
        steps = tuple(cls.from_dict(step) for step in data.get("steps", ()))
        return cls(data["name"], data.get("value"), data.get("words", ""), steps)
