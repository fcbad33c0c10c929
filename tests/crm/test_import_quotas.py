"""Files of quotas: whose, from when, until when."""

from datetime import date
from pathlib import Path

import pytest

from crm.models import ImportBatch, Quota
from crm.services.undoing import import_undo
from people.models import Organization, Person
from tests.cast import NOW, make_person, make_team
from tests.crm.files import codes, run, text_of, write

pytestmark = pytest.mark.django_db
HEAD = ["rep", "quota_date", "quota"]
ROWS = [["Ann Ames", "2026-01-01", "1000"], ["Ben Beck", "2026-02-01", "500"], ["Ann Ames", "2026-04-01", "2000"]]


def days(name: str) -> list[tuple[str, str]]:
    found = Quota.objects.filter(person__name=name).order_by("starts_on")
    return [(each.starts_on.isoformat(), each.ends_before.isoformat()) for each in found]


@pytest.fixture
def people(org: Organization) -> None:
    make_person("Ann Ames")
    make_person("Ben Beck")


def test_without_an_end_a_quota_runs_to_the_next_start_of_anybody(people: None, tmp_path: Path) -> None:
    answer = run(write(tmp_path, text_of(HEAD, ROWS)), "quota")
    assert (answer["created"], codes(answer)) == (3, ["assumed_end"])
    assert days("Ann Ames") == [("2026-01-01", "2026-02-01"), ("2026-04-01", "2026-07-01")]
    assert days("Ben Beck") == [("2026-02-01", "2026-04-01")]


def test_the_end_of_the_last_one_can_be_given(people: None, tmp_path: Path) -> None:
    mapping = write(tmp_path, "constants: {last_ends_before: 2026-05-01}", "mapping.yaml")
    answer = run(write(tmp_path, text_of(HEAD, ROWS)), "quota", mapping=str(mapping))
    assert codes(answer) == []
    assert days("Ann Ames")[-1] == ("2026-04-01", "2026-05-01")


def test_a_last_day_in_the_file_is_included(people: None, tmp_path: Path) -> None:
    path = write(tmp_path, text_of([*HEAD, "end date"], [["Ann Ames", "2026-01-01", "10", "2026-03-31"]]))
    run(path, "quota")
    assert days("Ann Ames") == [("2026-01-01", "2026-04-01")]


def test_the_same_file_again_changes_nothing_and_a_new_amount_one_quota(people: None, tmp_path: Path) -> None:
    run(write(tmp_path, text_of(HEAD, ROWS)), "quota")
    assert run(write(tmp_path, text_of(HEAD, ROWS)), "quota")["unchanged"] == 3
    changed = [[*ROWS[0][:2], "1500"], *ROWS[1:]]
    answer = run(write(tmp_path, text_of(HEAD, changed)), "quota")
    assert (answer["updated"], answer["unchanged"]) == (1, 2)


def test_undo_puts_back_what_was(people: None, tmp_path: Path) -> None:
    run(write(tmp_path, text_of(HEAD, ROWS)), "quota")
    changed = run(write(tmp_path, text_of(HEAD, [[*ROWS[0][:2], "1500"], *ROWS[1:]])), "quota")
    import_undo(batch=ImportBatch.objects.get(pk=changed["batch"]), at=NOW, actor=None)
    assert sorted(Quota.objects.values_list("amount", flat=True)) == [500, 1000, 2000]
    import_undo(batch=ImportBatch.objects.earliest("pk"), at=NOW, actor=None)
    assert not Quota.objects.exists()


def test_a_quota_waits_for_a_person_who_is_not_known_and_finds_them(org: Organization, tmp_path: Path) -> None:
    answer = run(write(tmp_path, text_of(HEAD, ROWS)), "quota")
    assert answer["created"] == 3 and "unknown_owner" in codes(answer)
    assert Quota.objects.filter(person=None).count() == 3
    people = write(tmp_path, text_of(["name", "manager"], [["Ann Ames", "Bob"], ["Ben Beck", "Bob"]]), "people.csv")
    run(people, "person")
    assert not Quota.objects.filter(person=None).exists()


def test_taking_the_people_back_lets_their_quotas_wait_again(org: Organization, tmp_path: Path) -> None:
    people = write(tmp_path, text_of(["name", "manager"], [["Ann Ames", "Bob"], ["Ben Beck", "Bob"]]), "people.csv")
    imported = run(people, "person")
    run(write(tmp_path, text_of(HEAD, ROWS)), "quota")
    import_undo(batch=ImportBatch.objects.get(pk=imported["batch"]), at=NOW, actor=None)
    assert not Person.objects.exists()
    assert Quota.objects.filter(person=None).count() == 3


def test_a_team_may_have_one(org: Organization, tmp_path: Path) -> None:
    north = make_team("North")
    run(
        write(tmp_path, text_of(["team", "from", "until", "target"], [["North", "2026-01-01", "2026-04-01", "9"]])),
        "quota",
    )
    assert list(Quota.objects.values_list("team", "ends_before")) == [(north.pk, date(2026, 4, 1))]


@pytest.mark.parametrize(
    ("rows", "code", "refused"),
    [
        ([["", "2026-01-01", "10"]], "missing_holder", 1),
        ([["Ann Ames", "2026-01-01", "-10"]], "negative_quota", 1),
        ([["Ann Ames", "", "10"]], "missing_starts_on", 1),
        ([["Ann Ames", "2026-01-01", ""]], "missing_amount", 1),
        ([["Ann Ames", "2026-01-01", "10"], ["Ann Ames", "2026-01-01", "11"]], "duplicate_id", 1),
        ([["Ann Ames", "2026-01-01", "ten"]], "invalid_amount", 1),
    ],
)
def test_what_cannot_be_a_quota_is_refused_with_its_reason(
    people: None, tmp_path: Path, rows: list[list[str]], code: str, refused: int
) -> None:
    answer = run(write(tmp_path, text_of(HEAD, [*rows, ["Ben Beck", "2026-03-01", "7"]])), "quota")
    assert code in codes(answer)
    assert (answer["refused"], answer["created"]) == (refused, len(rows) + 1 - refused)


def test_overlapping_quotas_are_refused_within_a_file_and_against_known_ones(people: None, tmp_path: Path) -> None:
    head = [*HEAD, "end date"]
    first = [["Ann Ames", "2026-01-01", "10", "2026-03-31"], ["Ann Ames", "2026-02-01", "10", "2026-04-30"]]
    answer = run(write(tmp_path, text_of(head, first)), "quota")
    assert (answer["created"], answer["refused"], codes(answer)) == (1, 1, ["quota_overlaps"])
    again = run(write(tmp_path, text_of(head, [["Ann Ames", "2026-03-31", "10", "2026-04-30"],
                                               ["Ben Beck", "2026-03-31", "10", "2026-04-30"]])), "quota")  # fmt: skip
    assert (again["created"], again["refused"], codes(again)) == (1, 1, ["quota_overlaps"])


def test_months_as_columns_are_quotas_of_months(people: None, tmp_path: Path) -> None:
    head = ["rep", "2026-01", "2026-02", "2026-03"]
    answer = run(write(tmp_path, text_of(head, [["Ann Ames", "10", "20", ""], ["Ben Beck", "1", "2", "3"]])), "quota")
    assert answer["created"] == 5, answer
    assert days("Ann Ames") == [("2026-01-01", "2026-02-01"), ("2026-02-01", "2026-03-01")]
