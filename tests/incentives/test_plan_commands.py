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
    assert "good, examples that come out: 1" in run("plan_check", files / "plan.yaml")


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


def simulated(files, period, text, *posted):
    """Return what a simulation of one period writes, after writing its deals and what was posted before."""
    (files / "transactions.csv").write_text("id,date,participant,amount\n" + text)
    options = [option for name in posted for option in ("--posted", files / f"{name}.json")]
    out = run("plan_simulate", files / "plan.yaml", *facts(files), "--period", period, *options, "--format", "json")
    (files / f"{period}.json").write_text(out)
    return json.loads(out)


def test_a_closed_month_stays_and_what_is_late_is_one_net_line_in_the_open_one(files):
    simulated(files, "2026-01", "d1,2026-01-05,ann,100\n")
    february = simulated(files, "2026-02", "d0,2026-01-04,ann,950\nd1,2026-01-05,ann,100\n", "2026-01")
    assert [(line["kind"], line["corrects"], line["amount"]) for line in february["lines"]] == [
        ("net", "2026-01", "80.00")
    ]
    total = february["totals"][0]
    assert (total["earned"], total["payable"], total["correction"], total["overpaid"]) == (
        "80.00",
        "80.00",
        "80.00",
        "0.00",
    )
    march = simulated(files, "2026-03", "d1,2026-01-05,ann,100\nd2,2026-03-05,ann,100\n", "2026-01", "2026-02")
    nets = [line["amount"] for line in march["lines"] if line["kind"] == "net"]
    assert (nets, march["totals"][0]["payable"], march["totals"][0]["overpaid"]) == (["-80.00"], "4.00", "76.00")


def test_a_net_line_is_explained_by_the_deals_it_is_because_of(files):
    simulated(files, "2026-01", "d1,2026-01-05,ann,100\n")
    (files / "transactions.csv").write_text("id,date,participant,amount\nd1,2026-01-05,ann,200\n")
    options = ["--period", "2026-02", "--posted", files / "2026-01.json"]
    assert "because of: d1 (posted 8.00, now 16.00)" in run(
        "plan_explain", files / "plan.yaml", *facts(files), *options
    )


def test_who_is_no_longer_on_the_plan_keeps_what_was_overpaid_as_a_balance(files):
    simulated(files, "2026-01", "d1,2026-01-05,ann,100\n")
    (files / "quotas.csv").write_text(FILES["quotas"].replace("ann", "bob"))
    february = simulated(files, "2026-02", "d2,2026-02-05,bob,100\n", "2026-01")
    ann = february["totals"][0]
    assert (ann["participant"], ann["earned"], ann["payable"], ann["overpaid"]) == ("ann", "-8.00", "0.00", "8.00")


@pytest.mark.parametrize(
    ("change", "period", "message"),
    [
        (lambda text: "{", "2026-02", "is no result of plan_simulate"),
        (lambda text: "[]", "2026-02", "is no result of plan_simulate"),
        (lambda text: text.replace('"good"', '"other"'), "2026-02", "holds pay of the plan other, not only of good"),
        (lambda text: text.replace('"2026-01"', '"2019-01"'), "2026-02", "2019-01 is no pay period"),
        (lambda text: text, "2026-01", "2026-01 is not before the open period"),
        (lambda text: text, "2026Q1", "name the open pay period, such as 2026-03"),
    ],
)
def test_what_was_posted_is_refused_when_it_cannot_be(files, change, period, message):
    simulated(files, "2026-01", "d1,2026-01-05,ann,100\n")
    posted = files / "2026-01.json"
    posted.write_text(change(posted.read_text()))
    with pytest.raises(CommandError, match=message):
        run("plan_simulate", files / "plan.yaml", *facts(files), "--period", period, "--posted", posted)


def test_a_closed_month_posted_twice_is_refused(files):
    simulated(files, "2026-01", "d1,2026-01-05,ann,100\n")
    posted = ["--posted", files / "2026-01.json"]
    with pytest.raises(CommandError, match="give each closed period once"):
        run("plan_simulate", files / "plan.yaml", *facts(files), "--period", "2026-02", *posted, *posted)


def both_plans(files, period, *posted):
    """Return what two plans pay together in one period, after writing it beside the earlier ones."""
    (files / "second.yaml").write_text(
        GOOD.replace("plan: good", "plan: second").replace("id: commission", "id: extra").replace("8%", "1%")
        .replace("80.00", "10.00")
    )  # fmt: skip
    plans = [files / "plan.yaml", files / "second.yaml"]
    out = run("plan_simulate", *plans, *facts(files), "--period", period, *posted, "--format", "json")
    (files / f"{period}.json").write_text(out)
    return json.loads(out)


def test_several_plans_are_posted_together_and_each_is_corrected_by_what_it_paid(files):
    (files / "transactions.csv").write_text("id,date,participant,amount\nd1,2026-01-05,ann,100\n")
    january = both_plans(files, "2026-01")["totals"][0]
    assert (january["payable"], january["payable_by_plan"]) == ("9.00", {"good": "8.00", "second": "1.00"})
    (files / "transactions.csv").write_text("id,date,participant,amount\nd1,2026-01-05,ann,200\n")
    february = both_plans(files, "2026-02", "--posted", files / "2026-01.json")
    assert [(line["plan"], line["kind"], line["amount"]) for line in february["lines"]] == [
        ("good", "net", "8.00"), ("second", "net", "1.00"),
    ]  # fmt: skip
    total = february["totals"][0]
    assert (total["payable"], total["correction"], total["overpaid"]) == ("9.00", "9.00", "0.00")
    assert total["payable_by_plan"] == {"good": "8.00", "second": "1.00"}
    (files / "transactions.csv").write_text(
        "id,date,participant,amount\nd1,2026-01-05,ann,200\nd2,2026-03-05,ann,100\n"
    )
    march = both_plans(files, "2026-03", "--posted", files / "2026-01.json", "--posted", files / "2026-02.json")
    assert [line["amount"] for line in march["lines"]] == ["8.00", "1.00"]


def test_a_month_posted_with_two_plans_is_not_corrected_with_one(files):
    both_plans(files, "2026-01")
    with pytest.raises(CommandError, match="holds pay of the plan second, not only of good; name every plan"):
        run(
            "plan_simulate",
            files / "plan.yaml",
            *facts(files),
            "--period",
            "2026-02",
            "--posted",
            files / "2026-01.json",
        )


def test_plans_of_two_currencies_are_not_added_up(files):
    (files / "euro.yaml").write_text(
        GOOD.replace("plan: good", "plan: euro\ncurrency: EUR").replace("id: commission", "id: extra")
    )
    with pytest.raises(CommandError, match="the plans pay in EUR and USD"):
        run("plan_simulate", files / "plan.yaml", files / "euro.yaml", *facts(files))


def test_explain_tells_the_quota_and_the_rate_of_exchange_with_its_date(files):
    (files / "plan.yaml").write_text(
        GOOD.replace("name: Good", "name: Good\nexchange_rate: credit_date\nplan_rates: {EUR: 1}")
    )
    (files / "transactions.csv").write_text("id,date,participant,amount,currency\nd1,2026-01-05,ann,100,EUR\n")
    (files / "rates.csv").write_text("date,from,to,rate\n2026-01-02,EUR,USD,1.25\n")
    story = run("plan_explain", files / "plan.yaml", *facts(files), "--rates", files / "rates.csv")
    assert "quota: 1000.00 (2026-01-01 to 2026-03-31)" in story
    assert "rate of exchange: 1.25 (one EUR in USD, rate of 2026-01-02)" in story
    assert "rate of exchange for the position: 1 (one EUR in USD, plan rate)" in story


def test_a_week_is_named_by_its_first_day_and_shown_whole(files):
    (files / "plan.yaml").write_text(GOOD.replace("name: Good", "name: Good\npay_period: week"))
    (files / "transactions.csv").write_text("id,date,participant,amount\nd1,2026-01-14,ann,100\n")
    options = ["--period", "2026-01-12", "--format", "json"]
    found = json.loads(run("plan_simulate", files / "plan.yaml", *facts(files), *options))
    assert [(total["period"], total["payable"]) for total in found["totals"]] == [("2026-01-12", "8.00")]
