"""A page that looks back reads rollups and what changed since; it tells what the facts tell, which other tests check."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Opportunity
from metrics.selectors.answer import figures_of
from metrics.selectors.kept import one_look
from metrics.selectors.parse import question_of
from metrics.selectors.state import numbers_state
from metrics.services import rollups_recompute
from people.models import Organization
from people.wall import tenant
from tests.metrics.test_credits_then import DAYS as CREDIT_DAYS
from tests.metrics.test_credits_then import World
from tests.metrics.test_credits_then import world as credited
from tests.metrics.test_look_back import DAYS, TODAY, Known, company

__all__ = ["company", "credited"]
METRICS = (
    "revenue,won_count,lost_count,win_rate,win_rate_by_value,deal_size_mean,cycle_days_mean,pipeline_created,pipeline_open,"
    "open_count,pipeline_weighted,attainment,quota"
)
WHO: list[dict[str, Any]] = [
    {"by": ""},
    {"by": "person"},
    {"by": "team"},
    {"by": "person,month"},
    {"by": "quarter"},
    {"by": "team,quarter", "starts_on": "2017-02-10", "ends_before": "2017-11-03"},
    {"by": "month", "filters": ("team=Top",)},
    {"by": "product,quarter"},
]


def _told(organization: Organization, day: date, who: dict[str, Any]) -> list[Any]:
    metrics = "revenue,won_count,win_rate,pipeline_open" if "product" in who["by"] else METRICS
    with tenant(organization.pk):
        rows = figures_of(organization, question_of(metrics=metrics, on=TODAY, as_of=day.isoformat(), **who))
    return [(row.metric.name, *sorted(row.names.items()), row.period, row.figure) for row in rows]


def _told_by_a_page(organization: Organization, day: date, who: dict[str, Any]) -> tuple[list[Any], int]:
    """What a page tells, and how many tables it put aside."""
    with tenant(organization.pk), one_look(), CaptureQueriesContext(connection) as asked:
        numbers_state()
        found = _told(organization, day, who)
    return found, sum("CREATE TEMP TABLE metrics_then" in query["sql"] for query in asked.captured_queries)


def _same(organization: Organization, days: list[date]) -> None:
    rollups_recompute(organization_id=organization.pk)
    for day in days:
        for who in WHO:
            told, aside = _told_by_a_page(organization, day, who)
            assert told == _told(organization, day, who), (day, who)
            assert aside == 1, (day, who)


@pytest.mark.parametrize("turn", [0, 13])
def test_a_page_tells_deals_of_a_past_day_as_the_facts_do(company: Known, turn: int) -> None:
    _same(company.organization, [day + timedelta(turn) for day in DAYS])


def test_a_page_tells_shares_of_a_past_day_as_the_facts_do(credited: World) -> None:
    _same(credited.organization, CREDIT_DAYS)


def test_as_long_as_something_is_due_the_facts_are_read(company: Known) -> None:
    rollups_recompute(organization_id=company.organization.pk)
    day = DAYS[2]
    before = _told(company.organization, day, WHO[1])
    assert _told_by_a_page(company.organization, day, WHO[1]) == (before, 1)
    with tenant(company.organization.pk):
        won = Opportunity.objects.filter(outcome="won", closed_on__lte=day).order_by("pk").first()
        assert won
        Opportunity.objects.filter(pk=won.pk).update(converted_amount=won.converted_amount + 1)  # type: ignore[operator]
        changed = _told(company.organization, day, WHO[1])
        assert _told_by_a_page(company.organization, day, WHO[1]) == (changed, 0)
        rollups_recompute(organization_id=company.organization.pk)
        assert _told_by_a_page(company.organization, day, WHO[1]) == (changed, 1)
        Opportunity.objects.filter(pk=won.pk).update(converted_amount=won.converted_amount)
        rollups_recompute(organization_id=company.organization.pk)
