"""What a metric is: a closed set of types over additive parts and over the values of rows.

A *part* is a number per day that adds up over days and people (won deals, won amount, cycle days, …). A metric is one
of

=============  =====================================================  ==========================
type           value                                                  example
=============  =====================================================  ==========================
`Simple`       the sum of one part, or a quantile of the rows' values  revenue, median cycle
`Share`        Σ of parts ÷ Σ of parts, divided once, when shown       win rate, mean deal size
`Cumulative`   the sum of one part since the fiscal year began         revenue, year to date
`Derived`      metrics of one unit and one date basis, added up        decided deals
=============  =====================================================  ==========================

A part is dated by its *basis*: decided deals on the day they closed, created ones on the day they were created, open
ones on the day they are due. A `Need` says which deals a figure cannot count (no amount, no probability, no start) and
when that leaves nothing to show. Every function that tells the types apart ends in `assert_never`, so that the type
checker finds the places a new type has to be added to.

Units: money in the organization's currency, days, counts, ratios (0.619, not 61.9).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import assert_never

from metrics.engine.parts import BASIS_OF, FAMILY_OF, Basis, Family, Part


class Unit(StrEnum):
    """What a value is counted in."""

    MONEY = "money"
    RATIO = "ratio"
    DAYS = "days"
    COUNT = "count"
    NUMBER = "number"


class Direction(StrEnum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class RowValue(StrEnum):
    """Values of single won deals, for quantiles."""

    AMOUNT = "amount"
    CYCLE_DAYS = "cycle_days"


@dataclass(frozen=True, slots=True)
class Sum:
    """Σ of a part."""

    part: Part


@dataclass(frozen=True, slots=True)
class Quantile:
    """The value below which `fraction` of the rows lie, linearly interpolated (`percentile_cont`)."""

    of: RowValue
    fraction: Decimal


@dataclass(frozen=True, slots=True)
class Simple:
    """One sum or one quantile."""

    measure: Sum | Quantile


@dataclass(frozen=True, slots=True)
class Share:
    """Σ numerator ÷ Σ denominator."""

    numerator: tuple[Part, ...]
    denominator: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Cumulative:
    """Σ of a part from the first day of the fiscal year to the end of the period."""

    part: Part


@dataclass(frozen=True, slots=True)
class Derived:
    """The sum of other metrics."""

    terms: tuple[Metric, ...]


Kind = Simple | Share | Cumulative | Derived


@dataclass(frozen=True, slots=True)
class Need:
    """Of `of` deals only `having` can be counted; the others are told by `code` and their number.

    Nothing can be shown when none of them can be counted, when one cannot and the need `is_strict`, or when what they
    add up to (`worth`) is zero although there are some.
    """

    code: str
    of: Part
    having: Part
    is_strict: bool = False
    worth: Part | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """A definition. The words are message ids in English; whoever shows them translates them.

    `counted` are the parts whose sum is the number of facts behind a figure. `also_dated` are further date bases of its
    parts: a ratio mixes them only where its definition says so. Where there is none of `only_with`, a sum is undefined
    rather than 0. `told` are parts whose number is said beside a figure. `known_by` are facts without any of which there is
    nothing to say, where they are others than those of its own date basis.
    """

    name: str
    label: str
    unit: Unit
    direction: Direction
    basis: Basis
    kind: Kind
    counted: tuple[Part, ...]
    numerator: str
    denominator: str
    sentence: str
    notes: str = ""
    needs: tuple[Need, ...] = ()
    also_dated: tuple[Basis, ...] = ()
    told: tuple[tuple[str, Part], ...] = ()
    only_with: Part | None = None
    known_by: Basis | None = None


class DefinitionError(ValueError):
    """A definition that cannot mean anything; the message says why."""


def check(metric: Metric) -> None:
    """Refuse what cannot be added up. Raises: DefinitionError."""
    kind = metric.kind
    if isinstance(kind, Derived):
        for term in kind.terms:
            if (term.unit, term.basis) != (metric.unit, metric.basis):
                raise DefinitionError(f"{metric.name} adds {term.name}, which has another unit or date basis")
            if isinstance(term.kind, Share) or (
                isinstance(term.kind, Simple) and isinstance(term.kind.measure, Quantile)
            ):
                raise DefinitionError(f"{metric.name} adds {term.name}, which is no sum")
    bases = {BASIS_OF[part] for part in parts_of(metric)}
    if bases - {metric.basis, *metric.also_dated}:
        raise DefinitionError(f"{metric.name} is dated by {metric.basis} and uses parts dated by {sorted(bases)}")


def parts_of(metric: Metric) -> frozenset[Part]:
    """The parts a metric is computed and explained from."""
    needs = {part for need in metric.needs for part in (need.of, need.having, need.worth) if part is not None}
    told = {part for _code, part in metric.told}
    return frozenset({*metric.counted, *needs, *told, *_own_parts(metric.kind)})


def families_of(metric: Metric) -> frozenset[Family]:
    """The families of facts a metric is computed from."""
    quantile = {Family.DEALS} if quantile_of(metric) else set()
    return frozenset({*quantile, *(FAMILY_OF[part] for part in parts_of(metric))})


def _own_parts(kind: Kind) -> set[Part]:
    if isinstance(kind, Simple):
        return {kind.measure.part} if isinstance(kind.measure, Sum) else set()
    if isinstance(kind, Share):
        return {*kind.numerator, *kind.denominator}
    if isinstance(kind, Cumulative):
        return {kind.part}
    if isinstance(kind, Derived):
        return {part for term in kind.terms for part in parts_of(term)}
    assert_never(kind)


def quantile_of(metric: Metric) -> Quantile | None:
    """The quantile of rows a metric is, if it is one."""
    kind = metric.kind
    if isinstance(kind, Simple):
        return kind.measure if isinstance(kind.measure, Quantile) else None
    if isinstance(kind, Share | Cumulative | Derived):
        return None
    assert_never(kind)


def is_cumulative(metric: Metric) -> bool:
    """Whether a figure reaches back to the beginning of the fiscal year."""
    kind = metric.kind
    if isinstance(kind, Cumulative):
        return True
    if isinstance(kind, Simple | Share | Derived):
        return False
    assert_never(kind)
