"""The audit log: every action has words, filters agree with the file, and nobody changes what stands in it."""

import ast
import csv
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.db import InternalError, connection, transaction
from django.test import Client
from django.urls import reverse

from goals.models import QuotaRequest
from people.audit import audit
from people.models import AuditEntry
from people.services.record import log_about
from people.views.words import ACTIONS
from tests.cast import NOW, Cast
from tests.crm.access import make_batch, make_deal, make_quota
from tests.planning.access import make_plan

ROOT = Path(__file__).resolve().parents[2]
APPS = ["people", "crm", "metrics", "goals", "incentives", "spm"]


@pytest.fixture
def ada(cast: Cast) -> Client:
    return cast.client("ada")


def page(client: Client, **query: Any) -> list[list[str]]:
    answer = client.get(reverse("people:audit_list"), query)
    assert answer.status_code == 200
    return [[text for _column, _cell, text in line] for line in answer.context["table"].lines]


def audited_actions() -> set[str]:
    """What the sources hand to `audit` as its action, also through a function of the same file that passes it on."""
    found = set()
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            found |= actions_of(ast.parse(path.read_text(encoding="utf-8")))
    return found


def actions_of(tree: ast.Module) -> set[str]:
    takes = {"audit": 0}  # functions by the place of the action among their arguments
    for function in [node for node in tree.body if isinstance(node, ast.FunctionDef)]:
        places = {argument.arg: place for place, argument in enumerate(function.args.args)}
        for action in first_arguments(function, {"audit": 0}):
            if isinstance(action, ast.Name) and action.id in places:
                takes[function.name] = places[action.id]
    return {text for action in first_arguments(tree, takes) for text in texts_of(action, tree)}


def first_arguments(tree: ast.AST, takes: dict[str, int]) -> list[ast.expr]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    return [
        call.args[takes[call.func.id]] for call in calls if isinstance(call.func, ast.Name) and call.func.id in takes
    ]


def texts_of(action: ast.expr, tree: ast.Module) -> set[str]:
    """The texts that an expression can be: itself, either branch, or what a variable of that name is given."""
    if isinstance(action, ast.Name):
        given = [node.value for node in ast.walk(tree) if isinstance(node, ast.Assign) and named(node, action.id)]
        return set().union(*(texts_of(value, tree) for value in given))
    if isinstance(action, ast.IfExp):
        return texts_of(action.body, tree) | texts_of(action.orelse, tree)
    return {action.value} if isinstance(action, ast.Constant) and isinstance(action.value, str) else set()


def named(node: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in node.targets)


def test_every_audited_action_has_words() -> None:
    assert {"person_change", "rate_delete", "help_decline", "plan_decide", "seat_quota_create"} <= audited_actions()
    assert audited_actions() - ACTIONS.keys() == set()


def test_the_log_is_filtered_by_who_what_whom_and_when(cast: Cast, ada: Client) -> None:
    audit("person_change", actor=cast.ada, at=NOW, subject=cast.alice)
    audit("grant_give", actor=cast.bob, at=NOW + timedelta(days=1), subject="grant", detail={"person": cast.alice.pk})
    audit("team_rename", actor=None, at=NOW + timedelta(days=2), subject=cast.north, detail={"name": ["A", "B"]})
    assert [line[2] for line in page(ada)] == ["Team renamed", "Role given", "Changed"]
    assert [line[2] for line in page(ada, actor=cast.ada.pk)] == ["Changed"]
    assert [line[2] for line in page(ada, about=cast.alice.pk)] == ["Role given", "Changed"]
    assert [line[2] for line in page(ada, action="team_rename")] == ["Team renamed"]
    assert [line[2] for line in page(ada, subject="team")] == ["Team renamed"]
    day = (NOW + timedelta(days=1)).date()
    assert [line[2] for line in page(ada, starts_on=day, ends_on=day)] == ["Role given"]
    assert page(ada)[0][4] == "name: A → B" and page(ada)[1][4] == "person: Alice Ames"


def test_entries_about_somebody_are_found_by_whatever_names_them(cast: Cast, ada: Client) -> None:
    alice = cast.alice.pk
    audit("delegation_add", actor=cast.ada, at=NOW, subject=cast.bob, detail={"delegate": alice})
    audit("leave_add", actor=cast.dell, at=NOW, subject=cast.carol, detail={"for": alice})
    audit(
        "credits_save",
        actor=cast.ada,
        at=NOW,
        subject="opportunity",
        detail={"before": [], "after": [{"person": alice}]},
    )
    audit("plan_lock", actor=cast.ada, at=NOW, subject="planversion", detail={"line": alice, "person": None})
    assert {line[2] for line in page(ada, about=alice)} == {
        "Stand-in named",
        "Leave entered",
        "Credits of a deal changed",
    }
    assert len(list(log_about(cast.alice).rows)) == 3
    assert page(ada, about=cast.finn.pk) == []


def test_details_are_words_and_no_data_of_a_program(cast: Cast, ada: Client) -> None:
    shares = [{"person": cast.alice.pk, "role": "owner", "share": "0.600000"}, {"person": None, "role": "split"}]
    days = {"starts_on": "2026-06-15", "ends_before": "9999-12-31"}
    audit("credits_save", actor=cast.ada, at=NOW, subject="deal", detail={"before": [], "after": shares})
    audit(
        "delegation_add",
        actor=cast.ada,
        at=NOW,
        subject=cast.bob,
        detail={"delegate": cast.alice.pk, "all": True, **days},
    )
    cells = {"2027-01-01": ["0.000000", "50000.50", True], "2027-02-01": ["10", "100.00", False]}
    audit("plan_cells_change", actor=cast.ada, at=NOW, subject=cast.north, detail={"cells": cells})
    audit("team_move", actor=cast.ada, at=NOW, subject=cast.north, detail={"parent": cast.south.pk, "on": ["x" * 600]})
    moved, plan, stands_in, credit = [line[4] for line in page(ada)]
    assert credit == "before: –; after: person: Alice Ames, role: owner, share: 0.6 / person: –, role: split"
    assert stands_in == "all: yes; stand-in: Alice Ames; from day: 15 Jun 2026; until before: further notice"
    assert plan == "numbers: Jan 2027 0 → 50,000.5 (locked), Feb 2027 10 → 100"
    assert moved.endswith("x …") and len(moved) < 510


def test_a_change_says_what_was_and_what_is_and_days_and_roles_are_words(cast: Cast, ada: Client) -> None:
    was = {"person": cast.alice.pk, "amount": "100.000000 USD", "days": ["2026-01-01", "9999-12-31"]}
    now = {**was, "amount": "120.500000 USD"}
    audit("quota_change", actor=cast.ada, at=NOW, subject="quota", detail={"before": was, "after": now})
    audit("grant_give", actor=cast.ada, at=NOW, subject="grant", detail={"role": "hr", "team": None})
    audit(
        "deal_hand_over",
        actor=cast.ada,
        at=NOW,
        subject="opportunity",
        detail={"from": cast.bob.pk, "to": cast.alice.pk},
    )
    audit(
        "organization_change",
        actor=cast.ada,
        at=NOW,
        subject=cast.organization,
        detail={"second_factor_roles": [["hr"], ["hr", "finance"]]},
    )
    audit("person_change", actor=cast.ada, at=NOW, subject=cast.bob, detail={"fields": ["hired_on", "left_on"]})
    fields, roles, handed, given, changed = [line[4] for line in page(ada)]
    assert changed == ("amount: 100 USD → 120.5 USD; days: 1 Jan 2026 until before further notice; person: Alice Ames")
    assert given == "role: HR; team: –"
    assert handed == "from: Bob Brand; to: Alice Ames"
    assert page(ada, action="organization_change")[0][3] == "Organization"
    assert roles == "second factor required for: hr → hr, finance"
    assert fields == "fields: hired on, left on"
    assert [line[2] for line in page(ada, about=cast.alice.pk)] == ["Deal handed over", "Quota changed"]


def test_days_of_the_filter_are_those_of_the_organization(cast: Cast, ada: Client) -> None:
    cast.organization.time_zone = "Pacific/Kiritimati"  # fourteen hours ahead
    cast.organization.save()
    audit("team_rename", actor=None, at=datetime(2026, 6, 15, 12, tzinfo=UTC), subject=cast.north)
    assert page(ada, starts_on="2026-06-16", ends_on="2026-06-16") and not page(ada, ends_on="2026-06-15")


def test_the_file_holds_what_the_page_shows(cast: Cast, ada: Client) -> None:
    for number in range(70):
        audit("person_change", actor=cast.ada, at=NOW, subject=cast.alice, detail={"fields": [f"=cmd{number}"]})
    audit("team_rename", actor=cast.ada, at=NOW, subject=cast.north)
    answer: Any = ada.get(reverse("people:audit_file"), {"action": "person_change"})
    rows = list(csv.reader(StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert len(rows) == 71 and {row[2] for row in rows[1:]} == {"person_change"}
    assert {row[6] for row in rows[1:]} == {"Alice Ames"}


def test_the_page_takes_the_same_number_of_queries_at_any_length(
    cast: Cast, ada: Client, django_assert_max_num_queries: Any
) -> None:
    for person in cast.people.values():
        if person != cast.mallory:
            audit("person_change", actor=person, at=NOW, subject=person)
            audit("seat_assign", actor=person, at=NOW, subject=cast.vacant_seat, detail={"person": person.pk})
    with django_assert_max_num_queries(19):
        assert len(page(ada)) > 10


def test_one_sees_the_entries_about_oneself_and_nobody_elses(cast: Cast) -> None:
    audit("person_change", actor=cast.ada, at=NOW, subject=cast.alice)
    alice = cast.client("alice")
    assert alice.get(reverse("people:person_detail", args=[cast.alice.pk])).context["events"]
    assert not cast.client("bob").get(reverse("people:person_detail", args=[cast.alice.pk])).context["events"]
    assert alice.get(reverse("people:audit_list")).status_code == 403


@pytest.mark.parametrize("erasure", ["", "on"])
def test_an_entry_is_never_deleted_and_only_its_details_are_ever_changed(cast: Cast, erasure: str) -> None:
    audit("person_change", actor=cast.ada, at=NOW, subject=cast.alice, detail={"name": "Alice"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.erasure', %s, true)", [erasure])
    for change in ({"action": "other"}, {"at": NOW + timedelta(1)}, {"actor": cast.bob}, {"subject_id": 1}):
        with pytest.raises(InternalError), transaction.atomic():
            AuditEntry.objects.update(**change)
    with pytest.raises(InternalError), transaction.atomic():
        AuditEntry.objects.all().delete()
    if erasure:
        assert AuditEntry.objects.update(detail={}) == 1
    else:
        with pytest.raises(InternalError), transaction.atomic():
            AuditEntry.objects.update(detail={})


def test_a_fingerprint_is_short_to_read_and_whole_to_copy(cast: Cast, ada: Client) -> None:
    digest = "0123456789abcdef" * 4
    audit("letter_issue", actor=cast.ada, at=NOW, subject="quotaletter", detail={"sha256": digest})
    text = ada.get("/audit/").content.decode()
    assert "fingerprint: 0123456789ab…" in text
    assert f'<details class="cell__whole"><summary>All of it</summary><span>fingerprint: {digest}</span>' in text
    file = b"".join(ada.get("/audit/file/").streaming_content).decode()  # type: ignore[attr-defined]
    assert digest in file


def test_deals_quotas_and_imports_are_called_by_their_names(cast: Cast, ada: Client) -> None:
    deal, quota = make_deal("A1", cast.alice, name="Rope for Acme"), make_quota(cast.alice)
    batch = make_batch()
    for subject in (deal, quota, batch):
        audit("merge", actor=cast.ada, at=NOW, subject=subject)
    text = ada.get("/audit/").content.decode()
    assert f'href="/deals/{deal.pk}/"' in text and "Rope for Acme" in text
    assert f'href="/quotas/{quota.pk}/"' in text and "Alice Ames, 1 Apr 2026 – 30 Jun 2026" in text
    assert f'href="/imports/{batch.pk}/"' in text and "deals.csv" in text
    number = quota.pk
    quota.delete()
    assert f"Quota {number}" in ada.get("/audit/").content.decode()


def test_plans_letters_and_requests_are_called_by_their_names(cast: Cast, ada: Client) -> None:
    quota = make_quota(cast.alice)
    version = make_plan(cast)
    values = {"former_amount": 9000, "amount": 81000, "reason": "more", "asked_by": cast.bob, "asked_at": NOW}
    asked = QuotaRequest.objects.create(quota=quota, person=cast.alice, **values)
    audit("quota_request_ask", actor=cast.bob, at=NOW, subject=asked, detail={"quota": quota.pk, "amount": "81000"})
    audit("plan_submit", actor=cast.ada, at=NOW, subject=version)
    (submitted, requested) = page(ada)[:2]
    assert submitted[3] == "Year 2026, version 1"
    assert requested[3] == "Alice Ames, 1 Apr 2026 – 30 Jun 2026"
    assert requested[4] == "amount: 81,000; quota: Alice Ames, 1 Apr 2026 – 30 Jun 2026"
