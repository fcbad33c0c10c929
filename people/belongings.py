"""What a person holds in higher apps (open deals) and can be handed over. Higher apps register; people never imports them."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol


class Belongings(Protocol):
    """What an app knows about the things people hold."""

    def held(self, person_ids: Collection[int]) -> dict[int, int]:
        """How many open things each of them holds. One query."""

    def hand_over(self, *, from_id: int, to_id: int, at: datetime) -> list[int]:
        """All open things of one person go to another; their ids."""

    def take_back(self, *, ids: Collection[int], from_id: int, to_id: int, at: datetime) -> bool:
        """Give them back to whom they came from; False, and nothing done, where some have changed since."""


class Nothing:
    """No app has registered."""

    def held(self, person_ids: Collection[int]) -> dict[int, int]:
        return {}

    def hand_over(self, *, from_id: int, to_id: int, at: datetime) -> list[int]:
        return []

    def take_back(self, *, ids: Collection[int], from_id: int, to_id: int, at: datetime) -> bool:
        return True


_registered: list[Belongings] = [Nothing()]


def register(belongings: Belongings) -> None:
    """Called once, when the app that keeps deals is ready."""
    _registered[:] = [belongings]


def belongings() -> Belongings:
    return _registered[0]
