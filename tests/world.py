"""The cast with everything that the addresses of the access table need, made once for a whole file of tests."""

import copy
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from people.models import Grant
from people.wall import tenant
from tests.api.calls import make_key
from tests.cast import Cast, make_cast

HERE = Path(__file__).parent


@dataclass(frozen=True)
class World:
    """The cast, and the numbers of people, teams and what the apps added, by name."""

    cast: Cast
    objects: dict[str, Any]

    def filled(self, row: dict[str, Any], setting: str) -> dict[str, Any]:
        """What a row of the access table says under `setting`, numbers in the place of names."""
        return {key: self.objects.get(value, value) for key, value in row.get(setting, {}).items()}


@pytest.fixture(scope="module")
def world_of_the_file(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        cast = make_cast()
        yield World(cast, make_objects(cast))
        transaction.set_rollback(True)


@pytest.fixture
def world(world_of_the_file: World, db: None) -> World:
    """What a test does to it is taken back."""
    return copy.deepcopy(world_of_the_file)


def make_objects(cast: Cast) -> dict[str, Any]:
    """What the addresses of the table need, by name: people and teams of the cast, and what the apps add."""
    objects: dict[str, Any] = {name: row.pk for name, row in {**cast.people, **cast.teams}.items()}
    with tenant(cast.organization.pk):
        assert cast.vacant_seat is not None
        objects["vacant_seat"] = cast.vacant_seat.pk
        objects["adas_key"] = make_key(cast, "ada")[0].pk
        objects["finns_grant"] = Grant.objects.get(person=cast.finn).pk
        for path in sorted(HERE.glob("*/access.py")):
            spec = importlib.util.spec_from_file_location(f"tests.{path.parent.name}.access", path)
            assert spec is not None and spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            objects |= module.objects(cast)
    return objects
