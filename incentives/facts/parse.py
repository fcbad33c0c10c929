"""From text to typed rows: one bad value is one issue that names the line, the field, and what to write instead."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from datetime import date
from decimal import Decimal
from typing import Any

from incentives.facts import rows
from kernel.issue import IssueCollector, Level
from kernel.money import MoneyError, decimal_of

KINDS: dict[str, Any] = {
    "transactions": rows.Transaction,
    "participants": rows.Participant,
    "quotas": rows.Quota,
    "hierarchy": rows.Report,
    "rates": rows.Rate,
    "measures": rows.Measure,
    "leaves": rows.Leave,
    "holds": rows.Hold,
    "adjustments": rows.Adjustment,
    "write_offs": rows.WriteOff,
}
_SPELLED = {"rates": {"source": "from", "target": "to"}}
_REQUIRED_TEXT = {"id", "participant", "transaction", "person", "manager", "measure", "source", "target"}
_OWN = {"row", "columns", "numbers"}
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class _Refused(ValueError):
    """A value that cannot be read; the message says what to write."""


def columns_of(kind: str) -> dict[str, Any]:
    """Return the documented columns of a kind of file: name → field."""
    spelled = _SPELLED.get(kind, {})
    return {spelled.get(item.name, item.name): item for item in fields(KINDS[kind]) if item.name not in _OWN}


def read_rows(
    kind: str, lines: Iterable[tuple[int, Mapping[str, str]]], issues: IssueCollector, source: str
) -> list[Any]:
    """Return the rows of ``lines`` (line number, values) that can be read; the others are issues of ``source``."""
    found = []
    for number, values in lines:
        row = _read(kind, number, values, issues, source)
        if row is not None:
            found.append(row)
    return found


def _read(kind: str, number: int, values: Mapping[str, str], issues: IssueCollector, source: str) -> Any:
    given: dict[str, Any] = {}
    refused = False
    hints = typing.get_type_hints(KINDS[kind])
    for name, item in columns_of(kind).items():
        text = (values.get(name) or "").strip()
        try:
            value = _value(item, hints[item.name], text)
        except _Refused as error:
            code = "missing_value" if not text else "bad_value"
            issues.add(Level.ERROR, code, f"{source}: {name}: {error}", row=number, field=name, value=text or None)
            refused = True
            continue
        if value is not None:
            given[item.name] = value
    if refused:
        return None
    return KINDS[kind](**given, row=number, **_free(kind, values))


def _free(kind: str, values: Mapping[str, str]) -> dict[str, Any]:
    if kind not in ("transactions", "participants"):
        return {}
    text = {name: (value or "").strip() for name, value in values.items() if name}
    if kind == "participants":
        return {"columns": text}
    known = columns_of(kind)
    numbers = {n: Decimal(v) for n, v in text.items() if n not in known and _NUMBER.fullmatch(v)}
    return {"columns": text, "numbers": numbers}


def _value(item: Any, hint: Any, text: str) -> Any:
    if not text:
        needs = item.default is MISSING or (item.name in _REQUIRED_TEXT and item.default is MISSING)
        if needs:
            raise _Refused("is empty; every row needs it")
        return None
    base = next(kind for kind in _kinds(hint) if kind is not type(None))
    if item.name == "split_percent":
        return _percent(text)
    return _READERS[base](text)


def _kinds(hint: Any) -> tuple[Any, ...]:
    return typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)


def _text(text: str) -> str:
    return text


def _day(text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise _Refused(f"{text!r} is no day; write it as 2026-01-31")


def _decimal(text: str) -> Decimal:
    if text.endswith("%"):
        return _decimal(text[:-1].strip()) / 100
    if "," in text:
        raise _Refused(f"{text!r} has a comma; write 1234.50, without separators of thousands")
    try:
        return decimal_of(text)
    except MoneyError as error:
        raise _Refused(f"{text!r} is no number; write it as 1234.50") from error


def _percent(text: str) -> Decimal:
    return _decimal(text.removesuffix("%").strip()) / 100


def _flag(text: str) -> bool:
    known = {"yes": True, "true": True, "no": False, "false": False}
    if text.lower() not in known:
        raise _Refused(f"{text!r} is neither yes nor no")
    return known[text.lower()]


_READERS: dict[Any, Any] = {str: _text, date: _day, Decimal: _decimal, bool: _flag}
