"""The same answers as goals/engine, calculated again in the most obvious way. Slow, and written from the page alone."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction


def progress(baseline, target, value):
    """None, or the share of the way: how many of the steps from baseline to target lie behind."""
    if value is None or baseline == target:
        return None
    behind, ahead = Fraction(value) - Fraction(baseline), Fraction(target) - Fraction(value)
    return behind / (behind + ahead)


def is_reached(better, value, target):
    return value == target or (value > target) == (better == "higher")


def level(better, commit, target, stretch, value):
    names = [name for name, mark in (("stretch", stretch), ("target", target), ("commit", commit)) if mark is not None]
    marks = {"stretch": stretch, "target": target, "commit": commit}
    for name in names:
        if value is not None and is_reached(better, value, marks[name]):
            return name
    return "none"


def expected(first, last, day, *, weekdays, days_off, months):
    """Walk the days of the period one by one; `last` is the last day inside."""
    done = whole = flat = past = Fraction(0)
    walker = first
    while walker <= last:
        weight = weight_of(walker, weekdays, days_off, months)
        whole += weight
        flat += 1
        if walker <= day:
            done += weight
            past += 1
        walker += timedelta(days=1)
    if day < first:
        return Fraction(0)
    if day >= last:
        return Fraction(1)
    return done / whole if whole else past / flat


def weight_of(day, weekdays, days_off, months):
    if day.weekday() not in weekdays or day in days_off:
        return Fraction(0)
    if not months:
        return Fraction(1)
    working = 0
    for number in range(1, 32):
        try:
            other = date(day.year, day.month, number)
        except ValueError:
            break
        working += other.weekday() in weekdays and other not in days_off
    return Fraction(months.get(day.month, 0)) / working


def status(better, baseline, target, value, adds_up, first, last, day, share):
    """`share` is what is expected by the day."""
    reached = value is not None and is_reached(better, value, target)
    if day > last:
        return "met" if reached else "missed"
    if day < first:
        return "not_started"
    if value is None:
        return "no_figure"
    if reached:
        return "met" if adds_up else "ahead"
    come = progress(baseline, target, value)
    if come is None:
        return "behind"
    points = (come - share) * 100
    if points >= 5:
        return "ahead"
    if points >= -5:
        return "on_track"
    return "at_risk" if points >= -15 else "behind"


def by_weight(children):
    """Children are (weight, came, way); weights are handed out as that many equal votes."""
    known = [(Fraction(weight), Fraction(came) / Fraction(way)) for weight, came, way in children if way]
    total = sum(weight for weight, _ in known)
    return sum(weight / total * come for weight, come in known) if total else None


def by_sum(children):
    way = sum(Fraction(way) for _, _, way in children)
    return sum(Fraction(came) for _, came, _ in children) / way if way else None


def percentile(better, target, peers):
    """Place the target among the peers: each beats it by 0, 1/2 or 1."""
    known = [value for value in peers if value is not None]
    if len(known) < 5:
        return None
    points = 0
    for value in known:
        if value == target:
            points += 1
        elif (value < target) == (better == "higher"):
            points += 2
    return Fraction(points * 50, len(known))
