"""The gallery: no data of anybody, so no policy and no query."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from spm.gallery import samples

STATES = ("good", "good-soft", "bad", "bad-soft", "warn", "warn-soft")
TOKENS = (
    *("canvas", "surface", "sunken", "ink", "ink-2", "ink-3", "line", "line-field", "accent", "accent-soft"),
    *STATES,
)


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
        },
    )


def why_sample(request: HttpRequest) -> HttpResponse:
    """What a drawer holds; a page by itself without JavaScript."""
    return render(request, "design/why.html", {"table": samples.why_table(), "pairs": samples.why_pairs()})
