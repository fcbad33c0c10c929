"""Mistakes people make get an error that names the line and says what to do."""

from pathlib import Path

import pytest
import yaml

from incentives.language.reader import read
from incentives.simulation import check, simulate
from kernel.issue import IssueCollector

GOOD = """plan: good
name: Good
starts_on: 2026-01-01
components:
- id: commission
  window: quarter
  tiers:
  - {from: 0%, rate: 8%}
  - {from: 100%, times_base: 2}
examples:
- name: "Eight per cent"
  quotas: [{participant: ann, starts_on: 2026-01-01, ends_before: 2026-04-01, amount: 1000}]
  expect: [{transaction: d1, earned: 80.00}]
  transactions: [{id: d1, date: 2026-02-01, participant: ann, amount: 1000}]
"""
FILES = {
    "transactions": "id,date,participant,amount\nd1,2026-01-05,ann,100\n",
    "quotas": "participant,starts_on,ends_before,amount\nann,2026-01-01,2026-04-01,1000\n",
}
TABLE = yaml.safe_load((Path(__file__).parent / "mistakes.yaml").read_text(encoding="utf-8"))


def told(entry):
    """Return (line, message) of everything the mistake's author is told."""
    text = entry.get("plan_text", GOOD)
    if "plan" in entry:
        before, after = entry["plan"]
        assert before in text
        text = text.replace(before, after, 1)
    checked = check("plan.yaml", text)
    found = [(issue.row, issue.message) for issue in checked.issues]
    if not checked.is_good:
        return found
    files = {
        kind: (f"{kind}.csv", entry.get(kind, FILES.get(kind)))
        for kind in {*FILES, *entry} & {*FILES, "hierarchy", "adjustments"}
    }
    plans = [checked.document.plan]
    if entry.get("second_plan"):
        plans.append(read(text.replace("plan: good", "plan: other"), IssueCollector()).plan)
    simulation = simulate(plans, files, entry.get("period"))
    return found + [(issue["row"], issue["message"]) for issue in simulation.issues]


def test_the_plan_and_files_without_a_mistake_are_good():
    assert told({}) == []


def test_there_are_more_than_thirty_kinds():
    assert len({entry["mistake"] for entry in TABLE}) == len(TABLE) >= 30


@pytest.mark.parametrize("entry", TABLE, ids=[entry["mistake"] for entry in TABLE])
def test_a_mistake_is_named_with_its_line_and_what_to_do(entry):
    found = told(entry)
    assert [message for row, message in found if entry["says"] in message and entry.get("line", row) == row], found
