"""Who works at the company: teams on four levels, their people, and where each of them sat when.

Company → regions → teams → reps. Reps stand first in `Staff.members`, so that a rep's place is the owner's number in
`deals`; managers follow, then the people without a seat.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from spm.demo import names, story
from spm.demo.story import Days, Part


@dataclass(frozen=True)
class Team:
    name: str
    parent: int | None
    region: str  # empty for the company itself
    level: int  # 0 company, 1 region, 2 team


@dataclass(frozen=True)
class Sat:
    """A seat held in a team; without an end it is still held."""

    team: int
    starts_on: date | None
    ends_before: date | None = None


@dataclass(frozen=True)
class Member:
    name: str
    email: str
    role: str  # rep, manager, or the role that is granted
    title: str
    hired_on: date
    seats: tuple[Sat, ...] = ()
    left_on: date | None = None

    @property
    def team(self) -> int:
        """The team of the last seat."""
        return self.seats[-1].team


@dataclass(frozen=True)
class Staff:
    teams: list[Team]
    members: list[Member]
    rep_count: int
    manager_of_team: dict[int, int]  # team -> member

    def region_of(self, member: Member) -> str:
        return self.teams[member.team].region

    def team_manager(self, rep: int) -> int:
        return self.manager_of_team[self.members[rep].team]


def staff_of(reps: int, seed: int, days: Days, domain: str) -> Staff:
    """A company with so many reps at work, and one who left where there are enough of them to be missed."""
    rng = np.random.default_rng([seed, 1])
    rep_count = reps + (1 if reps > Part.LEFT else 0)
    teams = _teams(rep_count)
    working = [number for number, team in enumerate(teams) if team.level == 2]
    sizes = _sizes(rep_count, len(working))
    fixed = {person.name for person in story.SIGN_INS}
    people = iter(names.person_names(rep_count + len(teams), rng, taken=frozenset(fixed)))
    members: list[Member] = []
    for working_team, size in zip(working, sizes, strict=True):
        for _ in range(size):
            members.append(_rep(len(members), working_team, next(people), rng, days, domain))
    members = [_with_part(place, member, teams, days) for place, member in enumerate(members)]
    manager_of_team: dict[int, int] = {}
    for number, team in enumerate(teams):
        manager_of_team[number] = len(members)
        members.append(_manager(number, team, next(people), rng, days, domain))
    members += [_office(person, rng, days, domain) for person in story.OFFICE]
    return Staff(teams, members, rep_count, manager_of_team)


def _teams(rep_count: int) -> list[Team]:
    """The company, its regions, and teams of about five (a large company: eight)."""
    count = max(2, rep_count // 5) if rep_count <= 60 else -(-rep_count // 8)
    plans = [story.TEAMS[i % len(story.TEAMS)] for i in range(count)]
    regions = list(dict.fromkeys(region for _, region in plans))
    teams = [Team(story.COMPANY, None, "", 0)]
    teams += [Team(region, 0, region, 1) for region in regions]
    for i, (name, region) in enumerate(plans):
        round_number = i // len(story.TEAMS)
        label = name if round_number == 0 else f"{name} {round_number + 1}"
        teams.append(Team(label, 1 + regions.index(region), region, 2))
    return teams


def _sizes(rep_count: int, teams: int) -> list[int]:
    first = min(rep_count, story.FIRST_TEAM + 1)
    rest = rep_count - first
    return [first] + [rest // (teams - 1) + (1 if i < rest % (teams - 1) else 0) for i in range(teams - 1)]


def _hired_on(rng: np.random.Generator, days: Days) -> date:
    return days.starts_on - timedelta(days=int(rng.integers(320, 3300)))


def _rep(place: int, team: int, name: str, rng: np.random.Generator, days: Days, domain: str) -> Member:
    hired_on = _hired_on(rng, days)
    if place == Part.MAYA:
        name, email = story.REP.name, f"{story.REP.account}@{domain}"
    else:
        email = names.address(name, domain)
    title = "Senior account executive" if (days.today - hired_on).days > 2200 else "Account executive"
    return Member(name, email, "rep", title, hired_on, (Sat(team, hired_on),))


def _with_part(place: int, member: Member, teams: list[Team], days: Days) -> Member:
    """The dated turns of the story: who left, who is new, who moved."""
    team = member.team
    if place == Part.LEFT:
        return replace(member, left_on=days.left_on, seats=(Sat(team, member.hired_on, days.left_on),))
    if place in Part.HIRED:
        hired_on = days.hired_on[Part.HIRED.index(place)]
        return replace(member, hired_on=hired_on, title="Account executive", seats=(Sat(team, hired_on),))
    if place == Part.MOVED:
        before = _team_to_come_from(team, teams)
        return replace(member, seats=(Sat(before, member.hired_on, days.moved_on), Sat(team, days.moved_on)))
    return member


def _team_to_come_from(team: int, teams: list[Team]) -> int:
    """Another team, of the same region where there is one."""
    others = [number for number, other in enumerate(teams) if other.level == 2 and number != team]
    return next((number for number in others if teams[number].region == teams[team].region), others[0])


def _manager(number: int, team: Team, name: str, rng: np.random.Generator, days: Days, domain: str) -> Member:
    hired_on = _hired_on(rng, days)
    title = ("Chief revenue officer", f"Vice president, {team.name}", f"Sales manager, {team.name}")[team.level]
    email = names.address(name, domain)
    if team.name == story.TEAMS[0][0]:
        name, email = story.MANAGER.name, f"{story.MANAGER.account}@{domain}"
    return Member(name, email, "manager", title, hired_on, (Sat(number, None),))


def _office(person: story.SignIn, rng: np.random.Generator, days: Days, domain: str) -> Member:
    return Member(person.name, f"{person.account}@{domain}", person.role, person.title, _hired_on(rng, days))
