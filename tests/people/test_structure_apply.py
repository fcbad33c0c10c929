"""People and teams from files, and back."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from people.models import (
    BEGINNING,
    FOREVER,
    Grant,
    Organization,
    Person,
    PersonKey,
    Seat,
    SeatHolding,
    Team,
    TeamClosure,
    TeamPlacement,
)
from people.services.structure import StructureChange, StructureResult, StructureRow, structure_apply, structure_undo
from tests.cast import NOW, TODAY, make_person, make_seat, make_team

MAVEN = [
    ("Anna Snelling", "Dustin Brinkmann", "Central"),
    ("Cecily Lampkin", "Dustin Brinkmann", "Central"),
    ("Mei-Mei Johns", "Melvin Marxen", "Central"),
    ("Cassey Cress", "Rocco Neubert", "East"),
]


def rows(*lines: tuple[str, str, str]) -> list[StructureRow]:
    return [
        StructureRow(n, name, name=name, manager=manager, team=team) for n, (name, manager, team) in enumerate(lines, 2)
    ]


def apply(lines: list[StructureRow], source: str = "maven", on: date = TODAY) -> StructureResult:
    return structure_apply(source=source, rows=lines, actor=None, at=NOW, on=on)


def tree(on: date = TODAY) -> dict[str, str]:
    return {p.team.name: p.parent.name for p in TeamPlacement.objects.on(on).select_related("team", "parent")}


def seats(on: date = TODAY) -> dict[str, tuple[str, str]]:
    held = SeatHolding.objects.on(on).select_related("person", "seat__team")
    return {h.person.name: (h.seat.team.name, h.seat.role) for h in held}


def everything() -> list[list[dict[str, object]]]:
    tables = (Person, PersonKey, Team, TeamPlacement, Seat, SeatHolding)
    return [list(model.objects.order_by("pk").values()) for model in tables]  # type: ignore[attr-defined]


def test_a_managers_people_form_a_team_below_the_office(org: Organization) -> None:
    result = apply(rows(*MAVEN))
    assert tree() == {"Dustin Brinkmann": "Central", "Melvin Marxen": "Central", "Rocco Neubert": "East"}
    assert seats()["Anna Snelling"] == ("Dustin Brinkmann", "rep")
    assert seats()["Dustin Brinkmann"] == ("Dustin Brinkmann", "manager")
    assert set(result.results.values()) == {"created"}
    assert result.created_count == 7 == Person.objects.count()
    assert result.issues == []


def test_without_dates_a_seat_holds_always(org: Organization) -> None:
    apply(rows(*MAVEN))
    assert set(SeatHolding.objects.values_list("starts_on", "ends_before")) == {(BEGINNING, FOREVER)}
    assert set(TeamPlacement.objects.values_list("starts_on", "ends_before")) == {(BEGINNING, FOREVER)}


def test_a_hire_date_starts_the_seat(org: Organization) -> None:
    apply([StructureRow(2, "274", name="Stephen", manager="Brian", hired_on=date(2011, 1, 4))])
    assert SeatHolding.objects.get(person__name="Stephen").starts_on == date(2011, 1, 4)
    assert SeatHolding.objects.get(person__name="Brian").starts_on == BEGINNING


def test_the_same_file_twice_changes_nothing(org: Organization) -> None:
    apply(rows(*MAVEN))
    before = everything()
    again = apply(rows(*MAVEN))
    assert set(again.results.values()) == {"unchanged"}
    assert again.changes == [] and again.created_count == 0
    assert everything() == before


def test_managers_of_managers_make_the_tree(org: Organization) -> None:
    apply(
        [
            StructureRow(2, "274", name="Stephen Jiang", manager="Brian Welcker"),
            StructureRow(3, "275", name="Michael Blythe", manager="Stephen Jiang"),
            StructureRow(4, "276", name="Linda Mitchell", manager="274"),
        ]
    )
    assert tree() == {"Stephen Jiang": "Brian Welcker"}
    assert seats()["Linda Mitchell"] == ("Stephen Jiang", "rep")
    assert PersonKey.objects.get(person__name="Brian Welcker").external_id == "Brian Welcker"


def test_somebody_only_named_is_the_same_when_their_own_line_comes(org: Organization) -> None:
    apply([StructureRow(2, "274", name="Stephen Jiang", manager="Brian Welcker")])
    apply([StructureRow(2, "273", name="Brian Welcker", email="brian@example.com")])
    brian = Person.objects.get(name="Brian Welcker")
    assert brian.email == "brian@example.com"
    assert set(brian.keys.values_list("external_id", flat=True)) == {"Brian Welcker", "273"}


def test_two_ids_of_one_source_stay_two_people_of_one_name(org: Organization) -> None:
    apply([StructureRow(2, "1", name="John Smith"), StructureRow(3, "2", name="John Smith")])
    assert Person.objects.filter(name="John Smith").count() == 2
    result = apply([StructureRow(2, "9", name="Anna", manager="John Smith", team="North")])
    assert [issue.code for issue in result.issues] == ["manager_ambiguous"]


def test_a_known_person_without_a_key_is_recognised_by_mail_and_by_name(org: Organization) -> None:
    anna = make_person("Anna Snelling")
    cecily = make_person("C. Lampkin", email="cecily@example.com")
    result = apply(
        [StructureRow(2, "Anna  snelling"), StructureRow(3, "x", name="Cecily Lampkin", email="Cecily@example.com")]
    )
    assert result.person_ids == {2: anna.pk, 3: cecily.pk}
    assert set(result.results.values()) == {"updated"}
    cecily.refresh_from_db()
    assert cecily.name == "Cecily Lampkin"


def test_a_bad_address_and_a_taken_one_are_left_out_with_a_warning(org: Organization) -> None:
    result = apply(
        [
            StructureRow(2, "1", name="Anna", email="anna@"),
            StructureRow(3, "2", name="Bert", email="b@example.com"),
            StructureRow(4, "3", name="Berta", email="B@example.com"),
        ]
    )
    assert [issue.code for issue in result.issues] == ["email_invalid", "email_taken"]
    assert dict(Person.objects.values_list("name", "email")) == {"Anna": "", "Bert": "b@example.com", "Berta": ""}


def test_a_line_without_an_id_and_a_contradicting_second_one_are_refused(org: Organization) -> None:
    result = apply(
        [
            StructureRow(2, ""),
            StructureRow(3, "1", name="Anna", team="North"),
            StructureRow(4, "1", name="Anna", team="South"),
            StructureRow(5, "1", name="Anna", team="North"),
        ]
    )
    assert result.results == {2: "refused", 3: "created", 4: "refused", 5: "unchanged"}
    assert "line 3" in result.reasons[4]
    assert seats() == {"Anna": ("North", "rep")}


def test_a_circle_of_managers_is_broken_with_a_warning(org: Organization) -> None:
    result = apply(rows(("Anna", "Bert", ""), ("Bert", "Cleo", ""), ("Cleo", "Anna", "")))
    assert [issue.code for issue in result.issues] == ["manager_circle"]
    assert tree() == {"Bert": "Cleo"}
    assert seats()["Anna"] == ("Bert", "rep")


def test_somebody_who_reports_to_themselves_is_at_the_top(org: Organization) -> None:
    result = apply(rows(("Anna", "Anna", ""), ("Bert", "Anna", "")))
    assert result.issues == []
    assert seats() == {"Anna": ("Anna", "manager"), "Bert": ("Anna", "rep")}


def test_an_office_stands_below_the_manager_of_its_topmost_teams(org: Organization) -> None:
    apply(
        rows(
            ("Anna", "Dustin", "Central"), ("Dustin", "Vera", ""), ("Mel", "Melvin", "Central"), ("Melvin", "Vera", "")
        )
    )
    assert tree() == {"Dustin": "Central", "Melvin": "Central", "Central": "Vera"}


def test_an_office_split_between_managers_is_left_out(org: Organization) -> None:
    result = apply(rows(("A", "D", "HQ"), ("D", "V", ""), ("B", "E", "HQ"), ("E", "W", "")))
    assert [issue.code for issue in result.issues] == ["office_split"]
    assert tree() == {"D": "V", "E": "W"}


def test_a_team_without_a_manager_is_the_team_itself(org: Organization) -> None:
    apply([StructureRow(2, "1", name="Uwe", team="Field")])
    assert seats() == {"Uwe": ("Field", "rep")}


def test_whoever_changes_team_moves_today_and_keeps_the_past(org: Organization) -> None:
    apply(rows(*MAVEN))
    result = apply(rows(("Anna Snelling", "Melvin Marxen", "Central")))
    assert result.results == {2: "updated"}
    assert [issue.code for issue in result.issues] == ["moved"]
    assert seats(TODAY)["Anna Snelling"] == ("Melvin Marxen", "rep")
    assert seats(TODAY - timedelta(days=1))["Anna Snelling"] == ("Dustin Brinkmann", "rep")
    assert not Seat.objects.on(TODAY).filter(holdings=None).exists()


def test_a_second_move_on_the_same_day_leaves_no_empty_days(org: Organization) -> None:
    apply(rows(*MAVEN))
    apply(rows(("Anna Snelling", "Melvin Marxen", "Central")))
    apply(rows(("Anna Snelling", "Rocco Neubert", "East")))
    assert seats(TODAY)["Anna Snelling"] == ("Rocco Neubert", "rep")
    assert seats(TODAY - timedelta(days=1))["Anna Snelling"] == ("Dustin Brinkmann", "rep")


def test_a_rep_who_becomes_a_manager_keeps_their_own_manager_above(org: Organization) -> None:
    apply(rows(*MAVEN))
    apply(rows(("Zed", "Anna Snelling", "")))
    assert seats()["Anna Snelling"] == ("Anna Snelling", "manager")
    assert tree()["Anna Snelling"] == "Dustin Brinkmann"


def test_a_manager_of_whom_the_file_says_only_who_is_above_keeps_the_team(org: Organization) -> None:
    apply(rows(*MAVEN))
    apply(rows(("Dustin Brinkmann", "Vera", "")))
    assert seats()["Dustin Brinkmann"] == ("Dustin Brinkmann", "manager")
    assert tree()["Dustin Brinkmann"] == "Vera"


def test_a_manager_whose_people_all_go_elsewhere_becomes_a_rep(org: Organization) -> None:
    apply(rows(*MAVEN))
    apply(rows(("Cassey Cress", "Melvin Marxen", ""), ("Rocco Neubert", "Melvin Marxen", "")))
    assert seats()["Rocco Neubert"] == ("Melvin Marxen", "rep")


def test_a_corrected_hire_date_moves_the_start_of_the_only_seat(org: Organization) -> None:
    apply(rows(*MAVEN))
    for day in (date(2016, 3, 1), date(2016, 9, 1), date(2015, 1, 1)):
        apply([StructureRow(2, "Anna Snelling", hired_on=day)])
        apply([StructureRow(2, "Anna Snelling", manager="Dustin Brinkmann", hired_on=day)])
        assert SeatHolding.objects.get(person__name="Anna Snelling").starts_on == day


def test_an_office_that_would_stand_below_itself_refuses_the_file_and_keeps_everything(org: Organization) -> None:
    apply(rows(("Dustin", "Vera", ""), ("Anna", "Dustin", "")))
    before = everything()
    with pytest.raises(ValidationError, match="below itself"):
        apply(rows(("Vera", "Anna", ""), ("Anna", "Dustin", "")), source="other")
    assert everything() == before


def test_undo_takes_everything_back(org: Organization) -> None:
    before = everything()
    result = apply(rows(*MAVEN))
    undone = structure_undo(changes=result.changes, in_use_person_ids=[], actor=None, at=NOW)
    assert everything() == before
    assert undone.kept_person_ids == []


def test_undo_of_a_second_file_restores_the_first(org: Organization) -> None:
    apply(rows(*MAVEN))
    before = everything()
    moved = rows(("Anna Snelling", "Rocco Neubert", "East"), ("Rocco Neubert", "Zara", ""), ("Newcomer", "Zara", ""))
    result = apply([*moved, StructureRow(9, "Cassey Cress", email="cassey@example.com", hired_on=date(2016, 1, 1))])
    stored = [StructureChange(change.table, change.object_id, change.before) for change in result.changes]
    structure_undo(changes=stored, in_use_person_ids=[], actor=None, at=NOW)
    assert everything() == before


def test_undo_keeps_people_in_use_and_their_keys(org: Organization) -> None:
    result = apply(rows(*MAVEN))
    anna = Person.objects.get(name="Anna Snelling")
    granted = Person.objects.get(name="Rocco Neubert")
    Grant.objects.create(person=granted, role="finance")
    undone = structure_undo(changes=result.changes, in_use_person_ids=[anna.pk], actor=None, at=NOW)
    assert undone.kept_person_ids == sorted([anna.pk, granted.pk])
    assert set(PersonKey.objects.values_list("external_id", flat=True)) == {"Anna Snelling", "Rocco Neubert"}
    assert not Team.objects.exists()


def test_undo_keeps_a_team_in_which_somebody_else_sits_by_now(org: Organization) -> None:
    result = apply(rows(*MAVEN))
    make_seat(Team.objects.get(name="Rocco Neubert"), make_person("Later"))
    structure_undo(changes=result.changes, in_use_person_ids=[], actor=None, at=NOW)
    assert set(Team.objects.values_list("name", flat=True)) == {"Rocco Neubert"}


def test_undo_that_collides_with_later_changes_by_hand_changes_nothing(org: Organization) -> None:
    apply(rows(*MAVEN))
    result = apply(rows(("Anna Snelling", "Melvin Marxen", "Central")))
    anna = Person.objects.get(name="Anna Snelling")
    SeatHolding.objects.on(TODAY).filter(person=anna).delete()
    make_seat(make_team("By hand"), anna, starts_on=TODAY - timedelta(days=0))
    before = everything()
    with pytest.raises(ValidationError, match="cannot be undone"):
        structure_undo(changes=result.changes, in_use_person_ids=[], actor=None, at=NOW)
    assert everything() == before


def test_a_thousand_people_take_a_constant_number_of_queries(
    org: Organization, django_assert_max_num_queries: "object"
) -> None:
    lines = rows(*[(f"Person {n}", f"Manager {n // 10}", f"Office {n // 100}") for n in range(1000)])
    with django_assert_max_num_queries(25):  # type: ignore[operator]
        apply(lines)
    assert TeamClosure.objects.filter(depth=1).count() == 100
