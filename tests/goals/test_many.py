"""Help, templates, carrying over and changing many targets at once: the services."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from hypothesis import given
from hypothesis import strategies as st

from goals.models import BulkRevision, Goal, GoalTemplate, HelpOffer, Revision, RevisionNotice
from goals.selectors.help import access_offer, offers_listed
from goals.selectors.many import ended_listed, ended_rows, revisable_rows
from goals.services.bulk import bulk_apply, bulk_preview, bulk_undo
from goals.services.carrying import goals_carry
from goals.services.goals import goal_revise
from goals.services.help import help_answer, help_offer, help_thank
from goals.services.templates import goal_from_template, goals_from_template, template_create, template_retire
from people.models import Notification
from tests.cast import NOW, Cast, make_person, make_seat
from tests.goals.aligning import align, check_in, make_goal, make_objective

NEXT = {"starts_on": date(2026, 7, 1), "ends_before": date(2026, 10, 1)}
PAST = {"starts_on": date(2026, 1, 1), "ends_before": date(2026, 4, 1)}


# --- help -------------------------------------------------------------------------------------------------------------


def test_help_is_offered_accepted_and_thanked_for(cast: Cast) -> None:
    goal = make_goal(cast.bob, "North grows")
    offer = help_offer(viewer=cast.viewer("alice"), goal=goal, at=NOW, note="I know the customer")
    help_answer(viewer=cast.viewer("bob"), offer=offer, at=NOW, is_accepted=True)
    done = help_thank(viewer=cast.viewer("bob"), offer=offer, at=NOW, thanks="That won it")
    assert (done.state, done.thanks, done.answered_by) == ("accepted", "That won it", cast.bob)
    told = list(Notification.objects.order_by("pk").values_list("kind", "person"))
    assert told == [
        ("goals.help_offered", cast.bob.pk),
        ("goals.help_answered", cast.alice.pk),
        ("goals.help_answered", cast.alice.pk),
    ]


def test_both_and_the_manager_see_an_offer_and_nobody_else(cast: Cast) -> None:
    goal = make_goal(cast.alice)
    ken = make_person("Ken King", organization=cast.organization)
    make_seat(cast.north, ken)
    cast.people["ken"] = ken
    offer = help_offer(viewer=cast.viewer("ken"), goal=goal, at=NOW, note="Let us pair")
    for who in ("alice", "bob", "ken"):
        assert access_offer(cast.viewer(who), offer.pk) == offer
    for who in ("carol", "erin", "dana", "finn"):
        with pytest.raises(Http404):
            access_offer(cast.viewer(who), offer.pk)
    assert offers_listed(cast.viewer("carol")) == []


def test_help_is_offered_once_and_not_to_oneself_nor_where_one_sees_nothing(cast: Cast) -> None:
    goal = make_goal(cast.alice)
    with pytest.raises(ValidationError, match="yours"):
        help_offer(viewer=cast.viewer("alice"), goal=goal, at=NOW, note="Me")
    with pytest.raises(PermissionDenied):
        help_offer(viewer=cast.viewer("carol"), goal=goal, at=NOW, note="From afar")
    help_offer(viewer=cast.viewer("bob"), goal=goal, at=NOW, note="Once")
    with pytest.raises(ValidationError, match="already"):
        help_offer(viewer=cast.viewer("bob"), goal=goal, at=NOW, note="Twice")
    over = make_goal(cast.alice, "Over", **PAST)
    with pytest.raises(ValidationError, match="over"):
        help_offer(viewer=cast.viewer("bob"), goal=over, at=NOW, note="Late")


def test_only_whose_goal_it_is_answers_and_only_once(cast: Cast) -> None:
    goal = make_goal(cast.north, "North together")
    offer = help_offer(viewer=cast.viewer("erin"), goal=goal, at=NOW, note="Budget")
    with pytest.raises(PermissionDenied):
        help_answer(viewer=cast.viewer("alice"), offer=offer, at=NOW, is_accepted=True)
    with pytest.raises(ValidationError, match="Accept"):
        help_thank(viewer=cast.viewer("bob"), offer=offer, at=NOW, thanks="Thanks")
    help_answer(viewer=cast.viewer("bob"), offer=offer, at=NOW, is_accepted=False)
    with pytest.raises(ValidationError, match="answered"):
        help_answer(viewer=cast.viewer("bob"), offer=offer, at=NOW, is_accepted=True)
    assert HelpOffer.objects.get().state == "declined"


# --- templates --------------------------------------------------------------------------------------------------------


def make_template(cast: Cast, **values) -> GoalTemplate:
    given = {"name": "Ten demos", "kind": "metric", "metric": "activities", "target": Decimal(10), **values}
    return template_create(viewer=cast.viewer("dana"), at=NOW, **given)


@pytest.mark.parametrize("who", ["alice", "bob", "erin", "finn", "otto"])
def test_only_operations_and_administrators_keep_the_library(cast: Cast, who: str) -> None:
    with pytest.raises(PermissionDenied):
        template_create(viewer=cast.viewer(who), at=NOW, name="Mine", kind="manual", target=Decimal(1))


def test_a_goal_takes_over_what_the_template_says(cast: Cast) -> None:
    template = make_template(cast, commit_ratio=Decimal("0.9"), stretch_ratio=Decimal("1.2"), specific="With prospects")
    top = make_objective()
    goal = goal_from_template(
        viewer=cast.viewer("bob"), template=template, at=NOW, person=cast.alice, parent=top, **NEXT
    )
    assert (goal.name, goal.specific, goal.unit) == ("Ten demos", "With prospects", "count")
    assert (goal.commit_value, goal.target, goal.stretch_value) == (9, 10, 12)
    assert [link.parent_objective for link in goal.alignments.all()] == [top]


def test_milestones_of_a_template_become_those_of_the_goal(cast: Cast) -> None:
    template = make_template(cast, kind="milestones", metric="", target=None, milestones=["Plan", "Pilot"])
    goal = goal_from_template(viewer=cast.viewer("alice"), template=template, at=NOW, person=cast.alice, **NEXT)
    assert [step.name for step in goal.milestones.order_by("position")] == ["Plan", "Pilot"]


def test_a_template_serves_a_whole_team_and_asking_twice_sets_nothing_twice(cast: Cast) -> None:
    template, bob = make_template(cast), cast.viewer("bob")
    targets = {cast.alice: Decimal(12), cast.bob: None, cast.carol: None}
    made = goals_from_template(viewer=bob, template=template, at=NOW, targets=targets, **NEXT)
    assert [(goal.person, goal.target) for goal in made.goals] == [(cast.alice, 12), (cast.bob, 10)]
    assert [name for name, _why in made.refused] == ["Carol Cole"]
    again = goals_from_template(viewer=bob, template=template, at=NOW, targets=targets, **NEXT)
    assert not again.goals
    assert Goal.objects.count() == 2


def test_what_a_template_lacks_is_asked_for_and_a_retired_one_is_not_used(cast: Cast) -> None:
    template = make_template(cast, target=None)
    with pytest.raises(ValidationError, match="no target"):
        goal_from_template(viewer=cast.viewer("alice"), template=template, at=NOW, person=cast.alice, **NEXT)
    with pytest.raises(ValidationError, match="Another template"):
        make_template(cast)
    template_retire(viewer=cast.viewer("dana"), template=template, at=NOW)
    template.refresh_from_db()
    with pytest.raises(ValidationError, match="retired"):
        goal_from_template(
            viewer=cast.viewer("alice"), template=template, at=NOW, person=cast.alice, target=Decimal(1), **NEXT
        )
    make_template(cast)


# --- carrying over ----------------------------------------------------------------------------------------------------


def test_an_unfinished_goal_goes_on_with_a_reference_to_what_it_was(cast: Cast) -> None:
    running, over = make_objective(), make_objective("Over", ends_before=date(2026, 7, 1))
    old = make_goal(cast.alice, "Unfinished", 200, commit_value=Decimal(150), **PAST)
    align(old, running, 60)
    align(old, over, 40)
    done = goals_carry(viewer=cast.viewer("bob"), at=NOW, rows=[old], targets={old.pk: Decimal(100)}, **NEXT)
    [made] = done.goals
    assert (made.carried_from, made.person, made.name) == (old, cast.alice, "Unfinished")
    assert (made.target, made.commit_value, made.starts_on) == (100, 75, NEXT["starts_on"])
    assert [(link.parent_objective, link.weight) for link in made.alignments.all()] == [(running, 60)]
    old.refresh_from_db()
    assert old.target == 200


def test_a_goal_is_carried_over_once_and_not_into_its_own_days(cast: Cast) -> None:
    old, bob = make_goal(cast.alice, **PAST), cast.viewer("bob")
    refused = goals_carry(viewer=bob, at=NOW, rows=[old], starts_on=date(2026, 3, 1), ends_before=date(2026, 6, 1))
    assert [why for _name, why in refused.refused] == ["It runs in these days still."]
    assert goals_carry(viewer=bob, at=NOW, rows=[old], **NEXT).goals
    assert not goals_carry(viewer=bob, at=NOW, rows=[old], **NEXT).goals
    assert Goal.objects.filter(carried_from=old).count() == 1


def test_of_milestones_those_that_are_open_go_on(cast: Cast) -> None:
    old = make_goal(cast.alice, "Launch", 1, kind="milestones", **PAST)
    for name, done_on in (("Plan", date(2026, 2, 1)), ("Pilot", None)):
        old.milestones.create(name=name, done_on=done_on)
    [made] = goals_carry(viewer=cast.viewer("bob"), at=NOW, rows=[old], **NEXT).goals
    assert [step.name for step in made.milestones.all()] == ["Pilot"]


def test_the_list_of_ended_goals_holds_those_one_may_set_and_that_did_not_go_on(cast: Cast) -> None:
    mine = make_goal(cast.alice, "Ended", **PAST)
    make_goal(cast.alice, "Running")
    make_goal(cast.alice, "Long ago", starts_on=date(2020, 1, 1), ends_before=date(2020, 4, 1))
    make_goal(cast.alice, "Withdrawn", withdrawn_at=NOW, **PAST)
    make_goal(cast.carol, "Carol's", **PAST)
    bob = cast.viewer("bob")
    assert [row.name for row in ended_rows(bob)] == ["Ended"]
    assert [row.name for row in ended_rows(cast.viewer("alice"))] == ["Ended"]
    [listed] = ended_listed(bob, [mine])
    assert listed.state.status == "missed"
    goals_carry(viewer=bob, at=NOW, rows=[mine], **NEXT)
    assert not ended_rows(bob)


# --- many targets at once ---------------------------------------------------------------------------------------------


def test_targets_change_by_a_factor_with_one_reason_and_everybody_concerned_is_told(cast: Cast) -> None:
    top, own = make_goal(cast.bob, "North"), make_goal(cast.alice, commit_value=Decimal(80), stretch_value=Decimal(120))
    align(own, top)
    souths = make_goal(cast.carol)
    rows = [own, souths]
    versions = {row.pk: row.version for row in rows}
    bulk = bulk_apply(
        viewer=cast.viewer("dana"), rows=rows, rule="factor", value=Decimal("1.1"), reason="New market",
        versions=versions, at=NOW,
    )  # fmt: skip
    own.refresh_from_db()
    assert (own.commit_value, own.target, own.stretch_value) == (88, 110, 132)
    assert {line.revision.reason for line in bulk.lines.all()} == {"New market"}
    told = {(notice.person_id, notice.is_owner) for notice in RevisionNotice.objects.all()}
    assert told == {(cast.alice.pk, True), (cast.carol.pk, True), (cast.bob.pk, False)}


def test_taking_back_restores_the_old_targets_but_not_what_somebody_changed_since(cast: Cast) -> None:
    first, second, dana = make_goal(cast.alice), make_goal(cast.carol), cast.viewer("dana")
    bulk = bulk_apply(
        viewer=dana, rows=[first, second], rule="amount", value=Decimal(50), reason="More", versions={}, at=NOW
    )
    goal_revise(viewer=dana, goal=second, at=NOW, version=2, reason="Agreed with Carol", target=Decimal(175))
    done = bulk_undo(viewer=dana, bulk=bulk, at=NOW)
    assert ([goal.pk for goal in done.restored], [goal.pk for goal in done.left]) == ([first.pk], [second.pk])
    for goal, target in ((first, 100), (second, 175)):
        goal.refresh_from_db()
        assert goal.target == target
    assert Revision.objects.filter(goal=first).count() == 2
    with pytest.raises(ValidationError, match="already"):
        bulk_undo(viewer=dana, bulk=bulk, at=NOW)


def test_all_of_them_or_none_are_changed(cast: Cast) -> None:
    first, second = make_goal(cast.alice), make_goal(cast.carol)
    bob = cast.viewer("bob")
    previewed = bulk_preview(viewer=bob, rows=[first, second], rule="factor", value=Decimal(2))
    assert [bool(each.refusal) for each in previewed] == [False, True]
    with pytest.raises(ValidationError, match="Leave these out"):
        bulk_apply(
            viewer=bob, rows=[first, second], rule="factor", value=Decimal(2), reason="Mine", versions={}, at=NOW
        )
    first.refresh_from_db()
    assert first.target == 100
    assert not BulkRevision.objects.exists()


def test_what_somebody_changed_since_the_preview_refuses_the_whole(cast: Cast) -> None:
    first, second, dana = make_goal(cast.alice), make_goal(cast.carol), cast.viewer("dana")
    versions = {row.pk: row.version for row in (first, second)}
    goal_revise(viewer=dana, goal=second, at=NOW, version=1, reason="Agreed", target=Decimal(175))
    rows = list(revisable_rows(dana))
    with pytest.raises(ValidationError, match="changed while"):
        bulk_apply(
            viewer=dana, rows=rows, rule="factor", value=Decimal(2), reason="Strategy", versions=versions, at=NOW
        )


@pytest.mark.parametrize(
    ("fields", "rule", "value", "refusal"),
    [
        ({}, "amount", Decimal(-100), "not be better"),
        ({"direction": "lower", "baseline": Decimal(500)}, "target", Decimal(500), "not be better"),
        ({"kind": "milestones"}, "factor", Decimal(2), "milestones"),
        ({"withdrawn_at": NOW}, "factor", Decimal(2), "withdrawn"),
        ({}, "target", Decimal(10) ** 13, "too large"),
    ],
)
def test_a_goal_that_cannot_be_changed_says_why(cast: Cast, fields, rule, value, refusal) -> None:
    goal = make_goal(cast.alice, **fields)
    [change] = bulk_preview(viewer=cast.viewer("dana"), rows=[goal], rule=rule, value=value)
    assert refusal in change.refusal


@pytest.mark.parametrize(("rule", "value"), [("factor", Decimal(0)), ("factor", Decimal(-1)), ("nothing", Decimal(1))])
def test_a_rule_that_makes_no_sense_is_refused(cast: Cast, rule: str, value: Decimal) -> None:
    with pytest.raises(ValidationError):
        bulk_preview(viewer=cast.viewer("dana"), rows=[make_goal(cast.alice)], rule=rule, value=value)
    with pytest.raises(ValidationError, match="at least one"):
        bulk_preview(viewer=cast.viewer("dana"), rows=[], rule="factor", value=Decimal(2))


levels = st.decimals(min_value=1, max_value=10**6, places=2)


@given(st.tuples(levels, levels, levels), st.sampled_from(["factor", "amount", "target"]), levels)
def test_commit_target_and_stretch_stay_in_order(three, rule, value) -> None:
    commit, target, stretch = sorted(three)
    goal = Goal(pk=1, unit="money", target=target, commit_value=commit, stretch_value=stretch, kind="manual")
    [change] = bulk_preview(viewer=None, rows=[goal], rule=rule, value=value)
    assert change.commit_value <= change.target <= change.stretch_value


def test_a_check_in_is_not_lost_when_targets_change(cast: Cast) -> None:
    goal = make_goal(cast.alice)
    check_in(goal, 40)
    bulk_apply(
        viewer=cast.viewer("dana"), rows=[goal], rule="target", value=Decimal(80), reason="Less", versions={}, at=NOW
    )
    assert goal.check_ins.count() == 1
