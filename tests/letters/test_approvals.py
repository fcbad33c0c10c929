"""Changes of quotas: which steps they take, who decides, and that nobody decides about themselves or a superior."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from crm.models import Quota
from goals.engine.approval import ApprovalStep, approval_steps, refusal_code, steps_kept, steps_together, steps_waiting
from goals.models import QuotaDecision, QuotaRequest
from goals.services.approvals import approval_chain_change
from goals.services.quota_requests import quota_request_ask, quota_request_decide, quota_request_withdraw
from people.models import Delegation, Grant, Notification, Person
from tests.cast import NOW, Cast, make_person, make_seat
from tests.letters.build import make_quota

SignIn = Callable[[str], Client]
State = QuotaRequest.State


@pytest.fixture
def chief(cast: Cast) -> Person:
    """Somebody leads Sales, above Bob's North."""
    cast.people["chief"] = make_person("Chief Carr", organization=cast.organization)
    make_seat(cast.sales, cast.people["chief"], "manager")
    return cast.people["chief"]


def ask(cast: Cast, who: str = "otto", whose: str = "alice") -> QuotaRequest:
    quota = Quota.objects.filter(person=cast.people[whose]).first() or make_quota(cast.people[whose])
    return quota_request_ask(
        viewer=cast.viewer(who), quota=quota, amount=Decimal(330000), reason="A region more", at=NOW
    )


def decide(
    cast: Cast, request: QuotaRequest, who: str, step: int, *, yes: bool = True, reason: str = "Fair"
) -> QuotaRequest:
    return quota_request_decide(
        viewer=cast.viewer(who), request=request, step=step, is_approved=yes, reason=reason, at=NOW
    )


def kinds(request: QuotaRequest) -> list[str]:
    return [kind for kind, _team in request.steps]


def told(kind: str = "goals.approval_waits") -> set[str]:
    return {name.split()[0] for name in Notification.objects.filter(kind=kind).values_list("person__name", flat=True)}


# --- Which steps -----------------------------------------------------------------------------------


@given(
    st.lists(st.sampled_from(["manager", "manager_above", "finance", "executive", "operations"]), unique=True),
    st.lists(st.integers(1, 9), unique=True, max_size=5),
    st.dictionaries(st.integers(1, 9), st.sets(st.integers(100, 105), max_size=2)),
    st.integers(100, 105),
)
def test_no_step_falls_to_the_person_alone_and_none_repeats(
    wanted: list[str], teams: list[int], leaders: dict[int, set[int]], person: int
) -> None:
    steps = approval_steps(wanted, teams, leaders, person)
    assert len(set(steps)) == len(steps)
    for step in steps:
        if step.kind in ("manager", "manager_above"):
            assert step.team_id in teams and leaders[step.team_id] and person not in leaders[step.team_id]
        else:
            assert step.kind in wanted and step.team_id is None
    places = [teams.index(step.team_id) for step in steps if step.team_id is not None]
    if (
        wanted.index("manager") < wanted.index("manager_above")
        if {"manager", "manager_above"} <= set(wanted)
        else False
    ):
        assert places == sorted(places)


STEPS = st.tuples(st.sampled_from(["manager", "manager_above"]), st.integers(1, 6))
WAYS = st.lists(st.lists(STEPS, unique_by=lambda way: way[0], max_size=2), max_size=8)
KINDS = ["manager", "manager_above", "operations"]


@given(WAYS)
def test_the_steps_of_several_people_have_each_team_once_and_kind_after_kind(ways: list[list[tuple[str, int]]]) -> None:
    each = [[*(ApprovalStep(kind, team) for kind, team in way), ApprovalStep("operations")] for way in ways]
    steps = steps_together(KINDS, each)
    assert {step.team_id for step in steps if step.team_id} == {team for way in ways for _kind, team in way}
    assert len({step.team_id for step in steps}) == len(steps)
    assert [step.kind for step in steps] == sorted((step.kind for step in steps), key=KINDS.index)
    for step in steps:
        if step.team_id:
            assert step.kind == max(
                (kind for way in ways for kind, team in way if team == step.team_id), key=KINDS.index
            )


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sets(st.integers(1, 4))), max_size=8))
def test_kept_steps_can_be_taken_and_wait_kind_after_kind(rows: list[tuple[str, set[int]]]) -> None:
    rows = [(kind, who) for kind in "abc" for each, who in rows if each == kind]
    steps = [ApprovalStep(kind, number) for number, (kind, _who) in enumerate(rows)]
    able = [who for _kind, who in rows]
    kept = steps_kept(steps, able)
    assert all(able[step.team_id or 0] for step in kept)
    alone = {kind: {next(iter(who)) for each, who in rows if each == kind and len(who) == 1} for kind in "abc"}
    for step in kept:
        later = [each.kind for each in kept if each.kind > step.kind]
        assert not later or able[step.team_id or 0] - set().union(*(alone[kind] for kind in later))
    taken: set[int] = set()
    order = []
    while left := steps_waiting(kept, taken):
        assert len({kept[number].kind for number in left}) == 1
        order.append(kept[left[0]].kind)
        taken.add(left[0])
    assert order == [step.kind for step in kept]


def test_steps_follow_the_tree_and_end_with_operations(cast: Cast, chief: Person) -> None:
    assert kinds(ask(cast)) == ["manager", "manager_above", "operations"]
    assert kinds(ask(cast, "ada", "bob")) == ["manager", "operations"]
    assert kinds(ask(cast, "ada", "chief")) == ["operations"]
    approval_chain_change(viewer=cast.viewer("dana"), steps=["finance", "manager"], at=NOW)
    assert kinds(ask(cast, "ada", "carol")) == ["manager", "finance", "operations"]


# --- From asking to in force -----------------------------------------------------------------------


def test_the_last_approval_puts_the_amount_in_force(cast: Cast, chief: Person) -> None:
    request = ask(cast)
    assert told() == {"Bob", "Dell"}
    decide(cast, request, "bob", 0)
    assert "Chief" in told()
    decide(cast, request, "chief", 1)
    assert {"Dana", "Ada"} <= told()
    done = decide(cast, request, "dana", 2)
    quota = Quota.objects.get(pk=request.quota_id)
    assert done.state == State.APPROVED and quota.amount == Decimal(330000)
    assert (quota.reason, quota.changed_by) == ("A region more", cast.dana)
    assert told("goals.approval_decided") == {"Otto"}
    trail = QuotaDecision.objects.order_by("number").values_list("number", "by__name", "is_approved", "reason", "at")
    assert [row[:2] for row in trail] == [(0, "Bob Brand"), (1, "Chief Carr"), (2, "Dana Diaz")]
    assert all(row[2:] == (True, "Fair", NOW) for row in trail)


def test_one_refusal_ends_it_and_changes_nothing(cast: Cast, chief: Person) -> None:
    request = ask(cast)
    assert decide(cast, request, "bob", 0, yes=False).state == State.REFUSED
    assert Quota.objects.get(pk=request.quota_id).amount == Decimal(300000)
    with pytest.raises(ValidationError, match="meanwhile"):
        decide(cast, request, "chief", 1)


def test_a_stand_in_decides_and_it_is_kept_in_whose_place(cast: Cast, chief: Person) -> None:
    decide(cast, request := ask(cast), "dell", 0)
    decision = QuotaDecision.objects.get(request=request)
    assert (decision.by, decision.for_person) == (cast.dell, cast.bob)


def test_a_step_decided_by_two_at_once_counts_once(cast: Cast, chief: Person) -> None:
    request = ask(cast)
    decide(cast, request, "bob", 0)
    with pytest.raises(ValidationError, match="meanwhile"):
        decide(cast, request, "dell", 0)
    assert QuotaDecision.objects.count() == 1


def test_a_quota_that_changed_since_is_not_overwritten(cast: Cast) -> None:
    request = ask(cast, "bob")
    request.refresh_from_db()
    QuotaRequest.objects.filter(pk=request.pk).update(steps=[["operations", None]])
    Quota.objects.filter(pk=request.quota_id).update(amount=Decimal(1))
    with pytest.raises(ValidationError, match="changed since"):
        decide(cast, request, "dana", 0)
    assert not QuotaDecision.objects.exists() and Quota.objects.get(pk=request.quota_id).amount == Decimal(1)


def test_a_quota_waits_for_one_change_at_a_time(cast: Cast) -> None:
    request = ask(cast)
    with pytest.raises(ValidationError, match="waits for approval"):
        ask(cast)
    quota_request_withdraw(viewer=cast.viewer("otto"), request=request, at=NOW)
    assert ask(cast).pk != request.pk


# --- Who decides -----------------------------------------------------------------------------------


def test_nobody_decides_their_own_a_superiors_what_they_asked_or_twice(cast: Cast, chief: Person) -> None:
    Grant.objects.create(person=cast.bob, role="operations")
    Grant.objects.create(person=cast.alice, role="operations")
    own = ask(cast, "dana", "bob")  # manager (Chief), operations
    decide(cast, own, "chief", 0)
    for who, words in [("bob", "own quota"), ("alice", "above you"), ("dana", "asked for this")]:
        with pytest.raises(PermissionDenied, match=words):
            decide(cast, own, who, 1)
    twice = ask(cast, "otto", "alice")
    decide(cast, twice, "bob", 0)
    decide(cast, twice, "chief", 1)
    with pytest.raises(PermissionDenied, match="earlier step"):
        decide(cast, twice, "bob", 2)


def test_a_step_that_only_who_asks_could_take_is_left_out(cast: Cast, chief: Person) -> None:
    Delegation.objects.create(manager=chief, delegate=cast.erin)
    assert kinds(ask(cast, "chief", "bob")) == ["operations"]
    assert kinds(ask(cast, "bob", "alice")) == ["manager_above", "operations"]


def test_nobody_asks_for_what_only_they_could_approve_at_the_end(cast: Cast) -> None:
    Grant.objects.filter(person__in=[cast.dana, cast.otto]).delete()
    with pytest.raises(ValidationError, match="Nobody is left"):
        ask(cast, "ada")


@pytest.mark.parametrize("who", ["alice", "carol", "finn", "hana", "erin", "dana", "fay"])
def test_a_step_of_somebody_else_is_nobodys(cast: Cast, who: str) -> None:
    with pytest.raises(PermissionDenied):
        decide(cast, ask(cast), who, 0)


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ({"person_ids": {1, 5}}, "own"),
        ({"stands_in_for": [2]}, "own"),
        ({"superior_ids": {2}}, "superior"),
        ({"author_ids": {1}}, "asked"),
        ({"author_ids": {3, 4}, "stands_in_for": [3]}, "asked"),
        ({"decided_by": {1}}, "decided"),
        ({}, ""),
    ],
)
def test_every_reason_not_to_decide(case: dict[str, Any], code: str) -> None:
    usual: dict[str, Any] = {
        "viewer_id": 1, "person_ids": {2}, "author_ids": {9}, "decided_by": set(), "superior_ids": set(),
        "stands_in_for": [],
    }  # fmt: skip
    assert refusal_code(**{**usual, **case}) == code


@pytest.mark.parametrize("who", ["carol", "finn", "hana", "erin", "fay"])
def test_who_has_nothing_to_do_with_a_person_asks_for_nothing(cast: Cast, who: str) -> None:
    make_quota(cast.alice)
    with pytest.raises(PermissionDenied):
        ask(cast, who)


# --- Kept for good, pages, API ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement", ["UPDATE goals_quotadecision SET is_approved = false", "DELETE FROM goals_quotadecision"]
)
def test_the_database_refuses_to_rewrite_a_decision(cast: Cast, chief: Person, statement: str) -> None:
    decide(cast, ask(cast), "bob", 0)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_asked_and_decided_in_the_browser(cast: Cast, sign_in: SignIn) -> None:
    quota = make_quota(cast.alice)
    Quota.objects.filter(pk=quota.pk).update(ends_before=date(2099, 1, 1))
    bob, address = sign_in("bob"), reverse("goals:quota_request_ask")
    refused = bob.post(address, {"quota": quota.pk, "amount": "300000", "reason": "x"})
    assert refused.status_code == 422 and "This is the quota already" in refused.content.decode()
    assert bob.post(address, {"quota": quota.pk, "amount": "310000", "reason": "New region"}).status_code == 302
    request = QuotaRequest.objects.get()
    QuotaRequest.objects.update(steps=[["operations", None]])
    detail = reverse("goals:quota_request_detail", args=[request.pk])
    assert "Your decision" not in bob.get(detail).content.decode()
    dana = sign_in("dana")
    assert "Your decision" in dana.get(detail).content.decode()
    assert dana.post(detail, {"step": 0, "decision": "approve", "reason": " "}).status_code == 422
    assert dana.post(detail, {"step": 0, "decision": "approve", "reason": "Fair"}).status_code == 302
    assert Quota.objects.get(pk=quota.pk).amount == Decimal(310000)
    assert "Approved" in dana.get(reverse("goals:quota_request_list")).content.decode()


def test_asked_and_decided_by_the_api(cast: Cast, sign_in: SignIn) -> None:
    quota = make_quota(cast.alice)
    asked = sign_in("otto").post(
        reverse("api:request_list"),
        {"quota_id": quota.pk, "amount": "310000.50", "reason": "New region"},
        content_type="application/json",
    )
    assert asked.status_code == 201 and asked.json()["steps"] == ["manager", "operations"]
    address = reverse("api:request_decide", args=[asked.json()["id"]])
    body = {"step": 0, "is_approved": False, "reason": "No"}
    done = sign_in("bob").post(address, body, content_type="application/json")
    assert done.json()["state"] == "refused" and done.json()["decisions"][0]["by"]["name"] == "Bob Brand"


def test_the_command_lists_and_decides(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    request = ask(cast)
    call_command("quota_requests", "list", organization="acme", format="json")
    assert json.loads(capsys.readouterr().out)["requests"][0]["steps"] == ["manager", "operations"]
    asked = {"organization": "acme", "request": request.pk, "format": "json", "reason": "No"}
    with pytest.raises(CommandError, match="not yours"):
        call_command("quota_requests", "refuse", person="finn@acme.example", **asked)
    call_command("quota_requests", "refuse", person="bob@acme.example", **asked)
    assert json.loads(capsys.readouterr().out)["state"] == "refused"
