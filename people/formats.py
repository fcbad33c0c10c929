"""How values become words and figures on a page, in the reader's language. Pure text: no HTML, no queries.

Units: `money` (Decimal in major units, needs a currency), `percent` or `ratio` (0.619 is shown as 61.9%), `days`,
`count`, `number`. What is undefined (`None`) is always shown as an en dash, never as zero.
"""

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Literal

from django.utils import formats, timezone
from django.utils.translation import get_language, ngettext, pgettext

UNDEFINED = "–"
MINUS = "\N{MINUS SIGN}"

Unit = Literal["money", "percent", "ratio", "days", "count", "number"]
Number = Decimal | int | float

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "BRL": "R$", "ILS": "₪", "TRY": "₺"}
MINOR_DIGITS = {"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "VND": 0, "BHD": 3, "JOD": 3, "KWD": 3, "OMR": 3, "TND": 3}


FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PLAIN_NUMBER = re.compile(r"^[+-]?[\d.,\s]*\d\s?%?$")


def spreadsheet_text(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe goes before it. A number such as -5 stays."""
    return f"'{text}" if text.startswith(FORMULA) and not _PLAIN_NUMBER.match(text) else text


def rounded(value: Number, digits: int) -> Decimal:
    """`value` with `digits` decimal places, halves away from zero."""
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    return exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def number(value: Number | None, digits: int = 0) -> str:
    """1234.5 → 1,235 (grouped and signed as the reader's language does it)."""
    if value is None:
        return UNDEFINED
    return _grouped(rounded(value, digits), digits, get_language())


@lru_cache(maxsize=20_000)
def _grouped(exact: Decimal, digits: int, language: str | None) -> str:
    """Remembered by language: a page of numbers says the same ones again and again."""
    text = formats.number_format(abs(exact), decimal_pos=digits, use_l10n=True, force_grouping=True)
    return f"{MINUS}{text}" if exact < 0 else text


def money(value: Decimal | int | None, currency: str = "", digits: int = 0) -> str:
    """1234.5 USD → $1,235. Whole units unless `digits` says otherwise.

    Raises: TypeError for a float, which never touches money.
    """
    if value is None:
        return UNDEFINED
    if isinstance(value, float):
        raise TypeError("money is a Decimal or an int, never a float")
    return _with_currency(number(value, digits), currency)


def money_exact(value: Decimal | int | None, currency: str = "") -> str:
    """1234.5 USD → $1,234.50: with the digits its currency has."""
    return money(value, currency, MINOR_DIGITS.get(currency, 2))


def money_short(value: Decimal | int | None, currency: str = "") -> str:
    """1234567 USD → $1.23M, for axes and narrow places that show the exact amount elsewhere."""
    if value is None:
        return UNDEFINED
    return _with_currency(short(value), currency)


def short(value: Number) -> str:
    """1234567 → 1.23M: at most three significant digits and a letter."""
    exact = Decimal(str(value))
    scales = (
        (Decimal(10**9), pgettext("thousand million, after a number", "B")),
        (Decimal(10**6), pgettext("million, after a number", "M")),
        (Decimal(10**3), pgettext("thousand, after a number", "K")),
    )
    for size, letter in scales:
        if abs(exact) >= size:
            scaled = exact / size
            scaled = rounded(scaled, max(0, 2 - scaled.copy_abs().adjusted())).normalize()
            return number(scaled, max(0, -int(scaled.as_tuple().exponent))) + letter
    return number(exact, 0)


def percent(ratio: Number | None, digits: int = 1) -> str:
    """0.619 → 61.9%; exact above 100 %."""
    if ratio is None:
        return UNDEFINED
    return pgettext("percentage", "{number}%").format(number=number(Decimal(str(ratio)) * 100, digits))


def points(difference: Number | None, digits: int = 1) -> str:
    """0.031 → 3.1 points: the difference of two percentages."""
    if difference is None:
        return UNDEFINED
    return pgettext("percentage points", "{number} pts").format(number=number(Decimal(str(difference)) * 100, digits))


def days(value: Number | None, digits: int = 0) -> str:
    """48 → 48 days."""
    if value is None:
        return UNDEFINED
    exact = rounded(value, digits)
    return ngettext("{number} day", "{number} days", int(abs(exact)) if exact == int(exact) else 2).format(
        number=number(exact, digits)
    )


def figure(value: Number | None, unit: str = "number", currency: str = "", digits: int | None = None) -> str:
    """Any value by its unit; undefined is an en dash."""
    if unit == "money":
        return money(value, currency, digits or 0)  # type: ignore[arg-type]  # a float is refused inside
    if unit in ("percent", "ratio"):
        return percent(value, 1 if digits is None else digits)
    if unit == "days":
        return days(value, digits or 0)
    return number(value, digits or 0)


def day(value: date | None) -> str:
    """21 Nov 2026."""
    return UNDEFINED if value is None else formats.date_format(value, pgettext("format of a day", "j M Y"))


def moment(value: datetime | None) -> str:
    """21 Nov 2026, 14:05, in the reader's time zone."""
    if value is None:
        return UNDEFINED
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return formats.date_format(local, pgettext("format of a moment", "j M Y, H:i"))


def plain(value: object) -> str:
    """Days and moments as above; anything else as it is."""
    if isinstance(value, datetime):
        return moment(value)
    return day(value) if isinstance(value, date) else str(value)


def signed(text: str, value: Number) -> str:
    """The text of a positive change with its plus sign."""
    return f"+{text}" if value > 0 else text


def _with_currency(text: str, currency: str) -> str:
    if not currency:
        return text
    sign, figures = (MINUS, text[1:]) if text.startswith(MINUS) else ("", text)
    symbol = SYMBOLS.get(currency)
    if symbol:
        return sign + pgettext("money with a symbol", "{symbol}{amount}").format(symbol=symbol, amount=figures)
    return sign + pgettext("money with a code", "{code} {amount}").format(code=currency, amount=figures).replace(
        " ", "\N{NO-BREAK SPACE}"
    )
