"""Page, command and API say the same of each sample company, and what its EXPECTED.json says."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from metrics.catalogue import CATALOGUE
from metrics.pages.figures import unit_of
from metrics.services import rollups_recompute
from people import formats
from people.models import ApiKey, Grant, Organization, Person
from people.services.api_key import api_key_create
from people.statistics import statistics_gather
from people.wall import tenant
from tests.api.calls import Program
from tests.api.samples import SAMPLES, Block, Figures, Sample
from tests.cast import NOW, make_person
from tests.metrics import maven
from tests.metrics.numbers import shown

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(maven.folder() is None, reason="the sample data is not beside the checkout"),
]


@pytest.fixture(scope="module", params=SAMPLES, ids=[sample.slug for sample in SAMPLES])
def sample(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Sample]:
    """One company at a time, imported by its own files; taken back before the next one."""
    chosen: Sample = request.param
    with django_db_blocker.unblock(), transaction.atomic():
        made = chosen.load(tmp_path_factory.mktemp(chosen.slug))
        rollups_recompute(organization_id=made.pk, is_full=True)
        statistics_gather()
        with tenant(made.pk):
            yield chosen
        transaction.set_rollback(True)


@pytest.fixture
def erin(sample: Sample) -> Person:
    made = make_person("Erin East", organization=Organization.objects.get(slug=sample.slug))
    Grant.objects.create(person=made, role=Grant.Role.EXECUTIVE)
    return made


@pytest.fixture
def program(erin: Person) -> Program:
    made = api_key_create(viewer=None, name="figures", person=erin, scopes=[ApiKey.Scope.METRICS_READ], at=NOW)
    return Program(made.text)


@pytest.fixture
def client(erin: Person) -> Client:
    made = Client()
    made.force_login(erin.user)
    return made


Rows = list[dict[str, Any]]


def by_command(sample: Sample, block: Block) -> Rows:
    out = StringIO()
    days = dict(zip(("starts_on", "ends_before"), block.days or (), strict=False))
    asked = {"metric": ",".join(block.expected), "by": block.by, **days}
    call_command("metrics", organization=sample.slug, format="json", no_wait=True, stdout=out, **asked)
    rows: Rows = json.loads(out.getvalue())["rows"]
    return rows


def by_api(program: Program, block: Block) -> Rows:
    days = dict(zip(("from", "to"), block.days or (), strict=False))
    asked = urlencode({"metric": ",".join(block.expected), "by": block.by, **days})
    answer = program.get(f"/api/v1/metrics/values?{asked}")
    assert answer.status_code == 200, answer.content
    rows: Rows = answer.json()["rows"]
    return rows


def days_of(block: Block) -> dict[str, str]:
    """The days as a page asks for them: the last one included."""
    if block.days is None:
        return {"period": "all"}
    last = date.fromisoformat(block.days[1]) - timedelta(days=1)
    return {"period": "custom", "from": block.days[0], "to": last.isoformat()}


def by_page(client: Client, block: Block, metric: str) -> dict[str, str]:
    """Row → figure as the table of the metric's page says it in words, over all its pages."""
    found: dict[str, str] = {}
    number = 1
    while True:
        answer = client.get(f"/metrics/{metric}/", {"by": block.by, "page": number, **days_of(block)})
        assert answer.status_code == 200, (metric, block.by, answer.status_code)
        table, html = answer.context["page"].table, answer.content.decode()
        for _row, line in table.rows_with_lines:
            name, said = (text for _column, _cell, text in line[:2])
            assert f">{said}</a>" in html, (name, said, "is not shown")
            found[name] = said
        if table.pages is None or not table.pages.page.has_next():
            return found
        number += 1


def figures(rows: Rows, metric: str, by: str) -> Figures:
    """Group → value, numerator, denominator; no group is an empty word."""
    return {
        row["group"][by] or "": {
            part: None if row[part] is None else Decimal(row[part]) for part in ("value", "numerator", "denominator")
        }
        for row in rows
        if row["metric"] == metric
    }


def told(found: Figures) -> Figures:
    """Groups with something to show: others may have no row."""
    return {group: parts for group, parts in found.items() if parts["value"] is not None}


def words(metric: str, value: Decimal | None) -> str:
    """A figure as a page writes it."""
    return formats.figure(value, unit_of(CATALOGUE[metric]), "USD")


def test_command_and_api_say_what_is_expected(sample: Sample, program: Program) -> None:
    compared = 0
    for block in sample.blocks():
        command, api = by_command(sample, block), by_api(program, block)
        assert api == command, (block.by, block.days)
        for metric, expected in block.expected.items():
            ours, theirs = told(figures(command, metric, block.by)), told(expected)
            same = {group: {part: ours[group][part] for part in parts} for group, parts in theirs.items()}
            assert same == theirs, (metric, block.by, block.days)
            compared += len(theirs)
    assert compared > 100


def test_the_pages_of_the_metrics_say_the_same(sample: Sample, client: Client) -> None:
    for block in sample.blocks():
        command = by_command(sample, block) if block.pages else []
        for metric in block.pages:
            page, ours = by_page(client, block, metric), figures(command, metric, block.by)
            assert sorted(page.values()) == sorted(words(metric, parts["value"]) for parts in ours.values())
            for group, parts in told(block.expected[metric]).items():
                if group in page:  # months and missing values are written in words
                    assert page[group] == words(metric, parts["value"]), (metric, group)


def test_the_pages_of_people_say_the_same(sample: Sample, client: Client) -> None:
    compared = 0
    for block in sample.blocks():
        tiled = [metric for metric in block.expected if metric in ("revenue", "attainment", "won_count", "win_rate")]
        for name in list(block.expected[tiled[0]])[:2] if block.by == "person" else []:
            tiles = shown(client.get(f"/people/{Person.objects.get(name=name).pk}/numbers/", days_of(block)))
            for metric in tiled:
                assert tiles[metric] == words(metric, block.expected[metric][name]["value"]), (name, metric)
                compared += 1
    assert compared or sample.slug == "olist", "Olist's closers have no names"
