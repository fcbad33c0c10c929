from typing import Any

from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    """What the frame of every page shows."""
    return {"viewer": getattr(request, "viewer", None)}
