"""Leads and activities: every metric by every grouping equals a second calculation, and marks equal a rebuild."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from crm.models import Account, Activity, Lead, Opportunity
from metrics.models import ActivityRollup, DirtyBucket, LeadRollup
from metrics.selectors.parse import QuestionError
from metrics.services import rollups_recompute
from people.models import Organization, Person
from people.wall import tenant
from tests.metrics import build
from tests.metrics.oracle import Deal, Structure, period_of

ON = date(2018, 3, 1)
TYPES = ["call", "email", "meeting", "demo", "proposal", "other"]
Known = tuple[Organization, Structure]


def lead(number: int, **fields: Any) -> Lead:
    return Lead(source="test", external_id=f"l{number}", **fields)


def activity(number: int, day: date, **fields: Any) -> Activity:
    moment = datetime.combine(day, time(12), UTC)
    return Activity(source="test", external_id=f"a{number}", occurred_at=moment, occurred_on=day, **fields)


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Known]:
    """People who move between teams, with leads, activities and won deals that some of the activities were on."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = build.organization("happenings")
        with tenant(made.pk):
            _fill(random.Random(7))
            yield made, Structure()
        transaction.set_rollback(True)


def _fill(chance: random.Random) -> None:
    turn = date(2017, 9, 1)
    top = build.team("Top")
    north, south = build.team("North", top), build.team("South", top)
    people = [build.person(f"P{n}") for n in range(4)]
    build.seated(people[0], north, ends_before=turn)
    build.seated(people[0], south, starts_on=turn)
    build.seated(people[1], north)
    build.seated(people[2], south)
    accounts = [
        Account.objects.create(name=f"A{n}", name_key=f"a{n}", region=region, industry=industry)
        for n, (region, industry) in enumerate([("West", "Retail"), ("East", ""), ("", "Media")])
    ]
    who, whose = [*people, None], [*accounts, None]
    leads = []
    for n in range(300):
        created = None if n % 25 == 0 else date(2017, 6, 1) + timedelta(chance.randrange(270))
        converted = (created or ON) + timedelta(chance.randrange(-2, 120)) if chance.random() < 0.4 else None
        leads.append(
            lead(n, owner=chance.choice(who), account=chance.choice(whose), created_on=created,
                 lead_source=chance.choice(["web", "fair", ""]), stated_converted_on=converted, is_deleted=n % 40 == 1)
        )  # fmt: skip
    Lead.objects.bulk_create(leads)
    won = build.stages()["won"]
    deals = build.deals(
        *(
            build.deal(won, chance.choice(who), 1, closed_on=date(2017, 6, 1) + timedelta(n * 4), product=None)
            for n in range(60)
        )
    )
    Activity.objects.bulk_create(
        activity(n, date(2017, 6, 1) + timedelta(chance.randrange(270)), person=chance.choice(who),
                 account=chance.choice(whose), type=chance.choice(TYPES), is_deleted=n % 50 == 1,
                 opportunity=chance.choice([*deals, None]))
        for n in range(400)
    )  # fmt: skip


@dataclass(frozen=True)
class Fact:
    """A row with everything it can be told apart by."""

    person: str | None
    person_id: int | None
    day: date | None
    names: dict[str, str | None]
    row: Any


def facts(metric: str) -> list[Fact]:
    """What a metric looks at, dated as it says."""
    if metric == "activities":
        rows = Activity.objects.filter(is_deleted=False).select_related("person", "account")
        return [_fact(row, row.person, row.occurred_on, type=row.type) for row in rows]
    if metric == "touches_per_won":
        deals = Opportunity.objects.filter(is_deleted=False, outcome="won").select_related("owner", "account")
        return [_fact(row, row.owner, row.closed_on, source=row.lead_source or None) for row in deals]
    rows = Lead.objects.filter(is_deleted=False).select_related("owner", "account")
    found = [_fact(row, row.owner, row.created_on, source=row.lead_source or None) for row in rows]
    if metric == "lead_conversion_period":
        found += [
            _fact(("customer", row), row.owner, row.converted_on, source=row.lead_source or None)
            for row in rows
            if row.is_converted
        ]
    return found


def _fact(row: Any, person: Person | None, day: date | None, **names: str | None) -> Fact:
    account = (row[1] if isinstance(row, tuple) else row).account
    names = {
        **names,
        "person": person.name if person else None,
        "account": account.name if account else None,
        "region": (account.region or None) if account else None,
        "industry": (account.industry or None) if account else None,
    }
    return Fact(names["person"], person.pk if person else None, day, names, row)


def groups(fact: Fact, by: str, structure: Structure) -> list[tuple[str | None, ...]]:
    found: list[tuple[str | None, ...]] = [()]
    for each in filter(None, by.split(",")):
        if each == "team":
            deal = Deal("", None, fact.person_id, None, None, None, None, None, None, None, None, None, None)
            names: list[str | None] = list(structure.teams_of(deal, fact.day or date(9999, 12, 30)))
        elif each in fact.names:
            names = [fact.names[each]]
        else:
            names = [period_of(each, fact.day)] if fact.day else []
        found = [(*group, name) for group in found for name in names]
    return found


def within(days: int) -> Callable[[Lead], bool]:
    def became(row: Lead) -> bool:
        known = row.is_converted and row.converted_on is not None and row.created_on is not None
        return bool(known and (row.converted_on - row.created_on).days <= days)  # type: ignore[operator]

    return became


def value(metric: str, some: list[Fact]) -> str | None:
    rows = [fact.row for fact in some]
    if metric in ("lead_count", "activities"):
        return str(len(rows))
    if metric == "touches_per_won":
        touches = [
            Activity.objects.filter(opportunity=row, is_deleted=False, occurred_on__lte=row.closed_on).count()
            for row in rows
        ]
        return _ratio(sum(touches), len(rows), 4)
    if metric == "lead_conversion_period":
        customers = sum(isinstance(row, tuple) for row in rows)
        return _ratio(customers, len(rows) - customers, 6)
    became = within(int(metric.split("_")[2])) if metric.count("_") == 2 else (lambda row: row.is_converted)
    return _ratio(sum(map(became, rows)), len(rows), 6)


def _ratio(top: int, bottom: int, digits: int) -> str | None:
    if not bottom:
        return None
    exact = Fraction(top, bottom) * 10**digits
    rounded = int(exact + Fraction(1, 2))
    return f"{Decimal(rounded).scaleb(-digits):f}"


METRICS = [
    "lead_count", "lead_conversion", "lead_conversion_30", "lead_conversion_60", "lead_conversion_90",
    "lead_conversion_period", "activities", "touches_per_won",
]  # fmt: skip
GROUPINGS = ["", "person", "team", "month", "quarter", "week", "region", "account", "team,month", "person,industry"]


@pytest.mark.parametrize("by", GROUPINGS)
@pytest.mark.parametrize("metric", METRICS)
def test_the_figure_equals_the_oracle_s(company: Known, metric: str, by: str) -> None:
    _like_the_oracle(company, metric, by)


@pytest.mark.parametrize(
    ("metric", "by"),
    [
        *((name, "source") for name in METRICS[:6]),
        ("lead_conversion", "source,month"),
        ("activities", "type"),
        ("activities", "type,team"),
        ("activities", "type,region"),
    ],
)
def test_so_it_does_by_what_only_some_facts_have(company: Known, metric: str, by: str) -> None:
    _like_the_oracle(company, metric, by)


def _like_the_oracle(company: Known, metric: str, by: str) -> None:
    organization, structure = company
    ours = {
        tuple(row.names.values()): None if row.figure.value is None else f"{row.figure.value:f}"
        for row in build.ask(organization, metric, by=by, on=ON)
    }
    theirs: dict[tuple[str | None, ...], list[Fact]] = {group: [] for group in ours}
    for fact in facts(metric):
        for group in groups(fact, by, structure):
            theirs.setdefault(group, []).append(fact)
    assert ours == {group: value(metric, some) for group, some in theirs.items()}


@pytest.mark.parametrize(
    "filters", [["type=call"], ["type=email", "team=South"], ["region=west", "type=demo"], ["person=P1"]]
)
def test_activities_are_filtered_by_type_and_whose(company: Known, filters: list[str]) -> None:
    organization, structure = company
    kept = [
        fact
        for fact in facts("activities")
        if all(
            any((name or "").casefold() == wanted.casefold() for (name,) in groups(fact, key, structure))
            for key, wanted in (each.split("=") for each in filters)
        )
    ]
    assert build.figure(organization, "activities", filters=filters, on=ON) == str(len(kept))


@pytest.mark.parametrize("days", [30, 60, 90])
def test_young_cohorts_are_told(company: Known, days: int) -> None:
    organization, _ = company
    [row] = build.ask(organization, f"lead_conversion_{days}", on=ON)
    young = [fact for fact in facts("lead_count") if fact.day and (ON - fact.day).days < days]
    assert {(note.code, note.count) for note in row.figure.notes} == {(f"young_{days}", len(young))}
    [old] = build.ask(organization, f"lead_conversion_{days}", on=ON, ends_before="2017-11-01")
    assert old.figure.notes == ()


@pytest.mark.parametrize(
    ("metric", "asked"),
    [
        ("activities", {"by": "stage"}),
        ("lead_conversion", {"filters": ["type=call"]}),
        ("activities", {"by": "product"}),
    ],
)
def test_what_the_facts_do_not_know_is_refused_with_what_they_do(acme: Organization, metric: str, asked: Any) -> None:
    with pytest.raises(QuestionError, match="it can by person, team"):
        build.ask(acme, metric, **asked)


@pytest.mark.parametrize("metric", ["lead_count", "lead_conversion", "activities"])
def test_without_any_facts_there_is_no_figure(acme: Organization, metric: str) -> None:
    [row] = build.ask(acme, metric)
    assert row.figure.value is None
    assert row.figure.notes


# --- Marks ------------------------------------------------------------------------------------------------------------

DAYS = st.one_of(st.none(), st.integers(0, 4).map(lambda n: date(2017, 1, 28) + timedelta(n)))
LEADS = st.fixed_dictionaries(
    {"owner": st.integers(0, 2), "created_on": DAYS, "stated_converted_on": DAYS, "is_deleted": st.booleans()}
)
ACTIVITIES = st.fixed_dictionaries(
    {"person": st.integers(0, 2), "occurred_on": st.integers(0, 3).map(lambda n: date(2017, 1, 28) + timedelta(n)),
     "type": st.sampled_from(TYPES), "is_deleted": st.booleans()}
)  # fmt: skip
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("lead"), st.lists(LEADS, min_size=1, max_size=3)),
        st.tuples(st.just("lead_changes"), st.integers(0, 9), LEADS),
        st.tuples(st.just("lead_goes"), st.integers(0, 9)),
        st.tuples(st.just("activity"), st.lists(ACTIVITIES, min_size=1, max_size=3)),
        st.tuples(st.just("activity_changes"), st.integers(0, 9), ACTIVITIES),
        st.tuples(st.just("activity_goes"), st.integers(0, 9)),
        st.tuples(st.just("recompute"), st.integers(1, 3)),
    ),
    max_size=10,
)


@pytest.fixture(scope="module")
def blocker(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> DjangoDbBlocker:
    return django_db_blocker


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_incremental_equals_full(blocker: DjangoDbBlocker, steps: list[tuple[Any, ...]]) -> None:
    with blocker.unblock(), transaction.atomic():
        organization = build.organization("steps")
        with tenant(organization.pk):
            people = [None, build.person("P1"), build.person("P2")]
            for number, step in enumerate(steps):
                _take(organization, people, number, *step)
            rollups_recompute(organization_id=organization.pk, batch=2)
            incremental = _rollups()
            assert not DirtyBucket.objects.exists()
            rollups_recompute(organization_id=organization.pk, is_full=True)
            assert incremental == _rollups()
        transaction.set_rollback(True)


def _take(organization: Organization, people: list[Person | None], number: int, kind: str, *more: Any) -> None:
    if kind == "recompute":
        rollups_recompute(organization_id=organization.pk, batch=more[0])
        return
    model: Any = Lead if kind.startswith("lead") else Activity
    if kind in ("lead", "activity"):
        made = [_row(kind, f"{number}-{n}", people, fields) for n, fields in enumerate(more[0])]
        model.objects.bulk_create(made)
        return
    ids = list(model.objects.order_by("id").values_list("id", flat=True))
    some = model.objects.filter(pk=ids[more[0] % len(ids)] if ids else 0)
    if kind.endswith("goes"):
        some.delete()
    else:
        who = "owner" if model is Lead else "person"
        some.update(**{**more[1], who: people[more[1][who]]})


def _row(kind: str, key: str, people: list[Person | None], fields: dict[str, Any]) -> Any:
    who = "owner" if kind == "lead" else "person"
    values = {**fields, who: people[fields[who]]}
    if kind == "lead":
        return Lead(source="s", external_id=key, **values)
    return Activity(source="s", external_id=key, occurred_at=datetime(2017, 1, 28, tzinfo=UTC), **values)


def _rollups() -> list[list[str]]:
    return [
        sorted(str(sorted(row.items())) for row in model.objects.values()) for model in (LeadRollup, ActivityRollup)
    ]


def test_a_won_deal_makes_its_lead_s_days_due(acme: Organization) -> None:
    stages = build.stages()
    Lead.objects.create(source="test", external_id="L", created_on=date(2017, 1, 2))
    rollups_recompute(organization_id=acme.pk)
    build.deals(build.deal(stages["won"], None, 5, closed_on=date(2017, 2, 3), lead_text="L"))
    assert set(DirtyBucket.objects.filter(family="leads").values_list("day", flat=True)) >= {
        date(2017, 1, 2),
        date(2017, 2, 3),
    }
    assert build.figure(acme, "lead_conversion") == "1.000000"


def test_texts_of_a_lead_and_of_an_activity_make_nothing_due(acme: Organization) -> None:
    Lead.objects.create(source="test", external_id="L", created_on=date(2017, 1, 2))
    Activity.objects.bulk_create([activity(1, date(2017, 1, 2), type="call")])
    rollups_recompute(organization_id=acme.pk)
    Lead.objects.update(name="Other", owner_text="x")
    Activity.objects.update(subject="Other")
    assert not DirtyBucket.objects.exists()
