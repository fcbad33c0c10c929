"""What each of the cast may see, as of a day."""

from datetime import date, timedelta

import pytest

from people.models import Person, SeatHolding
from people.policies import grants, organizations, persons, teams, visible_person_ids
from people.viewer import viewer_of_person, viewer_of_user
from tests.cast import NOW, TODAY, Cast, make_person, make_seat, make_team

YESTERDAY = TODAY - timedelta(days=1)


def numbers_of(cast: Cast, who: str, on: date | None = None) -> set[str]:
    found = persons.visible(cast.viewer(who), "view_numbers", on=on)
    return {person.name.split()[0].lower() for person in found}


EVERYBODY = {"alice", "bob", "carol", "dana", "finn", "hana", "erin", "ada", "nils", "otto", "fay", "dell"}


@pytest.mark.parametrize(
    ("who", "whom"),
    [
        ("alice", {"alice"}),
        ("bob", {"bob", "alice"}),
        ("carol", {"carol"}),
        ("finn", {"finn"}),
        ("hana", {"hana"}),
        ("dana", EVERYBODY),
        ("erin", EVERYBODY),
        ("ada", EVERYBODY),
        ("nils", {"nils"}),
        ("otto", {"otto", "bob", "alice"}),
        ("fay", {"fay"}),
        ("dell", {"dell", "bob", "alice"}),
    ],
)
def test_numbers_are_open_to_the_person_the_managers_above_and_some_roles(cast: Cast, who: str, whom: set[str]) -> None:
    assert numbers_of(cast, who) == whom
    viewer = cast.viewer(who)
    for person in Person.objects.all():
        assert persons.can(viewer, "view_numbers", person) == (person.name.split()[0].lower() in whom)
    ids = visible_person_ids(viewer)
    assert (ids is None) == (whom == EVERYBODY)
    assert ids is None or ids == {cast.people[name].pk for name in whom}


def test_a_manager_sees_whoever_was_below_on_the_day(cast: Cast) -> None:
    SeatHolding.objects.filter(person=cast.alice).update(ends_before=TODAY)
    make_seat(cast.south, cast.alice, starts_on=TODAY)
    assert numbers_of(cast, "bob") == {"bob"}
    assert numbers_of(cast, "bob", on=YESTERDAY) == {"bob", "alice"}


def test_a_former_manager_sees_the_days_of_then_and_not_today(cast: Cast) -> None:
    SeatHolding.objects.filter(person=cast.bob).update(ends_before=TODAY)
    assert numbers_of(cast, "bob") == {"bob"}
    assert numbers_of(cast, "bob", on=YESTERDAY) == {"bob", "alice"}


def test_a_manager_above_sees_every_level_below(cast: Cast) -> None:
    chief = make_person("Chief")
    make_seat(cast.sales, chief, "manager")
    deep = make_team("Deep", cast.north)
    digger = make_person("Digger")
    make_seat(deep, digger)
    viewer = viewer_of_person(chief, organization=cast.organization, on=TODAY)
    found = set(persons.visible(viewer, "view_numbers"))
    assert found == {chief, cast.alice, cast.bob, cast.carol, digger}
    assert set(teams.visible(viewer, "view_numbers")) == {cast.sales, cast.north, cast.south, deep}


def test_a_rep_seat_in_the_upper_team_opens_nothing(cast: Cast) -> None:
    clerk = make_person("Clerk")
    make_seat(cast.sales, clerk)
    viewer = viewer_of_person(clerk, organization=cast.organization, on=TODAY)
    assert set(persons.visible(viewer, "view_numbers")) == {clerk}
    assert not teams.visible(viewer, "view_numbers").exists()


def test_a_granted_role_holds_from_its_first_day_to_before_its_last(cast: Cast) -> None:
    cast.dana.grants.update(starts_on=TODAY, ends_before=TODAY + timedelta(days=1))
    assert "operations" not in cast.viewer("dana", YESTERDAY).roles
    assert "operations" in cast.viewer("dana", TODAY).roles
    assert "operations" not in cast.viewer("dana", TODAY + timedelta(days=1)).roles


@pytest.mark.parametrize("who", ["alice", "bob", "dana", "erin", "finn", "hana", "otto", "fay", "dell"])
def test_only_administrators_change_people_roles_and_settings(cast: Cast, who: str) -> None:
    viewer = cast.viewer(who)
    for policy in (persons, teams, organizations, grants):
        assert not policy.can(viewer, "change")
        assert policy.can(cast.viewer("ada"), "change")
    assert not grants.visible(viewer).exists()
    assert not organizations.visible(viewer, "change").exists()


def test_nobody_changes_another_organization(cast: Cast) -> None:
    assert not organizations.can(cast.viewer("ada"), "change", cast.other)


def test_the_viewer_takes_one_query_and_the_day_of_the_organization(
    cast: Cast, django_assert_num_queries: "object"
) -> None:
    cast.organization.time_zone = "Pacific/Kiritimati"  # fourteen hours ahead
    cast.organization.save()
    user = cast.bob.user
    user.organization.refresh_from_db()
    with django_assert_num_queries(1):  # type: ignore[operator]
        viewer = viewer_of_user(user, at=NOW)
    assert viewer.on == TODAY + timedelta(days=1)
    assert viewer.roles == {"manager"}
    assert viewer.managed_team_ids == {cast.north.pk}
