"""Who looks: the one value that every policy asks. Made once per request, valid for one day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from people.models import Organization, Person, Seat, SeatHolding, User

EVERYONES_NUMBERS = frozenset({"administrator", "executive", "operations"})
TEAM = "team"  # among a viewer's hats: has the numbers of at least one team to look after


@dataclass(frozen=True)
class Charge:
    """A team that somebody looks after with all below it, and by which right.

    `seat`: holds its manager seat. `acting`: leads it for a while. `delegated`: stands in for `for_name`, who holds the
    seat. `granted`: has `role` limited to it.
    """

    right: Literal["seat", "acting", "delegated", "granted"]
    team_id: int
    team_name: str
    below: frozenset[int]
    role: str = "manager"
    for_id: int | None = None
    for_name: str = ""

    @property
    def is_leading(self) -> bool:
        """Whether it is a manager's right, rather than a granted role."""
        return self.right != "granted"

    @property
    def opens_numbers(self) -> bool:
        return self.is_leading or self.role in EVERYONES_NUMBERS


@dataclass(frozen=True)
class Viewer:
    """A person on a day: roles by seat ("rep", "manager") and by grant, and the teams in their charge.

    `roles` are those that hold everywhere; a role limited to a team is among the `charges` only, and so is leading a
    team without holding its seat.
    """

    organization: Organization
    person: Person
    on: date
    roles: frozenset[str]
    team_id: int | None
    charges: tuple[Charge, ...] = ()
    api_key_id: int | None = None  # a program speaks for the person
    unread_count: int = 0  # notifications that wait for them
    is_looked_through: bool = False  # somebody else looks as them: what is private stays closed

    @property
    def is_administrator(self) -> bool:
        return "administrator" in self.roles

    @property
    def is_manager(self) -> bool:
        """Whether they lead a team today: by seat, as acting manager or for somebody else."""
        return any(charge.is_leading for charge in self.charges)

    @property
    def sees_everyone(self) -> bool:
        """Whether the numbers of the whole company are open to them."""
        return bool(self.roles & EVERYONES_NUMBERS)

    @property
    def hats(self) -> frozenset[str]:
        """Roles, and "team" for whoever has the numbers of a team to look after."""
        return self.roles | {TEAM} if self.open_charges else self.roles

    @property
    def limited_roles(self) -> frozenset[str]:
        """Roles that hold in some teams only."""
        return frozenset(charge.role for charge in self.charges if not charge.is_leading)

    @property
    def open_charges(self) -> list[Charge]:
        """Teams whose numbers are theirs to look after, each once, the nearest right first."""
        first: dict[int, Charge] = {}
        for charge in self.charges:
            if charge.opens_numbers:
                first.setdefault(charge.team_id, charge)
        return list(first.values())

    @property
    def managed_team_ids(self) -> frozenset[int]:
        """Teams that they lead today by seat, as acting manager or for somebody else, and all below."""
        return _below(charge for charge in self.charges if charge.is_leading)

    @property
    def open_team_ids(self) -> frozenset[int]:
        """Teams whose numbers are open to them today, if they do not see everyone."""
        return _below(self.open_charges)

    def reach(self, roles: Collection[str]) -> frozenset[int] | None:
        """Teams within which they have one of these granted roles; None means everywhere."""
        if self.roles & set(roles):
            return None
        return _below(charge for charge in self.charges if not charge.is_leading and charge.role in roles)

    def charge_of(self, team_id: int | None) -> Charge | None:
        """The nearest right by which they lead the team, if they do."""
        return next((charge for charge in self.charges if charge.is_leading and team_id in charge.below), None)


def _below(charges: Any) -> frozenset[int]:
    return frozenset().union(*(charge.below for charge in charges))


class NoPerson(Exception):
    """A sign-in without a person, or of somebody who has left: nothing can be shown."""


def viewer_of_user(user: User, *, at: datetime) -> Viewer:
    """The viewer behind a sign-in at a moment, on the organization's day. Raises: NoPerson. One query."""
    organization = user.organization
    on = day_at(organization, at)
    person = _with_roles("user_id", user.pk, on)
    if person is None or person.has_left(on):
        raise NoPerson
    return _viewer(person, organization, on)


def viewer_of_person(person: Person, *, organization: Organization, on: date) -> Viewer:
    """What a person may look from on a day. Raises: Person.DoesNotExist. One query."""
    found = _with_roles("id", person.pk, on)
    if found is None:
        raise Person.DoesNotExist
    return _viewer(found, organization, on)


def day_at(organization: Organization, at: datetime) -> date:
    """Which day it is for the organization."""
    return at.astimezone(ZoneInfo(organization.time_zone)).date()


def led_seats(on: date) -> QuerySet[Any]:
    """Who holds a manager seat on the day."""
    return SeatHolding.objects.on(on).filter(seat__role=Seat.Role.MANAGER)


def delegated_seats(delegate: Any, on: date, *, delegated_on: date) -> QuerySet[Any]:
    """Manager seats of `on` whose holders have a delegate on `delegated_on`: their own seats, so nothing is passed on."""
    return led_seats(on).filter(
        person__delegations__delegate=delegate,
        person__delegations__starts_on__lte=delegated_on,
        person__delegations__ends_before__gt=delegated_on,
    )


def _with_roles(which: str, key: int, on: date) -> Person | None:
    """The person with what `_viewer` reads. As text, since every request asks it: the ORM needs longer than PostgreSQL."""
    found: Person | None = next(iter(Person.objects.raw(WITH_ROLES.format(which=which), {"key": key, "on": on})), None)
    return found


def _held(row: str) -> str:
    return f"{row}.starts_on <= %(on)s AND %(on)s < {row}.ends_before"


WITH_ROLES = f"""
    SELECT person.*, held.role AS seat_role, held.team_id AS seat_team_id, unread.count AS unread,
        ARRAY(
            SELECT g.role FROM people_grant g WHERE g.person_id = person.id AND g.team_id IS NULL AND {_held("g")}
        ) AS granted,
        (
            SELECT coalesce(json_agg(json_build_object(
                'right', way.right, 'team_id', team.id, 'team_name', team.name, 'role', way.role,
                'for_id', manager.id, 'for_name', coalesce(manager.name, ''),
                'below', ARRAY(
                    SELECT c.descendant_id FROM people_teamclosure c WHERE c.ancestor_id = team.id AND {_held("c")}
                )
            ) ORDER BY way.rank, team.name, way.id), '[]')
            FROM (
                SELECT 1 AS rank, 'seat' AS right, h.id, seat.team_id, 'manager' AS role, NULL::bigint AS manager_id
                FROM people_seatholding h JOIN people_seat seat ON seat.id = h.seat_id AND seat.role = 'manager'
                WHERE h.person_id = person.id AND {_held("h")}
                UNION ALL
                SELECT 2, 'acting', a.id, a.team_id, 'manager', NULL
                FROM people_actingmanager a WHERE a.person_id = person.id AND {_held("a")}
                UNION ALL
                SELECT 3, 'delegated', h.id, seat.team_id, 'manager', d.manager_id
                FROM people_delegation d
                JOIN people_seatholding h ON h.person_id = d.manager_id AND {_held("h")}
                JOIN people_seat seat ON seat.id = h.seat_id AND seat.role = 'manager'
                WHERE d.delegate_id = person.id AND {_held("d")}
                UNION ALL
                SELECT 4, 'granted', g.id, g.team_id, g.role, NULL
                FROM people_grant g WHERE g.person_id = person.id AND g.team_id IS NOT NULL AND {_held("g")}
            ) way
            JOIN people_team team ON team.id = way.team_id
            LEFT JOIN people_person manager ON manager.id = way.manager_id
        ) AS charges
    FROM people_person person
    LEFT JOIN LATERAL (
        SELECT seat.role, seat.team_id FROM people_seatholding h JOIN people_seat seat ON seat.id = h.seat_id
        WHERE h.person_id = person.id AND {_held("h")} LIMIT 1
    ) held ON true
    CROSS JOIN LATERAL (
        SELECT count(*) FROM people_notification n WHERE n.person_id = person.id AND n.read_at IS NULL
    ) unread
    WHERE person.{{which}} = %(key)s
"""


def _viewer(person: Person, organization: Organization, on: date) -> Viewer:
    found: Any = person
    charges = tuple(Charge(**{**each, "below": frozenset(each["below"])}) for each in found.charges)
    roles = frozenset([*found.granted, *([found.seat_role] if found.seat_role else [])])
    return Viewer(organization, person, on, roles, found.seat_team_id, charges, unread_count=found.unread)
