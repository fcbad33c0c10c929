"""One gesture: every figure of every page opens why it is what it is, with the rows it counts and where they came from."""

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.models import Account, ImportBatch, ImportRow, Opportunity
from tests.cast import NOW, Cast
from tests.metrics.numbers import QUARTER, get, make_deals, recompute, shown, words

HOMES = [("alice", "/me/"), ("bob", "/team/"), ("bob", "/me/"), ("erin", "/company/"), ("erin", "/metrics/")]
EXPLORED = [
    ("erin", f"/metrics/{name}/", by)
    for name in ("revenue", "win_rate", "pipeline_open", "created_count", "cycle_days_median")
    for by in ("month", "person", "team", "product", "region", "industry", "source", "account", "stage")
]


@pytest.fixture(autouse=True)
def deals(cast: Cast) -> Iterator[dict[str, Any]]:
    stages = make_deals(cast)
    west = Account.objects.create(name="Hill & Co", name_key="hillco", region="West", industry="Retail")
    Opportunity.objects.filter(owner=cast.alice, amount__gte=2000).update(account=west, lead_source="Web")
    recompute(cast)
    yield stages


def drawers(response: Any) -> dict[str, str]:
    """The figures that stand in links of the drawer: address → what the page says."""
    found = re.findall(r'<a href="(/why/\?[^"]+)" data-drawer[^>]*>([^<]*)</a>', response.content.decode())
    return {unescape(href): unescape(text).strip() for href, text in found}


def follow(client: Client, href: str) -> Any:
    response = client.get(href)
    assert response.status_code == 200, href
    assert b"data-drawer-content" in response.content
    return response


@pytest.mark.parametrize(("who", "path"), HOMES)
def test_every_cell_of_a_home_opens_the_same_figure(cast: Cast, who: str, path: str) -> None:
    client = cast.client(who)
    page = get(client, path)
    cells = drawers(page)
    for tile in getattr(page.context["page"], "figures", []):
        cells[tile.why_href] = tile.text
    assert cells
    for href, text in cells.items():
        if text not in ("See the deals", "–"):
            assert shown(follow(client, href))["why"] == text, href


@pytest.mark.parametrize(("who", "path", "by"), EXPLORED)
def test_every_row_of_the_explorer_opens_the_same_figure(cast: Cast, who: str, path: str, by: str) -> None:
    client = cast.client(who)
    page = get(client, path, by=by)
    cells = drawers(page)
    assert cells
    for href, text in cells.items():
        assert shown(follow(client, href))["why"] == text, href


@pytest.mark.parametrize(("who", "path", "by"), EXPLORED)
def test_the_rows_behind_are_as_many_as_the_figure_counts(cast: Cast, who: str, path: str, by: str) -> None:
    client = cast.client(who)
    for href in drawers(get(client, path, by=by)):
        page = follow(client, href).context["page"]
        listed = client.get(page.actions[0].href)
        assert len(page.rows.rows) == int(shown(listed)["deals"].replace(",", "")), (href, page.actions[0].href)


def test_points_of_charts_open_the_drawer(cast: Cast) -> None:
    page = get(cast.client("erin"), "/company/").context["page"]
    for chart in (page.bookings, page.pipeline, page.products):
        assert chart.opens_drawer
        for series in chart.series:
            assert series.hrefs
            for href in series.hrefs:
                assert href.startswith("/why/?")
                follow(cast.client("erin"), href)


def test_what_needs_attention_opens_the_figure_it_is_about(cast: Cast) -> None:
    client = cast.client("bob")
    page = get(client, "/team/")
    reasons = [reason for item in page.context["page"].attention.items for reason in item.reasons]
    assert reasons
    for reason in reasons:
        assert "metric" in parse_qs(urlsplit(reason.href).query)
        follow(client, reason.href)


def test_a_reason_is_told_to_nobody_who_may_not_see_the_numbers(cast: Cast) -> None:
    href = f"/why/?metric=revenue&person={cast.alice.pk}"
    assert {who: cast.client(who).get(href).status_code for who in ("alice", "bob", "erin", "carol", "hana")} == {
        "alice": 200,
        "bob": 200,
        "erin": 200,
        "carol": 404,
        "hana": 404,
    }
    for who in ("alice", "bob"):
        assert cast.client(who).get("/why/?metric=revenue&without=person").status_code == 404
        assert cast.client(who).get(f"/why/?metric=revenue&team={cast.south.pk}").status_code == 404


def imported(cast: Cast) -> Opportunity:
    batch = ImportBatch.objects.create(
        kind="opportunity", source="files", file_name="january.csv", columns=["id", "value", "who"], state="applied",
        created_by=cast.ada, created_at=NOW, applied_at=NOW,
    )  # fmt: skip
    ImportRow.objects.create(batch=batch, number=7, raw=["D-1", "1.000,00", "A. Ames"], result="created")
    deal = Opportunity.objects.get(name="Deal 0")
    Opportunity.objects.filter(pk=deal.pk).update(batch=batch, row_number=7, amount=1100, converted_amount=1100)
    return deal


def test_a_row_leads_to_the_line_of_the_file_as_it_came(cast: Cast) -> None:
    deal = imported(cast)
    client = cast.client("bob")
    rows = follow(client, f"/why/?metric=revenue&person={cast.alice.pk}&period=2026Q1").context["page"].rows.rows
    href = next(row.cells[0].href for row in rows if str(deal.pk) in row.cells[0].href)
    said = words(follow(client, href))
    for text in ("january.csv", "Line 7", "D-1", "1.000,00", "A. Ames", "Ada Abel", "$1,000 → $1,100"):
        assert text in said, text
    assert f"/deals/{deal.pk}/" in client.get(href).content.decode()
    assert "Back to the number" in said
    assert cast.client("carol").get(href).status_code == 404


def test_a_row_that_no_file_brought_says_so(cast: Cast) -> None:
    deal = Opportunity.objects.get(name="Deal 1")
    assert "not imported from a file" in words(follow(cast.client("alice"), f"/why/deals/{deal.pk}/"))


def test_rows_are_paged_and_each_page_stays_in_the_drawer(cast: Cast, deals: dict[str, Any]) -> None:
    Opportunity.objects.bulk_create(
        Opportunity(
            source="more", external_id=str(n), stage=deals["won"], outcome="won", owner=cast.alice, currency="USD",
            amount=n, converted_amount=n, closed_on=date(2026, 2, 1),
        )
        for n in range(30)
    )  # fmt: skip
    recompute(cast)
    client, seen = cast.client("alice"), set()
    for number in range(1, 5):
        response = get(client, "/why/", metric="revenue", page=number)
        assert "hx-push-url" not in response.content.decode().split("data-drawer-content")[1]
        seen |= {row.cells[0].href.split("?")[0] for row in response.context["page"].rows.rows}
    assert len(seen) == 33


@pytest.mark.parametrize("more", [0, 300])
def test_the_reason_costs_the_same_queries_whatever_the_size(cast: Cast, deals: dict[str, Any], more: int) -> None:
    Opportunity.objects.bulk_create(
        Opportunity(
            source="more", external_id=str(n), stage=deals["won"], outcome="won", owner=cast.alice, currency="USD",
            amount=n, converted_amount=n, closed_on=date(2026, 2, 1),
        )
        for n in range(more)
    )  # fmt: skip
    recompute(cast)
    client = cast.client("bob")
    client.get("/why/", {"metric": "revenue", **QUARTER})
    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get("/why/", {"metric": "revenue", "team": cast.north.pk, **QUARTER})
    assert len(asked) <= 21, len(asked)
