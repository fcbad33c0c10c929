"""What every template may use: `frame` (people.frame.Frame) and the `viewer`, None before sign-in."""

from typing import Any

from django.http import HttpRequest

from people.frame import Frame


def frame(request: HttpRequest) -> dict[str, Any]:
    """The frame and the viewer; nothing is read until a template shows it."""
    return {
        "frame": Frame(request),
        "viewer": getattr(request, "viewer", None),
        "looking": getattr(request, "looking", None),
    }
