"""What is known about people and teams, read once for a whole file."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import models

from people.engine.identity import KnownPerson, folded
from people.engine.structure import Statement
from people.models import FOREVER, Dated, Person, PersonKey, Seat, SeatHolding, Team, TeamPlacement


@dataclass
class StructureFacts:
    """People, teams and seats by id; holdings by person and by seat, and placements by team, oldest first."""

    persons: dict[int, Person]
    keys: dict[int, set[tuple[str, str]]]
    teams: dict[int, Team]
    team_by_name: dict[str, Team]
    seats: dict[int, Seat]
    holdings: dict[int, list[SeatHolding]] = field(default_factory=lambda: defaultdict(list))
    seat_holdings: dict[int, list[SeatHolding]] = field(default_factory=lambda: defaultdict(list))
    placements: dict[int, list[TeamPlacement]] = field(default_factory=lambda: defaultdict(list))

    def known_persons(self) -> Iterator[KnownPerson]:
        for person in self.persons.values():
            keys = frozenset(self.keys.get(person.pk, ()))
            yield KnownPerson(person.pk, person.name, person.email, person.hired_on, keys)

    def holding_of(self, person_id: int, on: date) -> SeatHolding | None:
        found: SeatHolding | None = holding_now(self.holdings[person_id], on)
        return found

    def team_led_by(self, person_id: int, on: date) -> Team | None:
        """The team whose manager seat the person holds on the day or later."""
        holding = self.holding_of(person_id, on)
        seat = self.seats[holding.seat_id] if holding else None
        return self.teams[seat.team_id] if seat is not None and seat.role == Seat.Role.MANAGER else None

    def standing_leaders(self, statements: Mapping[int, Statement], on: date) -> set[int]:
        """Whoever the file speaks of, leads a team, and keeps somebody in it of whom the file says nothing else."""
        silent = {
            p for p in self.persons if p not in statements or statements[p] == Statement(statements[p].row, None, "")
        }
        members: dict[int, set[int]] = defaultdict(set)
        for person_id, history in self.holdings.items():
            holding = holding_now(history, on)
            if holding is not None:
                members[self.seats[holding.seat_id].team_id].add(person_id)
        for team_id, placed in self.placements.items():
            now = holding_now(placed, on)
            if now is not None:
                members[now.parent_id] |= members.get(team_id, set())
        led = {person: team.pk for person in statements if (team := self.team_led_by(person, on)) is not None}
        return {person for person, team_id in led.items() if members[team_id] & silent - {person}}

    def leaders_of(self, team_id: int, on: date) -> set[int]:
        """Who holds a manager seat of the team on the day or later."""
        return {
            holding.person_id
            for seat in self.seats.values()
            if seat.team_id == team_id and seat.role == Seat.Role.MANAGER
            for holding in self.seat_holdings[seat.pk]
            if holding.ends_before > on
        }


def holding_now(dated: list[Any], on: date) -> Any:
    """The row that holds on the day, otherwise the first that will."""
    return next((row for row in dated if row.ends_before > on), None)


def facts_read() -> StructureFacts:
    """Everything about the structure of the organization. Six queries."""
    keys: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for source, external_id, person_id in PersonKey.objects.values_list("source", "external_id", "person_id"):
        keys[person_id].add((source, external_id))
    teams = Team.objects.in_bulk()
    facts = StructureFacts(
        persons=Person.objects.in_bulk(),
        keys=keys,
        teams=teams,
        team_by_name={folded(team.name): team for team in teams.values()},
        seats=Seat.objects.in_bulk(),
    )
    for holding in SeatHolding.objects.order_by("starts_on"):
        facts.holdings[holding.person_id].append(holding)
        facts.seat_holdings[holding.seat_id].append(holding)
    for placement in TeamPlacement.objects.order_by("starts_on"):
        facts.placements[placement.team_id].append(placement)
    return facts


@dataclass(frozen=True)
class StructureChange:
    """A row that a file created (`before` is None) or changed (`before`: its former columns, ready for JSON)."""

    table: str
    object_id: int
    before: dict[str, Any] | None


def row_state(row: models.Model) -> dict[str, Any]:
    """The columns of a row as JSON can hold them, the organization and the key left out."""
    values = {}
    for column in row._meta.concrete_fields:
        if column.primary_key or column.name in {"organization", "created_at"}:
            continue
        value = getattr(row, column.attname)
        values[column.attname] = value.isoformat() if isinstance(value, date) else value
    return values


def ends_until(dated: Sequence[Dated], on: date) -> date:
    """Until when a row that starts on the day can hold: the start of the next one."""
    return min((row.starts_on for row in dated if row.starts_on > on), default=FOREVER)
