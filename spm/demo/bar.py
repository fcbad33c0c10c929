"""The role bar above every page of a demo organization: whose eyes one looks through, the tour, a deal that closes now.

A demo that others can reach (`SPM_HTTPS`) has random passwords and no role bar: there a sign-in is somebody's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from people.components import Action
from people.frame import Frame, role_words
from people.models import Organization
from people.viewer import Viewer
from spm.demo import story
from spm.demo.tour import STOPS, Stop

TOUR = "demo_tour"  # in the session: the number of the stop, from 1


def has_bar(organization: Organization) -> bool:
    """Whether everybody in it may look through everybody's eyes."""
    return organization.is_demo and not settings.HTTPS


def address_of(account: str, organization: Organization) -> str:
    """The e-mail address of one of the demo's sign-ins."""
    return f"{account}@{organization.slug}.example"


@dataclass(frozen=True)
class Bar:
    """What the bar shows to one viewer on one page."""

    viewer: Viewer
    email: str
    stop_number: int

    @property
    def current(self) -> str:
        """The viewer: name and role."""
        mine = next((each for each in story.SIGN_INS if self._is(each)), None)
        return f"{mine.name}, {role_words(mine.role)}" if mine else str(self.viewer.person)

    @property
    def roles(self) -> list[Action]:
        """One button for each sign-in of the story."""
        return [
            Action(
                f"{each.name.split()[0]}, {role_words(each.role)}",
                reverse("demo:look_as", args=[each.account]),
                icon="check" if self._is(each) else "",
                kind="quiet",
                method="post",
            )
            for each in story.SIGN_INS
        ]

    @property
    def stop(self) -> Stop | None:
        """The stop of the tour one is at."""
        return STOPS[self.stop_number - 1] if 0 < self.stop_number <= len(STOPS) else None

    @property
    def stop_count(self) -> int:
        return len(STOPS)

    @property
    def moves(self) -> list[Action]:
        """The ways through the tour from here."""
        if not self.stop:
            return [_move(1, _("Take the tour"), "secondary", "flag")]
        moves = [_move(0, _("End the tour"), "quiet")]
        if self.stop_number > 1:
            moves.append(_move(self.stop_number - 1, _("Back"), "secondary"))
        if self.stop_number < len(STOPS):
            moves.append(_move(self.stop_number + 1, _("Next stop"), "primary"))
        return moves

    def _is(self, sign_in: story.SignIn) -> bool:
        return self.email == address_of(sign_in.account, self.viewer.organization)


def _move(number: int, label: str, kind: Any, icon: str = "") -> Action:
    return Action(label, reverse("demo:tour", args=[number]), icon, kind, "post")


def bar_of(request: HttpRequest) -> Bar | None:
    """The bar of this page, if it has one."""
    viewer = Frame(request).viewer
    if viewer is None or not has_bar(viewer.organization):
        return None
    number = request.session.get(TOUR, 0)
    return Bar(viewer, str(getattr(request.user, "email", "")), number if isinstance(number, int) else 0)


def context(request: HttpRequest) -> dict[str, Any]:
    """For templates: `demo`, read when it is shown."""
    return {"demo": SimpleLazyObject(lambda: bar_of(request))}
