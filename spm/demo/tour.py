"""The tour of the demo: five stops, each through somebody's eyes."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from spm.demo import story

_HELEN = next(each for each in story.OFFICE if each.role == "executive")


@dataclass(frozen=True)
class Stop:
    """Who looks, at which page, and what there is to see."""

    who: story.SignIn
    place: str  # a URL name
    title: str | Promise
    words: str | Promise
    query: str = ""
    arguments: tuple[str, ...] = ()

    @property
    def href(self) -> str:
        return reverse(self.place, args=self.arguments) + (f"?{self.query}" if self.query else "")


STOPS = (
    Stop(
        story.REP,
        "metrics:my_number",
        _("Maya’s own page"),
        _("Maya is having her best quarter in a year. Press any figure to see which deals it is made of."),
    ),
    Stop(
        story.REP,
        "metrics:metric",
        _("Behind one figure"),
        _("By product, her win rate tells another story: she wins most deals, but few of Atlas Insight."),
        query="by=product&period=quarter",
        arguments=("win_rate",),
    ),
    Stop(
        story.MANAGER,
        "metrics:team",
        _("Her manager’s team"),
        _("Daniel sees who needs help and why: somebody’s bookings dropped, somebody’s deals take twice as long."),
    ),
    Stop(
        _HELEN,
        "metrics:company",
        _("The whole company"),
        _("Helen sees that one region carries the others. Press a bar to get to the deals behind it."),
    ),
    Stop(
        _HELEN,
        "metrics:company",
        _("A deal closes now"),
        _(
            "Press “A deal closes now”: Maya wins a deal, and this page changes by itself."
            " So do hers and Daniel’s, if you have them open."
        ),
    ),
)
