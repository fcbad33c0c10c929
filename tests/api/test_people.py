"""People, teams and seats through the API: the rules of the pages, and nobody overwrites anybody."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people.models import Person, PersonKey, Seat, SeatHolding, TeamPlacement
from tests.api.calls import Program, problem_of, program
from tests.cast import Cast, make_person, make_seat, make_team

PEOPLE = "/api/v1/people"


@pytest.fixture
def ada(cast: Cast) -> Program:
    return program(cast, "ada")


def names(answer: Any) -> set[str]:
    return {row["name"] for row in answer.json()["results"]}


def test_the_directory_shows_seat_and_roles_of_today(cast: Cast) -> None:
    rows = {row["name"]: row for row in program(cast, "alice").get(PEOPLE).json()["results"]}
    assert rows["Bob Brand"]["team"] == {"id": cast.north.pk, "name": "North"}
    assert (rows["Bob Brand"]["role"], rows["Nils Nord"]["role"]) == ("manager", None)
    assert rows["Dana Diaz"]["granted_roles"] == ["operations"]
    assert rows.keys() == {person.name for name, person in cast.people.items() if name != "mallory"}


def test_what_sources_call_people_is_for_those_who_may_change_them(cast: Cast, ada: Program) -> None:
    PersonKey.objects.create(source="crm", external_id="A-1", person=cast.alice)
    address = f"{PEOPLE}/{cast.alice.pk}"
    assert ada.get(address).json()["keys"] == [{"source": "crm", "external_id": "A-1"}]
    assert program(cast, "bob").get(address).json()["keys"] is None
    assert names(ada.get(f"{PEOPLE}?source=crm&external_id=A-1")) == {"Alice Ames"}
    assert names(ada.get(f"{PEOPLE}?source=erp&external_id=A-1")) == set()


def test_filters_are_those_of_the_page(cast: Cast, ada: Program) -> None:
    Person.objects.filter(pk=cast.hana.pk).update(left_on=date(2020, 1, 1))
    assert names(ada.get(f"{PEOPLE}?team={cast.sales.pk}")) == {"Alice Ames", "Bob Brand", "Carol Cole"}
    assert names(ada.get(f"{PEOPLE}?role=manager")) == {"Bob Brand"}
    assert names(ada.get(f"{PEOPLE}?state=left")) == {"Hana Hall"}
    assert names(ada.get(f"{PEOPLE}?q=al ames")) == {"Alice Ames"}
    assert names(ada.get(f"{PEOPLE}?email=BOB@acme.example")) == {"Bob Brand"}
    assert names(ada.get(f"{PEOPLE}?team={'9' * 25}")) == set()


def test_a_list_in_parts_gives_every_row_once(ada: Program, cast: Cast) -> None:
    address, found = f"{PEOPLE}?limit=2", []
    while address:
        answer = ada.get(address).json()
        assert len(answer["results"]) <= 2
        found += [row["id"] for row in answer["results"]]
        address = answer["next"]
    assert found == sorted(person.pk for name, person in cast.people.items() if name != "mallory")


def queries_of(caller: Program, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert caller.get(address).status_code == 200
    return len(seen)


@pytest.mark.parametrize("address", [PEOPLE, "/api/v1/teams", "/api/v1/seats"])
def test_a_list_costs_the_same_whatever_its_size(ada: Program, cast: Cast, address: str) -> None:
    ada.get(address)
    few = queries_of(ada, address)
    for number in range(30):
        person = make_person(f"Person {number}")
        PersonKey.objects.create(source="crm", external_id=str(number), person=person)
        make_seat(make_team(f"Team {number}", cast.sales), person)
    assert queries_of(ada, address) == few


def test_a_person_is_added_once_and_a_namesake_on_purpose(ada: Program) -> None:
    answer = ada.post(PEOPLE, {"name": "Nina New", "email": "nina@acme.example", "hired_on": "2026-01-31"})
    assert answer.status_code == 201
    assert (answer.json()["hired_on"], answer["ETag"][0]) == ("2026-01-31", '"')
    again = ada.post(PEOPLE, {"name": "nina new"})
    assert (again.status_code, problem_of(again)["errors"][0]["code"]) == (422, "namesake")
    assert ada.post(PEOPLE, {"name": "Nina New", "is_namesake": True}).status_code == 201
    taken = problem_of(ada.post(PEOPLE, {"name": "Other", "email": "nina@acme.example"}))
    assert taken["errors"][0]["field"] == "email"


@pytest.mark.parametrize("who", ["alice", "bob", "dana", "erin"])
def test_who_may_not_change_people_on_pages_may_not_here(cast: Cast, who: str) -> None:
    caller = program(cast, who)
    assert problem_of(caller.post(PEOPLE, {"name": "X Y"}))["code"] == "forbidden"
    answer = caller.patch(f"{PEOPLE}/{cast.nils.pk}", {"name": "X Y"}, **{"If-Match": "*"})
    assert problem_of(answer)["code"] == "forbidden"
    assert problem_of(caller.post("/api/v1/teams", {"name": "Y"}))["code"] == "forbidden"


def test_a_change_names_the_state_it_changes(ada: Program, cast: Cast) -> None:
    address = f"{PEOPLE}/{cast.alice.pk}"
    tag = ada.get(address)["ETag"]
    missing = ada.patch(address, {"hired_on": "2020-01-01"})
    assert (missing.status_code, problem_of(missing)["code"]) == (428, "state_not_named")
    first = ada.patch(address, {"hired_on": "2020-01-01"}, **{"If-Match": tag})
    assert (first.status_code, first.json()["hired_on"]) == (200, "2020-01-01")
    late = ada.patch(address, {"hired_on": "2021-01-01"}, **{"If-Match": tag})
    assert (late.status_code, problem_of(late)["code"]) == (412, "changed_meanwhile")
    assert late["ETag"] == first["ETag"] == ada.get(address)["ETag"]
    assert Person.objects.get(pk=cast.alice.pk).hired_on == date(2020, 1, 1)
    assert ada.patch(address, {"hired_on": None}, **{"If-Match": f'"old", {first["ETag"]}'}).json()["hired_on"] is None


def test_what_a_service_refuses_stands_beside_its_field(ada: Program, cast: Cast) -> None:
    address = f"{PEOPLE}/{cast.alice.pk}"
    body = {"hired_on": "2020-01-01", "left_on": "2019-01-01"}
    answer = ada.patch(address, body, **{"If-Match": "*"})
    assert problem_of(answer)["errors"][0]["field"] == "left_on"
    assert Person.objects.get(pk=cast.alice.pk).hired_on is None


def test_a_team_is_added_renamed_and_moved_from_a_day_on(ada: Program, cast: Cast) -> None:
    team = ada.post("/api/v1/teams", {"name": "West", "parent_id": cast.sales.pk}).json()
    address = f"/api/v1/teams/{team['id']}"
    assert team["parent_id"] == cast.sales.pk
    body = {"name": "Far West", "parent_id": cast.north.pk, "on": "2026-01-01"}
    moved = ada.patch(address, body, **{"If-Match": ada.get(address)["ETag"]})
    assert moved.json() == {"id": team["id"], "name": "Far West", "parent_id": cast.north.pk}
    was = {row["id"]: row["parent_id"] for row in ada.get("/api/v1/teams?on=2025-12-31").json()["results"]}
    assert was[team["id"]] == cast.sales.pk
    loop = ada.patch(f"/api/v1/teams/{cast.north.pk}", {"parent_id": team["id"]}, **{"If-Match": "*"})
    assert (loop.status_code, problem_of(loop)["errors"][0]["field"]) == (422, "parent")
    assert ada.patch(address, {"parent_id": None}, **{"If-Match": "*"}).json()["parent_id"] is None
    assert TeamPlacement.objects.filter(team=team["id"]).exists()


def test_half_a_change_is_no_change(ada: Program, cast: Cast) -> None:
    body = {"name": "Renamed", "parent_id": cast.north.pk}
    assert ada.patch(f"/api/v1/teams/{cast.north.pk}", body, **{"If-Match": "*"}).status_code == 422
    assert ada.get(f"/api/v1/teams/{cast.north.pk}").json()["name"] == "North"


def test_seats_are_made_given_left_and_ended(ada: Program, cast: Cast) -> None:
    seat = ada.post("/api/v1/seats", {"team_id": cast.south.pk, "title": "AE"}).json()
    assert (seat["person"], seat["starts_on"], seat["ends_before"]) == (None, None, None)
    address = f"/api/v1/seats/{seat['id']}"
    given = ada.post(f"{address}/assign", {"person_id": cast.nils.pk, "on": "2026-01-01"}).json()
    assert given["person"] == {"id": cast.nils.pk, "name": "Nils Nord"}
    assert given["held_since"] == "2026-01-01"
    other = ada.post(f"{address}/assign", {"person_id": cast.hana.pk, "on": "2026-02-01"})
    assert (other.status_code, problem_of(other)["errors"][0]["field"]) == (422, "starts_on")
    assert ada.post(f"{address}/vacate", {"on": "2026-03-01"}).json()["person"] is None
    assert SeatHolding.objects.get(seat=seat["id"]).ends_before == date(2026, 3, 1)
    assert ada.post(f"{address}/end", {"on": "2026-04-01"}).status_code == 204
    assert Seat.objects.get(pk=seat["id"]).ends_before == date(2026, 4, 1)
    held = ada.get(f"/api/v1/seats?on=2026-02-01&person={cast.nils.pk}").json()["results"]
    assert [row["id"] for row in held] == [seat["id"]]


def test_vacant_seats_are_found(ada: Program, cast: Cast) -> None:
    assert cast.vacant_seat is not None
    vacant = ada.get("/api/v1/seats?is_vacant=true").json()["results"]
    assert [row["id"] for row in vacant] == [cast.vacant_seat.pk]
    assert len(ada.get("/api/v1/seats?is_vacant=false").json()["results"]) == 3


def test_ids_of_another_organization_are_nothing(ada: Program, cast: Cast) -> None:
    assert ada.get(f"{PEOPLE}/{cast.mallory.pk}").status_code == 404
    assert ada.get(f"/api/v1/teams/{cast.abroad.pk}").status_code == 404
    answer = ada.post("/api/v1/teams", {"name": "Below Abroad", "parent_id": cast.abroad.pk})
    assert problem_of(answer)["errors"][0]["field"] == "parent_id"
