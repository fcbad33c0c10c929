"""The smaller pieces of a page: people, states, steps, events, what to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from django.utils.translation import gettext as _

from people import formats

Tone = Literal["neutral", "accent", "good", "bad", "warn"]
ICON_OF_TONE = {"good": "check-circle", "bad": "x-circle", "warn": "alert", "accent": "info", "neutral": "dot"}


@dataclass(frozen=True)
class Action:
    """A link or a button: `method` post makes it a form with one button, `confirm` asks first."""

    label: str
    href: str
    icon: str = ""
    kind: Literal["primary", "secondary", "quiet", "danger"] = "secondary"
    method: Literal["get", "post"] = "get"
    confirm: str = ""
    is_drawer: bool = False
    is_disabled: bool = False


@dataclass(frozen=True)
class PersonChip:
    """Somebody: initials in a circle, the name, and one line about the seat."""

    name: str
    detail: str = ""
    href: str = ""
    is_small: bool = False

    @property
    def initials(self) -> str:
        """First letters of the first and the last word."""
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"

    @property
    def hue(self) -> int:
        """One of six quiet tints, always the same for one name."""
        return sum(ord(letter) for letter in self.name) % 6


@dataclass(frozen=True)
class Status:
    """A state as icon and word; the colour only repeats them."""

    label: str
    tone: Tone = "neutral"
    icon: str = ""

    @property
    def symbol(self) -> str:
        """The icon given, or the one of the tone."""
        return self.icon or ICON_OF_TONE[self.tone]


@dataclass(frozen=True)
class Callout:
    """Something the reader should know before going on."""

    title: str
    text: str = ""
    tone: Tone = "accent"
    actions: Sequence[Action] = ()

    @property
    def symbol(self) -> str:
        """The icon of the tone."""
        return ICON_OF_TONE[self.tone]


@dataclass(frozen=True)
class Empty:
    """Nothing here yet: what it is, why it is empty, what to do next."""

    title: str
    text: str = ""
    icon: str = "inbox"
    actions: Sequence[Action] = ()


@dataclass(frozen=True)
class Step:
    """One step of a path: done, current or waiting; a done step may lead back."""

    label: str
    state: Literal["done", "current", "waiting", "failed"] = "waiting"
    href: str = ""

    @property
    def words(self) -> str:
        """The state in words."""
        return {"done": _("done"), "current": _("now"), "failed": _("failed")}.get(self.state, _("to come"))


@dataclass(frozen=True)
class Event:
    """Something that happened at a moment or on a day, for a timeline (newest first)."""

    at: datetime | date
    title: str
    detail: str = ""
    actor: str = ""
    icon: str = "dot"
    tone: Tone = "neutral"
    href: str = ""

    @property
    def when(self) -> str:
        """The moment or the day in words."""
        return formats.moment(self.at) if isinstance(self.at, datetime) else formats.day(self.at)


@dataclass(frozen=True)
class Tab:
    """One of several views of the same thing."""

    label: str
    href: str
    is_current: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Crumb:
    """One step up; the last one has no link."""

    label: str
    href: str = ""


@dataclass(frozen=True)
class JobProgress:
    """A job in a worker. The page asks `poll_href` for this fragment until the state is final."""

    label: str
    state: Literal["waiting", "running", "done", "failed"] = "waiting"
    done: int = 0
    total: int | None = None
    detail: str = ""
    poll_href: str = ""
    actions: Sequence[Action] = ()

    @property
    def is_final(self) -> bool:
        """Nothing more will change."""
        return self.state in ("done", "failed")

    @property
    def status(self) -> Status:
        """The state as icon and word."""
        return {
            "waiting": Status(_("Waiting for a worker"), "neutral", "clock"),
            "running": Status(_("Running"), "accent", "refresh"),
            "done": Status(_("Done"), "good"),
            "failed": Status(_("Failed"), "bad"),
        }[self.state]

    @property
    def count_words(self) -> str:
        """1,200 of 8,800."""
        if self.total is None:
            return formats.number(self.done) if self.done else ""
        return _("%(done)s of %(total)s") % {"done": formats.number(self.done), "total": formats.number(self.total)}
