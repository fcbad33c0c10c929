"""Goals in the API: the same rules as on the pages."""

from decimal import Decimal

import pytest

from goals.models import CheckIn, Goal, Revision
from tests.api.calls import problem_of, program
from tests.api.test_description import answers_as_documented
from tests.cast import NOW, Cast
from tests.goals.access import DAYS
from tests.goals.build import make_goal

pytestmark = pytest.mark.django_db
NEW = {"name": "Win more", "metric": "win_rate", "baseline": "0.5", "target": "0.6"}
SENT = {name: day.isoformat() for name, day in DAYS.items()}


def test_answers_fit_their_description(cast: Cast) -> None:
    goal = make_goal(cast.alice, **DAYS)
    CheckIn.objects.create(goal=goal, on=DAYS["starts_on"], note="Fine", created_at=NOW, by=cast.alice)
    answers_as_documented(cast, "/api/v1/goals", "/api/v1/goals")
    answers_as_documented(cast, f"/api/v1/goals/{goal.pk}", "/api/v1/goals/{goal_id}")
    answers_as_documented(cast, f"/api/v1/goals/{goal.pk}/check-ins", "/api/v1/goals/{goal_id}/check-ins")


def test_a_goal_is_set_read_and_revised_with_its_tag(cast: Cast) -> None:
    bob = program(cast, "bob")
    made = bob.send("POST", "/api/v1/goals", {**NEW, **SENT, "person_id": cast.alice.pk})
    assert made.status_code == 201, made.json()
    goal = Goal.objects.get()
    assert (made.json()["target"], made.json()["unit"], made.json()["state"]["status"]) == ("0.6", "ratio", "no_figure")
    address = f"/api/v1/goals/{goal.pk}"
    change = {"target": "0.65", "reason": "Strategy"}
    assert problem_of(bob.send("PATCH", address, change))["code"] == "state_not_named"
    tag = bob.get(address).headers["ETag"]
    assert bob.send("PATCH", address, change, **{"If-Match": tag}).status_code == 200
    late = bob.send("PATCH", address, {**change, "target": "0.7"}, **{"If-Match": tag})
    assert problem_of(late)["code"] == "changed_meanwhile"
    assert Revision.objects.get().after == {"target": "0.65"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"target": "0.4"}, "target"),
        ({"limits": [{"by": "region", "value": "Nowhere"}]}, "limit_value"),
        ({"person_id": None, "team_id": None}, "person_id"),
        ({"metric": "speed"}, "metric"),
    ],
)
def test_what_is_wrong_is_told_by_field(cast: Cast, changes: dict[str, object], field: str) -> None:
    sent = {**NEW, **SENT, "person_id": cast.alice.pk, **changes}
    answer = program(cast, "bob").send("POST", "/api/v1/goals", {k: v for k, v in sent.items() if v is not None})
    assert answer.status_code == 422
    assert [each["field"] for each in problem_of(answer)["errors"]] == [field]


def test_a_peer_reads_no_private_note_and_lists_filter(cast: Cast) -> None:
    goal = make_goal(cast.bob, kind="manual", target=Decimal(5), **DAYS)
    make_goal(cast.carol, **DAYS)
    CheckIn.objects.create(goal=goal, on=DAYS["starts_on"], note="Fine", private_note="Secret", created_at=NOW)
    alice = program(cast, "alice")
    assert "Secret" not in alice.get(f"/api/v1/goals/{goal.pk}/check-ins").content.decode()
    assert [row["id"] for row in alice.get("/api/v1/goals?when=running").json()["results"]] == [goal.pk]
    assert alice.get(f"/api/v1/goals?person={cast.alice.pk}").json()["results"] == []
