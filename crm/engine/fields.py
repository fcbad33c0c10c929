"""What a kind of file holds: its fields, their types, and the names that columns with them usually have."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from crm.engine.texts import name_key


class FieldType(StrEnum):
    TEXT = "text"
    REFERENCE = "reference"  # the id or name of something that is imported by another file
    STAGE = "stage"
    DATE = "date"
    MOMENT = "moment"  # a day, with or without a time
    ACTIVITY = "activity"  # a type of activity
    TRANSACTION = "transaction"  # a type of transaction
    NUMBER = "number"
    FLAG = "flag"  # yes or no
    CHOICE = "choice"  # one of the field's choices
    AMOUNT = "amount"
    RATIO = "ratio"  # 0.4, 40 or 40 %
    SHARE = "share"  # likewise, to six places
    RATE = "rate"  # to ten places
    CURRENCY = "currency"
    EMAIL = "email"


@dataclass(frozen=True)
class Field:
    """One field. `names` are usual column names, the most telling first; `longest` is in characters."""

    name: str
    type: FieldType = FieldType.TEXT
    names: tuple[str, ...] = ()
    is_required: bool = False
    longest: int = 300
    label: object = ""  # a text, or one that is translated when it is shown
    choices: tuple[str, ...] = ()  # of a choice; none: any text

    def rank(self, key: str) -> int | None:
        """The place of a column name (as a key) among the usual ones; None if it is none of them."""
        return _ranks((self.name, *self.names)).get(key)


@lru_cache(maxsize=2_000)
def _ranks(names: tuple[str, ...]) -> dict[str, int]:
    """Names as keys, each with its first place."""
    return {name_key(name): place for place, name in reversed(list(enumerate(names)))}


@dataclass(frozen=True)
class Shape:
    """The fields of a kind. `telling` are fields that hardly any other kind has; `id_from` names the fields that stand
    in where a file has no id; `off` are fields that are switched off, by name with their label."""

    kind: str
    fields: tuple[Field, ...]
    telling: frozenset[str] = frozenset()
    id_from: str = ""
    ignored: frozenset[str] = frozenset()  # column names (as keys) that never feed a field
    months: tuple[str, str, str] | None = None  # fields that take month, month after and value of months as columns
    off: Mapping[str, str] = field(default_factory=dict)
    by_name: Mapping[str, Field] = field(init=False, repr=False)

    @property
    def identifying(self) -> tuple[str, ...]:
        """Fields of which a file must have one."""
        return ("id", *self.id_from.split())

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {item.name: item for item in self.fields})
