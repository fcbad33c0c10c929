"""Help, templates, carrying over and many targets in the browser, in the API and by command."""

import json
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from goals.models import BulkRevision, Goal, GoalTemplate, HelpOffer, Objective
from goals.services.templates import template_create
from tests.cast import NOW, Cast
from tests.goals.aligning import make_goal

TODAY = timezone.localdate()
ENDED = {"starts_on": TODAY - timedelta(days=120), "ends_before": TODAY - timedelta(days=30)}
RUNNING = {"starts_on": TODAY - timedelta(days=30), "ends_before": TODAY + timedelta(days=60)}
NEXT = {"starts_on": TODAY.isoformat(), "ends_before": (TODAY + timedelta(days=90)).isoformat()}


def run(command: str, *arguments: Any, **options: Any) -> Any:
    out = StringIO()
    call_command(command, *arguments, organization="acme", format="json", stdout=out, **options)
    return json.loads(out.getvalue())


def test_help_goes_back_and_forth_in_the_browser(cast: Cast) -> None:
    goal = make_goal(cast.bob, "Bob grows", **RUNNING)
    alice, bob = cast.client("alice"), cast.client("bob")
    assert "Offer help" in alice.get("/alignment/").content.decode()
    assert alice.post(f"/goals/{goal.pk}/help/", {"note": ""}).status_code == 422
    assert alice.post(f"/goals/{goal.pk}/help/", {"note": "I know how"}).status_code == 302
    assert "already" in alice.post(f"/goals/{goal.pk}/help/", {"note": "Again"}).content.decode()
    offer = HelpOffer.objects.get()
    assert "I know how" in bob.get(f"/help/{offer.pk}/").content.decode()
    for _click in range(2):
        bob.post(f"/help/{offer.pk}/accept/")
    assert bob.post(f"/help/{offer.pk}/thanks/", {"thanks": "That won it"}).status_code == 302
    assert "That won it" in alice.get("/help/").content.decode()
    assert "I know how" not in cast.client("carol").get("/help/").content.decode()


TEMPLATE = {
    "name": "Ten demos",
    "kind": "manual",
    "unit": "count",
    "direction": "higher",
    "target": "10",
    "commit_ratio": "90",
    "length": "quarter",
    "cadence": "weekly",
    "pace": "working_days",
}


def test_operations_keeps_the_library_and_a_manager_uses_it_for_the_whole_team(cast: Cast) -> None:
    dana, bob = cast.client("dana"), cast.client("bob")
    assert dana.post("/goals/templates/new/", TEMPLATE).status_code == 302
    template = GoalTemplate.objects.get()
    assert template.commit_ratio == Decimal("0.9")
    sent = {"holder": f"everybody:{cast.north.pk}", "target": "12", **NEXT}
    answer = bob.post(f"/goals/templates/{template.pk}/", sent)
    assert answer.status_code == 302, answer.content.decode()
    assert sorted(Goal.objects.values_list("person__name", "target")) == [("Alice Ames", 12), ("Bob Brand", 12)]
    assert dana.post(f"/goals/templates/{template.pk}/change/", {**TEMPLATE, "name": "Demos"}).status_code == 302
    assert dana.post(f"/goals/templates/{template.pk}/retire/").status_code == 302
    assert bob.get(f"/goals/templates/{template.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("commit_ratio", "110", "cannot be beyond the target"),
        ("stretch_ratio", "80", "must be beyond the target"),
        ("kind", "metric", "Choose the metric"),
        ("kind", "milestones", "Name at least one milestone"),
        ("target", "many", "Enter a number"),
        ("name", "", "required"),
    ],
)
def test_a_template_that_contradicts_itself_is_refused(cast: Cast, field: str, value: str, message: str) -> None:
    answer = cast.client("dana").post("/goals/templates/new/", {**TEMPLATE, field: value})
    assert answer.status_code == 422
    assert message in answer.content.decode()


def test_a_rep_uses_a_template_for_themselves_only(cast: Cast) -> None:
    template = template_create(viewer=cast.viewer("dana"), at=NOW, name="Ten", kind="manual", target=Decimal(10))
    alice = cast.client("alice")
    sent = {"holder": f"person:{cast.alice.pk}", "target": "10", **NEXT}
    answer = alice.post(f"/goals/templates/{template.pk}/", sent)
    assert answer["Location"] == f"/goals/{Goal.objects.get().pk}/"
    for holder in (f"person:{cast.bob.pk}", f"everybody:{cast.north.pk}", "nonsense"):
        assert alice.post(f"/goals/templates/{template.pk}/", {**sent, "holder": holder}).status_code == 422


def test_what_was_missed_is_ticked_and_goes_on_in_one_step(cast: Cast) -> None:
    missed = make_goal(cast.alice, "Missed", **ENDED)
    met = make_goal(cast.alice, "Done", **ENDED)
    met.check_ins.create(on=ENDED["starts_on"], value=100, created_at=NOW)
    bob = cast.client("bob")
    shown = bob.get("/goals/carry/").content.decode()
    assert f'value="{missed.pk}" checked' in shown
    assert f'value="{met.pk}" checked' not in shown
    assert bob.post("/goals/carry/", {**NEXT, "targets": "as_before"}).status_code == 422
    answer = bob.post("/goals/carry/", {**NEXT, "targets": "as_before", "goal": missed.pk})
    assert answer.status_code == 302
    assert Goal.objects.get(carried_from=missed).person == cast.alice
    again = bob.post("/goals/carry/", {**NEXT, "targets": "as_before", "goal": missed.pk})
    assert again.status_code == 422


def test_many_targets_are_tried_out_changed_and_taken_back(cast: Cast) -> None:
    goal = make_goal(cast.alice, "Alice grows", **RUNNING)
    dana = cast.client("dana")
    sent = {"goal": goal.pk, "rule": "factor", "value": "1.5", "reason": "New market"}
    shown = dana.post("/goals/together/", {**sent, "step": "preview"}).content.decode()
    assert "1 target would change" in shown
    assert "150" in shown
    goal.refresh_from_db()
    assert goal.target == 100
    answer = dana.post("/goals/together/", {**sent, "step": "apply", f"version_{goal.pk}": "1"})
    goal.refresh_from_db()
    assert goal.target == 150
    assert "New market" in dana.get(answer["Location"]).content.decode()
    dana.post(f"{answer['Location']}undo/")
    goal.refresh_from_db()
    assert goal.target == 100
    assert "Taken back" in dana.get("/goals/together/").content.decode()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"value": ""}, "required"),
        ({"value": "0"}, "more than 0"),
        ({"reason": ""}, "required"),
        ({"goal": ""}, "at least one goal"),
        ({"goal": "²"}, "at least one goal"),
        ({"step": "apply"}, "changed while you had it open"),
    ],
)
def test_what_cannot_be_changed_says_why_and_changes_nothing(cast: Cast, change: dict, message: str) -> None:
    goal = make_goal(cast.alice, **RUNNING)
    sent = {"goal": goal.pk, "rule": "factor", "value": "2", "reason": "More", "step": "preview", **change}
    answer = cast.client("dana").post("/goals/together/", sent)
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not BulkRevision.objects.exists()


def test_goals_of_another_manager_are_not_to_choose_from(cast: Cast) -> None:
    carols = make_goal(cast.carol, "Carol grows", **RUNNING)
    bob = cast.client("bob")
    assert "Carol grows" not in bob.get("/goals/together/").content.decode()
    sent = {"goal": carols.pk, "rule": "factor", "value": "2", "reason": "More", "step": "apply"}
    assert bob.post("/goals/together/", sent).status_code == 422


# --- API --------------------------------------------------------------------------------------------------------------


def test_an_objective_lives_in_the_api(cast: Cast) -> None:
    erin = cast.client("erin")
    sent = {"name": "Grow", "kind": "manual", "target": "10", "starts_on": "2026-01-01", "ends_before": "2090-01-01"}
    made = erin.post("/api/v1/objectives", sent, content_type="application/json")
    assert made.status_code == 201, made.content
    place = f"/api/v1/objectives/{made.json()['id']}"
    assert cast.client("alice").get(place).status_code == 404
    assert erin.post(f"{place}/publish").json()["published_at"]
    erin.post(f"{place}/check-ins", {"value": "4"}, content_type="application/json")
    assert cast.client("alice").get(place).json()["state"]["progress"] == "0.4"
    assert cast.client("alice").post(f"{place}/readers").json()["is_read"] is True
    tag = erin.get(place)["ETag"]
    change = {"target": "20", "reason": "More"}
    patched = erin.patch(place, change, content_type="application/json", headers={"If-Match": tag})
    assert patched.json()["target"] == "20"
    late = erin.patch(place, change, content_type="application/json", headers={"If-Match": tag})
    assert late.status_code == 412
    tree = erin.get("/api/v1/alignment").json()
    assert [(node["name"], node["state"]["progress"]) for node in tree["nodes"]] == [("Grow", "0.2")]
    assert {gap["kind"] for gap in tree["gaps"]} >= {"no_owner", "no_goals"}


def test_many_goals_live_in_the_api(cast: Cast) -> None:
    goal = make_goal(cast.alice, **RUNNING)
    ended = make_goal(cast.alice, "Ended", **ENDED)
    dana = cast.client("dana")
    sent = {"goal_ids": [goal.pk], "rule": "amount", "value": "5", "reason": "More", "is_dry_run": True}
    tried = dana.post("/api/v1/goals/bulk-revisions", sent, content_type="application/json").json()
    assert (tried["id"], tried["lines"][0]["after"]) == (None, "105")
    sent["is_dry_run"] = False
    done = dana.post("/api/v1/goals/bulk-revisions", sent, content_type="application/json").json()
    undone = dana.post(f"/api/v1/goals/bulk-revisions/{done['id']}/undo").json()
    assert undone == {"restored": [goal.pk], "left": []}
    carry = {"goal_ids": [ended.pk], "targets": {str(ended.pk): "70"}, **NEXT}
    made = dana.post("/api/v1/goals/carry-over", carry, content_type="application/json").json()
    assert Goal.objects.get(pk=made["goal_ids"][0]).target == 70
    wrong = dana.post("/api/v1/goals/carry-over", {**carry, "targets": {"x": "1"}}, content_type="application/json")
    assert wrong.status_code == 422
    sent = {"name": "Demos", "kind": "manual", "target": "10"}
    template = dana.post("/api/v1/goal-templates", sent, content_type="application/json").json()
    use = {"everybody_in_team_id": cast.north.pk, **NEXT}
    used = dana.post(f"/api/v1/goal-templates/{template['id']}/use", use, content_type="application/json")
    assert len(used.json()["goal_ids"]) == 2


# --- commands ---------------------------------------------------------------------------------------------------------


def test_objectives_by_command(cast: Cast) -> None:
    days = {"starts_on": TODAY, "ends_before": TODAY + timedelta(days=400)}
    made = run("objectives", "add", name="Grow", target=Decimal(10), owner="Erin East", **days)
    run("objectives", "publish", made["objective"])
    run("objectives", "check-in", made["objective"], value=Decimal(5))
    [row] = run("objectives", "list")["objectives"]
    assert (row["stage"], row["progress"], row["asked"], row["read"]) == ("published", "0.5", 11, 0)
    assert {each["read_at"] for each in run("objectives", "readers", made["objective"])["readers"]} == {None}
    assert run("alignment", person="Erin East")["tree"][0]["progress"] == "0.5"
    run("objectives", "withdraw", made["objective"])
    assert Objective.objects.get().withdrawn_at
    with pytest.raises(CommandError, match="by its id"):
        run("objectives", "publish", 999)
    with pytest.raises(CommandError, match="Say --name"):
        run("objectives", "add")


def test_many_goals_by_command(cast: Cast) -> None:
    goal = make_goal(cast.alice, **RUNNING)
    make_goal(cast.carol, **RUNNING)
    tried = run("goals_together", "revise", team="North", factor=Decimal(2), dry_run=True)
    assert [(line["goal"], Decimal(line["after"])) for line in tried["lines"]] == [(goal.pk, 200)]
    done = run("goals_together", "revise", team="North", factor=Decimal(2), reason="More")
    goal.refresh_from_db()
    assert goal.target == 200
    assert run("goals_together", "undo", done["id"]) == {"restored": [goal.pk], "left": []}
    ended = make_goal(cast.alice, "Ended", **ENDED)
    days = {"starts_on": TODAY, "ends_before": TODAY + timedelta(days=90)}
    assert len(run("goals_together", "carry", person="Alice Ames", **days)["goals"]) == 1
    assert Goal.objects.filter(carried_from=ended).exists()
    template_create(viewer=None, at=NOW, name="Ten", kind="manual", target=Decimal(10))
    assert len(run("goals_together", "use-template", template="ten", team="North", **days)["goals"]) == 2
    with pytest.raises(CommandError, match="There is no template"):
        run("goals_together", "use-template", template="none", team="North", **days)
    with pytest.raises(CommandError, match="Say --factor"):
        run("goals_together", "revise")
