"""Which settings and choices there are, which of them a plan uses, and the page that leads from each to where it is worked.

A choice is used where it is spelled, the default too; a setting without choices (an amount, a day) where it is given. The
examples of a plan are rows of facts and no settings.
"""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import yaml

from incentives.language import choices, schema
from incentives.language.plan import Example, Plan
from incentives.language.settings import by_spelling

_HEAD = {"plan": "worked", "name": "Worked", "starts_on": "2026-01-01"}


class Use(NamedTuple):
    """A setting of a plan class and one of its choices (empty: whatever is given)."""

    of: str
    setting: str
    choice: str = ""


def settings() -> list[Use]:
    """Return every setting with every choice, in the order of the reference page."""
    return [use for cls in schema.classes() if cls is not Example for use in _settings_of(cls)]


def _settings_of(cls: Any) -> Iterator[Use]:
    hints = typing.get_type_hints(cls)
    for name, item in by_spelling(cls).items():
        kinds = typing.get_args(hints[item.name]) or (hints[item.name],)
        members = [str(member) for kind in kinds if _is_choice(kind) for member in kind]
        members += ["yes", "no"] if bool in kinds else []
        if name != "examples":
            yield from (Use(cls.__name__, name, member) for member in members or [""])


def _is_choice(kind: Any) -> bool:
    """Return whether a kind has choices that are worked one by one; days of the week differ in nothing but their day."""
    return isinstance(kind, type) and issubclass(kind, StrEnum) and kind is not choices.WeekStart


def uses_of(document: Mapping[str, Any], cls: Any = Plan) -> set[Use]:
    """Return the settings and choices that stand in a document, or in a part of it that describes a plan class."""
    found: set[Use] = set()
    hints = typing.get_type_hints(cls)
    known = by_spelling(cls)
    for name, value in document.items():
        if name not in known or name == "examples":
            continue
        inner = schema.inside(hints[known[name].name])
        values = value if isinstance(value, list) else [value]
        found |= {Use(cls.__name__, name), *(Use(cls.__name__, name, str(one)) for one in values)}
        for part in values if inner else ():
            found |= uses_of(part, inner[0])
    return found


def worked(page: str) -> dict[str, set[Use]]:
    """Return what the plans of the specification's worked tables use, by their titles."""
    found = {}
    for section in re.split(r"^### ", page, flags=re.M)[1:]:
        title, _, body = section.partition("\n")
        block = re.search(r"```yaml\n(.*?)```", body, flags=re.S)
        if block:
            found[title.strip()] = uses_of({**_HEAD, **_document(block[1])})
    return found


def ready(texts: Mapping[str, str]) -> dict[str, set[Use]]:
    """Return what ready plans use, by their names."""
    return {name: uses_of(_document(text)) for name, text in texts.items()}


def _document(text: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 (it makes text only)
    return document


def page(by_table: Mapping[str, set[Use]], by_plan: Mapping[str, set[Use]]) -> str:
    """Return the page: for each choice its worked tables, and the ready plans that spell it."""
    lines = [_PAGE]
    before = ""
    for use in settings():
        if use.of != before:
            lines += [
                "",
                f"## {schema.title(use.of)}",
                "",
                "| setting | choice | worked in | ready plans |",
                "|---|---|---|---|",
            ]
            before = use.of
        titles = _fewest(use, by_table)
        names = _fewest(use, by_plan)
        links = "; ".join(f"[{title}](algorithms/incentives.md#{_anchor(title)})" for title in titles)
        plans = "; ".join(f"`{name}`" for name in names)
        lines.append(f"| `{use.setting}` | {use.choice and f'`{use.choice}`'} | {links or '–'} | {plans or '–'} |")
    return "\n".join(lines) + "\n"


def _fewest(use: Use, found: Mapping[str, set[Use]]) -> Sequence[str]:
    """Return the two that show a use with least beside it."""
    return sorted((name for name, uses in found.items() if use in uses), key=lambda name: (len(found[name]), name))[:2]


def _anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


_PAGE = """# Where each setting is worked

Every setting of the [plan reference](plan-reference.md) with each of its choices: tables of the
[specification](algorithms/incentives.md) that spell it, the shortest first, and ready plans of `incentives/library/` that
do. Each table is a plan whose deals and pay the engine and the slow reference both have to give, and each is checked as a plan
document with its deals as an example. This page is printed from the code by
`manage.py plan_check --write-docs`."""
