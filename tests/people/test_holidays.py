"""Holidays are no working days: in the expected progress of goals, in quota plans, on the page, by file and by API."""

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from django.test import Client

from crm.models import ImportBatch
from crm.services.undoing import import_undo
from goals.selectors.states import goal_states
from people.models import AuditEntry, Holiday, Organization
from people.selectors.holiday import holiday_days
from tests.api.calls import problem_of, program
from tests.cast import NOW, Cast
from tests.crm.files import codes, run, text_of, write
from tests.goals.build import make_goal

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 4, 1), date(2026, 7, 1)
OFF = [date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 2), date(2026, 5, 25)]  # 2 May: a Saturday


def counted(on: date, off: list[date]) -> Fraction:
    """The share of the quarter's working days that are over at the end of a day, one day at a time."""
    days = [FIRST + timedelta(n) for n in range((LAST - FIRST).days)]
    working = [day for day in days if day.isoweekday() <= 5 and day not in off]
    return Fraction(sum(day <= on for day in working), len(working))


@pytest.mark.parametrize("on", [date(2026, 4, 2), date(2026, 4, 6), date(2026, 5, 15), date(2026, 6, 29)])
def test_nothing_is_expected_of_a_goal_on_a_holiday(cast: Cast, on: date) -> None:
    goal = make_goal(cast.alice, starts_on=FIRST, ends_before=LAST)
    Holiday.objects.bulk_create(Holiday(day=day, name="Off") for day in OFF)
    assert goal_states(cast.organization, [goal], on)[goal.pk].expected == counted(on, OFF) != counted(on, [])


def test_operations_keeps_holidays_and_everybody_sees_them(cast: Cast, sign_in: Callable[[str], Client]) -> None:
    client = sign_in("dana")
    values = {"day": "2026-05-01", "name": "Labour Day"}
    assert client.post("/holidays/add/", values).status_code == 302
    again = client.post("/holidays/add/", values)
    assert again.status_code == 422 and "This day is a holiday already." in again.content.decode()
    assert client.post("/holidays/add/", {"day": "x", "name": ""}).status_code == 422
    assert "Labour Day" in sign_in("alice").get("/holidays/").content.decode()
    assert "holidays/add" not in sign_in("alice").get("/holidays/").content.decode()
    assert sign_in("alice").post("/holidays/add/", values).status_code == 403
    rows = program(cast, "alice").get("/api/v1/holidays?day_from=2026-05-01&day_before=2026-05-02").json()["results"]
    assert [(row["day"], row["name"]) for row in rows] == [("2026-05-01", "Labour Day")]
    assert problem_of(program(cast, "alice").get("/api/v1/holidays?day_from=x"))["status"] == 400
    assert sign_in("dana").post(f"/holidays/{Holiday.objects.get().pk}/delete/").status_code == 302
    assert holiday_days() == frozenset()
    assert list(AuditEntry.objects.filter(subject="holiday").order_by("pk").values_list("action", flat=True)) == [
        "holiday_add",
        "holiday_delete",
    ]


def test_a_file_brings_holidays_changes_their_names_and_is_taken_back(org: Organization, tmp_path: Path) -> None:
    head = ["date", "holiday"]
    first = run(write(tmp_path, text_of(head, [["2026-05-01", "Labour Day"], ["2026-12-25", "Christmas"]])), "holiday")
    assert first["created"] == 2
    path = write(tmp_path, text_of(head, [["2026-05-01", "May Day"], ["2026-12-25", "Christmas"], ["x", "y"]]))
    second = run(path, "holiday")
    assert [second[name] for name in ("updated", "unchanged", "refused")] == [1, 1, 1]
    assert "invalid_date" in codes(second)
    import_undo(batch=ImportBatch.objects.get(pk=second["batch"]), at=NOW, actor=None)
    assert sorted(Holiday.objects.values_list("name", flat=True)) == ["Christmas", "Labour Day"]
    import_undo(batch=ImportBatch.objects.get(pk=first["batch"]), at=NOW, actor=None)
    assert not Holiday.objects.exists()


def test_the_same_day_twice_in_a_file_is_refused(org: Organization, tmp_path: Path) -> None:
    path = write(tmp_path, text_of(["date", "holiday"], [["2026-05-01", "Labour Day"], ["2026-05-01", "May Day"]]))
    answer = run(path, "holiday")
    assert (answer["created"], answer["refused"], codes(answer)) == (1, 1, ["duplicate_id"])
