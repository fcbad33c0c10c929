"""The people every test speaks of, and tiny builders for more of them.

Acme:   Sales ── North: Bob (manager), Alice (rep)
              └─ South: Carol (rep), one vacant seat, no manager
        Dana operations · Finn finance · Hana HR · Erin executive · Ada administrator
        Otto operations of North · Fay finance of South · Dell, who stands in for Bob
        Nils, who is in no team and has no sign-in
Umbra:  Mallory administrator
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from people.models import (
    BEGINNING,
    FOREVER,
    Delegation,
    Grant,
    Organization,
    Person,
    Seat,
    SeatHolding,
    Team,
    TeamPlacement,
    User,
)
from people.viewer import Viewer, viewer_of_person
from people.wall import tenant

PASSWORD = "long enough to sign in"
TODAY = date(2026, 6, 15)
NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
SIGN_INS = ["alice", "bob", "carol", "dana", "finn", "hana", "erin", "ada", "otto", "fay", "dell", "mallory"]


@dataclass
class Cast:
    """Two organizations. People and teams are attributes by their first name: `cast.alice`, `cast.north`."""

    organization: Organization
    other: Organization
    people: dict[str, Person] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    vacant_seat: Seat | None = None

    def __getattr__(self, name: str) -> Any:
        for shelf in (self.__dict__.get("people", {}), self.__dict__.get("teams", {})):
            if name in shelf:
                return shelf[name]
        raise AttributeError(name)

    def viewer(self, name: str, on: date = TODAY) -> Viewer:
        """Somebody of Acme as a viewer (Mallory: call it behind Umbra's wall)."""
        organization = self.other if name == "mallory" else self.organization
        return viewer_of_person(self.people[name], organization=organization, on=on)

    def client(self, name: str) -> Client:
        """A browser in which somebody has signed in."""
        client = Client()
        if name != "nobody":
            client.force_login(User.objects.get(pk=self.people[name].user_id))
        return client


def make_organization(slug: str = "acme", **fields: Any) -> Organization:
    return Organization.objects.create(slug=slug, **{"name": slug.capitalize(), **fields})


def make_person(name: str, *, organization: Organization | None = None, **fields: Any) -> Person:
    """A person of the current organization; with `organization` also a sign-in `<first name>@<slug>.example`."""
    if organization is not None:
        email = f"{name.split()[0].lower()}@{organization.slug}.example"
        fields["user"] = User.objects.create_user(email=email, password=PASSWORD, organization=organization)
        fields.setdefault("email", email)
    return Person.objects.create(name=name, **fields)


def make_team(name: str, parent: Team | None = None, starts_on: date = BEGINNING, ends_before: date = FOREVER) -> Team:
    team = Team.objects.create(name=name)
    if parent is not None:
        TeamPlacement.objects.create(team=team, parent=parent, starts_on=starts_on, ends_before=ends_before)
    return team


def make_seat(
    team: Team,
    person: Person | None = None,
    role: str = "rep",
    starts_on: date = BEGINNING,
    ends_before: date = FOREVER,
) -> Seat:
    seat = Seat.objects.create(team=team, role=role, starts_on=starts_on, ends_before=ends_before)
    if person is not None:
        SeatHolding.objects.create(seat=seat, person=person, starts_on=starts_on, ends_before=ends_before)
    return seat


def make_cast() -> Cast:
    cast = Cast(make_organization("acme"), make_organization("umbra"))
    with tenant(cast.other.pk):
        cast.people["mallory"] = make_person("Mallory Moss", organization=cast.other)
        Grant.objects.create(person=cast.mallory, role=Grant.Role.ADMINISTRATOR)
        cast.teams["abroad"] = make_team("Abroad")
    with tenant(cast.organization.pk):
        _make_acme(cast)
    return cast


def _make_acme(cast: Cast) -> None:
    names = ["Alice Ames", "Bob Brand", "Carol Cole", "Dana Diaz", "Finn Frost", "Hana Hall", "Erin East", "Ada Abel"]
    names += ["Otto Ober", "Fay Ford", "Dell Dunn"]
    for name in names:
        cast.people[name.split()[0].lower()] = make_person(name, organization=cast.organization)
    cast.people["nils"] = make_person("Nils Nord")
    for name, role in [
        ("dana", "operations"),
        ("finn", "finance"),
        ("hana", "hr"),
        ("erin", "executive"),
        ("ada", "administrator"),
    ]:
        Grant.objects.create(person=cast.people[name], role=role)
    cast.teams["sales"] = make_team("Sales")
    cast.teams["north"] = make_team("North", cast.sales)
    cast.teams["south"] = make_team("South", cast.sales)
    make_seat(cast.north, cast.bob, "manager")
    make_seat(cast.north, cast.alice)
    make_seat(cast.south, cast.carol)
    cast.vacant_seat = make_seat(cast.south)
    Grant.objects.create(person=cast.otto, role=Grant.Role.OPERATIONS, team=cast.north)
    Grant.objects.create(person=cast.fay, role=Grant.Role.FINANCE, team=cast.south)
    Delegation.objects.create(manager=cast.bob, delegate=cast.dell)


@pytest.fixture
def org(db: None) -> Iterator[Organization]:
    """An empty organization; the test runs behind its wall."""
    organization = make_organization("empty")
    with tenant(organization.pk):
        yield organization


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    """The cast; the test runs behind Acme's wall."""
    cast = make_cast()
    with tenant(cast.organization.pk):
        yield cast


@pytest.fixture
def committed_cast(transactional_db: None) -> Cast:
    """The cast as other connections see it (live server, workers, threads); the test opens `tenant()` itself."""
    return make_cast()


@pytest.fixture
def sign_in(cast: Cast) -> Callable[[str], Client]:
    """`sign_in("alice")`: a browser of hers."""
    return cast.client
