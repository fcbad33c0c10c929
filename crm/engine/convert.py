"""Rows of texts to rows of typed values, with what was wrong in them.

A row comes out with one value per field of the kind (None: empty) and its refusals. A refusal names a code, the field
and the value; what many rows share is reported once, with the first row and how often it occurred.

============ ====================================== =============================================
type          read                                   refused
============ ====================================== =============================================
text          cleaned                                longer than the field
date          `dates.parse_date` in the column's     no date (`invalid_date`), or one in the other order of day
              order                                  and month only (`other_order`)
moment        `moments.parse_moment`, as ISO text     no moment (`invalid_moment`), `other_order`
amount        `amounts.parse_amount`                 no amount (`invalid_amount`), 10^14 and more, no currency beside it
number        `amounts.parse_amount`                 no number (`invalid_number`), 10^14 and more
yes or no     yes, no, true, false, 1, 0, x …        anything else
choice        one of the field's, whatever its case  anything else
ratio         0.4, 40 %, or 40 in a column with      below 0, above 100 %
              values above 1
currency      three letters of ISO 4217              anything else
e-mail        lower case                             no @, spaces
============ ====================================== =============================================

The error texts of spreadsheets (#REF!, #DIV/0!, …) are refused in every field. An empty required field is refused as
`missing_<field>`; cells behind the last column as `too_many_cells`.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from crm.engine.amounts import LARGEST, parse_amount
from crm.engine.dates import DateOrder, parse_date
from crm.engine.fields import Field, FieldType, Shape
from crm.engine.layout import Line
from crm.engine.mapping import FileMapping
from crm.engine.moments import parse_moment
from crm.engine.profile import FileProfile
from crm.engine.texts import clean, is_nothing
from crm.engine.types import flag_of

Value = str | date | Decimal | None
DATED = frozenset({FieldType.DATE, FieldType.MOMENT})
NUMERIC = frozenset({FieldType.AMOUNT, FieldType.NUMBER})
CACHED = 20_000  # converted values remembered per column
LONGEST_CACHED = 200  # characters of a value that is remembered

_EMAIL = re.compile(r"^[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+$")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a cell or row cannot be taken."""

    code: str
    field: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class TypedRow:
    """One row: the line it came from, its values in the order of the kind's fields, the currency that stood beside its
    amounts, and why it is refused (nothing: it is not)."""

    line: Line
    values: Sequence[Value]
    currency: str | None
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """How one field is filled: from a column or by a constant."""

    field: Field
    place: int | None
    constant: str = ""
    values: Mapping[str, str] | None = None
    order: DateOrder | None = None
    dotted: DateOrder | None = None  # of dates with dots; day first unless it is said
    decimal_sign: str = "."
    is_percent: bool = False


def readings_of(shape: Shape, mapping: FileMapping, profile: FileProfile) -> list[Reading]:
    """How each mapped field of the kind is read, with the orders and signs that its column decides."""
    readings = []
    for item in shape.fields:
        column = profile.column(mapping.columns.get(item.name) or "")
        constant = mapping.constants.get(item.name, "")
        if column is None and not constant:
            continue
        sign = column.amounts.decimal_sign if column else "."
        if column is None or column.amounts.is_asked:
            sign = mapping.decimal_sign or sign
        readings.append(
            Reading(
                field=item,
                place=column.place if column else None,
                constant=constant,
                values=mapping.values.get(item.name),
                order=(column.dates.order if column else None) or mapping.dates,
                dotted=(column.dates.dotted or mapping.dates) if column else None,
                decimal_sign=sign,
                is_percent=column is not None and _is_percent(list(column.values)),
            )
        )
    return readings


def questions_of(shape: Shape, mapping: FileMapping, profile: FileProfile) -> list[tuple[str, str, str]]:
    """What somebody must decide before this file can be read: (code, field, column)."""
    asked = []
    for name, column_name in mapping.columns.items():
        column, item = profile.column(column_name), shape.by_name[name]
        if column is None:
            continue
        if item.type in DATED and column.dates.is_asked and mapping.dates is None:
            asked.append(("ambiguous_dates", name, column_name))
        if item.type in NUMERIC and column.amounts.is_asked and mapping.decimal_sign is None:
            asked.append(("ambiguous_amounts", name, column_name))
    return asked


def typed_rows(
    lines: Iterable[Line], shape: Shape, readings: Sequence[Reading], width: int, currencies: Collection[str]
) -> Iterator[TypedRow]:
    """Every line with its values. `width` is the number of columns, `currencies` the known ISO codes."""
    by_field = {reading.field.name: reading for reading in readings}
    cells = [_cell(by_field.get(item.name), item, currencies) for item in shape.fields]
    for line in lines:
        values: list[Value] = []
        refusals: list[Refusal] = []
        currency = None
        for cell in cells:
            value, refusal, beside = cell(line.cells)
            values.append(value)
            currency = currency or beside
            if refusal is not None:
                refusals.append(refusal)
        if len(line.cells) > width and any(extra.strip() for extra in line.cells[width:]):
            refusals.append(Refusal("too_many_cells", "", str(len(line.cells))))
        yield TypedRow(line, values, currency, tuple(refusals))


Converted = tuple[Value, Refusal | None, str | None]


def _cell(reading: Reading | None, item: Field, currencies: Collection[str]) -> Callable[[list[str]], Converted]:
    """A function from the cells of a line to one value; equal texts are converted once."""
    missing = Refusal(f"missing_{item.name}", item.name) if item.is_required else None
    nothing: Converted = (None, missing, None)
    if reading is None:
        return lambda cells: (None, None, None)
    known: dict[str, Converted] = {}
    place, constant = reading.place, reading.constant

    def read(cells: list[str]) -> Converted:
        raw = cells[place] if place is not None and place < len(cells) else ""
        found = known.get(raw)
        if found is None:
            found = _convert(raw, constant, reading, currencies) or nothing
            if len(known) < CACHED and len(raw) <= LONGEST_CACHED:
                known[raw] = found
        return found

    return read


_ERRORS = frozenset({"#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"})


def _convert(raw: str, constant: str, reading: Reading, currencies: Collection[str]) -> Converted | None:
    text = clean(raw)
    if is_nothing(text):
        text = constant
    if reading.values:
        text = reading.values.get(text, text)
    if is_nothing(text):
        return None
    if text in _ERRORS:
        return None, Refusal("spreadsheet_error", reading.field.name, text), None
    return _CONVERTERS[reading.field.type](text, reading, currencies)


def _text(text: str, reading: Reading, _: Collection[str]) -> Converted:
    if len(text) > reading.field.longest:
        return None, Refusal("too_long", reading.field.name, text[:80]), None
    return text, None, None


def _date(text: str, reading: Reading, _: Collection[str]) -> Converted:
    day = parse_date(text, reading.order, reading.dotted)
    return (day, None, None) if day else (None, _undated("invalid_date", text, reading), None)


def _undated(code: str, text: str, reading: Reading) -> Refusal:
    """No date, or only one in the other order than the column is read in."""
    orders = (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST)
    is_other = any(parse_date(text, order, order) for order in orders)
    return Refusal("other_order" if is_other else code, reading.field.name, text[:80])


def _moment(text: str, reading: Reading, _: Collection[str]) -> Converted:
    moment = parse_moment(text, reading.order, reading.dotted)
    if moment is None:
        is_day = parse_date(text, reading.order, reading.dotted) is not None  # then its time is wrong
        refusal = Refusal("invalid_moment", reading.field.name, text[:80])
        return None, refusal if is_day else _undated("invalid_moment", text, reading), None
    return moment.isoformat(sep=" "), None, None


def _amount(text: str, reading: Reading, currencies: Collection[str]) -> Converted:
    parsed = parse_amount(text, reading.decimal_sign)
    if parsed is None:
        return None, Refusal("invalid_amount", reading.field.name, text[:80]), None
    amount, currency = parsed
    if currency is not None and currency not in currencies:
        return None, Refusal("invalid_currency", reading.field.name, currency), None
    if abs(amount) >= LARGEST:
        return None, Refusal("amount_too_large", reading.field.name, text[:80]), None
    return amount, None, currency


def _number(text: str, reading: Reading, _: Collection[str]) -> Converted:
    parsed = parse_amount(text, reading.decimal_sign)
    if parsed is None or parsed[1] is not None or abs(parsed[0]) >= LARGEST:
        return None, Refusal("invalid_number", reading.field.name, text[:80]), None
    return parsed[0], None, None


def _flag(text: str, reading: Reading, _: Collection[str]) -> Converted:
    found = flag_of(text)
    if found is None:
        return None, Refusal("invalid_flag", reading.field.name, text[:80]), None
    return "yes" if found else "no", None, None


def _choice(text: str, reading: Reading, _: Collection[str]) -> Converted:
    if not reading.field.choices:
        return _text(text, reading, _)
    found = next((choice for choice in reading.field.choices if choice.casefold() == text.casefold()), None)
    if found is None:
        return None, Refusal("invalid_choice", reading.field.name, text[:80]), None
    return found, None, None


def _ratio(text: str, reading: Reading, _: Collection[str]) -> Converted:
    parsed = parse_amount(text.replace("%", ""), reading.decimal_sign)
    if parsed is None:
        return None, Refusal("invalid_ratio", reading.field.name, text[:80]), None
    ratio = parsed[0] / 100 if "%" in text or reading.is_percent else parsed[0]
    if not 0 <= ratio <= 1:
        return None, Refusal("invalid_ratio", reading.field.name, text[:80]), None
    return ratio, None, None


def _currency(text: str, reading: Reading, currencies: Collection[str]) -> Converted:
    code = text.upper()
    return (
        (code, None, None)
        if code in currencies
        else (None, Refusal("invalid_currency", reading.field.name, text[:80]), None)
    )


def _email(text: str, reading: Reading, _: Collection[str]) -> Converted:
    if len(text) > reading.field.longest or not _EMAIL.match(text):
        return None, Refusal("invalid_email", reading.field.name, text[:80]), None
    return text.lower(), None, None


_CONVERTERS: dict[FieldType, Callable[[str, Reading, Collection[str]], Converted]] = {
    FieldType.TEXT: _text,
    FieldType.REFERENCE: _text,
    FieldType.STAGE: _text,
    FieldType.DATE: _date,
    FieldType.MOMENT: _moment,
    FieldType.ACTIVITY: _text,
    FieldType.TRANSACTION: _text,
    FieldType.AMOUNT: _amount,
    FieldType.NUMBER: _number,
    FieldType.FLAG: _flag,
    FieldType.CHOICE: _choice,
    FieldType.RATIO: _ratio,
    FieldType.SHARE: _ratio,
    FieldType.RATE: _amount,
    FieldType.CURRENCY: _currency,
    FieldType.EMAIL: _email,
}


def _is_percent(values: Sequence[str]) -> bool:
    """Whether a column of ratios is in percent: some value without a percent sign is above 1."""
    amounts = [parse_amount(value) for value in values if "%" not in value]
    return any(parsed is not None and parsed[0] > 1 for parsed in amounts)
