"""A component, and one state of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.text import slugify


@dataclass(frozen=True)
class State:
    """One state: its name, the template or the tag that draws it, and the documented context."""

    name: str
    drawn_by: str | Callable[..., str]
    context: dict[str, Any] = field(default_factory=dict)

    def render(self, request: HttpRequest | None = None) -> str:
        """The component as a page would show it."""
        if callable(self.drawn_by):
            return self.drawn_by(**self.context)
        return render_to_string(f"components/{self.drawn_by}.html", self.context, request)


@dataclass(frozen=True)
class Section:
    """A component with what it is for."""

    title: str
    words: str
    states: Sequence[State]
    is_narrow: bool = False  # states stand side by side

    @property
    def slug(self) -> str:
        """Its anchor."""
        return slugify(self.title)
