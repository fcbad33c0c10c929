"""The frame of every page: who looks, where they may go, which place they are in. Reads only the viewer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from people.addresses import address
from people.components.pieces import Action, PersonChip
from people.viewer import NoPerson, Viewer

NEAREST = 4  # places in a phone's bottom bar


@dataclass(frozen=True)
class Place:
    """A place in the navigation: a URL name, its word and icon, and the roles that see it (none: everybody)."""

    name: str
    label: str | Promise
    icon: str
    roles: frozenset[str] = frozenset()

    @property
    def href(self) -> str:
        """Where it is; empty while no page has the name."""
        return address(self.name)

    def is_open_to(self, roles: frozenset[str]) -> bool:
        """Whether somebody with these roles sees it."""
        return bool(self.href) and (not self.roles or bool(self.roles & roles))


@dataclass(frozen=True)
class Room:
    """Places that belong together, under one heading."""

    label: str | Promise
    places: Sequence[Place]


@dataclass(frozen=True)
class Navigation:
    """All rooms, and the pages the frame itself needs, by URL name."""

    rooms: Sequence[Room] = ()
    home: str = "home"
    version: str = ""
    search: str = ""
    inbox: str = ""
    person_numbers: str = ""  # takes person_id
    personal: Sequence[Place] = ()


@dataclass(frozen=True)
class Item:
    """A place as a link of this page."""

    label: str
    href: str
    icon: str
    is_current: bool = False


@dataclass(frozen=True)
class Group:
    """A room as this viewer sees it."""

    label: str
    items: Sequence[Item] = field(default_factory=tuple)


class Frame:
    """What `templates/base.html` shows around a page; everything is worked out only when it is shown."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def viewer(self) -> Viewer | None:
        """Who looks; nobody before sign-in, and nobody for a sign-in without a person."""
        found: Viewer | None = getattr(self.request, "viewer", None)
        try:
            return found if found else None
        except NoPerson:
            return None

    @cached_property
    def navigation(self) -> Navigation:
        """The list the composition gives."""
        found: Navigation = import_string(settings.NAVIGATION)
        return found

    @cached_property
    def organization(self) -> Any:
        """The viewer's organization, or None before sign-in."""
        return self.viewer.organization if self.viewer else None

    @property
    def organization_name(self) -> str:
        """Its name, or the product's."""
        return self.organization.name if self.organization else _("Sales performance")

    @cached_property
    def roles(self) -> frozenset[str]:
        """The viewer's roles today, and whether there is a team to look after."""
        return self.viewer.hats if self.viewer else frozenset()

    @cached_property
    def person(self) -> PersonChip | None:
        """The viewer as somebody with initials."""
        if not self.viewer:
            return None
        return PersonChip(str(self.viewer.person), ", ".join(viewer_roles_words(self.viewer)))

    @cached_property
    def groups(self) -> list[Group]:
        """Rooms with at least one place open to the viewer."""
        groups = [
            Group(str(room.label), [self._item(place) for place in self._open(room)]) for room in self.navigation.rooms
        ]
        return [group for group in groups if group.items]

    @property
    def nearest(self) -> list[Item]:
        """The first places, for a phone."""
        return [item for group in self.groups for item in group.items][:NEAREST]

    @property
    def place_label(self) -> str:
        """The group one is in."""
        return next((group.label for group in self.groups if any(item.is_current for item in group.items)), "")

    @property
    def personal(self) -> list[Action]:
        """What the person menu offers; signing out is always the last."""
        places = [place for place in self.navigation.personal if place.is_open_to(self.roles)]
        actions = [Action(str(place.label), place.href, place.icon, "quiet") for place in places]
        return [*actions, Action(_("Sign out"), address("account_logout"), "sign-out", "quiet", "post")]

    @property
    def theme(self) -> str:
        """The theme the reader chose, or nothing: then the system's."""
        chosen = self.request.COOKIES.get("theme", "")
        return chosen if chosen in ("light", "dark") else ""

    @property
    def sprite(self) -> str:
        """The file of all icons."""
        return static("icons/sprite.svg")

    @property
    def home_href(self) -> str:
        """The viewer's own home."""
        return address(self.navigation.home) or "/"

    @property
    def version_href(self) -> str:
        """What open pages ask every few seconds."""
        return address(self.navigation.version) if self.viewer else ""

    @property
    def search_href(self) -> str:
        """Where the search field leads."""
        return address(self.navigation.search) if self.viewer else ""

    @property
    def inbox_href(self) -> str:
        """The inbox; whoever looks as somebody else has none."""
        is_own = getattr(self.request, "looking", None) is None
        return address(self.navigation.inbox) if self.viewer and is_own else ""

    @property
    def inbox_count(self) -> int:
        """How much of it is unread."""
        return self.viewer.unread_count if self.viewer else 0

    def _open(self, room: Room) -> list[Place]:
        return [place for place in room.places if place.is_open_to(self.roles)]

    def _item(self, place: Place) -> Item:
        return Item(str(place.label), place.href, place.icon, self._current_href == place.href)

    @cached_property
    def _current_href(self) -> str:
        """The longest place that the address of this page begins with."""
        places = [place.href for room in self.navigation.rooms for place in self._open(room)]
        matching = [
            href for href in places if self.request.path == href or (href != "/" and self.request.path.startswith(href))
        ]
        return max(matching, key=len, default="")


def role_words(role: str) -> str:
    """A role as the interface calls it."""
    words = {
        "rep": _("Rep"),
        "manager": _("Manager"),
        "operations": _("Operations"),
        "finance": _("Finance"),
        "hr": _("HR"),
        "executive": _("Executive"),
        "administrator": _("Administrator"),
    }
    return words.get(role, role)


def viewer_roles_words(viewer: Viewer) -> list[str]:
    """Every role of the viewer today; what is limited or lent says to what: “Operations (North)”."""
    words = {
        "granted": _("%(role)s (%(team)s)"),
        "acting": _("Acting manager (%(team)s)"),
        "delegated": _("For %(name)s (%(team)s)"),
    }
    lent = [
        words[charge.right] % {"role": role_words(charge.role), "team": charge.team_name, "name": charge.for_name}
        for charge in viewer.charges
        if charge.right in words
    ]
    return sorted(role_words(role) for role in viewer.roles) + lent
