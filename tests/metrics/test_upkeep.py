"""How open deals are looked after, beside a second calculation row by row: now, on a past day, by person and team."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from crm.models import Activity, DetailChange, Opportunity
from metrics.catalogue import CATALOGUE
from metrics.selectors.behind import deals_counted
from metrics.selectors.subject import Subject
from tests.cast import Cast
from tests.metrics import build
from tests.metrics.numbers import recompute, shown

ON = date(2026, 5, 1)
NOTHING = date(2026, 3, 1)


@pytest.fixture
def open_deals(cast: Cast) -> Iterator[dict[str, Opportunity]]:
    """Alice has three open deals, Carol one; one of Alice's is won."""
    stages = build.stages()
    made = build.deals(
        build.deal(stages["open"], cast.alice, 10, name="Planned", engaged_on=NOTHING, next_step="Call"),
        build.deal(stages["open"], cast.alice, 20, name="Dated", engaged_on=NOTHING, next_step_on=date(2026, 6, 1)),
        build.deal(stages["open"], cast.alice, 40, name="Lost sight of", created_on=date(2026, 1, 1)),
        build.deal(stages["open"], cast.carol, 80, name="Endless"),
        build.deal(stages["won"], cast.alice, 160, name="Won", closed_on=NOTHING, engaged_on=NOTHING),
    )
    deals = {deal.name: deal for deal in made}
    _touch(deals["Planned"], date(2026, 4, 25))
    _touch(deals["Dated"], date(2026, 4, 1))
    _touch(deals["Dated"], date(2026, 4, 30), is_deleted=True)
    _touch(deals["Won"], date(2026, 1, 1))
    recompute(cast)
    yield deals


def _touch(deal: Opportunity, day: date, **fields: bool) -> None:
    Activity.objects.create(
        source="crm", external_id=f"{deal.name} {day}", type="call", opportunity=deal, occurred_on=day,
        occurred_at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC), **fields,
    )  # fmt: skip


def test_each_open_deal_is_counted_as_by_hand(cast: Cast, open_deals: dict[str, Opportunity]) -> None:
    expected = {
        "without_next_step": {"Alice Ames": "1", "Carol Cole": "1"},
        "stale_deals": {"Alice Ames": "2", "Carol Cole": "0"},  # 30 days and 120; of Endless nothing is known
        "days_since_activity": {"Alice Ames": "52.0000", "Carol Cole": None},  # (6 + 30 + 120) ÷ 3
    }
    for metric, people in expected.items():
        found = build.table(build.ask(cast.organization, metric, by="person", on=ON))
        assert {name: found[name] for name in people} == people, metric
    teams = build.table(build.ask(cast.organization, "stale_deals", by="team", on=ON))
    assert (teams["North"], teams["South"], teams["Sales"]) == ("2", "0", "2")


def test_on_a_past_day_what_came_later_is_not_known(cast: Cast, open_deals: dict[str, Opportunity]) -> None:
    first = datetime(2026, 4, 20, tzinfo=UTC)
    DetailChange.objects.bulk_create(
        [DetailChange(opportunity=open_deals["Planned"], recorded_at=first, name="next_step", before="", after="Call")]
    )
    told = {
        "without_next_step": "2",  # the plan for “Planned” is of 20 April; “Endless” is not known to have existed
        "days_since_activity": "49.3333",  # (40 since it began + 9 + 99) ÷ 3
    }
    for metric, value in told.items():
        assert build.figure(cast.organization, metric, on=ON, as_of="2026-04-10") == value, metric


def test_the_rows_behind_are_those_counted(cast: Cast, open_deals: dict[str, Opportunity]) -> None:
    names = {
        "without_next_step": {"Lost sight of", "Endless"},
        "stale_deals": {"Dated", "Lost sight of"},
        "days_since_activity": {"Planned", "Dated", "Lost sight of"},
    }
    client = cast.client("erin")
    for metric, expected in names.items():
        rows = deals_counted(cast.organization, CATALOGUE[metric], Subject("Acme"), None, on=ON)[:10]
        assert {row.deal.name for row in rows} == expected, metric
        page = client.get("/why/", {"metric": metric}).context["page"]
        assert page.actions[0].label == "See all the deals"


@pytest.mark.parametrize(
    ("neglect", "names"), [("no_next_step", {"Lost sight of", "Endless"}), ("stale", {"Dated", "Lost sight of"})]
)
def test_the_deals_list_keeps_to_the_neglected(
    cast: Cast, open_deals: dict[str, Opportunity], neglect: str, names: set[str]
) -> None:
    rows = cast.client("erin").get("/deals/", {"neglect": neglect}).context["table"].rows
    assert names <= {row.cells[0].value for row in rows} | {row.cells[0].text for row in rows}


def test_where_nobody_writes_next_steps_or_activities_down_nothing_is_missing(cast: Cast) -> None:
    build.deals(build.deal(build.stages()["open"], cast.alice, 10, engaged_on=NOTHING))
    recompute(cast)
    for metric, note in (("without_next_step", "no_next_steps"), ("stale_deals", "no_activities")):
        [row] = build.ask(cast.organization, metric, on=ON)
        assert (row.figure.value, row.figure.notes[0].code) == (None, note)
    assert shown(cast.client("erin").get("/why/", {"metric": "stale_deals"}))["why"] == "–"


def test_deals_are_told_apart_by_type_and_loss_reason(cast: Cast) -> None:
    stages = build.stages()
    build.deals(
        build.deal(stages["won"], cast.alice, 10, closed_on=NOTHING, deal_type="new"),
        build.deal(stages["won"], cast.alice, 30, closed_on=NOTHING, deal_type="renewal"),
        build.deal(stages["lost"], cast.alice, 5, closed_on=NOTHING, loss_reason="Price"),
    )
    recompute(cast)
    types = {row.names["type"]: row.figure.value for row in build.ask(cast.organization, "revenue", by="type", on=ON)}
    assert types == {"new": Decimal("10.00"), "renewal": Decimal("30.00"), None: Decimal("0.00")}
    lost = {row.names["loss_reason"]: row.figure.value
            for row in build.ask(cast.organization, "lost_count", by="loss_reason", on=ON)}  # fmt: skip
    assert (lost["Price"], lost[None]) == (1, 0)
    page = cast.client("erin").get("/metrics/revenue/", {"by": "type", "period": "all"}).context["page"]
    assert {row.cells[0].text for row in page.table.rows} == {"New business", "Renewal", "Without type"}
    assert build.figure(cast.organization, "revenue", filters=["type=renewal"], on=ON) == "30.00"
