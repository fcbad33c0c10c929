"""The JSON Schema of plan documents and the reference page of every setting, made from the plan's classes."""

from __future__ import annotations

import types
import typing
from dataclasses import MISSING, Field, is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from incentives.facts.parse import KINDS, columns_of
from incentives.language import plan as language
from incentives.language.settings import by_spelling
from incentives.language.valid import table

_PERCENT = r"^[+-]?\d+(\.\d+)?\s*%$"
_NUMBER = {"type": ["number", "string"], "pattern": r"^[+-]?\d+(\.\d+)?$"}
_DAY = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_SCALARS: dict[Any, dict[str, Any]] = {
    language.Percent: {"type": "string", "pattern": _PERCENT},
    language.Amount: _NUMBER,
    language.Number: _NUMBER,
    date: _DAY,
    int: {"type": ["integer", "string"], "pattern": r"^[+-]?\d+$"},
    bool: {"enum": [True, False, "yes", "no", "true", "false"]},
    str: {"type": ["string", "number", "boolean"]},
}


def classes() -> list[Any]:
    """Return the plan's classes in the order of the page: the plan first, then what it is made of."""
    found: list[Any] = []
    waiting: list[Any] = [language.Plan]
    while waiting:
        cls = waiting.pop(0)
        if cls not in found:
            found.append(cls)
            waiting += [inner for hint in typing.get_type_hints(cls).values() for inner in inside(hint)]
    return found


def inside(hint: Any) -> list[Any]:
    """Return the plan classes that a type is made of."""
    if is_dataclass(hint):
        return [hint]
    return [inner for argument in typing.get_args(hint) for inner in inside(argument)]


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a plan document."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Incentive plan",
        "$ref": "#/$defs/Plan",
        "$defs": {cls.__name__: _object(cls) for cls in classes()},
    }


def _object(cls: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    known = by_spelling(cls)
    return {
        "type": "object",
        "description": (cls.__doc__ or "").strip(),
        "additionalProperties": False,
        "required": [name for name, item in known.items() if _needed(item)],
        "properties": {
            name: {**_hint(hints[item.name]), "description": item.metadata["doc"]} for name, item in known.items()
        },
    }


def _needed(item: Field[Any]) -> bool:
    return item.default is MISSING and item.default_factory is MISSING


def _hint(hint: Any) -> dict[str, Any]:
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        choices = [_hint(kind) for kind in typing.get_args(hint) if kind is not type(None)]
        return choices[0] if len(choices) == 1 else {"anyOf": choices}
    if typing.get_origin(hint) is tuple:
        items = {"type": "array", "items": _hint(typing.get_args(hint)[0])}
        return {"anyOf": [items, _SCALARS[str]]} if typing.get_args(hint)[0] is str else items
    if typing.get_origin(hint) is dict:
        return {"type": "object", "additionalProperties": _hint(typing.get_args(hint)[1])}
    if is_dataclass(hint):
        return {"$ref": f"#/$defs/{typing.cast(Any, hint).__name__}"}
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"enum": [str(member) for member in hint]}
    return _SCALARS[hint]


def _default(item: Field[Any], hint: Any) -> str:
    if _needed(item):
        return "required"
    value = item.default
    if value is MISSING or value is None or value == ():
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if hint is language.Percent:
        return f"{(typing.cast(Decimal, value) * 100).normalize():f}%"
    return str(value)


def _choices(hint: Any) -> str:
    kinds = typing.get_args(hint) or (hint,)
    for kind in kinds:
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            return " · ".join(str(member) for member in kind)
    names = {
        language.Percent: "8%",
        language.Amount: "1000.00",
        language.Number: "1.5",
        date: "2026-01-31",
        int: "3",
        bool: "yes · no",
    }
    shown = [names[kind] for kind in kinds if kind in names]
    return " or ".join(shown)


def page() -> str:
    """Return the reference page."""
    lines = [_HEAD]
    for cls in classes():
        hints = typing.get_type_hints(cls)
        lines += [
            "",
            f"## {title(cls.__name__)}",
            "",
            (cls.__doc__ or "").strip(),
            "",
            "| setting | choices | default | meaning |",
            "|---|---|---|---|",
        ]
        for name, item in by_spelling(cls).items():
            hint = hints[item.name]
            lines.append(
                f"| `{name}` | {_choices(hint)} | {_default(item, hint)} | {item.metadata['doc'].replace('|', '/')} |"
            )
    lines += [
        "",
        "## Valid combinations",
        "",
        "Everything else is refused when the plan is checked, with the reason.",
        "",
        table(),
    ]
    lines += ["", "## Files of facts", "", _FILES, ""]
    for kind in KINDS:
        names = (f"`{name}`{'' if _optional(item) else ' (required)'}" for name, item in columns_of(kind).items())
        lines.append(f"* **{kind}**: {', '.join(names)}")
    return "\n".join(lines) + "\n"


def _optional(item: Field[Any]) -> bool:
    return item.default is not MISSING


def title(name: str) -> str:
    """Return the heading of a plan class."""
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
    return words.capitalize()


_HEAD = """# Plan reference

Every setting of a plan document, its choices (the default first) and what it means. How the settings work together,
with worked tables, is in [algorithms/incentives.md](algorithms/incentives.md); [plan-settings.md](plan-settings.md) leads from
each choice to the tables and ready plans that use it. This page is printed from the code by
`manage.py plan_check --write-docs`.

A plan is YAML or JSON. Percentages are written with their sign (`8%`), amounts in major units (`1000.50`), days as
`2026-01-31`. Check it with `manage.py plan_check PLAN`, try it with `manage.py plan_simulate PLAN --transactions FILE`.

```yaml
plan: ae-simple
name: Account executive
starts_on: 2026-01-01
components:
- id: commission
  window: quarter
  tiers:
  - {from: 0%, rate: 8%}
  - {from: 100%, times_base: 1.5}
examples:
- name: Above quota the rate is half as much again
  quotas: [{participant: ann, starts_on: 2026-01-01, ends_before: 2026-04-01, amount: 1000}]
  transactions: [{id: d1, date: 2026-02-01, participant: ann, amount: 1200}]
  expect: [{transaction: d1, earned: 104.00}]
```"""

_FILES = """CSV with a heading, UTF-8, comma or semicolon. Further columns of the transactions and participants can be
used in rules (`where`), numeric ones as measures; `team`, `territory` and `shop` of the participants are what gates mean by
them.

`split_percent` is a number of per cent; several rows of one `id` share a transaction. `split_kind` is `owner` (left out: owner;
together 100 %) or `overlay`, outside the 100 %. A row with `reverses` is a refund of the transaction it names; its amount is
positive and it needs no participant. A quota is for its days, or with `per` (`month`, `quarter`, `half`, `year`) for each such
period in them; a team's quota has the team's name as participant. A value of the measures is `95%` or a number. A hold without
`until` is not released. In `rates` one unit of `from` is worth `rate` units of `to`."""
