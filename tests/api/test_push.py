"""Facts in bulk: the steps of a file, idempotent, all or nothing or row by row, tried out first."""

from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from crm.engine.layout import Line
from crm.intake.pushed import pushed_file
from crm.intake.sources import source_open
from crm.models import ImportBatch, ImportRow, Opportunity, Product
from metrics.services import rollups_recompute
from people.jobs import jobs_work
from people.models import ApiReplay, AuditEntry, Person
from people.wall import tenant
from tests.api.calls import Program, make_key, problem_of, program
from tests.cast import Cast

DEALS = "/api/v1/facts/opportunity"
ROWS = [
    {"id": "D1", "owner": "Alice Ames", "stage": "Won", "amount": 100.25, "closed_on": "2026-05-01"},
    {"id": "D2", "owner": "Nobody Known", "stage": "Lost", "amount": None, "closed_on": "2026-05-02"},
]


@pytest.fixture
def dana(cast: Cast) -> Program:
    return program(cast, "dana", ["facts:write", "facts:read"])


def body(rows: Any = None, **more: Any) -> dict[str, Any]:
    return {"source": "crm", "rows": ROWS if rows is None else rows, **more}


def counts(answer: Any) -> tuple[int, ...]:
    found = answer.json()
    return tuple(found[name] for name in ("received", "created", "updated", "unchanged", "refused"))


def test_rows_become_facts_and_a_batch_that_can_be_looked_at(cast: Cast, dana: Program) -> None:
    answer = dana.post(DEALS, body())
    assert (answer.status_code, counts(answer)) == (200, (2, 2, 0, 0, 0))
    deal = Opportunity.objects.get(external_id="D1")
    assert (deal.amount, deal.owner, deal.source) == (Decimal("100.25"), cast.alice, "crm")
    assert Opportunity.objects.get(external_id="D2").amount is None
    batch = ImportBatch.objects.get(pk=answer.json()["import_id"])
    assert (batch.state, batch.created, batch.created_by, batch.columns) == ("applied", 2, cast.dana, list(ROWS[0]))
    assert (deal.batch, deal.row_number) == (batch, 2)
    [told] = [issue for issue in answer.json()["issues"] if issue["field"] == "owner"]
    assert (told["row"], told["value"], told["level"]) == (2, "Nobody Known", "warning")
    assert cast.client("dana").get(f"/imports/{batch.pk}/").status_code == 200
    lines = dana.get(f"/api/v1/imports/{batch.pk}/rows").json()["results"]
    assert (lines[0]["line"], lines[0]["values"]["amount"], lines[0]["result"]) == (2, "100.25", "created")


def test_the_same_rows_again_change_nothing_and_changed_ones_update(dana: Program) -> None:
    dana.post(DEALS, body())
    assert counts(dana.post(DEALS, body())) == (2, 0, 0, 2, 0)
    assert counts(dana.post(DEALS, body([{**ROWS[0], "amount": "99.90"}]))) == (1, 0, 1, 0, 0)
    assert Opportunity.objects.count() == 2
    assert Opportunity.objects.get(external_id="D1").amount == Decimal("99.9")


def test_a_field_that_is_not_sent_stays_and_null_empties_it(dana: Program) -> None:
    dana.post(DEALS, body())
    dana.post(DEALS, body([{"id": "D1", "stage": "Lost"}]))
    assert Opportunity.objects.get(external_id="D1").amount == Decimal("100.25")
    dana.post(DEALS, body([{"id": "D1", "stage": "Lost", "amount": None}]))
    assert Opportunity.objects.get(external_id="D1").amount is None


def test_the_same_id_of_another_source_is_another_fact(dana: Program) -> None:
    dana.post(DEALS, body())
    assert counts(dana.post(DEALS, {"source": "erp", "rows": ROWS}))[1] == 2


def test_row_by_row_takes_what_it_can_and_says_why_not_the_rest(dana: Program) -> None:
    answer = dana.post(DEALS, body([*ROWS, {**ROWS[0], "id": "D3", "amount": "plenty"}]))
    assert (answer.status_code, counts(answer)) == (200, (3, 2, 0, 0, 1))
    [refused] = answer.json()["refused_rows"]
    assert (refused["row"], refused["id"]) == (3, "D3")
    assert "plenty" in refused["reason"]
    [issue] = [issue for issue in answer.json()["issues"] if issue["level"] == "error"]
    assert (issue["row"], issue["field"], issue["value"]) == (3, "amount", "plenty")


def test_all_or_nothing_keeps_nothing_but_the_batch(dana: Program) -> None:
    answer = dana.post(DEALS, body([*ROWS, {**ROWS[0], "id": "D3", "amount": "plenty"}], all_or_nothing=True))
    assert (answer.status_code, problem_of(answer)["code"]) == (422, "nothing_applied")
    assert answer.json()["refused_rows"][0]["row"] == 3
    assert not Opportunity.objects.exists()
    batch = ImportBatch.objects.get(pk=answer.json()["import_id"])
    assert batch.state == "failed"


def test_a_trial_says_what_would_happen_and_keeps_nothing(dana: Program) -> None:
    answer = dana.post(DEALS, body([*ROWS, {**ROWS[0], "id": "D3", "amount": "plenty"}], dry_run=True))
    assert (answer.status_code, counts(answer)) == (200, (3, 2, 0, 0, 1))
    assert answer.json()["import_id"] is None and answer.json()["refused_rows"]
    assert not (Opportunity.objects.exists() or ImportBatch.objects.exists() or ImportRow.objects.exists())
    assert not AuditEntry.objects.filter(action="facts_push").exists()


def test_a_push_can_be_undone_like_a_file(cast: Cast, dana: Program) -> None:
    dana.post(DEALS, body())
    second = dana.post(DEALS, body([{**ROWS[0], "amount": 5}])).json()["import_id"]
    assert dana.post(f"/api/v1/imports/{second}/undo").status_code == 202
    jobs_work(cast.organization.pk)
    assert dana.get(f"/api/v1/imports/{second}").json()["state"] == "undone"
    assert Opportunity.objects.get(external_id="D1").amount == Decimal("100.25")


def test_figures_follow(cast: Cast, dana: Program) -> None:
    dana.post(DEALS, body())
    rollups_recompute(organization_id=cast.organization.pk)
    answer = program(cast, "ada").get("/api/v1/metrics/values?metric=revenue").json()
    assert answer["rows"][0]["value"] == "100.25"


def test_who_did_it_is_kept_with_the_key(cast: Cast) -> None:
    key, text = make_key(cast, "dana")
    answer = Program(text).post(DEALS, body())
    entry = AuditEntry.objects.get(action="facts_push")
    assert (entry.actor, entry.subject_id, entry.detail["api_key"]) == (cast.dana, answer.json()["import_id"], key.pk)


def test_people_without_the_role_send_nothing(cast: Cast) -> None:
    for who in ["alice", "bob", "erin", "finn"]:
        assert problem_of(program(cast, who).post(DEALS, body()))["code"] == "forbidden"
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize(
    ("rows", "field", "code"),
    [
        ([{"id": "D1", "stage": "Won", "colour": "red"}], "rows.1", "unknown_field"),
        ([{}], "rows.1", "unknown_field"),
        ([{"id": "D1", "stage": "Won"}, {"id": "D2"}], "rows.2", "other_fields"),
        ([{"id": "D1", "stage": ["Won"]}], "rows.1.stage", "not_a_value"),
        ([{"id": {"a": 1}, "stage": "Won"}], "rows.1.id", "not_a_value"),
        ([], "rows", "empty"),
        ([1], "rows.1", "not_a_dict"),
        ([{"id": "D1"}, 1], "rows.2", "not_a_dict"),
        ("D1", "rows", "not_a_list"),
        (None, "rows", "null"),
    ],
)
def test_what_is_no_row_is_refused_by_place(dana: Program, rows: Any, field: str, code: str) -> None:
    answer = dana.post(DEALS, {"source": "crm", "rows": rows})
    assert answer.status_code == 422
    [error] = problem_of(answer)["errors"]
    assert (error["field"], error["code"]) == (field, code)
    assert not ImportBatch.objects.exists()


def test_an_unknown_field_names_the_one_that_was_meant(dana: Program) -> None:
    answer = dana.post(DEALS, body([{"id": "D1", "stage": "Won", "amout": 1}]))
    assert "“amount”" in problem_of(answer)["detail"]


def test_a_missing_required_field_is_told(dana: Program) -> None:
    answer = dana.post(DEALS, body([{"owner": "Alice Ames"}]))
    assert (answer.status_code, problem_of(answer)["code"]) == (422, "nothing_applied")
    assert answer.json()["issues"][0]["code"] == "no_column"


def test_a_day_or_amount_means_the_same_whatever_is_sent_beside_it(dana: Program) -> None:
    rows = [
        {"id": "D1", "stage": "Won", "closed_on": "01/02/2026", "amount": "1.234"},
        {"id": "D2", "stage": "Won", "closed_on": "2026-02-01", "amount": "1.234"},
        {"id": "D3", "stage": "Won", "closed_on": "31/01/2026", "amount": "2,5"},
    ]
    answer = dana.post(DEALS, body(rows)).json()
    assert [each["row"] for each in answer["refused_rows"]] == [1, 3]
    found = dana.get("/api/v1/opportunities?external_id=D2").json()["results"][0]
    assert found["amount"] == "1.234"


def test_an_unknown_kind_is_nothing(dana: Program) -> None:
    answer = dana.post("/api/v1/facts/unicorn", body())
    assert answer.status_code == 404
    assert "opportunity" in problem_of(answer)["detail"]


def test_more_rows_than_one_request_holds_are_refused(dana: Program, settings: LazySettings) -> None:
    settings.API_MOST_FACTS = 1
    answer = dana.post(DEALS, body())
    assert (answer.status_code, problem_of(answer)["code"]) == (413, "too_large")


def test_a_thousand_rows_cost_no_more_queries_than_ten(dana: Program) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries(first: int, count: int) -> int:
        rows = [{"id": f"P{first + number}", "name": f"Product {first + number}"} for number in range(count)]
        with CaptureQueriesContext(connection) as seen:
            assert counts(dana.post("/api/v1/facts/product", body(rows)))[1] == count
        return len(seen)

    queries(0, 10)
    assert queries(100, 2_000) <= queries(50, 10) + 15  # rows travel in batches
    assert Product.objects.count() == 2_020


# --- Repeated requests ------------------------------------------------------------------------------------------------


def test_a_repeated_request_gets_the_same_answer_and_does_nothing(dana: Program) -> None:
    first = dana.post(DEALS, body(), **{"Idempotency-Key": "night 1"})
    again = dana.post(DEALS, body(), **{"Idempotency-Key": "night 1"})
    assert again.json() == first.json()
    assert (again.status_code, again["Idempotency-Replayed"]) == (200, "true")
    assert ImportBatch.objects.count() == 1


def test_a_repeated_refusal_is_the_same_refusal(dana: Program) -> None:
    wrong = body([{**ROWS[0], "amount": "plenty"}])
    first = dana.post(DEALS, wrong, **{"Idempotency-Key": "a"})
    again = dana.post(DEALS, wrong, **{"Idempotency-Key": "a"})
    assert (problem_of(first), again.status_code) == (problem_of(again), 422)
    assert ImportBatch.objects.count() == 1


def test_a_key_of_another_request_is_refused(dana: Program) -> None:
    dana.post(DEALS, body(), **{"Idempotency-Key": "a"})
    answer = dana.post(DEALS, body(ROWS[:1]), **{"Idempotency-Key": "a"})
    assert (answer.status_code, problem_of(answer)["code"]) == (422, "key_reused")
    assert ImportBatch.objects.count() == 1


def test_a_request_that_failed_can_be_repeated(dana: Program) -> None:
    with patch("crm.services.pushing.apply", side_effect=RuntimeError):
        assert dana.post(DEALS, body(), **{"Idempotency-Key": "a"}).status_code == 500
    assert not (ImportBatch.objects.exists() or ApiReplay.objects.exists())
    assert counts(dana.post(DEALS, body(), **{"Idempotency-Key": "a"}))[1] == 2


def test_keys_of_different_callers_do_not_meet(cast: Cast, dana: Program) -> None:
    dana.post(DEALS, body(), **{"Idempotency-Key": "a"})
    assert counts(program(cast, "ada").post(DEALS, body(), **{"Idempotency-Key": "a"})) == (2, 0, 0, 2, 0)


def test_a_senseless_key_is_refused(dana: Program) -> None:
    assert dana.post(DEALS, body(), **{"Idempotency-Key": "x" * 201}).status_code == 400


# --- Files ------------------------------------------------------------------------------------------------------------

CSV = b"opportunity_id,deal_stage,close_value,close_date\nA1,Won,10,2026-01-31\nA2,Won,plenty,2026-01-31\n"


def upload(cast: Cast, who: str = "dana", content: bytes = CSV, **fields: Any) -> Any:
    caller = program(cast, who)
    data = {"file": SimpleUploadedFile("deals.csv", content), "kind": "opportunity", **fields}
    return caller.client.post("/api/v1/imports", data, headers=caller.headers)


def test_a_file_is_read_by_a_worker_and_its_state_asked_for(cast: Cast) -> None:
    answer = upload(cast, source="crm")
    assert (answer.status_code, answer.json()["state"], answer.json()["job"]["state"]) == (202, "running", "waiting")
    jobs_work(cast.organization.pk)
    found = program(cast, "dana").get(answer["Location"]).json()
    assert (found["state"], found["job"]["state"], found["created"], found["refused"]) == ("applied", "done", 1, 1)
    refused = program(cast, "dana").get(answer["Location"] + "/rows?result=refused").json()["results"]
    assert [(row["line"], row["values"]["close_value"]) for row in refused] == [(3, "plenty")]


def test_a_preview_waits_to_be_run(cast: Cast) -> None:
    address = upload(cast, dry_run="true")["Location"]
    jobs_work(cast.organization.pk)
    caller = program(cast, "dana")
    assert caller.get(address).json()["state"] == "checked"
    assert not Opportunity.objects.exists()
    assert caller.post(f"{address}/run").status_code == 202
    jobs_work(cast.organization.pk)
    assert caller.get(address).json()["state"] == "applied"
    assert problem_of(caller.post(f"{address}/run"))["code"] == "bad_state"


def test_a_mapping_goes_with_the_file(cast: Cast) -> None:
    mapping = '{"columns": {"amount": "close_date"}, "values": {}}'
    assert upload(cast, mapping=mapping).status_code == 202
    for wrong in ["{", "[]", '{"columns": {"colour": "x"}}', '{"x": 1}']:
        answer = upload(cast, mapping=wrong)
        assert (answer.status_code, problem_of(answer)["errors"][0]["field"]) == (422, "mapping")


@pytest.mark.parametrize("fields", [{"kind": "unicorn"}, {"kind": ""}, {"file": ""}, {"dry_run": "perhaps"}])
def test_a_wrong_upload_is_refused_by_field(cast: Cast, fields: dict[str, Any]) -> None:
    answer = upload(cast, **fields)
    assert (answer.status_code, problem_of(answer)["errors"][0]["field"]) == (422, next(iter(fields)))


def test_only_keepers_upload(cast: Cast) -> None:
    assert problem_of(upload(cast, "alice"))["code"] == "forbidden"


# --- The file of a push -----------------------------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=20)


@given(st.lists(st.lists(TEXT, min_size=2, max_size=2), max_size=20))
@limits(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_text_is_sent_is_read_back_word_for_word(rows: list[list[str]]) -> None:
    pieces = list(pushed_file(["id", "name"], rows))
    read = list(source_open(lambda: pieces).rows())
    assert read == [Line(number, row) for number, row in enumerate([["id", "name"], *rows], 1)]


def test_nasty_texts_stay_what_they_are(cast: Cast, dana: Program) -> None:
    names = ["a;b|c\td", 'say "x", y', "line\nbreak", "=1+1", "'quoted", "Ünïcödé 💩", "1,5", "['x']", "100%"]
    rows = [{"id": f"N{number}", "name": name} for number, name in enumerate(names)]
    assert counts(dana.post("/api/v1/facts/product", body(rows))) == (9, 9, 0, 0, 0)
    kept = set(Product.objects.values_list("name", flat=True))
    assert {" ".join(name.split()) for name in names} == {" ".join(name.split()) for name in kept}


def test_people_can_be_sent_too(cast: Cast) -> None:
    rows = [{"id": "E1", "name": "Rita Rep", "email": "rita@acme.example"}]
    assert counts(program(cast, "ada").post("/api/v1/facts/person", body(rows)))[1] == 1
    assert Person.objects.get(name="Rita Rep").email == "rita@acme.example"


def test_another_organization_sees_nothing_of_a_push(cast: Cast, dana: Program) -> None:
    batch = dana.post(DEALS, body()).json()["import_id"]
    assert program(cast, "mallory").get(f"/api/v1/imports/{batch}").status_code == 404
    with tenant(cast.other.pk):
        assert not Opportunity.objects.exists()
