"""Random facts for property tests: transactions with splits, overlays and refunds, and the people they belong to."""

from datetime import date, timedelta

from hypothesis import strategies as st

from incentives.facts.load import facts_of
from kernel.issue import IssueCollector

PEOPLE = ["ann", "bob", "cy"]
START = date(2026, 1, 1)
days = st.integers(0, 180).map(lambda n: str(START + timedelta(days=n)))
amounts = st.one_of(
    st.sampled_from(["100", "50", "0.05", "33.33", "250", "-40", "-100", "1000"]),
    st.integers(1, 400000).map(lambda n: f"{n / 100:.2f}"),
)


@st.composite
def lists(draw):
    found = {"transactions": []}
    for number in range(draw(st.integers(0, 12))):
        row = {
            "id": f"t{number}",
            "date": draw(days),
            "amount": draw(amounts),
            "participant": draw(st.sampled_from(PEOPLE)),
        }
        row |= {"type": draw(st.sampled_from(["new", "renewal"])), "product": draw(st.sampled_from(["x", "y"]))}
        row |= {
            "margin": draw(st.sampled_from(["10", "33.33", "-5", "77.7"])),
            "units": draw(st.sampled_from(["0", "1", "3.5", "4"])),
        }
        for name in ("paid_on", "booked_on", "invoiced_on", "recorded_on"):
            if draw(st.integers(0, 2)):
                row[name] = str(date.fromisoformat(row["date"]) + timedelta(days=draw(st.sampled_from([0, 3, 35]))))
        kind = draw(st.integers(0, 5))
        if kind == 0:
            others = [p for p in PEOPLE if p != row["participant"]]
            found["transactions"].append({**row, "split_percent": "66.67"})
            found["transactions"].append({**row, "participant": others[0], "split_percent": "33.33"})
        elif kind == 1:
            other = draw(st.sampled_from([p for p in PEOPLE if p != row["participant"]]))
            found["transactions"] += [
                row,
                {**row, "participant": other, "split_kind": "overlay", "split_percent": "40"},
            ]
        else:
            found["transactions"].append(row)
    for number, row in enumerate(found["transactions"][: draw(st.integers(0, 3))]):
        if float(row["amount"]) and not row.get("split_kind"):
            when = str(date.fromisoformat(row["date"]) + timedelta(days=draw(st.integers(0, 90))))
            part = f"{float(row['amount']) * draw(st.sampled_from([0.5, 1, 0.3])):.2f}"
            found["transactions"].append({"id": f"r{number}", "date": when, "amount": part, "reverses": row["id"]})
    found |= draw(_people())
    found["holds"] = (
        [{"transaction": "t0", "held_by": "dana", "until": "2026-05-05", "counts_for_attainment": "no"}]
        if draw(st.integers(0, 5)) == 0
        else []
    )
    return found


@st.composite
def _people(draw):
    participants, quotas, measures, leaves, hierarchy = [], [], [], [], []
    for person in PEOPLE:
        row = {
            "participant": person,
            "role": draw(st.sampled_from(["rep", "lead"])),
            "team": draw(st.sampled_from(["n", "s", ""])),
            "territory": "w",
        }
        row["target_pay"] = draw(st.sampled_from(["1200", "3650.25"]))
        row["recovery_authorised_on"] = draw(st.sampled_from(["", "2026-03-03"]))
        row["hired_on"] = draw(st.sampled_from(["", "2025-06-01", "2026-01-20"]))
        row["left_on"] = draw(st.sampled_from(["", "", "2026-05-10"]))
        if draw(st.integers(0, 3)) == 0:
            participants.append({**row, "ends_before": "2026-03-10"})
            participants.append({**row, "starts_on": "2026-03-10", "target_pay": "2400"})
        else:
            participants.append(row)
        quotas += draw(_quotas(person))
        if draw(st.integers(0, 3)):
            measures.append(
                {
                    "participant": person,
                    "measure": "score",
                    "starts_on": "2026-01-01",
                    "ends_before": "2026-05-01",
                    "value": draw(st.sampled_from(["80%", "95%", "130%"])),
                }
            )
        if draw(st.integers(0, 4)) == 0:
            leaves.append(
                {
                    "participant": person,
                    "starts_on": "2026-02-10",
                    "ends_before": draw(st.sampled_from(["2026-02-20", "2026-04-01"])),
                }
            )
    if draw(st.booleans()):
        hierarchy = [
            {"person": "ann", "manager": "bob", "ends_before": "2026-03-15"},
            {"person": "ann", "manager": "cy", "starts_on": "2026-03-15"},
            {"person": "bob", "manager": "cy"},
        ]
    return {
        "participants": participants,
        "quotas": quotas,
        "measures": measures,
        "leaves": leaves,
        "hierarchy": hierarchy,
    }


@st.composite
def _quotas(draw, person):
    shape = draw(st.integers(0, 4))
    size = draw(st.sampled_from(["100", "333.33", "1000"]))
    if shape == 0:
        return []
    if shape == 1:
        return [
            {
                "participant": person,
                "starts_on": "2026-01-01",
                "ends_before": "2027-01-01",
                "amount": size,
                "per": draw(st.sampled_from(["month", "quarter"])),
            }
        ]
    if shape == 2:
        per = draw(st.sampled_from(["month", "quarter"]))
        middle = draw(st.sampled_from(["2026-02-14", "2026-04-01"]))
        return [
            {"participant": person, "starts_on": "2026-01-01", "ends_before": middle, "amount": size, "per": per},
            {"participant": person, "starts_on": middle, "ends_before": "2027-01-01", "amount": "500", "per": per},
        ]
    if shape == 3:
        return [{"participant": person, "starts_on": "2026-01-01", "ends_before": "2027-01-01", "amount": size}]
    return [
        {"participant": person, "starts_on": "2026-01-01", "ends_before": "2026-04-01", "amount": size},
        {
            "participant": person,
            "starts_on": "2026-04-01",
            "ends_before": "2026-07-01",
            "amount": draw(st.sampled_from(["150", "0"])),
            "reason": "given",
        },
    ]


def facts_from(found):
    issues = IssueCollector()
    facts = facts_of({kind: list(enumerate(rows, start=1)) for kind, rows in found.items()}, issues)
    assert not issues.has_errors, [issue.to_dict() for issue in issues]
    return facts
