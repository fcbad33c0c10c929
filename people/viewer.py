"""Who looks: the one value that every policy asks. Made once per request, valid for one day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from people.models import ActingManager, Grant, Notification, Organization, Person, Seat, SeatHolding, TeamClosure, User

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
    person = _with_roles(Person.objects.filter(user=user), on).first()
    if person is None or person.has_left(on):
        raise NoPerson
    return _viewer(person, organization, on)


def viewer_of_person(person: Person, *, organization: Organization, on: date) -> Viewer:
    """What a person may look from on a day. One query."""
    return _viewer(_with_roles(Person.objects.filter(pk=person.pk), on).get(), organization, on)


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


def _with_roles(persons: QuerySet[Person], on: date) -> QuerySet[Person]:
    holding = SeatHolding.objects.on(on).filter(person=OuterRef("pk"))
    granted = Grant.objects.on(on).filter(person=OuterRef("pk"))
    return persons.annotate(
        seat_role=Subquery(holding.values("seat__role")[:1]),
        seat_team_id=Subquery(holding.values("seat__team")[:1]),
        granted=ArraySubquery(granted.filter(team=None).values("role")),
        charges_seat=_charges(led_seats(on).filter(person=OuterRef("pk")), "seat__team", on),
        charges_acting=_charges(ActingManager.objects.on(on).filter(person=OuterRef("pk")), "team", on),
        charges_delegated=_charges(
            delegated_seats(OuterRef("pk"), on, delegated_on=on),
            "seat__team",
            on,
            for_id="person_id",
            for_name="person__name",
        ),
        charges_granted=_charges(granted.exclude(team=None), "team", on, role="role"),
        unread=Coalesce(Subquery(_unread()), 0),
    )


def _unread() -> QuerySet[Any, Any]:
    """How many notifications a person has not read, within the query of the viewer: every page shows it."""
    mine = Notification.objects.filter(person=OuterRef("pk"), read_at=None).order_by().values("person")
    return mine.annotate(count=Count("pk")).values("count")


def _charges(rows: QuerySet[Any], team: str, on: date, **more: str) -> ArraySubquery:
    """The teams of some rows with all below them, as arrays of JSON."""
    below = TeamClosure.objects.on(on).filter(ancestor=OuterRef(team)).values("descendant")
    each = {name: F(path) for name, path in {"team_id": f"{team}_id", "team_name": f"{team}__name", **more}.items()}
    return ArraySubquery(rows.order_by(f"{team}__name", "pk").values(_=JSONObject(below=ArraySubquery(below), **each)))


def _viewer(person: Person, organization: Organization, on: date) -> Viewer:
    found: Any = person
    charges = tuple(
        Charge(right, **{**each, "below": frozenset(each["below"])})
        for right in ("seat", "acting", "delegated", "granted")
        for each in getattr(found, f"charges_{right}")
    )
    roles = frozenset([*found.granted, *([found.seat_role] if found.seat_role else [])])
    return Viewer(organization, person, on, roles, found.seat_team_id, charges, unread_count=found.unread)
