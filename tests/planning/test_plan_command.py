"""`manage.py quota_plan`: every action, what it prints, what it refuses and with which status; the same as page and API say."""

import csv
import json
from collections.abc import Callable
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from crm.models import Quota
from goals.models import PlanVersion, QuotaDecision, QuotaPlan
from goals.selectors.planning.sheet import sheet_of
from people.models import Grant
from tests.cast import Cast
from tests.planning.access import make_plan

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
YEAR = ("--plan", "FY 2027", "--from", "2027-01-01", "--to", "2028-01-01", "--amount", "1200000.12")
EVEN = ("--method", "even", "--season", "even")
STATE = {"plan", "version", "state", "waits_for"}
LINE = {"line", "kind", "depth", "name", "team", "from", "to", "locked", "total", "beyond"}


def text(*arguments: str) -> str:
    out = StringIO()
    call_command("quota_plan", *arguments, "--organization", "acme", stdout=out, stderr=StringIO())
    return out.getvalue()


def plan(*arguments: str) -> Any:
    return json.loads(text(*arguments, "--format", "json"))


def refused(*arguments: str) -> tuple[int, str]:
    """The exit status, and what standard error says."""
    with pytest.raises(CommandError) as caught:
        plan(*arguments)
    return caught.value.returncode, str(caught.value)


@pytest.fixture
def made(cast: Cast) -> Cast:
    plan("create", *YEAR, *EVEN)
    return cast


def amounts(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


# --- Make, divide, show ----------------------------------------------------------------------------


def test_create_makes_a_draft_with_empty_lines(cast: Cast) -> None:
    made = plan("create", *YEAR, *EVEN, "--currency", "EUR", "--ramp", "0; 50", "--over", "0; 5", "--step", "100")
    assert made.keys() == STATE | {"revision", "lines"} and all(line.keys() == LINE for line in made["lines"])
    assert (made["plan"], made["version"], made["state"], made["waits_for"]) == ("FY 2027", 1, "draft", [])
    assert [(line["kind"], line["depth"], line["name"], line["total"]) for line in made["lines"]] == [
        ("company", 0, "Sales", "0.00"),
        ("team", 1, "North", "0.00"),
        ("person", 2, "Alice Ames", "0.00"),
        ("team", 1, "South", "0.00"),
        ("person", 2, "Carol Cole", "0.00"),
    ]
    row = PlanVersion.objects.select_related("plan").get()
    assert (row.plan.currency, row.amount, row.method, row.season) == ("EUR", Decimal("1200000.12"), "even", "even")
    assert (row.ramp_ratios, row.over_ratios, row.step_amount) == ([0, Decimal("0.5")], [0, Decimal("0.05")], 100)


def test_allocate_changes_the_settings_and_divides(made: Cast) -> None:
    done = plan("allocate", "--plan", "FY 2027", "--amount", "2400000", "--grain", "quarter")
    totals = {line["name"]: line["total"] for line in done["lines"]}
    assert totals == {
        "Sales": "2400000.00",
        "North": "1200000.00",
        "Alice Ames": "1200000.00",
        "South": "1200000.00",
        "Carol Cole": "1200000.00",
    }
    assert done["revision"] > 0 and PlanVersion.objects.get().grain == "quarter"


def test_show_is_what_the_page_and_the_api_show(made: Cast, sign_in: SignIn) -> None:
    plan(
        "allocate", "--plan", "FY 2027", "--season", "own", "--season-weights", "1; 2; 3; 4; 5; 6; 7; 8; 9; 10; 11; 12"
    )
    shown = plan("show", "--plan", "FY 2027")
    version = PlanVersion.objects.get()
    dana = sign_in("dana")
    lines = dana.get(f"/api/v1/plan-versions/{version.pk}/lines").json()
    assert shown["revision"] == lines["revision"]
    assert [(line["line"], line["kind"], line["name"], line["total"], line["beyond"]) for line in shown["lines"]] == [
        (line["id"], line["kind"], line["name"], line["total"], line["beyond"]) for line in lines["lines"]
    ]
    assert [line["months"] for line in shown["lines"]] == [
        {cell["month"][:7]: cell["amount"] for cell in line["cells"]} for line in lines["lines"]
    ]
    page = dana.get(f"/quota-plans/{version.pk}/").content.decode()
    for line in shown["lines"]:
        assert sum(Decimal(amount) for amount in line["months"].values()) == Decimal(line["total"])
        assert all(f"{Decimal(amount):,.2f}" in page for amount in line["months"].values())


def test_list_names_plans_and_the_state_of_their_versions(made: Cast) -> None:
    plan("copy", "--plan", "FY 2027")
    assert plan("list") == {
        "plans": [
            {"plan": "FY 2027", "from": "2027-01-01", "to": "2028-01-01", "versions": {"1": "draft", "2": "draft"}}
        ]
    }


def test_text_is_a_tree_of_names_and_totals(made: Cast) -> None:
    plan("allocate", "--plan", "FY 2027")
    rows = text("show", "--plan", "FY 2027").splitlines()
    assert rows[0] == "FY 2027 1 (draft)" and rows[1].split() == ["Sales", "1200000.12"]
    assert rows[3].startswith("    Alice Ames") and rows[3].split()[-1] == "600000.06"
    assert text("list").strip() == "FY 2027: {'1': 'draft'}"


# --- Files, undo, versions -------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_file_goes_out_and_comes_back_unchanged(made: Cast, tmp_path: Path, ending: str) -> None:
    plan("allocate", "--plan", "FY 2027")
    file = str(tmp_path / f"plan.{ending}")
    assert plan("export", file, "--plan", "FY 2027") == {"file": file, "lines": 5}
    assert plan("import", file, "--plan", "FY 2027") == {"changes": 0, "issues": []}


def test_a_changed_file_is_tried_then_taken_and_undone(made: Cast, tmp_path: Path) -> None:
    plan("allocate", "--plan", "FY 2027")
    before = plan("show", "--plan", "FY 2027")
    path = tmp_path / "plan.csv"
    plan("export", str(path), "--plan", "FY 2027")
    rows = amounts(path)
    alice, january = next(row for row in rows if row[2] == "Alice Ames"), rows[0].index("2027-01")
    alice[january] = "77777.77"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    assert plan("import", str(path), "--plan", "FY 2027", "--dry-run") == {"changes": 1, "issues": []}
    assert plan("show", "--plan", "FY 2027") == before
    assert plan("import", str(path), "--plan", "FY 2027")["changes"] == 1
    now = next(line for line in plan("show", "--plan", "FY 2027")["lines"] if line["name"] == "Alice Ames")
    assert now["months"]["2027-01"] == "77777.77"
    plan("undo", "--plan", "FY 2027")
    assert plan("show", "--plan", "FY 2027")["lines"] == before["lines"]


def test_a_file_with_what_is_no_amount_changes_nothing(made: Cast, tmp_path: Path) -> None:
    plan("allocate", "--plan", "FY 2027")
    path = tmp_path / "plan.csv"
    plan("export", str(path), "--plan", "FY 2027")
    path.write_text(path.read_text(encoding="utf-8").replace("50000.00", "fifty", 1), encoding="utf-8")
    tried = plan("import", str(path), "--plan", "FY 2027", "--dry-run")
    assert [issue["level"] for issue in tried["issues"]] == ["error"] or tried["issues"]
    status, said = refused("import", str(path), "--plan", "FY 2027")
    assert status == 1 and said


def test_copy_makes_the_next_version_and_the_number_chooses_one(made: Cast) -> None:
    plan("allocate", "--plan", "FY 2027")
    assert plan("copy", "--plan", "FY 2027")["version"] == 2
    plan("allocate", "--plan", "FY 2027", "--amount", "5")
    assert plan("show", "--plan", "FY 2027")["lines"][0]["total"] == "5.00"
    assert plan("show", "--plan", "FY 2027", "--version-number", "1")["lines"][0]["total"] == "1200000.12"


# --- Approval --------------------------------------------------------------------------------------


def test_submit_approve_and_in_force(made: Cast, sign_in: SignIn) -> None:
    plan("allocate", "--plan", "FY 2027", "--grain", "quarter")
    handed = plan("submit", "--plan", "FY 2027", "--person", "dana@acme.example")
    assert handed == {
        "plan": "FY 2027",
        "version": 1,
        "state": "review",
        "waits_for": [{"step": 0, "kind": "manager", "team": made.north.pk}],
    }
    version = PlanVersion.objects.get()
    steps = sign_in("dana").get(f"/api/v1/plan-versions/{version.pk}").json()["steps"]
    assert [step["step"] for step in steps if step["waits"]] == [each["step"] for each in handed["waits_for"]]
    done = plan("approve", "--plan", "FY 2027", "--person", "bob@acme.example", "--reason", "Fair")
    assert done["waits_for"] == [{"step": 1, "kind": "operations", "team": None}]
    done = plan("approve", "--plan", "FY 2027", "--person", "Ada Abel", "--reason", "Adds up")
    assert (done["state"], done["waits_for"]) == ("in_force", [])
    assert Quota.objects.filter(person=made.alice).count() == 4
    assert list(QuotaDecision.objects.order_by("number").values_list("by__name", "reason")) == [
        ("Bob Brand", "Fair"),
        ("Ada Abel", "Adds up"),
    ]


def test_refuse_and_take_back_make_a_draft(made: Cast) -> None:
    plan("allocate", "--plan", "FY 2027")
    plan("submit", "--plan", "FY 2027")
    assert plan("take-back", "--plan", "FY 2027")["state"] == "draft"
    plan("submit", "--plan", "FY 2027")
    done = plan("refuse", "--plan", "FY 2027", "--person", "bob@acme.example", "--reason", "Too much")
    assert (done["state"], PlanVersion.objects.get().decision_note) == ("draft", "Too much")


# --- What is refused, and with which status --------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["show"], 2, "Name the plan"),
        (["show", "--plan", "FY 1999"], 1, "There are: FY 2027"),
        (["show", "--plan", "FY 2027", "--version-number", "7"], 1, "no such plan or version"),
        (["create", "--plan", "Half"], 2, "--from, --to and --amount"),
        (["create", *YEAR], 1, "Another quota plan has this name"),
        (["create", "--plan", "x", "--from", "soon", "--to", "2028-01-01", "--amount", "1"], 2, "is no day"),
        (["create", "--plan", "x", "--from", "2027-01-02", "--to", "2028-01-01", "--amount", "1"], 1, "whole months"),
        (["allocate", "--plan", "FY 2027", "--amount", "much"], 2, "--amount"),
        (["allocate", "--plan", "FY 2027", "--amount", "-1"], 2, "zero or more"),
        (["allocate", "--plan", "FY 2027", "--ramp", "0; 500"], 1, "numbers from 0 to 100"),
        (["export", "--plan", "FY 2027"], 2, "Name a file"),
        (["export", "/no/such/folder/plan.csv", "--plan", "FY 2027"], 1, "cannot be written"),
        (["import", "/no/such/file.csv", "--plan", "FY 2027"], 1, "cannot be read"),
        (["undo", "--plan", "FY 2027"], 1, ""),
        (["submit", "--plan", "FY 2027"], 1, "Nothing is divided yet"),
        (["submit", "--plan", "FY 2027", "--person", "nobody@acme.example"], 1, "There is nobody"),
        (["approve", "--plan", "FY 2027"], 2, "Say who decides"),
        (["approve", "--plan", "FY 2027", "--person", "bob@acme.example", "--reason", "Fair"], 1, "in review"),
        (["take-back", "--plan", "FY 2027"], 1, "in review"),
    ],
)
def test_what_is_refused(made: Cast, arguments: list[str], status: int, said: str) -> None:
    before = list(PlanVersion.objects.values())
    found, words = refused(*arguments)
    assert (found, said in words) == (status, True), words
    assert list(PlanVersion.objects.values()) == before and QuotaPlan.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "reason", "said"),
    [
        ("finn", "Fair", "not yours"),
        ("ada", "Fair", "not yours"),
        ("bob", " ", "Say why"),
        ("dana", "Fair", "not yours"),
    ],
)
def test_who_may_not_decide_is_refused_as_on_the_page(cast: Cast, who: str, reason: str, said: str) -> None:
    make_plan(cast, "FY 2027")
    plan("submit", "--plan", "FY 2027", "--person", "dana@acme.example")
    asked = ("--plan", "FY 2027", "--person", f"{who}@acme.example", "--reason", reason)
    assert refused("approve", *asked)[0] == 1 and said in refused("refuse", *asked)[1]
    assert not QuotaDecision.objects.exists() and not Quota.objects.exists()


def test_who_may_not_make_plans_hands_none_in(made: Cast) -> None:
    plan("allocate", "--plan", "FY 2027")
    status, said = refused("submit", "--plan", "FY 2027", "--person", "erin@acme.example")
    assert (status, said) == (1, "Your role does not allow this.")
    Grant.objects.filter(person=made.ada).delete()
    assert "Nobody is left" in refused("submit", "--plan", "FY 2027", "--person", "dana@acme.example")[1]
    assert sheet_of(PlanVersion.objects.select_related("plan").get()).version.state == "draft"
