"""Olist: leads and deals imported by the command; conversion by every grouping of EXPECTED.json, by command and by page."""

import csv
import json
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from metrics.services import rollups_recompute
from people.models import Grant, Organization, Person
from people.statistics import statistics_gather
from people.wall import tenant
from tests.cast import make_person
from tests.crm.files import run
from tests.metrics import build, maven

MAPPING = "columns: {id: mql_id, lead: mql_id, owner: sr_id, closed_on: won_date}\nconstants: {stage: won}\n"
GROUPINGS = {"by_origin": "source", "by_first_contact_month": "month", "by_first_contact_quarter": "quarter"}


def folder() -> Path | None:
    beside = maven.folder()
    place = beside.parent / "olist_funnel" if beside else None
    return place if place and place.is_dir() else None


pytestmark = pytest.mark.skipif(folder() is None, reason="the sample data is not beside the checkout")


@pytest.fixture(scope="module")
def company(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Organization]:
    """Imported once, leads last, so that they find the deals that convert them; taken back at the end."""
    place = folder()
    assert place
    mapping = tmp_path_factory.mktemp("olist") / "mapping.yaml"
    mapping.write_text(MAPPING, encoding="utf-8")
    with django_db_blocker.unblock(), transaction.atomic():
        made = build.organization("olist")
        run(place / "olist_closed_deals_dataset.csv", mapping=str(mapping), organization=made.slug)
        run(place / "olist_marketing_qualified_leads_dataset.csv", "lead", organization=made.slug)
        rollups_recompute(organization_id=made.pk)
        statistics_gather()
        with tenant(made.pk):
            Grant.objects.create(person=make_person("Olga Ops", organization=made), role=Grant.Role.EXECUTIVE)
            yield made
        transaction.set_rollback(True)


def expected() -> dict[str, Any]:
    place = folder()
    assert place
    found: dict[str, Any] = json.loads((place / "EXPECTED.json").read_text(encoding="utf-8"))
    return found


def theirs(grouping: str) -> dict[str, tuple[int, int, Decimal]]:
    """Group → leads, customers, conversion."""
    return {
        group: (row["leads"], row["converted"], Decimal(str(row["conversion_rate"])))
        for group, row in expected()[grouping].items()
    }


def by_command(by: str) -> dict[str, tuple[int, int, Decimal]]:
    out = StringIO()
    call_command("metrics", organization="olist", metric="lead_conversion", by=by, format="json", stdout=out)
    rows = json.loads(out.getvalue())["rows"]
    return {
        row["group"][by] or "(blank)": (int(row["denominator"]), int(row["numerator"]), Decimal(row["value"]))
        for row in rows
        if row["value"] is not None
    }


@pytest.mark.parametrize("grouping", GROUPINGS)
def test_the_command_converts_as_expected(company: Organization, grouping: str) -> None:
    assert by_command(GROUPINGS[grouping]) == theirs(grouping)


@pytest.mark.parametrize("grouping", GROUPINGS)
def test_the_page_says_the_same(company: Organization, grouping: str) -> None:
    client, by = Client(), GROUPINGS[grouping]
    user = Person.objects.get(name="Olga Ops").user
    assert user
    client.force_login(user)
    response = client.get("/metrics/lead_conversion/rows.csv", {"by": by, "period": "all"})
    assert response.status_code == 200
    rows = csv.DictReader(StringIO(response.content.decode("utf-8-sig")))
    found = {
        row[by] or "(blank)": (int(row["denominator"]), int(row["numerator"]), Decimal(row["value"]))
        for row in rows
        if row["value"]
    }
    assert found == theirs(grouping)


def test_the_total_is_as_expected(company: Organization) -> None:
    total = expected()["totals"]
    [row] = build.ask(company, "lead_conversion")
    assert (row.figure.denominator, row.figure.numerator) == (total["leads"], total["converted"])
    assert row.figure.value == Decimal(str(total["conversion_rate"])).quantize(Decimal("0.000001"))
