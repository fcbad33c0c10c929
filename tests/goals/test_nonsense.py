"""Whatever is typed into the forms of goals is answered beside the field, and what else was typed is still there."""

from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from goals.models import Alignment, CheckIn, Goal, Objective
from people.wall import tenant
from tests.cast import Cast
from tests.goals.access import DAYS, objects
from tests.goals.build import make_goal, make_objective

SignIn = Callable[[str], Client]
LONG_TEXT = "Ünïcode 🏔️ " * 1000  # more than ten thousand characters
NUMBERS = ["-5", "1e400", "9" * 30, "NaN", "²", "\x00"]
DAYS_TYPED = ["0001-01-01", "9999-12-31", "2026-02-30", "\x00"]
TEXTS = [LONG_TEXT, "\x00", "<script>alert(1)</script>🏔️"]
CHOICES = ["nothing", f"objective:{'9' * 30}", "\x00"]
KEPT = "Kept: Win the north back ✓"


class Fields(HTMLParser):
    """The fields of the last form of a page that is sent by POST and has a button, with their values."""

    def __init__(self) -> None:
        super().__init__()
        self.kinds: dict[str, str] = {}
        self.values: dict[str, Any] = {}
        self.select, self.area, self.is_inside = "", "", False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name = found.get("name") or ""
        if tag == "form":
            self.is_inside = found.get("method") == "post" and "action" not in (found.get("class") or "")
        if tag == "select" and self.is_inside:
            self.select, self.kinds[name] = name, "choice"
        if tag == "option" and self.select and ("selected" in found or self.select not in self.values):
            self.values[self.select] = found.get("value") or ""  # the first one, as a browser does
        if tag == "textarea" and self.is_inside:
            self.area, self.kinds[name], self.values[name] = name, "text", ""
        if tag == "input" and self.is_inside and name and name != "csrfmiddlewaretoken":
            kind = {"date": "day", "hidden": "hidden", "checkbox": "box"}.get(found.get("type") or "", "text")
            self.kinds[name] = "number" if found.get("inputmode") == "decimal" else kind
            if kind != "box":
                self.values[name] = found.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""
        if tag == "textarea":
            self.area = ""
        if tag == "form":
            self.is_inside = False

    def handle_data(self, data: str) -> None:
        if self.area:
            self.values[self.area] += data


@pytest.fixture
def rows(cast: Cast) -> dict[str, Any]:
    found = objects(cast)
    today = timezone.localdate()
    over = make_goal(
        cast.alice, "Over", starts_on=today - timedelta(days=90), ends_before=today - timedelta(days=1), target=1
    )
    return {**found, "north": cast.north.pk, "over": over.pk}


FORMS = [
    ("bob", "/goals/add/", {"name": KEPT, "metric": "revenue", "target": "100"}),
    ("bob", "/goals/{alices_goal}/revise/", {"target": "1200", "reason": KEPT}),
    ("bob", "/goals/{alices_goal}/withdraw/", {"reason": KEPT}),
    ("alice", "/goals/{alices_goal}/check-in/", {"note": KEPT}),
    ("alice", "/goals/{bobs_goal}/help/", {"note": KEPT}),
    ("bob", "/help/{taken_offer}/thanks/", {"thanks": KEPT}),
    ("bob", "/goals/requests/{alices_request}/", {"answer": KEPT, "decision": "approve"}),
    ("dana", "/objectives/new/", {"name": KEPT, "metric": "revenue", "target": "100"}),
    ("dana", "/objectives/{objective}/change/", {"reason": KEPT}),
    ("dana", "/objectives/{objective}/check-in/", {"note": KEPT}),
    ("dana", "/goals/templates/new/", {"name": KEPT, "metric": "revenue"}),
    ("dana", "/goals/templates/{template}/", {}),
    ("dana", "/goals/carry/", {"goal": "{over}"}),
    ("dana", "/goals/together/", {"goal": "{alices_goal}", "value": "1.1", "reason": KEPT, "step": "preview"}),
    ("bob", "/goals/teams/{north}/set/", {"name": KEPT, "reason": "Strategy"}),
]
NASTY = {
    "number": NUMBERS,
    "day": DAYS_TYPED,
    "text": TEXTS,
    "choice": CHOICES,
    "hidden": [NUMBERS[0], NUMBERS[2], CHOICES[0]],
}


@pytest.mark.parametrize(("who", "address", "sent"), FORMS, ids=[address for _who, address, _sent in FORMS])
def test_nonsense_in_any_field_is_answered_and_nothing_else_is_lost(
    cast: Cast, sign_in: SignIn, rows: dict[str, Any], who: str, address: str, sent: dict[str, str]
) -> None:
    address = address.format(**rows)
    client = sign_in(who)
    fields = Fields()
    fields.feed(client.get(address).content.decode())
    good = {**fields.values, **{name: text.format(**rows) for name, text in sent.items()}}
    assert set(sent) - {"decision", "step", "goal"} <= set(fields.kinds), (sorted(fields.kinds), address)
    for name, kind in fields.kinds.items():
        for nasty in NASTY.get(kind, []):
            before = Goal.objects.count()
            answer = client.post(address, {**good, name: nasty})
            assert answer.status_code in (302, 422, 200), (name, nasty[:40], answer.status_code)
            if answer.status_code == 422 and KEPT in good.values() and good.get(name) != KEPT:
                assert KEPT in answer.content.decode(), (name, nasty[:40])
            if answer.status_code == 422:
                assert Goal.objects.count() == before
            assert "<script>alert(1)" not in answer.content.decode()
        if not Goal.objects.filter(pk=rows["alices_goal"], withdrawn_at=None).exists():
            return  # it was withdrawn for the reason given


@pytest.mark.parametrize(
    ("values", "beside"),
    [
        ({"target": "-5"}, "The target must be higher than the baseline."),
        ({"starts_on": "2026-07-01", "ends_before": "2026-04-01"}, "The end must come after the start."),
        ({"starts_on": "0001-01-01", "ends_before": "0001-02-01"}, "Choose days between 1990 and 2200."),
        ({"ends_before": "9999-12-31"}, "Choose days between 1990 and 2200."),
        ({"target": "9" * 14}, "Ensure this value is less than or equal to"),
        ({"specific": LONG_TEXT}, "at most 4000 characters"),
        ({"name": "🏔️" * 150}, "at most 200 characters"),
        ({"commit_value": "200"}, "What is committed cannot be beyond the target."),
    ],
)
def test_what_makes_no_sense_in_a_goal_is_said_beside_its_field(
    cast: Cast, sign_in: SignIn, values: dict[str, str], beside: str
) -> None:
    bob = sign_in("bob")
    fields = Fields()
    fields.feed(bob.get("/goals/add/").content.decode())
    good = {**fields.values, "name": KEPT, "metric": "revenue", "target": "100", "relevant": "It carries the year 🏔️"}
    answer = bob.post("/goals/add/", {**good, **values})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert beside in text
    assert 'aria-invalid="true"' in text
    assert "It carries the year 🏔️" in text
    assert not Goal.objects.filter(relevant__contains="carries").exists()


def test_emoji_and_long_words_come_back_as_they_were_typed(cast: Cast, sign_in: SignIn) -> None:
    bob = sign_in("bob")
    fields = Fields()
    fields.feed(bob.get("/goals/add/").content.decode())
    name, detail = "🏔️ Ünïcode‮ goal", "x" * 4000
    sent = {**fields.values, "name": name, "specific": detail, "metric": "revenue", "target": "100"}
    assert bob.post("/goals/add/", sent).status_code == 302
    goal = Goal.objects.get(name=name)
    assert goal.specific == detail
    assert name in bob.get(f"/goals/{goal.pk}/").content.decode()


def test_a_second_click_says_the_same_once(cast: Cast, sign_in: SignIn, rows: dict[str, Any]) -> None:
    """Check-ins of goals and objectives, offers, revisions, a whole team's goals."""
    alice, bob, dana = sign_in("alice"), sign_in("bob"), sign_in("dana")
    said = {"on": timezone.localdate().isoformat(), "confidence": "high", "note": "Going well"}
    for _click in range(2):
        assert alice.post(f"/goals/{rows['alices_goal']}/check-in/", said).status_code == 302
        assert dana.post(f"/objectives/{rows['objective']}/check-in/", said).status_code == 302
    assert list(CheckIn.objects.order_by("pk").values_list("goal", "objective")) == [
        (rows["alices_goal"], None),
        (None, rows["objective"]),
    ]
    assert alice.post(f"/goals/{rows['alices_goal']}/check-in/", {**said, "note": "Better"}).status_code == 302
    assert CheckIn.objects.count() == 3

    fields = Fields()
    fields.feed(bob.get(f"/goals/{rows['alices_goal']}/revise/").content.decode())
    changed = {**fields.values, "target": "2000", "reason": "Strategy"}
    for _click in range(2):
        assert bob.post(f"/goals/{rows['alices_goal']}/revise/", changed).status_code == 302
    assert Goal.objects.get(pk=rows["alices_goal"]).version == 2

    address = f"/goals/teams/{cast.north.pk}/set/?metric=won_count"
    fields = Fields()
    fields.feed(bob.get(address).content.decode())
    lines = {**fields.values, f"person-{cast.alice.pk}-target": "12", "name": "Twelve"}
    for _click in range(2):
        assert bob.post(address, lines).status_code == 302
    assert Goal.objects.filter(name="Twelve").count() == 1


def test_a_line_that_somebody_else_set_meanwhile_is_told_with_both_values(cast: Cast, sign_in: SignIn) -> None:
    address = f"/goals/teams/{cast.north.pk}/set/?metric=won_count"
    bob, dana = sign_in("bob"), sign_in("dana")
    fields = Fields()
    fields.feed(bob.get(address).content.decode())
    line = f"person-{cast.alice.pk}-target"
    assert dana.post(address, {**fields.values, "name": "Twelve", line: "12"}).status_code == 302
    answer = bob.post(address, {**fields.values, "name": "Mine", line: "15", "reason": "Spring"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Dana Diaz set it" in text
    assert 'value="15"' in text
    again = Fields()
    again.feed(text)
    assert bob.post(address, {**again.values, "reason": "Spring"}).status_code == 302
    assert Goal.objects.get(name="Twelve").target == 15


def test_a_decision_on_a_goal_that_was_changed_meanwhile_can_be_sent_again(
    cast: Cast, sign_in: SignIn, rows: dict[str, Any]
) -> None:
    bob, dana = sign_in("bob"), sign_in("dana")
    address = f"/goals/requests/{rows['alices_request']}/"
    fields = Fields()
    fields.feed(bob.get(address).content.decode())
    revise = f"/goals/{rows['alices_goal']}/revise/"
    form = Fields()
    form.feed(dana.get(revise).content.decode())
    assert dana.post(revise, {**form.values, "target": "1500", "reason": "Strategy"}).status_code == 302
    sent = {**fields.values, "decision": "approve", "answer": "Yes 🏔️"}
    refused = bob.post(address, sent)
    assert refused.status_code == 422
    assert "Dana Diaz changed" in refused.content.decode()
    assert "Yes 🏔️" in refused.content.decode()
    again = Fields()
    again.feed(refused.content.decode())
    assert bob.post(address, {**again.values, "decision": "approve"}).status_code == 302
    assert Goal.objects.get(pk=rows["alices_goal"]).target == 900


def test_ids_of_another_organization_are_nothing(cast: Cast, sign_in: SignIn) -> None:
    """As parent, as holder, as ticked rows."""
    with tenant(cast.other.pk):
        theirs = make_goal(cast.mallory, "Theirs", **DAYS)
        objective = make_objective("Theirs too", **DAYS)
    bob, dana = sign_in("bob"), sign_in("dana")
    mine = make_goal(cast.alice, "Mine", **DAYS)
    fields = Fields()
    fields.feed(bob.get("/goals/add/").content.decode())
    good = {**fields.values, "name": "New", "metric": "revenue", "target": "100"}
    for foreign in ({"parent": f"objective:{objective.pk}"}, {"parent": f"goal:{theirs.pk}"}):
        assert bob.post("/goals/add/", {**good, **foreign}).status_code == 422
    assert bob.post("/goals/add/", {**good, "holder": f"person:{cast.mallory.pk}"}).status_code == 422
    assert bob.post(f"/goals/{mine.pk}/align/", {"parent": f"goal:{theirs.pk}"}).status_code == 422
    bulk = {"goal": str(theirs.pk), "rule": "factor", "value": "2", "reason": "Mine", "step": "apply"}
    assert dana.post("/goals/together/", bulk).status_code == 422
    assert not Goal.objects.filter(name="New").exists() and not Alignment.objects.exists()
    with tenant(cast.other.pk):
        assert Goal.objects.get(pk=theirs.pk).target == 1000
        assert Objective.objects.get(pk=objective.pk).target == 12_000_000
