"""The pages say what EXPECTED.json says about the Maven sample: in total, per office, manager, agent and quarter."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from metrics.services import rollups_recompute
from people import formats
from people.models import Grant, Person, Team
from people.statistics import statistics_gather
from people.wall import tenant
from tests.cast import make_person
from tests.metrics import build, maven
from tests.metrics.numbers import shown, words

pytestmark = pytest.mark.skipif(maven.folder() is None, reason="the sample data is not beside the checkout")


@pytest.fixture(scope="module")
def erin(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Client]:
    """An executive's browser; everything is loaded once and taken back at the end."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        made = build.organization("maven")
        with tenant(made.pk):
            maven.load()
            executive = make_person("Erin East", organization=made)
            Grant.objects.create(person=executive, role=Grant.Role.EXECUTIVE)
            rollups_recompute(organization_id=made.pk, is_full=True)
            statistics_gather()
            client = Client()
            client.force_login(executive.user)
            yield client
        transaction.set_rollback(True)


def texts(expected: dict[str, Any]) -> dict[str, str]:
    """Expected figures as a page writes them."""
    size = expected["avg_deal_size"]
    return {
        "revenue": formats.money(Decimal(str(expected["won_revenue"])), "USD"),
        "won_count": formats.number(expected["won"]),
        "win_rate": formats.percent(expected["win_rate"]),
        "deal_size_mean": formats.money(None if size is None else Decimal(str(size)), "USD"),
        "cycle_days_median": formats.days(expected["cycle_days_median"]),
    }


def row(figures: dict[str, str], key: int) -> dict[str, str]:
    """The row of a person or team in the table."""
    return {name: figures[f"sides-{key}-{name}"] for name in ("revenue", "won_count", "win_rate", "deal_size_mean")}


def only(expected: dict[str, str], names: dict[str, str]) -> dict[str, str]:
    return {name: expected[name] for name in names}


def page(erin: Client, path: str, **query: str) -> dict[str, str]:
    answer = erin.get(path, query)
    assert answer.status_code == 200
    return shown(answer)


def test_the_company_page_says_the_totals_and_each_office(erin: Client) -> None:
    figures = page(erin, "/company/", period="all")
    said = {name: figures[name] for name in texts(maven.expected()["totals"])}
    assert said == texts(maven.expected()["totals"])
    for office, expected in maven.expected()["by_regional_office"].items():
        found = row(figures, Team.objects.get(name=office).pk)
        assert found == only(texts(expected), found), office


def test_the_company_page_says_each_quarter(erin: Client) -> None:
    for quarter, expected in maven.expected()["by_close_quarter"].items():
        figures = page(erin, "/company/", period=quarter)
        assert {name: figures[name] for name in texts(expected)} == texts(expected), quarter


def test_each_managers_team_page_says_the_team_and_its_agents(erin: Client) -> None:
    agents = maven.expected()["by_rep"]
    told = set()
    for manager, expected in maven.expected()["by_manager"].items():
        team = Team.objects.get(name=manager)
        figures = page(erin, f"/teams/{team.pk}/numbers/", period="all")
        assert {name: figures[name] for name in texts(expected)} == texts(expected), manager
        for person in Person.objects.filter(holdings__seat__team=team, holdings__seat__role="rep"):
            found = row(figures, person.pk)
            assert found == only(texts(agents[person.name]), found), person.name
            told.add(person.name)
    assert told == agents.keys()


def test_an_agents_page_says_all_of_it(erin: Client) -> None:
    for name in ("Anna Snelling", "Darcel Schlecht", "Carl Lin"):
        expected = texts(maven.expected()["by_rep"][name])
        figures = page(erin, f"/people/{Person.objects.get(name=name).pk}/numbers/", period="all")
        assert {key: figures[key] for key in expected} == expected, name


def test_old_data_opens_on_its_own_last_quarter_and_says_so(erin: Client) -> None:
    answer = erin.get("/company/")
    assert "the last days with decided deals" in words(answer)
    assert shown(answer)["revenue"] == texts(maven.expected()["by_close_quarter"]["2017Q4"])["revenue"]
