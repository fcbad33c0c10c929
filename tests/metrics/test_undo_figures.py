"""Whatever is imported, changed by hand and taken back: the figures are the sum of what is left, counted apart."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from crm.models import ImportBatch, Opportunity
from crm.services.undoing import import_undo
from metrics.models import DailyRollup
from metrics.services import rollups_recompute
from people.models import Organization, Person
from people.wall import tenant
from tests.crm.files import run, text_of, write
from tests.metrics import build

HEAD = ["deal id", "sales rep", "stage", "close date", "amount", "board"]
IDS = ["D1", "D2", "D3", "D4"]
PEOPLE = ["Ann Ames", "Bo Berg"]
ROW = st.tuples(st.sampled_from(IDS), st.integers(0, 1), st.integers(0, 6))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("bring"), st.lists(ROW, min_size=1, max_size=4, unique_by=lambda row: row[0])),
        st.tuples(st.just("type"), st.sampled_from(IDS), st.integers(0, 6)),
        st.tuples(st.just("undo"), st.integers(0, 3), st.sampled_from(["keep", "undo"])),
    ),
    min_size=3,
    max_size=12,
)
Value = tuple[str, int]


class World:
    """The product, and beside it what it should hold: every deal as the layers that were laid on it, by whom."""

    def __init__(self, organization: Organization, folder: Path) -> None:
        self.organization, self.folder = organization, folder
        self.layers: dict[str, list[tuple[int | None, Value]]] = {key: [] for key in IDS}
        self.batches: list[int] = []

    def take(self, step: tuple[Any, ...]) -> None:
        getattr(self, f"_{step[0]}")(*step[1:])

    def _bring(self, rows: list[tuple[str, int, int]]) -> None:
        lines = [[key, PEOPLE[who], "Won", "2026-02-01", str(amount), f"b{amount}"] for key, who, amount in rows]
        answer = run(write(self.folder, text_of(HEAD, lines)), organization=self.organization.slug)
        assert not answer["error"] and not answer["refused"], answer
        self.batches.append(answer["batch"])
        for key, who, amount in rows:
            if not self.layers[key] or self.layers[key][-1][1] != (PEOPLE[who], amount):
                self.layers[key].append((answer["batch"], (PEOPLE[who], amount)))

    def _type(self, key: str, amount: int) -> None:
        deal = Opportunity.objects.filter(external_id=key).first()
        if deal is None or deal.amount == amount:
            return
        deal.amount = deal.converted_amount = Decimal(amount)
        deal.save()
        self.layers[key].append((None, (self.layers[key][-1][1][0], amount)))

    def _undo(self, back: int, choice: str) -> None:
        if not self.batches:
            return
        batch = self.batches.pop(-1 - back % len(self.batches))
        import_undo(batch=ImportBatch.objects.get(pk=batch), at=timezone.now(), actor=None, later=choice)
        for layers in self.layers.values():
            places = [place for place, (by, _value) in enumerate(layers) if by == batch]
            if places and choice == "undo":
                del layers[places[0] :]
            elif places:
                layers[places[0] : places[0] + 1] = []

    def check(self) -> None:
        left = {key: layers[-1][1] for key, layers in self.layers.items() if layers}
        deals = Opportunity.objects.select_related("owner")
        found = {deal.external_id: (deal.owner_text, int(deal.amount or 0)) for deal in deals}
        assert found == left

    def figures_check(self) -> None:
        """The rollups brought up to date beside sums of what is left."""
        sums = dict.fromkeys(PEOPLE, 0)
        for layers in self.layers.values():
            if layers:
                name, amount = layers[-1][1]
                sums[name] += amount
        rollups_recompute(organization_id=self.organization.pk, batch=2)
        names = dict(Person.objects.values_list("pk", "name"))
        rows = DailyRollup.objects.filter(day=date(2026, 2, 1))
        shown = dict.fromkeys(PEOPLE, 0) | {names[row.person_id]: int(row.won_amount) for row in rows}
        assert shown == sums


@pytest.fixture(scope="module")
def blocker(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> DjangoDbBlocker:
    return django_db_blocker


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_figures_after_undo_equal_the_sum_of_what_is_left(
    blocker: DjangoDbBlocker, tmp_path: Path, steps: list[tuple[Any, ...]]
) -> None:
    with blocker.unblock(), transaction.atomic():
        organization = build.organization("undone")
        with tenant(organization.pk):
            world = World(organization, tmp_path)
            for name in PEOPLE:
                build.person(name)
            for step in steps:
                world.take(step)
                world.check()
            world.figures_check()
        transaction.set_rollback(True)
