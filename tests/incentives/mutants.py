"""Mutation test of the modules that decide about money: `python -m tests.incentives.mutants [MODULE…]`.

One thing at a time is changed in a module's syntax tree, and a forked process runs the worked tables of
docs/algorithms/incentives.md, the ledger's balances and a fixed set of random plans × deals on it. What nobody notices is
printed with its line; docs/algorithms/incentives-mutants.md explains each of them.
"""

from __future__ import annotations

import ast
import copy
import importlib
import os
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.incentives.mutant_checks import Check

MODULES = (
    "tiers", "overage", "rerate", "draws", "payout", "statement", "ledger.corrections", "ledger.difference", "ledger.entries",
)  # fmt: skip
RANDOM_CASES = 120
SECONDS = 60

_COMPARE = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_BINARY = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult, ast.Pow: ast.Mult,
    ast.Mod: ast.Add, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
_NAMES = {
    "min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum", "any": "all", "all": "any",
    "zeros": "ones", "ones": "zeros", "zeros_like": "ones_like",
}  # fmt: skip
_WORDS = {"left": "right", "right": "left"}


class _Sites(ast.NodeTransformer):
    """Walks a tree and changes the site numbered ``wanted``; without one it only counts."""

    def __init__(self, wanted: int = -1) -> None:
        self.wanted, self.count, self.line, self.text = wanted, 0, 0, ""

    def _site(self, node: ast.AST, make: Callable[[], ast.AST]) -> ast.AST:
        number, self.count = self.count, self.count + 1
        if number != self.wanted:
            return node
        new = ast.fix_missing_locations(ast.copy_location(make(), node))
        self.line, self.text = node.lineno, f"{ast.unparse(node)}  →  {ast.unparse(new)}"
        return new

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.body = [self.visit(item) for item in node.body]
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.body = [self.visit(item) for item in node.body]
        return node

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        return node if node.arg == "strict" else self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        if type(node.ops[0]) not in _COMPARE:
            return node
        return self._site(
            node, lambda: ast.Compare(node.left, [_COMPARE[type(node.ops[0])](), *node.ops[1:]], node.comparators)
        )

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if type(node.op) not in _BINARY:
            return node
        return self._site(node, lambda: ast.BinOp(node.left, _BINARY[type(node.op)](), node.right))

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        if type(node.op) not in _BINARY:
            return node
        return self._site(node, lambda: ast.AugAssign(node.target, _BINARY[type(node.op)](), node.value))

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        return self._site(node, lambda: ast.BoolOp(ast.And() if isinstance(node.op, ast.Or) else ast.Or(), node.values))

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        return self._site(node, lambda: node.operand)

    def visit_If(self, node: ast.If) -> ast.AST:
        self.generic_visit(node)
        return self._site(node, lambda: ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse))

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        return self._site(node, lambda: ast.IfExp(node.test, node.orelse, node.body))

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, bool):
            return self._site(node, lambda: ast.Constant(not node.value))
        if isinstance(node.value, int):
            return self._site(node, lambda: ast.Constant(node.value + 1))
        if node.value in _WORDS:
            return self._site(node, lambda: ast.Constant(_WORDS[node.value]))
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id not in _NAMES:
            return node
        return self._site(node, lambda: ast.Name(_NAMES[node.id], node.ctx))

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if node.attr not in _NAMES:
            return node
        return self._site(node, lambda: ast.Attribute(node.value, _NAMES[node.attr], node.ctx))


def _tree(name: str) -> tuple[str, ast.Module]:
    module = importlib.import_module(f"incentives.engine.{name}")
    return str(module.__file__), ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))


def _replaced(name: str, tree: ast.Module, path: str) -> None:
    """Run a changed tree as the module and put its objects wherever the old ones are known."""
    module = importlib.import_module(f"incentives.engine.{name}")
    old = dict(vars(module))
    exec(compile(tree, path, "exec"), module.__dict__)  # noqa: S102
    changed = {id(value): module.__dict__[key] for key, value in old.items() if module.__dict__[key] is not value}
    for other in [item for key, item in sys.modules.items() if key.startswith(("incentives.", "tests.incentives."))]:
        for key, value in list(vars(other).items()):
            if id(value) in changed and not key.startswith("__"):
                setattr(other, key, changed[id(value)])


def _noticed_by(checks: Sequence[Check]) -> int | None:
    """Return the number of the first check that notices a change; one that fails or never ends has noticed."""
    for number, check in enumerate(checks):
        try:
            if check.notices():
                return number
        except Exception:
            return number
    return None


def _child(change: Callable[[], None], checks: Sequence[Check]) -> int | None:
    """Make a change in a process of its own and return the number of the check that noticed it, if any did."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        signal.alarm(SECONDS)
        try:
            change()
            number = _noticed_by(checks)
        except BaseException:
            number = 0
        os.write(writing, b"nobody" if number is None else str(number).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    os.waitpid(pid, 0)
    return None if said == b"nobody" else int(said or b"0")


def _functions(tree: ast.Module) -> list[tuple[int, int]]:
    """Return the first and last line of each function, decorators included."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return [(min([node.lineno, *(d.lineno for d in node.decorator_list)]), node.end_lineno or 0) for node in found]


def _concerned(path: str, tree: ast.Module, line: int, checks: Sequence[Check]) -> list[Check]:
    """Return the checks that run the function around a line, those that noticed most before coming first."""
    around = [first for first, last in _functions(tree) if first <= line <= last]
    found = [check for check in checks if not around or (path, max(around)) in check.calls]
    return sorted(found, key=lambda check: -check.kills)


def survivors(name: str, checks: Sequence[Check]) -> Iterator[tuple[int, int, str]]:
    """Yield (number, line, change) of every change of a module that goes unnoticed; the last has no text."""
    path, tree = _tree(name)
    counting = _Sites()
    counting.visit(copy.deepcopy(tree))
    for number in range(counting.count):
        site = _Sites(number)
        mutant = ast.fix_missing_locations(site.visit(copy.deepcopy(tree)))
        concerned = _concerned(path, tree, site.line, checks)
        noticed = _child(partial(_replaced, name, mutant, path), concerned)
        if noticed is None:
            yield number, site.line, site.text
        elif concerned:
            concerned[noticed].kills += 1
    yield counting.count, 0, ""


def main(names: list[str]) -> None:
    warnings.simplefilter("ignore")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from tests.incentives.mutant_checks import prepared

    checks = prepared(RANDOM_CASES)
    if _noticed_by(checks) is not None:
        raise SystemExit("the checks fail without any change")
    for name in names or MODULES:
        found, start = 0, time.monotonic()
        for number, line, text in survivors(name, checks):
            if text:
                found += 1
                print(f"{name}:{line}: {text}", flush=True)
            else:
                took = time.monotonic() - start
                print(f"{name}: {found} of {number} changes survive, looked at in {took:.0f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
