"""What pages read: figures with comparisons, the team table, the attention list, the pipeline."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from metrics.selectors.attention import attention
from metrics.selectors.figures import figures, series
from metrics.selectors.pipeline import breakdown_by_product, pipeline_by_stage
from metrics.selectors.subject import (
    Chosen,
    Subject,
    access_company_numbers,
    access_person_numbers,
    access_team_numbers,
    chosen_period,
)
from metrics.selectors.teams import team_table
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


def subject_of(who: Person) -> Subject:
    return Subject(who.name, person_id=who.pk)


def test_figures_compare_a_running_quarter_with_the_same_days_of_the_one_before(company: Company) -> None:
    assert company.chosen.label == "2017Q4"
    assert company.chosen.previous.ends_before == date(2017, 8, 16)
    [revenue] = figures(company.organization, subject_of(company.alice), company.chosen, ["revenue"])
    assert revenue.value.value == 2000
    assert revenue.previous is not None
    assert (revenue.previous.value.value, revenue.previous.is_noise) == (14000, False)
    assert revenue.last_year is not None
    assert revenue.last_year.value.value == 0
    assert [(point.label, point.value.value) for point in revenue.trend][-3:] == [
        ("2017Q2", 21000),
        ("2017Q3", 21000),
        ("2017Q4", 2000),
    ]
    assert len(revenue.trend) == 12


def test_peers_are_the_reps_of_the_smallest_team_that_has_five_of_them(company: Company) -> None:
    [rate] = figures(company.organization, subject_of(company.alice), company.chosen, ["win_rate"])
    assert rate.peers is not None
    assert (rate.peers.team, rate.peers.people, rate.peers.median) == ("West", 6, Decimal("0.875"))
    [alone] = figures(company.organization, subject_of(company.carol), company.chosen, ["revenue"])
    assert alone.peers is not None
    assert alone.peers.team == "Sales"


def test_no_comparison_is_shown_with_fewer_than_five_people(company: Company) -> None:
    [size] = figures(company.organization, subject_of(company.carol), company.chosen, ["pipeline_weighted"])
    assert size.peers is not None  # five reps of West have nothing open: zero is a figure
    Person.objects.filter(name__startswith="Rep").update(name="x")
    company.reps[0].holdings.all().delete()
    company.reps[1].holdings.all().delete()
    company.reps[2].holdings.all().delete()
    [size] = figures(company.organization, subject_of(company.carol), company.chosen, ["pipeline_weighted"])
    assert size.peers is None


def test_the_pipeline_is_shown_as_it_stands_now(company: Company) -> None:
    worth, likely = figures(
        company.organization, subject_of(company.carol), company.chosen, ["pipeline_open", "pipeline_weighted"]
    )
    assert (worth.value.value, [(note.code, note.count) for note in worth.value.notes]) == (
        Decimal("700"),
        [("without_amount", 1)],
    )
    assert likely.value.value is None
    assert worth.previous is None


def test_every_figure_leads_to_its_deals(company: Company) -> None:
    [rate] = figures(company.organization, subject_of(company.alice), company.chosen, ["win_rate"])
    assert rate.deals.filters == {
        "outcome": "decided",
        "owner": str(company.alice.pk),
        "closes_from": "2017-10-01",
        "closes_before": "2018-01-01",
    }


def test_the_team_table_has_each_person_of_the_team(company: Company) -> None:
    west = Subject("West", team_id=company.west.pk)
    rows = team_table(company.organization, west, company.chosen, ["revenue", "win_rate", "pipeline_open"])
    assert [row.subject.name for row in rows] == ["Bob", "Alice", *(f"Rep {n}" for n in range(5))]
    alice = rows[1].figures
    assert (alice["revenue"].value.value, alice["pipeline_open"].value.value) == (2000, 1500)
    assert alice["revenue"].previous is not None


def test_the_company_s_table_has_each_top_team_and_a_team_s_its_subteams(company: Company) -> None:
    rows = team_table(company.organization, Subject("Acme"), company.chosen, ["revenue", "pipeline_open"])
    assert [(row.subject.name, row.figures["revenue"].value.value) for row in rows] == [("Sales", 72000)]
    sales = Subject("Sales", team_id=rows[0].subject.team_id)
    rows = team_table(company.organization, sales, company.chosen, ["revenue", "pipeline_open"])
    assert [(row.subject.name, row.figures["pipeline_open"].value.value) for row in rows] == [
        ("East", 700),
        ("West", 1500),
    ]


def test_attention_names_who_fell_behind_with_the_facts(company: Company) -> None:
    [alice] = attention(company.organization, Subject("West", team_id=company.west.pk), company.chosen)
    assert alice.subject.name == "Alice"
    assert {concern.code for concern, _ in alice.concerns} == {"win_rate_down", "bookings_down", "past_due"}
    for concern, deals in alice.concerns:
        assert concern_title(concern)
        assert concern_text(concern, "USD")
        assert deals.filters["owner"] == str(company.alice.pk)


def test_the_pipeline_by_stage_has_every_open_stage(company: Company) -> None:
    rows = pipeline_by_stage(Subject("Acme"), company.chosen)
    assert [(row.name, row.count, row.amount, row.without_amount, row.weighted_amount) for row in rows] == [
        ("open", 2, 700, 1, None),
        ("late", 3, 1500, 0, 750),
    ]
    assert (rows[1].past_due_count, rows[1].past_due_amount) == (3, 1500)
    mine = pipeline_by_stage(Subject("West", team_id=company.west.pk), company.chosen)
    assert [row.count for row in mine] == [0, 3]


def test_products_of_a_team_and_of_the_company_are_the_same_sums(company: Company) -> None:
    everybody = breakdown_by_product(company.organization, Subject("Acme"), company.chosen)
    west = breakdown_by_product(company.organization, Subject("West", team_id=company.west.pk), company.chosen)
    found = [(row.metric.name, row.names["product"], row.figure.value) for row in everybody]
    assert found[0] == ("revenue", "GTX", 72000)
    assert found == [(row.metric.name, row.names["product"], row.figure.value) for row in west]


def test_a_series_is_filled(company: Company) -> None:
    [rate] = series(company.organization, Subject("Acme"), company.chosen, ["win_rate"])
    assert [point.value.value is None for point in rate] == [True] * 8 + [False] * 4


@pytest.mark.parametrize("reps", [0, 40])
def test_pages_ask_the_same_number_of_queries_whatever_the_size(company: Company, reps: int) -> None:
    for n in range(reps):
        build.seated(build.person(f"More {n}"), company.west)
    west = Subject("West", team_id=company.west.pk)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        figures(company.organization, west, company.chosen)
        mine = len(asked)
        team_table(company.organization, west, company.chosen)
        table = len(asked) - mine
        attention(company.organization, west, company.chosen)
    assert (mine, table, len(asked) - mine - table) == (5, 5, 4)


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
