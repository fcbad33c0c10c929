"""Random plans for property tests: everything a plan can say, in small numbers that hit the edges."""

import yaml
from hypothesis import strategies as st

from incentives.language.reader import read
from kernel.issue import IssueCollector

percents = st.sampled_from(["1%", "5%", "7.5%", "10%", "12.345%", "20%"])


def maybe(values):
    return st.one_of(st.none(), values)


@st.composite
def tiers(draw, basis, application):
    percent = basis in ("attainment", "ratio", "kpi")
    edges = {"count": [1, 2, 3], "measure": [2, 5, 9]}.get(
        basis, ["30%", "50%", "100%", "150%"] if percent else [100, 150, 333.33, 500]
    )
    chosen = sorted(draw(st.sets(st.sampled_from(range(len(edges))), max_size=3)))
    found = [{"from": "0%" if percent else "0", "rate": draw(percents)}]
    for place in chosen:
        kinds = ["rate", "times_base", "times_below"] + (["points"] if basis == "attainment" else [])
        kind = draw(st.sampled_from(kinds))
        value = draw(percents) if kind == "rate" else draw(st.sampled_from(["1.5", "2", "0.333"]))
        found.append({"from": str(edges[place]), kind: value})
    return found


@st.composite
def curve(draw, basis):
    unit = "%" if basis == "attainment" else ""
    places = sorted(draw(st.sets(st.sampled_from([0, 40, 50, 80, 100, 120, 200]), min_size=1, max_size=4)))
    values = sorted(
        draw(st.lists(st.sampled_from([0, 1, 2, 3.5, 10, 25, 100, 150]), min_size=len(places), max_size=len(places)))
    )
    return [{"at": f"{p}{unit}", "pays": f"{v}%"} for p, v in zip(places, values, strict=True)]


@st.composite
def component(draw, number, earlier):
    name = f"c{number}"
    kind = draw(
        st.sampled_from(
            ["tiers"] * 6
            + ["curve"] * 2
            + ["to_date", "spif", "mbo", "ranking"]
            + (["true_up", "override"] if earlier else [])
        )
    )
    item = {"id": name}
    if kind == "spif":
        item |= {
            "type": "spif",
            "amount": draw(st.sampled_from(["10", "2.5", "0.333333"])),
            "per": draw(st.sampled_from(["transaction", "unit"])),
        }
        item |= _given(draw, budget=st.sampled_from(["25", "40.5"]), max_winners=st.integers(1, 2).map(str))
    elif kind == "mbo":
        item |= {"type": "mbo", "kpi": "score", "window": draw(st.sampled_from(["month", "quarter"])), "target": "30%"}
        item |= _given(draw, max_score=st.sampled_from(["90%", "120%"]))
        return item
    elif kind == "ranking":
        item |= {"type": "ranking", "window": draw(st.sampled_from(["month", "quarter"])), "prizes": ["100", "50.01"]}
    elif kind == "true_up":
        source = draw(st.sampled_from(earlier))
        return item | {
            "type": "true_up",
            "of": source,
            "window": "half",
            "direction": draw(st.sampled_from(["upwards", "both_ways"])),
        }
    else:
        item |= draw(_tiered(kind, earlier))
    item |= draw(_common(kind))
    return item


def _given(draw, **fields):
    return {name: value for name, values in fields.items() if (value := draw(maybe(values))) is not None}


@st.composite
def _tiered(draw, kind, earlier):
    item = {}
    application = draw(st.sampled_from(["marginal", "marginal", "whole_deal", "whole_window", "whole_overage"]))
    bases = ["attainment", "attainment", "amount", "count", "measure"]
    if kind == "curve":
        application = draw(st.sampled_from(["interpolated_payout", "interpolated_rate"]))
        bases = ["attainment", "amount"]
    elif kind == "to_date":
        application = draw(st.sampled_from(["marginal", "interpolated_payout", "interpolated_rate"]))
        bases = ["attainment", "amount"]
    elif application not in ("marginal", "whole_overage"):
        bases += ["ratio", "kpi"]
    basis = draw(st.sampled_from(bases))
    item |= {"basis": basis, "application": application}
    if basis in ("measure", "ratio", "kpi"):
        item["basis_of"] = {"measure": "units", "ratio": "margin", "kpi": "score"}[basis]
    if application.startswith("interpolated"):
        item["curve"] = draw(curve(basis))
        item["above_last"] = draw(st.sampled_from(["rate", "slope", "flat"]))
    else:
        item["tiers"] = draw(tiers(basis, application))
        item["on_edge"] = draw(st.sampled_from(["higher", "lower"]))
        if application == "whole_deal":
            item |= _given(draw, re_rating=st.sampled_from(["no", "upwards", "both_ways"]))
        elif application != "marginal":
            item |= _given(draw, re_rating=st.sampled_from(["upwards", "both_ways"]))
        if basis == "attainment" and application in ("whole_deal", "whole_window"):
            item |= _given(draw, attainment_decimals=st.sampled_from(["0", "1"]))
    if kind == "to_date":
        return item | {"evaluated": "to_date", "window": draw(st.sampled_from(["month", "quarter"]))}
    windows = ["month", "quarter", "half", "year"] + (
        ["quota"] if basis == "attainment" else ["transaction"] if kind == "tiers" else []
    )
    item |= _given(draw, window=st.sampled_from(windows))
    if kind == "tiers" and basis in ("attainment", "amount"):
        item |= _given(
            draw, measure=st.sampled_from(["amount", "amount", "margin"]) if basis == "amount" else st.just("amount")
        )
    if kind == "override":
        item |= {
            "type": "override",
            "levels": draw(st.sampled_from(["one", "all"])),
            "same_deal": draw(st.sampled_from(["once", "each"])),
        }
        item |= {"own_credits": draw(st.sampled_from(["yes", "no"])), "of": draw(st.sampled_from(earlier))}
        item |= draw(st.sampled_from([{}, {"override_on": "commissions"}, {"less_lower_pay": "yes"}]))
    return item


@st.composite
def _common(draw, kind):
    item = {}
    if draw(st.booleans()) and draw(st.booleans()):
        item["rules"] = [
            {"name": "half", "where": {"type": "renewal"}, "credit": "50%"},
            {
                "name": "rest",
                "where": draw(st.sampled_from([{}, {"amount": ">= 50"}, {"product": "not x"}, {"person.role": "rep"}])),
            },
        ]
    if kind in ("tiers", "override") and draw(st.integers(0, 4)) == 0:
        item["large_deal"] = draw(st.sampled_from([
            {"above": "100"}, {"above": "100", "then": "lower_rate", "rate": "1%"}, {"above": "33.33", "then": "credit_cap"},
        ]))  # fmt: skip
    if draw(st.integers(0, 3)) == 0:
        per, on = draw(
            st.sampled_from(
                [
                    ("transaction", "pay"),
                    ("period", "pay"),
                    ("year", "pay"),
                    ("transaction", "credit"),
                    ("period", "credit"),
                ]
            )
        )
        cap = {"amount": draw(st.sampled_from(["5", "20", "100"])), "per": per, "on": on}
        if on == "credit":
            cap["counts_for_quota"] = draw(st.sampled_from(["yes", "no"]))
        elif per == "period":
            cap["excess"] = draw(st.sampled_from(["lost", "carried_over"]))
        item["caps"] = [cap]
    if draw(st.integers(0, 4)) == 0:
        item["floors"] = [{"amount": "12", "per": draw(st.sampled_from(["transaction", "period", "year"]))}]
    if kind not in ("ranking",) and draw(st.integers(0, 3)) == 0:
        item["gate"] = draw(gate(kind))
    if draw(st.integers(0, 4)) == 0:
        steps = [{"from": "0%", "times": "0.8"}, {"from": "90%", "times": "1.25"}]
        item["multipliers"] = [
            {"measure": draw(st.sampled_from(["score", "attainment"])), "steps": steps, "window": "quarter"}
        ]
    return item


@st.composite
def gate(draw, kind):
    conditions = []
    for _ in range(draw(st.integers(1, 2))):
        measure = draw(st.sampled_from(["attainment", "amount", "count", "score"]))
        limit = {"attainment": "50%", "amount": "150", "count": "2", "score": "90%"}[measure]
        of = draw(st.sampled_from(["self", "self", "team", "territory"]))
        item = {"measure": measure, "of": of, "window": draw(st.sampled_from(["month", "quarter", "year"]))}
        if measure == "score":
            item["of"] = "self"
        conditions.append(item | {draw(st.sampled_from(["at_least", "more_than"])): limit})
    closed = draw(st.sampled_from(["nothing", "share"] + (["base_rate"] if kind == "tiers" else [])))
    found = {"conditions": conditions, "closed": closed, "need": draw(st.sampled_from(["all", "any"]))}
    if closed == "share":
        found["share"] = "33%"
    return found | {"opened_later": draw(st.sampled_from(["from_then_on", "pay_back"]))}


@st.composite
def draws(draw):
    found = []
    for number in range(draw(st.sampled_from([0, 0, 1, 2]))):
        kind = draw(
            st.sampled_from(
                ["non_recoverable_guarantee", "non_recoverable_on_top", "recoverable_guarantee", "recoverable_on_top"]
            )
        )
        item = {
            "id": f"d{number}",
            "kind": kind,
            "amount": draw(st.sampled_from(["20", "55.55"])),
            "order": str(2 - number),
        }
        how = ["after_end", "from_date", "interval_end"] + (["while_live"] if kind == "recoverable_guarantee" else [])
        item["recover"] = draw(st.sampled_from(how))
        if item["recover"] == "from_date":
            item["recover_from"] = "2026-03-10"
        item |= _given(
            draw, months=st.sampled_from(["1", "3"]), period=st.sampled_from(["month", "quarter"]), forgiven_on=st.just("2026-05-02"),
            max_recovery=st.sampled_from(["7"]), components=st.just(["c0"]),
        )  # fmt: skip
        if draw(st.booleans()):
            item["starts_on"] = "2026-02-01"
        found.append(item)
    return found


@st.composite
def plans(draw):
    plan = {"plan": "p", "name": "P", "starts_on": "2026-01-01"}
    items = []
    for number in range(draw(st.integers(1, 3))):
        tiered = [
            i["id"] for i in items if i.get("type", "commission") == "commission" and i.get("evaluated") != "to_date"
        ]
        items.append(draw(component(number, tiered)))
    plan["components"] = items
    choices = {
        "rounding": ["half_even"], "round_each": ["line"], "proration": ["working_days", "thirty_360", "none"],
        "mid_period_change": ["blended", "credit_date", "period_end"], "on_change": ["amount", "restart"],
        "negative_result": ["deducted"], "credit_date": ["paid"], "fiscal_year_start_month": ["2", "4"], "cut_off_days": ["0", "5"],
        "pay_period": ["quarter", "half_month", "week", "two_weeks", "year"],
    }  # fmt: skip
    for name, values in choices.items():
        if draw(st.integers(0, 3)) == 0:
            plan[name] = draw(st.sampled_from(values))
    if any("curve" in item for item in items):
        plan.pop("round_each", None)
    if draw(st.integers(0, 3)) == 0:
        plan["ramp"] = {
            "months": draw(st.sampled_from([["0%", "50%"], ["25%"]])),
            "from": draw(st.sampled_from(["hire", "first_full_month"])),
        }
        plan["ramp"]["scales"] = draw(st.sampled_from(["quota", "quota_and_target"]))
    how = draw(st.integers(0, 4))
    if how == 0:
        plan["instalments"] = draw(st.sampled_from(["2", "3"]))
    elif how == 1:
        on = draw(st.sampled_from(["booking", "payment", "invoice"]))
        plan["pay_out"] = [
            {"on": "credit", "share": "33.3%"},
            {"on": on, "share": "33.3%"},
            {"on": "year_end", "share": "33.4%"},
        ]
    if draw(st.integers(0, 5)) == 0:
        plan |= {"unpaid_after_days": "20", "unpaid_then": "un_earn"}
    if draw(st.integers(0, 4)) == 0:
        plan["caps"] = [{"amount": "60", "excess": draw(st.sampled_from(["lost", "carried_over"]))}]
    if draw(st.integers(0, 4)) == 0:
        plan["floors"] = [{"amount": "15", "per": draw(st.sampled_from(["period", "year"]))}]
    plan["draws"] = draw(draws())
    plan["clawback"] = {
        "later_position": draw(st.sampled_from(["drops", "stays"])),
        "indirect": draw(st.sampled_from(["yes", "no"])),
    }
    if draw(st.booleans()):
        plan["clawback"] |= {
            "decay": [{"from_day": "0", "share": "100%"}, {"from_day": "40", "share": "33.3%"}],
            "age_since": draw(st.sampled_from(["credit_date", "payment"])),
        }
    plan["recovery"] = _given(
        draw, max_share=st.sampled_from(["100%", "33%"]), protected_amount=st.just("5"), max_age_months=st.just("1"),
        authorisation=st.just("recorded"),
    )  # fmt: skip
    plan["leaver"] = draw(st.sampled_from([{}, {"earns": "grace", "grace_days": "12"}, {"earns": "pro_rata"}]))
    return plan


def plan_of(document):
    issues = IssueCollector()
    plan = read(yaml.safe_dump(document, sort_keys=False), issues).plan
    assert plan is not None, [issue.to_dict() for issue in issues]
    return plan
