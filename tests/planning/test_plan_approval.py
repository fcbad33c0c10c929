"""The approval of quota plans: which steps, who takes them, what a refusal does, who is told, and what is kept."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from crm.models import Quota
from goals.approval_policies import turn
from goals.approval_subjects import waiting
from goals.models import PlanVersion, QuotaDecision
from goals.plan_policies import quota_plans
from goals.services.approvals import approval_chain_change
from goals.services.planning import editing, plans, states
from people.models import Delegation, Grant, Notification, SeatHolding
from people.notifications import words_of
from tests.cast import NOW, TODAY, Cast, make_person, make_seat, make_team
from tests.planning.access import approve_all, decide, hand_in, line_of, make_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def leaders(cast: Cast) -> None:
    """Somebody leads the South, and somebody all of Sales."""
    for name, team in (("Sid South", cast.south), ("Chief Carr", cast.sales)):
        person = make_person(name, organization=cast.organization)
        cast.people[name.split()[0].lower()] = person
        make_seat(team, person, "manager")


def kinds(version: PlanVersion) -> list[tuple[str, str]]:
    names = {None: "", **{team.pk: name for name, team in _teams(version).items()}}
    return [(kind, names[team]) for kind, team in version.steps]


def _teams(version: PlanVersion) -> dict[str, Any]:
    return {line.team.name: line.team for line in version.lines.filter(team__isnull=False).select_related("team")}


def told(kind: str = "goals.approval_waits") -> set[str]:
    return {name.split()[0] for name in Notification.objects.filter(kind=kind).values_list("person__name", flat=True)}


def test_managers_decide_side_by_side_about_their_people_then_who_is_above_then_operations(
    cast: Cast, leaders: None
) -> None:
    version = hand_in(make_plan(cast), cast.viewer("dana"))
    assert kinds(version) == [
        ("manager", "North"), ("manager", "South"), ("manager_above", "Sales"), ("operations", ""),
    ]  # fmt: skip
    assert told() == {"Bob", "Dell", "Sid"}
    decide(version, cast.viewer("sid"))
    assert (version.step, waiting(version), "Chief" in told()) == (0, [0], False)
    with pytest.raises(PermissionDenied, match="not yours"):
        decide(version, cast.viewer("chief"))
    decide(version, cast.viewer("dell"))
    assert QuotaDecision.objects.get(number=0).for_person == cast.bob
    assert (version.step, "Chief" in told(), "Ada" in told()) == (2, True, False)
    decide(version, cast.viewer("chief"))
    assert "Ada" in told() and "Dana" not in told() and version.state == "review"
    assert not Quota.objects.exists()
    decide(version, cast.viewer("ada"))
    assert version.state == "in_force" and Quota.objects.filter(person=cast.alice).count() == 12
    assert told("goals.approval_decided") == {"Dana"}


def test_the_steps_are_those_chosen_and_finance_then_sees_the_plan_it_decides_about(cast: Cast, leaders: None) -> None:
    approval_chain_change(viewer=cast.viewer("dana"), steps=["finance", "executive"], at=NOW)
    version = make_plan(cast)
    assert not quota_plans.versions(cast.viewer("finn")).exists()
    hand_in(version, cast.viewer("dana"))
    assert [kind for kind, _team in kinds(version)] == ["finance", "executive", "operations"]
    finn = cast.viewer("finn")
    assert quota_plans.is_whole(finn, version) and quota_plans.visible(finn).exists()
    assert not quota_plans.versions(cast.viewer("fay")).exists()  # finance of one team only
    assert approve_all(version, cast.organization) == ["Finn Frost", "Erin East", "Ada Abel"]


def test_a_refusal_returns_it_with_the_reason_and_the_way_begins_anew(cast: Cast, leaders: None) -> None:
    dana = cast.viewer("dana")
    version = hand_in(make_plan(cast), dana)
    decide(version, cast.viewer("sid"))
    with pytest.raises(ValidationError, match="Say why"):
        decide(version, cast.viewer("bob"), yes=False, reason=" ")
    decide(version, cast.viewer("bob"), yes=False, reason="Too much for the North.")
    assert (version.state, version.decision_note, version.decided_by) == ("draft", "Too much for the North.", cast.bob)
    assert waiting(version) == [] and told("goals.approval_decided") == {"Dana"}
    with pytest.raises(ValidationError, match="kept"):
        plans.plan_version_delete(viewer=dana, version=version, at=NOW)
    hand_in(version, dana)
    assert waiting(version) == [0, 1] and QuotaDecision.objects.filter(version=version).count() == 2
    approve_all(version, cast.organization)
    assert version.state == "in_force"


def test_taken_back_it_is_a_draft_and_what_was_approved_does_not_count(cast: Cast, leaders: None) -> None:
    version = hand_in(make_plan(cast), cast.viewer("dana"))
    decide(version, cast.viewer("bob"))
    with pytest.raises(PermissionDenied):
        states.plan_version_take_back(viewer=cast.viewer("erin"), version=version, at=NOW)
    states.plan_version_take_back(viewer=cast.viewer("ada"), version=version, at=NOW)
    version.refresh_from_db()
    assert version.state == "draft" and not turn(cast.viewer("bob"), version).is_theirs
    assert waiting(hand_in(version, cast.viewer("dana"))) == [0, 1]


def test_whoever_drew_up_any_of_it_does_not_decide(cast: Cast) -> None:
    Grant.objects.create(person=cast.hana, role="operations")
    version = make_plan(cast)  # by Dana
    editing.plan_lock(
        viewer=cast.viewer("ada"), version=version, line=line_of(version, "Alice"), is_locked=True, at=NOW
    )
    version.refresh_from_db()
    copy = plans.plan_version_copy(viewer=cast.viewer("dana"), version=version, at=NOW)
    hand_in(copy, cast.viewer("dana"))
    decide(copy, cast.viewer("bob"))
    for who in ("dana", "ada"):
        assert "drawn this up" in turn(cast.viewer(who), copy).refusal
    assert turn(cast.viewer("hana"), copy).may_decide
    assert told() == {"Bob", "Dell", "Hana"}


def test_nobody_decides_about_their_own_number_or_a_superiors(cast: Cast, leaders: None) -> None:
    Grant.objects.create(person=cast.chief, role="operations")
    Grant.objects.create(person=cast.alice, role="operations")
    Delegation.objects.create(manager=cast.bob, delegate=cast.alice)
    version = hand_in(make_plan(cast), cast.viewer("dana"))
    assert "own quota" in turn(cast.viewer("alice"), version).refusal  # in the place of her manager
    for who in ("bob", "sid", "chief"):
        decide(version, cast.viewer(who))
    assert "own quota" in turn(cast.viewer("chief"), version).refusal  # leads Sales, which has a number
    assert turn(cast.viewer("alice"), version).refusal
    SeatHolding.objects.filter(person=cast.alice).delete()
    version.lines.filter(person=cast.alice).delete()
    make_seat(cast.north, cast.alice)
    assert "above you" in turn(cast.viewer("alice"), version).refusal
    assert turn(cast.viewer("ada"), version).may_decide


def test_who_leads_a_team_and_stands_in_for_another_decides_about_both_at_once(cast: Cast, leaders: None) -> None:
    Delegation.objects.create(manager=cast.sid, delegate=cast.bob)
    version = hand_in(make_plan(cast), cast.viewer("dana"))
    assert turn(cast.viewer("bob"), version).steps == ((0, None), (1, cast.sid.pk))
    decide(version, cast.viewer("bob"))
    assert list(QuotaDecision.objects.order_by("number").values_list("for_person", flat=True)) == [None, cast.sid.pk]
    assert waiting(version) == [2]


def test_what_nobody_else_could_approve_at_the_end_is_not_handed_in(cast: Cast) -> None:
    version = make_plan(cast)
    Grant.objects.filter(person=cast.ada).delete()
    with pytest.raises(ValidationError, match="Nobody is left"):
        states.plan_version_submit(viewer=cast.viewer("dana"), version=version, at=NOW, on=TODAY)
    version.refresh_from_db()
    assert version.state == "draft"


def test_numbers_that_changed_since_they_were_looked_at_are_not_approved(cast: Cast) -> None:
    version = hand_in(make_plan(cast), cast.viewer("dana"))
    with pytest.raises(ValidationError, match="changed since you looked"):
        states.plan_version_decide(
            viewer=cast.viewer("bob"), version=version, step=0, seen=version.revision - 1, is_approved=True, reason="Yes",
            at=NOW,
        )  # fmt: skip


def test_a_step_taken_by_the_stand_in_is_taken(cast: Cast) -> None:
    version = hand_in(make_plan(cast), cast.viewer("dana"))
    decide(version, cast.viewer("dell"))
    with pytest.raises(ValidationError, match="meanwhile"):
        states.plan_version_decide(
            viewer=cast.viewer("bob"),
            version=version,
            step=0,
            seen=version.revision,
            is_approved=True,
            reason="Yes",
            at=NOW,
        )


def test_what_is_told_says_where_it_stands(cast: Cast) -> None:
    version = hand_in(make_plan(cast), cast.viewer("dana"))
    ours = Notification.objects.filter(person=cast.bob, kind="goals.approval_waits")
    [words] = words_of(cast.viewer("bob"), list(ours))
    assert words is not None and words.title == "Year 2026, version 1 waits for your decision"
    decide(version, cast.viewer("dell"))
    [words] = words_of(cast.viewer("bob"), list(ours))
    assert words is not None and words.title == "Year 2026, version 1: this step is decided"
    decide(version, cast.viewer("ada"), yes=False, reason="Adds up wrongly")
    hers = list(Notification.objects.filter(person=cast.dana, kind="goals.approval_decided"))
    [words] = words_of(cast.viewer("dana"), hers)
    assert words is not None and (words.title, words.detail) == (
        "Year 2026, version 1 was sent back",
        "Adds up wrongly",
    )


@pytest.mark.parametrize(
    "statement", ["UPDATE goals_quotadecision SET round = 7", "UPDATE goals_quotadecision SET version_id = NULL"]
)
def test_the_database_refuses_to_rewrite_a_decision_about_a_plan(cast: Cast, statement: str) -> None:
    decide(hand_in(make_plan(cast), cast.viewer("dana")), cast.viewer("bob"))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_page_of_an_approval_takes_as_many_queries_for_many_managers_as_for_few(cast: Cast) -> None:
    def queries(name: str) -> int:
        version = hand_in(make_plan(cast, name), cast.viewer("dana"))
        with CaptureQueriesContext(connection) as found:
            assert cast.client("erin").get(f"/quota-plans/{version.pk}/approval/").status_code == 200
        return len(found)

    queries("warm")
    few = queries("few")
    for number in range(12):
        team = make_team(f"Team {number}", cast.sales)
        make_seat(team, make_person(f"Rep {number}"))
        make_seat(team, make_person(f"Lead {number}"), "manager")
    assert queries("many") == few
