"""Leads, and the deals by which they became customers."""

import csv
import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from crm.models import ImportBatch, Lead, Opportunity, Stage
from crm.services.undoing import import_undo
from people.models import Organization
from tests.cast import NOW
from tests.crm.files import codes, run, shared, write

pytestmark = pytest.mark.django_db

LEADS = "mql_id,first_contact_date,origin\nL1,2026-01-01,web\nL2,2026-01-02,fair\nL3,2026-01-03,\n"
DEALS = "deal_id,lead_id,deal_stage,close_date\nD1,L1,Won,2026-02-01\nD2,L2,Lost,2026-02-02\nD3,L9,Won,2026-02-03\n"


def conversions() -> dict[str, tuple[bool, date | None, str | None]]:
    rows = Lead.objects.order_by("external_id").select_related("opportunity")
    return {
        row.external_id: (row.is_converted, row.converted_on, row.opportunity and row.opportunity.external_id)
        for row in rows
    }


WANTED = {"L1": (True, date(2026, 2, 1), "D1"), "L2": (False, None, "D2"), "L3": (False, None, None)}


def test_a_won_deal_that_names_a_lead_converts_it_whichever_file_comes_first(org: Organization, tmp_path: Path) -> None:
    leads = run(write(tmp_path, LEADS), "lead")
    deals = run(write(tmp_path, DEALS))
    assert (leads["created"], deals["created"]) == (3, 3)
    assert conversions() == WANTED
    for answer in (deals, leads):
        import_undo(batch=ImportBatch.objects.get(pk=answer["batch"]), at=NOW, actor=None)
    run(write(tmp_path, DEALS))
    run(write(tmp_path, LEADS), "lead")
    assert conversions() == WANTED


def test_an_undone_import_of_deals_takes_its_conversions_back(org: Organization, tmp_path: Path) -> None:
    run(write(tmp_path, LEADS), "lead")
    deals = run(write(tmp_path, DEALS))
    import_undo(batch=ImportBatch.objects.get(pk=deals["batch"]), at=NOW, actor=None)
    assert set(conversions().values()) == {(False, None, None)}


def test_a_deal_that_is_won_no_more_takes_its_conversion_back(org: Organization, tmp_path: Path) -> None:
    run(write(tmp_path, LEADS), "lead")
    run(write(tmp_path, DEALS))
    Opportunity.objects.filter(external_id="D1").update(outcome="open", stage=Stage.objects.get(name="Lost"))
    assert conversions()["L1"] == (False, None, "D1")
    Opportunity.objects.filter(external_id="D1").update(lead_text="L3", outcome="won")
    assert conversions()["L1"] == (False, None, None)
    assert conversions()["L3"] == (True, date(2026, 2, 1), "D1")
    Opportunity.objects.filter(external_id="D1").update(is_deleted=True)
    assert conversions()["L3"] == (False, None, None)


def test_the_earliest_won_deal_converts_a_lead(org: Organization, tmp_path: Path) -> None:
    run(write(tmp_path, LEADS), "lead")
    more = DEALS + "D4,L1,Won,2026-01-20\nD5,L1,Lost,2026-01-10\nD6,L1,Won,\n"
    run(write(tmp_path, more))
    assert conversions()["L1"] == (True, date(2026, 1, 20), "D4")


def test_a_lead_file_may_say_itself_when_and_into_which_deal(org: Organization, tmp_path: Path) -> None:
    header = "lead id,created,converted date,converted opportunity id\n"
    answer = run(write(tmp_path, header + "L1,2026-01-05,2026-01-01,D2\nL2,2026-01-05,,D1\nL4,,,D9\n"), "lead")
    assert {"converted_before_created", "no_created_date"} <= set(codes(answer))
    run(write(tmp_path, DEALS))
    assert conversions() == {
        "L1": (True, date(2026, 1, 1), "D1"),
        "L2": (True, date(2026, 2, 1), "D1"),
        "L4": (False, None, None),
    }


def test_deals_of_another_source_convert_nothing(org: Organization, tmp_path: Path) -> None:
    run(write(tmp_path, LEADS), "lead", source="web")
    run(write(tmp_path, DEALS))
    assert set(conversions().values()) == {(False, None, None)}


def test_leads_that_are_missing_in_a_snapshot_are_gone(org: Organization, tmp_path: Path) -> None:
    run(write(tmp_path, LEADS), "lead")
    answer = run(write(tmp_path, LEADS.splitlines()[0] + "\nL1,2026-01-01,web\n"), "lead", snapshot=True)
    assert (answer["unchanged"], answer["removed"]) == (1, 2)
    assert list(Lead.objects.filter(is_deleted=False).values_list("external_id", flat=True)) == ["L1"]


def test_olist_leads_need_no_mapping_and_convert_as_expected(org: Organization, tmp_path: Path) -> None:
    folder = shared("data", "olist_funnel")
    expected = json.loads((folder / "EXPECTED.json").read_text())
    mapping = write(
        tmp_path,
        "columns: {id: mql_id, lead: mql_id, owner: sr_id, closed_on: won_date}\nconstants: {stage: won}\n",
        "m.yaml",
    )
    deals = run(folder / "olist_closed_deals_dataset.csv", mapping=str(mapping))
    answer = run(folder / "olist_marketing_qualified_leads_dataset.csv", "lead")
    assert (deals["created"], answer["created"], answer["refused"]) == (842, 8000, 0)
    leads = Counter(Lead.objects.values_list("lead_source", flat=True))
    converted = Counter(Lead.objects.filter(is_converted=True).values_list("lead_source", flat=True))
    found = {name or "(blank)": (count, converted[name]) for name, count in leads.items()}
    assert found == {name: (row["leads"], row["converted"]) for name, row in expected["by_origin"].items()}
    with (folder / "olist_closed_deals_dataset.csv").open(encoding="utf-8") as file:
        days = {row["mql_id"]: row["won_date"][:10] for row in csv.DictReader(file)}
    stored = Lead.objects.filter(is_converted=True).values_list("external_id", "converted_on")
    assert {key: str(day) for key, day in stored} == days
