"""Exact integer arithmetic on columns.

Everything is int64 as long as it provably fits; where a product or a sum might not, the same operation runs on Python's
unbounded integers (object columns), slower and to the same digit. Rounding is half away from zero or half to even; a
running total rounds a group's cumulated exact amounts and gives each row the difference to the row before, so that the
rows of a group add up to its rounded total.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[Any]
Flags = NDArray[np.bool_]

NANO = 10**9
MILLION = 10**6
_SAFE = 2**62


def ints(values: Any) -> Ints:
    """Return an int64 column."""
    return np.asarray(values, dtype=np.int64)


def small(values: Any) -> Ints:
    """Return a column of codes or days in 32 bits: half the memory. They are compared and looked up, and added to or
    multiplied with 64-bit columns only.
    """
    return np.asarray(values, dtype=np.int32)


def largest(values: Any) -> int:
    """Return the largest absolute value; of nothing, 0."""
    column = np.asarray(values)
    if column.size == 0:
        return 0
    return max(abs(int(column.max())), abs(int(column.min())))


def _wide(values: Any) -> Any:
    return np.asarray(values).astype(object)


def narrow(values: Ints) -> Ints:
    """Return the column as int64. Raises: OverflowError when a value does not fit."""
    return values.astype(np.int64) if values.dtype == object else values


def product(a: Any, b: Any) -> Ints:
    """Return a × b, exactly."""
    if largest(a) * largest(b) < _SAFE:
        return narrow(np.asarray(a)) * narrow(np.asarray(b))
    return np.asarray(_wide(a) * _wide(b))


def cumulated(values: Ints) -> Ints:
    """Return the running sum of a column, exactly."""
    if values.dtype != object and largest(values) * max(len(values), 1) < _SAFE:
        return np.cumsum(values, dtype=np.int64)
    return np.cumsum(_wide(values), dtype=object)


def quotient(numerator: Any, divisor: Any, *, half_even: bool = False) -> Ints:
    """Return numerator ÷ divisor (positive), rounded half away from zero or half to even."""
    if np.ndim(divisor) == 0 and int(divisor) == 1:
        return np.asarray(numerator)
    if largest(numerator) >= _SAFE // 4 or largest(divisor) >= _SAFE // 4:
        numerator, divisor = _wide(numerator), _wide(divisor)
    size = np.abs(numerator)
    whole = size // divisor
    twice = (size - whole * divisor) * 2
    up = twice > divisor
    tie = twice == divisor
    up = up | (tie & (whole % 2 == 1)) if half_even else up | tie
    whole = whole + up
    return np.asarray(np.where(np.asarray(numerator) < 0, -whole, whole))


def product_quotient(a: Any, b: Any, divisor: Any, *, half_even: bool = False) -> Ints:
    """Return a × b ÷ divisor, rounded once."""
    return narrow(quotient(product(a, b), divisor, half_even=half_even))


def constant(value: object, size: int, dtype: Any = np.int64) -> Ints:
    """Return a column that holds one value everywhere, without its memory. It is read-only."""
    return np.broadcast_to(np.asarray(value, dtype=dtype), (size,))


def is_constant(column: Ints) -> bool:
    """Return whether a column was made by ``constant``."""
    return len(column) > 1 and column.strides[0] == 0


def taken(columns: dict[str, Ints], rows: Ints) -> dict[str, Ints]:
    """Return rows of columns; a column that stands twice is moved once, one with a single value not at all."""
    size = int(rows.sum()) if rows.dtype == bool else len(rows)
    moved: dict[int, Ints] = {}
    for column in columns.values():
        if id(column) not in moved:
            same = is_constant(column) and size > 1
            moved[id(column)] = constant(column[0], size, column.dtype) if same else column[rows]
    return {name: moved[id(column)] for name, column in columns.items()}


def chained(parts: list[Ints]) -> Ints:
    """Return columns one after the other; where all hold the same single value, so does the result."""
    if all(is_constant(part) and part[0] == parts[0][0] for part in parts):
        return constant(parts[0][0], sum(len(part) for part in parts), parts[0].dtype)
    return np.concatenate(parts)


def sums_by(code: Ints, amount: Ints, size: int) -> Ints:
    """Return the sum of amounts for each code, exactly; floats are used only where they are exact."""
    if largest(amount) * max(len(amount), 1) < 2**53:
        return np.bincount(code, weights=amount, minlength=size).astype(np.int64)
    sums = np.zeros(size, dtype=np.int64)
    np.add.at(sums, code, amount)
    return sums


def starts_of(groups: Ints) -> Ints:
    """Return where each run of equal values of a sorted column begins."""
    if len(groups) == 0:
        return ints([])
    return np.concatenate((ints([0]), np.flatnonzero(groups[1:] != groups[:-1]) + 1))


def lengths_of(starts: Ints, total: int) -> Ints:
    """Return the length of each run."""
    return np.diff(np.append(starts, total))


def running(values: Ints, starts: Ints) -> Ints:
    """Return the running sum that begins again at each of ``starts``."""
    total = cumulated(values)
    if len(starts) <= 1:
        return total
    before = np.concatenate((total[:1] * 0, total[starts[1:] - 1]))
    return np.asarray(total - np.repeat(before, lengths_of(starts, len(values))))


def before(totals: Ints, starts: Ints) -> Ints:
    """Return the value of the row before, 0 at each of ``starts``."""
    shifted = np.empty_like(totals)
    shifted[1:] = totals[:-1]
    shifted[starts] = 0
    return shifted


def running_rounded(numerators: Ints, divisor: int, starts: Ints, *, half_even: bool, each_line: bool = False) -> Ints:
    """Return each row's money: numerators ÷ divisor, rounded as running totals of each group (or each alone)."""
    if each_line:
        return narrow(quotient(numerators, divisor, half_even=half_even))
    totals = narrow(quotient(running(numerators, starts), divisor, half_even=half_even))
    return totals - before(totals, starts)


def stable_order(*keys: Ints) -> Ints | None:
    """Return the order that sorts by the last key, ties by the ones before it, or None when it is sorted already.

    Keys are non-negative. Each is cut into digits of 16 bits, which NumPy sorts by radix; sorted digits are skipped.
    """
    order: Ints | None = None
    for key in keys:
        for digit in _digits(key):
            column = digit if order is None else digit[order]
            if len(column) < 2 or bool((column[1:] >= column[:-1]).all()):
                continue
            step = np.argsort(column, kind="stable")
            order = step if order is None else order[step]
    return order


def _digits(key: Ints) -> list[Ints]:
    top = int(key.max()) if len(key) else 0
    if len(key) > 1 and bool((key[1:] >= key[:-1]).all()) and top >= 2**16:
        return [key]
    found = []
    while True:
        found.append((key & 0xFFFF).astype(np.uint16) if top >= 2**16 else key.astype(np.uint16))
        top >>= 16
        if not top:
            return found
        key = key >> 16
