"""From the tree of a document to the plan's classes: every value by the type of its field, every mistake with its line.

A percentage is written with its sign (``8%``): ``0.08`` and ``8`` are refused, because nobody can know which was meant.
A day is ``2026-01-31``. An unknown word gets the nearest known one as a suggestion.
"""

from __future__ import annotations

import re
import types
import typing
from dataclasses import MISSING, dataclass, is_dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from incentives.language.nodes import Items, Node, Table, Text, Unreadable, parse, plain
from incentives.language.plan import Amount, Example, Number, Percent, Plan
from incentives.language.settings import by_spelling
from kernel.issue import IssueCollector, Level

Path = tuple[str | int, ...]

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_PERCENT = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*%")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_FLAGS = {"yes": True, "true": True, "no": False, "false": False}


@dataclass(frozen=True)
class Document:
    """What was read: the plan (None when it cannot be executed), the line and the text of every place in it."""

    plan: Plan | None
    lines: dict[Path, int]
    texts: dict[Path, str]

    def line(self, *path: str | int) -> int:
        """Return the line of a place, or of the nearest place above it that was written."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class _Refused(ValueError):
    """A value of the wrong kind; the message says what to write."""


class _Reader:
    def __init__(self, issues: IssueCollector) -> None:
        self.issues = issues
        self.lines: dict[Path, int] = {}
        self.texts: dict[Path, str] = {}
        self.failed = False

    def refuse(self, code: str, line: int, field: str, message: str, value: str | None = None) -> None:
        self.failed = True
        self.issues.add(Level.ERROR, code, message, row=line, field=field, value=value)

    def record(self, cls: Any, node: Node, path: Path) -> Any:
        """Return an object of a plan class, or None after recording what is wrong."""
        if not isinstance(node, Table):
            kind = cls.__name__.lower()
            self.refuse(
                "wrong_kind",
                node.line,
                _dotted(path),
                f"{_dotted(path)}: write the settings of a {kind} here, as `key: value`",
            )
            return None
        known = by_spelling(cls)
        for name in node.repeated:
            self.refuse("duplicate", node.lines[name], name, f"`{name}` stands twice; remove one of them", name)
        for name in node.values:
            if name not in known:
                self._unknown(name, node, known)
        hints = typing.get_type_hints(cls)
        given = {}
        for name, item in known.items():
            place = (*path, name)
            if name in node.values:
                self.lines[place] = node.lines[name]
                given[item.name] = self.value(hints[item.name], node.values[name], place)
            elif item.default is MISSING and item.default_factory is MISSING:
                self.refuse("missing", node.line, name, f"{_dotted(place)} is missing: {item.metadata['doc']}")
        return None if self.failed else cls(**given)

    def _unknown(self, name: str, node: Table, known: dict[str, Any]) -> None:
        near = get_close_matches(name, known, 1)
        hint = f"did you mean `{near[0]}`?" if near else f"known here: {', '.join(known)}"
        self.refuse("unknown_field", node.lines[name], name, f"`{name}` is no setting here; {hint}", name)

    def value(self, hint: Any, node: Node, path: Path) -> Any:
        self.lines.setdefault(path, node.line)
        if isinstance(node, Text):
            self.texts[path] = node.value.strip()
        try:
            return self._value(hint, node, path)
        except _Refused as error:
            shown = node.value if isinstance(node, Text) else None
            self.refuse("bad_value", node.line, _dotted(path), f"{_dotted(path)}: {error}", shown)
            return None

    def _value(self, hint: Any, node: Node, path: Path) -> Any:
        kinds = [kind for kind in _kinds(hint) if kind is not type(None)]
        if isinstance(node, Text) and node.value in ("", "null", "~") and len(kinds) < len(_kinds(hint)):
            return None
        if len(kinds) > 1:
            return _percent_or_number(_text(node))
        kind = kinds[0]
        origin = typing.get_origin(kind)
        if origin is tuple:
            return self._items(typing.get_args(kind)[0], node, path)
        if origin is dict:
            return self._table(typing.get_args(kind)[1], node, path)
        if is_dataclass(kind):
            return self.record(kind, node, path)
        return _scalar(kind, _text(node))

    def _items(self, hint: Any, node: Node, path: Path) -> tuple[Any, ...]:
        if hint is str and isinstance(node, Text):
            return (node.value,)
        if not isinstance(node, Items):
            raise _Refused("write a list here, each item on a line of its own after `- `")
        return tuple(self.value(hint, item, (*path, index)) for index, item in enumerate(node.values))

    def _table(self, hint: Any, node: Node, path: Path) -> dict[str, Any]:
        if not isinstance(node, Table):
            raise _Refused("write `key: value` here")
        for name in node.repeated:
            self.refuse("duplicate", node.lines[name], name, f"`{name}` stands twice; remove one of them", name)
        return {name: self.value(hint, item, (*path, name)) for name, item in node.values.items()}


def _kinds(hint: Any) -> tuple[Any, ...]:
    return (
        typing.get_args(hint)
        if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union
        else (hint,)
    )


def _dotted(path: Path) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in path) or "the plan"


def _text(node: Node) -> str:
    if not isinstance(node, Text):
        raise _Refused("write one value here, not a list or a table")
    return node.value.strip()


def percent_hint(number: str) -> str:
    """Return what to write instead of a number without its sign; below 1 it was probably a share."""
    share = Decimal(number)
    if 0 < abs(share) < 1:
        return f"write {(share * 100).normalize():f}% if you mean that share, {number}% if you mean per cent"
    return f"write {number}% if you mean per cent"


def _percent(text: str) -> Percent:
    found = _PERCENT.fullmatch(text)
    if not found:
        hint = f"; {percent_hint(text)}" if _NUMBER.fullmatch(text) else ", such as 8%"
        raise _Refused(f"{text!r} is no percentage{hint}")
    return Percent(Decimal(found[1]) / 100)


def _number(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise _Refused(f"{text!r} is no number; write it as 1234.50")
    return Decimal(text)


def _percent_or_number(text: str) -> Decimal:
    return _percent(text) if text.endswith("%") else _number(text)


def _day(text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise _Refused(f"{text!r} is no day; write it as 2026-01-31")


def _whole(text: str) -> int:
    if not re.fullmatch(r"[+-]?\d{1,9}", text):
        raise _Refused(f"{text!r} is no whole number")
    return int(text)


def _flag(text: str) -> bool:
    if text.lower() not in _FLAGS:
        raise _Refused(f"{text!r} is neither yes nor no")
    return _FLAGS[text.lower()]


def _words(text: str) -> str:
    return text


_SCALARS: dict[Any, Any] = {
    Percent: _percent, Amount: _number, Number: _number, date: _day, int: _whole, bool: _flag, str: _words,
}  # fmt: skip


def _scalar(kind: Any, text: str) -> Any:
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _choice(kind, text)
    if not text:
        raise _Refused("is empty; write a value or remove the line")
    return _SCALARS[kind](text)


def _choice(kind: type[StrEnum], text: str) -> StrEnum:
    known = [str(member) for member in kind]
    if text in known:
        return kind(text)
    near = get_close_matches(text, known, 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise _Refused(f"{text!r} is none of {', '.join(known)}{hint}")


def read(text: str, issues: IssueCollector) -> Document:
    """Return the document of plan ``text``; what is wrong goes to ``issues`` with its line as row."""
    reader = _Reader(issues)
    try:
        root = parse(text)
    except Unreadable as error:
        reader.refuse("unreadable", error.line, "", str(error))
        return Document(None, {}, {})
    plan = reader.record(Plan, root, ())
    return Document(plan, reader.lines, reader.texts)


def example_lines(example: Example, kind: str) -> list[tuple[int, dict[str, str]]]:
    """Return an example's rows of one kind, numbered from 1, as a file's lines would be."""
    return list(enumerate(getattr(example, kind), start=1))


__all__ = ["Document", "Items", "example_lines", "percent_hint", "plain", "read"]
