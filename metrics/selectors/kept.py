"""Figures of teams and the company, kept for as long as the data is the same.

Whatever a figure depends on leaves a mark when it changes, and working marks off gives the data a new stamp
(`DataVersion`). So while nothing is due, a sum is the same for everybody who asks under the same stamp. Only pages keep
sums, for the one look at the data that a request is; commands, the API and looks back read afresh.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

from django.core.cache import cache

KEEP_SECONDS = 300
T = TypeVar("T")


@dataclass
class Look:
    """What one request knows of the data: its stamp, empty as long as something is due."""

    stamp: str = ""


_LOOK: ContextVar[Look | None] = ContextVar("metrics_look", default=None)


@contextmanager
def one_look() -> Iterator[None]:
    """A request, in which sums may be kept once the state of the numbers is known."""
    token = _LOOK.set(Look())
    try:
        yield
    finally:
        _LOOK.reset(token)


def stamp_known(stamp: str) -> None:
    """The state of the numbers was read: their stamp, empty where something is due."""
    look = _LOOK.get()
    if look is not None:
        look.stamp = stamp


def kept(asked: object, compute: Callable[[], T]) -> T:
    """What `compute` gives, or gave when the same was asked of the same data; `asked` says all of it by its `repr`."""
    look = _LOOK.get()
    if look is None or not look.stamp:
        return compute()
    key = f"metrics:kept:{look.stamp}:{sha256(repr(asked).encode()).hexdigest()}"
    found: T | None = cache.get(key)
    if found is None:
        found = compute()
        cache.set(key, found, KEEP_SECONDS)
    return found
