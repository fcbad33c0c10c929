"""What the owner of a goal and their peers have reached before: how ambitious a target is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from goals.engine.ambition import AgainstHistory, AgainstPeers, against_history, against_peers
from goals.engine.progress import Direction
from goals.selectors.figures import PERSON, TEAM, Ask, Limits, figures_of, goal_metrics
from kernel.period import FiscalCalendar, Grain, Period
from metrics.engine.definitions import Direction as Better
from people.fiscal import calendar_of
from people.models import Organization, SeatHolding

PERIODS = 8


@dataclass(frozen=True)
class Ambition:
    """A target beside what its owner reached in the last periods of the same length, and what peers reached in the last
    of them. `grain` names the periods; None where they are just as many days."""

    grain: Grain | None
    periods: list[tuple[Period, Decimal | None]]
    history: AgainstHistory
    peers: AgainstPeers | None


def ambition_of(
    organization: Organization,
    *,
    metric: str,
    limits: Limits,
    person_id: int | None,
    team_id: int | None,
    starts_on: date,
    ends_before: date,
    target: Decimal,
    on: date,
) -> Ambition | None:
    """How ambitious a target is; None where the metric says nothing about it. Three queries, for medians ten."""
    definition = goal_metrics().get(metric)
    if definition is None or starts_on >= ends_before or (person_id is None and team_id is None):
        return None
    direction = Direction.LOWER if definition.direction is Better.LOWER else Direction.HIGHER
    grain, periods = _earlier(calendar_of(organization), Period(starts_on, ends_before), on)
    holder = (PERSON, person_id) if person_id else (TEAM, team_id or 0)
    asks = {period: Ask(metric, holder, limits, period.starts_on, period.ends_before) for period in periods}
    peers = _peers(person_id, on) if person_id else []
    last = periods[-1]
    theirs = [Ask(metric, (PERSON, peer), limits, last.starts_on, last.ends_before) for peer in peers]
    found: Mapping[Ask, Any] = figures_of(organization, [*asks.values(), *theirs], on)
    values = [(period, _known(found[ask])) for period, ask in asks.items()]
    return Ambition(
        grain,
        values,
        against_history(target, [value for _period, value in values], direction),
        against_peers(target, [_known(found[ask]) for ask in theirs], direction) if person_id else None,
    )


def _known(value: Any) -> Decimal | None:
    """A figure of somebody without any fact behind it is no history."""
    return None if value.count == 0 and not value.value else value.value


def _earlier(calendar: FiscalCalendar, period: Period, on: date) -> tuple[Grain | None, list[Period]]:
    """The last whole periods of the same length before the goal and before today, oldest first."""
    for grain in (Grain.MONTH, Grain.QUARTER, Grain.YEAR):
        if calendar.period_of(grain, period.starts_on) == period:
            found = [calendar.previous(grain, calendar.period_of(grain, min(period.starts_on, on)))]
            while len(found) < PERIODS:
                found.insert(0, calendar.previous(grain, found[0]))
            return grain, found
    length = (period.ends_before - period.starts_on).days
    last = Period(min(period.starts_on, on) - timedelta(days=length), min(period.starts_on, on))
    return None, [last.shift(-length * step) for step in range(PERIODS - 1, -1, -1)]


def _peers(person_id: int, on: date) -> list[int]:
    """Everybody else who holds a seat of the same role today. Two queries."""
    seated = SeatHolding.objects.on(on)
    role = seated.filter(person=person_id).values_list("seat__role", flat=True).first()
    if role is None:
        return []
    return list(seated.filter(seat__role=role).exclude(person=person_id).values_list("person", flat=True))
