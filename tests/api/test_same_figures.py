"""Page, command and API say the same, and what EXPECTED.json of the sample data says."""

import json
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from metrics.services import rollups_recompute
from people import formats
from people.models import ApiKey, Grant, Organization, Person
from people.services.api_key import api_key_create
from people.wall import tenant
from tests.api.calls import Program
from tests.cast import NOW, make_person
from tests.metrics import adventureworks
from tests.metrics.numbers import shown

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(adventureworks.folder() is None, reason="the sample data is not beside the checkout"),
]


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Organization]:
    """AdventureWorks, imported once; taken back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        made, _answers = adventureworks.load()
        rollups_recompute(organization_id=made.pk, is_full=True)
        with tenant(made.pk):
            yield made
        transaction.set_rollback(True)


@pytest.fixture
def erin(company: Organization) -> Person:
    made = make_person("Erin East", organization=company)
    Grant.objects.create(person=made, role=Grant.Role.EXECUTIVE)
    return made


def by_command(query: dict[str, str]) -> list[dict[str, Any]]:
    names = {"from": "starts_on", "to": "ends_before"}
    out = StringIO()
    options = {names.get(name, name): value for name, value in query.items()}
    call_command("metrics", organization="adventure", format="json", no_wait=True, stdout=out, **options)
    rows: list[dict[str, Any]] = json.loads(out.getvalue())["rows"]
    return rows


@pytest.fixture
def by_api(erin: Person) -> Any:
    made = api_key_create(viewer=None, name="figures", person=erin, scopes=[ApiKey.Scope.METRICS_READ], at=NOW)
    caller = Program(made.text)

    def ask(query: dict[str, str]) -> list[dict[str, Any]]:
        answer = caller.get(f"/api/v1/metrics/values?{urlencode(query)}")
        assert answer.status_code == 200, answer.content
        rows: list[dict[str, Any]] = answer.json()["rows"]
        return rows

    return ask


@pytest.mark.parametrize("metric", ["revenue", "attainment", "won_count", "deal_size_mean"])
def test_the_api_says_what_the_command_says_per_person_and_quota_period(by_api: Any, metric: str) -> None:
    query = {"metric": metric, "by": "person,quota"}
    found = by_api(query)
    assert found == by_command(query)
    assert len(found) > 163


def test_attainment_and_bookings_by_api_equal_the_expected_ones(by_api: Any) -> None:
    rows = by_api({"metric": "attainment,revenue", "by": "person,quota"})
    ours = {(row["metric"], row["group"]["person"], row["group"]["quota"]): row["value"] for row in rows}
    compared = 0
    for period in adventureworks.expected()["quota_periods"]:
        for name, figures in period["reps"].items():
            theirs = figures["attainment"]
            mine = ours["attainment", name, period["start"]]
            assert (mine is None) == (theirs is None), (name, period["start"])
            assert mine is None or Decimal(mine) == Decimal(str(theirs)), (name, period["start"])
            bookings = Decimal(str(figures["revenue"]))
            assert abs(Decimal(ours["revenue", name, period["start"]]) - bookings) <= Decimal("0.005")
            compared += 1
    assert compared == 163


def test_page_command_and_api_say_the_same_in_the_last_quota_period(by_api: Any, erin: Person) -> None:
    period = adventureworks.expected()["quota_periods"][-1]
    days = {"from": period["start"], "to": "2014-06-01"}
    client = Client()
    client.force_login(erin.user)
    for name in list(period["reps"])[:3]:
        person = Person.objects.get(name=name)
        query = {"metric": "attainment", "filter": f"person=id:{person.pk}", **days}
        [api] = by_api(query)
        [command] = by_command({**query, "filter": [query["filter"]]})  # type: ignore[dict-item]
        page = shown(
            client.get(f"/people/{person.pk}/numbers/", {"period": "custom", "from": days["from"], "to": "2014-05-31"})
        )
        assert api == command
        assert page["attainment"] == formats.percent(Decimal(api["value"]))
