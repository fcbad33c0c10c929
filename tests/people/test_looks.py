"""Looking as somebody else: downwards only, read-only at every address, told, noted down, and over in time."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from goals.models import CheckIn
from people.models import AuditEntry, Grant, Look, Person
from people.policies import persons
from people.wall import tenant
from tests.cast import Cast, make_person, make_seat
from tests.goals.aligning import make_goal
from tests.test_access import TABLE, answer, ask
from tests.world import World

EVERYBODY = ["alice", "bob", "carol", "dana", "finn", "hana", "erin", "ada", "nils"]


def begin(cast: Cast, who: str, whom: str, reason: str = "Support call") -> Client:
    client = cast.client(who)
    assert client.post(reverse("people:look_begin", args=[cast.people[whom].pk]), {"reason": reason}).status_code == 302
    return client


@pytest.mark.parametrize(
    ("who", "whom"),
    [
        ("ada", {"alice", "bob", "carol", "dana", "erin", "nils"}),
        ("bob", {"alice"}),
        ("alice", set()),
        ("dana", set()),
        ("erin", set()),
        ("hana", set()),
        ("finn", set()),
    ],
)
def test_one_looks_downwards_only(cast: Cast, who: str, whom: set[str]) -> None:
    viewer = cast.viewer(who)
    assert {name for name in EVERYBODY if persons.can(viewer, "look_as", cast.people[name])} == whom


def test_a_manager_does_not_look_as_somebody_below_who_sees_more(cast: Cast) -> None:
    grant = Grant.objects.create(person=cast.alice, role=Grant.Role.EXECUTIVE)
    assert not persons.can(cast.viewer("bob"), "look_as", cast.alice)
    grant.delete()
    Grant.objects.create(person=cast.alice, role=Grant.Role.OPERATIONS, team=cast.south)
    assert not persons.can(cast.viewer("bob"), "look_as", cast.alice)


def test_a_manager_does_not_look_as_a_manager_beside_or_above(cast: Cast) -> None:
    chief = make_person("Chief")
    make_seat(cast.sales, chief, "manager")
    beside = make_person("Beside")
    make_seat(cast.north, beside, "manager")
    bob = cast.viewer("bob")
    assert not persons.can(bob, "look_as", chief) and not persons.can(bob, "look_as", beside)
    cast.people["chief"] = chief
    assert persons.can(cast.viewer("chief"), "look_as", cast.bob)


def test_nobody_looks_as_somebody_who_left_or_was_erased_or_of_another_organization(cast: Cast) -> None:
    ada = cast.viewer("ada")
    for change in ({"left_on": "2020-01-01"}, {"left_on": None, "erased_at": timezone.now()}):
        Person.objects.filter(pk=cast.alice.pk).update(**change)
        assert not persons.can(ada, "look_as", Person.objects.get(pk=cast.alice.pk))
    address = reverse("people:look_begin", args=[cast.mallory.pk])
    assert cast.client("ada").post(address, {"reason": "x"}).status_code == 404


def test_one_sees_what_they_see_with_a_banner_that_says_so(cast: Cast) -> None:
    ada = begin(cast, "ada", "alice")
    page = ada.get(reverse("people:person_list")).content.decode()
    assert "You look as Alice Ames, Ada Abel" in page and "Support call" in page
    assert reverse("people:settings") not in page
    assert ada.get(reverse("people:settings")).status_code == 403
    assert reverse("people:settings") in cast.client("ada").get(reverse("people:person_list")).content.decode()


def test_the_person_is_told_by_mail_and_in_the_profile_and_the_log_says_it(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        ada = begin(cast, "ada", "alice")
    [message] = mail.outbox
    assert message.to == ["alice@acme.example"] and "Ada Abel" in message.body and "Support call" in message.body
    ada.post(reverse("people:look_end"))
    assert "Support call" in cast.client("alice").get(reverse("people:profile")).content.decode()
    entries = AuditEntry.objects.filter(subject="person", subject_id=cast.alice.pk, actor=cast.ada)
    assert [entry.action for entry in entries.order_by("pk")] == ["look_begin", "look_end"]
    assert entries.order_by("pk")[0].detail == {"reason": "Support call"}


def test_private_notes_of_the_person_stay_closed_to_whoever_looks(cast: Cast) -> None:
    goal = make_goal(cast.alice)
    CheckIn.objects.create(
        goal=goal,
        on=timezone.now().date(),
        note="Fine",
        private_note="I may leave",
        by=cast.alice,
        created_at=timezone.now(),
    )
    page = f"/goals/{goal.pk}/"
    assert "I may leave" in cast.client("alice").get(page).content.decode()
    looked = begin(cast, "ada", "alice").get(page).content.decode()
    assert "Fine" in looked and "I may leave" not in looked
    assert "I may leave" not in begin(cast, "ada", "bob").get(page).content.decode()


def test_no_look_without_a_reason(cast: Cast) -> None:
    for reason in ("", "   "):
        answer = cast.client("ada").post(reverse("people:look_begin", args=[cast.alice.pk]), {"reason": reason})
        assert answer.status_code == 422
    assert not Look.objects.exists()


def test_it_ends_by_a_click_by_time_and_when_a_role_is_lost(cast: Cast) -> None:
    ada = begin(cast, "ada", "alice")
    ada.post(reverse("people:look_end"))
    assert ada.get(reverse("people:settings")).status_code == 200
    ada = begin(cast, "ada", "alice")
    Look.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert ada.get(reverse("people:settings")).status_code == 200
    bob = begin(cast, "bob", "alice")
    assert "You look as" in bob.get("/people/").content.decode()
    cast.alice.holdings.update(ends_before=timezone.now().date())
    assert "You look as" not in bob.get("/people/").content.decode()


def test_a_look_of_somebody_else_cannot_be_taken_over(cast: Cast) -> None:
    begin(cast, "ada", "erin")
    bob = cast.client("bob")
    session = bob.session
    session["look"] = Look.objects.get().pk
    session.save()
    assert "You look as" not in bob.get("/people/").content.decode()


def test_one_does_not_look_through_somebody_at_a_third(cast: Cast) -> None:
    ada = begin(cast, "ada", "bob")
    assert ada.post(reverse("people:look_begin", args=[cast.alice.pk]), {"reason": "x"}).status_code == 403
    assert Look.objects.get().person == cast.bob


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_every_unsafe_method_is_refused_wherever_it_goes(cast: Cast, method: str) -> None:
    ada = begin(cast, "ada", "bob")
    for address in ("/", "/people/", "/api/anything/", "/accounts/password/change/", "/no/such/page/"):
        assert getattr(ada, method)(address).status_code == 403


PRIVATE = {name for name in TABLE if name.startswith(("mfa_", "account_"))} | {
    "api:notification_list",
    "people:notification_list",
    "people:notification_open",
    "people:notification_preferences",
    "people:profile",
    "people:person_record",
    "people:person_record_file",
}
OUTSIDE = {"people:welcome", "account_logout"}  # have answers of their own


def audited(cast: Cast) -> int:
    with tenant(cast.organization.pk):
        return AuditEntry.objects.count()


def looked_at(world: World, name: str) -> tuple[int, int]:
    """The status that Alice gets at an address, and the one that Ada gets while she looks as Alice."""
    row, cast = TABLE[name], world.cast
    data = world.filled(row, "data")
    address, method = reverse(name, kwargs=world.filled(row, "arguments")), row.get("method", "get")
    own = answer(cast, "alice", method, address, data)
    with transaction.atomic():
        ada = begin(cast, "ada", "alice")
        ada.raise_request_exception = False
        before = audited(cast)
        response = ask(ada, method, address, data)
        assert audited(cast) == before or name == "people:look_end", "something was done"
        transaction.set_rollback(True)
    return own, int(response.status_code)


@pytest.mark.parametrize("name", sorted(TABLE.keys() - OUTSIDE))
def test_every_address_answers_as_to_the_person_and_nothing_is_done(world: World, name: str) -> None:
    own, looked = looked_at(world, name)
    if name == "people:look_end":
        assert looked == 302
    elif TABLE[name].get("method", "get") != "get" or name in PRIVATE:
        assert looked == 403
    else:
        assert looked == own
