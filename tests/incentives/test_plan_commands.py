"""The four commands: what they print, and how they refuse."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.incentives.test_mistakes import FILES, GOOD


@pytest.fixture
def files(tmp_path):
    (tmp_path / "plan.yaml").write_text(GOOD)
    (tmp_path / "other.yaml").write_text(GOOD.replace("8%", "10%").replace("80.00", "100.00"))
    (tmp_path / "bad.yaml").write_text(GOOD.replace("rate: 8%", "rate: 8"))
    for kind, text in FILES.items():
        (tmp_path / f"{kind}.csv").write_text(text)
    return tmp_path


def run(name, *arguments):
    out = StringIO()
    call_command(name, *map(str, arguments), stdout=out, stderr=StringIO())
    return out.getvalue()


def facts(files):
    return ["--transactions", files / "transactions.csv", "--quotas", files / "quotas.csv"]


def test_a_good_plan_is_said_to_be_good(files):
    assert "good, 1 examples come out" in run("plan_check", files / "plan.yaml")


def test_check_as_json_is_one_document(files):
    found = json.loads(run("plan_check", files / "plan.yaml", "--format", "json"))
    assert found["plans"][0]["issues"] == []


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(["bad.yaml"], 1), (["nowhere.yaml"], 2), ([], 2)],
    ids=["refused", "no such file", "no plan named"],
)
def test_check_refuses_with_the_status_of_the_contract(files, arguments, status):
    with pytest.raises(CommandError) as refused:
        run("plan_check", *(files / name for name in arguments))
    assert refused.value.returncode == status


def test_simulate_as_json_has_the_fields_of_the_contract(files):
    found = json.loads(run("plan_simulate", files / "plan.yaml", *facts(files), "--format", "json"))
    line, total = found["lines"][0], found["totals"][0]
    shown = {
        name: line[name]
        for name in ("participant", "period", "component", "transaction", "tier", "base", "rate", "amount", "rule")
    }
    assert shown == {
        "participant": "ann", "period": "2026-01", "component": "commission", "transaction": "d1", "tier": 1,
        "base": "100.00", "rate": "8%", "amount": "8.00", "rule": "every transaction",
    }  # fmt: skip
    assert line["trace"]["name"] == "amount"
    assert {name: total[name] for name in ("participant", "period", "earned", "payable", "draw_balance")} == {
        "participant": "ann", "period": "2026-01", "earned": "8.00", "payable": "8.00", "draw_balance": "0.00",
    }  # fmt: skip
    assert found["issues"] == []


def test_simulate_as_table_and_csv(files):
    assert "8.00" in run("plan_simulate", files / "plan.yaml", *facts(files))
    assert run("plan_simulate", files / "plan.yaml", *facts(files), "--format", "csv").startswith(
        "plan,participant,period"
    )


def test_simulate_shows_one_period_and_goes_on_to_its_end(files):
    found = json.loads(
        run("plan_simulate", files / "plan.yaml", *facts(files), "--period", "2026-02", "--format", "json")
    )
    assert found["lines"] == []
    assert [total["period"] for total in found["totals"]] == ["2026-02"]


def test_simulate_refuses_an_empty_file(files):
    (files / "transactions.csv").write_text("")
    with pytest.raises(CommandError, match="the file is empty") as refused:
        run("plan_simulate", files / "plan.yaml", *facts(files))
    assert refused.value.returncode == 1


def test_explain_tells_the_story_of_a_line(files):
    story = run("plan_explain", files / "plan.yaml", *facts(files), "--transaction", "d1")
    assert "rate: 8%" in story
    assert "position before: 0.00" in story


def test_explain_tells_why_something_pays_nothing(files):
    (files / "transactions.csv").write_text("id,date,participant,amount\nd1,2025-01-05,ann,100\n")
    assert "pays nothing" in run("plan_explain", files / "plan.yaml", *facts(files))


def test_explain_says_when_nothing_fits(files):
    assert "check the names" in run("plan_explain", files / "plan.yaml", *facts(files), "--transaction", "d9")


def test_diff_shows_pay_per_person_under_two_plans(files):
    found = json.loads(run("plan_diff", files / "plan.yaml", files / "other.yaml", *facts(files), "--format", "json"))
    assert found["people"] == [
        {
            "participant": "ann",
            "earned_a": "8.00",
            "earned_b": "10.00",
            "earned_difference": "2.00",
            "payable_difference": "2.00",
        }
    ]
    assert "2.00" in run("plan_diff", files / "plan.yaml", files / "other.yaml", *facts(files))


def test_the_examples_of_the_reference_page_work(files):
    from incentives.language import schema

    text = schema.page().split("```yaml\n")[1].split("```")[0]
    (files / "page.yaml").write_text(text)
    assert "good" in run("plan_check", files / "page.yaml")
