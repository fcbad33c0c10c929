"""Progress: how far a goal has come from where it started to where it is to be.

    progress = (value − baseline) ÷ (target − baseline)

The same formula serves both directions: cycle days that are to fall from 500 to 400 and stand at 460 have come 40 of 100
days. Progress is exact: above 1 beyond the target, negative when things got worse than at the start. It is *undefined*
when the value is unknown (a win rate without decided deals) or when baseline and target are equal, where there is no
way to come; whether the target is reached is defined even then.

======== ======== ======= ====== ========== ==================
better   baseline target  value  progress   left to go
======== ======== ======= ====== ========== ==================
higher   0        200     250    1.25       0
higher   50       100     40     −0.2       60
lower    500      400     460    0.4        60
lower    500      400     390    1.1        0
lower    10       10      9      undefined  0
higher   0        200     –      undefined  unknown
======== ======== ======= ====== ========== ==================

Levels. A goal may name a commit (what one can rely on) before its target and a stretch beyond it. The level reached is
the best one that the value meets, so a level is lost again when the value falls back.

Milestones. A goal without a measure is made of milestones with weights: progress = Σ weight of those done ÷ Σ weight,
undefined without any weight.

Units: values, baselines and levels are in the unit of the measure; progress and weights are plain numbers (1 = all of
the way). Nothing is rounded. Errors: `problems` says which settings contradict each other; a float raises `MoneyError`.
Source: the usual normalised key result of objectives and key results (Doerr, Measure What Matters, 2018), for both
directions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum, StrEnum
from itertools import pairwise

from kernel.issue import Issue
from kernel.issue import Level as Severity
from kernel.money import decimal_of
from kernel.ratio import Ratio

_ZERO = Decimal(0)
UNDEFINED = Ratio(_ZERO, _ZERO)


class Direction(StrEnum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"

    def is_reached(self, value: Decimal, mark: Decimal) -> bool:
        """Whether a value is at the mark or beyond it."""
        return value >= mark if self is Direction.HIGHER else value <= mark


class Level(IntEnum):
    """The best level a value meets; a higher one is better."""

    NONE = 0
    COMMIT = 1
    TARGET = 2
    STRETCH = 3


@dataclass(frozen=True, slots=True)
class Scale:
    """Where a goal starts and what it is to reach, in the unit of its measure. Commit and stretch may be absent."""

    baseline: Decimal
    target: Decimal
    direction: Direction = Direction.HIGHER
    commit: Decimal | None = None
    stretch: Decimal | None = None

    def __post_init__(self) -> None:
        for mark in (self.baseline, self.target, self.commit, self.stretch):
            if mark is not None:
                decimal_of(mark)

    @property
    def way(self) -> Decimal:
        """From baseline to target; negative where lower is better, zero where there is no way to come."""
        return self.target - self.baseline

    @property
    def marks(self) -> list[tuple[Level, Decimal]]:
        """The levels that are set, from the easiest to the hardest."""
        named = ((Level.COMMIT, self.commit), (Level.TARGET, self.target), (Level.STRETCH, self.stretch))
        return [(level, mark) for level, mark in named if mark is not None]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a value has come: the share of the way, the level it meets and what is left until the target.

    ``left`` is in the unit of the measure, 0 once the target is reached, None without a value.
    """

    ratio: Ratio
    level: Level
    left: Decimal | None


@dataclass(frozen=True, slots=True)
class Milestone:
    """A part of a goal that is done or not; ``weight`` is a plain number, ``due_on`` the last day for it."""

    weight: Decimal
    is_done: bool
    due_on: date | None = None

    def __post_init__(self) -> None:
        if decimal_of(self.weight) < 0:
            raise ValueError(f"a milestone weighs nothing or more, not {self.weight}")


def progress_of(scale: Scale, value: Decimal | None) -> Progress:
    """Return how far ``value`` (unit of the measure; None = unknown) has come on ``scale``."""
    if value is None:
        return Progress(UNDEFINED, Level.NONE, None)
    came = decimal_of(value) - scale.baseline
    ratio = Ratio(came, scale.way) if scale.direction is Direction.HIGHER else Ratio(-came, -scale.way)
    left = _ZERO if scale.direction.is_reached(value, scale.target) else abs(scale.target - value)
    return Progress(ratio, level_of(scale, value), left)


def level_of(scale: Scale, value: Decimal) -> Level:
    """Return the best level that ``value`` meets."""
    met = (level for level, mark in scale.marks if scale.direction.is_reached(value, mark))
    return max(met, default=Level.NONE)


def milestones_progress(milestones: Iterable[Milestone]) -> Ratio:
    """Return the weight done ÷ the whole weight; undefined without any weight."""
    return Ratio.total(Ratio(one.weight if one.is_done else _ZERO, one.weight) for one in milestones)


def problems(scale: Scale) -> list[Issue]:
    """Return what contradicts itself: levels in the wrong order, a target on the wrong side of the baseline."""
    found: list[Issue] = []
    sign = 1 if scale.direction is Direction.HIGHER else -1
    if sign * scale.way < 0:
        found.append(
            Issue(Severity.ERROR, "target_behind_baseline", "the target is worse than the baseline", field="target")
        )
    for (_, easy), (harder, hard) in pairwise(scale.marks):
        if sign * (hard - easy) < 0:
            name = "commit" if harder is Level.TARGET else "stretch"
            found.append(Issue(Severity.ERROR, f"{name}_out_of_order", f"the {name} is out of order", field=name))
    if not scale.way:
        message = "baseline and target are equal: only whether it is reached can be shown"
        found.append(Issue(Severity.INFO, "no_way_to_come", message, field="baseline"))
    return found
