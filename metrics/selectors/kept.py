"""Figures of teams and the company, kept for as long as the data behind them is the same.

Whatever a figure depends on leaves a mark when it changes, and working marks off gives the data a new stamp
(`DataVersion`). So while nothing is due, a sum is the same for everybody who asks under the same stamp. A mark of a day
changes what stands on that day and nothing else: sums of single days are kept under the stamps of their months, so that a
deal won today leaves those of last year as they are, while it is due and after. Only pages keep sums, for the one look at
the data that a request is; commands, the API and looks back read afresh.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TypeVar

from django.core.cache import cache

from kernel.period import Period

KEEP_SECONDS = 300
KEEP_DAYS_SECONDS = 3600  # sums of days that nobody touches
T = TypeVar("T")


@dataclass(frozen=True)
class Stamps:
    """Of the data as a whole, of its last change that was not of single days (`since`), and of the months changed since.

    `due` are months with days that are to be recomputed. Months are named by their first days.
    """

    whole: str
    since: str
    months: Mapping[str, str] = field(default_factory=dict)
    due: Collection[str] = ()

    def of(self, days: Period) -> str:
        """What these days stand under: the same for as long as nothing on them changed; nothing while one is due."""
        first, last = days.starts_on.replace(day=1).isoformat(), days.last_day.isoformat()
        if any(first <= month <= last for month in self.due):
            return ""
        touched = [f"{month}={stamp}" for month, stamp in sorted(self.months.items()) if first <= month <= last]
        return " ".join([self.since, *touched])


@dataclass
class Look:
    """What one request knows of the data: its stamps, none as long as everything is due."""

    stamps: Stamps | None = None
    aside: set[str] = field(default_factory=set)  # what was worked out for this request and stands in the database


_LOOK: ContextVar[Look | None] = ContextVar("metrics_look", default=None)


@contextmanager
def one_look() -> Iterator[None]:
    """A request, in which sums may be kept once the state of the numbers is known."""
    token = _LOOK.set(Look())
    try:
        yield
    finally:
        _LOOK.reset(token)


def current_look() -> Look | None:
    """The look of this request; commands, the API and workers have none."""
    return _LOOK.get()


def stamps_known(stamps: Stamps | None) -> None:
    """The state of the numbers was read: their stamps, none where everything is due."""
    look = _LOOK.get()
    if look is not None:
        look.stamps = stamps


def kept(asked: object, compute: Callable[[], T]) -> T:
    """What `compute` gives, or gave when the same was asked of the same data; `asked` says all of it by its `repr`."""
    stamps = _stamps()
    if stamps is None or stamps.due:
        return compute()
    key = _key(stamps.whole, asked)
    found: T | None = cache.get(key)
    if found is None:
        found = compute()
        cache.set(key, found, KEEP_SECONDS)
    return found


def kept_by_days(
    asked: object, stretches: Sequence[Period], compute: Callable[[Sequence[Period]], Sequence[T]]
) -> list[T]:
    """What `compute` gives for each stretch of days, asked only about those (and what is between them) that are not kept.

    For sums that depend on nothing but the facts that stand on their days.
    """
    stamps = _stamps()
    if stamps is None:
        return list(compute(stretches))
    under = [(days, stamps.of(days)) for days in stretches]
    keys = {days: _key(stamp, (asked, days)) for days, stamp in under if stamp}
    had: dict[str, T] = cache.get_many(keys.values())
    found = {days: had[key] for days, key in keys.items() if key in had}
    missing = [number for number, days in enumerate(stretches) if days not in found]
    if missing:
        some = stretches[missing[0] : missing[-1] + 1]
        anew = dict(zip(some, compute(some), strict=True))
        cache.set_many({keys[days]: each for days, each in anew.items() if days in keys}, KEEP_DAYS_SECONDS)
        found |= anew
    return [found[days] for days in stretches]


def _stamps() -> Stamps | None:
    look = _LOOK.get()
    return look.stamps if look else None


def _key(stamp: str, asked: object) -> str:
    return f"metrics:kept:{sha256(repr((stamp, asked)).encode()).hexdigest()}"
