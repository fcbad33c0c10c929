"""Stand-ins of a manager and acting managers: dated, never passed on, over by themselves."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from people.models import FOREVER, ActingManager, Delegation, Person, SeatHolding
from people.policies import leaves, persons, teams
from people.selectors.absence import access_delegation
from people.services.standing_in import acting_add, acting_end, delegation_add, delegation_end
from people.viewer import viewer_of_person
from tests.cast import NOW, TODAY, Cast, make_person, make_seat, make_team
from tests.crm.access import make_deal

DAY = timedelta(days=1)


def names(cast: Cast, who: str, today: date = TODAY, on: date | None = None) -> set[str]:
    found = persons.visible(cast.viewer(who, today), "view_numbers", on=on)
    return {person.name.split()[0].lower() for person in found}


@pytest.fixture
def for_a_week(cast: Cast) -> Delegation:
    """Carol, a rep in South, stands in for Bob from today on for a week."""
    delegation: Delegation = Delegation.objects.create(
        manager=cast.bob, delegate=cast.carol, starts_on=TODAY, ends_before=TODAY + 7 * DAY
    )
    return delegation


def test_a_stand_in_sees_what_the_manager_sees_for_these_days_only(cast: Cast, for_a_week: Delegation) -> None:
    assert names(cast, "carol", TODAY - DAY) == {"carol"}
    assert names(cast, "carol", TODAY) == {"carol", "bob", "alice"}
    assert names(cast, "carol", TODAY + 6 * DAY) == {"carol", "bob", "alice"}
    assert names(cast, "carol", TODAY + 7 * DAY) == {"carol"}
    assert names(cast, "carol", TODAY + 7 * DAY, on=TODAY) == {"carol"}


def test_earlier_days_are_those_of_the_managers_teams_on_the_day(cast: Cast, for_a_week: Delegation) -> None:
    SeatHolding.objects.filter(person=cast.alice).update(ends_before=TODAY)
    assert names(cast, "carol") == {"carol", "bob"}
    assert names(cast, "carol", on=TODAY - DAY) == {"carol", "bob", "alice"}


def test_standing_in_is_not_passed_on(cast: Cast, for_a_week: Delegation) -> None:
    """Nils stands in for Carol, who stands in for Bob: Nils gets nothing of Bob's."""
    Delegation.objects.create(manager=cast.carol, delegate=cast.nils)
    ActingManager.objects.create(team=cast.south, person=cast.carol)
    assert names(cast, "nils") == {"nils"}
    with pytest.raises(PermissionDenied):
        delegation_add(viewer=cast.viewer("carol"), manager=cast.bob, delegate=cast.nils, at=NOW, starts_on=TODAY)


def test_it_ends_when_the_manager_leads_no_more(cast: Cast, for_a_week: Delegation) -> None:
    SeatHolding.objects.filter(person=cast.bob).update(ends_before=TODAY)
    assert names(cast, "carol") == {"carol"}


def test_a_rep_who_stands_in_gets_the_managers_team_and_not_their_own(cast: Cast, for_a_week: Delegation) -> None:
    viewer = cast.viewer("carol")
    assert viewer.roles == {"rep"}
    assert viewer.is_manager
    assert [charge.team_id for charge in viewer.open_charges] == [cast.north.pk]
    assert set(teams.visible(viewer, "view_numbers")) == {cast.north}
    assert not leaves.can(viewer, "change", cast.people["nils"])
    assert leaves.can(viewer, "change", cast.alice)


def test_the_page_of_the_team_is_marked_with_for_whom(cast: Cast) -> None:
    make_deal("1", cast.alice)
    words = cast.client("dell").get("/team/").content.decode()
    assert "for Bob Brand" in words
    assert "Alice Ames" in words
    assert "Dell Dunn stands in" in cast.client("alice").get(f"/teams/{cast.north.pk}/").content.decode()


def test_a_manager_names_a_stand_in_on_their_own_page_and_ends_it(cast: Cast) -> None:
    bob = cast.client("bob")
    assert "Let somebody stand in" in bob.get(f"/people/{cast.bob.pk}/").content.decode()
    day = datetime.now(UTC).date()
    answer = bob.post(
        f"/people/{cast.bob.pk}/stand-in/",
        {"delegate": cast.carol.pk, "starts_on": day.isoformat(), "last_day": (day + DAY).isoformat()},
    )
    assert answer.status_code == 302
    made = Delegation.objects.get(delegate=cast.carol)
    assert (made.starts_on, made.ends_before) == (day, day + 2 * DAY)
    assert bob.post(f"/stand-ins/{made.pk}/end/").status_code == 302
    assert not Delegation.objects.filter(pk=made.pk).exists()


def test_one_that_runs_ends_today_and_keeps_its_days(cast: Cast, for_a_week: Delegation) -> None:
    delegation_end(viewer=cast.viewer("bob"), delegation=for_a_week, at=NOW, on=TODAY + DAY)
    for_a_week.refresh_from_db()
    assert for_a_week.ends_before == TODAY + DAY


@pytest.mark.parametrize("who", ["alice", "carol", "dell", "hana", "dana"])
def test_only_the_manager_and_administrators_name_and_end_stand_ins(cast: Cast, who: str) -> None:
    viewer = cast.viewer(who)
    with pytest.raises(PermissionDenied):
        delegation_add(viewer=viewer, manager=cast.bob, delegate=cast.nils, at=NOW, starts_on=TODAY)
    with pytest.raises(Http404):
        access_delegation(viewer, Delegation.objects.get(manager=cast.bob).pk)


def test_what_cannot_be_delegated_is_refused_in_words(cast: Cast) -> None:
    ada = cast.viewer("ada")
    with pytest.raises(ValidationError, match="leads no team"):
        delegation_add(viewer=ada, manager=cast.alice, delegate=cast.nils, at=NOW, starts_on=TODAY)
    with pytest.raises(ValidationError, match="stand"):
        delegation_add(viewer=ada, manager=cast.bob, delegate=cast.bob, at=NOW, starts_on=TODAY)
    with pytest.raises(ValidationError, match="already"):
        delegation_add(viewer=ada, manager=cast.bob, delegate=cast.dell, at=NOW, starts_on=TODAY)
    Person.objects.filter(pk=cast.nils.pk).update(left_on=TODAY)
    cast.nils.refresh_from_db()
    with pytest.raises(ValidationError, match="has left"):
        delegation_add(viewer=ada, manager=cast.bob, delegate=cast.nils, at=NOW, starts_on=TODAY)


def test_an_acting_manager_leads_for_these_days_without_the_seat(cast: Cast) -> None:
    acting_add(
        viewer=cast.viewer("ada"),
        team=cast.south,
        person=cast.alice,
        at=NOW,
        starts_on=TODAY,
        ends_before=TODAY + 7 * DAY,
    )
    assert names(cast, "alice") == {"alice", "carol"}
    assert names(cast, "alice", TODAY + 7 * DAY) == {"alice"}
    assert names(cast, "alice", TODAY + 7 * DAY, on=TODAY) == {"alice"}
    viewer = cast.viewer("alice")
    assert viewer.team_id == cast.north.pk
    assert viewer.managed_team_ids == {cast.south.pk}
    assert leaves.can(viewer, "change", cast.carol)


def test_a_team_has_one_acting_manager_at_a_time(cast: Cast) -> None:
    ada = cast.viewer("ada")
    acting_add(viewer=ada, team=cast.south, person=cast.alice, at=NOW, starts_on=TODAY, ends_before=FOREVER)
    with pytest.raises(ValidationError, match="Somebody else leads the team already"):
        acting_add(viewer=ada, team=cast.south, person=cast.nils, at=NOW, starts_on=TODAY, ends_before=FOREVER)


def test_whoever_leads_a_team_above_names_its_acting_manager_and_the_teams_own_manager_does_not(cast: Cast) -> None:
    chief = make_person("Chief")
    make_seat(cast.sales, chief, "manager")
    viewer = viewer_of_person(chief, organization=cast.organization, on=TODAY)
    made = acting_add(viewer=viewer, team=cast.south, person=cast.nils, at=NOW, starts_on=TODAY, ends_before=FOREVER)
    acting_end(viewer=viewer, acting=made, at=NOW, on=TODAY)
    assert not ActingManager.objects.exists()
    with pytest.raises(PermissionDenied):
        acting_add(viewer=cast.viewer("bob"), team=cast.north, person=cast.nils, at=NOW, starts_on=TODAY)


def test_a_vacant_manager_seat_shows_who_acts(cast: Cast) -> None:
    SeatHolding.objects.filter(person=cast.bob).update(ends_before=date(2026, 5, 1))
    ActingManager.objects.create(team=cast.north, person=cast.alice, starts_on=date(2026, 5, 1))
    carol = cast.client("carol")
    words = carol.get(f"/teams/{cast.north.pk}/").content.decode()
    assert "Vacant" in words
    assert "Alice Ames acts as manager" in words
    assert "Alice Ames (acting)" in carol.get("/teams/").content.decode()
    assert "Acting manager (North)" in cast.client("alice").get("/me/").content.decode()


def test_every_level_below_the_acted_team_is_open(cast: Cast) -> None:
    deep = make_team("Deep", cast.south)
    make_seat(deep, cast.nils)
    ActingManager.objects.create(team=cast.south, person=cast.alice)
    assert names(cast, "alice") == {"alice", "carol", "nils"}
