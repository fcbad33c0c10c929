"""Money: an exact decimal amount in one currency.

A ``Money`` is immutable. Every value enters through one door, :func:`decimal_of`, which takes ``Decimal``,
``int`` and text and refuses floats, booleans, NaN and infinities. Amounts of two currencies are never mixed:
arithmetic and comparison raise :class:`CurrencyMismatch`. Nothing is rounded until somebody asks for it:
``rounded`` goes to the currency's minor unit (two digits for EUR, none for JPY, three for KWD).

Splitting conserves the total. Each share is cut towards zero to the minor unit and what is left goes to the
largest share, ties to the lowest key:

======== ======= ======= =======
total     Ann 1   Bob 1   Cy 1
======== ======= ======= =======
100.00    33.34   33.33   33.33
-0.01     -0.01    0.00    0.00
======== ======= ======= =======

Source: ISO 4217 for the codes and their minor units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, InvalidOperation
from enum import StrEnum

_DIGITS_0 = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_DIGITS_3 = "BHD IQD JOD KWD LYD OMR TND"
_DIGITS_4 = "CLF UYW"
_DIGITS_2 = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY
COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR
IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD
NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP
SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
"""

MINOR_UNIT_DIGITS: Mapping[str, int] = {
    code: digits
    for digits, codes in ((0, _DIGITS_0), (2, _DIGITS_2), (3, _DIGITS_3), (4, _DIGITS_4))
    for code in codes.split()
}

# Enough digits that adding and multiplying amounts of numeric(20, 6) never rounds silently.
_EXACT = Context(prec=60)


class MoneyError(ValueError):
    """A value that cannot be money: the message says which and why."""


class CurrencyMismatch(MoneyError):
    """Two currencies in one calculation; convert one of them first, at a dated rate."""


class Rounding(StrEnum):
    """How the half of a minor unit is rounded."""

    HALF_AWAY = "half_away"
    HALF_EVEN = "half_even"


_DECIMAL_ROUNDING = {Rounding.HALF_AWAY: ROUND_HALF_UP, Rounding.HALF_EVEN: ROUND_HALF_EVEN}


def decimal_of(value: Decimal | int | str) -> Decimal:
    """Return ``value`` as an exact, finite Decimal.

    Raises: MoneyError for floats, booleans, text that is no number, NaN and infinities.
    """
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        raise MoneyError(f"{value!r} is a {type(value).__name__}; give a Decimal, an int or text")
    try:
        number = Decimal(value.strip()) if isinstance(value, str) else Decimal(value)
    except InvalidOperation as error:
        raise MoneyError(f"{value!r} is not a number") from error
    if not number.is_finite():
        raise MoneyError(f"{value!r} is not a finite number")
    return number


def round_decimal(value: Decimal, digits: int, mode: Rounding = Rounding.HALF_AWAY) -> Decimal:
    """Return ``value`` rounded to ``digits`` places after the point."""
    return value.quantize(Decimal(1).scaleb(-digits), rounding=_DECIMAL_ROUNDING[mode], context=_EXACT)


@dataclass(frozen=True, slots=True, order=True)
class Currency:
    """A currency of ISO 4217 and the digits of its minor unit."""

    code: str
    digits: int

    @classmethod
    def of(cls, code: str | Currency) -> Currency:
        """Return the currency of ``code`` ("usd" is USD). Raises: MoneyError when ISO 4217 does not list it."""
        if isinstance(code, Currency):
            return code
        known = code.strip().upper()
        if known not in MINOR_UNIT_DIGITS:
            raise MoneyError(f"{code!r} is not a currency code of ISO 4217")
        return cls(known, MINOR_UNIT_DIGITS[known])

    @property
    def minor_unit(self) -> Decimal:
        """The smallest amount: 0.01 for USD, 1 for JPY."""
        return Decimal(1).scaleb(-self.digits)

    def __str__(self) -> str:
        return self.code


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount, in major units, of one currency."""

    amount: Decimal
    currency: Currency

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal) or not self.amount.is_finite():
            raise MoneyError(f"{self.amount!r} is not an exact amount; build it with Money.of")
        if not isinstance(self.currency, Currency):
            raise MoneyError(f"{self.currency!r} is not a Currency; build it with Money.of")

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str | Currency) -> Money:
        """Return ``amount`` (major units) of ``currency``. Raises: MoneyError, see :func:`decimal_of`."""
        return cls(decimal_of(amount), Currency.of(currency))

    @classmethod
    def from_minor(cls, minor: int, currency: str | Currency) -> Money:
        """Return ``minor`` whole minor units (cents) of ``currency``."""
        if isinstance(minor, bool) or not isinstance(minor, int):
            raise MoneyError(f"{minor!r} is not a whole number of minor units")
        known = Currency.of(currency)
        return cls(Decimal(minor).scaleb(-known.digits, context=_EXACT), known)

    @classmethod
    def zero(cls, currency: str | Currency) -> Money:
        """Return nothing, in ``currency``."""
        return cls.from_minor(0, currency)

    @classmethod
    def total(cls, amounts: Iterable[Money], currency: str | Currency) -> Money:
        """Return the sum of ``amounts``, all in ``currency``; of none, zero. Raises: CurrencyMismatch."""
        result = cls.zero(currency)
        for amount in amounts:
            result = result + amount
        return result

    @property
    def minor(self) -> int:
        """The amount in whole minor units. Raises: MoneyError when it has a fraction of one."""
        scaled = self.amount.scaleb(self.currency.digits, context=_EXACT)
        if scaled != scaled.to_integral_value():
            raise MoneyError(f"{self} is not a whole number of minor units; round it first")
        return int(scaled)

    def rounded(self, mode: Rounding = Rounding.HALF_AWAY) -> Money:
        """Return the amount rounded to the currency's minor unit."""
        return Money(round_decimal(self.amount, self.currency.digits, mode), self.currency)

    def split(self, weights: Mapping[str, Decimal | int]) -> dict[str, Money]:
        """Return one share per key in proportion to ``weights``; the shares add up to this amount exactly.

        Every share but the largest is a whole number of minor units; the largest takes the remainder, ties
        go to the lowest key. Raises: MoneyError when a weight is negative or all are zero.
        """
        exact = {key: decimal_of(weight) for key, weight in weights.items()}
        whole = sum(exact.values(), Decimal(0))
        if whole <= 0 or min(exact.values()) < 0:
            raise MoneyError("a split needs weights of zero or more that are not all zero")
        largest = min(exact, key=lambda key: (-exact[key], key))
        shares = {key: self._share(weight, whole) for key, weight in exact.items()}
        others = Money.total((share for key, share in shares.items() if key != largest), self.currency)
        shares[largest] = self - others
        return shares

    def _share(self, weight: Decimal, whole: Decimal) -> Money:
        exact = _EXACT.divide(_EXACT.multiply(self.amount, weight), whole)
        cut = exact.quantize(self.currency.minor_unit, rounding=ROUND_DOWN, context=_EXACT)
        return Money(cut, self.currency)

    def _same(self, other: Money) -> Money:
        if not isinstance(other, Money):
            raise MoneyError(f"{other!r} is not money")
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} cannot be mixed; convert one first")
        return other

    def __add__(self, other: Money) -> Money:
        return Money(_EXACT.add(self.amount, self._same(other).amount), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(_EXACT.subtract(self.amount, self._same(other).amount), self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        if isinstance(factor, str):
            raise MoneyError(f"{factor!r} is text; multiply by a Decimal or an int")
        return Money(_EXACT.multiply(self.amount, decimal_of(factor)), self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.amount), self.currency)

    def __bool__(self) -> bool:
        return self.amount != 0

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other).amount

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other).amount

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other).amount

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other).amount

    def __str__(self) -> str:
        """The amount with at least the currency's digits: ``12.30 USD``."""
        places = max(self.currency.digits, -int(self.amount.normalize(_EXACT).as_tuple().exponent))
        return f"{round_decimal(self.amount, places):f} {self.currency.code}"
