"""Plan text as a tree whose every value knows its line.

YAML is read without guessing: every scalar stays the text that was written, so that ``1000.50`` is exact and ``no``
is the
word. JSON is YAML. What cannot be read at all raises :class:`Unreadable` with the line.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import yaml


class Unreadable(ValueError):
    """Text that is no YAML: ``line`` and what was met there."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar as it was written; ``quoted`` when it stood in quotes."""

    value: str
    line: int
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    values: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping; ``lines`` says where each key stands, ``repeated`` which keys stand twice."""

    values: dict[str, Node]
    line: int
    lines: dict[str, int] = field(default_factory=dict)
    repeated: tuple[str, ...] = ()


Node = Text | Items | Table

_LARGEST = 1_000_000
_DEEPEST = 30


def parse(text: str) -> Node:
    """Return the tree of ``text``. Raises: Unreadable."""
    if len(text) > _LARGEST:
        raise Unreadable(1, "the document is larger than a million characters; a plan is a page or two")
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        hint = "; indent with spaces, not with a tab" if "\\t" in str(error.problem) else ""
        raise Unreadable(mark.line + 1 if mark else 1, f"this is no YAML: {error.problem}{hint}") from error
    except yaml.YAMLError as error:
        raise Unreadable(1, f"this is no YAML: {error}") from error
    if root is None:
        raise Unreadable(1, "the document is empty; start with `plan:` and `name:`")
    return _node(root, 0)


def _node(node: yaml.Node, depth: int) -> Node:
    line = node.start_mark.line + 1
    if depth > _DEEPEST:
        raise Unreadable(line, "the document is nested too deeply")
    if isinstance(node, yaml.SequenceNode):
        return Items(tuple(_node(item, depth + 1) for item in node.value), line)
    if isinstance(node, yaml.MappingNode):
        return _table(node, line, depth)
    return Text(str(node.value), line, getattr(node, "style", None) in ("'", '"', "|", ">"))


def _table(node: yaml.MappingNode, line: int, depth: int) -> Table:
    values: dict[str, Node] = {}
    lines: dict[str, int] = {}
    repeated = []
    for key, value in node.value:
        name = str(key.value)
        if name in values:
            repeated.append(name)
        lines[name] = key.start_mark.line + 1
        values[name] = _node(value, depth + 1)
    return Table(values, line, lines, tuple(repeated))


def plain(node: Node) -> object:
    """Return the tree as lists, dictionaries and text."""
    if isinstance(node, Text):
        return node.value
    if isinstance(node, Items):
        return [plain(item) for item in node.values]
    return {key: plain(value) for key, value in node.values.items()}
