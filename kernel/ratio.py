"""Ratio: a numerator and a denominator that stay together.

A team's win rate is not the mean of its people's: ratios are added by their parts and divided once, when shown.
A denominator of zero makes the value *undefined* (``None``, shown as "–"), never 0 and never infinite:

===================== ===========
ratio                 value
===================== ===========
3/4                   0.75
3/4 + 1/4             4/8 = 0.5
0/4                   0
0/0 and 3/0           undefined
===================== ===========
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Context, Decimal

from kernel.money import MoneyError, Rounding, decimal_of, round_decimal

_PRECISE = Context(prec=60)


@dataclass(frozen=True, slots=True)
class Ratio:
    """``numerator`` ÷ ``denominator``, both exact; equal when both parts are equal."""

    numerator: Decimal
    denominator: Decimal

    def __post_init__(self) -> None:
        for part in (self.numerator, self.denominator):
            if not isinstance(part, Decimal) or not part.is_finite():
                raise MoneyError(f"{part!r} is not an exact number; build it with Ratio.of")

    @classmethod
    def of(cls, numerator: Decimal | int | str, denominator: Decimal | int | str) -> Ratio:
        """Return the ratio of two exact numbers. Raises: MoneyError for floats and what is no number."""
        return cls(decimal_of(numerator), decimal_of(denominator))

    @classmethod
    def total(cls, ratios: Iterable[Ratio]) -> Ratio:
        """Return the sum of the parts; of none, 0/0, which is undefined."""
        result = cls(Decimal(0), Decimal(0))
        for ratio in ratios:
            result = result + ratio
        return result

    @property
    def is_defined(self) -> bool:
        """Whether there is anything to divide by."""
        return self.denominator != 0

    @property
    def value(self) -> Decimal | None:
        """The quotient to 60 digits, or None when the denominator is zero."""
        return _PRECISE.divide(self.numerator, self.denominator) if self.is_defined else None

    def rounded(self, digits: int = 6, mode: Rounding = Rounding.HALF_AWAY) -> Decimal | None:
        """Return the value rounded to ``digits`` places, or None when it is undefined."""
        value = self.value
        return None if value is None else round_decimal(value, digits, mode)

    def __add__(self, other: Ratio) -> Ratio:
        return Ratio(_PRECISE.add(self.numerator, other.numerator), _PRECISE.add(self.denominator, other.denominator))

    def __str__(self) -> str:
        value = self.rounded()
        return "–" if value is None else f"{value:f}"
