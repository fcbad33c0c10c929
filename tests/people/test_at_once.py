"""Two people at once: the second one waits, sees what the first did, and is refused where both cannot be."""

import re
import threading
from collections.abc import Callable
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import close_old_connections, connection

from people.meanwhile import last_seen
from people.models import FOREVER, Grant, SeatHolding, Team
from people.services.grant import grant_withdraw
from people.services.person import person_change, sign_in_disable
from people.services.team import seat_assign, team_move, team_rename
from people.viewer import Viewer, viewer_of_person
from people.wall import tenant
from tests.cast import NOW, TODAY, Cast

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(cast: Cast, *calls: Callable[[], object]) -> list[str]:
    """Run the calls in threads of their own, started together; what each came to."""
    results: list[str] = []
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> None:
        close_old_connections()
        try:
            with tenant(cast.organization.pk):
                barrier.wait()
                call()
            results.append("done")
        except ValidationError:
            results.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(results)


def second_administrator(cast: Cast) -> tuple[Grant, Grant]:
    with tenant(cast.organization.pk):
        second = Grant.objects.create(person=cast.bob, role=Grant.Role.ADMINISTRATOR)
        return Grant.objects.get(person=cast.ada), second


def test_two_administrators_cannot_withdraw_each_other(committed_cast: Cast) -> None:
    cast = committed_cast
    adas, bobs = second_administrator(cast)
    ada, bob = (viewer_here(cast, name) for name in ("ada", "bob"))
    results = at_once(
        cast,
        lambda: grant_withdraw(viewer=ada, grant=bobs, at=NOW, on=TODAY),
        lambda: grant_withdraw(viewer=bob, grant=adas, at=NOW, on=TODAY),
    )
    assert results == ["done", "refused"]


def test_two_administrators_cannot_switch_each_other_off(committed_cast: Cast) -> None:
    cast = committed_cast
    second_administrator(cast)
    ada, bob = (viewer_here(cast, name) for name in ("ada", "bob"))
    results = at_once(
        cast,
        lambda: sign_in_disable(viewer=ada, person=cast.bob, at=NOW),
        lambda: sign_in_disable(viewer=bob, person=cast.ada, at=NOW),
    )
    assert results == ["done", "refused"]


def test_one_seat_is_not_given_to_two_people(committed_cast: Cast) -> None:
    cast = committed_cast
    seat, ada = cast.vacant_seat, viewer_here(cast, "ada")
    assert seat is not None
    day = date(2026, 3, 1)
    results = at_once(
        cast,
        lambda: seat_assign(viewer=ada, seat=seat, person=cast.nils, at=NOW, on=day),
        lambda: seat_assign(viewer=ada, seat=seat, person=cast.alice, at=NOW, on=day),
    )
    assert results == ["done", "refused"]
    with tenant(cast.organization.pk):
        assert SeatHolding.objects.filter(seat=seat).count() == 1


def viewer_here(cast: Cast, name: str) -> Viewer:
    with tenant(cast.organization.pk):
        return viewer_of_person(cast.people[name], organization=cast.organization, on=TODAY)


# --- Whoever comes second is told what the first did ------------------------------------------------------------------


def test_a_team_that_somebody_moved_meanwhile_is_not_renamed_unseen(cast: Cast) -> None:
    ada, other = cast.client("ada"), cast.viewer("ada")
    shown = hidden(ada.get(f"/teams/{cast.north.pk}/rename/").content.decode())
    team_move(viewer=other, team=cast.north, at=NOW, parent=cast.south, on=TODAY)
    answer = ada.post(f"/teams/{cast.north.pk}/rename/", {"name": "Upper North", "seen": shown})
    words = answer.content.decode()
    assert answer.status_code == 422
    assert "Ada Abel: Team moved" in words
    assert "Upper North" in words
    assert Team.objects.get(pk=cast.north.pk).name == "North"
    again = ada.post(f"/teams/{cast.north.pk}/rename/", {"name": "Upper North", "seen": hidden(words)})
    assert again.status_code == 302
    assert Team.objects.get(pk=cast.north.pk).name == "Upper North"


def test_a_seat_that_somebody_gave_away_meanwhile_is_not_ended_unseen(cast: Cast) -> None:
    ada, seat = cast.client("ada"), cast.vacant_seat
    assert seat is not None
    shown = hidden(ada.get(f"/seats/{seat.pk}/end/").content.decode())
    seat_assign(viewer=cast.viewer("ada"), seat=seat, person=cast.nils, at=NOW, on=TODAY)
    answer = ada.post(f"/seats/{seat.pk}/end/", {"on": "2026-07-01", "seen": shown})
    assert answer.status_code == 422
    assert "Seat given" in answer.content.decode()
    assert SeatHolding.objects.get(person=cast.nils).ends_before == FOREVER


def test_what_somebody_did_to_another_team_does_not_disturb(cast: Cast) -> None:
    ada = cast.client("ada")
    shown = hidden(ada.get(f"/teams/{cast.north.pk}/rename/").content.decode())
    team_move(viewer=cast.viewer("ada"), team=cast.south, at=NOW, parent=None, on=TODAY)
    assert ada.post(f"/teams/{cast.north.pk}/rename/", {"name": "Upper", "seen": shown}).status_code == 302


def test_a_person_whom_somebody_renamed_meanwhile_keeps_the_new_name(cast: Cast) -> None:
    ada = cast.client("ada")
    shown = hidden(ada.get(f"/people/{cast.nils.pk}/change/").content.decode())
    person_change(viewer=cast.viewer("ada"), person=cast.nils, at=NOW, name="Nils North")
    old = {"name": "Nils Nord", "email": "nils@acme.example", "seen": shown}
    assert ada.post(f"/people/{cast.nils.pk}/change/", old).status_code == 422
    cast.nils.refresh_from_db()
    assert (cast.nils.name, cast.nils.email) == ("Nils North", "")


def test_two_changes_of_one_team_at_the_same_moment_are_both_seen(committed_cast: Cast) -> None:
    cast = committed_cast
    ada = viewer_here(cast, "ada")
    with tenant(cast.organization.pk):
        seen = last_seen()
    results = at_once(
        cast,
        lambda: team_rename(viewer=ada, team=cast.north, at=NOW, name="Upper", seen=seen),
        lambda: team_move(viewer=ada, team=cast.north, at=NOW, parent=cast.south, on=TODAY, seen=seen),
    )
    assert results == ["done", "refused"]


def hidden(page: str) -> str:
    """The number of the last entry that the form carries."""
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found is not None
    return found[1]
