"""A seat without a holder stays, says since when, and what it would earn goes to the house."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from people import formats
from people.models import FOREVER, AuditEntry, Delegation, Seat, SeatHolding
from people.selectors.team import seat_holders, seated_person_ids, team_seats
from people.services.person import person_change
from people.services.structure import StructureRow, structure_apply
from people.services.team import seat_assign, seat_change, seat_create, seat_vacate
from tests.cast import NOW, TODAY, Cast, make_person, make_seat

DAY = timedelta(days=1)


def test_a_seat_is_vacant_from_the_day_after_its_last_holder(cast: Cast) -> None:
    seat = Seat.objects.get(holdings__person=cast.alice)
    seat_vacate(viewer=cast.viewer("ada"), seat=seat, at=NOW, on=TODAY)
    [found] = [each for each in team_seats(cast.north, TODAY) if each.seat == seat]
    assert found.holding is None
    assert found.vacant_since == TODAY
    assert found.former is not None and found.former.person == cast.alice
    [before] = [each for each in team_seats(cast.north, TODAY - DAY) if each.seat == seat]
    assert before.holding is not None and before.vacant_since is None


def test_a_seat_that_nobody_ever_held_is_vacant_since_it_exists(cast: Cast) -> None:
    seat = make_seat(cast.north, starts_on=date(2026, 5, 1))
    [found] = [each for each in team_seats(cast.north, TODAY) if each.seat == seat]
    assert found.vacant_since == date(2026, 5, 1)
    assert found.former is None


def test_a_gap_between_two_holders_counts_from_the_first(cast: Cast) -> None:
    seat = make_seat(cast.north)
    SeatHolding.objects.create(seat=seat, person=cast.nils, ends_before=date(2026, 3, 1))
    SeatHolding.objects.create(seat=seat, person=cast.finn, starts_on=date(2026, 9, 1))
    [found] = [each for each in team_seats(cast.north, TODAY) if each.seat == seat]
    assert found.vacant_since == date(2026, 3, 1)
    assert found.next_holding is not None and found.next_holding.person == cast.finn


def test_whose_credit_a_seats_is_follows_its_holder_and_otherwise_the_house(cast: Cast) -> None:
    seat = Seat.objects.get(holdings__person=cast.alice)
    SeatHolding.objects.filter(seat=seat).update(ends_before=TODAY)
    SeatHolding.objects.create(seat=seat, person=cast.nils, starts_on=TODAY + DAY)
    assert cast.vacant_seat is not None
    asked = [seat.pk, cast.vacant_seat.pk]
    assert seat_holders(asked, TODAY - DAY) == {seat.pk: cast.alice.pk, cast.vacant_seat.pk: None}
    assert seat_holders(asked, TODAY) == {seat.pk: None, cast.vacant_seat.pk: None}
    assert seat_holders(asked, TODAY + DAY)[seat.pk] == cast.nils.pk
    everybody = [person.pk for person in cast.people.values()]
    assert cast.alice.pk in seated_person_ids(everybody, TODAY - DAY)
    assert cast.alice.pk not in seated_person_ids(everybody, TODAY)


def test_the_page_of_the_team_says_since_when_and_who_held_it(cast: Cast) -> None:
    seat = Seat.objects.get(holdings__person=cast.alice)
    Seat.objects.filter(pk=seat.pk).update(territory="Bavaria", legal_entity="Acme GmbH")
    SeatHolding.objects.filter(seat=seat).update(ends_before=date(2026, 5, 1))
    words = cast.client("carol").get(f"/teams/{cast.north.pk}/").content.decode()
    assert "Vacant" in words
    assert f"since {formats.plain(date(2026, 5, 1))}" in words
    assert "Held by Alice Ames until then; its credit goes to the house." in words
    assert "Bavaria · Acme GmbH" in words


def test_title_territory_and_legal_entity_are_changed_with_an_entry(cast: Cast) -> None:
    seat = cast.vacant_seat
    assert seat is not None
    answer = cast.client("ada").post(
        f"/seats/{seat.pk}/change/", {"title": "Hunter", "territory": "Wales", "legal_entity": "Acme Ltd"}
    )
    assert answer.status_code == 302
    seat.refresh_from_db()
    assert (seat.title, seat.territory, seat.legal_entity) == ("Hunter", "Wales", "Acme Ltd")


def test_the_seat_of_somebody_who_leaves_is_vacant_from_that_day(cast: Cast) -> None:
    seat = Seat.objects.get(holdings__person=cast.bob)
    person_change(viewer=cast.viewer("ada"), person=cast.bob, at=NOW, left_on=TODAY)
    [found] = [each for each in team_seats(cast.north, TODAY) if each.seat == seat]
    assert (found.holding, found.vacant_since) == (None, TODAY)
    assert Delegation.objects.get(manager=cast.bob).ends_before == TODAY
    [before] = [each for each in team_seats(cast.north, TODAY - DAY) if each.seat == seat]
    assert before.holding is not None and before.holding.person == cast.bob


def test_a_leaving_day_that_is_put_right_gives_the_seat_back_as_far_as_it_is_free(cast: Cast) -> None:
    ada, seat = cast.viewer("ada"), Seat.objects.get(holdings__person=cast.alice)

    def leaves(on: date | None) -> date:
        person_change(viewer=ada, person=cast.alice, at=NOW, left_on=on)
        return SeatHolding.objects.get(person=cast.alice).ends_before

    assert leaves(TODAY) == TODAY
    assert leaves(TODAY + 30 * DAY) == TODAY + 30 * DAY
    assert leaves(TODAY + 20 * DAY) == TODAY + 20 * DAY
    assert leaves(None) == FOREVER
    leaves(TODAY)
    seat_assign(viewer=ada, seat=seat, person=cast.nils, at=NOW, on=TODAY + 10 * DAY)
    assert leaves(None) == TODAY + 10 * DAY
    assert seat_holders([seat.pk], TODAY + 10 * DAY) == {seat.pk: cast.nils.pk}


def test_a_seat_given_to_somebody_who_is_going_to_leave_is_vacant_from_that_day(cast: Cast) -> None:
    ada, leaving = cast.viewer("ada"), TODAY + 30 * DAY
    person_change(viewer=ada, person=cast.nils, at=NOW, left_on=leaving)
    cast.nils.refresh_from_db()
    assert cast.vacant_seat is not None
    seat_assign(viewer=ada, seat=cast.vacant_seat, person=cast.nils, at=NOW, on=TODAY)
    assert seat_holders([cast.vacant_seat.pk], leaving - DAY) == {cast.vacant_seat.pk: cast.nils.pk}
    assert seat_holders([cast.vacant_seat.pk], leaving) == {cast.vacant_seat.pk: None}
    with pytest.raises(ValidationError, match="Nils Nord has left by then"):
        seat_create(viewer=ada, team=cast.north, at=NOW, person=cast.nils, starts_on=leaving)


def test_a_file_that_names_a_leaver_gives_no_seat_beyond_the_last_day(cast: Cast) -> None:
    gone = make_person("Gone Girl", hired_on=date(2025, 1, 1), left_on=date(2026, 1, 1))
    going = make_person("Going Gus", left_on=TODAY + DAY)
    rows = [StructureRow(n, who.name, name=who.name, team="North") for n, who in enumerate((gone, going), 2)]
    structure_apply(source="files", rows=rows, actor=None, at=NOW, on=TODAY)
    held = {row.person_id: row.ends_before for row in SeatHolding.objects.filter(person__in=[gone, going])}
    assert held == {gone.pk: date(2026, 1, 1), going.pk: TODAY + DAY}


@pytest.mark.parametrize("length", [201, 5000])
def test_too_long_a_territory_is_refused_beside_its_field(cast: Cast, length: int) -> None:
    assert cast.vacant_seat is not None
    answer = cast.client("ada").post(f"/seats/{cast.vacant_seat.pk}/change/", {"territory": "x" * length})
    assert answer.status_code == 422
    assert "200" in answer.content.decode()


def test_an_unchanged_seat_leaves_no_entry(cast: Cast) -> None:
    assert cast.vacant_seat is not None
    seat_change(viewer=cast.viewer("ada"), seat=cast.vacant_seat, at=NOW, title="", territory="", legal_entity="")
    assert not AuditEntry.objects.filter(action="seat_change").exists()
