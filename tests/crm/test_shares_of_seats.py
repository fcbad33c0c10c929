"""Deals of somebody who left a seat: the house gets the credit while it is vacant, then whoever holds it."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from crm.models import Credit, Opportunity
from metrics.services import rollups_recompute
from people.models import BEGINNING, FOREVER, Organization, Person, Seat, SeatHolding, Team
from people.services.person import person_change
from people.services.team import seat_assign, seat_end, seat_vacate
from people.wall import tenant
from tests.cast import NOW, TODAY, Cast
from tests.crm.access import make_deal, make_stage
from tests.crm.test_hand_overs import handed, shares, won
from tests.metrics import build
from tests.metrics.test_credits import rollups

DAY = timedelta(1)

# the same, worked out by one statement for every decided deal
ORACLE = """
WITH placed AS (
    SELECT o.id, o.owner_id, o.closed_on, (
        SELECT h.seat_id FROM people_seatholding h JOIN people_seat s ON s.id = h.seat_id
        WHERE h.person_id = o.owner_id AND h.ends_before <= o.closed_on
            AND s.starts_on <= o.closed_on AND o.closed_on < s.ends_before
            AND NOT EXISTS (SELECT 1 FROM people_seatholding l WHERE l.person_id = h.person_id
                AND h.ends_before <= l.starts_on AND l.starts_on <= o.closed_on)
        ORDER BY h.ends_before DESC LIMIT 1
    ) AS seat_id
    FROM crm_opportunity o WHERE o.outcome <> 'open' AND o.owner_id IS NOT NULL
)
SELECT p.id, CASE WHEN p.seat_id IS NULL THEN p.owner_id ELSE coalesce((
    SELECT h.person_id FROM people_seatholding h
    WHERE h.seat_id = p.seat_id AND h.starts_on <= p.closed_on AND p.closed_on < h.ends_before
), 0) END FROM placed p
"""


@pytest.fixture
def left(cast: Cast) -> tuple[Cast, Seat, Opportunity]:
    """Alice leaves her seat today; an open deal stays in her name."""
    seat = Seat.objects.get(holdings__person=cast.alice)
    deal = make_deal("A1", cast.alice, make_stage("Engaging", "open", 2), closed_on=None)
    seat_vacate(viewer=cast.viewer("ada"), seat=seat, at=NOW, on=TODAY)
    return cast, seat, deal


def test_a_deal_that_closes_while_the_seat_is_vacant_goes_to_the_house(left: Any) -> None:
    _cast, _seat, deal = left
    assert shares(deal) == {}, "an open deal stays in her name"
    won(deal, TODAY)
    assert shares(deal) == {"": Decimal(1)}
    won(deal, TODAY - DAY)
    assert shares(deal) == {}, "she held it the day before"


def test_who_takes_the_seat_takes_its_credit_from_that_day_on(left: Any) -> None:
    cast, seat, deal = left
    won(deal, TODAY + 5 * DAY)
    assert shares(deal) == {"": Decimal(1)}
    seat_assign(viewer=cast.viewer("ada"), seat=seat, person=cast.nils, at=NOW, on=TODAY + 5 * DAY)
    assert shares(deal) == {"Nils Nord": Decimal(1)}
    won(deal, TODAY + 4 * DAY)
    assert shares(deal) == {"": Decimal(1)}


def test_who_comes_back_to_the_seat_has_their_deals_again(left: Any) -> None:
    cast, seat, deal = left
    won(deal, TODAY)
    seat_assign(viewer=cast.viewer("ada"), seat=seat, person=cast.alice, at=NOW, on=TODAY)
    deal.refresh_from_db()
    assert (shares(deal), deal.has_credits) == ({}, False)


def test_who_moves_to_another_seat_takes_the_deals_along(left: Any) -> None:
    cast, _seat, deal = left
    won(deal, TODAY)
    seat_assign(viewer=cast.viewer("ada"), seat=cast.vacant_seat, person=cast.alice, at=NOW, on=TODAY)
    assert shares(deal) == {}


def test_a_seat_that_is_no_more_stands_for_nobody(left: Any) -> None:
    cast, seat, deal = left
    won(deal, TODAY + DAY)
    seat_end(viewer=cast.viewer("ada"), seat=seat, at=NOW, on=TODAY + DAY)
    assert shares(deal) == {}


def test_deals_of_somebody_who_leaves_follow_at_once_and_come_from_files_too(cast: Cast) -> None:
    deal = make_deal("B1", cast.bob, closed_on=TODAY)
    assert shares(deal) == {}
    person_change(viewer=cast.viewer("ada"), person=cast.bob, at=NOW, left_on=TODAY)
    assert shares(deal) == {"": Decimal(1)}
    later = make_deal("B2", cast.bob, closed_on=TODAY + DAY)
    assert shares(later) == {"": Decimal(1)}


def test_a_rule_of_a_hand_over_keeps_the_share_of_who_left_and_the_house_gets_only_the_owners(left: Any) -> None:
    cast, _seat, deal = left
    handed(deal, cast.carol, cast.alice, TODAY, "shared 40/60")
    won(deal, TODAY)
    assert shares(deal) == {"Carol Cole": Decimal("0.4"), "": Decimal("0.6")}


def test_the_page_of_the_deal_says_why(left: Any) -> None:
    cast, _seat, deal = left
    won(deal, TODAY)
    words = cast.client("dana").get(f"/deals/{deal.pk}/").content.decode()
    assert "the house" in words
    assert "the seat that Alice Ames had left was vacant" in words


def test_no_deal_is_touched_where_nobody_left(cast: Cast) -> None:
    make_deal("A1", cast.alice)
    assert not Credit.objects.exists()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["sit", "rise", "end", "close", "give", "recompute"]),
        st.integers(0, 2),
        st.integers(0, 2),
        st.integers(0, 8),
    ),
    max_size=14,
)
START = date(2026, 3, 1)


class World:
    """Three people, three seats, three deals."""

    def __init__(self) -> None:
        team = Team.objects.create(name="North")
        self.seats = [Seat.objects.create(team=team) for _n in range(3)]
        self.people = [build.person(f"P{n}") for n in range(3)]
        self.won = build.stages()["won"]
        self.deals = build.deals(
            *(build.deal(self.won, who, "99.99", closed_on=START + 3 * DAY) for who in self.people)
        )

    def take(self, what: str, one: int, two: int, number: int) -> None:
        day = START + number * DAY
        if what == "sit":
            self._sit(self.seats[one], self.people[two], day)
        elif what == "rise":
            self._rise(SeatHolding.objects.filter(person=self.people[one]), day)
        elif what == "end":
            self._rise(SeatHolding.objects.filter(seat=self.seats[one]), day)
            Seat.objects.filter(pk=self.seats[one].pk).update(ends_before=day)
        elif what == "close":
            Opportunity.objects.filter(pk=self.deals[one].pk).update(closed_on=day)
        elif what == "give":
            Opportunity.objects.filter(pk=self.deals[one].pk).update(owner=self.people[two])

    def _sit(self, seat: Seat, person: Person, day: date) -> None:
        seat.refresh_from_db()
        if not seat.starts_on <= day < seat.ends_before:
            return
        for rows in (SeatHolding.objects.filter(person=person), SeatHolding.objects.filter(seat=seat)):
            self._rise(rows, day)
        SeatHolding.objects.create(seat=seat, person=person, starts_on=day, ends_before=seat.ends_before)

    @staticmethod
    def _rise(rows: Any, day: date) -> None:
        rows.filter(starts_on__gte=day).delete()
        rows.filter(ends_before__gt=day).update(ends_before=day)


@pytest.fixture
def unblocked(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=STEPS)
def test_credits_of_seats_equal_independent_sql_and_reach_every_rollup(
    unblocked: None, steps: list[tuple[str, int, int, int]]
) -> None:
    with transaction.atomic():
        organization: Organization = build.organization("seats")
        with tenant(organization.pk):
            world = World()
            assert (world.seats[0].starts_on, world.seats[0].ends_before) == (BEGINNING, FOREVER)
            for step in steps:
                world.take(*step)
                if step[0] == "recompute":
                    rollups_recompute(organization_id=organization.pk, batch=2)
            ours = {deal.pk: deal.owner_id or 0 for deal in Opportunity.objects.all()}
            ours |= {credit.opportunity_id or 0: credit.person_id or 0 for credit in Credit.objects.all()}
            assert all(credit.share == 1 for credit in Credit.objects.all())
            with connection.cursor() as cursor:
                cursor.execute(ORACLE)
                assert ours == dict(cursor.fetchall())
            rollups_recompute(organization_id=organization.pk, batch=2)
            incremental = rollups()
            rollups_recompute(organization_id=organization.pk, is_full=True)
            assert incremental == rollups()
        transaction.set_rollback(True)
