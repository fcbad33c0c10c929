"""What the heads on board and those to be hired can be expected to bring, against the company's number.

Per month, in minor units:

    capacity = quotas of the heads × expected attainment
             + planned hires × full quota of the month × ramp × expected attainment
    gap      = capacity − company number

Quotas of heads are what the plan gives them, ramp and leave included. A planned hire starts on a day and carries a full
quota spread by the season of the plan. Heads are counted on the last day of the month. Each summand is rounded half up
to the minor unit.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from goals.engine.proration import Basis
from goals.engine.ramp import Presence, Ramp, month_factor
from goals.engine.rounding import apportion, round_half_up
from kernel.period import Period

NO_END = date(9999, 12, 31)


@dataclass(frozen=True)
class Hires:
    """So many people of a role from a day on; ``yearly``: a full quota over the plan's months, in minor units."""

    key: str
    starts_on: date
    count: int
    yearly: int
    ramp: Ramp


@dataclass(frozen=True)
class Heads:
    """The people on board: how many at the end of each month, and their quotas added up per month."""

    counts: Sequence[int]
    quotas: Sequence[int]


@dataclass(frozen=True)
class CapacityMonth:
    """One month, amounts in minor units."""

    month: Period
    heads: int
    hired: int
    from_heads: int
    from_hires: int
    number: int

    @property
    def capacity(self) -> int:
        """What everybody together is expected to bring."""
        return self.from_heads + self.from_hires

    @property
    def gap(self) -> int:
        """Below zero: the number is out of reach with these people."""
        return self.capacity - self.number


def capacity(
    months: Sequence[Period],
    numbers: Sequence[int],
    heads: Heads,
    hires: Sequence[Hires],
    *,
    attainment: Fraction,
    season: Sequence[Fraction],
    basis: Basis = Basis.CALENDAR,
    holidays: Collection[date] = (),
) -> list[CapacityMonth]:
    """Return one line per month. ``attainment``: the expected share of a quota, 0.9 for 90 %."""
    brought = [_brought(each, months, season, attainment, basis, holidays) for each in hires]
    return [
        CapacityMonth(
            month,
            heads.counts[place],
            sum(each.count for each in hires if each.starts_on < month.ends_before),
            round_half_up(heads.quotas[place] * attainment),
            sum(one[place] for one in brought),
            numbers[place],
        )
        for place, month in enumerate(months)
    ]


def _brought(
    hires: Hires,
    months: Sequence[Period],
    season: Sequence[Fraction],
    attainment: Fraction,
    basis: Basis,
    holidays: Collection[date],
) -> list[int]:
    presence = Presence(Period(hires.starts_on, NO_END), hires.starts_on)
    full = apportion(hires.yearly, season)
    return [
        round_half_up(hires.count * amount * month_factor(month, presence, hires.ramp, basis, holidays) * attainment)
        for month, amount in zip(months, full, strict=True)
    ]
