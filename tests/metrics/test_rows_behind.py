"""The rows behind a figure make the figure: split deals by everybody's share, of people, teams and the company."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from crm.models import Credit, Opportunity, Quota
from kernel.period import Period
from metrics.catalogue import CATALOGUE
from metrics.engine.definitions import Simple
from metrics.selectors.behind import deals_counted
from metrics.selectors.subject import Subject
from tests.api.calls import program
from tests.cast import Cast
from tests.metrics import build
from tests.metrics.numbers import make_deals, recompute, shown

ON = date(2026, 5, 1)
QUARTER = Period(date(2026, 1, 1), date(2026, 4, 1))


@dataclass
class Split:
    cast: Cast
    deal: Opportunity

    def rows(self, metric: str, subject: Subject, period: Period | None = QUARTER) -> list[Any]:
        found = deals_counted(self.cast.organization, CATALOGUE[metric], subject, period, on=ON)
        rows = found[:100]
        assert len(rows) == found.count()
        return rows

    def value(self, metric: str, subject: Subject) -> Decimal:
        filters = [f"person=id:{subject.person_id}"] if subject.person_id else []
        filters += [f"team={subject.name}"] if subject.team_id else []
        [row] = build.ask(
            self.cast.organization, metric, starts_on="2026-01-01", ends_before="2026-04-01", filters=filters, on=ON
        )
        return row.figure.value or Decimal(0)


@pytest.fixture
def split(cast: Cast) -> Iterator[Split]:
    """Alice's deal of 3,000: 60 % Alice, 30 % Carol of another team, 10 % the house; Bob has 50 % overlay."""
    make_deals(cast)
    deal = Opportunity.objects.get(name="Deal 2")
    shares = [
        (cast.alice, "0.6", "owner"),
        (cast.carol, "0.3", "split"),
        (None, "0.1", "split"),
        (cast.bob, "0.5", "overlay"),
    ]
    Credit.objects.bulk_create(
        [Credit(opportunity=deal, person=who, share=Decimal(share), role=role) for who, share, role in shares]
    )
    recompute(cast)
    yield Split(cast, deal)


def subjects(cast: Cast) -> list[Subject]:
    people = [Subject(each.name, each.pk) for each in (cast.alice, cast.bob, cast.carol)]
    teams = [Subject(each.name, team_id=each.pk) for each in (cast.north, cast.south)]
    return [*people, *teams, Subject("Acme")]


SUMS = [
    name
    for name, metric in CATALOGUE.items()
    if isinstance(metric.kind, Simple) and metric.unit in ("money", "count") and name not in ("quota", "team_quota")
    and metric.basis in ("closed", "created", "due") and "median" not in name
    and name not in ("without_next_step", "stale_deals")  # not defined here; tests/metrics/test_upkeep.py
]  # fmt: skip


@pytest.mark.parametrize("metric", SUMS)
def test_the_rows_add_up_to_the_figure(split: Split, metric: str) -> None:
    for subject in subjects(split.cast):
        rows, value = split.rows(metric, subject), split.value(metric, subject)
        if CATALOGUE[metric].unit == "count":
            assert len(rows) == value, subject.name
        else:
            assert sum((row.amount for row in rows if row.amount is not None), Decimal(0)) == value, subject.name


def test_everybody_s_share_of_a_split_deal_stands_by_itself(split: Split) -> None:
    company = [row for row in split.rows("revenue", Subject("Acme")) if row.deal == split.deal]
    told = {row.person.name if row.person else None: (row.amount, row.share) for row in company}
    assert told == {
        "Alice Ames": (Decimal(1800), Decimal("0.6")),
        "Carol Cole": (Decimal(900), Decimal("0.3")),
        None: (Decimal(300), Decimal("0.1")),
    }
    won = [row for row in split.rows("won_count", Subject("Acme")) if row.deal == split.deal]
    assert [(row.person, row.amount) for row in won] == [(split.cast.alice, Decimal(3000))]


def test_attainment_counts_credits_on_days_with_a_quota_and_overlay_for_the_person(split: Split) -> None:
    cast = split.cast
    march = {"starts_on": date(2026, 3, 1), "ends_before": date(2026, 4, 1)}
    for who in (cast.alice, cast.bob):
        Quota.objects.create(person=who, amount=1000, currency="USD", converted_amount=1000, **march)
    alice, bob = Subject("Alice Ames", cast.alice.pk), Subject("Bob Brand", cast.bob.pk)
    assert [(row.deal, row.amount) for row in split.rows("attainment", alice)] == [(split.deal, Decimal(1800))]
    assert [(row.deal, row.amount) for row in split.rows("attainment", bob)] == [(split.deal, Decimal(1500))]
    north = Subject("North", team_id=cast.north.pk)
    assert sum(row.amount for row in split.rows("attainment", north)) == 1800


def test_the_drawer_says_whose_share_of_what_it_is(split: Split) -> None:
    cast = split.cast
    answer = cast.client("carol").get("/why/", {"metric": "revenue", "person": cast.carol.pk, "period": "2026Q1"})
    assert shown(answer)["why"] == "$10,900"
    [row] = [row for row in answer.context["page"].rows.rows if row.cells[0].text == "Deal 2"]
    assert (row.cells[2].value, row.cells[2].detail) == (Decimal(900), "30.0% of $3,000")
    assert row.cells[0].href == "", "the deal itself is Alice's, and not open to Carol"
    everybody = cast.client("erin").get("/why/", {"metric": "revenue", "period": "2026Q1"}).context["page"].rows
    assert {row.cells[1].text for row in everybody.rows if row.cells[0].text == "Deal 2"} == {
        "Alice Ames",
        "Carol Cole",
        "Nobody",
    }


def test_the_api_gives_the_shares_and_only_the_deals_in_sight(split: Split) -> None:
    cast = split.cast
    found = program(cast, "carol").get(
        f"/api/v1/metrics/why?metric=revenue&person={cast.carol.pk}&from=2026-01-01&to=2026-04-01"
    )
    rows = {row["deal"]: row for row in found.json()["rows"]}
    assert (rows[split.deal.pk]["amount"], rows[split.deal.pk]["share"]) == ("900", "0.3")
    assert split.deal.pk not in {deal["id"] for deal in found.json()["deals"]}
    assert len(found.json()["deals"]) == 2


@pytest.mark.parametrize("metric", ["lead_conversion", "activities", "attainment", "pace", "quota", "touches_per_won"])
def test_the_api_says_why_of_every_kind_of_fact(split: Split, metric: str) -> None:
    answer = program(split.cast, "ada").get(f"/api/v1/metrics/why?metric={metric}")
    assert answer.status_code == 200, answer.content
    assert answer.json().keys() >= {"rows", "deals", "leads", "activities", "next"}


def test_a_past_day_is_asked_of_the_api_too(split: Split) -> None:
    ada = program(split.cast, "ada")
    days = "from=2026-01-01&to=2026-04-01&as_of=2026-02-15"
    why = ada.get(f"/api/v1/metrics/why?metric=won_count&{days}").json()
    values = ada.get(f"/api/v1/metrics/values?metric=won_count&{days}").json()["rows"]
    assert why["value"] == values[0]["value"] == str(len(why["rows"])) == "4"
    assert ada.get("/api/v1/metrics/values?metric=revenue&as_of=2999-01-01").status_code == 400
