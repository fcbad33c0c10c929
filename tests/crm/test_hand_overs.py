"""Deals that change owner: whose the credit is, worked out twice and always to the last cent."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from crm.engine.handover import Rule, UnreadableRule, rule_of
from crm.models import Credit, HandOver, HandOverDefault, Opportunity
from crm.services.credits import Share, credits_save
from crm.services.handover import deal_hand_over, hand_over_default_set, hand_over_rule_set
from metrics.models import DirtyBucket
from metrics.services import rollups_recompute
from people.models import Organization, Person
from people.wall import tenant
from tests.cast import NOW, TODAY, Cast, make_person
from tests.crm.access import make_deal, make_stage
from tests.metrics import build
from tests.metrics.test_credits import by_hand, rollups

MARCH = date(2026, 3, 1)
DB_TODAY = datetime.now(tz=UTC).date()  # triggers date what a source changes by the clock of the database
ONE = Fraction(1)


def shares(deal: Opportunity) -> dict[str, Decimal]:
    return {each.person.name if each.person else "": each.share for each in deal.credits.select_related("person")}


def handed(deal: Opportunity, giver: Person, taker: Person, on: date, rule: str = "") -> HandOver:
    """A hand-over as it stands in the table; the deal's owner is the taker."""
    said = rule_of(rule)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.hand_over', 'said', true)")
        Opportunity.objects.filter(pk=deal.pk).update(owner=taker)
        cursor.execute("SELECT set_config('app.hand_over', '', true)")
    return HandOver.objects.create(
        opportunity=deal,
        from_person=giver,
        to_person=taker,
        handed_on=on,
        rule=said.kind,
        days=said.days,
        previous_share=said.previous_share,
    )


def won(deal: Opportunity, on: date) -> Opportunity:
    Opportunity.objects.filter(pk=deal.pk).update(stage=make_stage(), outcome="won", closed_on=on)
    deal.refresh_from_db()
    return deal


@pytest.fixture
def trio(org: Organization) -> tuple[Person, Person, Person, Opportunity]:
    opened = make_stage("Engaging", "open", 2)
    ann, bob, cid = (make_person(name) for name in ("Ann", "Bob", "Cid"))
    return ann, bob, cid, make_deal("A1", ann, opened, amount=Decimal("100.01"), closed_on=None)


# --- one hand-over ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "day", "expected"),
    [
        ("", 10, {}),
        ("owner at close", 0, {}),
        ("previous owner 30 days", 0, {"Ann": 1}),
        ("previous owner 30 days", 30, {"Ann": 1}),
        ("previous owner 30 days", 31, {}),
        ("previous owner 30 days", -1, {}),
        ("shared 40/60", 900, {"Ann": 0.4, "Bob": 0.6}),
        ("shared 40/60", -1, {}),
        ("shared 33.3333 for 10 days", 10, {"Ann": 0.333333, "Bob": 0.666667}),
        ("shared 33.3333 for 10 days", 11, {}),
    ],
)
def test_the_rule_decides_who_gets_the_credit(trio: Any, rule: str, day: int, expected: dict[str, float]) -> None:
    ann, bob, _cid, deal = trio
    handed(deal, ann, bob, MARCH, rule)
    assert shares(deal) == {}, "while it is open it is its owner's"
    won(deal, MARCH + timedelta(day))
    assert shares(deal) == {name: Decimal(str(share)) for name, share in expected.items()}
    assert deal.has_credits == bool(expected)


def test_an_owner_that_a_source_changes_is_a_hand_over_under_the_rule_of_the_organization(trio: Any) -> None:
    ann, bob, _cid, deal = trio
    hand_over_default_set(viewer=None, rule=rule_of("shared 25"), starts_on=date(2020, 1, 1), at=NOW)
    Opportunity.objects.filter(pk=deal.pk).update(owner=bob)
    row = HandOver.objects.get()
    assert (row.from_person, row.to_person, row.rule, row.handed_on) == (ann, bob, "", DB_TODAY)
    won(deal, DB_TODAY)
    assert shares(deal) == {"Ann": Decimal("0.25"), "Bob": Decimal("0.75")}


def test_the_owner_of_a_decided_deal_is_corrected_and_not_handed_over(trio: Any) -> None:
    _ann, bob, _cid, deal = trio
    won(deal, MARCH)
    Opportunity.objects.filter(pk=deal.pk).update(owner=bob)
    assert not HandOver.objects.exists()


def test_the_rule_of_the_organization_is_the_one_of_the_day_of_the_hand_over(trio: Any) -> None:
    ann, bob, cid, deal = trio
    hand_over_default_set(viewer=None, rule=rule_of("previous owner 90 days"), starts_on=MARCH, at=NOW)
    hand_over_default_set(viewer=None, rule=rule_of("shared 50"), starts_on=MARCH + timedelta(10), at=NOW)
    other = make_deal("A2", ann, make_stage("Engaging", "open"), closed_on=None)
    third = make_deal("A3", cid, make_stage("Engaging", "open"), closed_on=None)
    handed(third, cid, bob, MARCH - timedelta(1))
    handed(deal, ann, bob, MARCH + timedelta(9))
    handed(other, ann, bob, MARCH + timedelta(10))
    for each in (deal, other, third):
        won(each, MARCH + timedelta(20))
    assert (shares(deal), shares(other)) == ({"Ann": Decimal(1)}, {"Ann": Decimal("0.5"), "Bob": Decimal("0.5")})
    assert shares(third) == {}
    hand_over_default_set(viewer=None, rule=rule_of("owner at close"), starts_on=MARCH, at=NOW)
    assert (shares(deal), shares(other)) == ({}, {}), "what was planned for later is dropped, and the shares follow"


def test_a_rule_of_its_own_outweighs_the_one_of_the_organization_and_can_be_changed_later(trio: Any) -> None:
    ann, bob, _cid, deal = trio
    hand_over_default_set(viewer=None, rule=rule_of("previous owner 90 days"), starts_on=MARCH, at=NOW)
    row = handed(deal, ann, bob, MARCH, "shared 20")
    won(deal, MARCH)
    assert shares(deal) == {"Ann": Decimal("0.2"), "Bob": Decimal("0.8")}
    hand_over_rule_set(viewer=None, hand_over=row, rule=Rule(), at=NOW)
    assert shares(deal) == {"Ann": 1}
    hand_over_rule_set(viewer=None, hand_over=row, rule=rule_of("owner"), at=NOW)
    assert shares(deal) == {}


def test_shares_that_somebody_gave_stand_and_what_is_worked_out_comes_back_without_them(cast: Cast) -> None:
    deal = make_deal("A1", cast.alice, make_stage("Engaging", "open", 2), closed_on=None)
    handed(deal, cast.alice, cast.carol, MARCH, "previous owner 30 days")
    won(deal, MARCH)
    assert shares(deal) == {"Alice Ames": 1}
    half = Decimal("0.5")
    dana = cast.viewer("dana")
    given_shares = [Share(cast.bob, "split", half), Share(cast.carol, "owner", half)]
    credits_save(viewer=dana, deal=deal, shares=given_shares, at=NOW)
    assert shares(deal) == {"Bob Brand": half, "Carol Cole": half}
    won(deal, MARCH + timedelta(1))
    assert shares(deal) == {"Bob Brand": half, "Carol Cole": half}
    credits_save(viewer=dana, deal=deal, shares=[Share(cast.bob, "overlay", half)], at=NOW)
    assert shares(deal) == {"Alice Ames": 1, "Bob Brand": half}
    credits_save(viewer=dana, deal=deal, shares=[], at=NOW)
    assert shares(deal) == {"Alice Ames": 1}


def test_a_reopened_deal_is_its_owners_again(trio: Any) -> None:
    ann, bob, _cid, deal = trio
    handed(deal, ann, bob, MARCH, "previous owner 30 days")
    won(deal, MARCH)
    Opportunity.objects.filter(pk=deal.pk).update(stage=make_stage("Engaging", "open"), outcome="open")
    deal.refresh_from_db()
    assert (shares(deal), deal.has_credits) == ({}, False)


@pytest.mark.parametrize(
    "values",
    [
        {"rule": "previous_owner"},
        {"rule": "shared"},
        {"rule": "shared", "previous_share": "1"},
        {"rule": "owner_at_close", "days": 3},
        {"rule": "", "previous_share": "0.5"},
    ],
)
def test_the_database_refuses_a_rule_that_lacks_its_numbers(trio: Any, values: dict[str, Any]) -> None:
    ann, bob, _cid, deal = trio
    with pytest.raises(IntegrityError), transaction.atomic():
        HandOver.objects.create(opportunity=deal, from_person=ann, to_person=bob, handed_on=MARCH, **values)


# --- what a person writes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", Rule()),
        (" Default ", Rule()),
        ("Owner at close", Rule("owner_at_close")),
        ("previous owner for 30 days", Rule("previous_owner", 30)),
        ("Previous 1 day", Rule("previous_owner", 1)),
        ("shared 40/60", Rule("shared", None, Decimal("0.4"))),
        ("shared: 33,3333 % / 66,6667 %, 90 days", Rule("shared", 90, Decimal("0.333333"))),
    ],
)
def test_a_rule_is_read_as_people_write_it(text: str, rule: Rule) -> None:
    assert rule_of(text) == rule


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("half", "rule"),
        ("previous owner", "rule"),
        ("previous owner 0 days", "days"),
        ("previous owner 99999 days", "days"),
        ("shared 40/50", "total"),
        ("shared 0/100", "rule"),
        ("shared 0", "share"),
        ("shared 99.9999", "share"),
    ],
)
def test_what_is_no_rule_says_why(text: str, code: str) -> None:
    with pytest.raises(UnreadableRule) as refused:
        rule_of(text)
    assert refused.value.code == code


# --- a second calculation ---------------------------------------------------------------------------------------------


def slow_shares(deal: Opportunity, steps: list[HandOver], defaults: list[HandOverDefault]) -> dict[int, Fraction]:
    """Who gets what of a deal, in fractions: the hand-overs one by one, each dividing what stood before it."""
    if deal.closed_on is None or deal.outcome == "open":
        return {deal.owner_id or 0: ONE}
    steps = sorted((s for s in steps if s.handed_on <= deal.closed_on), key=lambda s: (s.handed_on, s.pk))
    if not steps:
        return {deal.owner_id or 0: ONE}
    state = {steps[0].from_person_id: ONE}
    for place, step in enumerate(steps):
        taker = deal.owner_id if place == len(steps) - 1 else steps[place + 1].from_person_id
        rule: Any = (
            step if step.rule else next((d for d in defaults if d.starts_on <= step.handed_on < d.ends_before), None)
        )
        kept = Fraction(0)
        if rule is not None and rule.rule != "owner_at_close":
            is_over = rule.days is not None and (deal.closed_on - step.handed_on).days > rule.days
            kept = Fraction(0) if is_over else Fraction(rule.previous_share or 1)
        former, state = state, {}
        for who, part in former.items():
            state[who] = state.get(who, Fraction(0)) + part * kept
        state[taker] = state.get(taker, Fraction(0)) + 1 - kept
    return {who or 0: part for who, part in state.items() if part}


RULES = st.sampled_from(
    ["", "owner at close", "previous owner 1 days", "previous owner 4 days", "shared 33.3333", "shared 1 for 3 days"]
)
PERSON, DAY = st.integers(0, 3), st.integers(0, 9)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("hand"), st.integers(0, 2), PERSON, DAY, RULES),
        st.tuples(st.just("close"), st.integers(0, 2), DAY),
        st.tuples(st.just("reopen"), st.integers(0, 2)),
        st.tuples(st.just("correct"), st.integers(0, 2), PERSON),
        st.tuples(st.just("default"), DAY, RULES.filter(bool)),
        st.tuples(st.just("rule"), st.integers(0, 9), RULES),
        st.tuples(st.just("recompute")),
    ),
    max_size=16,
)


class World:
    """Three deals of four people."""

    def __init__(self) -> None:
        self.stages = build.stages()
        self.people = [build.person(f"P{n}") for n in range(4)]
        made = [build.deal(self.stages["open"], self.people[0], f"{n}33.31") for n in range(3)]
        self.deals = build.deals(*made)

    def take(self, name: str, *values: Any) -> None:
        getattr(self, name)(*values)

    def recompute(self) -> None:
        """Done by the test."""

    def hand(self, number: int, who: int, day: int, rule: str) -> None:
        deal = Opportunity.objects.get(pk=self.deals[number].pk)
        if deal.outcome == "open" and deal.owner_id != self.people[who].pk:
            assert deal.owner is not None
            handed(deal, deal.owner, self.people[who], MARCH + timedelta(day), rule)

    def close(self, number: int, day: int) -> None:
        won_stage = {"stage": self.stages["won"], "outcome": "won", "closed_on": MARCH + timedelta(day)}
        Opportunity.objects.filter(pk=self.deals[number].pk).update(**won_stage)

    def reopen(self, number: int) -> None:
        Opportunity.objects.filter(pk=self.deals[number].pk).update(stage=self.stages["open"], outcome="open")

    def correct(self, number: int, who: int) -> None:
        Opportunity.objects.filter(pk=self.deals[number].pk, outcome="won").update(owner=self.people[who])

    def default(self, day: int, rule: str) -> None:
        hand_over_default_set(viewer=None, rule=rule_of(rule), starts_on=MARCH + timedelta(day), at=NOW)

    def rule(self, number: int, rule: str) -> None:
        rows = list(HandOver.objects.order_by("pk"))
        if rows:
            hand_over_rule_set(viewer=None, hand_over=rows[number % len(rows)], rule=rule_of(rule), at=NOW)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=STEPS)
def test_shares_equal_the_slow_way_make_the_whole_and_reach_every_rollup(
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
            for deal in Opportunity.objects.order_by("pk"):
                slow = slow_shares(deal, list(deal.hand_overs.all()), list(HandOverDefault.objects.all()))
                ours = {c.person_id or 0: c.share for c in deal.credits.all()} or {deal.owner_id or 0: Decimal(1)}
                assert sum(ours.values()) == 1
                for who in ours.keys() | slow.keys():
                    assert abs(ours.get(who, Decimal(0)) - round(Decimal(float(slow.get(who, 0))), 9)) < Decimal(
                        "0.00001"
                    )
            rollups_recompute(organization_id=organization.pk, batch=2)
            assert not DirtyBucket.objects.exists()
            incremental = rollups()
            amounts = sum(by_hand_decided().values(), Fraction(0))
            assert amounts == sum(Fraction(d.amount or 0) for d in Opportunity.objects.filter(outcome="won"))
            rollups_recompute(organization_id=organization.pk, is_full=True)
            assert incremental == rollups()
        transaction.set_rollback(True)


def by_hand_decided() -> dict[tuple[int, date], Fraction]:
    """Credited amounts of decided deals per person and day."""
    opened = Opportunity.objects.filter(outcome="open")
    ids = list(opened.values_list("pk", flat=True))
    opened.update(is_deleted=True)
    try:
        return by_hand()
    finally:
        Opportunity.objects.filter(pk__in=ids).update(is_deleted=False)


# --- who may ----------------------------------------------------------------------------------------------------------


def test_operations_hands_a_deal_over_and_nobody_else_does(cast: Cast) -> None:
    deal = make_deal("A1", cast.alice, make_stage("Engaging", "open", 2), closed_on=None)
    order = {"deal": deal, "to": cast.carol, "on": TODAY, "rule": rule_of("previous 10 days"), "at": NOW}
    for name in ("alice", "bob", "carol", "erin", "finn", "otto"):
        with pytest.raises(PermissionDenied):
            deal_hand_over(viewer=cast.viewer(name), **order)
    deal_hand_over(viewer=cast.viewer("dana"), **order)
    deal.refresh_from_db()
    assert deal.owner == cast.carol
    assert HandOver.objects.get().ruled_by == cast.dana
    with pytest.raises(ValidationError, match="owns the deal already"):
        deal_hand_over(viewer=cast.viewer("dana"), **order)


def test_hand_overs_do_not_cross_the_wall(cast: Cast) -> None:
    deal = make_deal("A1", cast.alice, make_stage("Engaging", "open", 2), closed_on=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        HandOver.objects.create(opportunity=deal, from_person=cast.alice, to_person=cast.mallory, handed_on=MARCH)
    handed(deal, cast.alice, cast.carol, MARCH, "shared 50")
    won(deal, MARCH)
    with tenant(cast.other.pk):
        assert not HandOver.objects.exists() and not Credit.objects.exists()
