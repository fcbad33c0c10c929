"""Two people at once: the second one waits, sees what the first did, and is refused where both cannot be."""

import threading
from collections.abc import Callable
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import close_old_connections, connection

from people.models import Grant, SeatHolding
from people.services.grant import grant_withdraw
from people.services.person import sign_in_disable
from people.services.team import seat_assign
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
