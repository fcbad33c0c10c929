"""Read who looked as whom."""

from people.models import Look
from people.viewer import Viewer


def looks_at(viewer: Viewer, limit: int = 20) -> list[Look]:
    """The last looks as the viewer, the latest first. One query."""
    found = Look.objects.filter(person=viewer.person).select_related("actor")
    return list(found.order_by("-started_at", "-pk")[:limit])
