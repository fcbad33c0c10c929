"""What a person holds in higher apps (open deals) and can be handed over. Higher apps register; people never imports them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True)
class Belonging:
    """An open thing that somebody holds."""

    name: str
    href: str
    day: date | None = None  # when it is due
    amount: Decimal | None = None
    currency: str = ""


class Belongings(Protocol):
    """What an app knows about the things people hold."""

    def held(self, person_ids: Collection[int]) -> dict[int, int]:
        """How many open things each of them holds. One query."""

    def listed(self, person_id: int, most: int) -> list[Belonging]:
        """The open things of a person, those due first first. One query."""

    def rule_words(self, text: str, on: date) -> str:
        """What the rule in a cell means for whose credit it is. Raises: ValidationError for what is no rule."""

    def hand_over(self, *, from_id: int, to_id: int, on: date, rule: str, at: datetime) -> list[int]:
        """All open things of one person go to another on a day, under a rule; their ids."""

    def take_back(self, *, ids: Collection[int], from_id: int, to_id: int, on: date, at: datetime) -> bool:
        """Give them back to whom they came from; False, and nothing done, where some have changed since."""


class Nothing:
    """No app has registered."""

    def held(self, person_ids: Collection[int]) -> dict[int, int]:
        return {}

    def listed(self, person_id: int, most: int) -> list[Belonging]:
        return []

    def rule_words(self, text: str, on: date) -> str:
        return ""

    def hand_over(self, *, from_id: int, to_id: int, on: date, rule: str, at: datetime) -> list[int]:
        return []

    def take_back(self, *, ids: Collection[int], from_id: int, to_id: int, on: date, at: datetime) -> bool:
        return True


_registered: list[Belongings] = [Nothing()]


def register(belongings: Belongings) -> None:
    """Called once, when the app that keeps deals is ready."""
    _registered[:] = [belongings]


def belongings() -> Belongings:
    return _registered[0]
