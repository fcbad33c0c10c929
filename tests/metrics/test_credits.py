"""Amounts follow the shares of those who are credited; counts, sizes and cycles stay with the owner."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from crm.models import Credit, Opportunity
from metrics.models import DailyBreakdown, DailyRollup, DirtyBucket
from metrics.services import rollups_recompute
from people.models import Organization, Person
from people.wall import tenant
from tests.metrics import build

DAY = date(2017, 3, 1)


@pytest.fixture
def split(acme: Organization) -> tuple[Organization, dict[str, Person], Opportunity]:
    people = {name: build.person(name) for name in ("Ann", "Bob", "Sue")}
    [deal] = build.deals(build.deal(build.stages()["won"], people["Ann"], "100.01", closed_on=DAY, created_on=DAY))
    return acme, people, deal


def test_bookings_follow_the_shares_and_counts_the_owner(split: Any) -> None:
    acme, people, deal = split
    build.credit(deal, a=(people["Ann"], "0.6"), b=(people["Bob"], "0.4"))
    assert build.table(build.ask(acme, "revenue", by="person")) == {"Ann": "60.01", "Bob": "40.00", "Sue": "0.00"}
    assert build.table(build.ask(acme, "won_count", by="person")) == {"Ann": "1", "Bob": "0", "Sue": "0"}
    assert build.table(build.ask(acme, "deal_size_mean", by="person"))["Ann"] == "100.0100"
    assert build.figure(acme, "revenue") == "100.01"


def test_overlay_counts_for_the_person_and_not_for_the_team(split: Any) -> None:
    acme, people, deal = split
    team = build.team("North")
    for name, who in people.items():
        build.seated(who, team)
        build.quota(who, 100, date(2017, 1, 1), date(2018, 1, 1), is_overlay=name == "Sue")
    build.credit(deal, a=(people["Ann"], "1", "owner"), s=(people["Sue"], "0.5", "overlay"))
    attained = {row.names["person"]: row.figure.numerator for row in build.ask(acme, "attainment", by="person")}
    assert attained == {"Ann": Decimal("100.01"), "Bob": Decimal("0.00"), "Sue": Decimal("50.01")}
    [row] = build.ask(acme, "attainment", by="team")
    assert (row.figure.numerator, row.figure.denominator) == (Decimal("100.01"), Decimal("200.00"))


def test_a_share_without_a_person_goes_to_the_house(split: Any) -> None:
    acme, people, deal = split
    build.credit(deal, a=(people["Ann"], "0.25"), house=(None, "0.75"))
    rows = build.table(build.ask(acme, "revenue", by="person"))
    assert (rows["Ann"], rows[None]) == ("25.00", "75.01")


def test_taking_the_credits_away_gives_it_all_back_to_the_owner(split: Any) -> None:
    acme, people, deal = split
    build.credit(deal, b=(people["Bob"], "1"))
    assert build.table(build.ask(acme, "revenue", by="person"))["Ann"] == "0.00"
    Credit.objects.all().delete()
    deal.refresh_from_db()
    assert (deal.has_credits, deal.is_split) == (False, False)
    assert build.table(build.ask(acme, "revenue", by="person"))["Ann"] == "100.01"


@pytest.mark.parametrize("shares", [("0.5", "0.4"), ("0.7", "0.7"), ("0.5",), ("0.333333", "0.333333", "0.333333")])
def test_the_database_refuses_shares_that_do_not_make_the_whole(split: Any, shares: tuple[str, ...]) -> None:
    _acme, people, deal = split
    with pytest.raises(IntegrityError, match="100 %"), transaction.atomic():
        build.credit(deal, **{f"n{n}": (people["Bob"], share) for n, share in enumerate(shares)})
    build.credit(deal, a=(people["Ann"], "0.5"), b=(people["Bob"], "0.5"))
    with pytest.raises(IntegrityError, match="100 %"), transaction.atomic():
        Credit.objects.filter(person=people["Bob"]).update(share=Decimal("0.4"))
    with pytest.raises(IntegrityError, match="100 %"), transaction.atomic():
        Credit.objects.filter(person=people["Bob"]).delete()


DAYS = st.integers(0, 4).map(lambda n: date(2017, 3, 28 if n > 3 else n + 1))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("deal"), st.integers(0, 3), st.decimals(0, 999, places=2), DAYS),
        st.tuples(st.just("credits"), st.integers(0, 9), st.lists(st.integers(0, 3), min_size=1, max_size=3)),
        st.tuples(st.just("overlay"), st.integers(0, 9), st.integers(0, 3)),
        st.tuples(st.just("none"), st.integers(0, 9)),
        st.tuples(st.just("move"), st.integers(0, 9), st.integers(0, 3), DAYS),
        st.tuples(st.just("worth"), st.integers(0, 9), st.one_of(st.none(), st.decimals(0, 999, places=2))),
        st.tuples(st.just("delete"), st.integers(0, 9)),
        st.tuples(st.just("recompute")),
    ),
    max_size=14,
)
SHARES = {1: ["1"], 2: ["0.3", "0.7"], 3: ["0.333333", "0.333333", "0.333334"]}


class World:
    def __init__(self) -> None:
        self.people: list[Person | None] = [None, *(build.person(f"P{n}") for n in range(3))]
        self.won = build.stages()["won"]

    def pick(self, number: int) -> Opportunity | None:
        ids = list(Opportunity.objects.order_by("id").values_list("id", flat=True))
        return Opportunity.objects.get(pk=ids[number % len(ids)]) if ids else None

    def take(self, name: str, *values: Any) -> None:
        if name == "deal":
            owner, amount, day = values
            build.deals(build.deal(self.won, self.people[owner], amount, closed_on=day, created_on=day))
        elif name != "recompute" and (deal := self.pick(values[0])) is not None:
            getattr(self, name)(deal, *values[1:])

    def credits(self, deal: Opportunity, who: list[int]) -> None:
        Credit.objects.filter(opportunity=deal).delete()
        shares = SHARES[len(who)]
        build.credit(deal, **{f"n{n}": (self.people[key], shares[n]) for n, key in enumerate(who)})

    def overlay(self, deal: Opportunity, who: int) -> None:
        build.credit(deal, o=(self.people[who], "0.25", "overlay"))

    def none(self, deal: Opportunity) -> None:
        Credit.objects.filter(opportunity=deal).delete()

    def move(self, deal: Opportunity, owner: int, day: date) -> None:
        Opportunity.objects.filter(pk=deal.pk).update(owner=self.people[owner], closed_on=day)

    def worth(self, deal: Opportunity, amount: Decimal | None) -> None:
        Opportunity.objects.filter(pk=deal.pk).update(amount=amount, converted_amount=amount)

    def delete(self, deal: Opportunity) -> None:
        Opportunity.objects.filter(pk=deal.pk).update(is_deleted=True)


def rollups() -> list[list[dict[str, Any]]]:
    return [sorted(model.objects.values(), key=str) for model in (DailyRollup, DailyBreakdown)]


def by_hand() -> dict[tuple[int, date], Fraction]:
    """Credited amounts per person and day, one deal at a time."""
    found: dict[tuple[int, date], Fraction] = {}
    for deal in Opportunity.objects.filter(is_deleted=False).exclude(converted_amount=None):
        assert deal.closed_on
        credits = [(c.person_id, Fraction(c.share)) for c in deal.credits.all() if c.role != "overlay"]
        for who, share in credits or [(deal.owner_id, Fraction(1))]:
            key = (who or 0, deal.closed_on)
            found[key] = found.get(key, Fraction(0)) + Fraction(deal.converted_amount or 0) * share
    return {key: value for key, value in found.items() if value}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=STEPS)
def test_incremental_equals_full_equals_by_hand(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, steps: list[tuple[Any, ...]]
) -> None:
    with django_db_blocker.unblock(), transaction.atomic():
        organization = build.organization("property")
        with tenant(organization.pk):
            world = World()
            for step in steps:
                world.take(*step)
                if step[0] == "recompute":
                    rollups_recompute(organization_id=organization.pk, batch=2)
            rollups_recompute(organization_id=organization.pk, batch=2)
            incremental = rollups()
            assert not DirtyBucket.objects.exists()
            ours = {(r.person_id, r.day): Fraction(r.won_amount) for r in DailyRollup.objects.all() if r.won_amount}
            assert ours == by_hand()
            rollups_recompute(organization_id=organization.pk, is_full=True)
            assert incremental == rollups()
        transaction.set_rollback(True)


def test_credits_do_not_cross_the_wall(cast: Any) -> None:
    stages = build.stages()
    [deal] = build.deals(build.deal(stages["won"], cast.alice, 10, closed_on=DAY))
    with pytest.raises(IntegrityError), transaction.atomic():
        build.credit(deal, m=(cast.mallory, "1"))
    build.credit(deal, a=(cast.alice, "1"))
    with tenant(cast.other.pk):
        assert not Credit.objects.exists()
