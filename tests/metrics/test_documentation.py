"""The worked tables of docs/algorithms/metrics.md are true."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from crm.models import Activity, Lead
from metrics.catalogue import CATALOGUE
from people.models import Organization
from tests.metrics import build

PAGE = Path(__file__).resolve().parents[2] / "docs/algorithms/metrics.md"


def tables(heading: str) -> list[list[str]]:
    """The rows of the first table below a heading, without its head."""
    below = PAGE.read_text(encoding="utf-8").split(f"## {heading}\n")[1].strip().split("\n\n")
    lines = next(block for block in below if block.startswith("|")).splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


DEALS = tables("The deals of the examples")
QUOTAS = tables("The quotas of the examples")
LEADS = tables("The leads of the examples")
ACTIVITIES = tables("The activities of the examples")
FIGURES = tables("Definitions and worked figures")


@pytest.fixture
def company(acme: Organization) -> Iterator[Organization]:
    people = {name: build.person(name) for name in ("Ann", "Bob")}
    stages = build.stages()
    made = build.deals(
        *(
            build.deal(
                stages[outcome],
                people[owner],
                amount or None,
                probability=Decimal(chance) if chance else None,
                engaged_on=date.fromisoformat(engaged),
                closed_on=date.fromisoformat(closed) if closed else None,
            )
            for _, owner, outcome, amount, chance, engaged, closed in DEALS
        )
    )
    for name, starts_on, ends_before, amount in QUOTAS:
        build.quota(people[name], amount, date.fromisoformat(starts_on), date.fromisoformat(ends_before))
    Lead.objects.bulk_create(
        Lead(
            source="test",
            external_id=name,
            owner=people[owner],
            created_on=date.fromisoformat(created),
            stated_converted_on=date.fromisoformat(converted) if converted else None,
        )
        for name, owner, created, converted in LEADS
    )
    deals = {name: deal for (name, *_), deal in zip(DEALS, made, strict=True)}
    Activity.objects.bulk_create(
        Activity(
            source="test",
            external_id=name,
            person=people[owner],
            type=kind,
            occurred_at=datetime.fromisoformat(f"{day}T12:00+00:00"),
            occurred_on=date.fromisoformat(day),
            opportunity=deals[deal] if deal else None,
        )
        for name, owner, kind, day, deal in ACTIVITIES
    )
    yield acme


def test_every_worked_figure_is_what_the_product_shows(company: Organization) -> None:
    found, said = {}, {}
    for metric, owner, _, value in FIGURES:
        [row] = build.ask(company, metric, filters=[f"person={owner}"])
        found[metric, owner] = "–" if row.figure.value is None else f"{row.figure.value:f}"
        said[metric, owner] = value
    assert found == said


def test_every_metric_of_the_catalogue_is_worked() -> None:
    assert {metric for metric, *_ in FIGURES} == set(CATALOGUE)
