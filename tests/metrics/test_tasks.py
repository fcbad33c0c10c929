from typing import Any

import pytest
from celery import current_app

from metrics import tasks
from metrics.models import DirtyBucket
from people.models import Organization
from people.wall import tenant
from spm import pipeline
from tests.metrics import build


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, kwargs, **_: found.append((name, kwargs)))
    return found


@pytest.fixture
def two(db: None) -> tuple[Organization, Organization]:
    """One organization with a change that is due, one without."""
    busy, idle = build.organization("busy"), build.organization("idle")
    with tenant(busy.pk):
        build.deals(build.deal(build.stages()["won"], None, 10))
    return busy, idle


def test_beat_rings_for_organizations_that_have_something_due(
    two: tuple[Organization, Organization], sent: list[tuple[str, Any]]
) -> None:
    tasks.recompute_due()
    assert sent == [("metrics.recompute", {"organization_id": two[0].pk})]


def test_the_task_works_off_what_is_due(two: tuple[Organization, Organization]) -> None:
    tasks.recompute(organization_id=two[0].pk)
    with tenant(two[0].pk):
        assert not DirtyBucket.objects.exists()
        assert build.figure(two[0], "revenue") == "10.00"


def test_changed_facts_are_followed_by_a_recomputation() -> None:
    assert "metrics.recompute" in pipeline.FOLLOWERS["pipeline.facts_changed"]
    assert {entry["task"] for entry in pipeline.BEAT.values()} >= {"metrics.recompute_due"}
    assert {"metrics.recompute", "metrics.recompute_due"} <= set(current_app.tasks)
