"""Rare corners, each worked out by hand; the engine and the reference must both give the hand's figure."""

import pytest

from incentives.engine.run import calculate
from incentives.engine.trace import Story
from incentives.language.choices import ExchangeRate
from tests.incentives.random_facts import facts_from
from tests.incentives.random_plans import plan_of
from tests.incentives.test_engine_equals_reference import compare

HEAD = {"plan": "p", "name": "P", "starts_on": "2026-01-01"}
TEN = [{"from": "0", "rate": "10%"}]


def deal(number, day, amount, **more):
    return {"id": f"d{number}", "date": day, "amount": amount, "participant": "ann", **more}


def earned(plan, facts):
    """Return what Ann earns in all, in cents, after the engine and the reference agreed on everything."""
    document = {**HEAD, **plan}
    compare(document, facts)
    result = calculate(plan_of(document), facts_from(facts))
    return int(result.totals.earned.sum())


def test_a_goal_that_begins_after_the_calculation_ends_pays_nothing():
    goal = {"id": "g", "type": "mbo", "kpi": "score", "starts_on": "2026-06-01"}
    assert earned({"components": [goal]}, {"transactions": [deal(1, "2026-01-05", "1")]}) == 0


def test_a_goal_s_curve_of_a_single_point_at_nothing_pays_that_point():
    goal = {"id": "g", "type": "mbo", "kpi": "score", "window": "month", "curve": [{"at": "0%", "pays": "50%"}]}
    facts = {
        "transactions": [deal(1, "2026-01-05", "1")],
        "participants": [{"participant": "ann", "target_pay": "1200"}],
        "measures": [
            {
                "participant": "ann",
                "measure": "score",
                "starts_on": "2026-01-01",
                "ends_before": "2027-01-01",
                "value": "70%",
            }
        ],
    }
    assert earned({"components": [goal]}, facts) == 5000


def test_a_draw_that_is_over_before_the_person_comes_pays_nothing():
    plan = {
        "components": [{"id": "c", "basis": "amount", "tiers": TEN}],
        "draws": [{"id": "d", "amount": "100"}],
        "ends_before": "2026-02-01",
    }
    facts = {
        "transactions": [deal(1, "2026-03-05", "10")],
        "participants": [{"participant": "ann", "hired_on": "2026-03-01"}],
    }
    compare({**HEAD, **plan}, facts)
    assert int(calculate(plan_of({**HEAD, **plan}), facts_from(facts)).totals.payable.sum()) == 0


def test_a_comparison_with_text_that_is_no_number_does_not_match():
    rules = [{"name": "big", "where": {"colour": ">= 5"}}]
    plan = {"components": [{"id": "c", "basis": "amount", "rules": rules, "tiers": TEN}]}
    rows = [deal(1, "2026-01-05", "100", colour="red"), deal(2, "2026-01-06", "100", colour="7")]
    assert earned(plan, {"transactions": rows}) == 1000


def test_a_team_s_quota_of_another_quarter_opens_no_gate():
    gate = {"conditions": [{"measure": "attainment", "of": "team", "window": "quarter", "at_least": "100%"}]}
    plan = {"components": [{"id": "c", "basis": "amount", "gate": gate, "tiers": TEN}]}
    quotas = [
        {"participant": "north", "starts_on": "2026-01-01", "ends_before": "2026-04-01", "amount": "100"},
        {"participant": "north", "starts_on": "2026-04-01", "ends_before": "2026-07-01", "amount": "1000"},
    ]
    facts = {
        "transactions": [deal(1, "2026-02-05", "100"), deal(2, "2026-05-05", "100")],
        "participants": [{"participant": "ann", "team": "north"}],
        "quotas": quotas,
    }
    assert earned(plan, facts) == 1000


def test_a_team_s_yearly_quota_counts_for_a_quarter_by_its_days_where_nothing_is_prorated():
    gate = {"conditions": [{"measure": "attainment", "of": "team", "window": "quarter", "at_least": "100%"}]}
    plan = {"proration": "none", "components": [{"id": "c", "basis": "amount", "gate": gate, "tiers": TEN}]}
    quotas = [{"participant": "north", "starts_on": "2026-01-01", "ends_before": "2027-01-01", "amount": "365"}]
    facts = {
        "transactions": [deal(1, "2026-02-05", "89.99"), deal(2, "2026-05-05", "91")],
        "participants": [{"participant": "ann", "team": "north"}],
        "quotas": quotas,
    }
    assert earned(plan, facts) == 910


def test_under_a_ramp_a_whole_quarter_of_quota_is_still_reduced():
    tiers = [{"from": "0%", "rate": "10%"}, {"from": "100%", "rate": "20%"}]
    plan = {"ramp": {"months": ["50%", "50%", "50%"]}, "components": [{"id": "c", "tiers": tiers}]}
    facts = {
        "transactions": [deal(1, "2026-02-05", "100")],
        "participants": [{"participant": "ann", "hired_on": "2026-01-01"}],
        "quotas": [{"participant": "ann", "starts_on": "2026-01-01", "ends_before": "2026-04-01", "amount": "100"}],
    }
    assert earned(plan, facts) == 500 + 1000


def test_a_quota_of_last_year_is_nobody_s_quota_now():
    plan = {"components": [{"id": "c", "tiers": [{"from": "0%", "rate": "10%"}]}]}
    quotas = [
        {"participant": "ann", "starts_on": "2025-01-01", "ends_before": "2025-04-01", "amount": "1"},
        {"participant": "ann", "starts_on": "2026-01-01", "ends_before": "2026-04-01", "amount": "100"},
    ]
    assert earned(plan, {"transactions": [deal(1, "2026-02-05", "100")], "quotas": quotas}) == 1000


def test_target_pay_of_a_window_that_began_before_the_person_is_that_of_their_first_row():
    bonus = {
        "id": "b", "type": "bonus", "application": "interpolated_payout", "window": "quarter",
        "curve": [{"at": "0%", "pays": "0%"}, {"at": "100%", "pays": "100%"}],
    }  # fmt: skip
    facts = {
        "transactions": [deal(1, "2026-02-05", "100")],
        "participants": [{"participant": "ann", "starts_on": "2026-02-01", "target_pay": "3650"}],
        "quotas": [{"participant": "ann", "starts_on": "2026-02-01", "ends_before": "2026-04-01", "amount": "100"}],
    }
    target = 365000 * 3 * 59 / (12 * 90)
    assert earned({"mid_period_change": "blended", "components": [bonus]}, facts) == round(target)


def test_a_change_of_team_alone_is_no_change_of_quota_or_pay():
    tiers = [{"from": "0%", "rate": "10%"}, {"from": "100%", "rate": "20%"}]
    plan = {"on_change": "restart", "components": [{"id": "c", "window": "quarter", "tiers": tiers}]}
    facts = {
        "transactions": [deal(1, "2026-01-05", "100"), deal(2, "2026-03-05", "100")],
        "participants": [
            {"participant": "ann", "team": "n", "ends_before": "2026-02-01"},
            {"participant": "ann", "team": "s", "starts_on": "2026-02-01"},
        ],
        "quotas": [{"participant": "ann", "starts_on": "2026-01-01", "ends_before": "2026-04-01", "amount": "100"}],
    }
    assert earned(plan, facts) == 1000 + 2000


def test_rates_into_another_currency_are_not_the_plan_s():
    plan = {
        "exchange_rate": "credit_date",
        "components": [{"id": "c", "basis": "amount", "tiers": TEN}],
        "plan_rates": {"EUR": "1"},
    }
    rates = [
        {"date": "2026-01-01", "from": "EUR", "to": "GBP", "rate": "0.5"},
        {"date": "2026-01-01", "from": "EUR", "to": "USD", "rate": "2"},
    ]
    facts = {"transactions": [deal(1, "2026-02-05", "100", currency="EUR")], "rates": rates}
    assert earned(plan, facts) == 2000


@pytest.mark.parametrize(("units", "amount"), [("0.0000004", 0), ("0.0000005", 100)])
def test_a_measure_of_more_than_six_decimals_is_rounded_to_millionths(units, amount):
    plan = {
        "components": [{"id": "c", "measure": "units", "basis": "count", "tiers": [{"from": "0", "amount": "1000000"}]}]
    }
    assert earned(plan, {"transactions": [deal(1, "2026-02-05", "1", units=units)]}) == amount


def test_a_forgiven_draw_is_gone_before_a_write_off_of_the_same_month_is_used():
    plan = {
        "components": [{"id": "c", "basis": "amount", "tiers": TEN}],
        "draws": [{"id": "d", "kind": "recoverable_on_top", "amount": "50", "months": "1", "recover": "from_date",
                   "recover_from": "2027-01-01", "forgiven_on": "2026-03-10"}],
    }  # fmt: skip
    facts = {
        "transactions": [
            deal(1, "2026-01-05", "1000"),
            {"id": "r", "date": "2026-02-05", "amount": "1000", "reverses": "d1"},
            deal(2, "2026-03-05", "10"),
        ],
        "write_offs": [{"participant": "ann", "date": "2026-03-20", "amount": "60", "reason": "x",
                        "entered_by": "a", "approved_by": "b"}],
    }  # fmt: skip
    compare({**HEAD, **plan}, facts)
    totals = calculate(plan_of({**HEAD, **plan}), facts_from(facts)).totals
    assert totals.draw_written_off[0].tolist() == [0, 0, 5000]
    assert totals.debt_written_off[0].tolist() == [0, 0, 6000]
    assert totals.debt[0].tolist() == [0, 10000, 3950]


def test_a_draw_that_ends_on_the_day_the_person_comes_pays_nothing():
    plan = {
        "components": [{"id": "c", "basis": "amount", "tiers": TEN}],
        "draws": [{"id": "d", "amount": "100"}],
        "ends_before": "2026-02-01",
    }
    facts = {
        "transactions": [deal(1, "2026-02-05", "10")],
        "participants": [{"participant": "ann", "hired_on": "2026-02-01"}],
    }
    compare({**HEAD, **plan}, facts)
    assert int(calculate(plan_of({**HEAD, **plan}), facts_from(facts)).totals.payable.sum()) == 0


def test_a_position_in_money_goes_on_as_it_is_when_the_role_changes():
    tiers = [{"from": "0", "rate": "10%"}, {"from": "100", "rate": "20%"}]
    plan = {"components": [{"id": "c", "basis": "amount", "window": "quarter", "tiers": tiers}]}
    facts = {
        "transactions": [deal(1, "2026-01-05", "100"), deal(2, "2026-03-05", "100")],
        "participants": [
            {"participant": "ann", "role": "a", "ends_before": "2026-02-01"},
            {"participant": "ann", "role": "b", "starts_on": "2026-02-01"},
        ],
    }
    assert earned(plan, facts) == 1000 + 2000


def test_on_leave_all_month_the_quota_is_reduced_to_nothing_even_where_nothing_is_prorated():
    tiers = [{"from": "0%", "rate": "10%"}, {"from": "100%", "rate": "20%"}]
    facts = {
        "transactions": [deal(1, "2026-01-05", "150")],
        "participants": [{"participant": "ann"}],
        "leaves": [{"participant": "ann", "starts_on": "2026-01-01", "ends_before": "2026-02-01"}],
        "quotas": [{"participant": "ann", "starts_on": "2026-01-01", "ends_before": "2026-02-01", "amount": "100"}],
    }
    assert earned({"proration": "none", "components": [{"id": "c", "tiers": tiers}]}, facts) == 1500


def test_of_a_rate_of_exchange_that_is_missing_nothing_is_told():
    plan = {"components": [{"id": "c", "basis": "amount", "tiers": TEN}]}
    facts = facts_from({"transactions": [deal(1, "2026-02-05", "100", currency="EUR")]})
    rates = calculate(plan_of({**HEAD, **plan}), facts).rates
    assert [rates.used(0, kind) for kind in ExchangeRate] == [None, None, None]


def told(plan, facts):
    story = Story(calculate(plan_of({**HEAD, **plan}), facts_from(facts)))
    return [(story.kind(n), story.trace(n)) for n in range(len(story.result.lines))]


def test_a_line_of_the_plan_s_own_cap_tells_its_transaction_without_a_component():
    plan = {"caps": [{"amount": "5"}], "components": [{"id": "c", "basis": "amount", "tiers": TEN}]}
    kind, trace = told(plan, {"transactions": [deal(1, "2026-02-05", "100")]})[-1]
    assert (kind, trace.find("component").value, trace.find("transaction").value) == ("cap", "plan", "d1")


def test_a_spif_tells_its_money_per_unit_and_a_curve_has_no_tier():
    plan = {"components": [{"id": "s", "type": "spif", "amount": "5"}]}
    trace = told(plan, {"transactions": [deal(1, "2026-02-05", "100")]})[0][1]
    assert (trace.find("base").value, trace.find("rate").value) == ("1", "5 per unit")
    curve = [{"at": "0", "pays": "10%"}, {"at": "100", "pays": "10%"}]
    plan = {"components": [{"id": "c", "basis": "amount", "application": "interpolated_rate", "curve": curve}]}
    trace = told(plan, {"transactions": [deal(1, "2026-02-05", "100")]})[0][1]
    assert (trace.find("tier"), trace.find("rate"), trace.value) == (None, None, "10.00")


def test_a_share_of_target_pay_by_amount_tells_the_target_pay_and_no_quota():
    curve = [{"at": "0", "pays": "0%"}, {"at": "100", "pays": "100%"}]
    component = {"id": "c", "basis": "amount", "window": "month", "application": "interpolated_payout", "curve": curve}
    facts = {
        "transactions": [deal(1, "2026-02-05", "50")],
        "participants": [{"participant": "ann", "target_pay": "1200"}],
    }
    assert earned({"components": [component]}, facts) == 5000
    trace = told({"components": [component]}, facts)[0][1]
    assert (trace.find("target pay").value, trace.find("quota")) == ("100.00", None)


def test_without_a_rate_of_exchange_the_line_stops_and_the_other_is_paid():
    rows = [deal(1, "2026-01-05", "100", currency="EUR"), deal(2, "2026-01-06", "100")]
    assert earned({"components": [{"id": "c", "basis": "amount", "tiers": TEN}]}, {"transactions": rows}) == 1000


def test_a_quota_of_another_measure_is_not_this_component_s():
    span = {"participant": "ann", "starts_on": "2026-01-01", "ends_before": "2026-02-01"}
    quotas = [{**span, "amount": "1", "measure": "meetings"}, {**span, "amount": "100"}]
    plan = {"components": [{"id": "c", "tiers": [{"from": "0%", "rate": "10%"}, {"from": "100%", "rate": "20%"}]}]}
    assert earned(plan, {"transactions": [deal(1, "2026-01-05", "150")], "quotas": quotas}) == 2000


def test_a_goal_is_not_scored_before_the_person_comes_nor_below_its_curve():
    goal = {"id": "g", "type": "mbo", "kpi": "score", "window": "month", "curve": [{"at": "50%", "pays": "50%"}]}
    months = [
        ("2026-01-01", "2026-02-01", "40%"),
        ("2026-02-01", "2026-03-01", "40%"),
        ("2026-03-01", "2026-04-01", "60%"),
    ]
    facts = {
        "transactions": [deal(1, "2026-03-05", "1")],
        "participants": [{"participant": "ann", "target_pay": "1200", "hired_on": "2026-02-01"}],
        "measures": [
            {"participant": "ann", "measure": "score", "starts_on": start, "ends_before": end, "value": value}
            for start, end, value in months
        ],
    }
    assert earned({"components": [goal]}, facts) == 6000


def test_an_override_on_commissions_that_nobody_earned_pays_nothing():
    components = [
        {"id": "rep", "basis": "amount", "tiers": TEN, "rules": [{"name": "none", "where": {"type": "never"}}]},
        {"id": "o", "type": "override", "override_on": "commissions", "of": "rep", "basis": "amount", "tiers": TEN},
    ]
    facts = {"transactions": [deal(1, "2026-01-05", "100")], "hierarchy": [{"person": "ann", "manager": "max"}]}
    assert earned({"components": components}, facts) == 0


def test_every_large_deal_of_its_own_window_pays_the_part_above_alone():
    clause = {"above": "100", "then": "lower_rate", "rate": "1%"}
    plan = {"components": [{"id": "c", "basis": "amount", "window": "transaction", "large_deal": clause, "tiers": TEN}]}
    rows = [deal(1, "2026-01-05", "100.50"), deal(2, "2026-01-06", "100.50")]
    assert earned(plan, {"transactions": rows}) == 2 * (1000 + 1)


def test_large_deals_that_come_in_no_order_are_rounded_in_the_order_of_their_days():
    clause = {"above": "100", "then": "lower_rate", "rate": "0.5%"}
    plan = {"components": [{"id": "c", "basis": "amount", "large_deal": clause, "tiers": TEN}]}
    people = ("ann", "bob", "ann", "bob")
    rows = [deal(4 - n, f"2026-01-{20 - n}", "101", participant=who) for n, who in enumerate(people)]
    assert earned(plan, {"transactions": rows}) == 2 * (2000 + 1)


def test_a_component_that_pays_nobody_leaves_the_terms_of_the_others():
    nothing = {
        "id": "n",
        "basis": "attainment",
        "rules": [{"name": "x alone", "where": {"product": "x"}}],
        "tiers": [{"from": "0%", "rate": "1%"}],
    }
    plan = {"components": [nothing, {"id": "c", "basis": "amount", "tiers": TEN}]}
    facts = {"transactions": [deal(1, "2026-01-05", "100")], "quotas": []}
    assert [kind for kind, _trace in told(plan, facts)] == ["earned"]


def test_a_refund_of_a_deal_that_a_component_does_not_pay_moves_nothing():
    rules = [{"name": "new", "where": {"type": "new"}}]
    plan = {"components": [{"id": "c", "basis": "amount", "rules": rules, "tiers": TEN}]}
    rows = [
        deal(1, "2026-01-05", "100", type="old"), deal(2, "2026-01-06", "100", type="new"),
        {"id": "r", "date": "2026-01-07", "amount": "100", "reverses": "d1"},
    ]  # fmt: skip
    assert earned(plan, {"transactions": rows}) == 1000


def test_a_quota_that_ends_before_the_second_part_of_a_window_leaves_that_part_without():
    tiers = [{"from": "0%", "rate": "10%"}, {"from": "100%", "rate": "20%"}]
    plan = {"on_change": "restart", "components": [{"id": "c", "window": "month", "tiers": tiers}]}
    facts = {
        "transactions": [deal(1, "2026-01-05", "31")],
        "participants": [
            {"participant": "ann", "role": "a", "ends_before": "2026-01-16"},
            {"participant": "ann", "role": "b", "starts_on": "2026-01-16"},
        ],
        "quotas": [{"participant": "ann", "starts_on": "2026-01-01", "ends_before": "2026-01-16", "amount": "30"}],
    }
    assert earned(plan, facts) == 300 + 20


def test_who_leaves_pro_rata_has_all_of_the_windows_before():
    plan = {"leaver": {"earns": "pro_rata"}, "components": [{"id": "c", "basis": "amount", "tiers": TEN}]}
    facts = {
        "transactions": [deal(1, "2026-01-05", "100"), deal(2, "2026-02-05", "100")],
        "participants": [{"participant": "ann", "left_on": "2026-02-15"}],
    }
    assert earned(plan, facts) == 1000 + 500


def test_a_goal_tells_its_target_as_its_base():
    facts = {
        "transactions": [deal(1, "2026-01-05", "1")],
        "participants": [{"participant": "ann", "target_pay": "1200"}],
        "measures": [
            {
                "participant": "ann",
                "measure": "s",
                "starts_on": "2026-01-01",
                "ends_before": "2027-01-01",
                "value": "50%",
            }
        ],
    }
    trace = told({"components": [{"id": "g", "type": "mbo", "kpi": "s", "window": "month"}]}, facts)[0][1]
    assert (trace.value, trace.find("base").value) == ("50.00", "100.00")
