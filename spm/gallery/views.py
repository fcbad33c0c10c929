"""The gallery: no data of anybody, so no policy and no query."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from people.components import PersonChip
from people.frame import Frame, Group, Item
from spm.gallery import samples

STATES = ("good", "good-soft", "bad", "bad-soft", "warn", "warn-soft")
TOKENS = (
    *("canvas", "surface", "sunken", "ink", "ink-2", "ink-3", "line", "line-field", "accent", "accent-soft"),
    *STATES,
)


class SampleFrame(Frame):
    """The frame as an administrator sees it, for somebody who has not signed in."""

    organization_name = "Northwind Robotics"
    roles = frozenset({"administrator", "manager"})
    person = PersonChip("Maya Okafor", "Administrator")
    search_href = "/design/"
    inbox_href = "/design/"
    inbox_count = 3

    @property
    def groups(self) -> list[Group]:
        """Every place, whether or not its page exists yet."""
        return [
            Group(
                str(room.label),
                [
                    Item(str(place.label), place.href or "/design/", place.icon, n == 0 == m)
                    for n, place in enumerate(room.places)
                ],
            )
            for m, room in enumerate(self.navigation.rooms)
        ]


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in every state."""
    rendered = [
        (section, [(state, state.render(request)) for state in section.states])
        for section in samples.sections(request.GET)
    ]
    return render(
        request,
        "design/gallery.html",
        {
            "sections": rendered,
            "tokens": TOKENS,
            "themes": ["light", "dark"],
            "icons": samples.ICONS,
            **_frame(request),
        },
    )


def _frame(request: HttpRequest) -> dict[str, Frame]:
    return {} if getattr(request, "viewer", None) else {"frame": SampleFrame(request)}


def why_sample(request: HttpRequest) -> HttpResponse:
    """What a drawer holds; a page by itself without JavaScript."""
    context = {"table": samples.why_table(), "pairs": samples.why_pairs(), **_frame(request)}
    return render(request, "design/why.html", context)
