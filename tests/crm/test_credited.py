"""Invoices, deliveries and payments count for whoever is credited with their deal, on their own day, to the last digit."""

import json
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from crm.models import Credit, Opportunity, Quota, Transaction
from crm.selectors.credited import CreditedSum, credited_by_person
from people.models import Organization, Person
from people.wall import tenant
from tests.api.calls import Program, make_key
from tests.cast import TODAY, Cast, make_person
from tests.crm.access import make_deal, make_quota, make_stage
from tests.crm.test_hand_overs import handed, won
from tests.metrics import build

MAY, JULY = date(2026, 5, 1), date(2026, 7, 1)


def moved(name: str, type: str, amount: Any, deal: Opportunity | None = None, **fields: Any) -> Transaction:
    worth = None if amount is None else Decimal(amount)
    values = {"occurred_on": TODAY, "source": "erp", "currency": "USD", "converted_amount": worth, **fields}
    return Transaction.objects.create(external_id=name, type=type, amount=worth, opportunity=deal, **values)


def found(measure: str = "payments", first: date | None = None, end: date | None = None) -> dict[str, CreditedSum]:
    rows = credited_by_person(None, measure, first, end)
    return {row.person.name if row.person else "": row for row in rows}


@pytest.fixture
def paid(org: Organization) -> tuple[Person, Person, Opportunity]:
    """A deal that Ann handed to Bob, shared 40/60."""
    ann, bob = make_person("Ann"), make_person("Bob")
    deal = make_deal("A1", ann, make_stage("Engaging", "open", 2), closed_on=None)
    handed(deal, ann, bob, MAY, "shared 40/60")
    return ann, bob, won(deal, MAY)


def test_a_payment_follows_the_shares_of_its_deal_on_its_own_day(paid: Any) -> None:
    _ann, _bob, deal = paid
    moved("P1", "payment", "100.01", deal)
    moved("I1", "invoice", "500", deal)
    assert {name: row.amount for name, row in found().items()} == {"Ann": Decimal("40.004"), "Bob": Decimal("60.006")}
    assert found("invoices")["Bob"].amount == 300
    assert found("payments", TODAY + timedelta(1)) == {}


def test_a_cancellation_takes_away_whatever_its_sign_from_what_it_cancels(paid: Any) -> None:
    _ann, _bob, deal = paid
    first = moved("P1", "payment", "100", deal)
    for name, amount in (("C1", "30"), ("C2", "-20")):
        moved(name, "cancellation", amount, deal, cancels=first)
    moved("C3", "cancellation", "7", deal)
    assert found()["Bob"].amount == 30 and found("invoices") == {}


def test_without_a_deal_it_is_its_persons_and_without_anybody_the_houses(paid: Any) -> None:
    ann, _bob, _deal = paid
    moved("P1", "payment", "5", person=ann)
    moved("P2", "payment", "6")
    moved("P3", "payment", "7", is_deleted=True)
    moved("P4", "payment", None, person=ann)
    rows = found()
    assert [rows["Ann"].amount, rows[""].amount, rows["Ann"].without_rate] == [5, 6, 1]


def test_attainment_counts_days_with_a_quota_of_the_measure_only(paid: Any) -> None:
    ann, bob, deal = paid
    make_quota(ann, 80, measure="payments", starts_on=MAY, ends_before=JULY)
    make_quota(bob, 80, starts_on=MAY, ends_before=JULY)
    moved("P1", "payment", "100", deal)
    moved("P2", "payment", "100", deal, occurred_on=date(2026, 8, 1))
    rows = found()
    assert [rows["Ann"].amount, rows["Ann"].attained, rows["Ann"].attainment] == [80, 40, Decimal("0.5")]
    assert [rows["Bob"].attained, rows["Bob"].attainment] == [0, None]
    half = found("payments", MAY, date(2026, 5, 31))["Ann"]
    assert half.quota == pytest.approx(Decimal(80) * 30 / 61) and half.attained == 0


def test_what_is_held_against_a_quota_counts_at_the_plan_rate(paid: Any) -> None:
    _ann, bob, deal = paid
    make_quota(bob, 80, measure="payments", starts_on=MAY, ends_before=JULY)
    first = moved("P1", "payment", "100", deal, converted_amount=110, plan_amount=120)
    moved("C1", "cancellation", "10", deal, cancels=first, converted_amount=11, plan_amount=12)
    assert found()["Bob"].attained == Decimal("64.8")


def test_a_quota_of_payments_changes_nothing_about_attainment_of_bookings(paid: Any, org: Organization) -> None:
    ann, _bob, _deal = paid
    make_quota(ann, 80, measure="payments", starts_on=MAY, ends_before=JULY)
    assert build.table(build.ask(org, "attainment", by="person"))["Ann"] is None


def test_operations_enters_a_quota_of_payments_beside_one_of_bookings(cast: Cast) -> None:
    client = cast.client("dana")
    data = {
        "person": cast.alice.pk,
        "starts_on": "2026-05-01",
        "ends_before": "2026-07-01",
        "amount": "80",
        "currency": "USD",
    }
    assert client.post("/quotas/add/", data).status_code == 302
    assert client.post("/quotas/add/", {**data, "measure": "payments"}).status_code == 302
    assert client.post("/quotas/add/", {**data, "measure": "smiles"}).status_code == 422
    assert sorted(Quota.objects.values_list("measure", flat=True)) == ["bookings", "payments"]
    assert "payments" in client.get("/quotas/?starts_on=2026-01-01&ends_before=2027-01-01").content.decode()


def test_people_see_themselves_and_those_below_them_by_program_too(cast: Cast) -> None:
    deal = make_deal("A1", cast.alice)
    moved("P1", "payment", "10", deal), moved("P2", "payment", "20")
    assert [row.person for row in credited_by_person(cast.viewer("alice"), "payments", None, None)] == [cast.alice]
    assert [row.person for row in credited_by_person(cast.viewer("bob"), "payments", None, None)] == [cast.alice]
    assert credited_by_person(cast.viewer("carol"), "payments", None, None) == []
    program = Program(make_key(cast, "ada")[1])
    rows = program.get("/api/v1/credits/payments?starts_on=2026-01-01").json()
    assert [(row["person"] and row["person"]["name"], row["amount"]) for row in rows] == [
        ("Alice Ames", "10"),
        (None, "20"),
    ]
    assert program.get("/api/v1/credits/smiles").status_code == 404
    assert program.get("/api/v1/credits/payments?starts_on=x").status_code == 400


def test_the_command_tells_the_same(cast: Cast) -> None:
    moved("P1", "payment", "10.5", make_deal("A1", cast.alice))
    out = StringIO()
    words = ["crm_credits", "--organization", "acme", "--measure", "payments"]
    call_command(*words, "--format", "json", stdout=out)
    [row] = json.loads(out.getvalue())["rows"]
    assert (row["person"], row["credited"], row["quota"], row["attainment"]) == ("Alice Ames", "10.5", None, None)
    with pytest.raises(CommandError):
        call_command("crm_credits", "--organization", "acme", "--measure", "bookings")


WHO = st.integers(0, 3)
MOVES = st.lists(
    st.tuples(
        st.sampled_from(["payment", "invoice", "cancellation"]),
        st.decimals(-999, 999, places=2),
        st.integers(0, 3),
        WHO,
        st.integers(0, 5),
    ),
    max_size=12,
)
SHARES = {1: ["1"], 2: ["0.3", "0.7"], 3: ["0.333333", "0.333333", "0.333334"]}


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(moves=MOVES, splits=st.lists(st.lists(WHO, max_size=3), min_size=3, max_size=3))
def test_shares_of_transactions_equal_the_slow_way_and_make_the_whole(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, moves: list[Any], splits: list[list[int]]
) -> None:
    with django_db_blocker.unblock(), transaction.atomic():
        organization = build.organization("credited")
        with tenant(organization.pk):
            people = [None, *(build.person(f"P{n}") for n in range(3))]
            stage = build.stages()["won"]
            deals = build.deals(*(build.deal(stage, people[n], 1, closed_on=MAY) for n in range(3)))
            for deal, split in zip(deals, splits, strict=True):
                if split:
                    shares = {f"n{n}": (people[who], SHARES[len(split)][n]) for n, who in enumerate(split)}
                    build.credit(deal, **shares)
            made: list[Transaction] = []
            for n, (type, amount, deal, who, day) in enumerate(moves):
                cancels = made[-1] if type == "cancellation" and made else None
                of = deals[deal] if deal < 3 else None
                fields = {"person": people[who], "occurred_on": MAY + timedelta(day), "cancels": cancels}
                made.append(moved(f"T{n}", type, amount, of, **fields))
            for measure, type in (("payments", "payment"), ("invoices", "invoice")):
                rows = credited_by_person(None, measure, MAY, MAY + timedelta(3))
                ours = {row.person.pk if row.person else 0: Fraction(row.amount) for row in rows}
                assert {who: sum_ for who, sum_ in ours.items() if sum_} == slow_sums(made, type)
        transaction.set_rollback(True)


def slow_sums(made: list[Transaction], type: str) -> dict[int, Fraction]:
    sums: dict[int, Fraction] = {}
    total = Fraction(0)
    for each in made:
        if not MAY <= each.occurred_on < MAY + timedelta(3):
            continue
        amount = Fraction(each.amount or 0)
        if each.type == "cancellation":
            if each.cancels is None or each.cancels.type != type:
                continue
            amount = -abs(amount)
        elif each.type != type:
            continue
        total += amount
        if each.opportunity is None:
            parts = [(each.person_id, Fraction(1))]
        else:
            rows = Credit.objects.filter(opportunity=each.opportunity)
            parts = [(row.person_id, Fraction(row.share)) for row in rows] or [(each.opportunity.owner_id, Fraction(1))]
        for who, share in parts:
            sums[who or 0] = sums.get(who or 0, Fraction(0)) + amount * share
    assert sum(sums.values(), Fraction(0)) == total
    return {who: value for who, value in sums.items() if value}
