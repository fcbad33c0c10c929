"""Create and change the teams, placements and seats that a file implies."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import models

from kernel.issue import IssueCollector, Level
from people.engine.identity import folded
from people.engine.structure import Arrangement, TeamKey
from people.models import BEGINNING, FOREVER, Seat, SeatHolding, Team, TeamPlacement
from people.services.structure_facts import StructureChange, StructureFacts, ends_until, holding_now, row_state


@dataclass
class WrittenTeams:
    moved_ids: set[int] = field(default_factory=set)
    changes: list[StructureChange] = field(default_factory=list)
    issues: IssueCollector = field(default_factory=IssueCollector)

    def create(self, rows: list[Any]) -> list[Any]:
        created = type(rows[0]).objects.bulk_create(rows) if rows else []
        self.changes += [StructureChange(row._meta.db_table, row.pk, None) for row in created]
        return created

    def change(self, row: models.Model, **values: Any) -> None:
        self.changes.append(StructureChange(row._meta.db_table, row.pk, row_state(row)))
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=list(values))


def teams_write(
    facts: StructureFacts, arrangement: Arrangement, former_hire_days: dict[int, date | None], *, on: date
) -> WrittenTeams:
    """Store what the file says about teams; who already sits somewhere else moves on the day `on`."""
    written = WrittenTeams()
    teams, new_keys = _teams(facts, arrangement, written, on)
    _placements(facts, arrangement, teams, new_keys, written, on)
    _seats(facts, arrangement, teams, former_hire_days, written, on)
    return written


def _teams(
    facts: StructureFacts, arrangement: Arrangement, written: WrittenTeams, on: date
) -> tuple[dict[TeamKey, Team], set[TeamKey]]:
    found: dict[TeamKey, Team] = {}
    missing: dict[TeamKey, str] = {}
    wanted = {*arrangement.parents, *(key for key, _role in arrangement.seats.values())}
    for key in sorted(wanted):
        name = _name(facts, key, on, {folded(one) for one in missing.values()})
        team = (key.manager and facts.team_led_by(key.manager, on)) or facts.team_by_name.get(folded(name))
        if team:
            found[key] = team
        else:
            missing[key] = name
    created = written.create([Team(name=name) for name in missing.values()])
    for key, team in zip(missing, created, strict=True):
        found[key] = facts.teams[team.pk] = team
    return found, set(missing)


def _name(facts: StructureFacts, key: TeamKey, on: date, taken: set[str]) -> str:
    """The name of a team; a manager's namesake who leads a team already gets a number behind the name."""
    if not key.manager:
        return key.name[:200]
    plain = facts.persons[key.manager].name[:190]
    name, number = plain, 1
    while folded(name) in taken or _is_led_by_another(facts, name, key.manager, on):
        number += 1
        name = f"{plain} ({number})"
    return name


def _is_led_by_another(facts: StructureFacts, name: str, manager: int, on: date) -> bool:
    team = facts.team_by_name.get(folded(name))
    return team is not None and bool(facts.leaders_of(team.pk, on) - {manager})


def _placements(
    facts: StructureFacts,
    arrangement: Arrangement,
    teams: dict[TeamKey, Team],
    new_keys: set[TeamKey],
    written: WrittenTeams,
    on: date,
) -> None:
    new: list[TeamPlacement] = []
    for key, above in sorted(arrangement.parents.items(), key=lambda item: item[0]):
        team = teams[key]
        parent_id = teams[above].pk if above else _former_team_id(facts, key, on) if key in new_keys else None
        if parent_id is None or parent_id == team.pk:
            continue
        history = facts.placements[team.pk]
        if not history:
            new.append(TeamPlacement(team=team, parent_id=parent_id, starts_on=BEGINNING, ends_before=FOREVER))
            continue
        now = holding_now(history, on)
        if now is not None and now.parent_id == parent_id:
            continue
        starts_on = on
        if now is not None and now.starts_on < on:
            written.change(now, ends_before=on)
        elif now is not None:
            starts_on = now.starts_on
            written.change(now, parent_id=parent_id)
            continue
        new.append(
            TeamPlacement(team=team, parent_id=parent_id, starts_on=starts_on, ends_before=ends_until(history, on))
        )
    written.create(new)


def _former_team_id(facts: StructureFacts, key: TeamKey, on: date) -> int | None:
    """A manager who is only named by others keeps their own manager: the new team stands below the one they sit in."""
    holding = facts.holding_of(key.manager, on) if key.manager else None
    return facts.seats[holding.seat_id].team_id if holding else None


def _seats(
    facts: StructureFacts,
    arrangement: Arrangement,
    teams: dict[TeamKey, Team],
    former_hire_days: dict[int, date | None],
    written: WrittenTeams,
    on: date,
) -> None:
    due: list[tuple[int, int, str, date, date]] = []  # person, team, role, from, until
    for person_id, (key, role) in sorted(arrangement.seats.items()):
        person, team, history = facts.persons[person_id], teams[key], facts.holdings[person_id]
        if not history:
            due.append((person_id, team.pk, role, person.hired_on or BEGINNING, FOREVER))
            continue
        now = holding_now(history, on)
        seat = facts.seats[now.seat_id] if now else None
        if now is not None and seat is not None and (seat.team_id, seat.role) == (team.pk, role):
            _start_correct(history, seat, person.hired_on, former_hire_days.get(person_id), written)
            continue
        if now is None and person.left_on is not None and person.left_on <= on:
            continue
        _move(facts, person_id, now, seat, (team.pk, role), due, written, on)
    for person_id in former_hire_days.keys() - arrangement.seats.keys():
        history = facts.holdings[person_id]
        if history:
            seat = facts.seats[history[0].seat_id]
            _start_correct(history, seat, facts.persons[person_id].hired_on, former_hire_days[person_id], written)
    _sit(facts, due, written)


def _start_correct(
    history: list[SeatHolding], seat: Seat, hired_on: date | None, former: date | None, written: WrittenTeams
) -> None:
    """Somebody's only seat starts with the hire date; when that becomes known or is corrected, the seat follows."""
    holding = history[0]
    if len(history) > 1 or hired_on is None or holding.starts_on == hired_on or hired_on >= holding.ends_before:
        return
    if holding.starts_on not in {BEGINNING, former}:
        return
    if hired_on < seat.starts_on:
        written.change(seat, starts_on=hired_on)
    written.change(holding, starts_on=hired_on)
    if seat.starts_on in {BEGINNING, former}:
        written.change(seat, starts_on=hired_on)
    written.moved_ids.add(holding.person_id)


def _move(
    facts: StructureFacts,
    person_id: int,
    now: SeatHolding | None,
    seat: Seat | None,
    target: tuple[int, str],
    due: list[tuple[int, int, str, date, date]],
    written: WrittenTeams,
    on: date,
) -> None:
    team_id, role = target
    written.moved_ids.add(person_id)
    if now is not None and seat is not None and now.starts_on >= on:
        _replace(facts, now, seat, target, written)
        return
    if now is not None and seat is not None:
        written.change(now, ends_before=on)
        if seat.ends_before > on and facts.seat_holdings[seat.pk][-1] is now:
            written.change(seat, ends_before=on)
    written.issues.add(
        Level.INFO,
        "moved",
        f"Moves to another team on {on.isoformat()}; earlier figures keep the earlier team.",
        field="manager",
        value=facts.persons[person_id].name,
    )
    due.append((person_id, team_id, role, on, ends_until(facts.holdings[person_id], on)))


def _replace(
    facts: StructureFacts, holding: SeatHolding, seat: Seat, target: tuple[int, str], written: WrittenTeams
) -> None:
    """A move on the very day the present seat began, or before: the present seat was not meant."""
    team_id, role = target
    if len(facts.seat_holdings[seat.pk]) == 1:
        written.change(seat, team_id=team_id, role=role)
        return
    days = {"starts_on": holding.starts_on, "ends_before": holding.ends_before}
    written.change(holding, seat_id=written.create([Seat(team_id=team_id, role=role, **days)])[0].pk)


def _sit(facts: StructureFacts, due: list[tuple[int, int, str, date, date]], written: WrittenTeams) -> None:
    """One seat and one holding for each (person, team, role, from, until); the seat of a leaver is vacant afterwards."""
    seats = written.create([Seat(team_id=t, role=r, starts_on=start, ends_before=end) for _, t, r, start, end in due])
    holdings = [
        SeatHolding(
            seat=seat,
            person_id=person,
            starts_on=seat.starts_on,
            ends_before=facts.persons[person].here_before(seat.starts_on, seat.ends_before),
        )
        for seat, (person, *_) in zip(seats, due, strict=True)
    ]
    written.create(holdings)
