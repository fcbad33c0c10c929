"""Accounts and territories come to seats by a file: by person or seat, with days; what is not known yet waits."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from crm.models import Account, ImportBatch, NamedAccount, Territory, TerritoryAssignment, WaitingAssignment
from crm.services.undoing import import_undo
from people.models import FOREVER, Organization, Person, Seat, SeatHolding, Team
from tests.cast import NOW, Cast, make_person
from tests.crm.files import codes, run, text_of, write

pytestmark = pytest.mark.django_db
HEAD = ["account", "person", "start date", "until"]
JANUARY, APRIL, JULY = date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)


def seated(name: str, starts_on: date = JANUARY) -> Seat:
    team, _new = Team.objects.get_or_create(name="North")
    seat = Seat.objects.create(team=team, title=f"Desk of {name}")
    SeatHolding.objects.create(seat=seat, person=make_person(name), starts_on=starts_on)
    return seat


def account(name: str) -> Account:
    return Account.objects.create(name=name, name_key=name.lower())


def given(
    folder: Path, *rows: list[str], head: list[str] = HEAD, kind: str = "named_account", slug: str = "empty"
) -> dict[str, Any]:
    return run(write(folder, text_of(head, list(rows))), kind, slug)


def named() -> list[tuple[str, str, date, date, bool]]:
    rows = NamedAccount.objects.select_related("account", "seat").order_by("account__name", "starts_on", "pk")
    return [(row.account.name, row.seat.title, row.starts_on, row.ends_before, row.is_exclusive) for row in rows]


def undo(answer: dict[str, Any]) -> None:
    import_undo(batch=ImportBatch.objects.get(pk=answer["batch"]), at=NOW, actor=None)


def test_an_account_goes_to_the_seat_that_the_person_holds_that_day(org: Organization, tmp_path: Path) -> None:
    account("Rope"), account("Tent")
    seated("Ann"), seated("Bob")
    rows = [
        ["Rope", "Ann", "2026-01-01", "2026-04-01"],
        ["Rope", "Bob", "2026-04-01", ""],
        ["Tent", "Bob", "2026-01-01", ""],
    ]
    answer = given(tmp_path, *rows)
    assert (answer["created"], codes(answer)) == (3, [])
    assert named() == [
        ("Rope", "Desk of Ann", JANUARY, APRIL, True),
        ("Rope", "Desk of Bob", APRIL, FOREVER, True),
        ("Tent", "Desk of Bob", JANUARY, FOREVER, True),
    ]
    assert given(tmp_path, *rows)["unchanged"] == 3
    undo(answer)
    assert named() == []


def test_another_end_changes_a_line_and_undo_puts_the_former_back(org: Organization, tmp_path: Path) -> None:
    account("Rope")
    seated("Ann")
    given(tmp_path, ["Rope", "Ann", "2026-01-01", ""])
    head = [*HEAD, "exclusive"]
    answer = given(tmp_path, ["Rope", "Ann", "2026-01-01", "2026-07-01", "no"], head=head)
    assert (answer["updated"], named()) == (1, [("Rope", "Desk of Ann", JANUARY, JULY, False)])
    undo(answer)
    assert named() == [("Rope", "Desk of Ann", JANUARY, FOREVER, True)]


@pytest.mark.parametrize("missing", ["account", "person", "seat", "all"])
def test_what_is_not_known_yet_waits_and_is_taken_up_when_it_arrives(
    org: Organization, tmp_path: Path, missing: str
) -> None:
    if missing not in ("account", "all"):
        account("Rope")
    ann = make_person("Ann") if missing == "seat" else None
    if missing == "account":
        seated("Ann")
    answer = given(tmp_path, ["Rope", "Ann", "2026-01-01", ""])
    told = {"account": ["unknown_account"], "person": ["unknown_owner"], "seat": ["no_seat_then"]}
    assert codes(answer) == told.get(missing, ["unknown_account", "unknown_owner"])
    assert (answer["created"], named(), WaitingAssignment.objects.count()) == (1, [], 1)
    assert given(tmp_path, ["Rope", "Ann", "2026-01-01", ""])["unchanged"] == 1
    if ann is not None:
        seat = Seat.objects.create(team=Team.objects.create(name="North"), title="Desk of Ann")
        SeatHolding.objects.create(seat=seat, person=ann)
    elif missing != "account":
        seated("Ann")
    if missing in ("account", "all"):
        run(write(tmp_path, text_of(["account_id", "account"], [["R1", "Rope"]]), "accounts.csv"), "account")
    assert named() == [("Rope", "Desk of Ann", JANUARY, FOREVER, True)]
    assert not WaitingAssignment.objects.exists()
    undo(answer)
    assert named() == []


def test_the_pages_tell_what_waits(cast: Cast, tmp_path: Path) -> None:
    client = cast.client("dana")
    assert "wait for" not in client.get("/named-accounts/").content.decode()
    given(tmp_path, ["Ropes Ltd", "Ann", "2026-01-01", ""], slug="acme")
    head, kind = ["territory", "person", "from"], "territory_assignment"
    given(tmp_path, ["Far North", "Ann", "2026-01-01"], head=head, kind=kind, slug="acme")
    assert "Ropes Ltd: Ann" in client.get("/named-accounts/").content.decode()
    assert "Far North: Ann" in client.get("/territories/").content.decode()


def test_a_line_that_waits_is_taken_back_too(org: Organization, tmp_path: Path) -> None:
    answer = given(tmp_path, ["Rope", "Ann", "2026-01-01", ""])
    later = given(tmp_path, ["Rope", "Ann", "2026-01-01", "2026-07-01"])
    assert (later["updated"], WaitingAssignment.objects.get().ends_before) == (1, JULY)
    undo(later)
    assert WaitingAssignment.objects.get().ends_before == FOREVER
    undo(answer)
    assert not WaitingAssignment.objects.exists()


def test_lines_that_overlap_are_told_one_by_one(org: Organization, tmp_path: Path) -> None:
    account("Rope"), account("Tent")
    ann = seated("Ann")
    seated("Bob")
    NamedAccount.objects.create(account=Account.objects.get(name="Tent"), seat=ann, starts_on=APRIL)
    rows = [
        ["Rope", "Ann", "2026-01-01", "2026-04-02"],
        ["Rope", "Bob", "2026-04-01", ""],
        ["Tent", "Bob", "2026-01-01", "2026-04-02"],
        ["Tent", "Bob", "2026-01-02", "2026-04-01"],
    ]
    answer = given(tmp_path, *rows)
    told = {issue["row"]: issue["message"] for issue in answer["issues"]}
    assert (answer["created"], answer["refused"], codes(answer)) == (2, 2, ["assignment_overlaps"] * 2)
    assert told.keys() == {3, 4} and "2026-04-01 – 9999-12-31" in told[4]


def test_seats_may_share_an_account_that_none_has_for_itself(org: Organization, tmp_path: Path) -> None:
    account("Rope")
    seated("Ann"), seated("Bob")
    head = [*HEAD, "exclusive"]
    shared = [["Rope", "Ann", "2026-01-01", "", "no"], ["Rope", "Bob", "2026-01-01", "", "no"]]
    assert given(tmp_path, *shared, head=head)["created"] == 2
    answer = given(tmp_path, ["Rope", "Bob", "2026-02-01", "", "yes"], head=head)
    assert (answer["refused"], codes(answer)) == (1, ["assignment_overlaps"])


@pytest.mark.parametrize("row", [["Rope", "", "2026-01-01", ""], ["Rope", "Ann", "2026-04-01", "2026-01-01"]])
def test_a_line_that_makes_no_sense_is_refused(org: Organization, tmp_path: Path, row: list[str]) -> None:
    answer = given(tmp_path, row)
    assert (answer["refused"], answer["created"]) == (1, 0)
    assert codes(answer) == (["no_holder"] if not row[1] else ["end_before_start"])


def test_a_territory_goes_to_a_seat_by_its_title_and_ends_with_it(org: Organization, tmp_path: Path) -> None:
    seat = seated("Ann")
    Seat.objects.filter(pk=seat.pk).update(ends_before=JULY)
    north = Territory.objects.create(name="Far North")
    head = ["territory", "seat", "start date"]
    kind = "territory_assignment"
    answer = given(tmp_path, ["far north", "Desk of Ann", "2026-01-01"], head=head, kind=kind)
    [row] = TerritoryAssignment.objects.all()
    assert (row.territory, row.seat, row.starts_on, row.ends_before) == (north, seat, JANUARY, JULY)
    again = given(tmp_path, ["Far North", str(seat.pk), "2026-02-01"], head=head, kind=kind)
    assert codes(again) == ["assignment_overlaps"]
    undo(answer)
    assert not TerritoryAssignment.objects.exists()


def test_a_territory_that_is_set_up_later_is_given_then(org: Organization, tmp_path: Path) -> None:
    seated("Ann")
    head = ["territory", "sales_person", "start_date", "end_date"]
    answer = given(tmp_path, ["2", "Ann", "2026-01-01", "2026-03-31"], head=head, kind="territory_assignment")
    assert codes(answer) == ["unknown_territory"]
    Territory.objects.create(name="2")
    [row] = TerritoryAssignment.objects.all()
    assert (row.starts_on, row.ends_before) == (JANUARY, APRIL)


def test_what_would_overlap_when_it_is_known_goes_on_waiting(org: Organization, tmp_path: Path) -> None:
    seated("Ann"), seated("Bob")
    given(tmp_path, ["R1", "Ann", "2026-01-01", ""], ["Rope", "Bob", "2026-02-01", ""])
    run(write(tmp_path, text_of(["account_id", "account"], [["R1", "Rope"]]), "accounts.csv"), "account")
    assert [row[1] for row in named()] == ["Desk of Bob"]
    assert WaitingAssignment.objects.get().person_text == "Ann"
    NamedAccount.objects.all().delete()
    Person.objects.filter(name="Ann").update(name="Ann")
    assert [row[1] for row in named()] == ["Desk of Ann"]
