"""Goals are set, revised with a reason, asked to be changed; nobody overwrites what they have not seen."""

import threading
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from goals.models import ChangeRequest, Goal, Milestone, Revision, RevisionNotice
from goals.policies import goals
from goals.services.follow_up import change_decide, change_request, change_withdraw, goal_check_in
from goals.services.goals import (
    Step,
    goal_align,
    goal_create,
    goal_revise,
    goal_withdraw,
    revision_acknowledge,
)
from people.models import AuditEntry
from people.wall import tenant
from tests.cast import NOW, Cast
from tests.goals.build import align, make_goal, make_objective

pytestmark = pytest.mark.django_db
VALUES: dict[str, Any] = {
    "name": "Win the north",
    "kind": "metric",
    "metric": "revenue",
    "target": Decimal(1000),
    "starts_on": date(2026, 4, 1),
    "ends_before": date(2026, 7, 1),
}


def revise(cast: Cast, who: str, goal: Goal, version: int = 1, **values: Any) -> Revision | None:
    return goal_revise(viewer=cast.viewer(who), goal=goal, at=NOW, version=version, reason="Strategy", **values)


def test_a_manager_sets_a_goal_and_its_unit_and_direction_are_the_catalogues(cast: Cast) -> None:
    values = {**VALUES, "metric": "cycle_days_mean", "baseline": Decimal(60), "target": Decimal(45)}
    goal = goal_create(viewer=cast.viewer("bob"), at=NOW, person=cast.alice, **values)
    assert (goal.unit, goal.direction, goal.created_by) == ("days", "lower", cast.bob)
    assert AuditEntry.objects.filter(action="goal_create", subject_id=goal.pk).exists()


def test_a_second_click_sets_no_second_goal(cast: Cast) -> None:
    goal_create(viewer=cast.viewer("bob"), at=NOW, person=cast.alice, **VALUES)
    with pytest.raises(ValidationError, match="already"), transaction.atomic():
        goal_create(viewer=cast.viewer("bob"), at=NOW, person=cast.alice, **VALUES)
    assert Goal.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_before": date(2026, 4, 1)}, "ends_before"),
        ({"ends_before": date(2036, 4, 1)}, "ends_before"),
        ({"metric": "nothing"}, "metric"),
        ({"target": Decimal(0)}, "target"),
        ({"baseline": Decimal(2000)}, "target"),
        ({"commit_value": Decimal(1001)}, "commit_value"),
        ({"stretch_value": Decimal(999)}, "stretch_value"),
        ({"metric": "cycle_days_mean"}, "baseline"),
        ({"kind": "milestones"}, "milestones"),
    ],
)
def test_what_contradicts_itself_is_told_beside_its_field(cast: Cast, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused, transaction.atomic():
        goal_create(viewer=cast.viewer("bob"), at=NOW, person=cast.alice, **{**VALUES, **changes})
    assert list(refused.value.error_dict) == [field]


@pytest.mark.parametrize(
    ("who", "holder", "may"),
    [
        ("alice", "alice", True),
        ("alice", "bob", False),
        ("alice", "north", False),
        ("bob", "alice", True),
        ("bob", "north", True),
        ("bob", "carol", False),
        ("bob", "south", False),
        ("dell", "alice", True),
        ("otto", "alice", True),
        ("otto", "carol", False),
        ("dana", "carol", True),
        ("erin", "carol", False),
        ("finn", "carol", False),
    ],
)
def test_who_may_set_a_goal_for_whom(cast: Cast, who: str, holder: str, may: bool) -> None:
    held = {"team" if holder in cast.teams else "person": getattr(cast, holder)}
    if may:
        assert goal_create(viewer=cast.viewer(who), at=NOW, **held, **VALUES).pk
    else:
        with pytest.raises(PermissionDenied), transaction.atomic():
            goal_create(viewer=cast.viewer(who), at=NOW, **held, **VALUES)


@pytest.mark.parametrize("action", ["view", "title", "private", "change", "check_in", "request", "help"])
def test_the_list_and_the_single_goal_agree(cast: Cast, action: str) -> None:
    found = [make_goal(who) for who in (cast.alice, cast.bob, cast.carol, cast.north, cast.south)]
    align(found[2], make_objective())
    for name in ("alice", "bob", "carol", "dana", "finn", "erin", "otto", "dell", "hana"):
        viewer = cast.viewer(name)
        listed = set(goals.visible(viewer, action).values_list("pk", flat=True))
        assert listed == {goal.pk for goal in found if goals.can(viewer, action, goal)}


def test_a_peer_sees_the_goal_and_not_the_private_note_and_nobody_changes_their_own(cast: Cast) -> None:
    goal, bobs = make_goal(cast.alice), make_goal(cast.bob)
    assert goals.can(cast.viewer("alice"), "view", bobs)
    assert not goals.can(cast.viewer("alice"), "private", bobs)
    assert goals.can(cast.viewer("bob"), "private", goal)
    assert not goals.can(cast.viewer("dana"), "private", goal)
    assert not goals.can(cast.viewer("alice"), "change", goal)
    assert not goals.can(cast.viewer("bob"), "change", bobs)
    assert not goals.can(cast.viewer("carol"), "title", goal)
    align(goal, make_objective())
    assert goals.can(cast.viewer("carol"), "title", goal) and not goals.can(cast.viewer("carol"), "view", goal)


def test_a_revision_keeps_the_old_value_and_tells_the_owner_and_owners_of_aligned_goals(cast: Cast) -> None:
    goal, below = make_goal(cast.alice), make_goal(cast.carol)
    align(below, goal)
    revision = revise(cast, "bob", goal, target=Decimal(1200))
    assert revision is not None
    assert (revision.before, revision.after, revision.version) == ({"target": "1000"}, {"target": "1200"}, 2)
    told = {notice.person: notice.is_owner for notice in revision.notices.all()}
    assert told == {cast.alice: True, cast.carol: False}
    revision_acknowledge(viewer=cast.viewer("alice"), revision=revision, at=NOW)
    assert RevisionNotice.objects.get(person=cast.alice).acknowledged_at == NOW
    with pytest.raises(PermissionDenied):
        revision_acknowledge(viewer=cast.viewer("bob"), revision=revision, at=NOW)


def test_nothing_changed_makes_no_revision_and_a_change_needs_a_reason(cast: Cast) -> None:
    goal = make_goal(cast.alice)
    assert revise(cast, "bob", goal, target=Decimal("1000.00")) is None
    with pytest.raises(ValidationError):
        goal_revise(viewer=cast.viewer("bob"), goal=goal, at=NOW, version=1, reason=" ", target=Decimal(2))


def test_whoever_comes_second_is_told_both_values_and_loses_nothing(cast: Cast) -> None:
    goal = make_goal(cast.alice)
    revise(cast, "bob", goal, target=Decimal(1200))
    with pytest.raises(ValidationError) as refused:
        revise(cast, "dana", goal, target=Decimal(900))
    text = refused.value.messages[0]
    assert "Bob Brand" in text and "$1,200" in text and "$900" in text and refused.value.params == {"version": 2}
    goal.refresh_from_db()
    assert goal.target == 1200
    assert revise(cast, "dana", goal, version=2, target=Decimal(900)) is not None
    assert [each.before["target"] for each in Revision.objects.order_by("version")] == ["1000", "1200"]


def test_a_revision_is_kept_for_good(cast: Cast) -> None:
    revision = revise(cast, "bob", make_goal(cast.alice), target=Decimal(1200))
    assert revision is not None
    for change in (revision.delete, lambda: Revision.objects.update(reason="Other")):
        with pytest.raises(Exception, match=r"Cannot (delete|update)"), transaction.atomic():
            change()


def test_an_owner_asks_and_the_manager_approves_or_refuses(cast: Cast) -> None:
    goal = make_goal(cast.alice)
    alice, bob = cast.viewer("alice"), cast.viewer("bob")
    request = change_request(viewer=alice, goal=goal, at=NOW, reason="Leave", wanted={"target": Decimal(800)})
    with pytest.raises(ValidationError), transaction.atomic():  # one at a time
        change_request(viewer=alice, goal=goal, at=NOW, reason="Again", wanted={"target": Decimal(700)})
    with pytest.raises(PermissionDenied):
        change_decide(viewer=alice, request=request, at=NOW, is_approved=True, version=1)
    with pytest.raises(ValidationError):  # a refusal says why
        change_decide(viewer=bob, request=request, at=NOW, is_approved=False, version=1)
    revision = change_decide(viewer=bob, request=request, at=NOW, is_approved=True, version=1)
    goal.refresh_from_db()
    assert revision is not None and goal.target == 800 and "Leave" in revision.reason
    with pytest.raises(ValidationError):
        change_decide(viewer=bob, request=request, at=NOW, is_approved=False, version=1, answer="No")
    second = change_request(viewer=alice, goal=goal, at=NOW, reason="More", wanted={"target": Decimal(900)})
    change_withdraw(viewer=alice, request=second, at=NOW)
    assert ChangeRequest.objects.filter(state="withdrawn").count() == 1


def test_an_approval_of_what_was_changed_meanwhile_says_so_and_stays_open(cast: Cast) -> None:
    goal = make_goal(cast.alice)
    wanted = {"target": Decimal(800)}
    request = change_request(viewer=cast.viewer("alice"), goal=goal, at=NOW, reason="Leave", wanted=wanted)
    revise(cast, "dana", goal, target=Decimal(1200))
    with pytest.raises(ValidationError, match="changed while"), transaction.atomic():
        change_decide(viewer=cast.viewer("bob"), request=request, at=NOW, is_approved=True, version=1)
    request.refresh_from_db()
    assert request.state == "open"


def test_check_ins_take_what_the_measure_takes(cast: Cast) -> None:
    alice, manual, computed = cast.viewer("alice"), make_goal(cast.alice, kind="manual"), make_goal(cast.alice)
    said = goal_check_in(viewer=alice, goal=manual, at=NOW, on=alice.on, value=Decimal(7), confidence="high")
    assert said.value == 7
    for goal, values in [
        (computed, {"value": Decimal(7)}),
        (manual, {"on": date(2026, 6, 16), "note": "Tomorrow"}),
        (manual, {"on": date(2026, 3, 31), "note": "Before"}),
        (manual, {}),
    ]:
        with pytest.raises(ValidationError):
            goal_check_in(**{"viewer": alice, "goal": goal, "at": NOW, "on": alice.on, **values})
    with pytest.raises(PermissionDenied):
        goal_check_in(viewer=cast.viewer("dana"), goal=manual, at=NOW, on=alice.on, private_note="Secret")
    with pytest.raises(PermissionDenied):
        goal_check_in(viewer=cast.viewer("carol"), goal=manual, at=NOW, on=alice.on, note="Hi")


def test_milestones_are_reached_and_opened_again(cast: Cast) -> None:
    values = {**VALUES, "kind": "milestones", "target": Decimal(1)}
    steps = [Step("Pilot", date(2026, 5, 1)), Step("Contract")]
    goal = goal_create(viewer=cast.viewer("bob"), at=NOW, person=cast.alice, milestones=steps, **values)
    pilot, _contract = Milestone.objects.order_by("position")
    alice = cast.viewer("alice")
    goal_check_in(viewer=alice, goal=goal, at=NOW, on=alice.on, done=[pilot.pk])
    assert Milestone.objects.get(pk=pilot.pk).done_on == alice.on
    goal_check_in(viewer=alice, goal=goal, at=NOW, on=alice.on, done=[])
    assert Milestone.objects.get(pk=pilot.pk).done_on is None


def test_a_goal_never_contributes_to_itself_at_any_depth(cast: Cast) -> None:
    one, two, three = (make_goal(cast.alice, f"Goal {n}") for n in range(3))
    bob = cast.viewer("bob")
    goal_align(viewer=bob, goal=one, parent=two, weight=Decimal(1), at=NOW)
    goal_align(viewer=bob, goal=two, parent=three, weight=Decimal(1), at=NOW)
    for parent in (one, two):
        with pytest.raises((ValidationError, IntegrityError)), transaction.atomic():
            goal_align(viewer=bob, goal=three, parent=one, weight=Decimal(1), at=NOW)
        assert parent.contributions.count() <= 1
    with pytest.raises(PermissionDenied):
        goal_align(viewer=cast.viewer("alice"), goal=one, parent=three, weight=Decimal(1), at=NOW)


def test_a_withdrawn_goal_stays_readable_and_changes_no_more(cast: Cast) -> None:
    goal = make_goal(cast.alice)
    goal_withdraw(viewer=cast.viewer("bob"), goal=goal, at=NOW, reason="Strategy")
    goal.refresh_from_db()
    assert goal.withdrawn_at == NOW and goals.can(cast.viewer("alice"), "view", goal)
    with pytest.raises(ValidationError):
        revise(cast, "bob", goal, version=goal.version, target=Decimal(2))


@pytest.mark.django_db(transaction=True)
def test_two_people_revising_at_the_very_same_time_never_lose_a_change(committed_cast: Cast) -> None:
    cast = committed_cast
    with tenant(cast.organization.pk):
        goal = make_goal(cast.alice)
        viewers = [cast.viewer("bob"), cast.viewer("dana")]
    start, refused = threading.Barrier(2), list[str]()

    def work(number: int) -> None:
        start.wait()
        try:
            with tenant(cast.organization.pk):
                goal_revise(
                    viewer=viewers[number],
                    goal=goal,
                    at=NOW,
                    version=1,
                    reason="At once",
                    target=Decimal(2000 + number),
                )
        except ValidationError as error:
            refused.append(error.messages[0])
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with tenant(cast.organization.pk):
        assert Revision.objects.filter(goal=goal).count() == 1
        assert Goal.objects.get(pk=goal.pk).version == 2
    assert len(refused) == 1 and "changed while you had it open" in refused[0]
