"""Amounts as people and programs write them, read exactly.

Dropped are spaces, apostrophes and a currency sign or code, which is handed back beside the amount; a minus may stand
behind, parentheses mean minus. Whether `.` or `,` is the decimal sign is decided value by value where the value says
it (both occur: the last one; one occurs more than once: it groups thousands; it is not followed by exactly three
digits: decimal), and by the column where it does not:

=================== =============== ==========
column               decimal sign    1.234 is
=================== =============== ==========
1.234  20565.6206    .               1.234
1.234  2.500,00      ,               1234
1.234  (nothing else) asked          ?
1,234  (nothing else) . (usual)      —
=================== =============== ==========
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

LARGEST = Decimal(10) ** 14  # what numeric(20, 6) holds before its decimal sign

SIGNS = {
    "€": "EUR", "£": "GBP", "$": "USD", "US$": "USD", "¥": "JPY", "₹": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY",
    "₪": "ILS", "R$": "BRL", "C$": "CAD", "A$": "AUD", "CA$": "CAD", "AU$": "AUD", "zł": "PLN", "kr": "SEK",
    "Kč": "CZK", "₫": "VND", "฿": "THB", "₱": "PHP", "Fr": "CHF", "Fr.": "CHF", "SFr.": "CHF",
}  # fmt: skip

_SHAPE = re.compile(r"^(?P<front>[^\d.,()+−-]*)(?P<number>[-+−]?[^\d.,()+−-]*[\d.,]*\d[\d.,]*)(?P<back>[^\d.,()+]*)$")
# what most files hold: no sign, or one that is proved by the number of digits behind it
_PLAIN = re.compile(r"^-?[0-9]+(?:([.,])(?:[0-9]{1,2}|[0-9]{4,}))?$")
_BRACKETS = re.compile(r"^([^\d.,()+−-]*)\(([^()]*)\)([^\d.,()+−-]*)$")
_FILLING = re.compile(r"(?<=\d)[\s'’´`\u00a0\u202f](?=\d{3}(?!\d))")
_CODE = re.compile(r"^[A-Z]{3}$")


@dataclass(frozen=True, slots=True)
class AmountColumn:
    """What the values of a column say: how many are amounts, and which decimal signs they prove."""

    filled: int = 0
    amounts: int = 0
    points: int = 0
    commas: int = 0
    unclear_points: int = 0
    unclear_commas: int = 0

    @property
    def is_amounts(self) -> bool:
        """Whether nearly all of it reads as amounts."""
        return self.filled > 0 and self.amounts >= 0.9 * self.filled

    @property
    def decimal_sign(self) -> str:
        """The sign for the values that do not say it themselves."""
        if self.points != self.commas:
            return "." if self.points > self.commas else ","
        return "."

    @property
    def is_asked(self) -> bool:
        """Whether values like 1.234 could mean either, and no other value of the column says which."""
        return self.unclear_points > 0 and self.points == self.commas

    def __add__(self, other: "AmountColumn") -> "AmountColumn":
        return AmountColumn(
            self.filled + other.filled,
            self.amounts + other.amounts,
            self.points + other.points,
            self.commas + other.commas,
            self.unclear_points + other.unclear_points,
            self.unclear_commas + other.unclear_commas,
        )


def amount_column(values: Iterable[str]) -> AmountColumn:
    """What values (cleaned, not empty) say about the decimal sign."""
    seen, filled, points, commas = AmountColumn(), 0, 0, 0
    for value in values:
        plain = _PLAIN.match(value)
        if plain is None:
            seen += _read(value)
            continue
        filled += 1
        points += plain[1] == "."
        commas += plain[1] == ","
    return seen + AmountColumn(filled, filled, points, commas)


def parse_amount(text: str, decimal_sign: str = ".") -> tuple[Decimal, str | None] | None:
    """The amount and the currency code written beside it, if any; None where the cleaned text is no amount."""
    plain = _PLAIN.match(text)
    if plain is not None:
        return Decimal(text.replace(",", ".") if plain[1] == "," else text), None
    parts = _parts(text)
    if parts is None:
        return None
    digits, is_minus, currency = parts
    sign = _own_sign(digits) or decimal_sign
    bare = digits.replace("," if sign == "." else ".", "").replace(sign, ".")
    if bare.count(".") > 1 or not _groups_well(digits, sign):
        return None
    amount = Decimal(bare)
    return (-amount if is_minus else amount), currency


def _parts(text: str) -> tuple[str, bool, str | None] | None:
    """Digits with their signs, whether below zero, currency code."""
    text, is_minus = text.strip(), False
    brackets = _BRACKETS.match(text)
    if brackets:
        text, is_minus = f"{brackets[1]} {brackets[2]} {brackets[3]}".strip(), True
    match = _SHAPE.match(_FILLING.sub("", text))
    if match is None:
        return None
    number, back = match["number"].replace("−", "-"), match["back"].strip().replace("−", "-")
    if back.endswith("-") or back.startswith("-"):
        is_minus, back = not is_minus, back.strip("- ")
    if number[0] in "+-":
        is_minus, number = is_minus ^ (number[0] == "-"), number[1:]
    digits = number.lstrip("".join({char for char in number if char not in "0123456789.,"}))
    inner = number[: len(number) - len(digits)]
    is_known, currency = _currency(match["front"].strip(), inner.strip(), back)
    if not is_known or not re.fullmatch(r"[\d.,]+", digits):
        return None
    return digits, is_minus, currency


def _currency(*texts: str) -> tuple[bool, str | None]:
    """Whether what stands beside the number is nothing but currency signs or codes, and the first one's code."""
    found = None
    for text in texts:
        for word in text.split():
            code = SIGNS.get(word) or (word if _CODE.match(word) else None)
            if code is None:
                return False, None
            found = found if found and word == "$" else code
    return True, found


def _own_sign(digits: str) -> str | None:
    """The decimal sign that the number itself proves."""
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        return "." if digits.rindex(".") > digits.rindex(",") else ","
    if points + commas == 0:
        return None
    sign = "." if points else ","
    if points + commas > 1:
        return "," if sign == "." else "."
    whole, _, behind = digits.partition(sign)
    if len(behind) != 3 or len(whole) > 3 or whole in {"", "0"} or whole.startswith("0"):
        return sign
    return None


def _groups_well(digits: str, sign: str) -> bool:
    """Thousands are grouped by three (or by two before the last three, as in India)."""
    whole = digits.split(sign)[0]
    groups = whole.split("," if sign == "." else ".")
    if len(groups) == 1:
        return True
    return bool(groups[0]) and len(groups[-1]) == 3 and all(len(group) in {2, 3} for group in groups[1:])


def _read(text: str) -> AmountColumn:
    parts = _parts(text)
    if parts is None or (parse_amount(text) is None and parse_amount(text, ",") is None):
        return AmountColumn(1)
    sign, digits = _own_sign(parts[0]), parts[0]
    return AmountColumn(
        1,
        1,
        1 if sign == "." else 0,
        1 if sign == "," else 0,
        1 if sign is None and "." in digits else 0,
        1 if sign is None and "," in digits else 0,
    )
