"""Every metric by every grouping against a second, independently written calculation over the same rows."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from crm.models import Account
from metrics.catalogue import CATALOGUE, activities, leads, quotas, upkeep
from people.models import Organization
from people.wall import tenant
from tests.metrics import build, oracle

# test_quotas.py, test_happenings.py and test_upkeep.py have their second calculation
ELSEWHERE = (*quotas.METRICS, *leads.METRICS, *activities.METRICS, *upkeep.METRICS)
OTHERS = {"revenue_to_date", *(metric.name for metric in ELSEWHERE)}
METRICS = [name for name in CATALOGUE if name not in OTHERS]
GROUPINGS = [
    "",
    "person",
    "team",
    "product",
    "day",
    "week",
    "month",
    "quarter",
    "year",
    "person,quarter",
    "team,month",
    "team,product",
    "person,product",
    "product,quarter",
    "person,team,quarter",
    "account",
    "region",
    "industry",
    "source",
    "region,month",
    "team,region",
    "person,source",
    "source,product,quarter",
    "team,account,quarter",
]
ON = date(2017, 9, 1)
Known = tuple[Organization, list[oracle.Deal], oracle.Structure]


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Known]:
    """Two years of a company in which people move, teams are reorganized, and every trap occurs."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = build.organization("oracle")
        with tenant(made.pk):
            _fill(random.Random(20171))
            yield made, oracle.read(made), oracle.Structure()
        transaction.set_rollback(True)


def _fill(chance: random.Random) -> None:
    turn = date(2017, 3, 15)
    top = build.team("Top")
    north, south = build.team("North", top), build.team("South", top)
    moved = build.team("Moved", north, ends_before=turn)
    moved.placements.create(team=moved, parent=south, starts_on=turn)
    people = [build.person(f"P{n}") for n in range(7)]
    build.seated(people[0], north, ends_before=turn)
    build.seated(people[0], south, starts_on=turn)
    for who, where in ((1, north), (2, moved), (3, moved), (4, south)):
        build.seated(people[who], where, ends_before=date(2017, 12, 1) if who == 4 else date(9999, 12, 31))
    stages = build.stages(likely=Decimal("0.75"), unlikely=Decimal("0.1"))
    products = [build.product(name) for name in ("GTX", "MG")]
    accounts = [
        Account.objects.create(name=f"A{n}", name_key=f"a{n}", region=region, industry=industry)
        for n, (region, industry) in enumerate([("West", "Retail"), ("West", ""), ("East", "Retail"), ("", "Media")])
    ]
    made = []
    for n in range(500):
        stage = chance.choice([*stages.values(), stages["won"], stages["lost"]])
        created = date(2016, 1, 1) + timedelta(chance.randrange(700))
        closed = created + timedelta(chance.randrange(-3, 120))
        if stage.outcome == "open" and chance.random() < 0.2:
            closed = None
        amount = None if chance.random() < 0.15 else Decimal(chance.randrange(0, 400000)) / Decimal(16)
        made.append(
            build.deal(
                stage,
                chance.choice([*people[:6], None]),
                amount,
                product=chance.choice([*products, None]),
                created_on=created if chance.random() < 0.8 else None,
                engaged_on=created + timedelta(chance.randrange(20)) if chance.random() < 0.6 else None,
                closed_on=closed,
                probability=Decimal("0.33") if chance.random() < 0.2 else None,
                is_deleted=n % 50 == 0,
                account=chance.choice([*accounts, None]),
                lead_source=chance.choice(["Web", "Event", ""]),
            )
        )
    build.deals(*made)


@pytest.mark.parametrize("by", GROUPINGS)
@pytest.mark.parametrize("metric", METRICS)
def test_the_figure_equals_the_oracle_s(company: Known, metric: str, by: str) -> None:
    organization, deals, structure = company
    ours = {
        tuple(row.names.values()): None if row.figure.value is None else f"{row.figure.value:f}"
        for row in build.ask(organization, metric, by=by, on=ON)
    }
    theirs: dict[tuple[str | None, ...], list[oracle.Deal]] = {group: [] for group in ours}
    for deal in oracle.counted(metric, deals):
        for group in oracle.groups(metric, by, deal, ON, structure):
            theirs.setdefault(group, []).append(deal)
    assert ours == {group: oracle.value(metric, some) for group, some in theirs.items()}


@pytest.mark.parametrize("metric", ["revenue", "cycle_days_p90", "win_rate", "pipeline_open"])
@pytest.mark.parametrize(
    "filters",
    [
        ["team=South"],
        ["person=P0"],
        ["product=MG"],
        ["team=North", "product=GTX"],
        ["region=west"],
        ["source="],
        ["account=A1", "team=North"],
        ["industry=Retail", "person=P1", "product=MG"],
    ],
)
def test_filters_keep_what_the_oracle_keeps(company: Known, metric: str, filters: list[str]) -> None:
    organization, deals, structure = company
    [row] = build.ask(organization, metric, filters=filters, starts_on="2017-01-01", ends_before="2017-10-01", on=ON)
    kept = [
        deal
        for deal in oracle.counted(metric, deals)
        if deal.closed_on
        and date(2017, 1, 1) <= deal.closed_on < date(2017, 10, 1)
        and all(
            _named(value) in {_named(name) for (name,) in oracle.groups(metric, key, deal, ON, structure)}
            for key, value in (each.split("=") for each in filters)
        )
    ]
    assert (None if row.figure.value is None else f"{row.figure.value:f}") == oracle.value(metric, kept)


def _named(value: str | None) -> str:
    return (value or "").casefold()


def test_a_team_is_the_sum_of_its_people_whoever_they_were(
    company: Known,
) -> None:
    organization, _, _ = company
    teams = build.table(build.ask(organization, "won_count", by="team"))
    people = build.table(build.ask(organization, "won_count", by="person,team"))
    for name, total in teams.items():
        assert int(total) == sum(int(count) for (_, team), count in people.items() if team == name)


def test_the_year_to_date_adds_up_the_months_of_the_fiscal_year(
    company: Known,
) -> None:
    organization, _, _ = company
    organization.fiscal_year_start = 4
    months = build.ask(
        organization, "revenue,revenue_to_date", by="month", starts_on="2016-01-01", ends_before="2017-06-01"
    )
    plain = {str(row.names["month"]): row.figure.value for row in months if row.metric.name == "revenue"}
    running = {str(row.names["month"]): row.figure.value for row in months if row.metric.name == "revenue_to_date"}
    assert running["2016-06"] == sum(plain[f"2016-0{n}"] or 0 for n in (4, 5, 6))
    assert running["2017-04"] == plain["2017-04"]
    [total] = build.ask(organization, "revenue_to_date", ends_before="2016-08-01")
    assert total.figure.value == running["2016-07"]
    organization.fiscal_year_start = 1
