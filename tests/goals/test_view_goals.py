"""Goals on pages: what the team sees, what stays private, and forms that say what is wrong beside the field."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.models import CustomField, CustomValue
from goals.models import Alignment, CheckIn, Goal, Revision
from metrics.services import rollups_recompute
from tests.cast import NOW, Cast
from tests.crm.access import make_deal, make_field
from tests.goals.build import align, make_goal, make_objective

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
TODAY = timezone.localdate()
FIRST, LAST = TODAY - timedelta(days=30), TODAY + timedelta(days=60)
DAYS = {"starts_on": FIRST, "ends_before": LAST}


def form(**values: Any) -> dict[str, Any]:
    return {
        "name": "Win the north",
        "kind": "metric",
        "metric": "revenue",
        "unit": "number",
        "direction": "higher",
        "target": "1000",
        "rolls_up_by": "own",
        "starts_on": FIRST.isoformat(),
        "ends_before": LAST.isoformat(),
        "cadence": "weekly",
        "pace": "working_days",
        **values,
    }


def text(client: Client, address: str, status: int = 200, **query: Any) -> str:
    response = client.get(address, query)
    assert response.status_code == status
    return str(response.content.decode())


def test_the_page_of_a_goal_shows_value_pace_and_five_parts(cast: Cast, sign_in: SignIn) -> None:
    make_deal("A1", cast.alice, amount=Decimal(1250), closed_on=TODAY - timedelta(days=1))
    rollups_recompute(organization_id=cast.organization.pk)
    goal = make_goal(cast.alice, specific="New logos", commit_value=Decimal(800), stretch_value=Decimal(1500), **DAYS)
    page = text(sign_in("alice"), f"/goals/{goal.pk}/")
    for words in (
        "$1,250",
        "125.0%",
        "Met",
        "expected by now",
        "Time-bound",
        "New logos",
        "commit $800",
        "stretch $1,500",
    ):
        assert words in page, words


def test_a_peer_reads_the_note_and_not_the_private_one(cast: Cast, sign_in: SignIn) -> None:
    goal = make_goal(cast.alice, **DAYS)
    said = {"on": TODAY, "note": "Going well", "private_note": "I may leave", "by": cast.alice, "created_at": NOW}
    CheckIn.objects.create(goal=goal, **said)
    bobs = make_goal(cast.bob, **DAYS)
    CheckIn.objects.create(goal=bobs, **{**said, "by": cast.bob})
    assert "I may leave" in text(sign_in("bob"), f"/goals/{goal.pk}/")
    peer = text(sign_in("alice"), f"/goals/{bobs.pk}/")
    assert "Going well" in peer and "I may leave" not in peer
    assert "I may leave" not in text(sign_in("dana"), f"/goals/{goal.pk}/")


def test_a_manager_sets_a_goal_by_its_five_parts(cast: Cast, sign_in: SignIn) -> None:
    objective = make_objective(**DAYS)
    values = form(holder=f"person:{cast.alice.pk}", parent=f"objective:{objective.pk}", weight="2.5", target="1,500.50")
    response = sign_in("bob").post("/goals/add/", values)
    assert response.status_code == 302, response.content.decode()
    goal = Goal.objects.get()
    assert (goal.person, goal.target, goal.unit) == (cast.alice, Decimal("1500.50"), "money")
    assert Alignment.objects.get().weight == Decimal("2.5")


def test_percentages_are_entered_as_such(cast: Cast, sign_in: SignIn) -> None:
    values = form(holder=f"person:{cast.alice.pk}", metric="win_rate", baseline="50", target="62.5")
    assert sign_in("bob").post("/goals/add/", values).status_code == 302
    goal = Goal.objects.get()
    assert (goal.baseline, goal.target) == (Decimal("0.5"), Decimal("0.625"))
    assert 'value="62.5"' in text(sign_in("bob"), f"/goals/{goal.pk}/revise/")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"target": ""}, "Enter what is to be reached."),
        ({"target": "many"}, "Enter a number."),
        ({"metric": ""}, "Choose the metric that measures it."),
        ({"ends_before": FIRST.isoformat()}, "The end must come after the start."),
        ({"commit_value": "2000"}, "What is committed cannot be beyond the target."),
        ({"limit_by": "region", "limit_value": "Nowhere"}, "Nothing is called “Nowhere”."),
        ({"limit_by": "type", "limit_value": "call"}, "Nothing is called “call”."),
        ({"metric": "activities", "limit_by": "stage", "limit_value": "won"}, "cannot be limited by this"),
        ({"kind": "milestones", "milestones": ""}, "Name at least one milestone"),
        ({"holder": "person:999999999"}, "Select a valid choice"),
        ({"name": "x" * 201}, "at most 200 characters"),
        ({"weight": "1e400"}, "Ensure"),
    ],
)
def test_bad_input_is_told_beside_its_field(cast: Cast, sign_in: SignIn, changes: dict[str, str], words: str) -> None:
    response = sign_in("bob").post("/goals/add/", form(**{"holder": f"person:{cast.alice.pk}", **changes}))
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Goal.objects.exists()


def test_a_revision_shows_the_old_value_and_is_acknowledged(cast: Cast, sign_in: SignIn) -> None:
    goal = make_goal(cast.alice, **DAYS)
    bob, alice = sign_in("bob"), sign_in("alice")
    values = form(name=goal.name, target="1200", reason="The market grew", version="1", cadence="fortnightly")
    assert bob.post(f"/goals/{goal.pk}/revise/", values).status_code == 302
    page = text(alice, f"/goals/{goal.pk}/")
    assert "Target from $1,000 to $1,200" in page and "The market grew" in page and "I have read it" in page
    assert "was revised" in text(alice, "/goals/")
    revision = Revision.objects.get()
    assert alice.post(f"/goals/revisions/{revision.pk}/acknowledge/").status_code == 302
    assert "I have read it" not in text(alice, f"/goals/{goal.pk}/")


def test_the_second_of_two_who_revise_reads_both_values_and_may_send_it_again(cast: Cast, sign_in: SignIn) -> None:
    goal = make_goal(cast.alice, **DAYS)
    values = form(name=goal.name, reason="Why not", version="1", cadence="fortnightly")
    assert sign_in("bob").post(f"/goals/{goal.pk}/revise/", {**values, "target": "1200"}).status_code == 302
    dana = sign_in("dana")
    response = dana.post(f"/goals/{goal.pk}/revise/", {**values, "target": "900"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "Target from $1,000 to $1,200" in page and "Target $900" in page
    assert 'name="version" value="2"' in page and 'value="900"' in page
    assert dana.post(f"/goals/{goal.pk}/revise/", {**values, "target": "900", "version": "2"}).status_code == 302
    goal.refresh_from_db()
    assert goal.target == 900


def test_the_owner_asks_and_the_manager_decides(cast: Cast, sign_in: SignIn) -> None:
    goal = make_goal(cast.alice, **DAYS)
    alice, bob = sign_in("alice"), sign_in("bob")
    asked = {
        "target": "800",
        "starts_on": FIRST.isoformat(),
        "ends_before": LAST.isoformat(),
        "reason": "Four weeks away",
    }
    assert alice.post(f"/goals/{goal.pk}/request/", asked).status_code == 302
    assert "A change of" in text(bob, "/goals/")
    request = goal.requests.get()
    address = f"/goals/requests/{request.pk}/"
    assert "Target from $1,000 to $800" in text(bob, address)
    assert bob.post(address, {"decision": "refuse", "version": "1"}).status_code == 422
    assert bob.post(address, {"decision": "approve", "version": "1"}).status_code == 302
    goal.refresh_from_db()
    assert goal.target == 800


def test_check_in_by_the_form(cast: Cast, sign_in: SignIn) -> None:
    goal = make_goal(cast.alice, kind="manual", target=Decimal(10), **DAYS)
    values = {"on": TODAY.isoformat(), "value": "4", "confidence": "medium", "note": "Slow", "private_note": "Tired"}
    assert sign_in("alice").post(f"/goals/{goal.pk}/check-in/", values).status_code == 302
    page = text(sign_in("bob"), f"/goals/{goal.pk}/")
    assert "Slow" in page and "Private: Tired" in page and "40.0%" in page and "Unsure" in page


def test_aligned_goals_of_other_teams_are_titles_without_a_way_in(cast: Cast, sign_in: SignIn) -> None:
    carols, goal = make_goal(cast.carol, "Grow the south", **DAYS), make_goal(cast.alice, **DAYS)
    align(goal, carols)
    page = text(sign_in("alice"), f"/goals/{goal.pk}/")
    assert "Grow the south" in page and f"/goals/{carols.pk}/" not in page
    text(sign_in("alice"), f"/goals/{carols.pk}/", status=404)


def test_the_reason_says_what_is_counted_and_leads_to_the_rows(cast: Cast, sign_in: SignIn) -> None:
    make_deal("A1", cast.alice, amount=Decimal(500), closed_on=TODAY)
    rollups_recompute(organization_id=cast.organization.pk)
    goal = make_goal(cast.alice, **DAYS)
    page = text(sign_in("alice"), f"/goals/{goal.pk}/why/")
    assert "$500" in page and "See the rows behind it" in page
    bobs = make_goal(cast.bob, **DAYS)
    assert "See the rows behind it" not in text(sign_in("alice"), f"/goals/{bobs.pk}/why/")  # a peer


def test_live_help_says_how_often_a_target_was_reached(cast: Cast, sign_in: SignIn) -> None:
    first = TODAY.replace(month=(TODAY.month - 1) // 3 * 3 + 1, day=1)
    quarter = {"starts_on": first.isoformat(), "ends_before": (first + timedelta(days=92)).replace(day=1).isoformat()}
    day = first
    for n in range(8):
        day = (day - timedelta(days=1)).replace(day=1)
        day = day.replace(month=(day.month - 1) // 3 * 3 + 1)
        make_deal(f"A{n}", cast.alice, amount=Decimal(100 * (n + 1)), closed_on=day)
    rollups_recompute(organization_id=cast.organization.pk)
    query = {"holder": f"person:{cast.alice.pk}", "kind": "metric", "metric": "revenue", "target": "700", **quarter}
    page = text(sign_in("bob"), "/goals/ambition/", **query)
    assert "reached in 2 of the last 8 quarters" in page and "Ambitious" in page
    assert "Choose whose goal it is" in text(sign_in("carol"), "/goals/ambition/", **query)


def test_another_organization_finds_nothing(cast: Cast, sign_in: SignIn) -> None:
    goal = make_goal(cast.alice, **DAYS)
    for address in ("", "why/", "revise/", "check-in/", "request/", "withdraw/"):
        text(sign_in("mallory"), f"/goals/{goal.pk}/{address}", status=404)


def test_lists_are_running_to_come_or_over(cast: Cast, sign_in: SignIn) -> None:
    make_goal(cast.alice, "Goes on", **DAYS)
    make_goal(cast.alice, "Comes later", starts_on=LAST, ends_before=LAST + timedelta(days=9))
    make_goal(cast.alice, "Is over", starts_on=FIRST - timedelta(days=9), ends_before=FIRST)
    client = sign_in("alice")
    for when, name in (("running", "Goes on"), ("coming", "Comes later"), ("past", "Is over"), ("%00", "Goes on")):
        page = text(client, f"/goals/?when={when}")
        assert [each for each in ("Goes on", "Comes later", "Is over") if each in page] == [name]


def test_a_goal_limited_by_a_field_that_is_off_keeps_its_limit_and_its_figure(cast: Cast, sign_in: SignIn) -> None:
    field = make_field("Segment")
    for name, segment, amount in [("A1", "SMB", 300), ("A2", "Enterprise", 500)]:
        deal = make_deal(name, cast.alice, amount=Decimal(amount), closed_on=TODAY - timedelta(days=1))
        CustomValue.objects.create(field=field, opportunity=deal, text=segment)
    rollups_recompute(organization_id=cast.organization.pk)
    limit = {"by": "custom_segment", "values": ["SMB"], "text": "SMB"}
    goal, client = make_goal(cast.alice, filters=[limit], **DAYS), sign_in("bob")
    assert "$300" in text(client, f"/goals/{goal.pk}/")
    CustomField.objects.update(is_off=True)
    page = text(client, f"/goals/{goal.pk}/")
    assert "$300" in page and "Segment: SMB" in page
    assert "Segment" not in text(client, "/goals/add/")
    values = form(limit_by="custom_segment", limit_value="SMB", target="900", reason="More", version=str(goal.version))
    answer = client.post(f"/goals/{goal.pk}/revise/", values)
    assert answer.status_code == 302, answer.content.decode()
    goal.refresh_from_db()
    assert (goal.target, goal.filters) == (Decimal(900), [limit])
    new = form(holder=f"person:{cast.alice.pk}", limit_by="custom_segment", limit_value="SMB")
    assert client.post("/goals/add/", new).status_code == 422
