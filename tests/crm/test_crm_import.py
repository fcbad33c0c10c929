"""`crm_import` on small files whose answers can be counted by hand."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from crm.models import Account, ImportRow, Opportunity, OpportunityChange, Outcome, Product, Stage
from people.models import Organization, Person, Team
from tests.crm.files import DEALS, ROWS, codes, count_by_hand, run, text_of, write

pytestmark = pytest.mark.django_db


def deal(external_id: str) -> Opportunity:
    return Opportunity.objects.get(external_id=external_id)


def counts(answer: dict[str, Any]) -> list[int]:
    return [answer[name] for name in ("received", "created", "updated", "unchanged", "refused")]


def test_deals_are_created_and_a_second_import_doubles_nothing(org: Organization, tmp_path: Path) -> None:
    path = write(tmp_path, text_of(DEALS, ROWS))
    first, second = run(path), run(path)
    assert counts(first) == [4, 4, 0, 0, 0]
    assert counts(second) == [4, 0, 0, 4, 0]
    assert Opportunity.objects.count() == 4
    stages, amount = count_by_hand(path)
    assert {name: Opportunity.objects.filter(stage__name=name).count() for name in stages} == stages
    assert sum(d.amount or 0 for d in Opportunity.objects.filter(outcome="won")) == amount == Decimal("100.50")


def test_only_what_differs_is_updated_and_gets_history(org: Organization, tmp_path: Path) -> None:
    run(write(tmp_path, text_of(DEALS, ROWS)))
    changed = [ROWS[0], [*ROWS[1][:4], "Won", *ROWS[1][5:7], "70"], *ROWS[2:]]
    answer = run(write(tmp_path, text_of(DEALS, changed)))
    assert counts(answer) == [4, 0, 1, 3, 0]
    assert (deal("A2").outcome, deal("A2").amount) == (Outcome.WON, Decimal(70))
    history = OpportunityChange.objects.filter(opportunity=deal("A2")).order_by("pk")
    assert [change.outcome for change in history] == ["lost", "won"]


def test_a_file_with_fewer_columns_leaves_the_others_alone(org: Organization, tmp_path: Path) -> None:
    run(write(tmp_path, text_of(DEALS, ROWS)))
    answer = run(write(tmp_path, text_of(["opportunity_id", "close_value"], [["A1", "250"]])))
    assert counts(answer) == [1, 0, 1, 0, 0]
    assert (deal("A1").amount, deal("A1").owner_text, deal("A1").stage.name) == (Decimal(250), "Ann Ames", "Won")


def test_stages_get_their_outcome_and_order_and_new_ones_are_told(org: Organization, tmp_path: Path) -> None:
    rows = [*ROWS, ["A5", "", "", "", "Frobnicating", "", "", ""]]
    answer = run(write(tmp_path, text_of(DEALS, rows)))
    stages = Stage.objects.order_by("position").values_list("name", "outcome")
    assert list(stages) == [
        ("Prospecting", "open"),
        ("Engaging", "open"),
        ("Frobnicating", "open"),
        ("Won", "won"),
        ("Lost", "lost"),
    ]
    (issue,) = [issue for issue in answer["issues"] if issue["code"] == "new_stage"]
    assert (issue["value"], issue["row"], issue["count"], issue["level"]) == ("Frobnicating", 6, 1, "warning")


def test_what_is_unknown_is_kept_told_once_and_found_when_it_arrives(org: Organization, tmp_path: Path) -> None:
    answer = run(write(tmp_path, text_of(DEALS, ROWS)))
    unknown = [(i["code"], i["value"], i["row"], i["count"]) for i in answer["issues"] if "unknown" in i["code"]]
    assert unknown == [
        ("unknown_account", "Acme", 2, 2),
        ("unknown_owner", "Ann Ames", 2, 2),
        ("unknown_product", "Rope", 2, 2),
        ("unknown_account", "Beta", 3, 1),
        ("unknown_owner", "Ben Beck", 4, 2),
        ("unknown_product", "Anvil", 4, 2),
    ]
    run(
        write(tmp_path, "sales_agent,manager,regional_office\nAnn Ames,Bo Berg,East\nBen Beck,Bo Berg,East\n"), "person"
    )
    run(write(tmp_path, "product,sales_price\nRope,5\nAnvil,9\n"), "product")
    run(write(tmp_path, "account,sector\nAcme,retail\nBeta,retail\n"), "account")
    found = Opportunity.objects.order_by("external_id").values_list("owner__name", "product__name", "account__name")
    assert list(found) == [
        ("Ann Ames", "Rope", "Acme"),
        ("Ann Ames", "Rope", "Beta"),
        ("Ben Beck", "Anvil", "Acme"),
        ("Ben Beck", "Anvil", None),
    ]
    assert OpportunityChange.objects.filter(owner__isnull=True).count() == 0
    assert OpportunityChange.objects.count() == 4
    assert set(Team.objects.values_list("name", flat=True)) >= {"Bo Berg", "East"}


def test_the_order_of_the_files_does_not_matter(org: Organization, tmp_path: Path) -> None:
    run(write(tmp_path, "product,sales_price\nRope,5\nAnvil,9\n"), "product")
    answer = run(write(tmp_path, text_of(DEALS, ROWS)))
    assert "unknown_product" not in codes(answer)
    assert deal("A1").product == Product.objects.get(name="Rope")


def test_a_near_duplicate_is_told_and_never_merged(org: Organization, tmp_path: Path) -> None:
    run(write(tmp_path, "product,sales_price\nGTX Pro,5\n"), "product")
    rows = [[*row[:2], "GTXPro", *row[3:]] for row in ROWS]
    answer = run(write(tmp_path, text_of(DEALS, rows)))
    (issue,) = [issue for issue in answer["issues"] if issue["code"] == "near_duplicate"]
    assert (issue["field"], issue["value"], issue["row"], issue["count"]) == ("product", "GTXPro", 2, 4)
    assert deal("A1").product is None and deal("A1").product_text == "GTXPro"


def test_the_mapping_file_says_columns_constants_values_and_dates(org: Organization, tmp_path: Path) -> None:
    run(write(tmp_path, "product,sales_price\nGTX Pro,5\n"), "product")
    mapping = write(
        tmp_path,
        "columns: {id: nr, amount: worth, closed_on: ended, product: thing}\nconstants: {stage: won, currency: EUR}\n"
        "values: {product: {GTXPro: GTX Pro}}\ndates: D/M/Y\n",
        "mapping.yaml",
    )
    path = write(tmp_path, "nr,worth,ended,thing\n7,12.5,02/03/2026,GTXPro\n")
    answer = run(path, mapping=str(mapping))
    assert counts(answer) == [1, 1, 0, 0, 0]
    found = deal("7")
    assert (found.outcome, found.currency, str(found.closed_on)) == ("won", "EUR", "2026-03-02")
    assert found.product is not None and found.converted_amount is None
    assert codes(answer) == ["no_exchange_rate"]
    assert counts(run(path)) == [1, 0, 0, 1, 0], "the mapping is remembered for the source"


def test_without_a_column_for_the_stage_everything_is_won_and_said_so(org: Organization, tmp_path: Path) -> None:
    answer = run(write(tmp_path, "order_number,order_date,sub_total\nS1,2026-01-02,10\nS2,2026-01-03,20\n"))
    assert codes(answer) == ["assumed_won"] and answer["issues"][0]["count"] == 2
    assert set(Opportunity.objects.values_list("outcome", flat=True)) == {"won"}


def test_odd_deals_are_taken_and_told(org: Organization, tmp_path: Path) -> None:
    rows = [
        ["B1", "", "", "", "Won", "2026-03-01", "2026-02-01", "5"],
        ["B2", "", "", "", "Won", "2026-01-01", "", "5"],
        ["B3", "", "", "", "Won", "2026-01-01", "2026-02-01", "0"],
        ["B4", "", "", "", "Won", "2026-01-01", "2026-02-01", ""],
        ["B5", "", "", "", "Won", "2026-01-01", "2026-02-01", "(12.50)"],
    ]
    answer = run(write(tmp_path, text_of(DEALS, rows)))
    assert counts(answer) == [5, 5, 0, 0, 0]
    assert deal("B5").amount == Decimal("-12.5")
    assert {(i["code"], i["row"]) for i in answer["issues"]} == {
        ("no_owner", 2),
        ("close_before_start", 2),
        ("won_without_close_date", 3),
        ("zero_amount", 4),
        ("no_amount", 5),
        ("negative_amount", 6),
    }


def test_rows_by_row_leaves_out_what_is_refused_and_keeps_it_with_the_reason(org: Organization, tmp_path: Path) -> None:
    rows = [*ROWS, ["A5", "", "", "", "Won", "", "31/31/2026", "5"], ["", "", "", "", "Won", "", "", "5"]]
    answer = run(write(tmp_path, text_of(DEALS, rows)))
    assert counts(answer) == [6, 4, 0, 0, 2] and not answer["error"]
    refused = ImportRow.objects.filter(result="refused").order_by("number")
    assert [(row.number, row.raw[0]) for row in refused] == [(6, "A5"), (7, "")]
    assert "31/31/2026" in refused[0].reason and "id" in refused[1].reason


def test_all_or_nothing_applies_nothing_when_a_row_is_refused(org: Organization, tmp_path: Path) -> None:
    rows = [*ROWS, ["A5", "", "", "", "Won", "", "", "a lot"]]
    answer = run(write(tmp_path, text_of(DEALS, rows)), all_or_nothing=True)
    assert answer["error"] and answer["refused"] == 1
    assert Opportunity.objects.count() == 0 and Stage.objects.count() == 0


@pytest.mark.parametrize("kind", ["opportunity", "product", "account", "person"])
def test_a_dry_run_tells_exactly_what_the_import_then_does(org: Organization, tmp_path: Path, kind: str) -> None:
    content = {
        "opportunity": text_of(DEALS, [*ROWS, ["A9", "", "", "", "Won", "", "never", ""]]),
        "product": "product,sales_price\nRope,5\nAnvil,x\n",
        "account": "account,subsidiary_of\nAcme,\nBeta,Acme\nAcme Inc,Gone\n",
        "person": "sales_agent,manager,regional_office\nAnn,Bob,East\nBen,Bob,East\n",
    }[kind]
    path = write(tmp_path, content)
    dry = run(path, kind, dry_run=True)
    assert [Opportunity.objects.count(), Product.objects.count(), Account.objects.count(), Person.objects.count()] == [
        0
    ] * 4
    real = run(path, kind)
    assert counts(dry) == counts(real) and codes(dry) == codes(real)
    assert dry["batch"] is None and real["batch"] is not None


def test_a_full_snapshot_takes_what_is_missing_out_of_every_figure(org: Organization, tmp_path: Path) -> None:
    run(write(tmp_path, text_of(DEALS, ROWS)))
    answer = run(write(tmp_path, text_of(DEALS, ROWS[:3])), snapshot=True)
    assert (answer["removed"], answer["unchanged"]) == (1, 3)
    assert deal("A4").is_deleted
    assert counts(run(write(tmp_path, text_of(DEALS, ROWS)))) == [4, 0, 1, 3, 0]
    assert not deal("A4").is_deleted


def test_repeated_ids_count_once_or_are_refused(org: Organization, tmp_path: Path) -> None:
    rows = [*ROWS, ROWS[0], [*ROWS[1][:7], "999"]]
    answer = run(write(tmp_path, text_of(DEALS, rows)))
    assert counts(answer) == [6, 4, 0, 1, 1]
    assert sorted(code for code in codes(answer) if code.startswith("dup")) == ["duplicate_id", "duplicate_row"]
    assert deal("A2").amount == 0


def test_another_source_has_deals_of_its_own(org: Organization, tmp_path: Path) -> None:
    path = write(tmp_path, text_of(DEALS, ROWS))
    run(path)
    assert run(path, source="other")["created"] == 4
    assert Opportunity.objects.count() == 8


def test_no_temporary_table_is_left_behind(org: Organization, tmp_path: Path) -> None:
    run(write(tmp_path, text_of(DEALS, ROWS)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relname LIKE 'intake%%' AND relpersistence = 't'")
        assert cursor.fetchone() == (0,)
