"""An import is taken back after somebody changed what it brought: they are told, and choose."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client

from crm.engine.handover import Rule
from crm.kinds.base import kind_of
from crm.models import (
    Account,
    AccountKey,
    Credit,
    CustomField,
    CustomValue,
    ExchangeRate,
    HandOver,
    ImportBatch,
    ImportChange,
    NamedAccount,
    Opportunity,
    OpportunityChange,
    Quota,
    Stage,
)
from crm.selectors.later import later_count, later_records
from crm.services.credits import Share, credits_save
from crm.services.handover import deal_hand_over
from crm.services.mending import merge
from crm.services.quotas import quota_change, quota_delete
from crm.services.rates import rate_save
from crm.services.territories import account_assign
from crm.services.undoing import Agreed, import_undo, import_undo_start
from crm.undo_words import change_words, record_name
from people.jobs import jobs_work
from people.models import AuditEntry, Holiday, Job, Person, SeatHolding
from people.services.holiday import holiday_add, holiday_delete
from people.services.person import person_change
from people.wall import tenant
from tests.cast import NOW, TODAY, Cast
from tests.crm.access import make_deal
from tests.crm.files import DEALS, run, text_of, write

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
LATER = datetime.now(UTC) + timedelta(days=1)
FIRST = [
    ["A1", "Alice Ames", "Rope", "Acme", "Engaging", "2026-01-05", "", "100"],
    ["A2", "Alice Ames", "Rope", "Acme", "Won", "2026-01-05", "2026-02-01", "200"],
    ["A3", "Bob Brand", "Rope", "Acme", "Won", "2026-01-05", "2026-02-01", "300"],
]


@pytest.fixture
def bring(cast: Cast, tmp_path: Path) -> Callable[..., ImportBatch]:
    def brought(content: str, kind: str = "opportunity", name: str = "deals.csv") -> ImportBatch:
        answer = run(write(tmp_path, content, name), kind, cast.organization.slug)
        assert not answer["error"] and not answer["refused"], answer
        return ImportBatch.objects.get(pk=answer["batch"])

    return brought


def deals(**amounts: str) -> str:
    return text_of(DEALS, [[*row[:7], amounts[row[0]]] for row in FIRST if row[0] in amounts])


def amounts() -> dict[str, Any]:
    return {deal.external_id: deal.amount for deal in Opportunity.objects.order_by("external_id")}


def undo(batch: ImportBatch, later: str = "") -> int:
    return import_undo(batch=batch, at=NOW, actor=None, later=later)


def told(batch: ImportBatch) -> list[tuple[str, list[str]]]:
    found = later_records(kind_of(batch.kind).trail, batch, start=0, most=50)
    return [(record_name(record), [change_words(change) for change in record.changes]) for record in found]


def hand_over(cast: Cast, name: str = "A1") -> Opportunity:
    deal = Opportunity.objects.get(external_id=name)
    deal_hand_over(viewer=cast.viewer("dana"), deal=deal, to=cast.carol, on=TODAY, rule=Rule(""), at=LATER)
    return deal


def test_a_deal_handed_over_since_is_named_with_who_and_nothing_happens_before_somebody_chose(
    cast: Cast, bring: Any
) -> None:
    batch = bring(text_of(DEALS, FIRST))
    hand_over(cast)
    [(name, [change])] = told(batch)
    assert name == "A1" and change.startswith("Deal handed over · Dana Diaz · ")
    with pytest.raises(ValidationError, match="1 record of this import was changed afterwards") as refused:
        undo(batch)
    assert refused.value.code == "changed_since"
    assert Opportunity.objects.count() == 3


def test_kept_it_stays_as_it_is_now_and_everything_else_goes(cast: Cast, bring: Any) -> None:
    batch = bring(text_of(DEALS, FIRST))
    hand_over(cast)
    history = list(OpportunityChange.objects.filter(opportunity__external_id="A1").values_list("pk"))
    assert undo(batch, "keep") == 1
    [deal] = Opportunity.objects.all()
    assert (deal.external_id, deal.owner, deal.amount) == ("A1", cast.carol, 100)
    assert HandOver.objects.get().to_person == cast.carol
    assert list(OpportunityChange.objects.values_list("pk")) == history
    batch.refresh_from_db()
    issue = batch.issues.get(code="later_kept")
    assert batch.state == "undone" and issue.count == 1 and "left as they were" in issue.message
    detail = AuditEntry.objects.filter(action="import_undo").latest("pk").detail
    assert detail == {"file": "deals.csv", "left": 1}
    assert not ImportChange.objects.filter(batch=batch).exists()


def test_undone_too_it_goes_with_everything_else(cast: Cast, bring: Any) -> None:
    batch = bring(text_of(DEALS, FIRST))
    deal = hand_over(cast)
    credits_save(viewer=cast.viewer("dana"), deal=deal, shares=[Share(cast.bob, "split", Decimal(1))], at=LATER)
    assert undo(batch, "undo") == 1
    assert not Opportunity.objects.exists() and not HandOver.objects.exists() and not Credit.objects.exists()


def test_a_changed_deal_goes_back_and_its_history_says_so(cast: Cast, bring: Any) -> None:
    bring(text_of(DEALS, FIRST))
    second = bring(deals(A1="150", A2="250"))
    deal = hand_over(cast)
    undo(second, "undo")
    assert amounts() == {"A1": 100, "A2": 200, "A3": 300}
    deal.refresh_from_db()
    assert deal.owner == cast.alice and not HandOver.objects.exists()
    last = OpportunityChange.objects.filter(opportunity=deal).latest("pk")
    assert (last.amount, last.owner) == (100, cast.alice)
    untouched = OpportunityChange.objects.filter(opportunity__external_id="A2")
    assert [line.amount for line in untouched] == [200]


def test_what_a_later_import_changed_stays_and_goes_with_that_import(cast: Cast, bring: Any) -> None:
    bring(text_of(DEALS, FIRST))
    second = bring(deals(A1="150", A2="250", A3="350"), name="second.csv")
    third = bring(deals(A1="170"), name="third.csv")
    [(name, [change])] = told(second)
    assert name == "A1" and change.startswith(f"import {third.pk} (third.csv) · ")
    undo(second, "keep")
    assert amounts() == {"A1": 170, "A2": 200, "A3": 300}
    assert undo(third) == 0
    assert amounts() == {"A1": 100, "A2": 200, "A3": 300}
    lines = OpportunityChange.objects.filter(opportunity__external_id="A1")
    assert [line.amount for line in lines.order_by("pk")] == [100]


def test_a_created_deal_that_a_later_import_changed_belongs_to_that_one_then(cast: Cast, bring: Any) -> None:
    first = bring(text_of(DEALS, FIRST))
    second = bring(deals(A1="150"), name="second.csv")
    undo(first, "keep")
    assert amounts() == {"A1": 150}
    undo(second)
    assert amounts() == {}


def test_undone_too_a_later_import_has_nothing_left_to_take_back_there(cast: Cast, bring: Any) -> None:
    bring(text_of(DEALS, FIRST))
    second = bring(deals(A1="150", A2="250"), name="second.csv")
    third = bring(deals(A1="170", A3="370"), name="third.csv")
    undo(second, "undo")
    assert amounts() == {"A1": 100, "A2": 200, "A3": 370}
    undo(third)
    assert amounts() == {"A1": 100, "A2": 200, "A3": 300}


def test_what_was_typed_between_two_imports_is_not_taken_back_with_the_later_one(cast: Cast, bring: Any) -> None:
    first = bring(deals(A1="100"))
    deal = Opportunity.objects.get()
    deal.amount = Decimal(120)
    deal.save()
    second = bring(deals(A1="150"), name="second.csv")
    assert len(told(first)[0][1]) == 2
    undo(first, "keep")
    undo(second)
    assert amounts() == {"A1": 120}


def test_shares_given_by_hand_since_stay_or_go_with_the_file_of_shares(cast: Cast, bring: Any) -> None:
    deal, head = make_deal("A1", cast.alice), "deal id,rep,share\n"
    make_deal("A2", cast.alice)
    bring(f"{head}A1,Alice Ames,60%\nA1,Bob Brand,40%\n", "credit")
    for choice in ("keep", "undo"):
        batch = bring(f"{head}A1,Bob Brand,100%\nA2,Bob Brand,100%\n", "credit")
        credits_save(viewer=cast.viewer("dana"), deal=deal, shares=[Share(cast.carol, "split", Decimal(1))], at=LATER)
        assert undo(batch, choice) == 1
        shares = {credit.person: credit.share for credit in deal.credits.filter(origin="given")}
        kept, former = {cast.carol: 1}, {cast.alice: Decimal("0.6"), cast.bob: Decimal("0.4")}
        assert shares == (kept if choice == "keep" else former)
        assert not Credit.objects.filter(opportunity__external_id="A2").exists()
        Credit.objects.filter(opportunity=deal).delete()
        Credit.objects.bulk_create(Credit(opportunity=deal, person=who, share=part) for who, part in former.items())


QUOTA = "person,starts_on,ends_before,quota\n"


def test_a_quota_changed_or_taken_away_since(cast: Cast, bring: Any) -> None:
    bring(f"{QUOTA}Alice Ames,2027-01-01,2027-04-01,90\nBob Brand,2027-01-01,2027-04-01,50\n", "quota")
    dana = cast.viewer("dana")
    for choice, expected in (("keep", {"Alice Ames": 77}), ("undo", {"Alice Ames": 90, "Bob Brand": 50})):
        batch = bring(f"{QUOTA}Alice Ames,2027-01-01,2027-04-01,91\nBob Brand,2027-01-01,2027-04-01,51\n", "quota")
        alice, bob = Quota.objects.get(person=cast.alice), Quota.objects.get(person=cast.bob)
        quota_change(
            viewer=dana, quota=alice, at=LATER, reason="more days", amount=Decimal(77), ends_before=date(2027, 5, 1)
        )
        quota_delete(viewer=dana, quota=bob, at=LATER)
        names = [name for name, _changes in told(batch)]
        assert any("taken away since" in name for name in names) and any("Alice Ames" in name for name in names)
        assert undo(batch, choice) == 2
        assert {quota.person.name: quota.amount for quota in Quota.objects.all() if quota.person} == expected
        if choice == "keep":
            Quota.objects.all().delete()
            bring(f"{QUOTA}Alice Ames,2027-01-01,2027-04-01,90\nBob Brand,2027-01-01,2027-04-01,50\n", "quota")
    assert Quota.objects.get(person=cast.alice).ends_before == date(2027, 4, 1)


def test_a_rate_and_a_holiday_changed_since(cast: Cast, bring: Any) -> None:
    ada, day = cast.viewer("ada"), date(2026, 1, 1)
    rates = bring("from,date,rate\nEUR,2026-01-01,1.1\nGBP,2026-01-01,1.3\n", "rate")
    rate_save(viewer=ada, at=LATER, from_currency="EUR", to_currency="USD", starts_on=day, rate=Decimal("1.2"))
    assert undo(rates, "keep") == 1
    assert {row.from_currency: row.rate for row in ExchangeRate.objects.all()} == {"EUR": Decimal("1.2")}
    holiday_add(viewer=ada, at=LATER, day=day, name="New Year")
    named = bring("date,holiday\n2026-01-01,Neujahr\n2026-12-25,Christmas\n", "holiday")
    holiday_delete(viewer=ada, row=Holiday.objects.get(day=day), at=LATER)
    assert undo(named, "undo") == 1
    assert [row.name for row in Holiday.objects.all()] == ["New Year"]


def test_somebody_changed_since_stays_with_their_seat_and_team(cast: Cast, bring: Any) -> None:
    before = set(Person.objects.values_list("pk", flat=True))
    batch = bring("id,name,team\n1,Zoe Zand,East Side\n2,Yan York,East Side\n3,Xia Xu,West Side\n", "person")
    zoe = Person.objects.get(name="Zoe Zand")
    person_change(viewer=cast.viewer("ada"), person=zoe, at=LATER, email="zoe@acme.example")
    [(name, [change])] = told(batch)
    assert name == "Zoe Zand" and change.startswith("Changed · Ada Abel")
    assert undo(batch, "keep") == 1
    assert set(Person.objects.values_list("pk", flat=True)) == before | {zoe.pk}
    assert SeatHolding.objects.get(person=zoe).seat.team.name == "East Side"


def test_an_account_merged_since_keeps_its_other_name_or_loses_it(cast: Cast, bring: Any) -> None:
    kept = Account.objects.create(name="Acme Ltd", name_key="acmeltd")
    batch = bring("account,sector\nACME Limited,retail\nBeta,retail\n", "account")
    new = Account.objects.get(name="ACME Limited")
    merge(viewer=cast.viewer("dana"), name="account", keep_id=kept.pk, ids=[new.pk], at=LATER)
    [(name, [change])] = told(batch)
    assert name == "Acme Ltd" and "Dana Diaz" in change
    undo(batch, "keep")
    assert AccountKey.objects.get(external_id="ACME Limited").account == kept
    assert [account.name for account in Account.objects.all()] == ["Acme Ltd"]


def test_more_changed_while_somebody_looked_is_asked_about_again(cast: Cast, bring: Any) -> None:
    batch = bring(text_of(DEALS, FIRST))
    hand_over(cast)
    count, last = later_count(kind_of(batch.kind).trail, batch)
    assert (count, last) == (1, LATER)
    for agreed in (Agreed(0, LATER), Agreed(1, LATER - timedelta(hours=1))):
        with pytest.raises(ValidationError, match="More was changed while you looked"):
            import_undo_start(batch=batch, at=NOW, actor=None, later="undo", agreed=agreed)
    import_undo_start(batch=batch, at=NOW, actor=None, later="undo", agreed=Agreed(1, LATER))


def test_the_page_lists_what_was_changed_and_asks(cast: Cast, sign_in: SignIn, bring: Any) -> None:
    batch = bring(text_of(DEALS, FIRST))
    deal, client = hand_over(cast), sign_in("dana")
    here = f"/imports/{batch.pk}/undo/"
    page = client.get(here).content.decode()
    assert "1 record of this import was changed afterwards" in page and f'href="/deals/{deal.pk}/"' in page
    assert "Deal handed over · Dana Diaz" in page
    refused = client.post(here, {"count": 1})
    assert refused.status_code == 422 and "Choose whether it stays" in refused.content.decode()
    form = client.get(here).context["form"]
    again = client.post(here, {"later": "undo", "count": 0, "at": form.initial["at"]})
    assert again.status_code == 422 and "More was changed while you looked" in again.content.decode()
    data = {"later": "keep", "count": 1, "at": form.initial["at"]}
    assert client.post(here, data)["Location"] == f"/imports/{batch.pk}/"
    assert client.post(here, data)["Location"] == f"/imports/{batch.pk}/"  # pressed twice
    assert Job.objects.filter(kind="crm.import_undo").count() == 1
    jobs_work(cast.organization.pk)
    with tenant(cast.organization.pk):
        assert amounts() == {"A1": 100}
    assert "left as they were" in client.get(f"/imports/{batch.pk}/").content.decode()
    assert client.get(here)["Location"] == f"/imports/{batch.pk}/"


def test_the_page_of_an_import_nobody_touched_says_so_and_asks_nothing(cast: Cast, sign_in: SignIn, bring: Any) -> None:
    batch = bring(text_of(DEALS, FIRST))
    client = sign_in("dana")
    page = client.get(f"/imports/{batch.pk}/undo/").content.decode()
    assert "Nothing of this import was changed afterwards" in page and 'name="later"' not in page
    client.post(f"/imports/{batch.pk}/undo/")
    jobs_work(cast.organization.pk)
    with tenant(cast.organization.pk):
        assert amounts() == {}


def test_the_api_says_and_asks_the_same(cast: Cast, sign_in: SignIn, bring: Any) -> None:
    batch = bring(text_of(DEALS, FIRST))
    hand_over(cast)
    client, here = sign_in("dana"), f"/api/v1/imports/{batch.pk}/undo"
    answer = client.get(here).json()
    assert answer["count"] == 1 and answer["next"] is None
    [record] = answer["results"]
    assert (record["kind"], record["name"], record["is_gone"]) == ("opportunity", "A1", False)
    assert [(change["what"], change["by"]) for change in record["changes"]] == [("deal_hand_over", "Dana Diaz")]
    refused = client.post(here, {}, content_type="application/json")
    assert refused.status_code == 422 and "Choose whether it stays" in refused.content.decode()
    odd = client.post(here, {"later": "maybe"}, content_type="application/json")
    assert odd.status_code in {400, 422}
    assert client.post(here, {"later": "undo"}, content_type="application/json").status_code == 202
    jobs_work(cast.organization.pk)
    with tenant(cast.organization.pk):
        assert amounts() == {}


def test_the_command_says_and_asks_the_same(cast: Cast, bring: Any) -> None:
    batch = bring(text_of(DEALS, FIRST))
    hand_over(cast)
    options: dict[str, Any] = {"organization": cast.organization.slug, "batch": batch.pk}
    with pytest.raises(CommandError, match=r"(?s)changed afterwards.*--later.*A1: Deal handed over"):
        call_command("crm_import_undo", **options)
    out = StringIO()
    call_command("crm_import_undo", list=True, format="json", stdout=out, **options)
    assert [record["name"] for record in json.loads(out.getvalue())["records"]] == ["A1"]
    out = StringIO()
    call_command("crm_import_undo", later="keep", format="json", stdout=out, **options)
    answer = json.loads(out.getvalue())
    assert answer == {"batch": batch.pk, "state": "undone", "later": "keep", "changed_since": 1}
    assert amounts() == {"A1": 100}


def test_a_seat_given_a_new_account_goes_with_it_or_keeps_it(cast: Cast, bring: Any) -> None:
    for choice, left in (("keep", ["Beta"]), ("undo", [])):
        batch = bring("account,sector\nAlpha,retail\nBeta,retail\n", "account")
        beta, dana = Account.objects.get(name="Beta"), cast.viewer("dana")
        assert cast.vacant_seat is not None
        account_assign(viewer=dana, account=beta, seat=cast.vacant_seat, starts_on=TODAY, at=LATER)
        assert told(batch)[0][0] == "Beta"
        undo(batch, choice)
        assert [account.name for account in Account.objects.all()] == left
        assert NamedAccount.objects.exists() == bool(left)
        NamedAccount.objects.all().delete()
        AccountKey.objects.all().delete()
        Account.objects.all().delete()


def test_what_another_file_says_about_a_created_account_stands_in_the_way_with_a_sentence(
    cast: Cast, bring: Any
) -> None:
    batch = bring("account,sector\nAlpha,retail\n", "account")
    bring("account,person,starts_on\nAlpha,Alice Ames,2026-01-01\n", "named_account")
    with pytest.raises(ValidationError, match="Something refers to what would go"):
        undo(batch)
    assert Account.objects.count() == 1


def test_a_deal_goes_back_into_a_stage_that_means_something_else_by_now(cast: Cast, bring: Any) -> None:
    bring(text_of(DEALS, FIRST))
    second = bring(text_of(DEALS, [[*FIRST[0][:4], "Won", *FIRST[0][5:6], "2026-03-01", "100"]]))
    stage = Stage.objects.get(name="Engaging")
    Stage.objects.filter(pk=stage.pk).update(outcome="lost")
    undo(second)
    deal = Opportunity.objects.get(external_id="A1")
    assert (deal.stage, deal.outcome) == (stage, "lost")


def test_own_fields_go_back_or_stay_with_their_deal(cast: Cast, bring: Any) -> None:
    CustomField.objects.create(entity="opportunity", name="Segment", key="segment", type="text")
    head = "opportunity_id,deal_stage,segment\n"
    bring(f"{head}A1,Won,small\nA2,Won,small\n")
    second = bring(f"{head}A1,Won,large\nA2,Won,large\n")
    third = bring(f"{head}A1,Won,huge\n")

    def segments() -> dict[str, str]:
        found = CustomValue.objects.select_related("opportunity").order_by("pk")
        return {value.opportunity.external_id: value.text for value in found if value.opportunity}

    undo(second, "keep")
    assert segments() == {"A1": "huge", "A2": "small"}
    undo(third)
    assert segments() == {"A1": "small", "A2": "small"}


def test_a_rate_changed_since_converts_what_comes_back_anew(cast: Cast, bring: Any) -> None:
    head = "opportunity_id,deal_stage,close_date,amount,currency\n"
    bring("from,date,rate\nEUR,2026-01-01,1.1\n", "rate")
    bring(f"{head}A1,Won,2026-02-01,100,EUR\n")
    second = bring(f"{head}A1,Won,2026-02-01,200,EUR\n")
    day = date(2026, 1, 1)
    ada = cast.viewer("ada")
    rate_save(viewer=ada, at=LATER, from_currency="EUR", to_currency="USD", starts_on=day, rate=Decimal("1.5"))
    undo(second)
    deal = Opportunity.objects.get()
    assert (deal.amount, deal.converted_amount) == (100, 150)
