"""What higher apps want whoever looks after a team to attend to, beside what the figures say. Higher apps register.

@matter_source
def letters_late(viewer, team_id, on):
    return [Matter(person_id, name, title, text, href, link_label), …]
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from people.viewer import Viewer


@dataclass(frozen=True)
class Matter:
    """Something about one person that waits: a title, the fact, and the page where it is dealt with."""

    person_id: int
    name: str
    title: str
    text: str
    href: str
    link_label: str


MatterSource = Callable[[Viewer, int | None, date], Sequence[Matter]]
_SOURCES: list[MatterSource] = []


def matter_source(function: MatterSource) -> MatterSource:
    """Register who knows of matters: asked with the viewer, a team (None: everybody) and the day; sees what the viewer
    may see, in a constant number of queries.
    """
    if function not in _SOURCES:
        _SOURCES.append(function)
    return function


def matters(viewer: Viewer, team_id: int | None, on: date) -> dict[int, list[Matter]]:
    """By person, in the order of the sources. As many queries as the sources have."""
    found: dict[int, list[Matter]] = {}
    for source in _SOURCES:
        for each in source(viewer, team_id, on):
            found.setdefault(each.person_id, []).append(each)
    return found
