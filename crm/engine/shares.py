"""How the shares of a deal went from one set to the next, from the times at which each share was there.

A set of shares holds from the moment it was written to the moment it was replaced, `[since, until)`; an unknown `since` is
the beginning, an unknown `until` is still. Shares are parts of 1, exact. No share at a moment means that the deal's owner
has all of it. Nothing is rounded and nothing is refused: shares that overlap are shown as they stand.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True)
class Held:
    """A share and how long it was there. `who`: a person's key, 0 the house, or the text of a name that waits."""

    who: int | str
    role: str
    share: Decimal
    since: datetime | None
    until: datetime | None
    origin: str = ""

    @property
    def said(self) -> tuple[str, str, Decimal]:
        """What it says, so that a set written anew is told from a changed one."""
        return str(self.who), self.role, self.share


@dataclass(frozen=True)
class Change:
    """From one set of shares to the next, each the largest first, overlay last."""

    at: datetime
    before: tuple[Held, ...]
    after: tuple[Held, ...]


def share_changes(rows: Iterable[Held], known_since: datetime | None) -> list[Change]:
    """Every change of what the shares say after `known_since`, newest first: shares that come with a deal are no change."""
    held = list(rows)
    moments = {each for row in held for each in (row.since, row.until) if each is not None}
    found = []
    for at in sorted(moments, reverse=True):
        if known_since is not None and at <= known_since:
            continue
        before = [
            row for row in held if (row.since is None or row.since < at) and (row.until is None or row.until >= at)
        ]
        after = [
            row for row in held if (row.since is None or row.since <= at) and (row.until is None or row.until > at)
        ]
        if sorted(row.said for row in before) != sorted(row.said for row in after):
            found.append(Change(at, _ordered(before), _ordered(after)))
    return found


def _ordered(rows: list[Held]) -> tuple[Held, ...]:
    return tuple(sorted(rows, key=lambda row: (row.role == "overlay", -row.share, str(row.who))))
