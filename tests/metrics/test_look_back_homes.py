"""The three homes as they stood on a past day: figures, tables, charts and the rows behind each, by a second calculation."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from crm.models import Account, CustomField, CustomValue, DetailChange, Opportunity, OpportunityChange, Stage
from people import formats
from tests.cast import Cast
from tests.metrics import build
from tests.metrics.numbers import get, make_deals, recompute, shown, words
from tests.metrics.test_why import drawers, follow

THEN = "2026-02-15"  # of the won deals: Alice's first two, Bob's, Carol's first


@pytest.fixture(autouse=True)
def deals(cast: Cast) -> Iterator[dict[str, Any]]:
    yield make_deals(cast)


@pytest.mark.parametrize(("who", "path"), [("alice", "/me/"), ("bob", "/team/"), ("erin", "/company/")])
def test_a_home_has_a_picker_and_says_that_it_looks_back(cast: Cast, who: str, path: str) -> None:
    client = cast.client(who)
    now, then = get(client, path), get(client, path, as_of=THEN)
    assert "As it stood on …" in words(now) and "A look back to" not in words(now)
    assert f"A look back to {formats.day(date(2026, 2, 15))}" in words(then) and "Back to today" in words(then)
    assert 'name="as_of" value="2026-02-15"' in then.content.decode()
    assert shown(then).keys() == shown(now).keys()


def test_bookings_of_the_homes_are_those_of_the_day(cast: Cast) -> None:
    told = {
        ("alice", "/me/"): "$3,000",
        ("bob", "/team/"): "$3,400",
        ("erin", "/company/"): "$8,400",
    }
    for (who, path), bookings in told.items():
        assert shown(get(cast.client(who), path, as_of=THEN))["revenue"] == bookings, path


@pytest.mark.parametrize(("who", "path"), [("alice", "/me/"), ("bob", "/team/"), ("erin", "/company/")])
def test_every_figure_of_a_look_back_opens_the_same_figure_with_its_rows_of_then(
    cast: Cast, who: str, path: str
) -> None:
    client = cast.client(who)
    page = get(client, path, as_of=THEN)
    cells = drawers(page)
    for tile in page.context["page"].figures:
        cells[tile.why_href] = tile.text
    assert cells
    for href, text in cells.items():
        if text == "–":
            continue
        reason = follow(client, href)
        assert shown(reason)["why"] == text and "as_of=2026-02-15" in href, href


def test_the_rows_of_a_look_back_are_as_they_were(cast: Cast) -> None:
    """A deal that was open then, of another owner and amount, and is won today."""
    deal = Opportunity.objects.get(name="Deal 2")
    stages = {stage.name: stage for stage in Stage.objects.all()}
    _forget(deal)
    OpportunityChange.objects.bulk_create(
        [
            _change(deal, date(2026, 1, 5), stage=stages["late"], outcome="open", amount=700, owner=cast.bob),
            _change(deal, date(2026, 3, 10), stage=stages["won"], outcome="won", amount=3000, owner=cast.alice),
        ]
    )
    client = cast.client("erin")
    then = client.get("/why/", {"metric": "open_count", "period": "all", "as_of": THEN}).context["page"].rows
    rows = {row.cells[0].text: row.cells for row in then.rows}
    assert rows["Deal 2"][1].text == "Bob Brand"
    assert (rows["Deal 2"][2].status.label, rows["Deal 2"][3].value) == ("Open", Decimal(700))
    now = client.get("/why/", {"metric": "open_count", "period": "all"}).context["page"].rows
    assert "Deal 2" not in {row.cells[0].text for row in now.rows}


def _forget(deal: Opportunity) -> None:
    OpportunityChange.objects.filter(opportunity=deal).delete()


def _change(deal: Opportunity, day: date, **state: Any) -> OpportunityChange:
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return OpportunityChange(
        opportunity=deal, happened_on=day, recorded_at=at, currency="USD", closed_on=None if state["outcome"] == "open"
        else day, **state,
    )  # fmt: skip


def test_an_own_field_is_told_apart_as_it_was(cast: Cast) -> None:
    """SMB until March, Enterprise since; the second deal got its first value in March."""
    field = CustomField.objects.create(entity="opportunity", name="Segment", key="segment", type="text")
    first, second = Opportunity.objects.get(name="Deal 0"), Opportunity.objects.get(name="Deal 1")
    for deal in (first, second):
        CustomValue.objects.create(field=field, opportunity=deal, text="Enterprise")
    DetailChange.objects.all().delete()
    march = datetime(2026, 3, 5, tzinfo=UTC)
    DetailChange.objects.bulk_create(
        [
            DetailChange(
                opportunity=first, recorded_at=march, name=f"field:{field.pk}", before="SMB", after="Enterprise"
            ),
            DetailChange(
                opportunity=second, recorded_at=march, name=f"field:{field.pk}", before="", after="Enterprise"
            ),
        ]
    )
    recompute(cast)

    def told(as_of: str | None) -> dict[str | None, str | None]:
        rows = build.ask(cast.organization, "revenue", by="custom_segment", filters=["person=Alice Ames"],
                         on=date(2026, 5, 1), as_of=as_of)  # fmt: skip
        return {row.names["custom_segment"]: str(row.figure.value) for row in rows}

    assert told(None) == {"Enterprise": "3000.00", None: "3000.00"}
    assert told(THEN) == {"SMB": "1000.00", None: "2000.00"}
    page = get(cast.client("erin"), "/metrics/revenue/", by="custom_segment", as_of=THEN)
    for href, text in drawers(page).items():
        assert shown(follow(cast.client("erin"), href))["why"] == text, href


def test_emptying_a_value_and_adding_one_later_leave_history(cast: Cast) -> None:
    field = CustomField.objects.create(entity="opportunity", name="Segment", key="segment", type="text")
    deal = Opportunity.objects.get(name="Deal 0")
    OpportunityChange.objects.filter(opportunity=deal).delete()
    early = datetime(2026, 1, 1, tzinfo=UTC)
    OpportunityChange.objects.bulk_create(
        [OpportunityChange(opportunity=deal, happened_on=early.date(), recorded_at=early, stage=deal.stage, outcome="won",
                           amount=1, currency="USD", owner=cast.alice)]
    )  # fmt: skip
    DetailChange.objects.all().delete()
    value = CustomValue.objects.create(field=field, opportunity=deal, text="SMB")
    value.text = "Enterprise"
    value.save()
    value.delete()
    told = DetailChange.objects.order_by("pk").values_list("name", "before", "after")
    assert list(told) == [
        (f"field:{field.pk}", "", "SMB"),
        (f"field:{field.pk}", "SMB", "Enterprise"),
        (f"field:{field.pk}", "Enterprise", ""),
    ]


def test_a_value_that_comes_with_its_deal_is_no_change(cast: Cast) -> None:
    field = CustomField.objects.create(entity="opportunity", name="Segment", key="segment", type="text")
    DetailChange.objects.all().delete()
    CustomValue.objects.create(field=field, opportunity=Opportunity.objects.get(name="Deal 0"), text="SMB")
    assert not DetailChange.objects.exists()


@pytest.mark.parametrize("table", ["customvalue", "lead_source", "region"])
def test_what_facts_are_told_apart_by_counts_the_version_up(cast: Cast, table: str) -> None:
    field = CustomField.objects.create(entity="opportunity", name="Segment", key="segment", type="text")
    account = Account.objects.create(name="Acme", name_key="acme") if table == "region" else None
    recompute(cast)
    before = _version()
    deal = Opportunity.objects.get(name="Deal 0")
    if table == "customvalue":
        CustomValue.objects.create(field=field, opportunity=deal, text="SMB")
    elif account is None:
        Opportunity.objects.filter(pk=deal.pk).update(lead_source="Web")
    else:
        account.region = "West"
        account.save()
    recompute(cast)
    assert _version() == before + 1
    recompute(cast)
    assert _version() == before + 1


def _version() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM metrics_dataversion")
        version: int = cursor.fetchone()[0]
        return version
