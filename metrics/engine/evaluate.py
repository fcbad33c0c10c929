"""From the parts of a group of deals to the figure that is shown, with what it was divided by and what it leaves out.

Rounding happens here and only here: sums of money to the currency's digits, divisions and quantiles to 4 places, ratios
to 6, counts to whole numbers; halves away from zero. Undefined is None, never 0.

======================= =========== ============ ============ =====================
metric                  numerator   denominator  value        note
======================= =========== ============ ============ =====================
win rate 208 of 336     208         336          0.619048
win rate of nothing     0           0            –
revenue, 3 of 5 valued  –           –            1200.00      2 without amount
revenue, 0 of 5 valued  –           –            –            5 without amount
======================= =========== ============ ============ =====================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import assert_never

from kernel.money import round_decimal
from kernel.ratio import Ratio
from metrics.engine.definitions import Cumulative, Derived, Metric, Quantile, Share, Simple, Sum, Unit
from metrics.engine.parts import Basis, Part

Parts = Mapping[Part, Decimal]
UNDATED = {
    Basis.LEAD_CREATED: "no_leads",
    Basis.OCCURRED: "no_activities",
    Basis.STEPPED: "no_next_steps",
}  # what to say where there is nothing at all


@dataclass(frozen=True, slots=True)
class Group:
    """What is known of a group of deals. A part that is not given is 0.

    `to_date` holds the parts since the beginning of the fiscal year; `undated` the bases of which no deal of the
    organization has a date.
    """

    parts: Parts
    to_date: Parts = field(default_factory=dict)
    quantiles: Mapping[Quantile, Decimal | None] = field(default_factory=dict)
    undated: frozenset[Basis] = frozenset()


@dataclass(frozen=True, slots=True)
class Note:
    """Why a figure is partial or missing: a code and how many deals it is about."""

    code: str
    count: int


@dataclass(frozen=True, slots=True)
class Value:
    """A figure, rounded, and the number of deals behind it. Numerator and denominator only where it is a ratio."""

    value: Decimal | None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    count: int = 0
    notes: tuple[Note, ...] = ()


def evaluate(metric: Metric, group: Group, *, currency_digits: int) -> Value:
    """The figure of a metric for a group of deals."""
    parts = group.to_date if isinstance(metric.kind, Cumulative) else group.parts
    notes, is_shown = _needs(metric, parts)
    known_by = metric.known_by or metric.basis
    if known_by in group.undated:
        notes, is_shown = (Note(UNDATED.get(known_by, "undated"), 0),), False
    value, count = _exact(metric, group), int(_total(parts, metric.counted))
    if isinstance(value, Ratio):
        digits = 6 if metric.unit is Unit.RATIO else 4
        return Value(
            _unsigned_zero(value.rounded(digits)) if is_shown else None,
            _part_rounded(metric.kind, value.numerator, currency_digits, top=True),
            _part_rounded(metric.kind, value.denominator, currency_digits, top=False),
            count,
            notes,
        )
    if value is None or not is_shown:
        return Value(None, count=count, notes=notes)
    return Value(_unsigned_zero(round_decimal(value, _digits(metric, currency_digits))), count=count, notes=notes)


def _exact(metric: Metric, group: Group) -> Decimal | Ratio | None:
    """The unrounded figure. Missing parts are zero: there was nothing to add."""
    kind = metric.kind
    if isinstance(kind, Simple):
        measure = kind.measure
        if isinstance(measure, Sum):
            return _get(group.parts, measure.part)
        if isinstance(measure, Quantile):
            return group.quantiles.get(measure)
        assert_never(measure)
    if isinstance(kind, Share):
        return Ratio(_total(group.parts, kind.numerator), _total(group.parts, kind.denominator))
    if isinstance(kind, Cumulative):
        return _get(group.to_date, kind.part)
    if isinstance(kind, Derived):
        terms = [_exact(term, group) for term in kind.terms]
        return sum((term for term in terms if isinstance(term, Decimal)), Decimal(0))
    assert_never(kind)


def _needs(metric: Metric, parts: Parts) -> tuple[tuple[Note, ...], bool]:
    """What is left out, and whether anything can be shown at all."""
    notes, is_shown = [], metric.only_with is None or _get(parts, metric.only_with) > 0
    for need in metric.needs:
        of, having = _get(parts, need.of), _get(parts, need.having)
        is_worthless = need.worth is not None and of > 0 and having > 0 and _get(parts, need.worth) == 0
        if having < of:
            notes.append(Note(need.code, int(of - having)))
        elif is_worthless:
            notes.append(Note(f"{need.code}_or_zero", int(of)))
        is_shown = is_shown and not (is_worthless or (of > 0 and having == 0) or (need.is_strict and having < of))
    notes += [Note(code, int(_get(parts, part))) for code, part in metric.told if _get(parts, part)]
    return tuple(notes), is_shown


def _unsigned_zero(value: Decimal | None) -> Decimal | None:
    """What rounds to nothing has no sign."""
    return abs(value) if value is not None and value.is_zero() else value


def _digits(metric: Metric, currency_digits: int) -> int:
    if isinstance(metric.kind, Simple) and isinstance(metric.kind.measure, Quantile):
        return 4
    return {Unit.MONEY: currency_digits, Unit.COUNT: 0, Unit.DAYS: 0, Unit.NUMBER: 4, Unit.RATIO: 6}[metric.unit]


def _part_rounded(kind: object, value: Decimal, currency_digits: int, *, top: bool) -> Decimal:
    assert isinstance(kind, Share)
    parts = kind.numerator if top else kind.denominator
    is_money = any(part.endswith("_amount") for part in parts)
    return round_decimal(value, currency_digits if is_money else 0)


def _get(parts: Parts, part: Part) -> Decimal:
    return parts.get(part, Decimal(0))


def _total(parts: Parts, names: tuple[Part, ...]) -> Decimal:
    return sum((_get(parts, name) for name in names), Decimal(0))
