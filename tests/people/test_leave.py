"""Leave is days, never why; kept by HR, administrators and whoever leads the person; others see "away" today only."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from people import formats
from people.models import FOREVER, AuditEntry, Delegation, Grant, Leave
from people.policies import leaves
from people.selectors.absence import absences, access_leave, person_leaves
from people.services.leave import leave_add, leave_change, leave_remove
from tests.cast import NOW, TODAY, Cast

DAY = timedelta(days=1)
EVERYBODY = {"alice", "bob", "carol", "dana", "finn", "hana", "erin", "ada", "nils", "otto", "fay", "dell"}


def away(cast: Cast, who: str, first: date = TODAY - DAY, ends_before: date = TODAY + 3 * DAY) -> Leave:
    leave: Leave = Leave.objects.create(person=cast.people[who], starts_on=first, ends_before=ends_before)
    return leave


@pytest.mark.parametrize(
    ("who", "seen", "changed"),
    [
        ("alice", {"alice"}, set()),
        ("bob", {"bob", "alice"}, {"alice"}),
        ("dell", {"dell", "bob", "alice"}, {"bob", "alice"}),
        ("carol", {"carol"}, set()),
        ("hana", EVERYBODY, EVERYBODY),
        ("ada", EVERYBODY, EVERYBODY),
        ("dana", {"dana"}, set()),
        ("erin", {"erin"}, set()),
        ("otto", {"otto"}, set()),
    ],
)
def test_whose_leave_each_of_the_cast_sees_and_changes(cast: Cast, who: str, seen: set[str], changed: set[str]) -> None:
    viewer = cast.viewer(who)
    for name, person in cast.people.items():
        if name == "mallory":
            continue
        assert leaves.can(viewer, "view", person) == (name in seen), name
        assert leaves.can(viewer, "change", person) == (name in changed), name


def test_hr_limited_to_a_team_keeps_the_leave_of_that_team(cast: Cast) -> None:
    Grant.objects.filter(person=cast.hana).update(team=cast.north)
    assert leaves.can(cast.viewer("hana"), "change", cast.alice)
    assert not leaves.can(cast.viewer("hana"), "change", cast.carol)


def test_overlapping_leave_is_refused_and_adjoining_leave_is_not(cast: Cast) -> None:
    bob = cast.viewer("bob")
    leave_add(viewer=bob, person=cast.alice, at=NOW, starts_on=TODAY, ends_before=TODAY + 5 * DAY)
    with pytest.raises(ValidationError, match="away already"):
        leave_add(viewer=bob, person=cast.alice, at=NOW, starts_on=TODAY + 4 * DAY, ends_before=TODAY + 9 * DAY)
    leave_add(viewer=bob, person=cast.alice, at=NOW, starts_on=TODAY + 5 * DAY, ends_before=TODAY + 9 * DAY)
    assert Leave.objects.count() == 2


def test_who_may_not_is_refused_by_the_service_too(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        leave_add(viewer=cast.viewer("alice"), person=cast.alice, at=NOW, starts_on=TODAY, ends_before=FOREVER)
    leave = away(cast, "carol")
    with pytest.raises(PermissionDenied):
        leave_change(viewer=cast.viewer("bob"), leave=leave, at=NOW, starts_on=TODAY, ends_before=FOREVER)
    with pytest.raises(PermissionDenied):
        leave_remove(viewer=cast.viewer("bob"), leave=leave, at=NOW)
    with pytest.raises(Http404):
        access_leave(cast.viewer("carol"), leave.pk)


def test_colleagues_learn_that_somebody_is_away_today_and_nothing_about_other_days(cast: Cast) -> None:
    away(cast, "alice")
    away(cast, "bob", TODAY + 5 * DAY, TODAY + 9 * DAY)
    both = [cast.alice.pk, cast.bob.pk]
    carol, hana = cast.viewer("carol"), cast.viewer("hana")
    assert absences(carol, both, TODAY) == {cast.alice.pk: TODAY + 3 * DAY}
    assert absences(carol, both, TODAY + 5 * DAY) == {}
    assert absences(carol, both, TODAY - DAY) == {}
    assert absences(hana, both, TODAY + 5 * DAY) == {cast.bob.pk: TODAY + 9 * DAY}
    assert person_leaves(carol, cast.alice) is None
    assert len(person_leaves(hana, cast.alice) or []) == 1


def test_pages_say_until_when_somebody_is_away(cast: Cast) -> None:
    today = datetime.now(UTC).date()
    away(cast, "alice", today - 9 * DAY, today + 3 * DAY)
    words = f"Away until {formats.plain(today + 2 * DAY)}"
    carol = cast.client("carol")
    for path in (f"/teams/{cast.north.pk}/", f"/people/{cast.alice.pk}/", "/people/"):
        page = carol.get(path).content.decode()
        assert words in page, path
        assert formats.plain(today - 9 * DAY) not in page, path
    assert formats.plain(today - 9 * DAY) in cast.client("alice").get(f"/people/{cast.alice.pk}/").content.decode()


def test_the_table_of_a_manager_and_the_page_of_a_person_say_it_of_today_only(cast: Cast) -> None:
    today = datetime.now(UTC).date()
    away(cast, "alice", today - DAY, today + 3 * DAY)
    away(cast, "bob", today - DAY, today + 4 * DAY)
    Delegation.objects.create(manager=cast.bob, delegate=cast.carol, starts_on=today, ends_before=today + DAY)
    bob, words = cast.client("bob"), f"Away until {formats.plain(today + 2 * DAY)}"
    assert words in bob.get("/team/").content.decode()
    assert words not in bob.get(f"/team/?as_of={today - DAY}").content.decode()
    page = cast.client("dana").get(f"/people/{cast.bob.pk}/").content.decode()
    assert f"Away until {formats.plain(today + 3 * DAY)} · Carol" in page and "stands in" in page


def test_the_manager_enters_a_first_and_a_last_day(cast: Cast) -> None:
    answer = cast.client("bob").post(
        f"/people/{cast.alice.pk}/leave/add/", {"starts_on": "2026-07-01", "last_day": "2026-07-03"}
    )
    assert answer.status_code == 302
    leave = Leave.objects.get()
    assert (leave.starts_on, leave.ends_before) == (date(2026, 7, 1), date(2026, 7, 4))
    answer = cast.client("bob").post(f"/leave/{leave.pk}/change/", {"starts_on": "2026-07-02", "last_day": ""})
    assert answer.status_code == 302
    leave.refresh_from_db()
    assert (leave.starts_on, leave.ends_before) == (date(2026, 7, 2), FOREVER)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"starts_on": "2026-07-03", "last_day": "2026-07-01"}, "The last day comes before the first one."),
        ({"starts_on": "soon"}, "Enter a valid date."),
        ({"starts_on": "2026-07-01", "last_day": "9999-12-31"}, ""),
        ({"starts_on": ""}, "This field is required."),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(cast: Cast, values: dict[str, str], words: str) -> None:
    answer = cast.client("bob").post(f"/people/{cast.alice.pk}/leave/add/", values)
    assert answer.status_code == (422 if words else 302)
    assert words in answer.content.decode()


def test_a_double_click_enters_leave_once(cast: Cast) -> None:
    values = {"starts_on": "2026-07-01", "last_day": "2026-07-03"}
    codes = [cast.client("bob").post(f"/people/{cast.alice.pk}/leave/add/", values).status_code for _ in range(2)]
    assert codes == [302, 422]
    assert Leave.objects.count() == 1


def test_what_a_stand_in_enters_is_kept_as_done_for_the_manager(cast: Cast) -> None:
    leave_add(viewer=cast.viewer("dell"), person=cast.alice, at=NOW, starts_on=TODAY, ends_before=FOREVER)
    entry = AuditEntry.objects.get(action="leave_add")
    assert entry.actor == cast.dell
    assert entry.detail["for"] == cast.bob.pk
    assert "Dell Dunn for Bob Brand" in cast.client("ada").get(f"/people/{cast.alice.pk}/").content.decode()
    leave_add(viewer=cast.viewer("hana"), person=cast.carol, at=NOW, starts_on=TODAY, ends_before=FOREVER)
    assert "for" not in AuditEntry.objects.get(action="leave_add", actor=cast.hana).detail
