"""A mapping: which column feeds which field, and what is said about a file besides.

    columns: {amount: sub_total}                 field ← column
    constants: {stage: won}                      field ← one value for every row
    values: {product: {GTXPro: GTX Pro}}         per field: as in the file → as meant
    dates: D/M/Y                                 or M/D/Y, Y/M/D; where the file itself does not decide
    amounts: "1.234,56"                          likewise: how a number with decimals is written
    fields: {business_segment: choice}           columns kept as new custom fields, each of a type; `switch_on`: the field
                                                 of that name is switched on again
    sheet: Deals                                 which sheet of a workbook; otherwise the first one
    header: 3                                    the line of the column names; `none`: there is none

A column that is mapped to an empty text is left out although its name would be guessed. Columns can also be named by
their letter, which is how those of a file without a header are called: `amount: D`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from crm.engine.dates import DateOrder
from crm.engine.fields import Shape
from crm.engine.layout import letter_of
from crm.engine.problem import Unreadable
from crm.engine.texts import name_key

PARTS = ("columns", "constants", "values", "dates", "amounts", "sheet", "header", "fields")


@dataclass(frozen=True)
class FileMapping:
    """See above. `decimal_sign` is "." or ",", or None where the file decides."""

    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    dates: DateOrder | None = None
    decimal_sign: str | None = None
    sheet: str = ""
    header: int | None = None  # 0: there is none

    def to_dict(self) -> dict[str, Any]:
        """Plain data in the form of a mapping file."""
        plain: dict[str, Any] = {
            "columns": dict(self.columns),
            "constants": dict(self.constants),
            "values": {name: dict(values) for name, values in self.values.items()},
        }
        if self.dates:
            plain["dates"] = str(self.dates)
        if self.decimal_sign:
            plain["amounts"] = "1.234,56" if self.decimal_sign == "," else "1,234.56"
        if self.sheet:
            plain["sheet"] = self.sheet
        if self.header is not None:
            plain["header"] = self.header or "none"
        return plain


def mapping_of(plain: Any, shape: Shape) -> FileMapping:
    """A mapping from the plain data of a file or form. Raises: Unreadable that names what is wrong in it."""
    if plain is None:
        return FileMapping()
    if not isinstance(plain, Mapping):
        raise Unreadable("mapping_not_a_mapping")
    unknown = [str(name) for name in plain if name not in PARTS]
    if unknown:
        raise Unreadable("mapping_unknown_part", part=unknown[0], parts=", ".join(PARTS))
    values = _part(plain, "values")
    for name, table in values.items():
        if not isinstance(table, Mapping):
            raise Unreadable("mapping_values_not_a_mapping", field=name)
    return FileMapping(
        columns=_texts(_part(plain, "columns"), shape),
        constants=_texts(_part(plain, "constants"), shape),
        values={
            _field(name, shape): {str(old): str(new) for old, new in table.items()} for name, table in values.items()
        },
        dates=_dates(plain.get("dates")),
        decimal_sign=_decimal_sign(plain.get("amounts")),
        sheet=str(plain.get("sheet") or ""),
        header=header_line(plain.get("header")),
    )


def off_check(mapping: FileMapping, shape: Shape) -> None:
    """Raises: Unreadable where a mapping feeds a field that is switched off."""
    for name in (*(name for name, column in mapping.columns.items() if column), *mapping.constants, *mapping.values):
        if name in shape.off:
            raise Unreadable("mapping_field_off", field=shape.off[name])


def columns_check(mapping: FileMapping, columns: tuple[str, ...]) -> FileMapping:
    """The mapping with the columns as the file spells them. Raises: Unreadable where the file has no such column."""
    by_key = {letter_of(place).lower(): name for place, name in enumerate(columns)}
    by_key |= {name_key(name): name for name in reversed(columns)}
    found = {}
    for name, column in mapping.columns.items():
        spelled = column if not column or column in columns else by_key.get(name_key(column))
        if spelled is None:
            raise Unreadable("mapping_unknown_column", column=column, columns=", ".join(columns))
        found[name] = spelled
    return replace(mapping, columns=found)


def _part(plain: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = plain.get(name) or {}
    if not isinstance(part, Mapping):
        raise Unreadable("mapping_part_not_a_mapping", part=name)
    return part


def _texts(part: Mapping[str, Any], shape: Shape) -> dict[str, str]:
    return {_field(name, shape): "" if value is None else str(value) for name, value in part.items()}


def _field(name: Any, shape: Shape) -> str:
    if name not in shape.by_name and name not in shape.off:
        raise Unreadable("mapping_unknown_field", field=str(name), kind=shape.kind, fields=", ".join(shape.by_name))
    return str(name)


def _dates(value: Any) -> DateOrder | None:
    if value in (None, ""):
        return None
    try:
        return DateOrder(str(value).upper().replace("YYYY", "Y").replace("DD", "D").replace("MM", "M"))
    except ValueError as error:
        raise Unreadable("mapping_bad_dates", value=str(value), orders=", ".join(DateOrder)) from error


def _decimal_sign(value: Any) -> str | None:
    if value in (None, ""):
        return None
    signs = [char for char in str(value) if char in ".,"]
    if not signs:
        raise Unreadable("mapping_bad_amounts", value=str(value))
    return signs[-1]


def header_line(value: Any) -> int | None:
    """The line of the header; 0 where somebody says that there is none (YAML reads a bare `no` as false)."""
    if value is None or value == "" or value is True:
        return None
    text = "0" if value is False else str(value).strip().lower()
    text = "0" if text in {"none", "no", "false"} else text
    if not text.isdecimal() or len(text) > 6:
        raise Unreadable("mapping_bad_header", value=str(value))
    return int(text)
