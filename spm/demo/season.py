"""How busy a company is: one weight per rep and day, the product of season, growth, ramp and the person's own part.

`weights` is an array of shape (reps, days); only proportions matter. A new hire closes nothing for three weeks and
reaches full weight after six months; a leaver weighs nothing from the day of leaving.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from spm.demo import story
from spm.demo.staff import Staff
from spm.demo.story import Days, Part

Floats = npt.NDArray[np.float64]

EPOCH = date(2000, 1, 1)  # Postgres counts days from here, and so do the columns of the demo
# January … December: a dip in summer and at the turn of the year
_MONTH = np.array([0.86, 0.96, 1.10, 0.97, 1.02, 1.12, 0.74, 0.68, 1.08, 1.02, 1.06, 1.12])
_RAMP_FROM, _RAMP_TO = 21.0, 180.0  # days since hired


def number_of(day: date) -> int:
    """The day as Postgres counts it."""
    return (day - EPOCH).days


@dataclass(frozen=True)
class Traits:
    """One row per rep: factors around 1, and the share of decided deals that are won."""

    volume: Floats
    win: Floats
    cycle: Floats
    size: Floats


def traits_of(count: int, seed: int) -> Traits:
    """What the reps are like, whatever the day."""
    rng = np.random.default_rng([seed, 2])
    traits = Traits(
        volume=np.exp(rng.normal(0, 0.16, count)),
        win=np.clip(rng.normal(0.53, 0.06, count), 0.40, 0.66),
        cycle=np.exp(rng.normal(0, 0.13, count)),
        size=np.exp(rng.normal(0, 0.12, count)),
    )
    for place, volume, win, cycle, size in (
        (Part.MAYA, 1.30, 0.60, 0.90, 1.05),
        (Part.DROPPED, 1.25, 0.56, 1.00, 1.05),
        (Part.SLOWED, 1.20, 0.54, 0.95, 1.00),
        (Part.STAR, 1.45, 0.70, 0.80, 1.25),
        (Part.STRUGGLER, 0.80, 0.31, 1.20, 0.85),
    ):
        if place < count:
            traits.volume[place], traits.win[place] = volume, win
            traits.cycle[place], traits.size[place] = cycle, size
    return traits


def weights(staff: Staff, traits: Traits, days: Days, rng: np.random.Generator) -> Floats:
    """How likely each rep decides a deal on each day from the first day of facts to today."""
    first, last = number_of(days.starts_on), number_of(days.today)
    numbers = np.arange(first, last + 1)
    level = np.array([_region(staff, rep).level for rep in range(staff.rep_count)])
    growth = np.array([_region(staff, rep).growth for rep in range(staff.rep_count)])
    table = np.exp(growth[:, None] * (numbers - last)[None, :] / 365.0)
    table *= (level * traits.volume)[:, None] * calendar_weights(numbers)[None, :]
    table *= _ramp(staff, numbers) * _mood(staff.rep_count, numbers, rng)
    _plant(table, numbers, days)
    return table


def _region(staff: Staff, rep: int) -> story.Region:
    name = staff.region_of(staff.members[rep])
    return next(region for region in story.REGIONS if region.name == name)


def calendar_weights(numbers: npt.NDArray[np.int64]) -> Floats:
    """Season of the days: month, last weeks of a quarter, end of a month, weekends, the turn of the year."""
    stamps = np.datetime64(EPOCH, "D") + numbers
    months = stamps.astype("datetime64[M]")
    month = months.astype(np.int64) % 12
    to_end = ((months + 1).astype("datetime64[D]") - stamps).astype(np.int64)  # 1 on the last day of a month
    weekday = (numbers + 5) % 7  # 1 January 2000 was a Saturday
    season = _MONTH[month].copy()
    ends_quarter = month % 3 == 2
    season *= np.where(ends_quarter & (to_end <= 14), 1.8, np.where((month % 3 == 0) & (to_end > 17), 0.75, 1.0))
    season *= np.where(~ends_quarter & (to_end <= 4), 1.35, 1.0)
    season *= np.where(weekday >= 5, 0.03, 1.0)
    holidays = ((month == 11) & (to_end <= 8) & (to_end > 2)) | ((month == 0) & (to_end >= 31))
    return np.asarray(season * np.where(holidays, 0.15, 1.0))


def _ramp(staff: Staff, numbers: npt.NDArray[np.int64]) -> Floats:
    hired = np.array([number_of(member.hired_on) for member in staff.members[: staff.rep_count]])
    served = numbers[None, :] - hired[:, None]
    ramp = np.clip((served - _RAMP_FROM) / (_RAMP_TO - _RAMP_FROM), 0.12, 1.0) * (served >= _RAMP_FROM)
    for rep, member in enumerate(staff.members[: staff.rep_count]):
        if member.left_on is not None:
            ramp[rep] *= numbers < number_of(member.left_on)
    return np.asarray(ramp)


def _mood(reps: int, numbers: npt.NDArray[np.int64], rng: np.random.Generator) -> Floats:
    """Good and bad months."""
    month = (np.datetime64(EPOCH, "D") + numbers).astype("datetime64[M]").astype(np.int64)
    month -= month[0]
    return np.asarray(np.exp(rng.normal(0, 0.14, (reps, int(month[-1]) + 1)))[:, month])


def _plant(table: Floats, numbers: npt.NDArray[np.int64], days: Days) -> None:
    for place, since, factor in (
        (Part.MAYA, days.maya_from, 2.4),
        (Part.DROPPED, days.dropped_from, 0.95),
    ):
        if place < len(table):
            table[place] *= np.where(numbers >= number_of(since), factor, 1.0)
