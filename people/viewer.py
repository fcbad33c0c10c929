"""Who looks: the one value that every policy asks. Made once per request, valid for one day."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from people.models import Grant, Organization, Person, SeatHolding, TeamClosure, User

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

    @property
    def is_administrator(self) -> bool:
        return "administrator" in self.roles

    @property
    def sees_everyone(self) -> bool:
        """Whether the numbers of the whole company are open to them."""
        return bool(self.roles & EVERYONES_NUMBERS)


class NoPerson(Exception):
    """A sign-in without a person: nothing can be shown."""


def viewer_of_user(user: User, *, at: datetime) -> Viewer:
    """The viewer behind a sign-in at a moment, in the organization's time zone. Raises: NoPerson. Five queries."""
    organization = Organization.objects.get(pk=user.organization_id)
    person = Person.objects.filter(user=user).first()
    if person is None:
        raise NoPerson
    return viewer_of_person(
        person, organization=organization, on=at.astimezone(ZoneInfo(organization.time_zone)).date()
    )


def viewer_of_person(person: Person, *, organization: Organization, on: date) -> Viewer:
    """What a person may look from on a day. Three queries."""
    holding = SeatHolding.objects.on(on).filter(person=person).select_related("seat").first()
    granted = Grant.objects.on(on).filter(person=person).values_list("role", flat=True)
    roles, team_id, managed = set(granted), None, frozenset[int]()
    if holding is not None:
        roles.add(holding.seat.role)
        team_id = holding.seat.team_id
        if holding.seat.role == "manager":
            below = TeamClosure.objects.on(on).filter(ancestor_id=team_id)
            managed = frozenset(below.values_list("descendant_id", flat=True))
    return Viewer(organization, person, on, frozenset(roles), team_id, managed)
