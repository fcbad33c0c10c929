"""Every setting and every choice of a plan has a worked table, and every table is a plan document with its example."""

import re
from decimal import Decimal

import pytest
import yaml

from incentives.language import uses
from incentives.language.plan import Component
from incentives.management.commands.plan_check import DOCS, settings_page
from incentives.simulation import check
from tests.incentives.golden import HEAD, PAGE, cases

TABLES = uses.worked(PAGE.read_text(encoding="utf-8"))
CASES = cases()
TOTALS = ("earned", "payable", "draw_balance")


def test_every_setting_and_every_choice_is_spelled_in_a_worked_table():
    used = set().union(*TABLES.values())
    assert [use for use in uses.settings() if use not in used] == []


def test_a_choice_without_a_table_would_be_missed():
    used = set().union(*(found for title, found in TABLES.items() if title != "A multiplier"))
    assert uses.Use("Multiplier", "of", "self") not in used


def test_all_settings_of_the_classes_are_walked():
    walked = {(use.of, use.setting) for use in uses.settings()}
    assert {("Component", name) for name in Component.__dataclass_fields__} <= walked
    assert ("Tier", "from") in walked
    assert len(uses.settings()) > 200


def test_every_table_is_a_case_of_the_engine_and_of_the_reference():
    assert [case.title for case in CASES] == list(TABLES)


def test_the_page_of_settings_is_current_and_leads_to_headings_that_exist():
    page = (DOCS / "plan-settings.md").read_text(encoding="utf-8")
    assert page == settings_page(), "run manage.py plan_check --write-docs"
    headings = re.findall(r"^### (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.M)
    known = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings}
    assert set(re.findall(r"incentives\.md#([^)]+)\)", page)) <= known


def document_of(case):
    """Return a worked table as a plan document whose example expects what the table prints."""
    body, facts = case.body, dict(case.example)
    facts["transactions"] = [{name: value for name, value in row.items() if value} for row in case.rows]
    expected = [
        {"transaction": row["deal"], "earned": row["earned"]}
        | ({} if row.get("reverses") else {"participant": row.get("who", "ann")})
        | ({"component": row["component"]} if "component" in row else {})
        for row in case.deals
        if "earned" in row
    ]
    expected += [
        {"participant": row.get("who", "ann"), **{name: value for name, value in row.items() if name != "who"}}
        for row in case.totals
    ]
    example = {"name": case.title, **facts, "expect": expected}
    return yaml.safe_dump({**HEAD, **body, "examples": [example]}, sort_keys=False, allow_unicode=True)


@pytest.mark.parametrize("case", [case for case in CASES if not case.closing], ids=lambda case: case.title)
def test_a_worked_table_is_a_good_plan_whose_example_comes_out(case):
    checked = check("table.yaml", document_of(case))
    wrong = [issue for issue in checked.issues if issue.level == "error"]
    assert [issue.message for issue in wrong] == []
    assert checked.examples == 1


def test_a_table_with_another_amount_would_be_refused():
    case = CASES[0]
    changed = document_of(case).replace("earned: '33.33'", f"earned: '{Decimal('33.32')}'", 1)
    assert [issue.code for issue in check("table.yaml", changed).issues] == ["example_fails"]
