"""Activities and transactions: typed, placed in the organization's day, waiting for what comes later."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from crm.engine.guess import kind_guess
from crm.intake.reading import table_open
from crm.kinds.base import shapes
from crm.models import Account, Activity, Opportunity, Transaction
from crm.selectors.transactions import transaction_totals
from crm.services.mending import merge, references_assign
from people.models import Organization, Person
from tests.cast import NOW, Cast
from tests.crm.files import DEALS, ROWS, codes, run, text_of, write

pytestmark = pytest.mark.django_db

ACTIVITIES = (
    "activity id,activity type,owner,activity date,related to,subject\n"
    "T1,Outbound call,Ann Ames,2026-01-05 23:30,A1,Hello\n"
    "T2,Frobnication,Ann Ames,2026-01-05T23:30:00Z,A9,\n"
    "T3,,Nobody Known,2026-01-06,,\n"
)
TRANSACTIONS = (
    "invoice number,document type,sales rep,invoice date,deal id,customer,product,net amount,original id\n"
    "X2,Credit note,Ann Ames,2026-02-05,A1,Acme,Rope,-40,X1\n"
    "X1,Invoice,Ann Ames,2026-02-01,A1,Acme,Rope,100,\n"
    "X3,Adjustment,Ann Ames,2026-02-01,A1,Acme,Rope,100,\n"
    "X4,Payment,Ann Ames,2026-02-09,A1,Acme,Rope,EUR 7,\n"
    "X5,Storno,Ann Ames,2026-02-10,A1,Acme,Rope,,X8\n"
)


def chunks(text: str) -> list[bytes]:
    return [text.encode()]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (ACTIVITIES, "activity"),
        (TRANSACTIONS, "transaction"),
        ("mql_id,first_contact_date,landing_page_id,origin\na,2018-02-01,x,social\n", "lead"),
        ("Lead ID,Full Name,Company,Lead Owner,Lead Source,Created Date,Converted Date\n1,Lou,Acme,Ann,web,2026-01-01,\n",
         "lead"),
        ("Task ID,Subject,Type,Due Date,Assigned To,Company\n1,Talk,Call,2026-01-01,Ann,Acme\n", "activity"),
        ("Payment ID,Customer,Payment Date,Amount Paid,Currency\n1,Acme,2026-01-01,5,USD\n", "transaction"),
    ],
)  # fmt: skip
def test_the_kind_of_a_file_is_guessed(text: str, kind: str) -> None:
    assert kind_guess(table_open(lambda: chunks(text), shapes(), 500).profile, shapes()) == kind


def test_a_moment_without_an_offset_is_local_and_its_day_the_organizations(org: Organization, tmp_path: Path) -> None:
    Organization.objects.filter(pk=org.pk).update(time_zone="Europe/Berlin")
    answer = run(write(tmp_path, ACTIVITIES), "activity")
    assert (answer["created"], answer["refused"]) == (3, 0)
    assert set(codes(answer)) == {"new_activity_type", "unknown_owner", "unknown_opportunity"}
    found = {row.external_id: row for row in Activity.objects.all()}
    assert found["T1"].occurred_at == datetime(2026, 1, 5, 22, 30, tzinfo=UTC)
    assert [found[key].occurred_on for key in ("T1", "T2", "T3")] == [
        date(2026, 1, 5),
        date(2026, 1, 6),
        date(2026, 1, 6),
    ]
    assert [found[key].type for key in ("T1", "T2", "T3")] == ["call", "other", "other"]
    again = run(write(tmp_path, ACTIVITIES), "activity")
    assert again["unchanged"] == 3


def test_activities_wait_for_people_and_deals_that_come_later(org: Organization, tmp_path: Path) -> None:
    run(write(tmp_path, ACTIVITIES), "activity")
    run(write(tmp_path, text_of(DEALS, ROWS)))
    run(write(tmp_path, "sales_agent,manager\nAnn Ames,Bo Berg\n"), "person")
    call = Activity.objects.select_related("person", "opportunity").get(external_id="T1")
    assert call.person is not None and call.opportunity is not None
    assert (call.person.name, call.opportunity.external_id) == ("Ann Ames", "A1")
    assert Activity.objects.get(external_id="T2").opportunity is None


def test_a_cancellation_finds_what_it_cancels_whatever_the_order_of_lines(org: Organization, tmp_path: Path) -> None:
    answer = run(write(tmp_path, TRANSACTIONS), "transaction")
    assert (answer["created"], answer["refused"]) == (4, 1)
    told = codes(answer)
    assert told.count("unknown_transaction") == 1  # X8, not X1 which the file brings
    assert {"unknown_type", "no_exchange_rate", "no_transaction_amount"} <= set(told)
    note = Transaction.objects.select_related("cancels").get(external_id="X2")
    assert note.cancels is not None and note.cancels.external_id == "X1"
    run(write(tmp_path, "invoice number,document type,invoice date\nX8,Invoice,2026-01-01\n"), "transaction")
    assert Transaction.objects.get(external_id="X5").cancels_id == Transaction.objects.get(external_id="X8").pk


def test_a_cancellation_takes_its_size_away_whatever_its_sign(org: Organization, tmp_path: Path) -> None:
    rows = (
        "id,type,date,amount\n1,booking,2026-01-01,100\n2,cancellation,2026-01-02,-30\n3,cancellation,2026-01-03,20\n"
    )
    run(write(tmp_path, rows), "transaction")
    totals = transaction_totals(Transaction.objects.all())
    assert totals["booking"].amount == Decimal(100)
    assert totals["cancellation"].amount == Decimal(-50)


def test_a_merge_takes_activities_and_transactions_along(cast: Cast, tmp_path: Path) -> None:
    run(write(tmp_path, "account\nAcme\nAcme Inc.\n"), "account", organization="acme")
    run(write(tmp_path, TRANSACTIONS.replace("Acme", "Acme Inc.")), "transaction", organization="acme")
    keep, gone = Account.objects.get(name="Acme"), Account.objects.get(name="Acme Inc.")
    merge(viewer=cast.viewer("ada"), name="account", keep_id=keep.pk, ids=[gone.pk], at=NOW)
    assert set(Transaction.objects.values_list("account", flat=True)) == {keep.pk}
    again = run(write(tmp_path, TRANSACTIONS.replace("Acme", "Acme Inc.")), "transaction", organization="acme")
    assert (again["created"], again["updated"]) == (0, 0)


def test_who_is_meant_can_be_said_for_a_name_that_only_activities_use(cast: Cast, tmp_path: Path) -> None:
    run(write(tmp_path, ACTIVITIES), "activity", organization="acme")
    count = references_assign(
        viewer=cast.viewer("ada"), name="owner", choices=[("files", "Nobody Known", str(cast.alice.pk))], at=NOW
    )
    assert count == 1
    assert Activity.objects.get(external_id="T3").person == cast.alice


def test_deals_that_are_undone_let_their_activities_wait_again(org: Organization, tmp_path: Path) -> None:
    from crm.models import ImportBatch
    from crm.services.undoing import import_undo

    run(write(tmp_path, ACTIVITIES), "activity")
    deals = run(write(tmp_path, text_of(DEALS, ROWS)))
    import_undo(batch=ImportBatch.objects.get(pk=deals["batch"]), at=NOW, actor=None)
    assert Activity.objects.filter(opportunity__isnull=False).count() == 0
    assert Opportunity.objects.count() == 0
    run(write(tmp_path, text_of(DEALS, ROWS)))
    assert Activity.objects.filter(opportunity__isnull=False).count() == 1
    assert Person.objects.count() == 0
