"""Attainment counts at the plan rate of the day, where none is given at the dated one; every other figure at the dated one.

The second computation is one SQL statement over the facts, rates and quotas themselves, a day at a time.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from crm.intake.worth import worth_of_currencies
from crm.models import Credit, ExchangeRate, Opportunity, Quota, Stage
from metrics.engine.parts import Family
from metrics.models import DailyBreakdown, DailyRollup, DirtyBucket
from metrics.selectors.sums.looking_back import facts_then
from metrics.services import rollups_recompute
from people.models import Organization, Person
from people.wall import tenant
from tests.api.calls import program
from tests.cast import Cast
from tests.metrics import build

YEAR = (date(2017, 1, 1), date(2018, 1, 1))
MARCH = date(2017, 3, 10)

# (person, attained, quota) with one row per day: rates are joined by the days they hold, not looked up
SECOND = """
WITH days AS (SELECT d::date AS day FROM generate_series(DATE '2017-01-01', DATE '2017-12-31', '1 day') d),
dated AS (
    SELECT from_currency, rate, starts_on,
        lead(starts_on, 1, DATE '9999-01-01') OVER (PARTITION BY from_currency ORDER BY starts_on) AS ends_before
    FROM crm_exchangerate WHERE NOT is_plan
), by_day AS (
    SELECT DISTINCT ON (day, from_currency) day, from_currency AS currency, rate FROM (
        SELECT day, from_currency, rate, 1 AS place, d.starts_on FROM days JOIN dated d
            ON d.starts_on <= day AND day < d.ends_before
        UNION ALL
        SELECT day, from_currency, rate, 0, p.starts_on FROM days JOIN crm_exchangerate p
            ON p.is_plan AND day BETWEEN p.starts_on AND p.ends_before - 1
        UNION ALL
        SELECT day, 'USD', 1, 0, DATE '0001-01-01' FROM days
    ) r ORDER BY day, from_currency, place, starts_on DESC
), quotas AS (
    SELECT q.person_id, days.day, round(q.amount * first.rate, 6) / (q.ends_before - q.starts_on) AS a_day
    FROM crm_quota q JOIN days ON days.day >= q.starts_on AND days.day < q.ends_before
    JOIN by_day first ON first.currency = q.currency AND first.day = q.starts_on
), shares AS (
    SELECT o.id, o.owner_id AS person_id, 1::numeric AS share FROM crm_opportunity o
        WHERE NOT EXISTS (SELECT 1 FROM crm_credit c WHERE c.opportunity_id = o.id AND c.role <> 'overlay')
    UNION ALL SELECT opportunity_id, person_id, share FROM crm_credit
), sold AS (
    SELECT s.person_id, o.closed_on AS day, sum(s.share * round(o.amount * r.rate, 6)) AS amount
    FROM crm_opportunity o JOIN shares s USING (id) JOIN by_day r ON r.currency = o.currency AND r.day = o.closed_on
    WHERE o.outcome = 'won' GROUP BY 1, 2
)
SELECT p.name, round(coalesce(sum(sold.amount), 0), 2), round(sum(q.a_day), 2)
FROM quotas q JOIN people_person p ON p.id = q.person_id LEFT JOIN sold USING (person_id, day) GROUP BY 1
"""


def second() -> dict[str, tuple[Decimal, Decimal]]:
    with connection.cursor() as cursor:
        cursor.execute(SECOND)
        return {name: (attained, quota) for name, attained, quota in cursor.fetchall()}


def ours(organization: Organization) -> dict[str, tuple[Decimal | None, Decimal | None]]:
    rows = build.ask(organization, "attainment", by="person", starts_on="2017-01-01", ends_before="2018-01-01")
    return {
        str(row.names["person"]): (row.figure.numerator, row.figure.denominator)
        for row in rows
        if row.figure.denominator
    }


def rate(currency: str, day: date, value: str, until: date | None = None) -> ExchangeRate:
    made: ExchangeRate = ExchangeRate.objects.create(
        from_currency=currency, to_currency="USD", starts_on=day, rate=Decimal(value), is_plan=until is not None,
        ends_before=until,
    )  # fmt: skip
    worth_of_currencies([currency])
    return made


def foreign(owner: Person | None, amount: Any, currency: str = "EUR", day: date = MARCH) -> Opportunity:
    stage = Stage.objects.filter(name="won").first() or build.stages()["won"]
    deal = build.deal(stage, owner, amount, closed_on=day, created_on=day)
    deal.currency, deal.converted_amount = currency, Decimal(amount) if currency == "USD" else None
    [made] = build.deals(deal)
    worth_of_currencies([currency])
    return made


@pytest.fixture
def ann(acme: Organization) -> Person:
    who = build.person("Ann")
    build.quota(who, 1000, *YEAR)
    return who


def figures(organization: Organization, *names: str) -> list[str | None]:
    return [build.figure(organization, name) for name in names]


def test_attainment_counts_at_the_plan_rate_and_bookings_at_the_rate_of_the_day(
    acme: Organization, ann: Person
) -> None:
    rate("EUR", date(2017, 1, 1), "1.1")
    foreign(ann, 100)
    assert figures(acme, "revenue", "attainment") == ["110.00", "0.110000"]
    rate("EUR", date(2017, 1, 1), "1.25", YEAR[1])
    assert figures(acme, "revenue", "attainment", "deal_size_mean") == ["110.00", "0.125000", "110.0000"]


def test_a_plan_rate_ends_with_its_year_and_the_dated_one_counts_again(acme: Organization, ann: Person) -> None:
    rate("EUR", date(2016, 1, 1), "1.1")
    rate("EUR", date(2016, 1, 1), "2", date(2017, 1, 1))
    foreign(ann, 100)
    assert build.figure(acme, "attainment") == "0.110000"


def test_a_deal_that_only_a_plan_rate_converts_counts_for_the_quota_alone(acme: Organization, ann: Person) -> None:
    rate("EUR", *YEAR[:1], "1.5", YEAR[1])
    foreign(ann, 100)
    assert figures(acme, "revenue", "attainment") == [None, "0.150000"]


def test_shares_overlay_and_teams_count_at_the_plan_rate_too(acme: Organization, ann: Person) -> None:
    sue, north = build.person("Sue"), build.team("North")
    build.seated(ann, north)
    build.seated(sue, north)
    build.quota(sue, 100, *YEAR, is_overlay=True)
    build.quota(north, 500, *YEAR)
    rate("EUR", YEAR[0], "1")
    rate("EUR", YEAR[0], "2", YEAR[1])
    build.credit(foreign(ann, 100), a=(ann, "0.4", "owner"), house=(None, "0.6"), s=(sue, "0.5", "overlay"))
    assert build.table(build.ask(acme, "attainment", by="person")) == {"Ann": "0.080000", "Sue": "1.000000"}
    assert build.table(build.ask(acme, "attainment", by="team")) == {"North": "0.080000"}
    assert build.table(build.ask(acme, "team_attainment", by="team")) == {"North": "0.160000"}
    assert build.figure(acme, "revenue") == "100.00"


def test_a_quota_in_another_currency_counts_at_the_plan_rate_of_its_first_day(acme: Organization) -> None:
    ann = build.person("Ann")
    build.quota(ann, 1000, *YEAR, currency="EUR", converted_amount=None)
    rate("EUR", YEAR[0], "1.1")
    assert Quota.objects.get().converted_amount == 1100
    plan = rate("EUR", YEAR[0], "1.2", YEAR[1])
    assert Quota.objects.get().converted_amount == 1200
    plan.delete()
    worth_of_currencies(["EUR"])
    assert Quota.objects.get().converted_amount == 1100


def test_a_look_back_counts_at_the_plan_rate(acme: Organization, ann: Person) -> None:
    rate("EUR", YEAR[0], "1.1")
    rate("EUR", YEAR[0], "2", YEAR[1])
    deal = foreign(ann, 100)
    Opportunity.objects.filter(pk=deal.pk).update(amount=300, converted_amount=330, plan_amount=600)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT converted_amount, plan_amount FROM {facts_then(Family.DEALS, MARCH)}")
        assert cursor.fetchall() == [(Decimal(110), Decimal(200))]


# --- Whatever happens to deals and rates -------------------------------------------------------------------------------

DAYS = st.integers(0, 364).map(lambda n: YEAR[0] + timedelta(n))
CURRENCIES = st.sampled_from(["EUR", "GBP", "USD"])
FOREIGN = st.sampled_from(["EUR", "GBP"])
RATES = st.decimals("0.5", "2", places=4)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("deal"), st.integers(0, 2), st.decimals(0, 999, places=2), CURRENCIES, DAYS),
        st.tuples(st.just("rate"), FOREIGN, DAYS, RATES, st.one_of(st.none(), st.integers(1, 200))),
        st.tuples(st.just("gone"), st.integers(0, 9)),
        st.tuples(st.just("share"), st.integers(0, 9)),
        st.tuples(st.just("recompute")),
    ),
    max_size=14,
)


class World:
    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self.people = [build.person(f"P{n}") for n in range(3)]
        build.stages()
        for who, currency in zip(self.people, ("USD", "EUR", "GBP"), strict=True):
            build.quota(who, 1000, *YEAR, currency=currency, converted_amount=1000 if currency == "USD" else None)

    def take(self, name: str, *values: Any) -> None:
        getattr(self, name)(*values)

    def deal(self, owner: int, amount: Decimal, currency: str, day: date) -> None:
        foreign(self.people[owner], amount, currency, day)

    def rate(self, currency: str, day: date, value: Decimal, days: int | None) -> None:
        ExchangeRate.objects.filter(from_currency=currency, starts_on=day, is_plan=days is not None).delete()
        rate(currency, day, str(value), day + timedelta(days) if days else None)

    def gone(self, number: int) -> None:
        rates = list(ExchangeRate.objects.order_by("pk"))
        if rates:
            gone = rates[number % len(rates)]
            gone.delete()
            worth_of_currencies([gone.from_currency])

    def share(self, number: int) -> None:
        deals = list(Opportunity.objects.order_by("pk"))
        if deals:
            deal = deals[number % len(deals)]
            Credit.objects.filter(opportunity=deal).delete()
            build.credit(
                deal, a=(self.people[0], "0.3"), b=(self.people[1], "0.7"), c=(self.people[2], "0.5", "overlay")
            )

    def recompute(self) -> None:
        rollups_recompute(organization_id=self.organization.pk, batch=2)


def rollups() -> list[list[Any]]:
    return [sorted(DailyRollup.objects.values(), key=str), sorted(DailyBreakdown.objects.values(), key=str)]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=STEPS)
def test_incremental_equals_full_equals_the_statement(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, steps: list[tuple[Any, ...]]
) -> None:
    with django_db_blocker.unblock(), transaction.atomic():
        organization = build.organization("planned")
        with tenant(organization.pk):
            world = World(organization)
            for step in steps:
                world.take(*step)
            world.recompute()
            incremental = rollups()
            assert not DirtyBucket.objects.exists()
            assert ours(organization) == second()
            rollups_recompute(organization_id=organization.pk, is_full=True)
            assert incremental == rollups()
        transaction.set_rollback(True)


# --- Pages and API -----------------------------------------------------------------------------------------------------


@pytest.fixture
def euro(cast: Cast) -> Opportunity:
    """Alice's deal of 100 EUR with a rate of the day of 1.1, against a quota of 1,000."""
    Quota.objects.create(
        person=cast.alice, amount=1000, currency="USD", converted_amount=1000, starts_on=date(2026, 1, 1),
        ends_before=date(2027, 1, 1),
    )  # fmt: skip
    rate("EUR", date(2026, 1, 1), "1.1")
    return foreign(cast.alice, 100, day=date(2026, 5, 1))


ASKED = {"metric": "attainment", "period": "2026Q2"}


def test_the_drawer_says_which_rate_counts(cast: Cast, euro: Opportunity) -> None:
    rollups_recompute(organization_id=cast.organization.pk)
    asked = {**ASKED, "person": cast.alice.pk}
    page = cast.client("alice").get("/why/", asked)
    [row] = page.context["page"].rows.rows
    assert (row.cells[2].value, row.cells[2].detail) == (Decimal(110), "€100 at the rate of the day: no plan rate")
    assert "at the plan rate of their day" in page.context["page"].notes
    rate("EUR", date(2026, 1, 1), "1.5", date(2027, 1, 1))
    rollups_recompute(organization_id=cast.organization.pk)
    [row] = cast.client("alice").get("/why/", asked).context["page"].rows.rows
    assert (row.cells[2].value, row.cells[2].detail) == (Decimal(150), "€100 at the plan rate")
    [row] = cast.client("alice").get("/why/", {**asked, "metric": "revenue"}).context["page"].rows.rows
    assert (row.cells[2].value, row.cells[2].detail) == (Decimal(110), "")
    why = program(cast, "alice").get(
        f"/api/v1/metrics/why?metric=attainment&person={cast.alice.pk}&from=2026-04-01&to=2026-07-01"
    )
    [counted] = why.json()["rows"]
    assert (counted["amount"], counted["is_at_plan"], why.json()["numerator"]) == ("150", True, "150.00")


def test_operations_fixes_a_plan_rate_for_the_fiscal_year(
    cast: Cast, euro: Opportunity, sign_in: Callable[[str], Client]
) -> None:
    Organization.objects.filter(pk=cast.organization.pk).update(fiscal_year_start=4)
    values = {"from_currency": "EUR", "to_currency": "USD", "starts_on": "2026-04-01", "rate": "1.5", "is_plan": "plan"}
    client = sign_in("dana")
    assert client.post("/rates/add/", values).status_code == 302
    made = ExchangeRate.objects.get(is_plan=True)
    assert (made.starts_on, made.ends_before) == (date(2026, 4, 1), date(2027, 4, 1))
    assert ExchangeRate.objects.count() == 2
    euro.refresh_from_db()
    assert (euro.converted_amount, euro.plan_amount) == (Decimal(110), Decimal(150))
    assert "plan rate" in client.get("/rates/").content.decode()
    wrong = client.post("/rates/add/", {**values, "ends_before": "2026-04-01"})
    assert wrong.status_code == 422 and "The end must come after the start." in wrong.content.decode()
    rows = program(cast, "dana").get("/api/v1/rates?is_plan=true").json()["results"]
    assert [(row["rate"], row["ends_before"]) for row in rows] == [("1.5", "2027-04-01")]
    assert client.post(f"/rates/{made.pk}/delete/").status_code == 302
    euro.refresh_from_db()
    assert (euro.converted_amount, euro.plan_amount) == (Decimal(110), None)
