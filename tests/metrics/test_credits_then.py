"""Shares of deals as they stood on a past day equal a replay of what was written, deal by deal and moment by moment."""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from crm.models import Credit, FormerCredit, Opportunity, OpportunityChange
from kernel.period import Period
from metrics.catalogue import CATALOGUE
from metrics.selectors.behind import deals_counted
from metrics.selectors.subject import Subject
from people.models import Organization, Person
from people.wall import tenant
from tests.metrics import build

FIRST, TODAY = date(2017, 1, 1), date(2017, 12, 31)
DAYS = [date(2017, 1, 20), date(2017, 3, 31), date(2017, 5, 15), date(2017, 7, 1), date(2017, 10, 31), TODAY]
ZONE = "America/Los_Angeles"
METRICS = {"revenue": "won", "pipeline_open": "open", "pipeline_created": "created"}  # what their deals are


@dataclass(frozen=True)
class Part:
    """A share that a deal has."""

    person: str | None
    role: str
    share: Decimal
    origin: str


@dataclass
class State:
    """What a deal was told to be: `on` the day it is about, `at` the moment it was written down."""

    on: date
    at: datetime
    outcome: str
    owner: str | None
    amount: Decimal
    closed_on: date | None


@dataclass
class World:
    organization: Organization
    people: list[Person]
    states: dict[int, list[State]] = field(default_factory=dict)
    journal: dict[int, list[tuple[datetime, list[Part]]]] = field(default_factory=lambda: defaultdict(list))
    created: dict[int, date | None] = field(default_factory=dict)

    def wrote(self, deal: Opportunity, at: datetime) -> None:
        """Say that what this transaction wrote was written at a moment."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT now()")
            [(now,)] = cursor.fetchall()
        former = list(FormerCredit.objects.filter(replaced_at=now))
        FormerCredit.objects.filter(replaced_at=now).delete()
        for row in former:
            row.pk, row.replaced_at = None, at
        FormerCredit.objects.bulk_create(former)
        Credit.objects.filter(recorded_at=now).update(recorded_at=at)
        rows = Credit.objects.filter(opportunity=deal).select_related("person").order_by("pk")
        parts = [Part(row.person and row.person.name, row.role, row.share, row.origin) for row in rows]
        self.journal[deal.pk].append((at, parts))

    def midnight(self, day: date) -> datetime:
        return datetime.combine(day + timedelta(1), time(0), ZoneInfo(ZONE))

    def end_of(self, moment: datetime) -> datetime:
        return self.midnight(moment.astimezone(ZoneInfo(ZONE)).date())

    def state(self, deal_id: int, day: date) -> State | None:
        """How a deal stood at the end of a day."""
        told, created = self.states[deal_id], self.created[deal_id]
        by_then = [each for each in told if each.on <= day]
        if len(by_then) == len(told):
            return max(told, key=lambda each: each.at)
        if by_then:
            return max(by_then, key=lambda each: (each.on, each.at))
        if created is None or created > day:
            return None
        first = min(told, key=lambda each: (each.on, each.at))
        return State(first.on, first.at, "open", first.owner, first.amount, None)

    def parts(self, deal_id: int, day: date) -> list[Part]:
        """The shares of a deal that were known then."""
        told, until = self.states[deal_id], self.midnight(day)
        by_then = [each for each in told if each.on <= day]
        if len(by_then) == len(told):
            until = max(until, self.end_of(max(each.at for each in told)))
        elif by_then:
            until = max(until, self.end_of(max(by_then, key=lambda each: (each.on, each.at)).at))
        if min(each.at for each in told) >= self.midnight(day):
            given = [at for at, parts in self.journal[deal_id] if any(part.origin == "given" for part in parts)]
            until = max([until, *(self.end_of(at) for at in given[:1])])
        known = [parts for at, parts in self.journal[deal_id] if at < until]
        return known[-1] if known else []

    def events(self, metric: str, day: date) -> Iterator[tuple[str | None, Fraction, bool]]:
        """(who, how much, whether it is overlay) of everything that an amount is made of."""
        for deal_id in self.states:
            state = self.state(deal_id, day)
            kind = METRICS[metric]
            if state is None or (kind == "created" and self.created[deal_id] is None):
                continue
            if kind not in ("created", state.outcome):
                continue
            parts = self.parts(deal_id, day)
            if not any(part.role != "overlay" for part in parts):
                yield state.owner, Fraction(state.amount), False
            for part in parts:
                yield part.person, Fraction(state.amount) * Fraction(part.share), part.role == "overlay"

    def credited(self, metric: str, day: date, *, overlay: bool = False) -> dict[str | None, Fraction]:
        found: dict[str | None, Fraction] = defaultdict(Fraction)
        for who, amount, is_overlay in self.events(metric, day):
            if overlay or not is_overlay:
                found[who] += amount
        return {who: amount for who, amount in found.items() if amount}


def rounded(value: Fraction) -> str:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return f"{exact.quantize(Decimal('0.01'), ROUND_HALF_UP):f}"


@pytest.fixture(scope="module", params=[3, 17])
def world(request: Any, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """A year in which deals are told late or in time, and their shares given, changed, worked out and taken away."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = build.organization(f"creditsthen{request.param}", time_zone=ZONE)
        with tenant(made.pk):
            yield _fill(made, random.Random(request.param))
        transaction.set_rollback(True)


def _fill(organization: Organization, chance: random.Random) -> World:
    top = build.team("Top")
    world = World(organization, [build.person(f"P{n}") for n in range(4)])
    for who in world.people:
        build.seated(who, top)
        build.quota(who, 100_000, FIRST, date(2018, 1, 1))
    stages = build.stages()
    for _ in range(70):
        _deal(world, chance, stages)
    steps = [
        (max(_moment(chance, FIRST + timedelta(chance.randrange(364))), min(state.at for state in states)), deal_id)
        for deal_id, states in world.states.items()
        for _ in range(2)
    ]
    steps += [  # shares often come with a state
        (state.at, deal_id) for deal_id, states in world.states.items() for state in states if chance.random() < 0.5
    ]
    deals = Opportunity.objects.in_bulk()
    for moment, deal_id in sorted(steps):
        _step(world, deals[deal_id], chance)
        world.wrote(deals[deal_id], moment)
    return world


def _moment(chance: random.Random, day: date) -> datetime:
    return datetime.combine(day, time(0), UTC) + timedelta(seconds=chance.randrange(86_400))


def _deal(world: World, chance: random.Random, stages: dict[str, Any]) -> None:
    """A deal with up to four states, each told some days late; some deals are told at once, by a late import."""
    days = sorted(FIRST + timedelta(day) for day in chance.sample(range(340), chance.randrange(1, 5)))
    at_once = _moment(chance, date(2017, 6, 1)) if chance.random() < 0.3 else None
    states, latest = [], datetime.min.replace(tzinfo=UTC)
    for n, day in enumerate(days):
        latest = max(latest, _moment(chance, day + timedelta(chance.choice([0, 0, 1, 40]))))
        outcome = chance.choice(["open", "won", "won", "lost"])
        states.append(
            State(
                day, at_once + timedelta(seconds=n) if at_once else latest, outcome, chance.choice(world.people).name,
                Decimal(chance.randrange(100, 90_000)), day if outcome != "open" else None,
            )
        )  # fmt: skip
    if len(states) > 1 and chance.random() < 0.4:  # the state before the last is told last
        states[-1].at, states[-2].at = states[-2].at, states[-1].at
    created = chance.choice([None, FIRST + timedelta(max((days[0] - FIRST).days - chance.randrange(30), 0))])
    people = {person.name: person for person in world.people}
    last = max(states, key=lambda state: state.at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.history', 'off', true)")
        [deal] = build.deals(
            build.deal(
                stages[last.outcome],
                people[last.owner or ""],
                last.amount,
                closed_on=last.closed_on,
                created_on=created,
            )
        )
        cursor.execute("SELECT set_config('app.history', '', true)")
    OpportunityChange.objects.bulk_create(
        OpportunityChange(
            opportunity=deal, happened_on=state.on, recorded_at=state.at, stage=stages[state.outcome],
            outcome=state.outcome, amount=state.amount, currency="USD", closed_on=state.closed_on,
            owner=people[state.owner or ""],
        )
        for state in states
    )  # fmt: skip
    world.states[deal.pk], world.created[deal.pk] = states, created


def _step(world: World, deal: Opportunity, chance: random.Random) -> None:
    """The shares of a deal are replaced, taken away, worked out, changed, or get an overlay beside them."""
    what = chance.choice(["give", "give", "give", "take", "work out", "person", "overlay"])
    rows = Credit.objects.filter(opportunity=deal)
    if what == "overlay":
        if not rows.filter(role="overlay").exists():
            build.credit(deal, o=(chance.choice(world.people), "0.25", "overlay"))
        return
    if what == "person":
        for row in rows.order_by("pk")[:1]:
            Credit.objects.filter(pk=row.pk).update(person=chance.choice([*world.people, None]))
        return
    rows.delete()
    if what == "take":
        return
    shares = chance.choice([["1"], ["0.4", "0.6"], ["0.333333", "0.333333", "0.333334"]])
    who = chance.sample([*world.people, None], len(shares))
    origin = Credit.Origin.GIVEN if what == "give" else Credit.Origin.HAND_OVER
    Credit.objects.bulk_create(
        Credit(opportunity=deal, person=person, share=Decimal(share), origin=origin)
        for person, share in zip(who, shares, strict=True)
    )


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("metric", METRICS)
def test_amounts_of_people_follow_the_shares_of_the_day(world: World, metric: str, day: date) -> None:
    ours = build.table(build.ask(world.organization, metric, by="person", on=TODAY, as_of=day.isoformat()))
    theirs = {who: rounded(amount) for who, amount in world.credited(metric, day).items()}
    assert {who: value for who, value in ours.items() if value not in (None, "0.00")} == theirs


@pytest.mark.parametrize("day", DAYS)
def test_amounts_of_the_company_do_not_depend_on_who_shares(world: World, day: date) -> None:
    for metric in METRICS:
        whole = sum(world.credited(metric, day).values(), Fraction(0))
        assert build.figure(world.organization, metric, on=TODAY, as_of=day.isoformat()) == rounded(whole), metric


@pytest.mark.parametrize("day", DAYS)
def test_attainment_counts_the_shares_of_the_day_overlay_too(world: World, day: date) -> None:
    rows = build.ask(world.organization, "attainment", by="person", on=TODAY, as_of=day.isoformat())
    ours = {row.names["person"]: f"{row.figure.numerator:f}" for row in rows if row.figure.numerator}
    theirs = world.credited("revenue", day, overlay=True)
    assert ours == {who: rounded(amount) for who, amount in theirs.items() if who is not None}


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("metric", [*METRICS, "attainment"])
def test_the_rows_behind_a_figure_have_the_shares_of_the_day(world: World, metric: str, day: date) -> None:
    year = Period(FIRST, date(2018, 1, 1))
    name = "revenue" if metric == "attainment" else metric
    theirs = world.credited(name, day, overlay=metric == "attainment")
    for who in world.people:
        subject = Subject(who.name, who.pk)
        period = None if METRICS[name] == "open" else year
        rows = deals_counted(world.organization, CATALOGUE[metric], subject, period, on=TODAY, as_of=day)[0:500]
        assert rounded(sum((Fraction(row.amount or 0) for row in rows), Fraction(0))) == rounded(
            theirs.get(who.name, Fraction(0))
        ), who


def test_on_the_last_day_it_stands_as_it_is(world: World) -> None:
    for metric in METRICS:
        now = build.table(build.ask(world.organization, metric, by="person", on=TODAY))
        assert build.table(build.ask(world.organization, metric, by="person", on=TODAY, as_of=f"{TODAY}")) == now, (
            metric
        )


def test_former_shares_make_the_whole_at_every_moment(world: World) -> None:
    """What is kept are whole sets: at any moment those of a deal make 100 %."""
    rows: list[tuple[int | None, datetime | None, datetime, Decimal]] = []
    for former in FormerCredit.objects.exclude(role="overlay"):
        rows.append((former.opportunity_id, former.recorded_at, former.replaced_at, former.share))
    assert rows
    for credit in Credit.objects.exclude(role="overlay"):
        rows.append((credit.opportunity_id, credit.recorded_at, datetime.max.replace(tzinfo=UTC), credit.share))
    for deal_id, journal in world.journal.items():
        for moment, _parts in journal:
            known = [
                share for key, since, until, share in rows
                if key == deal_id and since is not None and since <= moment < until
            ]  # fmt: skip
            assert sum(known) in (0, 1)


# --- The table of the documentation ------------------------------------------------------------------------------------

COLUMNS = (date(2017, 1, 31), date(2017, 2, 28), date(2017, 3, 31))


@dataclass
class Case:
    told: date
    given: list[tuple[date, dict[str, str]]]
    shown: list[dict[str, str]]


ANN, BOTH, BOB = {"Ann": "100.00"}, {"Ann": "60.00", "Bob": "40.00"}, {"Bob": "100.00"}
SPLIT = {"Ann": "0.6", "Bob": "0.4"}
CASES = {
    "none": Case(date(2017, 1, 20), [], [ANN, ANN, ANN]),
    "given": Case(date(2017, 1, 20), [(date(2017, 2, 10), SPLIT)], [ANN, BOTH, BOTH]),
    "taken": Case(date(2017, 1, 20), [(date(2017, 2, 10), SPLIT), (date(2017, 3, 5), {})], [ANN, BOTH, ANN]),
    "late": Case(date(2017, 2, 3), [(date(2017, 2, 3), SPLIT)], [BOTH, BOTH, BOTH]),
    "before": Case(date(2017, 3, 1), [(date(2017, 3, 10), {"Bob": "1"})], [BOB, BOB, BOB]),
}


@pytest.mark.parametrize("name", CASES)
def test_the_table_of_the_documentation_is_what_the_product_shows(acme: Organization, name: str) -> None:
    case, people = CASES[name], {who: build.person(who) for who in ("Ann", "Bob")}
    won = date(2017, 1, 20)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.history', 'off', true)")
        [deal] = build.deals(build.deal(build.stages()["won"], people["Ann"], 100, closed_on=won))
        cursor.execute("SELECT set_config('app.history', '', true)")
    told = datetime.combine(case.told, time(9), UTC)
    days = [(date(2017, 1, 10), "open"), (won, "won")] if name == "late" else [(won, "won")]
    for day, outcome in days:  # the open deal of "late" was known before its close was told
        OpportunityChange.objects.create(
            opportunity=deal, happened_on=day, recorded_at=datetime.combine(day, time(9), UTC) if outcome == "open"
            else told, stage=deal.stage, outcome=outcome, amount=100, currency="USD", owner=people["Ann"],
            closed_on=won if outcome == "won" else None,
        )  # fmt: skip
    world = World(acme, list(people.values()))
    for day, shares in case.given:
        Credit.objects.all().delete()
        build.credit(deal, **{who: (people[who], share) for who, share in shares.items()})
        world.wrote(deal, datetime.combine(day, time(12), UTC))
    for day, expected in zip(COLUMNS, case.shown, strict=True):
        rows = build.table(build.ask(acme, "revenue", by="person", on=TODAY, as_of=day.isoformat()))
        assert {who: amount for who, amount in rows.items() if amount != "0.00"} == expected, day
