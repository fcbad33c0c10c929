"""The worked tables of docs/algorithms/goals.md are true, by the engine and by the slow calculation."""

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from goals.engine.ambition import against_history, against_peers
from goals.engine.pace import (
    MONDAY_TO_FRIDAY,
    CheckIn,
    Curve,
    confidence_of,
    measured_status,
    milestones_expected,
)
from goals.engine.progress import Direction, Milestone, Scale, milestones_progress, progress_of
from goals.engine.rollup import Child, Rule, roll_up
from kernel.period import Period
from kernel.ratio import Ratio
from tests.goals import slow_goals as slow

PAGE = Path(__file__).resolve().parents[2] / "docs/algorithms/goals.md"
QUARTER = Period(date(2026, 1, 1), date(2026, 4, 1))
JANUARY = Period(date(2026, 1, 1), date(2026, 2, 1))


def tables(heading: str) -> list[list[str]]:
    """The rows of the first table below a heading, without its head."""
    below = PAGE.read_text(encoding="utf-8").split(f"## {heading}\n")[1].strip().split("\n\n")
    lines = next(block for block in below if block.startswith("|")).splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def number(text: str) -> Decimal | None:
    return None if text in ("", "–") else Decimal(text)


def numbers(text: str) -> list[Decimal | None]:
    return [number(part) for part in text.split()]


def share(text: str) -> Fraction | None:
    return None if text == "–" else Fraction(text)


def fraction(ratio: Ratio) -> Fraction | None:
    return Fraction(ratio.numerator) / Fraction(ratio.denominator) if ratio.is_defined else None


@pytest.mark.parametrize("row", tables("Progress"), ids=" ".join)
def test_progress_is_as_the_page_says(row):
    better, baseline, target, commit, stretch, value, progress, level, left = row
    scale = Scale(Decimal(baseline), Decimal(target), Direction(better), number(commit), number(stretch))
    found = progress_of(scale, number(value))
    assert (fraction(found.ratio), found.level.name.lower(), found.left) == (share(progress), level, number(left))
    assert slow.progress(scale.baseline, scale.target, number(value)) == share(progress)
    assert slow.level(better, number(commit), scale.target, number(stretch), number(value)) == level


@pytest.mark.parametrize("row", tables("Milestones"), ids=" ".join)
def test_milestones_are_as_the_page_says(row):
    weights, done, due_on, progress, expected = row
    milestones = [
        Milestone(Decimal(weight), is_done == "yes", None if day == "–" else date.fromisoformat(day))
        for weight, is_done, day in zip(weights.split(), done.split(), due_on.split(), strict=True)
    ]
    assert fraction(milestones_progress(milestones)) == share(progress)
    assert milestones_expected(milestones, Curve(JANUARY), date(2026, 1, 15)) == share(expected)


@pytest.mark.parametrize("row", tables("Expected by now"), ids=" ".join)
def test_what_is_expected_is_as_the_page_says(row):
    months, days_off, day, expected = row
    weights = {int(month): Decimal(weight) for month, weight in (part.split(":") for part in months.split())}
    off = frozenset(date.fromisoformat(each) for each in days_off.split())
    curve = Curve(QUARTER, MONDAY_TO_FRIDAY, off, weights)
    on = date.fromisoformat(day)
    assert curve.expected(on) == share(expected)
    again = slow.expected(QUARTER.starts_on, QUARTER.last_day, on, weekdays=range(5), days_off=off, months=weights)
    assert again == share(expected)


@pytest.mark.parametrize("row", tables("Status"), ids=" ".join)
def test_status_is_as_the_page_says(row):
    better, baseline, target, value, adds_up, day, status = row
    scale, on = Scale(Decimal(baseline), Decimal(target), Direction(better)), date.fromisoformat(day)
    curve = Curve(QUARTER)
    assert measured_status(scale, number(value), curve, on, adds_up=adds_up == "yes") == status
    values = (scale.baseline, scale.target, number(value))
    again = slow.status(better, *values, adds_up == "yes", QUARTER.starts_on, QUARTER.last_day, on, curve.expected(on))
    assert again == status


@pytest.mark.parametrize("row", tables("Confidence"), ids=" ".join)
def test_confidence_is_as_the_page_says(row):
    day, cadence, confidence, before, stale = row
    said = [CheckIn(date(2026, 1, 19), "high"), CheckIn(date(2026, 1, 5), "medium"), CheckIn(date(2026, 1, 12), None)]
    days = None if cadence == "–" else int(cadence)
    found = confidence_of(said, date.fromisoformat(day), cadence_days=days)
    if confidence == "–":
        assert found is None
    else:
        assert (found.value, found.before, found.is_stale) == (
            confidence,
            None if before == "–" else before,
            stale == "yes",
        )


@pytest.mark.parametrize("row", tables("Roll-up"), ids=" ".join)
def test_a_roll_up_is_as_the_page_says(row):
    children, weight, total = row
    parts = re.findall(r"(\d+)×\((-?\d+)÷(\d+)\)", children)
    below = [Child(key, Decimal(part[0]), Ratio.of(part[1], part[2])) for key, part in enumerate(parts)]
    assert fraction(roll_up(below, Rule.WEIGHT).progress) == share(weight) == slow.by_weight(parts_of(below))
    assert fraction(roll_up(below, Rule.SUM).progress) == share(total) == slow.by_sum(parts_of(below))


def parts_of(children):
    return [(child.weight, child.progress.numerator, child.progress.denominator) for child in children]


@pytest.mark.parametrize("row", tables("Ambition"), ids=" ".join)
def test_ambition_is_as_the_page_says(row):
    better, target, history, word, reached, periods, peers, percentile = row
    found = against_history(Decimal(target), numbers(history), Direction(better))
    assert (found.word, found.reached, found.periods) == (word, int(reached), int(periods))
    among = against_peers(Decimal(target), numbers(peers), Direction(better))
    assert among.percentile == share(percentile) == slow.percentile(better, Decimal(target), numbers(peers))
