"""Who is away, and who stands in meanwhile. Days only; why somebody is away is nobody's business.

A rep of Maya's team, and two managers: a colleague stands in for one, a rep of the other's team leads it until the manager
is back. Daniel will be away in two weeks. A small company has fewer of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from people.models import ActingManager, Delegation, Leave, Person, Team
from spm.demo import story
from spm.demo.staff import Staff
from spm.demo.story import Days, Part


def absences_create(staff: Staff, people: list[Person], teams: list[Team], days: Days) -> None:
    """Leave, delegations and an acting manager, around today."""
    today = days.today
    if staff.rep_count > Part.AWAY:
        _leave(people[Part.AWAY], today, -9, 12)
    led = {staff.teams[team].name: team for team in staff.manager_of_team}
    managers = {name: people[staff.manager_of_team[team]] for name, team in led.items()}
    for team, deputy, first, end in (
        (story.AWAY_TEAM, story.DEPUTY_TEAM, -4, 10),
        (story.MANAGER_TEAM, story.MANAGER_DEPUTY_TEAM, 14, 24),
    ):
        if team in managers and deputy in managers:
            _leave(managers[team], today, first, end)
            Delegation.objects.create(manager=managers[team], delegate=managers[deputy], **_days(today, first, end))
    if story.ACTING_TEAM in led:
        number = led[story.ACTING_TEAM]
        _leave(managers[story.ACTING_TEAM], today, -31, 45)
        seniors = sorted(_reps(staff, number), key=lambda place: (staff.members[place].hired_on, place))
        acting = people[seniors[0]]
        ActingManager.objects.create(team=teams[number], person=acting, **_days(today, -31, 45))


def _leave(person: Person, today: date, first: int, end: int) -> None:
    Leave.objects.create(person=person, **_days(today, first, end))


def _days(today: date, first: int, end: int) -> dict[str, date]:
    return {"starts_on": today + timedelta(days=first), "ends_before": today + timedelta(days=end)}


def _reps(staff: Staff, team: int) -> Iterator[int]:
    """Places of those who sit in the team today."""
    return (
        place for place, each in enumerate(staff.members[: staff.rep_count]) if each.team == team and not each.left_on
    )
