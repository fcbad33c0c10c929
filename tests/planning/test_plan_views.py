"""Quota plans in the browser: one test per thing a person does, with what is refused."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from goals.models import PlanVersion, QuotaPlan
from goals.selectors.planning.sheet import sheet_of
from goals.services.planning import allocating
from goals.services.planning.editing import plan_weight_change
from goals.views.planning import dividing
from people.jobs import job_work_here
from people.models import Job
from tests.cast import NOW, Cast, make_person, make_seat
from tests.planning.access import line_of, make_plan

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
DIVIDE = {
    "amount": "120,000",
    "method": "even",
    "season": "even",
    "season_weights": "",
    "over_ratios": "",
    "step_amount": "0",
    "ramp_ratios": "",
    "days": "calendar",
    "grain": "month",
}


def cell(version: PlanVersion, name: str, month: int = 0) -> Any:
    return sheet_of(version).by_id[line_of(version, name).pk].cells[month]


def send(client: Client, version: PlanVersion, name: str, amount: str, **more: Any) -> Any:
    data = {
        "line": line_of(version, name).pk,
        "month": "2026-01-01",
        "amount": amount,
        "seen": version.revision,
        **more,
    }
    return client.post(f"/quota-plans/{version.pk}/cell/", data)


def test_operations_plans_a_year_from_the_list_to_the_sheet(cast: Cast, sign_in: SignIn) -> None:
    dana = sign_in("dana")
    assert "Plan quotas" in dana.get("/quota-plans/").content.decode()
    form = dana.get("/quota-plans/add/").content.decode()
    year = re.findall(r'<option value="(\d{4})"', form)[1]
    made = dana.post("/quota-plans/add/", {"name": "Next", "year": year, "amount": "120000", "currency": "USD"})
    version = PlanVersion.objects.get(plan__name="Next")
    assert made["Location"] == f"/quota-plans/{version.pk}/divide/"
    assert dana.post(made["Location"], DIVIDE)["Location"] == f"/quota-plans/{version.pk}/"
    text = dana.get(f"/quota-plans/{version.pk}/").content.decode()
    assert "$120,000" in text and "Alice Ames" in text and "5,000" in text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("amount", "-5", "greater than or equal to 0"),
        ("season_weights", "a;b", "Write numbers from 0"),
        ("ramp_ratios", "0; 250", "Write numbers from 0 to 100"),
        ("over_ratios", "1 2 3 4 5 6 7 8 9 10 11 12 13", "too many numbers"),
        ("method", "guess", "valid choice"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_beside_its_field(
    cast: Cast, sign_in: SignIn, field: str, value: str, said: str
) -> None:
    version = make_plan(cast)
    answer = sign_in("dana").post(f"/quota-plans/{version.pk}/divide/", {**DIVIDE, field: value})
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_own_weights_of_the_months_need_one_number_a_month(cast: Cast, sign_in: SignIn) -> None:
    version = make_plan(cast)
    address = f"/quota-plans/{version.pk}/divide/"
    answer = sign_in("dana").post(address, {**DIVIDE, "season": "own", "season_weights": "1; 2"})
    assert "Write 12 numbers" in answer.content.decode()
    sign_in("dana").post(address, {**DIVIDE, "season": "own", "season_weights": "2" + "; 1" * 11, "amount": "130000"})
    assert sheet_of(PlanVersion.objects.select_related("plan").get(pk=version.pk)).lines[0].amounts[0] == 2_000_000


def test_a_second_plan_of_the_same_name_is_refused_beside_the_name(cast: Cast, sign_in: SignIn) -> None:
    make_plan(cast, "Twice")
    form = sign_in("dana").get("/quota-plans/add/").content.decode()
    year = re.findall(r'<option value="(\d{4})"', form)[0]
    data = {"name": "Twice", "year": year, "amount": "1", "currency": "USD"}
    answer = sign_in("dana").post("/quota-plans/add/", data)
    assert answer.status_code == 422
    assert "Another quota plan has this name." in answer.content.decode()


def test_a_number_of_the_sheet_is_stored_locked_and_totals_come_back(cast: Cast, sign_in: SignIn) -> None:
    version = make_plan(cast)
    answer = send(sign_in("dana"), version, "Alice", "60,000.50", is_locked="on")
    assert answer.status_code == 200
    rows = {row["line"]: row for row in answer.json()["rows"]}
    assert rows[line_of(version, "Alice").pk]["cells"][0]["text"] == "60,000.50"
    assert rows[line_of(version, "Alice").pk]["cells"][0]["is_locked"]
    assert rows[line_of(version, "North").pk]["over"] == "+1.7%"
    assert answer.json()["stats"]["plan-over"] == "$10,001"


def test_a_number_that_somebody_has_changed_meanwhile_is_told_and_shown(cast: Cast, sign_in: SignIn) -> None:
    version = make_plan(cast)
    send(sign_in("ada"), version, "Alice", "111", is_locked="on")
    answer = send(sign_in("dana"), version, "Alice", "222", is_locked="on")
    assert answer.status_code == 409
    assert "Ada Abel has changed" in answer.json()["message"]
    assert cell(version, "Alice").amount == 11_100


@pytest.mark.parametrize("amount", ["", "-1", "much", "1e99", "NaN"])
def test_what_is_no_amount_is_refused(cast: Cast, sign_in: SignIn, amount: str) -> None:
    version = make_plan(cast)
    answer = send(sign_in("dana"), version, "Alice", amount)
    assert answer.status_code == 422
    assert answer.json()["message"]


def test_a_line_as_a_form_stores_what_changed_and_refuses_what_others_changed(cast: Cast, sign_in: SignIn) -> None:
    version = make_plan(cast)
    line, dana = line_of(version, "Alice"), sign_in("dana")
    address = f"/quota-plans/{version.pk}/lines/{line.pk}/"
    assert dana.get(address).status_code == 200
    months = {f"m2026-{month:02}-01": "50000" for month in range(1, 13)}
    data = {"seen": version.revision, "weight": "2", **months, "m2026-03-01": "70000"}
    assert dana.post(address, data).status_code == 302
    changed = cell(version, "Alice", 2)
    assert (changed.amount, changed.is_locked, cell(version, "Alice", 1).is_locked) == (7_000_000, True, False)
    again = dana.post(address, {**data, "m2026-03-01": "80000"})
    assert again.status_code == 422
    assert "meanwhile" in again.content.decode()


def test_locks_and_undo_are_buttons(cast: Cast, sign_in: SignIn) -> None:
    version = make_plan(cast)
    dana, line = sign_in("dana"), line_of(version, "Alice")
    dana.post(f"/quota-plans/{version.pk}/lines/{line.pk}/lock/")
    assert cell(version, "Alice").is_locked
    dana.post(f"/quota-plans/{version.pk}/lines/{line.pk}/lock/", {"lock": "no"})
    assert not cell(version, "Alice").is_locked
    dana.post(f"/quota-plans/{version.pk}/divide/", DIVIDE)
    dana.post(f"/quota-plans/{version.pk}/undo/")
    assert cell(version, "Alice").amount == 5_000_000


def test_a_manager_sees_their_team_only_and_estimates(cast: Cast, sign_in: SignIn) -> None:
    version = make_plan(cast)
    bob, alice = sign_in("bob"), line_of(version, "Alice")
    text = bob.get(f"/quota-plans/{version.pk}/").content.decode()
    assert "Alice Ames" in text and "Carol" not in text and "1,200,000" not in text
    data = {f"amount{alice.pk}": "500000", f"note{alice.pk}": "two new accounts"}
    assert bob.post(f"/quota-plans/{version.pk}/estimates/", data).status_code == 302
    assert "500,000" in sign_in("dana").get(f"/quota-plans/{version.pk}/").content.decode()
    refused = bob.post(f"/quota-plans/{version.pk}/estimates/", {f"amount{alice.pk}": "-1"})
    assert refused.status_code == 422
    assert sign_in("bob").post(f"/quota-plans/{version.pk}/cell/").status_code == 403


def test_the_way_of_a_version_by_buttons(cast: Cast, sign_in: SignIn) -> None:
    version = make_plan(cast)
    here = f"/quota-plans/{version.pk}/"
    dana, bob, ada = sign_in("dana"), sign_in("bob"), sign_in("ada")
    dana.post(f"{here}submit/")
    assert "waits for your decision" in bob.get(here).content.decode()
    assert "waits for your decision" not in ada.get(here).content.decode()
    page = bob.get(f"{here}approval/").content.decode()
    assert "You decide about the quotas of 1 person, $600,000 together" in page
    assert "Waits for 1 manager" in dana.get("/approvals/").content.decode()
    seen = {"step": 0, "seen": PlanVersion.objects.get(pk=version.pk).revision}
    assert bob.post(f"{here}approval/", {**seen, "decision": "refuse", "reason": ""}).status_code == 422
    assert (
        bob.post(f"{here}approval/", {**seen, "decision": "refuse", "reason": "Less for the North."}).status_code == 302
    )
    assert "Less for the North." in dana.get(here).content.decode()
    dana.post(f"{here}submit/")
    dana.post(f"{here}take-back/")
    assert "Hand in" in dana.get(here).content.decode()
    dana.post(f"{here}submit/")
    bob.post(f"{here}approval/", {**seen, "decision": "approve", "reason": "Fair"})
    own = dana.post(f"{here}approval/", {**seen, "step": 1, "decision": "approve", "reason": "Mine"})
    assert own.status_code == 403
    assert "drawn this up" in dana.get(f"{here}approval/").content.decode()
    ada.post(f"{here}approval/", {**seen, "step": 1, "decision": "approve", "reason": "Adds up"})
    page = dana.get(f"{here}approval/").content.decode()
    assert "Bob Brand" in page and "Adds up" in page and "Less for the North." in page
    assert "Adds up" not in ada.get(here).content.decode()
    alice = sign_in("alice").get("/quotas/", {"starts_on": "2026-01-01", "ends_before": "2026-02-01"})
    assert "$50,000" in alice.content.decode()


def test_the_api_hands_in_and_decides(cast: Cast, sign_in: SignIn) -> None:
    version = make_plan(cast)
    here = f"/api/v1/plan-versions/{version.pk}"
    handed = sign_in("dana").post(f"{here}/state", {"state": "review"}, content_type="application/json").json()
    assert [(step["kind"], step["waits"]) for step in handed["steps"]] == [("manager", True), ("operations", False)]
    body = {"step": 0, "seen": handed["revision"], "is_approved": True, "reason": "Fair"}
    assert sign_in("ada").post(f"{here}/decide", body, content_type="application/json").status_code == 403
    done = sign_in("bob").post(f"{here}/decide", body, content_type="application/json").json()
    assert [step["waits"] for step in done["steps"]] == [False, True] and done["steps"][0]["decision"] is None
    done = sign_in("ada").post(f"{here}/decide", {**body, "step": 1}, content_type="application/json").json()
    assert done["state"] == "in_force" and done["steps"][0]["decision"]["by"]["name"] == "Bob Brand"


def workbook(client: Client, version: PlanVersion) -> Any:
    return load_workbook(BytesIO(client.get(f"/quota-plans/{version.pk}/sheet.xlsx").content))


def upload(client: Client, version: PlanVersion, name: str, data: bytes) -> Any:
    file = SimpleUploadedFile(name, data)
    return client.post(f"/quota-plans/{version.pk}/import/", {"file": file})


def test_a_workbook_goes_out_and_comes_back_with_a_preview(cast: Cast, sign_in: SignIn) -> None:
    version, dana = make_plan(cast), sign_in("dana")
    book = workbook(dana, version)
    page: Any = book.active
    row = next(row for row in page.iter_rows() if row[2].value == "Alice Ames")
    row[5].value = 61_234.5
    out = BytesIO()
    book.save(out)
    preview = upload(dana, version, "changed.xlsx", out.getvalue())
    text = dana.get(preview["Location"]).content.decode()
    assert "$61,234.50" in text and "$50,000.00" in text
    assert cell(version, "Alice").amount == 5_000_000
    dana.post(preview["Location"] + "take/", {"seen": version.revision})
    assert (cell(version, "Alice").amount, cell(version, "Alice").source) == (6_123_450, "file")
    dana.post(f"/quota-plans/{version.pk}/undo/")
    assert cell(version, "Alice").amount == 5_000_000


def test_a_file_with_one_bad_row_changes_nothing_and_says_which(cast: Cast, sign_in: SignIn) -> None:
    version, dana = make_plan(cast), sign_in("dana")
    text = dana.get(f"/quota-plans/{version.pk}/sheet.csv").content.decode("utf-8-sig")
    lines = text.splitlines()
    place = next(n for n, line in enumerate(lines) if "Alice" in line)
    lines[place] = lines[place].replace("50000.00", "7", 1).replace("50000.00", "lots", 1)
    preview = upload(dana, version, "bad.csv", "\n".join(lines).encode())
    page = dana.get(preview["Location"]).content.decode()
    assert "lots" in page and "This is no amount" in page and "Take all of it over" not in page
    dana.post(preview["Location"] + "take/", {"seen": version.revision})
    assert cell(version, "Alice").amount == 5_000_000


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("x.csv", b"\x00\x01", "neither a workbook"),
        ("x.xlsx", b"PK\x03\x04nonsense", "cannot be read"),
        ("x.csv", b"", "empty"),
    ],
)
def test_a_file_that_is_none_is_refused(cast: Cast, sign_in: SignIn, name: str, data: bytes, said: str) -> None:
    answer = upload(sign_in("dana"), make_plan(cast), name, data)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_a_plan_changed_since_the_preview_is_not_overwritten(cast: Cast, sign_in: SignIn) -> None:
    version, dana = make_plan(cast), sign_in("dana")
    text = dana.get(f"/quota-plans/{version.pk}/sheet.csv").content.decode("utf-8-sig").replace("50000.00", "7", 1)
    preview = upload(dana, version, "a.csv", text.encode())
    send(sign_in("ada"), version, "Alice", "111")
    answer = dana.post(preview["Location"] + "take/", {"seen": version.revision}, follow=True)
    assert "changed since the preview" in answer.content.decode()
    assert cell(version, "Alice").amount == 11_100


def test_two_versions_stand_side_by_side(cast: Cast, sign_in: SignIn) -> None:
    version, dana = make_plan(cast), sign_in("dana")
    dana.post(f"/quota-plans/{version.pk}/copy/")
    copy = PlanVersion.objects.select_related("plan").get(number=2)
    send(dana, copy, "Alice", "51000", seen=copy.revision)
    text = dana.get(f"/quota-plans/{copy.pk}/compare/?with={version.pk}").content.decode()
    assert "+$1,000.00" in text and "+0.2%" in text


def test_capacity_counts_hires_by_their_ramp(cast: Cast, sign_in: SignIn) -> None:
    version, dana = make_plan(cast), sign_in("dana")
    data = {"role": "AE", "starts_on": "2026-11-01", "count": "2", "yearly_amount": "120000", "ramp_ratios": "50"}
    assert dana.post(f"/quota-plans/{version.pk}/hires/add/", data).status_code == 302
    dana.post(f"/quota-plans/{version.pk}/capacity/expectation/", {"attainment": "90"})
    text = dana.get(f"/quota-plans/{version.pk}/capacity/").content.decode()
    assert "$90,000" in text  # a month of two people at 90 %
    assert "$9,000" in text and "$18,000" in text  # two hires at half, then the whole, at 90 %
    outside = dana.post(f"/quota-plans/{version.pk}/hires/add/", {**data, "starts_on": "2027-01-01"})
    assert "Choose a day within the plan" in outside.content.decode()


def test_a_large_plan_is_divided_by_a_worker(cast: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    version, dana = make_plan(cast), sign_in("dana")
    monkeypatch.setattr(dividing, "LARGE", 1)
    work = dana.post(f"/quota-plans/{version.pk}/divide/", DIVIDE)["Location"]
    assert "Waiting for a worker" in dana.get(work).content.decode()
    job = Job.objects.get(kind="goals.plan_allocate")
    done = job_work_here(cast.organization.pk, job.pk)
    assert (done.state, done.error) == ("done", "")
    assert dana.get(work)["Location"] == f"/quota-plans/{version.pk}/"
    assert cell(version, "Alice").amount == 500_000
    assert allocating.LARGE == 300


def test_the_page_costs_the_same_queries_for_few_and_many(cast: Cast, sign_in: SignIn) -> None:
    small = make_plan(cast, "small")
    for number in range(40):
        make_seat(cast.south, make_person(f"Rep {number:02}"), starts_on=date(2026, 1, 1))
    large, dana = make_plan(cast, "large"), sign_in("dana")

    def queries(version: PlanVersion) -> int:
        dana.get(f"/quota-plans/{version.pk}/")
        with CaptureQueriesContext(connection) as found:
            dana.get(f"/quota-plans/{version.pk}/")
        return len(found)

    assert queries(small) == queries(large)


def test_the_page_of_another_organization_is_not_there(cast: Cast, sign_in: SignIn) -> None:
    version = make_plan(cast)
    for rest in ("", "divide/", "sheet.csv", "capacity/"):
        assert sign_in("mallory").get(f"/quota-plans/{version.pk}/{rest}").status_code == 404


def test_the_last_version_takes_its_plan_with_it(cast: Cast, sign_in: SignIn) -> None:
    version = make_plan(cast)
    sign_in("dana").post(f"/quota-plans/{version.pk}/delete/")
    assert not QuotaPlan.objects.exists()


def test_own_weights_divide_by_themselves_and_teams_may_have_one(cast: Cast) -> None:
    version = make_plan(cast, amount="120000", method="own")
    dana = cast.viewer("dana")
    plan_weight_change(viewer=dana, version=version, line=line_of(version, "North"), weight=Decimal(3), at=NOW)
    plan_weight_change(viewer=dana, version=version, line=line_of(version, "South"), weight=Decimal(1), at=NOW)
    allocating.plan_allocate(viewer=dana, version=version, organization=cast.organization, on=dana.on, at=NOW)
    assert (cell(version, "Alice").amount, cell(version, "Carol").amount) == (750_000, 250_000)
