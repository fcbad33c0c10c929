"""Which credits a component pays: rules as masks over columns, the first that matches wins.

A condition is evaluated once for each distinct value of its column and looked up for each row.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from decimal import Decimal

import numpy as np

from incentives.engine.columns import Deals, Number
from incentives.engine.exact import NANO, Flags, Ints, constant
from incentives.engine.people import People
from incentives.language.plan import Rule
from kernel.money import MoneyError, decimal_of

_COMPARE: dict[str, Callable[[Decimal, Decimal], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


def _number(text: str) -> Decimal | None:
    try:
        return decimal_of(text)
    except MoneyError:
        return None


def holds(value: str, wanted: str, *, as_number: bool = False) -> bool:
    """Return whether one value meets one condition: ``>= 5``, ``not x``, or the value itself."""
    for sign, compare in _COMPARE.items():
        if wanted.startswith(sign):
            left, right = _number(value), _number(wanted[len(sign) :].strip())
            return left is not None and right is not None and compare(left, right)
    if wanted.startswith("not "):
        return not holds(value, wanted[4:].strip(), as_number=as_number)
    if as_number:
        return _number(value) == _number(wanted)
    return value == wanted


def _table(categories: Sequence[str], wanted: Sequence[str], *, as_number: bool = False) -> Flags:
    return np.array([any(holds(value, one, as_number=as_number) for one in wanted) for value in categories], dtype=bool)


def _amounts(number: Number, wanted: Sequence[str]) -> Flags:
    """Evaluate a condition on the amount once for each distinct amount."""
    units, place = np.unique(number.units, return_inverse=True)
    values = [f"{Decimal(int(unit)).scaleb(-number.digits):f}" for unit in units]
    return _table(values, wanted, as_number=True)[place]


class Rules:
    """The rules of a component over credits (a deal's row and the person who earns)."""

    def __init__(self, rules: Sequence[Rule], deals: Deals, people: People) -> None:
        self.rules, self.deals, self.people = rules, deals, people

    def credit(self, rows: Ints, persons: Ints) -> tuple[Ints, Ints]:
        """Return, for each credit, the number of the rule that matched (−1: none) and its share in 10⁻⁹."""
        if not self.rules:
            return constant(0, len(rows)), constant(NANO, len(rows))
        matched = np.full(len(rows), -1, dtype=np.int64)
        for number in range(len(self.rules) - 1, -1, -1):
            matched[self._matches(self.rules[number], rows, persons)] = number
        shares = np.array([int(rule.credit * NANO) for rule in self.rules] + [0], dtype=np.int64)
        return matched, shares[matched]

    def _matches(self, rule: Rule, rows: Ints, persons: Ints) -> Flags:
        every = np.ones(len(rows), dtype=bool)
        for name, wanted in rule.where.items():
            every &= self._one(name, wanted, rows, persons)
        return every

    def _one(self, name: str, wanted: Sequence[str], rows: Ints, persons: Ints) -> Flags:
        if name.startswith("person."):
            number = self.people.row_numbers(persons, self.deals.day[rows])
            values = [*self.people.categories(name.removeprefix("person.")), ""]
            known = np.where(number < len(values) - 1, number, -1)
            return _table(values, wanted)[known]
        if name == "amount":
            return _amounts(self.deals.numbers["amount"].take(rows), wanted)
        words = self.deals.words.get(name)
        if words is None:
            return np.full(len(rows), bool(_table([""], wanted)[0]))
        return _table(words.categories, wanted)[words.codes[rows]]
