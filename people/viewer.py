"""Who looks: the one value that every policy asks. Made once per request, valid for one day."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery

from people.models import Grant, Organization, Person, Seat, SeatHolding, TeamClosure, User

EVERYONES_NUMBERS = frozenset({"administrator", "executive", "operations"})


@dataclass(frozen=True)
class Viewer:
    """A person on a day: roles by seat ("rep", "manager") and by grant, and the teams they answer for."""

    organization: Organization
    person: Person
    on: date
    roles: frozenset[str]
    team_id: int | None
    managed_team_ids: frozenset[int]
    api_key_id: int | None = None  # a program speaks for the person

    @property
    def is_administrator(self) -> bool:
        return "administrator" in self.roles

    @property
    def is_manager(self) -> bool:
        return "manager" in self.roles

    @property
    def sees_everyone(self) -> bool:
        """Whether the numbers of the whole company are open to them."""
        return bool(self.roles & EVERYONES_NUMBERS)


class NoPerson(Exception):
    """A sign-in without a person, or of somebody who has left: nothing can be shown."""


def viewer_of_user(user: User, *, at: datetime) -> Viewer:
    """The viewer behind a sign-in at a moment, on the organization's day. Raises: NoPerson. One query."""
    organization = user.organization
    on = day_at(organization, at)
    person = _with_roles(Person.objects.filter(user=user), on).first()
    if person is None or (person.left_on is not None and person.left_on <= on):
        raise NoPerson
    return _viewer(person, organization, on)


def viewer_of_person(person: Person, *, organization: Organization, on: date) -> Viewer:
    """What a person may look from on a day. One query."""
    return _viewer(_with_roles(Person.objects.filter(pk=person.pk), on).get(), organization, on)


def day_at(organization: Organization, at: datetime) -> date:
    """Which day it is for the organization."""
    return at.astimezone(ZoneInfo(organization.time_zone)).date()


def _with_roles(persons: QuerySet[Person], on: date) -> QuerySet[Person]:
    holding = SeatHolding.objects.on(on).filter(person=OuterRef("pk"))
    led = SeatHolding.objects.on(on).filter(person=OuterRef(OuterRef("pk")), seat__role=Seat.Role.MANAGER)
    below = TeamClosure.objects.on(on).filter(ancestor__in=led.values("seat__team"))
    return persons.annotate(
        seat_role=Subquery(holding.values("seat__role")[:1]),
        seat_team_id=Subquery(holding.values("seat__team")[:1]),
        granted=ArraySubquery(Grant.objects.on(on).filter(person=OuterRef("pk")).values("role")),
        managed=ArraySubquery(below.values("descendant").distinct()),
    )


def _viewer(person: Person, organization: Organization, on: date) -> Viewer:
    roles = set(person.granted)  # type: ignore[attr-defined]
    if person.seat_role:  # type: ignore[attr-defined]
        roles.add(person.seat_role)  # type: ignore[attr-defined]
    managed = frozenset(person.managed)  # type: ignore[attr-defined]
    return Viewer(organization, person, on, frozenset(roles), person.seat_team_id, managed)  # type: ignore[attr-defined]
