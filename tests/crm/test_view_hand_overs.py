"""Hand-overs in the browser, on sheets, by file, by command and by program."""

import json
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from crm.models import HandOver, HandOverDefault, ImportBatch, Opportunity
from crm.services.handover import rule_read
from crm.services.undoing import import_undo
from people.engine.moves import Line
from people.models import AuditEntry, Organization
from people.services.moves import sheet_apply, sheet_create, sheet_preview, sheet_undo
from tests.api.calls import Program, make_key
from tests.cast import NOW, TODAY, Cast, make_person
from tests.crm.access import make_deal, make_stage
from tests.crm.files import run, text_of, write
from tests.crm.test_hand_overs import handed, shares, won

pytestmark = pytest.mark.django_db
RULE = {"rule": "shared", "previous_share": "40", "days": ""}


@pytest.fixture
def deal(cast: Cast) -> Opportunity:
    return make_deal("A1", cast.alice, make_stage("Engaging", "open", 2), closed_on=TODAY + timedelta(5))


def test_operations_hands_a_deal_over_and_the_page_tells_whose_the_credit_will_be(cast: Cast, deal: Any) -> None:
    client, here = cast.client("dana"), f"/deals/{deal.pk}/"
    assert "Hand over" in client.get(here).content.decode()
    data = {"to": cast.carol.pk, "on": "2026-06-15", "reason": "New patch", **RULE}
    assert client.post(f"{here}hand-over/", data)["Location"] == here
    words = client.get(here).content.decode()
    assert "shared: 40% previous owner, 60% new owner" in words and "New patch" in words
    assert "If it closes on" in words and "Alice Ames 40%" in words
    won(deal, TODAY + timedelta(5))
    words = client.get(here).content.decode()
    assert "hand-over on" in words and "If it closes on" not in words
    origin = client.get(f"/why/deals/{deal.pk}/").content.decode()
    assert "Alice Ames, 40% (hand-over on" in origin


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"to": ""}, "This field is required"),
        ({"on": "2026-06-31"}, "Enter a valid date"),
        ({"on": "2099-01-01"}, "today or was on an earlier day"),
        ({"rule": "previous_owner", "days": ""}, "for how many days"),
        ({"rule": "previous_owner", "days": "0"}, "greater than or equal to 1"),
        ({"rule": "shared", "previous_share": ""}, "which share the previous owner"),
        ({"rule": "shared", "previous_share": "100"}, "less than or equal to 99.99"),
        ({"rule": "half"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_done_is_said_beside_the_field(cast: Cast, deal: Any, change: Any, words: str) -> None:
    data = {"to": cast.carol.pk, "on": "2026-06-15", **RULE, **change}
    answer = cast.client("dana").post(f"/deals/{deal.pk}/hand-over/", data)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not HandOver.objects.exists()


def test_a_decided_deal_and_one_of_nobody_are_not_handed_over(cast: Cast) -> None:
    for each, words in [
        (make_deal("W1", cast.alice), "decided"),
        (make_deal("H1", None, make_stage("X", "open")), "owns"),
    ]:
        answer = cast.client("dana").post(f"/deals/{each.pk}/hand-over/", {"to": cast.bob.pk, "on": "2026-06-15"})
        assert (answer.status_code, words in answer.content.decode()) == (422, True)


def test_the_rule_of_the_organization_is_set_on_a_page_and_told_there(cast: Cast) -> None:
    client = cast.client("dana")
    assert "the owner at close gets the credit" in client.get("/hand-overs/").content.decode()
    data = {"rule": "previous_owner", "days": "30", "starts_on": "2026-06-01"}
    assert client.post("/hand-overs/rule/", data).status_code == 302
    words = client.get("/hand-overs/").content.decode()
    assert "the previous owner keeps the credit for 30 days" in words
    assert AuditEntry.objects.filter(action="hand_over_default_set").count() == 1
    assert client.post("/hand-overs/rule/", {"rule": "", "starts_on": "2026-06-01"}).status_code == 422


def test_the_rule_of_one_hand_over_is_changed_on_its_page(cast: Cast, deal: Any) -> None:
    row = handed(deal, cast.alice, cast.carol, TODAY, "shared 40/60")
    client = cast.client("dana")
    assert 'value="40"' in client.get(f"/hand-overs/{row.pk}/").content.decode()
    data = {"rule": "previous_owner", "days": "10", "previous_share": "40", "reason": "agreed"}
    assert client.post(f"/hand-overs/{row.pk}/", data).status_code == 302
    row.refresh_from_db()
    assert (row.rule, row.days, row.previous_share, row.ruled_by) == ("previous_owner", 10, None, cast.dana)


def moved(*row: str) -> Any:
    return sheet_create(viewer=None, lines=[Line(1, *row)], at=NOW)


def test_a_sheet_carries_the_rule_and_its_undoing_takes_it_back(cast: Cast, deal: Any) -> None:
    sheet = moved("Alice Ames", "leaves", "2026-06-10", "", "", "", "Carol Cole", "", "Previous owner 30 days")
    preview = sheet_preview(sheet=sheet)
    [outcome] = preview.outcomes.values()
    assert "Their credit: the previous owner keeps the credit for 30 days." in outcome.words
    assert any(words.startswith("These are: A1 (") for words in outcome.words)
    sheet_apply(viewer=cast.viewer("ada"), sheet=sheet, at=NOW, on=TODAY, digest=preview.digest)
    row = HandOver.objects.get()
    assert (row.from_person, row.to_person, row.handed_on, row.days) == (cast.alice, cast.carol, date(2026, 6, 10), 30)
    sheet.refresh_from_db()
    sheet_undo(viewer=cast.viewer("ada"), sheet=sheet, at=NOW)
    deal.refresh_from_db()
    assert (deal.owner, HandOver.objects.count()) == (cast.alice, 0)


@pytest.mark.parametrize(
    ("heir", "rule", "words"),
    [
        ("Carol Cole", "half", "“half” is no rule"),
        ("", "shared 40/60", "Say to whom"),
        ("Carol Cole", "shared 4/6", "100 %"),
    ],
)
def test_a_rule_that_cannot_be_read_stands_in_the_way_of_its_line(
    cast: Cast, deal: Any, heir: str, rule: str, words: str
) -> None:
    [outcome] = sheet_preview(
        sheet=moved("Alice Ames", "leaves", "2026-06-10", "", "", "", heir, "", rule)
    ).outcomes.values()
    assert words in " ".join(outcome.problems)


def test_an_owner_changed_by_a_file_is_a_hand_over_until_the_file_is_undone(org: Organization, tmp_path: Path) -> None:
    ann, bob = make_person("Ann"), make_person("Bob")
    head = ["opportunity_id", "deal_stage", "owner"]
    run(write(tmp_path, text_of(head, [["A1", "Engaging", "Ann"]])), "opportunity")
    second = run(write(tmp_path, text_of(head, [["A1", "Engaging", "Bob"]]), "second.csv"), "opportunity")
    row = HandOver.objects.get()
    assert (row.from_person, row.to_person, row.batch_id) == (ann, bob, second["batch"])
    import_undo(batch=ImportBatch.objects.get(pk=second["batch"]), at=NOW, actor=None)
    assert not HandOver.objects.exists()
    assert Opportunity.objects.get().owner == ann


def test_a_file_of_credits_replaces_what_was_worked_out_and_gives_it_back(org: Organization, tmp_path: Path) -> None:
    ann, bob = make_person("Ann"), make_person("Bob")
    deal = make_deal("A1", ann, make_stage("Engaging", "open", 2), closed_on=None)
    handed(deal, ann, bob, TODAY, "previous 30")
    won(deal, TODAY)
    lines = text_of(["deal id", "rep", "share"], [["A1", "Bob", "50%"], ["A1", "Ann", "50%"]])
    answer = run(write(tmp_path, lines), "credit")
    assert shares(deal) == {"Ann": Decimal("0.5"), "Bob": Decimal("0.5")}, answer
    import_undo(batch=ImportBatch.objects.get(pk=answer["batch"]), at=NOW, actor=None)
    assert shares(deal) == {"Ann": Decimal(1)}


def command(*words: str) -> dict[str, Any]:
    out = StringIO()
    call_command("crm_hand_over", "--organization", "acme", "--format", "json", *words, stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def test_the_command_hands_over_sets_rules_and_lists(cast: Cast, deal: Any) -> None:
    rules = command("--default", "--rule", "previous owner 30 days", "--on", "2026-01-01")["rules"]
    assert rules[0]["days"] == 30
    [row] = command("--deal", "files/A1", "--to", "carol@acme.example", "--on", "2026-06-01")["hand_overs"]
    assert (row["from"], row["to"], row["rule"], row["is_own_rule"]) == (
        "Alice Ames",
        "Carol Cole",
        "previous_owner",
        False,
    )
    [row] = command("--hand-over", str(row["id"]), "--rule", "shared 25/75")["hand_overs"]
    assert (row["previous_share"], row["is_own_rule"]) == ("0.25", True)
    assert len(command()["hand_overs"]) == 1
    for words in (["--deal", "nope", "--to", "Bob Brand"], ["--default", "--rule", "half"], ["--hand-over", "0"]):
        with pytest.raises(CommandError):
            command(*words)
    out = StringIO()
    call_command("crm_hand_over", "--organization", "acme", stdout=out)
    assert "since 2026-01-01: previous_owner 30 days" in out.getvalue()


def test_a_program_hands_over_and_changes_the_rule_of_the_state_it_saw(cast: Cast, deal: Any) -> None:
    program = Program(make_key(cast, "ada")[1])
    made = program.send(
        "POST",
        f"/api/v1/opportunities/{deal.pk}/hand-over",
        {"to_id": cast.carol.pk, "rule": "shared 40", "on": "2026-06-01"},
    )
    assert made.status_code == 201, made.content
    row = made.json()
    assert (row["rule"], row["previous_share"], row["to_person"]["name"]) == ("shared", "0.4", "Carol Cole")
    credits = program.send("GET", f"/api/v1/opportunities/{deal.pk}/credits").json()
    assert credits == []
    won(deal, TODAY)
    credits = program.send("GET", f"/api/v1/opportunities/{deal.pk}/credits").json()
    assert {each["origin"] for each in credits} == {"hand_over"}
    assert {each["hand_over_id"] for each in credits} == {row["id"]}
    bad = program.send("POST", "/api/v1/hand-over-rules", {"rule": "half", "starts_on": "2026-01-01"})
    assert bad.status_code == 422
    assert HandOverDefault.objects.count() == 0
    assert rule_read("shared 40").kind == "shared"
