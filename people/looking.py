"""Looking at the product as somebody else: read-only, for a while, never upwards, never at private pages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from people.models import Look
from people.viewer import Viewer

SESSION_KEY = "look"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
WAYS_OUT = frozenset({"people:look_end", "account_logout"})  # the only posts while one looks

View = TypeVar("View", bound=Callable[..., object])


@dataclass(frozen=True)
class Looking:
    """A look under way: who really sits there, and as whom they look (`viewer`)."""

    look: Look
    actor: Viewer
    viewer: Viewer


def private(view: View) -> View:
    """A page that is somebody's own: whoever looks as them does not get it."""
    view.is_private = True  # type: ignore[attr-defined]
    return view
