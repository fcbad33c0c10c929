"""What a drawer counts can be added up from its rows: days, activities, leads in time, quotas due; and pages say the same."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from crm.models import Activity, Credit, Lead, Opportunity, OpportunityChange, Quota
from tests.api.calls import program
from tests.cast import Cast
from tests.metrics import build
from tests.metrics.numbers import QUARTER, make_deals, recompute, shown

WON_ON = date(2026, 2, 10)  # Alice's deal of 2,000, created on 31 December 2025


@pytest.fixture(autouse=True)
def facts(cast: Cast) -> Iterator[dict[str, Any]]:
    """Activities on one of Alice's deals, leads of hers, and a quota that ends in two months."""
    stages = make_deals(cast)
    deal = Opportunity.objects.get(name="Deal 1")
    for number, day in enumerate((WON_ON - timedelta(9), WON_ON, WON_ON + timedelta(1))):
        moment = datetime.combine(day, time(12), UTC)
        Activity.objects.create(
            source="crm", external_id=f"A{number}", type="call", occurred_at=moment, occurred_on=day, opportunity=deal
        )
    leads = (("in time", "2026-01-05", "2026-01-25"), ("late", "2026-01-05", "2026-03-20"),
             ("never", "2026-01-05", None), ("earlier", "2025-11-01", "2026-02-01"))  # fmt: skip
    for name, created, became in leads:
        Lead.objects.create(
            source="crm", external_id=name, name=name, owner=cast.alice, created_on=created, stated_converted_on=became
        )
    today = timezone.now().date()
    for holder in ({"person": cast.alice}, {"team": cast.north}):
        Quota.objects.create(
            **holder, amount=9000, converted_amount=9000, currency="USD", starts_on=date(2026, 1, 1),
            ends_before=today + timedelta(60),
        )  # fmt: skip
    recompute(cast)
    yield stages


def drawer(cast: Cast, who: str, metric: str, **query: Any) -> Any:
    answer = cast.client(who).get("/why/", {"metric": metric, **QUARTER, **query})
    assert answer.status_code == 200
    return answer.context["page"]


def column(page: Any, key: str) -> list[Any]:
    place = [each.key for each in page.rows.columns].index(key)
    return [row.cells[place] for row in page.rows.rows]


def parts(page: Any) -> tuple[str, str]:
    """What the drawer says is divided by what."""
    pairs = dict(page.pairs)
    return pairs["Counts"].split(":")[0], pairs["Divided by"].split(":")[0]


def test_the_days_of_every_deal_make_the_cycle(cast: Cast) -> None:
    page = drawer(cast, "erin", "cycle_days_mean", person=cast.alice.pk)
    days = [cell.value for cell in column(page, "measure")]
    assert days == [69, 41, 10], "the longest first, since 31 December"
    assert column(page, "measure")[0].detail == "since 31 Dec 2025"
    assert parts(page) == (str(sum(days)), str(len(days)))
    assert drawer(cast, "erin", "cycle_days_median", person=cast.alice.pk).text == "41 days"


def test_a_deal_without_a_start_stands_there_as_left_out(cast: Cast) -> None:
    Opportunity.objects.filter(name="Deal 0").update(created_on=None, engaged_on=None)
    recompute(cast)
    page = drawer(cast, "erin", "cycle_days_mean", person=cast.alice.pk)
    left_out = column(page, "measure")[-1]
    assert (left_out.value, left_out.reason) == (None, "Left out: its start is unknown or after its close")
    assert parts(page) == ("110", "2")


def test_the_activities_of_every_won_deal_make_the_figure(cast: Cast) -> None:
    page = drawer(cast, "erin", "touches_per_won", person=cast.alice.pk)
    assert [cell.value for cell in column(page, "measure")] == [2, 0, 0], (
        "the call a day after the close is none of them"
    )
    assert parts(page) == ("2", "3")
    assert page.text == "0.7", "a number per deal keeps a decimal"
    explorer = cast.client("erin").get(
        "/metrics/touches_per_won/", {**QUARTER, "by": "person", "person": cast.alice.pk}
    )
    assert shown(explorer)["touches_per_won"] == "0.7"


def test_the_days_since_an_activity_make_the_figure(cast: Cast) -> None:
    Opportunity.objects.filter(outcome="open").update(created_on=date(2026, 1, 1))
    page = drawer(cast, "erin", "days_since_activity", person=cast.alice.pk, period="all")
    days = [cell.value for cell in column(page, "measure")]
    assert len(days) == 2 and min(days) > 0
    assert parts(page) == (f"{sum(days):,}", "2")


def test_leads_say_whether_they_became_customers_in_time(cast: Cast) -> None:
    page = drawer(cast, "erin", "lead_conversion_30", person=cast.alice.pk)
    told = {row.cells[0].text: (row.cells[2].status.label, row.cells[2].status.tone) for row in page.rows.rows}
    assert told == {
        "in time": ("Customer after 20 days", "good"),
        "late": ("Later, after 74 days", "neutral"),
        "never": ("Not yet", "neutral"),
    }
    assert parts(page) == ("1", "3")
    whenever = column(drawer(cast, "erin", "lead_conversion"), "customer")
    assert {cell.status.label for cell in whenever} == {"Customer", "Not yet"}


@pytest.mark.parametrize("who", [{"person": "alice"}, {"team": "north"}, {}])
def test_leads_of_a_period_say_in_which_count_they_stand(cast: Cast, who: dict[str, str]) -> None:
    page = drawer(cast, "erin", "lead_conversion_period", **{key: getattr(cast, name).pk for key, name in who.items()})
    told = {row.cells[0].text: row.cells[-1].text for row in page.rows.rows}
    both = "came in, became a customer"
    assert told == {"in time": both, "late": both, "never": "came in", "earlier": "became a customer"}
    assert parts(page) == ("3", "3")


@pytest.mark.parametrize("metric", ["team_quota", "team_attainment"])
def test_a_person_has_no_team_quota_and_sees_none_of_other_teams(cast: Cast, metric: str) -> None:
    page = drawer(cast, "alice", metric, person=cast.alice.pk)
    assert (page.text, page.rows.rows) == ("–", [])
    why = program(cast, "alice").get(f"/api/v1/metrics/why?metric={metric}&person={cast.alice.pk}").json()
    assert (why["value"], why["rows"], why["quotas"]) == (None, [], [])
    assert drawer(cast, "erin", metric, team=cast.north.pk).rows.rows != []


def test_what_of_every_quota_is_due_makes_the_pace(cast: Cast) -> None:
    query = {"person": cast.alice.pk, "period": "all"}
    page = drawer(cast, "erin", "pace", **query)
    due, whole = (sum(cell.value for cell in column(page, key)) for key in ("due", "amount"))
    assert parts(page) == (f"${round(due):,}", "$9,000")
    assert 0 < due < whole
    assert parts(drawer(cast, "erin", "pace_attainment", **query))[1] == f"${round(due):,}"


@pytest.mark.parametrize(
    ("metric", "quotas"), [("attainment", "quota"), ("pace_attainment", "pace"), ("team_attainment", "team_quota")]
)
def test_an_attainment_leads_to_the_quotas_it_is_divided_by(cast: Cast, metric: str, quotas: str) -> None:
    page = drawer(cast, "erin", metric, team=cast.north.pk)
    [action] = [each for each in page.actions if each.label == "The quotas it is divided by"]
    behind = cast.client("erin").get(action.href).context["page"]
    assert f"metric={quotas}&" in action.href
    divisor = parts(behind)[0] if metric == "pace_attainment" else behind.text
    assert divisor == parts(page)[1]


def test_the_year_to_date_of_all_time_counts_the_year_of_the_last_deal(cast: Cast, facts: dict[str, Any]) -> None:
    build.deals(build.deal(facts["won"], cast.alice, 70, created_on=date(2025, 12, 1), closed_on=date(2025, 12, 30)))
    recompute(cast)
    page = drawer(cast, "erin", "revenue_to_date", person=cast.alice.pk, period="all")
    assert sum(cell.value for cell in column(page, "amount")) == 6000
    assert page.text == "$6,000"
    back = drawer(cast, "erin", "revenue_to_date", person=cast.alice.pk, period="all", as_of="2025-12-31")
    assert back.text == "$70", "looking back, the year of the last deal that was decided by then"


@pytest.mark.parametrize("path", ["/people/{alice}/numbers/", "/teams/{north}/numbers/", "/company/"])
def test_all_time_is_the_same_on_a_home_and_behind_its_figures(cast: Cast, facts: dict[str, Any], path: str) -> None:
    """A quota that still runs counts whole, and a deal won on a day that nobody knows counts too."""
    build.deals(build.deal(facts["won"], cast.alice, 250, name="Some day"))
    recompute(cast)
    where = path.format(alice=cast.alice.pk, north=cast.north.pk)
    page = cast.client("erin").get(where, {"period": "all"})
    tiles = [each for each in page.context["page"].figures if each.key in ("revenue", "attainment", "won_count")]
    assert len(tiles) == 3
    for tile in tiles:
        assert shown(cast.client("erin").get(tile.why_href))["why"] == tile.text, tile.key


@pytest.mark.parametrize("back", [{}, {"as_of": "2026-02-15"}])
def test_the_pipeline_by_stage_follows_the_shares(cast: Cast, back: dict[str, str]) -> None:
    """Alice's overdue deal of 500 is worth 200 to her; Bob, who owns none, has the rest."""
    deal = Opportunity.objects.get(name="Overdue")
    Credit.objects.bulk_create(
        [
            Credit(opportunity=deal, person=cast.alice, share=Decimal("0.4"), role="owner"),
            Credit(opportunity=deal, person=cast.bob, share=Decimal("0.6"), role="split"),
        ]
    )
    OpportunityChange.objects.create(
        opportunity=deal, happened_on=date(2026, 1, 1), recorded_at=datetime(2026, 1, 1, tzinfo=UTC), stage=deal.stage,
        outcome="open", amount=500, currency="USD", closed_on=deal.closed_on, owner=cast.alice,
    )  # fmt: skip
    Credit.objects.update(recorded_at=datetime(2026, 1, 1, tzinfo=UTC))
    recompute(cast)
    worth = {}
    for who in ("alice", "bob"):
        page = cast.client("erin").get(f"/people/{cast.people[who].pk}/numbers/", {**QUARTER, **back}).context["page"]
        chart = page.pipeline
        worth[who] = sum(value for value in chart.series[0].values if value)
    assert worth["bob"] == 300
    assert worth["alice"] == (200 if back else 900), "of a past day without the one whose stage is not known of then"
