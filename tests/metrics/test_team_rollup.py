"""Teams' figures are the same from their own rollup and from their people, follow a moved seat at once, and what pages
keep is never older than the data."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection

from crm.models import Opportunity
from metrics.models import DataVersion, DirtyTeam, TeamRollup
from metrics.selectors.answer import answer, figures_of
from metrics.selectors.kept import kept, one_look
from metrics.selectors.parse import question_of
from metrics.selectors.question import Dimension
from metrics.selectors.state import numbers_state
from metrics.services import rollups_recompute
from people.models import Organization, SeatHolding, Team
from tests.metrics.test_quotas import METRICS, company

__all__ = ["company"]
ASKED = [*METRICS, "revenue", "win_rate", "won_count", "cycle_days_mean", "deal_size_mean", "pipeline_created"]
YEAR: dict[str, Any] = {"on": date(2017, 5, 20), "starts_on": "2017-01-01", "ends_before": "2018-01-01"}


def _told(organization: Organization, by: str, *filters: str) -> list[tuple[object, ...]]:
    question = question_of(metrics=",".join(ASKED), by=by, filters=filters, **YEAR)
    rows = answer(organization, question).rows
    return [(row.metric.name, *sorted(row.names.items()), row.period, row.figure) for row in rows]


@contextmanager
def _due() -> Iterator[None]:
    """As long as somebody's seat is to be worked off."""
    mark = DirtyTeam.objects.create(person_id=1, team_id=1)
    yield
    mark.delete()


@pytest.mark.parametrize("by", ["", "team", "quarter", "month", "team,month"])
@pytest.mark.parametrize("filters", [(), ("team=North",), ("team=Top",)])
def test_the_figures_are_those_of_the_people(company: Organization, by: str, filters: tuple[str, ...]) -> None:
    rollups_recompute(organization_id=company.pk)
    assert TeamRollup.objects.exists()
    assert not DirtyTeam.objects.exists()
    from_teams = _told(company, by, *filters)
    with _due():
        assert _told(company, by, *filters) == from_teams
    TeamRollup.objects.filter(attained_count__gt=0).update(attained_amount=1, won_amount=1)
    assert _told(company, by, *filters) != from_teams
    rollups_recompute(organization_id=company.pk, is_full=True)
    assert _told(company, by, *filters) == from_teams


def test_a_moved_seat_counts_before_a_worker_was_there_and_after(company: Organization) -> None:
    rollups_recompute(organization_id=company.pk)
    before = _told(company, "team")
    held = SeatHolding.objects.filter(person__name="P3").get()
    held.ends_before = date(2017, 3, 1)
    held.save()
    at_once = _told(company, "team")
    assert at_once != before
    rollups_recompute(organization_id=company.pk)
    assert not DirtyTeam.objects.exists()
    assert _told(company, "team") == at_once
    held.ends_before = date(2017, 11, 5)
    held.save()
    rollups_recompute(organization_id=company.pk)
    assert _told(company, "team") == before


def _kept_by_a_page(value: int) -> int:
    with one_look():
        numbers_state()
        return kept("a test", lambda: value)


def test_a_page_keeps_what_was_asked_of_the_same_data_only(company: Organization) -> None:
    rollups_recompute(organization_id=company.pk)
    assert [_kept_by_a_page(1), _kept_by_a_page(2)] == [1, 1]
    won = Opportunity.objects.filter(outcome="won").first()
    assert won
    Opportunity.objects.filter(pk=won.pk).update(converted_amount=5)
    assert _kept_by_a_page(3) == 3, "while something is due, pages read afresh"
    rollups_recompute(organization_id=company.pk)
    assert [_kept_by_a_page(4), _kept_by_a_page(5)] == [4, 4]


def test_outside_of_a_page_nothing_is_kept(company: Organization) -> None:
    rollups_recompute(organization_id=company.pk)
    assert [_kept_by_a_page(1), kept("a test", lambda: 2)] == [1, 2]
    cache.clear()
    assert _kept_by_a_page(3) == 3


def test_a_stamp_never_comes_again_even_where_its_transaction_was_undone(company: Organization) -> None:
    seen = set()
    for _turn in range(3):
        rollups_recompute(organization_id=company.pk, is_full=True)
        seen.add(DataVersion.objects.get().stamp)
        DataVersion.objects.update(version=1)
    assert len(seen) == 3


@pytest.mark.parametrize("table", ["crm_stage", "crm_pipeline"])
def test_a_page_keeps_nothing_of_stages_that_have_another_name(company: Organization, table: str) -> None:
    rollups_recompute(organization_id=company.pk)
    assert [_kept_by_a_page(1), _kept_by_a_page(2)] == [1, 1]
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET name = name || ' 2'")
    assert _kept_by_a_page(3) == 3
    rollups_recompute(organization_id=company.pk)
    assert _kept_by_a_page(4) == 4


def test_a_look_tells_questions_that_name_their_teams_from_those_that_do_not(company: Organization) -> None:
    rollups_recompute(organization_id=company.pk)
    asked = question_of(metrics="open_count", by="team", on=date(2017, 5, 20))
    named = replace(asked, members={Dimension.TEAM: {team.pk: team.name for team in Team.objects.all()}})
    afresh = [figures_of(company, named), figures_of(company, asked)]
    with one_look():
        numbers_state()
        for _turn in range(2):
            assert [figures_of(company, named), figures_of(company, asked)] == afresh
