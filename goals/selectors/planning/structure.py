"""The lines of a plan as the dated structure says them: teams of a day, and everybody's days in a team."""

from dataclasses import dataclass
from datetime import date

from kernel.period import Period
from people.models import Seat, SeatHolding, Team, TeamPlacement


@dataclass(frozen=True)
class LinePlace:
    """A line that is to be; `parent` is the place of the line above in the list."""

    kind: str
    days: Period
    depth: int
    parent: int | None = None
    team_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True)
class Stay:
    """Somebody's days in a team."""

    person_id: int
    name: str
    team_id: int
    days: Period


def structure_lines(period: Period, on: date) -> list[LinePlace]:
    """The company, its teams with anybody in or below them, and every rep's days in a team. Three queries.

    Teams stand as on the day `on`; people where they sit on each day of the period. One team at the top is the company.
    """
    stays: dict[int, list[Stay]] = {}
    for stay in rep_stays(period):
        stays.setdefault(stay.team_id, []).append(stay)
    names = dict(Team.objects.order_by("name").values_list("pk", "name"))
    parents = dict(TeamPlacement.objects.on(on).values_list("team_id", "parent_id"))
    children: dict[int | None, list[int]] = {}
    for team_id in names:
        children.setdefault(parents.get(team_id), []).append(team_id)
    tops = [team for team in children.get(None, []) if _has_people(team, children, stays)]
    company = LinePlace("company", period, 0, None, tops[0] if len(tops) == 1 else None)
    lines = [company]
    if len(tops) == 1:
        _people_add(lines, stays.get(tops[0], []), 0, 1)
        tops = children.get(tops[0], [])
    for team in tops:
        _team_add(lines, team, children, stays, 0, 1, period)
    return lines


def rep_stays(period: Period) -> list[Stay]:
    """Days of reps in teams, by name; a change of seats within a team is no change. One query."""
    held = SeatHolding.objects.between(period.starts_on, period.ends_before).filter(seat__role=Seat.Role.REP)
    rows = held.order_by("person__name", "person_id", "starts_on").values_list(
        "person_id", "person__name", "seat__team_id", "starts_on", "ends_before", "person__left_on", "person__hired_on"
    )
    found: list[Stay] = []
    for person_id, name, team_id, starts_on, ends_before, left_on, hired_on in rows:
        is_back = bool(left_on and hired_on and hired_on > left_on)
        last = ends_before if left_on is None or is_back else min(ends_before, left_on)
        if max(starts_on, period.starts_on) >= min(last, period.ends_before):
            continue
        days = Period(max(starts_on, period.starts_on), min(last, period.ends_before))
        before = found[-1] if found else None
        if before and (before.person_id, before.team_id, before.days.ends_before) == (
            person_id,
            team_id,
            days.starts_on,
        ):
            days = Period(before.days.starts_on, days.ends_before)
            found.pop()
        found.append(Stay(person_id, name, team_id, days))
    return found


def _has_people(team: int, children: dict[int | None, list[int]], stays: dict[int, list[Stay]]) -> bool:
    return bool(stays.get(team)) or any(_has_people(each, children, stays) for each in children.get(team, []))


def _team_add(
    lines: list[LinePlace],
    team: int,
    children: dict[int | None, list[int]],
    stays: dict[int, list[Stay]],
    parent: int,
    depth: int,
    period: Period,
) -> None:
    if not _has_people(team, children, stays):
        return
    place = len(lines)
    lines.append(LinePlace("team", period, depth, parent, team))
    _people_add(lines, stays.get(team, []), place, depth + 1)
    for each in children.get(team, []):
        _team_add(lines, each, children, stays, place, depth + 1, period)


def _people_add(lines: list[LinePlace], stays: list[Stay], parent: int, depth: int) -> None:
    lines += [LinePlace("person", stay.days, depth, parent, stay.team_id, stay.person_id) for stay in stays]
