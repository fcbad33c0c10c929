"""Attainment and pace against a second calculation that goes day by day, and the rules that are easy to get wrong."""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from types import SimpleNamespace

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from crm.models import Opportunity, Quota
from metrics.models import DataVersion
from people.models import Organization, Person
from people.wall import tenant
from tests.metrics import build, oracle

ON = date(2017, 5, 20)
GROUPINGS = ["", "person", "team", "quarter", "month", "person,quarter", "team,month", "person,team,quarter"]
METRICS = ["quota", "attainment", "pace", "pace_attainment", "team_quota", "team_attainment"]
FIRST, LAST = date(2017, 1, 1), date(2018, 1, 1)
Parts = dict[str, Fraction]


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Organization]:
    """A year in which people move between teams, quotas have gaps, teams have quotas of their own."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = build.organization("quotas")
        with tenant(made.pk):
            _fill(random.Random(7))
            yield made
        transaction.set_rollback(True)


def _fill(chance: random.Random) -> None:
    turn = date(2017, 4, 12)
    top = build.team("Top")
    north, south = build.team("North", top), build.team("South", top)
    moved = build.team("Moved", north, ends_before=turn)
    moved.placements.create(team=moved, parent=south, starts_on=turn)
    people = [build.person(f"P{n}") for n in range(5)]
    build.seated(people[0], north, ends_before=turn)
    build.seated(people[0], south, starts_on=turn)
    build.seated(people[1], north, role="manager")
    build.seated(people[2], moved)
    build.seated(people[3], south, starts_on=date(2017, 2, 1), ends_before=date(2017, 11, 5))
    for who in people[:4]:
        start = FIRST + timedelta(chance.randrange(40))
        while start < date(2017, 10, 1):
            end = start + timedelta(chance.randrange(20, 100))
            build.quota(who, chance.randrange(1, 900_000) / Decimal(8), start, end)
            start = end + timedelta(chance.choice([0, 0, 9]))
    build.quota(south, 70_000, date(2017, 2, 10), date(2017, 8, 1))
    build.quota(top, 300_000, date(2017, 3, 1), date(2018, 1, 1))
    build.quota(top, 20_000, date(2017, 2, 1), date(2017, 3, 1), currency="XAF", converted_amount=None)
    won = build.stages()["won"]
    build.deals(
        *(
            build.deal(
                won,
                chance.choice([*people, None]),
                Decimal(chance.randrange(0, 400000)) / Decimal(16),
                closed_on=FIRST + timedelta(chance.randrange(364)),
            )
            for _ in range(250)
        )
    )


def by_the_day(by: str) -> dict[tuple[str | None, ...], Parts]:
    """Parts per group, one day and person at a time."""
    structure, found = oracle.Structure(), defaultdict[tuple[str | None, ...], Parts](lambda: defaultdict(Fraction))
    people = {who.pk: who.name for who in Person.objects.all()}
    quotas = list(Quota.objects.select_related("team").exclude(converted_amount=None))
    sold: dict[tuple[int | None, date], Fraction] = defaultdict(Fraction)
    for deal in Opportunity.objects.all():
        assert deal.closed_on and deal.converted_amount is not None
        sold[deal.owner_id, deal.closed_on] += Fraction(deal.converted_amount)
    for day in (FIRST + timedelta(n) for n in range((LAST - FIRST).days)):
        for quota in quotas:
            if quota.starts_on <= day < quota.ends_before:
                share = Fraction(quota.converted_amount or 0) / (quota.ends_before - quota.starts_on).days
                _add(found, by, day, quota, share, people, structure, sold)
    return found


def _teams(person_id: int | None, day: date, structure: oracle.Structure) -> list[str]:
    return structure.teams_of(SimpleNamespace(owner_id=person_id), day)  # type: ignore[arg-type]


def _add(
    found: dict[tuple[str | None, ...], Parts],
    by: str,
    day: date,
    quota: Quota,
    share: Fraction,
    people: dict[int, str],
    structure: oracle.Structure,
    sold: dict[tuple[int | None, date], Fraction],
) -> None:
    words = [each for each in by.split(",") if each]
    if quota.person_id:
        teams = _teams(quota.person_id, day, structure)
        for team in teams if "team" in words else [""]:
            names = {"person": people[quota.person_id], "team": team}
            group = tuple(names.get(each) or oracle.period_of(each, day) for each in words)
            found[group]["quota"] += share
            found[group]["due"] += share if day <= ON else 0
            found[group]["attained"] += sold[quota.person_id, day]
    elif "person" not in words:
        assert quota.team
        if "team" not in words:
            return
        group = tuple(quota.team.name if each == "team" else oracle.period_of(each, day) for each in words)
        found[group]["team_quota"] += share
        below = [who for who in people if quota.team.name in _teams(who, day, structure)]
        found[group]["team_attained"] += sum(sold[who, day] for who in below)


def figure(metric: str, parts: Parts) -> str | None:
    if metric in ("quota", "team_quota"):
        return f"{_rounded(parts[metric], 2)}" if parts[metric] else None
    top, bottom = {
        "attainment": ("attained", "quota"),
        "pace": ("due", "quota"),
        "pace_attainment": ("attained", "due"),
        "team_attainment": ("team_attained", "team_quota"),
    }[metric]
    return f"{_rounded(parts[top] / parts[bottom], 6)}" if parts[bottom] else None


def _rounded(value: Fraction, digits: int) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


# the company's team quota is that of the highest teams: a test of its own
CASES = [(metric, by) for metric in METRICS for by in GROUPINGS if not metric.startswith("team") or "team" in by]


@pytest.mark.parametrize(("metric", "by"), CASES)
def test_the_figure_equals_the_one_counted_day_by_day(company: Organization, metric: str, by: str) -> None:
    rows = build.ask(company, metric, by=by, starts_on="2017-01-01", ends_before="2018-01-01", on=ON)
    ours = {tuple(row.names.values()): f"{row.figure.value:f}" for row in rows if row.figure.value is not None}
    theirs = {group: value for group, parts in by_the_day(by).items() if (value := figure(metric, parts)) is not None}
    assert ours == theirs


def test_the_company_adds_the_highest_teams_that_have_a_quota(acme: Organization) -> None:
    top = build.team("Top")
    build.quota(top, 900, date(2017, 1, 1), date(2018, 1, 1))
    build.quota(build.team("North", top), 500, date(2017, 1, 1), date(2018, 1, 1))
    build.quota(build.team("Beside"), 100, date(2017, 1, 1), date(2018, 1, 1))
    assert build.figure(acme, "team_quota") == "1000.00"


def test_bookings_on_days_without_a_quota_count_on_neither_side(acme: Organization) -> None:
    ann, won = build.person("Ann"), build.stages()["won"]
    build.quota(ann, 100, date(2017, 4, 1), date(2017, 7, 1))
    build.deals(*(build.deal(won, ann, 50, closed_on=date(2017, month, 10)) for month in (3, 4, 8)))
    assert build.figure(acme, "attainment") == "0.500000"


def test_somebody_who_moves_takes_the_rest_of_the_quota_along(acme: Organization) -> None:
    ann, north, south = build.person("Ann"), build.team("North"), build.team("South")
    build.seated(ann, north, ends_before=date(2017, 4, 11))
    build.seated(ann, south, starts_on=date(2017, 4, 11))
    build.quota(ann, 300, date(2017, 4, 1), date(2017, 5, 1))
    assert build.table(build.ask(acme, "quota", by="team")) == {"North": "100.00", "South": "200.00"}


def test_a_quota_without_an_exchange_rate_leaves_both_sides_and_is_told(acme: Organization) -> None:
    ann, won = build.person("Ann"), build.stages()["won"]
    build.quota(ann, 100, date(2017, 1, 1), date(2017, 4, 1), currency="EUR", converted_amount=None)
    build.quota(ann, 100, date(2017, 4, 1), date(2017, 7, 1))
    build.deals(*(build.deal(won, ann, 60, closed_on=date(2017, month, 10)) for month in (3, 4)))
    [row] = build.ask(acme, "attainment")
    assert (f"{row.figure.value}", row.figure.notes[0].code) == ("0.600000", "quota_without_rate")


def test_by_product_there_is_no_attainment(acme: Organization) -> None:
    ann, won, gtx = build.person("Ann"), build.stages()["won"], build.product("GTX")
    build.quota(ann, 100, date(2017, 1, 1), date(2018, 1, 1))
    build.deals(build.deal(won, ann, 60, closed_on=date(2017, 3, 1), product=gtx))
    assert build.table(build.ask(acme, "attainment", by="product")) == {"GTX": None}
    assert build.figure(acme, "attainment", filters=["product=GTX"]) is None


def test_a_changed_quota_counts_the_version_up(acme: Organization) -> None:
    ann = build.person("Ann")
    build.figure(acme, "attainment")
    before = DataVersion.objects.get().version
    build.quota(ann, 100, date(2017, 1, 1), date(2018, 1, 1))
    assert build.figure(acme, "quota") == "100.00"
    assert DataVersion.objects.get().version > before


@given(
    amount=st.decimals(0, 10**9, places=2),
    length=st.integers(1, 400),
    cuts=st.lists(st.integers(0, 400), max_size=5),
)
def test_the_parts_of_a_period_add_up_to_the_whole(amount: Decimal, length: int, cuts: list[int]) -> None:
    """The rule itself, in exact fractions: days of the parts over the days of the whole."""
    ends = sorted({0, length, *(cut for cut in cuts if cut < length)})
    parts = [Fraction(amount) * (last - first) / length for first, last in pairwise(ends)]
    assert sum(parts) == Fraction(amount)


def test_months_of_a_quarter_add_up_to_its_quota(acme: Organization) -> None:
    ann = build.person("Ann")
    build.quota(ann, "1000.01", date(2017, 1, 1), date(2017, 4, 1))
    months = build.ask(acme, "quota", by="month")
    assert sum(row.figure.value or 0 for row in months) == Decimal("1000.01")
