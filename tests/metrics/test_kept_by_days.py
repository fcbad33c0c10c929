"""What pages keep of single days is never older than the data, and a change of one day leaves the others as they are."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from pytest_django import DjangoDbBlocker

from crm.models import Activity, Credit, Lead, Opportunity, Stage
from kernel.period import Period, month_of
from metrics.selectors.answer import answer
from metrics.selectors.kept import kept_by_days, one_look
from metrics.selectors.parse import question_of
from metrics.selectors.state import numbers_state
from metrics.services import rollups_recompute
from people.models import Organization, Seat
from people.wall import tenant
from tests.metrics import build
from tests.metrics.test_incremental import STEPS, World, blocker, world

__all__ = ["blocker", "world"]
JANUARY, FEBRUARY, MARCH = (month_of(date(2017, month, 1)) for month in (1, 2, 3))
AT = datetime(2017, 2, 3, 9, tzinfo=UTC)
METRICS = "revenue,won_count,win_rate,cycle_days_median,deal_size_median,pipeline_created,attainment,open_count"
DAYS: dict[str, Any] = {"on": date(2017, 2, 2), "starts_on": "2017-01-29", "ends_before": "2017-03-02"}


def _told(organization: Organization) -> list[Any]:
    """The figures of the company, of its teams and of one team, month by month."""
    return [
        (row.metric.name, *sorted(row.names.items()), row.period, row.figure)
        for by, filters in (("month", ()), ("team,month", ()), ("month", ("team=North",)))
        for row in answer(organization, question_of(metrics=METRICS, by=by, filters=filters, **DAYS)).rows
    ]


def _told_by_a_page(organization: Organization) -> list[Any]:
    with one_look():
        numbers_state()
        return _told(organization)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_a_page_tells_what_is_told_afresh_whatever_happens(
    blocker: DjangoDbBlocker, steps: list[tuple[Any, ...]]
) -> None:
    with blocker.unblock(), transaction.atomic():
        organization = build.organization("kept")
        with tenant(organization.pk):
            company = World(organization)
            for step in steps:
                company.take(step)
                assert _told_by_a_page(organization) == _told(organization)
                rollups_recompute(organization_id=organization.pk, batch=2)
                assert _told_by_a_page(organization) == _told(organization)
        transaction.set_rollback(True)


def _asked() -> list[Period]:
    """The months that a look has to read anew."""
    read: list[Period] = []

    def compute(months: Sequence[Period]) -> list[str]:
        read.extend(months)
        return [str(month) for month in months]

    with one_look():
        numbers_state()
        found = kept_by_days("a test", (JANUARY, FEBRUARY, MARCH), compute)
    assert found == [str(month) for month in (JANUARY, FEBRUARY, MARCH)]
    return read


def _deal(world: World, **days: date) -> None:
    build.deals(build.deal(world.stages["open"], world.people[1], 7, **days))


def _lead(world: World) -> None:
    Lead.objects.create(source="t", external_id="1", created_on=date(2017, 2, 3))


def _activity(world: World) -> None:
    Activity.objects.create(source="t", external_id="1", type="call", occurred_on=date(2017, 2, 3), occurred_at=AT)


def _quota(world: World) -> None:
    assert world.people[1]
    build.quota(world.people[1], 5, date(2017, 2, 1), date(2017, 3, 1))


def _shares(world: World) -> None:
    deal = Opportunity.objects.get()
    Credit.objects.create(opportunity=deal, person=world.people[2], share=1, kind="overlay")


ALL = [JANUARY, FEBRUARY, MARCH]
CHANGES: dict[str, tuple[Callable[[World], Any], list[Period]]] = {
    "a deal of a day": (lambda world: _deal(world, closed_on=date(2017, 2, 14)), [FEBRUARY]),
    "a deal of two days": (
        lambda world: _deal(world, created_on=date(2017, 1, 1), closed_on=date(2017, 2, 1)),
        ALL[:2],
    ),
    "days on both sides": (lambda world: _deal(world, created_on=date(2017, 1, 1), closed_on=date(2017, 3, 1)), ALL),
    "a deal without a day": (_deal, []),
    "a deal of another year": (lambda world: _deal(world, closed_on=date(2018, 2, 14)), []),
    "a deal that moves": (lambda world: Opportunity.objects.update(closed_on=date(2017, 2, 1)), [FEBRUARY, MARCH]),
    "another owner": (lambda world: Opportunity.objects.update(owner=world.people[2]), ALL),
    "a lead": (_lead, [FEBRUARY]),
    "an activity": (_activity, [FEBRUARY]),
    "shares": (_shares, ALL),
    "a quota": (_quota, ALL),
    "an account's region": (lambda world: Opportunity.objects.update(deal_type="renewal"), ALL),
    "the name of a stage": (lambda world: Stage.objects.update(name="x"), ALL),
    "who sits where": (lambda world: build.seated(world.people[1], world.teams[0]), ALL),
    "a setting": (
        lambda world: Organization.objects.filter(pk=world.organization.pk).update(cycle_start="created"),
        ALL,
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_a_change_makes_pages_read_anew(world: World, name: str) -> None:
    change, anew = CHANGES[name]
    _asked()
    assert _asked() == []
    change(world)
    assert [_asked(), _asked()] == [anew, anew], "as long as its day is due, it is read afresh"
    rollups_recompute(organization_id=world.organization.pk)
    assert _asked() == anew
    assert _asked() == []


def test_a_team_that_is_moved_after_a_deal_was_changed_leaves_nothing_kept(world: World) -> None:
    build.seated(world.people[1], world.teams[0])  # type: ignore[arg-type]
    rollups_recompute(organization_id=world.organization.pk)
    _asked()
    Seat.objects.update(team=world.teams[1])
    _deal(world, closed_on=date(2017, 2, 14))
    rollups_recompute(organization_id=world.organization.pk, batch=1)
    assert _asked() == ALL


def test_a_full_rebuild_leaves_nothing_kept(world: World) -> None:
    _asked()
    rollups_recompute(organization_id=world.organization.pk, is_full=True)
    assert _asked() == ALL
