"""Which kind of thing a file holds, and which column feeds which field: by the columns' names and by their values.

A column is a candidate for a field when its name is one of the field's usual names (the earlier, the better), contains
one as whole words among words that say little, or when there is no telling name and its values can only be that
(stages, e-mail addresses, names that are known already). A name whose values contradict the type is no candidate. Each
field takes its best free column, best pair first.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from functools import lru_cache

from crm.engine.amounts import parse_amount
from crm.engine.fields import Field, FieldType, Shape
from crm.engine.layout import Layout
from crm.engine.months import MADE, month_table
from crm.engine.profile import ColumnProfile, FileProfile
from crm.engine.stages import outcome_of
from crm.engine.texts import name_key
from crm.engine.types import activity_type, flag_of, transaction_type

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
_DATE_LIKE = re.compile(r"^\d{1,4}[-/. ]\w{1,9}[-/. ]\d{1,4}")
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
_FILLER_WORDS = (
    "name id date code no nr number deal opportunity opp sales crm usd eur gbp chf in the of full total current text c"
)
_FILLERS = frozenset(_FILLER_WORDS.split())
_BY_NAME, _BY_PART, _BY_VALUE = 100.0, 40.0, 20.0


@dataclass(frozen=True)
class Known:
    """Names and ids that the organization has already, per reference field."""

    values: Mapping[str, frozenset[str]] = attribute(default_factory=dict)


def columns_guess(
    profile: FileProfile, shape: Shape, known: Known | None = None, *, only_exact: bool = False
) -> dict[str, str]:
    """Field → column for one kind of file; `only_exact`: by usual names only."""
    found = [pair for pair in _pairs(profile, shape, known or Known()) if not only_exact or pair[0] > _BY_PART]
    pairs = sorted(found, reverse=True, key=lambda pair: (pair[0], -pair[1]))
    chosen: dict[str, str] = {}
    taken: set[str] = set()
    for _, _, field, column in pairs:
        if field not in chosen and column not in taken:
            chosen[field] = column
            taken.add(column)
    return {item.name: chosen[item.name] for item in shape.fields if item.name in chosen}


def kind_guess(profile: FileProfile, shapes: Iterable[Shape], known: Known | None = None) -> str | None:
    """The kind whose fields explain the columns best; None where none does."""
    scores = {shape.kind: _fit(profile, shape, known or Known()) for shape in shapes}
    best = max(scores, key=lambda kind: scores[kind], default=None)
    return best if best is not None and scores[best] > 0 else None


def type_guess(column: ColumnProfile) -> str:
    """The type that a column would have as a field of its own: date, flag, money, number, choice or text.

    A column of few values that repeat is a choice; amounts with a currency beside them are money.
    """
    values = list(column.values)[:500]
    if not values:
        return "text"
    if column.dates.is_dates:
        return "date"
    if all(flag_of(value) is not None for value in values):
        return "flag"
    if column.amounts.amounts >= 0.9 * column.amounts.filled:
        read = [parse_amount(value) for value in values]
        return "money" if any(amount and amount[1] for amount in read) else "number"
    is_short = not column.is_cut and len(column.values) <= 30 and max(map(len, values)) <= 60
    return "choice" if is_short and column.filled >= 3 * len(column.values) else "text"


def knows_column(name: str, shapes: Iterable[Shape]) -> bool:
    """Whether a text is a usual column name of any kind; what tells a header from data."""
    key = name_key(name)
    return any(item.rank(key) is not None for shape in shapes for item in shape.fields)


def _fit(profile: FileProfile, shape: Shape, known: Known) -> float:
    guess = columns_guess(profile, shape, known)
    guess |= _months_guess(profile, shape)
    if any(item.is_required and item.name not in guess and item.name != "id" for item in shape.fields):
        return 0.0
    if not guess.keys() & set(shape.identifying):
        return 0.0
    named = sum(1 for field, name in guess.items() if name in MADE or _name_score(shape.by_name[field], name) > 0)
    telling = sum(1 for field in guess if field in shape.telling)
    return named + 2 * telling + named / max(len(profile.columns), 1)


def _months_guess(profile: FileProfile, shape: Shape) -> dict[str, str]:
    """The fields that months as columns feed, where the kind knows such a table and the file is one."""
    names = tuple(column.name for column in profile.columns)
    table = month_table(Layout(None, names)) if shape.months else None
    if shape.months is None or table is None:
        return {}
    return dict(zip(shape.months, table.layout.columns[-len(shape.months) :], strict=True))


def _pairs(profile: FileProfile, shape: Shape, known: Known) -> Iterable[tuple[float, int, str, str]]:
    for column in profile.columns:
        if name_key(column.name) in shape.ignored:
            continue
        for place, item in enumerate(shape.fields):
            score = _name_score(item, column.name)
            if score and not _fits(item, column):
                continue
            score = score or _value_score(item, column, known)
            if score:
                yield score - column.place * 0.001, place, item.name, column.name


def _name_score(item: Field, name: str) -> float:
    key, words = _read(name)
    rank = item.rank(key)
    if rank is not None:
        return _BY_NAME - rank
    for place, parts in _parts((item.name, *item.names)):
        if _contains(words, parts) and not set(words) - set(parts) - _FILLERS:
            return _BY_PART - place
    return 0.0


@lru_cache(maxsize=1_000)
def _read(name: str) -> tuple[str, tuple[str, ...]]:
    """The key and the words of a column's name."""
    return name_key(name), _words(name)


@lru_cache(maxsize=2_000)
def _parts(names: tuple[str, ...]) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Place and words of the usual names that are long enough to be looked for in others."""
    return tuple((place, _words(usual)) for place, usual in enumerate(names) if len(name_key(usual)) >= 5)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.casefold() for word in _WORDS.findall(text))


def _contains(words: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    if not parts or parts[0] not in words:
        return not parts
    return any(words[place : place + len(parts)] == parts for place in range(len(words) - len(parts) + 1))


def _fits(item: Field, column: ColumnProfile) -> bool:
    """Whether the values do not contradict the field's type: a fifth fits. An empty column contradicts nothing."""
    if column.filled == 0:
        return True
    values = list(column.values)
    match item.type:
        case FieldType.DATE | FieldType.MOMENT:
            tries = sum(bool(_DATE_LIKE.match(value)) for value in values)
            return column.dates.dates * 5 >= column.dates.filled or tries * 2 >= len(values)
        case FieldType.AMOUNT | FieldType.RATIO | FieldType.NUMBER | FieldType.SHARE | FieldType.RATE:
            return column.amounts.amounts * 5 >= column.amounts.filled or "%" in values[0]
        case FieldType.EMAIL:
            return sum(bool(_EMAIL.match(value)) for value in values) * 2 > len(values)
        case FieldType.ACTIVITY | FieldType.TRANSACTION:
            read = activity_type if item.type is FieldType.ACTIVITY else transaction_type
            return sum(read(value) is not None for value in values) * 2 >= len(values)
        case FieldType.CURRENCY:
            return sum(len(value) == 3 and value.isalpha() for value in values) * 2 >= len(values)
    return True


def _value_score(item: Field, column: ColumnProfile, known: Known) -> float:
    """How much the values alone speak for a field; only what cannot well be anything else."""
    if column.filled == 0:
        return 0.0
    values = list(column.values)[:500]
    if item.type is FieldType.STAGE and len(column.values) <= 30:
        telling = sum(outcome_of(value) is not None for value in values)
        return _BY_VALUE if telling * 2 >= len(values) else 0.0
    if item.type is FieldType.EMAIL:
        return _BY_VALUE if all(_EMAIL.match(value) for value in values) else 0.0
    if item.type is FieldType.REFERENCE and known.values.get(item.name):
        hits = sum(value in known.values[item.name] for value in values)
        return _BY_VALUE * hits / len(values) if hits * 2 >= len(values) else 0.0
    return 0.0
