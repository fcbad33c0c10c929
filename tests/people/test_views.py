"""The pages of people, teams, seats, roles and settings, as the administrator uses them."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from people.models import (
    BEGINNING,
    FOREVER,
    AuditEntry,
    Grant,
    Organization,
    Person,
    PersonKey,
    Seat,
    SeatHolding,
    Team,
    TeamPlacement,
)
from tests.cast import Cast, make_person, make_seat, make_team

DAY = date(2026, 3, 1)


@pytest.fixture
def ada(cast: Cast) -> Client:
    return cast.client("ada")


def url(name: str, *arguments: Any) -> str:
    return reverse(f"people:{name}", args=[getattr(each, "pk", each) for each in arguments])


def errors(answer: Any) -> dict[str, str]:
    """The messages beside the fields of a form that was refused."""
    assert answer.status_code == 422, answer
    return {field: " ".join(messages) for field, messages in answer.context["form"].errors.items()}


def text(answer: Any) -> str:
    words = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", words)


# --- The directory ----------------------------------------------------------------------------------------------------


def names(answer: Any) -> list[str]:
    return [row.cells[0].person.name for row in answer.context["table"].rows]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=ali", ["Alice Ames"]),
        ("q=acme.example+ali", ["Alice Ames"]),
        ("role=rep", ["Alice Ames", "Carol Cole"]),
        ("role=finance", ["Fay Ford", "Finn Frost"]),
        ("sign_in=without", ["Nils Nord"]),
        ("state=left", []),
        ("q=%25", []),
        ("q=_", []),
        ("role=nonsense&q=ali", ["Alice Ames"]),
    ],
)
def test_the_directory_is_filtered(ada: Client, query: str, found: list[str]) -> None:
    answer = ada.get(url("person_list") + "?" + query)
    if "nonsense" in query:
        assert answer.status_code == 200
    else:
        assert names(answer) == found


def test_the_filter_by_team_includes_the_teams_below(cast: Cast, ada: Client) -> None:
    assert names(ada.get(url("person_list"), {"team": cast.sales.pk})) == ["Alice Ames", "Bob Brand", "Carol Cole"]
    assert names(ada.get(url("person_list"), {"team": cast.north.pk})) == ["Alice Ames", "Bob Brand"]


def test_the_directory_sorts_with_the_unknown_last(cast: Cast, ada: Client) -> None:
    Person.objects.filter(pk=cast.bob.pk).update(hired_on="2020-01-01")
    Person.objects.filter(pk=cast.carol.pk).update(hired_on="2019-01-01")
    assert names(ada.get(url("person_list"), {"sort": "hired_on"}))[:2] == ["Carol Cole", "Bob Brand"]
    assert names(ada.get(url("person_list"), {"sort": "-hired_on"}))[:2] == ["Bob Brand", "Carol Cole"]
    assert names(ada.get(url("person_list"), {"sort": "-name"}))[0] == "Otto Ober"
    assert ada.get(url("person_list"), {"sort": "password", "page": "-7"}).status_code == 200


def test_whoever_has_left_is_listed_on_request_only(cast: Cast, ada: Client) -> None:
    Person.objects.filter(pk=cast.nils.pk).update(left_on="2020-01-01")
    assert "Nils Nord" not in names(ada.get(url("person_list")))
    assert names(ada.get(url("person_list"), {"state": "left"})) == ["Nils Nord"]


def test_a_rep_sees_the_directory_without_what_only_administrators_may(cast: Cast) -> None:
    words = text(cast.client("alice").get(url("person_detail", cast.bob)))
    assert "North" in words and "Manager" in words
    for secret in ["Granted roles", "Known to sources", "Switch the sign-in off"]:
        assert secret not in words


def test_the_figures_are_offered_to_whoever_may_see_them(cast: Cast) -> None:
    for who, is_offered in [("alice", True), ("bob", True), ("ada", True), ("carol", False), ("hana", False)]:
        answer = cast.client(who).get(url("person_detail", cast.alice))
        assert (f"/people/{cast.alice.pk}/numbers/" in answer.content.decode()) == is_offered, who


# --- A person ---------------------------------------------------------------------------------------------------------


def test_a_person_is_added_and_shown(ada: Client) -> None:
    answer = ada.post(
        url("person_add"), {"name": " Petra   Pan ", "email": "Petra@Acme.example", "hired_on": "2026-03-01"}
    )
    petra = Person.objects.get(name="Petra Pan")
    assert (petra.email, petra.hired_on) == ("petra@acme.example", DAY)
    assert answer["Location"] == url("person_detail", petra)
    assert AuditEntry.objects.get(action="person_create").subject_id == petra.pk


def test_a_taken_address_is_refused_beside_the_field(ada: Client) -> None:
    answer = ada.post(url("person_add"), {"name": "Somebody", "email": "ALICE@acme.example"})
    assert errors(answer) == {"email": "Another person has this e-mail address."}


def test_a_second_click_does_not_add_a_second_person_but_a_namesake_can_be_insisted_on(ada: Client) -> None:
    for _ in range(2):
        answer = ada.post(url("person_add"), {"name": "Petra Pan"})
    assert "somebody of this name already" in errors(answer)["name"]
    assert "another person of the same name" in text(answer)
    ada.post(url("person_add"), {"name": "petra pan", "is_namesake": "on"})
    assert Person.objects.filter(name__iexact="petra pan").count() == 2


def test_a_person_is_changed(cast: Cast, ada: Client) -> None:
    ada.post(url("person_change", cast.nils), {"name": "Nils North", "email": "nils@acme.example", "hired_on": ""})
    cast.nils.refresh_from_db()
    assert (cast.nils.name, cast.nils.email) == ("Nils North", "nils@acme.example")


def test_a_change_to_a_taken_address_and_to_impossible_days_is_refused(cast: Cast, ada: Client) -> None:
    change = url("person_change", cast.nils)
    assert "email" in errors(ada.post(change, {"name": "Nils", "email": "alice@acme.example"}))
    days = {"name": "Nils", "hired_on": "2026-03-01", "left_on": "2026-02-01"}
    assert errors(ada.post(change, days)) == {"left_on": "This is before the hire date."}
    assert "name" in errors(ada.post(change, {"name": "  "}))


def test_the_last_administrator_cannot_leave(cast: Cast, ada: Client) -> None:
    answer = ada.post(url("person_change", cast.ada), {"name": "Ada", "left_on": "2026-03-01"})
    assert "At least one administrator" in " ".join(errors(answer).values())
    cast.ada.refresh_from_db()
    assert cast.ada.left_on is None


# --- Sign-ins ---------------------------------------------------------------------------------------------------------


def test_a_sign_in_is_switched_off_and_on(cast: Cast, ada: Client) -> None:
    alice = cast.client("alice")
    ada.post(url("sign_in_disable", cast.alice))
    assert alice.get(url("person_list")).status_code == 302
    ada.post(url("sign_in_enable", cast.alice))
    assert cast.client("alice").get(url("person_list")).status_code == 200


def test_nobody_switches_off_their_own_sign_in(cast: Cast, ada: Client) -> None:
    answer = ada.post(url("sign_in_disable", cast.ada), follow=True)
    assert "your own sign-in" in text(answer)
    assert ada.get(url("person_list")).status_code == 200


# --- Teams and seats --------------------------------------------------------------------------------------------------


def test_a_team_is_added_below_another_one(cast: Cast, ada: Client) -> None:
    ada.post(url("team_add"), {"name": " West ", "parent": cast.sales.pk})
    west = Team.objects.get(name="West")
    assert TeamPlacement.objects.get(team=west).parent == cast.sales


def test_a_second_team_of_one_name_is_refused_when_added_and_when_renamed(cast: Cast, ada: Client) -> None:
    assert errors(ada.post(url("team_add"), {"name": "North"})) == {"name": "Another team has this name."}
    assert errors(ada.post(url("team_rename", cast.south), {"name": "North"})) == {
        "name": "Another team has this name."
    }


def test_a_team_is_renamed(cast: Cast, ada: Client) -> None:
    ada.post(url("team_rename", cast.south), {"name": "Deep South"})
    assert Team.objects.get(pk=cast.south.pk).name == "Deep South"


def test_a_team_moves_on_a_day_and_keeps_its_past(cast: Cast, ada: Client) -> None:
    ada.post(url("team_move", cast.south), {"parent": cast.north.pk, "on": DAY.isoformat()})
    placed = list(TeamPlacement.objects.filter(team=cast.south).order_by("starts_on"))
    assert [(p.parent, p.starts_on, p.ends_before) for p in placed] == [
        (cast.sales, BEGINNING, DAY),
        (cast.north, DAY, FOREVER),
    ]
    ada.post(url("team_move", cast.south), {"parent": "", "on": (DAY + timedelta(days=9)).isoformat()})
    assert TeamPlacement.objects.get(parent=cast.north, team=cast.south).ends_before == DAY + timedelta(days=9)


def test_moving_twice_to_the_same_place_changes_nothing(cast: Cast, ada: Client) -> None:
    for _ in range(2):
        ada.post(url("team_move", cast.south), {"parent": cast.north.pk, "on": DAY.isoformat()})
    ada.post(url("team_move", cast.south), {"parent": cast.north.pk, "on": (DAY + timedelta(days=1)).isoformat()})
    assert TeamPlacement.objects.filter(team=cast.south).count() == 2


def test_a_team_below_itself_is_refused_beside_the_field(cast: Cast, ada: Client) -> None:
    answer = ada.post(url("team_move", cast.sales), {"parent": cast.north.pk, "on": DAY.isoformat()})
    assert errors(answer) == {"parent": "A team cannot stand below itself."}
    assert not TeamPlacement.objects.filter(team=cast.sales).exists()


def test_a_seat_is_added_with_and_without_a_holder(cast: Cast, ada: Client) -> None:
    values = {"role": "rep", "title": "Closer", "starts_on": DAY.isoformat(), "expected_count": "2"}
    ada.post(url("seat_add", cast.north), {**values, "person": cast.nils.pk})
    holding = SeatHolding.objects.get(person=cast.nils)
    assert (holding.seat.team, holding.seat.title, holding.starts_on) == (cast.north, "Closer", DAY)
    ada.post(url("seat_add", cast.north), {**values, "expected_count": "3"})
    assert Seat.objects.filter(team=cast.north, holdings=None).count() == 1


def test_a_second_click_does_not_add_a_second_seat(cast: Cast, ada: Client) -> None:
    values = {"role": "rep", "starts_on": DAY.isoformat(), "expected_count": "2"}
    ada.post(url("seat_add", cast.north), values)
    assert "have just changed" in errors(ada.post(url("seat_add", cast.north), values))["__all__"]
    assert Seat.objects.filter(team=cast.north).count() == 3


def test_a_person_who_holds_a_seat_cannot_get_a_second_one_on_the_same_days(cast: Cast, ada: Client) -> None:
    values = {"role": "rep", "starts_on": DAY.isoformat(), "expected_count": "2", "person": cast.carol.pk}
    assert errors(ada.post(url("seat_add", cast.north), values)) == {
        "person": "This person holds another seat on these days."
    }
    assert Seat.objects.filter(team=cast.north).count() == 2


def test_a_person_takes_a_vacant_seat_and_leaves_the_former_one_vacant(cast: Cast, ada: Client) -> None:
    ada.post(url("seat_assign", cast.vacant_seat), {"person": cast.alice.pk, "starts_on": DAY.isoformat()})
    held = list(SeatHolding.objects.filter(person=cast.alice).order_by("starts_on"))
    assert [(h.seat.team, h.starts_on, h.ends_before) for h in held] == [
        (cast.north, BEGINNING, DAY),
        (cast.south, DAY, FOREVER),
    ]
    words = text(ada.get(url("team_detail", cast.north), {"on": DAY.isoformat()}))
    assert "Vacant" in words and "Held by Alice Ames until then" in words
    assert "Alice Ames" in text(ada.get(url("team_detail", cast.north), {"on": (DAY - timedelta(days=1)).isoformat()}))


def test_assigning_twice_changes_nothing(cast: Cast, ada: Client) -> None:
    for _ in range(2):
        ada.post(url("seat_assign", cast.vacant_seat), {"person": cast.nils.pk, "starts_on": DAY.isoformat()})
    assert SeatHolding.objects.filter(person=cast.nils).count() == 1


def test_a_seat_that_somebody_holds_is_refused(cast: Cast, ada: Client) -> None:
    seat = Seat.objects.get(holdings__person=cast.carol)
    answer = ada.post(url("seat_assign", seat), {"person": cast.nils.pk, "starts_on": DAY.isoformat()})
    assert errors(answer) == {"starts_on": "Somebody else holds this seat on these days."}
    assert not SeatHolding.objects.filter(person=cast.nils).exists()


def test_a_day_on_which_the_seat_does_not_exist_is_refused(cast: Cast, ada: Client) -> None:
    seat = make_seat(cast.south, starts_on=DAY)
    answer = ada.post(url("seat_assign", seat), {"person": cast.nils.pk, "starts_on": "2026-02-28"})
    assert errors(answer) == {"starts_on": "The seat does not exist on this day."}


def test_a_seat_is_made_vacant_and_ended_with_its_past_kept(cast: Cast, ada: Client) -> None:
    seat = Seat.objects.get(holdings__person=cast.carol)
    ada.post(url("seat_vacate", seat), {"on": DAY.isoformat()})
    assert SeatHolding.objects.get(seat=seat).ends_before == DAY
    ada.post(url("seat_end", seat), {"on": (DAY + timedelta(days=9)).isoformat()})
    seat.refresh_from_db()
    assert seat.ends_before == DAY + timedelta(days=9)


def test_a_seat_that_has_not_begun_is_removed(cast: Cast, ada: Client) -> None:
    seat = make_seat(cast.south, cast.nils, starts_on=DAY)
    ada.post(url("seat_end", seat), {"on": DAY.isoformat()})
    assert not Seat.objects.filter(pk=seat.pk).exists()


def test_the_tree_shows_the_day_that_was_asked_for(cast: Cast, ada: Client) -> None:
    TeamPlacement.objects.filter(team=cast.north).update(starts_on=DAY)
    later = {row.cells[0].value: row for row in ada.get(url("team_list")).context["table"].rows}
    earlier = {row.cells[0].value: row for row in ada.get(url("team_list"), {"on": "2026-02-28"}).context["table"].rows}
    assert (earlier["North"].cells[0].depth, later["North"].cells[0].depth) == (0, 1)
    assert [cell.value for cell in later["Sales"].cells[2:]] == [0, 3, 0]
    assert [cell.value for cell in earlier["Sales"].cells[2:]] == [0, 1, 0]
    assert ada.get(url("team_list"), {"on": "nonsense"}).status_code == 200


# --- Roles and settings -----------------------------------------------------------------------------------------------


def test_a_role_is_given_and_withdrawn(cast: Cast, ada: Client) -> None:
    ada.post(url("grant_give"), {"person": cast.nils.pk, "role": "finance", "starts_on": "2020-01-01"})
    grant = Grant.objects.get(person=cast.nils)
    ada.post(url("grant_withdraw", grant))
    grant.refresh_from_db()
    assert grant.ends_before == datetime.now(UTC).date()


def test_a_role_that_the_person_has_is_refused_beside_the_field(cast: Cast, ada: Client) -> None:
    answer = ada.post(url("grant_give"), {"person": cast.finn.pk, "role": "finance", "starts_on": "2020-01-01"})
    assert errors(answer) == {"role": "This person has this role already on these days."}


def test_the_last_administrator_keeps_the_role(cast: Cast, ada: Client) -> None:
    grant = Grant.objects.get(person=cast.ada)
    answer = ada.post(url("grant_withdraw", grant), follow=True)
    assert "At least one administrator" in text(answer)
    grant.refresh_from_db()
    assert grant.ends_before == FOREVER
    ada.post(url("grant_give"), {"person": cast.bob.pk, "role": "administrator", "starts_on": "2020-01-01"})
    ada.post(url("grant_withdraw", grant))
    assert ada.get(url("grant_list")).status_code == 403


SETTINGS = {
    "name": "Acme",
    "currency": "USD",
    "time_zone": "Europe/Berlin",
    "locale": "en",
    "week_start": "7",
    "fiscal_year_start": "7",
    "cycle_start": "created",
}


def test_settings_are_changed_and_written_down(cast: Cast, ada: Client) -> None:
    assert ada.post(url("settings"), {**SETTINGS, "currency": "EUR"}).status_code == 302
    organization = Organization.objects.get(pk=cast.organization.pk)
    assert (organization.currency, organization.time_zone, organization.week_start) == ("EUR", "Europe/Berlin", 7)
    assert AuditEntry.objects.get(action="organization_change").detail["currency"] == ["USD", "EUR"]
    assert Organization.objects.get(pk=cast.other.pk).currency == "USD"


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"currency": "XXL"}, {"time_zone": "Mars"}, {"fiscal_year_start": "13"}]
)
def test_nonsense_settings_are_refused_beside_the_field(ada: Client, wrong: dict[str, str]) -> None:
    assert errors(ada.post(url("settings"), {**SETTINGS, **wrong})).keys() == wrong.keys()


def test_the_currency_stays_once_amounts_are_stored(cast: Cast, ada: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("people.views.organization.has_facts", lambda: True)
    assert "cannot change any more" in text(ada.get(url("settings")))
    ada.post(url("settings"), {**SETTINGS, "currency": "EUR"})
    assert Organization.objects.get(pk=cast.organization.pk).currency == "USD"


# --- An organization in which nobody has done anything yet ------------------------------------------------------------


def test_an_empty_organization_says_what_to_do_next(org: Organization) -> None:
    lonely = make_person("Lonely", organization=org)
    Grant.objects.create(person=lonely, role="administrator")
    client = Client()
    client.force_login(lonely.user)
    assert "Add a team, or import people" in text(client.get(url("team_list")))
    assert "Nobody fits these filters" in text(client.get(url("person_list"), {"q": "zzz"}))
    assert "No seat yet" in text(client.get(url("person_detail", lonely)))


# --- Query budgets ----------------------------------------------------------------------------------------------------

FRAME = 9  # session, user with organization, viewer; tenant set and put back; two savepoints and their ends


@pytest.mark.parametrize(
    ("name", "argument", "own"),
    [
        ("person_list", "", 4),
        ("person_detail", "alice", 11),
        ("team_list", "", 5),
        ("team_detail", "north", 8),
        ("grant_list", "", 1),
        ("settings", "", 4),  # the organization, and whether deals, transactions or quotas use its currency
    ],
)
@pytest.mark.parametrize("size", [0, 60])
def test_the_page_takes_the_same_number_of_queries_whatever_the_size(
    cast: Cast, ada: Client, django_assert_num_queries: Any, name: str, argument: str, own: int, size: int
) -> None:
    for number in range(size):
        person = make_person(f"Extra {number}")
        make_seat(cast.north if number % 2 else make_team(f"Team {number}", cast.north), person)
        PersonKey.objects.create(source="crm", external_id=str(number), person=cast.alice)
        Grant.objects.create(person=person, role="hr")
    target = url(name, getattr(cast, argument)) if argument else url(name)
    with django_assert_num_queries(FRAME + own):
        ada.get(target)
