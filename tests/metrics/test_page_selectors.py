"""What pages read: peers, the attention list, the pipeline."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from metrics.selectors.attention import attention
from metrics.selectors.peers import peers_of
from metrics.selectors.pipeline import breakdown_by_product, pipeline_by_stage
from metrics.selectors.subject import (
    Chosen,
    Subject,
    access_company_numbers,
    access_person_numbers,
    access_team_numbers,
    chosen_period,
)
from metrics.services import rollups_recompute
from metrics.words import concern_text, concern_title
from people.models import Organization, Person, Team
from people.viewer import viewer_of_person
from tests.metrics import build

ON = date(2017, 11, 15)


@dataclass
class Company:
    organization: Organization
    chosen: Chosen
    west: Team
    alice: Person
    bob: Person
    carol: Person
    reps: list[Person]


@pytest.fixture
def company(acme: Organization) -> Iterator[Company]:
    """Bob leads West with Alice and five others; Carol is alone in East. Alice won much until autumn."""
    stages = build.stages(late=Decimal("0.5"))
    sales = build.team("Sales")
    west, east = build.team("West", sales), build.team("East", sales)
    alice, bob, carol = build.person("Alice"), build.person("Bob"), build.person("Carol")
    reps = [alice, *(build.person(f"Rep {n}") for n in range(5))]
    for rep in reps:
        build.seated(rep, west)
    build.seated(bob, west, role="manager")
    build.seated(carol, east)
    gtx = build.product("GTX")
    made = []
    for month in range(1, 12):
        for rep in reps:
            wins = 7 if rep is not alice or month < 10 else 1
            for n in range(8):
                stage = stages["won" if n < wins else "lost"]
                day = date(2017, month, 3)
                made.append(build.deal(stage, rep, 1000, closed_on=day, created_on=day - timedelta(40), product=gtx))
    made += [build.deal(stages["late"], alice, 500, closed_on=date(2017, 11, 1)) for _ in range(3)]
    made += [build.deal(stages["open"], carol, 700, closed_on=date(2017, 12, 1)), build.deal(stages["open"], carol)]
    build.deals(*made)
    rollups_recompute(organization_id=acme.pk)
    yield Company(acme, chosen_period(acme, on=ON), west, alice, bob, carol, reps)


def test_peers_are_the_reps_of_the_smallest_team_that_has_five_of_them(company: Company) -> None:
    everybody = sorted(rep.pk for rep in company.reps)
    team, people = peers_of(company.alice.pk, company.chosen) or ("", [])
    assert (team, sorted(people)) == ("West", everybody)
    team, people = peers_of(company.carol.pk, company.chosen) or ("", [])
    assert (team, sorted(people)) == ("Sales", sorted([*everybody, company.carol.pk]))


def test_nobody_is_compared_with_fewer_than_five_people(company: Company) -> None:
    for rep in company.reps[:3]:
        rep.holdings.all().delete()
    assert peers_of(company.carol.pk, company.chosen) is None


def test_attention_names_who_fell_behind_with_the_facts(company: Company) -> None:
    [alice] = attention(company.organization, Subject("West", team_id=company.west.pk), company.chosen)
    assert alice.subject.name == "Alice"
    assert {concern.code for concern in alice.concerns} == {"win_rate_down", "bookings_down", "past_due"}
    for concern in alice.concerns:
        assert concern_title(concern)
        assert concern_text(concern, "USD")


def test_the_pipeline_by_stage_has_every_open_stage(company: Company) -> None:
    rows = pipeline_by_stage(company.organization, Subject("Acme"), company.chosen)
    assert [(row.name, row.count, row.amount, row.without_amount, row.weighted_amount) for row in rows] == [
        ("open", 2, 700, 1, None),
        ("late", 3, 1500, 0, 750),
    ]
    assert (rows[1].past_due_count, rows[1].past_due_amount) == (3, 1500)
    west = Subject("West", team_id=company.west.pk)
    mine = pipeline_by_stage(company.organization, west, company.chosen)
    assert [row.count for row in mine] == [0, 3]


def test_products_of_a_team_and_of_the_company_are_the_same_sums(company: Company) -> None:
    everybody = breakdown_by_product(company.organization, Subject("Acme"), company.chosen)
    west = breakdown_by_product(company.organization, Subject("West", team_id=company.west.pk), company.chosen)
    found = [(row.metric.name, row.names["product"], row.figure.value) for row in everybody]
    assert found[0] == ("revenue", "GTX", 72000)
    assert found == [(row.metric.name, row.names["product"], row.figure.value) for row in west]


@pytest.mark.parametrize("reps", [0, 40])
def test_pages_ask_the_same_number_of_queries_whatever_the_size(company: Company, reps: int) -> None:
    for n in range(reps):
        build.seated(build.person(f"More {n}"), company.west)
    west = Subject("West", team_id=company.west.pk)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        attention(company.organization, west, company.chosen)
    assert len(asked) == 2


def test_numbers_are_open_to_the_person_the_managers_above_and_who_sees_everyone(company: Company) -> None:
    def viewer(who: Person):  # type: ignore[no-untyped-def]
        return viewer_of_person(who, organization=company.organization, on=ON)

    assert access_person_numbers(viewer(company.alice), company.alice.pk).name == "Alice"
    assert access_person_numbers(viewer(company.bob), company.alice.pk).name == "Alice"
    assert access_team_numbers(viewer(company.bob), company.west.pk).name == "West"
    with pytest.raises(Person.DoesNotExist):
        access_person_numbers(viewer(company.carol), company.alice.pk)
    with pytest.raises(Team.DoesNotExist):
        access_team_numbers(viewer(company.alice), company.west.pk)
    with pytest.raises(PermissionDenied):
        access_company_numbers(viewer(company.bob))
