"""Pipelines, type, term, loss reason, next step, roles, named amounts and custom fields: by file, with undo."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from crm.models import (
    Account,
    CustomField,
    CustomValue,
    DealRole,
    DetailChange,
    ImportBatch,
    Lead,
    Opportunity,
    Pipeline,
    Stage,
)
from crm.services.custom_fields import field_create
from crm.services.mending import merge
from crm.services.undoing import import_undo
from people.models import Organization
from tests.cast import NOW, Cast
from tests.crm.files import codes, run, write
from tests.crm.state import state

pytestmark = pytest.mark.django_db

DEEP = (
    "deal id,pipeline,stage,opportunity type,contract term,loss reason,next step,next step date,arr,sdr,segment,won in,"
    "vip\n"
    "D1,,Won,New Business,12,,Call,2026-06-01,1200.5,Ann Ames,SMB,2026-01-05,yes\n"
    "D2,Renewals,Won,Renewal,24,,,,EUR 90,,Enterprise,2026-02-05,no\n"
    "D3,Renewals,Lost,Upsell,700,Price,,,,Ben Beck,,,\n"
    "D4,Renewals,Talking,Barter,,,,,,,SMB,,x\n"
)
FIELDS: list[tuple[str, str]] = [
    ("ARR", "money"), ("SDR", "person"), ("Segment", "choice"), ("Won in", "date"), ("VIP", "flag"),
]  # fmt: skip


def define(entity: str = "opportunity", fields: list[tuple[str, str]] = FIELDS) -> None:
    for name, type in fields:
        field_create(viewer=None, entity=entity, name=name, type=type, choices=[], at=NOW)


def undo(answer: dict[str, Any]) -> None:
    import_undo(batch=ImportBatch.objects.get(pk=answer["batch"]), at=NOW, actor=None)


def values(deal: str) -> dict[str, str]:
    rows = CustomValue.objects.filter(opportunity__external_id=deal).select_related("field")
    return {row.field.name: row.text for row in rows}


def test_everything_about_a_deal_comes_in_by_one_file(org: Organization, tmp_path: Path) -> None:
    define()
    answer = run(write(tmp_path, DEEP))
    assert (answer["created"], answer["refused"]) == (4, 0)
    assert {"unknown_deal_type", "odd_term", "new_stage", "unknown_owner"} <= set(codes(answer))
    deals = {deal.external_id: deal for deal in Opportunity.objects.select_related("stage__pipeline")}
    assert [deals[key].stage.pipeline.name for key in ("D1", "D2", "D3", "D4")] == ["Sales", *["Renewals"] * 3]
    assert deals["D1"].stage_id != deals["D2"].stage_id
    assert [deals[key].deal_type for key in ("D1", "D2", "D3", "D4")] == ["new", "renewal", "expansion", ""]
    assert [deals[key].term_months for key in ("D1", "D2", "D3")] == [12, 24, None]
    assert (deals["D3"].loss_reason, deals["D1"].next_step, deals["D1"].next_step_on) == (
        "Price", "Call", date(2026, 6, 1),
    )  # fmt: skip
    assert values("D1") == {"ARR": "1200.5 USD", "Segment": "SMB", "Won in": "2026-01-05", "VIP": "yes"}
    assert values("D2") == {"ARR": "90 EUR", "Segment": "Enterprise", "Won in": "2026-02-05", "VIP": "no"}
    arr = CustomValue.objects.get(opportunity__external_id="D2", field__name="ARR")
    assert (arr.number, arr.currency, arr.converted_number) == (Decimal(90), "EUR", None)
    assert set(DealRole.objects.values_list("opportunity__external_id", "person_text", "role")) == {
        ("D1", "Ann Ames", "SDR"), ("D3", "Ben Beck", "SDR"),
    }  # fmt: skip
    again = run(write(tmp_path, DEEP))
    assert again["unchanged"] == 4


def test_money_of_an_own_field_is_worth_the_rate_of_the_deal_s_day(org: Organization, tmp_path: Path) -> None:
    define()

    def worth() -> dict[str, Decimal | None]:
        found = CustomValue.objects.filter(field__name="ARR")
        return dict(found.values_list("opportunity__external_id", "converted_number"))

    deals = "deal id,stage,close date,arr\nA,Won,2026-01-10,EUR 90\nB,Won,2026-02-10,EUR 90\nC,Won,2026-02-10,30\n"
    run(write(tmp_path, deals))
    assert worth() == {"A": None, "B": None, "C": Decimal(30)}
    rates = run(
        write(tmp_path, "from,to,date,rate\nEUR,USD,2026-01-01,2\nEUR,USD,2026-02-01,3\n", "r.csv"), kind="rate"
    )
    assert worth() == {"A": Decimal(180), "B": Decimal(270), "C": Decimal(30)}
    run(write(tmp_path, deals.replace("2026-02-10,EUR 90", "2026-01-20,EUR 90"), "later.csv"))
    assert worth()["B"] == Decimal(180)
    undo(rates)
    assert worth() == {"A": None, "B": None, "C": Decimal(30)}


def test_a_change_of_any_of_it_is_a_changed_row_with_history_and_can_be_undone(
    org: Organization, tmp_path: Path
) -> None:
    define()
    run(write(tmp_path, DEEP))
    before = _deep_state()
    changed = "deal id,segment,sdr,next step\nD1,Enterprise,Ben Beck,Call\nD2,Enterprise,,\nD3,,,Write\nD4,,,\n"
    answer = run(write(tmp_path, changed))
    assert (answer["updated"], answer["unchanged"]) == (3, 1)
    assert values("D1")["Segment"] == "Enterprise" and "Segment" not in values("D4")
    told = set(DetailChange.objects.values_list("opportunity__external_id", "before", "after"))
    assert told == {
        ("D1", "SMB", "Enterprise"),
        ("D1", "Ann Ames", "Ben Beck"),
        ("D3", "", "Write"),
        ("D3", "Ben Beck", ""),
        ("D4", "SMB", ""),
    }
    undo(answer)
    assert _deep_state() == before
    assert DetailChange.objects.count() == 0


def test_deals_that_are_undone_leave_no_value_and_no_role(org: Organization, tmp_path: Path) -> None:
    define()
    undo(run(write(tmp_path, DEEP)))
    counts = [model.objects.count() for model in (Opportunity, CustomValue, DealRole, Stage, Pipeline)]
    assert counts == [0] * 5


def test_a_file_without_a_pipeline_leaves_deals_in_theirs(org: Organization, tmp_path: Path) -> None:
    run(write(tmp_path, DEEP))
    run(write(tmp_path, "deal id,stage\nD2,Lost\nD9,Lost\n"))
    found = dict(Opportunity.objects.values_list("external_id", "stage__pipeline__name"))
    assert (found["D2"], found["D9"]) == ("Renewals", "Sales")


def test_a_value_that_does_not_fit_its_field_is_told_beside_the_row(org: Organization, tmp_path: Path) -> None:
    define()
    field_create(viewer=None, entity="opportunity", name="Tier", type="choice", choices=["A", "B"], at=NOW)
    field_create(viewer=None, entity="opportunity", name="Seats", type="number", choices=[], at=NOW)
    rows = "deal id,vip,tier,seats\nD1,yes,a,7\nD2,maybe,B,8\nD3,no,C,9\nD4,no,A,EUR 9\nD5,,,1e\n"
    answer = run(write(tmp_path, rows))
    assert (answer["created"], answer["refused"]) == (1, 4)
    assert {"invalid_flag", "invalid_choice", "invalid_number"} <= set(codes(answer))
    assert values("D1") == {"VIP": "yes", "Tier": "A", "Seats": "7"}


def test_a_mapping_makes_columns_into_fields(org: Organization, tmp_path: Path) -> None:
    mapping = write(tmp_path, "fields: {business_segment: choice, Größe: number}\n", "m.yaml")
    answer = run(write(tmp_path, "deal id,business_segment,Größe\nD1,pet,5\n"), mapping=str(mapping))
    assert answer["created"] == 1
    assert values("D1") == {"business_segment": "pet", "Größe": "5"}
    assert set(CustomField.objects.values_list("key", "type")) == {("business_segment", "choice"), ("groe", "number")}
    assert run(write(tmp_path, "deal id,business_segment\nD1,pet\n"))["unchanged"] == 1


def test_a_dry_run_makes_no_field(org: Organization, tmp_path: Path) -> None:
    mapping = write(tmp_path, "fields: {segment: choice}\n", "m.yaml")
    run(write(tmp_path, "deal id,segment\nD1,pet\n"), mapping=str(mapping), dry_run=True)
    assert CustomField.objects.count() == 0


@pytest.mark.parametrize("text", ["fields: {segment: shape}\n", "fields: 7\n"])
def test_a_wrong_type_of_field_is_refused_with_the_types_there_are(
    org: Organization, tmp_path: Path, text: str
) -> None:
    mapping = write(tmp_path, text, "m.yaml")
    answer = run(write(tmp_path, "deal id,segment\nD1,pet\n"), mapping=str(mapping))
    assert answer["error"] and CustomField.objects.count() == 0


def test_accounts_and_leads_have_fields_too(org: Organization, tmp_path: Path) -> None:
    define("account", [("Employees", "number")])
    define("lead", [("Landing page", "text")])
    run(write(tmp_path, "account,employees\nAcme,2822\nBeta,\n"), "account")
    run(write(tmp_path, "lead id,landing page\nL1,spring\n"), "lead")
    assert CustomValue.objects.get(account__name="Acme").number == 2822
    assert CustomValue.objects.get(lead__external_id="L1").text == "spring"
    before = _deep_state()
    answer = run(write(tmp_path, "account,employees\nAcme,3000\nBeta,5\n"), "account")
    assert answer["updated"] == 2
    undo(answer)
    assert _deep_state() == before
    assert (Account.objects.count(), Lead.objects.count()) == (2, 1)


def test_a_merge_of_accounts_keeps_one_value_of_a_field(cast: Cast, tmp_path: Path) -> None:
    define("account", [("Employees", "number")])
    run(write(tmp_path, "account,employees\nAcme,1\nAcme Inc.,2\nAcme Ltd.,3\n"), "account", organization="acme")
    ids = dict(Account.objects.values_list("name", "pk"))
    merge(viewer=cast.viewer("ada"), name="account", keep_id=ids["Acme"], ids=list(ids.values()), at=NOW)
    assert list(CustomValue.objects.values_list("text", flat=True)) == ["1"]


def test_people_in_roles_come_by_a_file_of_their_own_dated_or_not(org: Organization, tmp_path: Path) -> None:
    rows = (
        "deal id,team member,role,start date,end date\n"
        "D1,Ann Ames,Sales engineer,2026-01-01,2026-02-01\nD1,Ben Beck,Overlay,,\nD2,Ann Ames,SDR,2026-03-01,2026-01-01\n"
    )
    answer = run(write(tmp_path, rows), "role")
    assert (answer["created"], answer["refused"]) == (2, 1)
    assert "ends_before_start" in codes(answer)
    run(write(tmp_path, DEEP))
    role = DealRole.objects.select_related("opportunity").get(role="Sales engineer")
    assert role.opportunity is not None and role.opportunity.external_id == "D1"
    assert (role.starts_on, role.ends_before) == (date(2026, 1, 1), date(2026, 2, 1))
    assert run(write(tmp_path, rows), "role")["unchanged"] == 2


def _deep_state() -> dict[str, list[Any]]:
    found = state()
    found.pop("crm_importchange")
    found["values"] = list(CustomValue.objects.order_by("pk").values())
    found["roles"] = list(DealRole.objects.order_by("pk").values())
    return found
