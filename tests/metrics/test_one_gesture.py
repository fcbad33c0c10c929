"""Every figure of every page opens why it is what it is: pages are walked, and a figure without its drawer fails."""

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from typing import Any

import pytest

from crm.models import Activity, ImportBatch, Lead, Opportunity, Quota, Transaction
from tests.cast import NOW, Cast
from tests.metrics.numbers import QUARTER, make_deals, recompute, shown

DAY = date(2026, 2, 10)
SPRING = {"starts_on": "2026-01-01", "ends_before": "2026-04-01"}


@pytest.fixture(autouse=True)
def facts(cast: Cast) -> Iterator[dict[str, Any]]:
    """Deals, leads, activities, transactions and quotas of the quarter."""
    make_deals(cast)
    batch = ImportBatch.objects.create(file_name="leads.csv", source="crm", kind="lead", created_at=NOW)
    lead = Lead.objects.create(
        source="crm",
        external_id="L1",
        owner=cast.alice,
        created_on=DAY,
        stated_converted_on=DAY,
        batch=batch,
        row_number=7,
    )
    Lead.objects.create(source="crm", external_id="L2", owner=cast.alice, created_on=DAY)
    Activity.objects.create(
        source="crm", external_id="A1", person=cast.alice, type="call", occurred_at=NOW, occurred_on=DAY
    )
    for number, (kind, amount) in enumerate((("booking", 100), ("payment", 40), ("cancellation", 30))):
        Transaction.objects.create(
            source="crm", external_id=f"T{number}", person=cast.alice, type=kind, amount=amount, converted_amount=amount,
            currency="USD", occurred_on=DAY,
        )  # fmt: skip
    for holder in ({"person": cast.alice}, {"person": cast.bob}, {"team": cast.north}):
        Quota.objects.create(
            **holder, amount=9000, converted_amount=9000, currency="USD", starts_on=date(2026, 1, 1),
            ends_before=date(2026, 7, 1),
        )  # fmt: skip
    recompute(cast)
    yield {"lead": lead, "deal": Opportunity.objects.get(name="Deal 2")}


PAGES: list[tuple[str, str, dict[str, str]]] = [
    ("alice", "/me/", QUARTER),
    ("bob", "/team/", QUARTER),
    ("bob", "/team/", {**QUARTER, "view": "people"}),
    ("erin", "/company/", QUARTER),
    ("erin", "/company/", {**QUARTER, "as_of": "2026-02-15"}),
    ("erin", "/teams/{sales}/numbers/", QUARTER),
    ("erin", "/people/{alice}/numbers/", QUARTER),
    ("erin", "/metrics/", QUARTER),
    ("erin", "/metrics/win_rate/", {**QUARTER, "by": "person"}),
    ("erin", "/metrics/attainment/", {**QUARTER, "by": "team"}),
    ("erin", "/metrics/lead_conversion/", {**QUARTER, "by": "source"}),
    ("erin", "/deals/", {}),
    ("alice", "/deals/", {"outcome": "won"}),
    ("erin", "/leads/", {}),
    ("erin", "/activities/", {}),
    ("erin", "/transactions/", {}),
    ("erin", "/quotas/", SPRING),
    ("erin", "/deals/{deal}/", {}),
    ("erin", "/leads/{lead}/", {}),
]

FIGURE = re.compile(r'data-figure="(?P<key>[^"]*)"[^>]*>(?P<body>.*?)</(?:p|span)>', re.S)
NUMBER = re.compile(  # numerator and denominator are parts of the figure beside them, whose drawer says them
    r'<td class="is-numeric" data-label="(?!Numerator|Denominator)[^"]*">(?P<body>.*?)</td>', re.S
)
TILE = re.compile(r'<article class="figure.*?</article>', re.S)
DRAWER = re.compile(r'<a [^>]*href="(?P<href>[^"]+)"[^>]*data-drawer')
BESIDE = re.compile(r'<(span|p) class="(cell__delta|visually).*', re.S)  # a change stands beside its figure
OWN_ROWS = ("/deals/", "/leads/", "/activities/", "/transactions/")  # each row of a list is a fact that leads to itself


def page_of(cast: Cast, facts: dict[str, Any], who: str, path: str, query: dict[str, str]) -> tuple[str, str]:
    names = {"sales": cast.sales.pk, "alice": cast.alice.pk, "deal": facts["deal"].pk, "lead": facts["lead"].pk}
    where = path.format(**names)
    answer = cast.client(who).get(where, query)
    assert answer.status_code == 200, where
    return where, answer.content.decode()


def words(body: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", body)).strip()


def without_drawer(where: str, html: str) -> list[str]:
    """Figures of a page that open nothing."""
    found = [tile for tile in TILE.findall(html) if not DRAWER.search(tile)]
    rest = TILE.sub("", html)
    found += [match["body"] for match in FIGURE.finditer(rest) if not DRAWER.search(match["body"])]
    if where not in OWN_ROWS:
        found += [match["body"] for match in NUMBER.finditer(rest) if not DRAWER.search(match["body"])]
    shorn = (words(BESIDE.sub("", each)) for each in found)
    return [text for text in shorn if re.search(r"\d", text)]


@pytest.mark.parametrize(("who", "path", "query"), PAGES)
def test_every_figure_opens_its_drawer(
    cast: Cast, facts: dict[str, Any], who: str, path: str, query: dict[str, str]
) -> None:
    where, html = page_of(cast, facts, who, path, query)
    assert FIGURE.search(html) or NUMBER.search(html), "a page without figures proves nothing"
    assert without_drawer(where, html) == []


@pytest.mark.parametrize(("who", "path", "query"), [each for each in PAGES if "metrics" not in each[1]])
def test_what_opens_says_the_same_figure(
    cast: Cast, facts: dict[str, Any], who: str, path: str, query: dict[str, str]
) -> None:
    _where, html = page_of(cast, facts, who, path, query)
    client = cast.client(who)
    told = 0
    for match in [*FIGURE.finditer(TILE.sub("", html)), *NUMBER.finditer(html)]:
        link = DRAWER.search(match["body"])
        if link is None:
            continue
        reason = client.get(unescape(link["href"]))
        assert reason.status_code == 200 and b"data-drawer-content" in reason.content, link["href"]
        if "/why/deals/" in link["href"] or "/why/leads/" in link["href"]:
            continue  # where a single fact comes from has no figure of its own
        text = re.split(r"\s{2,}", words(match["body"].split("</a>")[0]))[0]
        assert shown(reason)["why"] == text, link["href"]
        told += 1
    assert told or "{" in path


def test_the_total_of_a_list_leads_to_its_rows_and_their_lines(cast: Cast) -> None:
    answer = cast.client("ada").get("/leads/total/", {"figure": "converted"})
    [row] = answer.context["rows"].rows
    assert (row.cells[0].text, row.cells[1].text) == ("L1", "leads.csv, line 7")
    pairs = dict(pair[:2] for pair in cast.client("ada").get("/deals/total/", {"outcome": "won"}).context["pairs"])
    assert pairs["Outcome"] == "won"


@pytest.mark.parametrize("what", ["rest", "middle"])
def test_what_stands_between_the_rows_and_the_total_is_explained(cast: Cast, what: str) -> None:
    asked = {"metric": "revenue", "what": what, **QUARTER}
    page = cast.client("erin").get("/why/between/", asked)
    assert page.status_code == 200
    if what == "rest":
        assert shown(page)["why"] == "$900", "the house"
    assert cast.client("bob").get("/why/between/", {**asked, "team": cast.north.pk}).status_code == 200
    assert cast.client("bob").get("/why/between/", {**asked, "team": cast.south.pk}).status_code == 404
    for nonsense in ({"what": "x"}, {"metric": "nothing"}, {"team": "x"}):
        assert cast.client("erin").get("/why/between/", {**asked, **nonsense}).status_code == 404


def test_the_quotas_behind_a_quota_are_cut_to_the_days(cast: Cast) -> None:
    page = cast.client("erin").get("/why/", {"metric": "quota", "person": cast.alice.pk, "period": "2026Q1"})
    [row] = page.context["page"].rows.rows
    assert (row.cells[0].text, row.cells[2].text) == ("Alice Ames", "$9,000")
    assert page.context["page"].text == "$4,475"  # 90 of 181 days
    assert round(row.cells[3].value) == 4475
