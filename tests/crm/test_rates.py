"""Amounts in other currencies count at the rate of their day, and not at all without one."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client

from crm.models import ExchangeRate, ImportBatch, Opportunity, Quota
from crm.services.undoing import import_undo
from metrics.models import DirtyBucket
from metrics.services import rollups_recompute
from people.models import Organization
from tests.cast import NOW, Cast, make_person
from tests.crm.access import make_deal, make_quota
from tests.crm.files import codes, run, text_of, write

pytestmark = pytest.mark.django_db
DEALS = ["opportunity_id", "deal_stage", "close_date", "close_value", "currency"]
RATES = ["from", "to", "date", "rate"]


def worth() -> dict[str, Decimal | None]:
    return dict(Opportunity.objects.values_list("external_id", "converted_amount"))


def deals(folder: Path) -> Path:
    rows = [
        ["A1", "Won", "2026-01-10", "100", "EUR"],
        ["A2", "Won", "2026-02-10", "100", "EUR"],
        ["A3", "Won", "2026-02-10", "100", "JPY"],
        ["A4", "Won", "2026-02-10", "100", "USD"],
    ]
    return write(folder, text_of(DEALS, rows))


def rates(folder: Path, *rows: list[str]) -> Path:
    return write(folder, text_of(RATES, rows), "rates.csv")


def test_the_rate_of_the_deal_s_day_counts_whichever_file_comes_first(org: Organization, tmp_path: Path) -> None:
    first = run(deals(tmp_path), "opportunity")
    assert [issue["value"] for issue in first["issues"] if issue["code"] == "no_exchange_rate"] == ["EUR", "JPY"]
    assert worth() == {"A1": None, "A2": None, "A3": None, "A4": 100}
    path = rates(tmp_path, ["EUR", "USD", "2026-01-01", "1.1"], ["EUR", "USD", "2026-02-01", "1.2345678901"])
    assert run(path, "rate")["created"] == 2
    expected = {"A1": Decimal(110), "A2": Decimal("123.456789"), "A3": None, "A4": Decimal(100)}
    assert worth() == expected
    again = run(deals(tmp_path), "opportunity")
    assert (again["unchanged"], worth()) == (4, expected)
    assert codes(again).count("no_exchange_rate") == 1


def test_a_deal_before_the_first_rate_stays_out(org: Organization, tmp_path: Path) -> None:
    run(rates(tmp_path, ["EUR", "USD", "2026-02-01", "1.2"]), "rate")
    run(deals(tmp_path), "opportunity")
    assert (worth()["A1"], worth()["A2"]) == (None, Decimal(120))


def test_undoing_rates_takes_the_amounts_out_again(org: Organization, tmp_path: Path) -> None:
    run(deals(tmp_path), "opportunity")
    one = run(rates(tmp_path, ["EUR", "USD", "2026-01-01", "1.1"]), "rate")
    two = run(rates(tmp_path, ["EUR", "USD", "2026-01-01", "1.5"]), "rate")
    assert (two["updated"], worth()["A1"]) == (1, Decimal(150))
    import_undo(batch=ImportBatch.objects.get(pk=two["batch"]), at=NOW, actor=None)
    assert worth()["A1"] == Decimal(110)
    import_undo(batch=ImportBatch.objects.get(pk=one["batch"]), at=NOW, actor=None)
    assert worth()["A1"] is None


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (["EUR", "USD", "2026-01-01", "0"], "rate_not_positive"),
        (["USD", "USD", "2026-01-01", "1"], "rate_of_itself"),
        (["EUX", "USD", "2026-01-01", "1"], "invalid_currency"),
        (["EUR", "USD", "2026-01-01", ""], "missing_rate"),
        (["EUR", "USD", "", "1"], "missing_starts_on"),
    ],
)
def test_a_line_that_is_no_rate_is_refused(org: Organization, tmp_path: Path, row: list[str], code: str) -> None:
    answer = run(rates(tmp_path, row, ["CHF", "USD", "2026-01-01", "1.1"]), "rate")
    assert (answer["refused"], answer["created"]) == (1, 1)
    assert code in codes(answer)


def test_pages_show_what_was_agreed_beside_what_it_is_worth(cast: Cast, sign_in: Callable[[str], Client]) -> None:
    own, pound, yen = (make_deal(key, cast.alice) for key in "UPY")
    Opportunity.objects.filter(pk=pound.pk).update(currency="GBP", converted_amount=Decimal("125.5"))
    Opportunity.objects.filter(pk=yen.pk).update(currency="JPY", converted_amount=None)
    client = sign_in("dana")
    rows = {
        row.cells[0].text or row.cells[0].value: row.cells[-1] for row in client.get("/deals/").context["table"].rows
    }
    assert [(rows[key].value, rows[key].detail) for key in "UP"] == [(Decimal(100), ""), (Decimal("125.5"), "£100")]
    assert "No exchange rate" in rows["Y"].reason
    hints = [client.get(f"/deals/{deal.pk}/").context["stats"][0].hint for deal in (own, pound, yen)]
    assert hints == ["", "$126 at the rate of its day", "no exchange rate to USD"]
    lines = b"".join(client.get("/deals/rows.csv").streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert lines[0].endswith(",Amount in USD")
    assert {line.split(",")[0]: line.split(",")[-1] for line in lines[1:]} == {"U": "100", "P": "125.5", "Y": ""}


def test_a_rate_entered_by_hand_touches_only_what_it_is_about(cast: Cast, sign_in: Callable[[str], Client]) -> None:
    for key, currency in (("E", "EUR"), ("J", "JPY"), ("U", "USD")):
        deal = make_deal(key, cast.alice)
        Opportunity.objects.filter(pk=deal.pk).update(
            currency=currency, converted_amount=deal.amount if currency == "USD" else None
        )
    quota = make_quota(cast.alice, 1000, currency="EUR")
    Quota.objects.filter(pk=quota.pk).update(converted_amount=None)
    rollups_recompute(organization_id=cast.organization.pk, is_full=True)
    values = {"from_currency": "EUR", "to_currency": "USD", "starts_on": "2026-01-01", "rate": "1.25"}
    client = sign_in("dana")
    assert client.post("/rates/add/", values).status_code == 302
    assert worth() == {"E": Decimal(125), "J": None, "U": Decimal(100)}
    assert Quota.objects.get().converted_amount == Decimal(1250)
    assert {mark.day for mark in DirtyBucket.objects.all()} <= {date(2026, 5, 1), date(1, 1, 1)}
    assert "1.25" in client.get("/rates/").content.decode()
    assert client.post(f"/rates/{ExchangeRate.objects.get().pk}/delete/").status_code == 302
    assert worth()["E"] is None


@pytest.mark.parametrize(
    "values", [{"rate": "0"}, {"rate": "much"}, {"to_currency": "EUR"}, {"starts_on": "x"}, {"from_currency": "XXY"}]
)
def test_a_form_that_makes_no_sense_is_refused(
    cast: Cast, sign_in: Callable[[str], Client], values: dict[str, str]
) -> None:
    data = {"from_currency": "EUR", "to_currency": "USD", "starts_on": "2026-01-01", "rate": "1.25", **values}
    assert sign_in("dana").post("/rates/add/", data).status_code == 422
    assert not ExchangeRate.objects.exists()


def test_a_quota_in_another_currency_is_converted_at_the_rate_of_its_first_day(
    org: Organization, tmp_path: Path
) -> None:
    make_person("Ann Ames")
    run(rates(tmp_path, ["EUR", "USD", "2026-01-01", "2"], ["EUR", "USD", "2026-02-01", "3"]), "rate")
    head = ["rep", "quota_date", "quota", "currency"]
    run(write(tmp_path, text_of(head, [["Ann Ames", "2026-01-15", "10", "EUR"]])), "quota")
    assert Quota.objects.get().converted_amount == Decimal(20)


PLAN = [*RATES, "plan", "valid_to"]


def test_a_file_gives_plan_rates_beside_the_dated_ones_and_undo_takes_them_back(
    org: Organization, tmp_path: Path
) -> None:
    run(deals(tmp_path), "opportunity")
    run(rates(tmp_path, ["EUR", "USD", "2026-01-01", "1.1"]), "rate")
    rows = [["EUR", "USD", "2026-01-01", "1.5", "yes", ""], ["EUR", "USD", "2026-02-01", "1.6", "yes", "2026-02-28"]]
    path = write(tmp_path, text_of(PLAN, rows), "plan.csv")
    answer = run(path, "rate")
    assert (answer["created"], run(path, "rate")["unchanged"]) == (2, 2)
    ends = ExchangeRate.objects.filter(is_plan=True).order_by("starts_on").values_list("ends_before", flat=True)
    assert list(ends) == [date(2027, 1, 1), date(2026, 3, 1)]
    plans = dict(Opportunity.objects.values_list("external_id", "plan_amount"))
    assert plans == {"A1": Decimal(150), "A2": Decimal(160), "A3": None, "A4": None}
    assert worth() == {"A1": Decimal(110), "A2": Decimal(110), "A3": None, "A4": Decimal(100)}
    again = run(deals(tmp_path), "opportunity")
    assert (again["unchanged"], dict(Opportunity.objects.values_list("external_id", "plan_amount"))) == (4, plans)
    import_undo(batch=ImportBatch.objects.get(pk=answer["batch"]), at=NOW, actor=None)
    assert set(Opportunity.objects.values_list("plan_amount", flat=True)) == {None}
    assert worth()["A1"] == Decimal(110)


def test_a_deal_that_comes_in_the_organization_s_currency_forgets_its_plan_rate(
    org: Organization, tmp_path: Path
) -> None:
    run(deals(tmp_path), "opportunity")
    rows = [["EUR", "USD", "2026-01-01", "1.5", "yes", ""]]
    run(write(tmp_path, text_of(PLAN, rows), "plan.csv"), "rate")
    run(write(tmp_path, text_of(DEALS, [["A1", "Won", "2026-01-10", "100", "USD"]])), "opportunity")
    deal = Opportunity.objects.get(external_id="A1")
    assert (deal.converted_amount, deal.plan_amount) == (Decimal(100), None)


def test_a_plan_rate_that_ends_before_it_starts_is_refused(org: Organization, tmp_path: Path) -> None:
    path = write(tmp_path, text_of(PLAN, [["EUR", "USD", "2026-03-01", "1.5", "yes", "2026-01-01"]]), "plan.csv")
    answer = run(path, "rate")
    assert (answer["refused"], codes(answer)) == (1, ["end_before_start"])


def test_only_a_plan_rate_leaves_bookings_without_a_rate_and_that_is_told(org: Organization, tmp_path: Path) -> None:
    run(write(tmp_path, text_of(PLAN, [["EUR", "USD", "2026-01-01", "1.5", "yes", ""]]), "plan.csv"), "rate")
    answer = run(deals(tmp_path), "opportunity")
    assert "EUR" in [issue["value"] for issue in answer["issues"] if issue["code"] == "no_exchange_rate"]
