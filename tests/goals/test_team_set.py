"""A manager sets the goals of the whole team in one sitting: all of them, or none and a message beside each wrong cell."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from goals.models import Alignment, Goal, Revision
from people.models import Notification
from tests.cast import Cast
from tests.goals.build import make_goal, make_objective

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
DAYS = {"starts_on": "2026-04-01", "ends_before": "2026-07-01"}


def address(cast: Cast, **query: str) -> str:
    asked = {"metric": "revenue", **DAYS, **query}
    return f"/goals/teams/{cast.north.pk}/set/?" + "&".join(f"{key}={value}" for key, value in asked.items())


def lines(cast: Cast, **cells: Any) -> dict[str, Any]:
    """`alice_target=100` is the cell of Alice's line."""
    values = {"name": "Bookings", "cadence": "weekly", "parent": "", "reason": ""}
    for cell, value in cells.items():
        who, name = cell.split("_", 1)
        holder = f"team-{cast.north.pk}" if who == "north" else f"person-{getattr(cast, who).pk}"
        values[f"{holder}-{name}"] = value
    return values


def test_the_table_has_the_team_and_everybody_in_it_and_nobody_else(cast: Cast, sign_in: SignIn) -> None:
    page = sign_in("bob").get(address(cast)).content.decode()
    assert "Alice Ames" in page and "Bob Brand" in page and "Carol Cole" not in page


def test_all_goals_are_set_at_once_and_empty_lines_set_none(cast: Cast, sign_in: SignIn) -> None:
    objective = make_objective(starts_on="2026-01-01", ends_before="2099-01-01")
    values = lines(cast, north_target="3,000", alice_target="2000", alice_stretch_value="2500")
    response = sign_in("bob").post(address(cast), {**values, "parent": f"objective:{objective.pk}"})
    assert response.status_code == 302, response.content.decode()
    assert {(goal.person, goal.target) for goal in Goal.objects.all()} == {(None, 3000), (cast.alice, 2000)}
    assert Alignment.objects.count() == 2
    assert Notification.objects.filter(kind="goals.set", person=cast.alice).count() == 1


def test_one_wrong_cell_saves_nothing_and_says_what_is_wrong_there(cast: Cast, sign_in: SignIn) -> None:
    values = lines(cast, north_target="3000", alice_target="2000", alice_commit_value="2001")
    response = sign_in("bob").post(address(cast), values)
    page = response.content.decode()
    assert response.status_code == 422 and not Goal.objects.exists()
    assert page.count("What is committed cannot be beyond the target.") == 1
    assert 'value="3000"' in page and 'value="2001"' in page


@pytest.mark.parametrize(("cell", "words"), [("abc", "Enter a number."), ("", "Enter what is to be reached.")])
def test_a_cell_that_is_no_number_is_told_beside_it(cast: Cast, sign_in: SignIn, cell: str, words: str) -> None:
    response = sign_in("bob").post(address(cast), lines(cast, alice_target=cell, alice_baseline="1"))
    assert response.status_code == 422 and words in response.content.decode()


def test_goals_that_exist_are_revised_with_a_reason_and_stale_ones_are_told(cast: Cast, sign_in: SignIn) -> None:
    goal = make_goal(cast.alice)
    bob = sign_in("bob")
    changed = lines(cast, alice_target="1200", alice_version="1")
    without = bob.post(address(cast), changed)
    assert without.status_code == 422 and "Say why" in without.content.decode()
    assert bob.post(address(cast), {**changed, "reason": "Strategy"}).status_code == 302
    assert Revision.objects.get().after == {"target": "1200"}
    late = bob.post(address(cast), {**lines(cast, alice_target="900", alice_version="1"), "reason": "Late"})
    assert late.status_code == 422 and "Target from $1,000 to $1,200" in late.content.decode()
    goal.refresh_from_db()
    assert goal.target == Decimal(1200)


def test_percentages_are_entered_as_such(cast: Cast, sign_in: SignIn) -> None:
    values = lines(cast, alice_baseline="50", alice_target="62.5")
    assert sign_in("bob").post(address(cast, metric="win_rate"), values).status_code == 302
    assert Goal.objects.get().target == Decimal("0.625")


@pytest.mark.parametrize("query", [{"metric": "%00"}, {"starts_on": "0001-01-01"}, {"ends_before": "2026-01-01"}])
def test_nonsense_in_the_query_shows_the_running_quarter(cast: Cast, sign_in: SignIn, query: dict[str, str]) -> None:
    assert sign_in("bob").get(address(cast, **query)).status_code == 200
