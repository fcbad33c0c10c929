"""The AdventureWorks sample, imported by the command as somebody would; skipped where the data is absent."""

import json
from pathlib import Path
from typing import Any

from people.models import Organization
from tests.crm.files import run
from tests.metrics import build, maven

FILES = {"person": "sales_people.csv", "opportunity": "orders.csv", "quota": "quotas.csv"}


def folder() -> Path | None:
    beside = maven.folder()
    place = beside.parent / "adventureworks" if beside else None
    return place if place and place.is_dir() else None


def expected() -> dict[str, Any]:
    place = folder()
    assert place
    found: dict[str, Any] = json.loads((place / "EXPECTED.json").read_text(encoding="utf-8"))
    return found


def load(order: tuple[str, ...] = ("person", "opportunity", "quota")) -> tuple[Organization, dict[str, dict[str, Any]]]:
    """An organization with the three files, none of which needs a mapping, and what each import answered."""
    place = folder()
    assert place
    made = build.organization("adventure")
    return made, {kind: run(place / FILES[kind], kind, organization=made.slug) for kind in order}
