"""Pages, the drawer, the page of a row and the API tell the same shares of deals of a past day."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from crm.models import Credit, Opportunity, OpportunityChange
from tests.api.calls import program
from tests.cast import Cast
from tests.metrics import build
from tests.metrics.numbers import get, make_deals, recompute, shown

THEN, YEAR = "2026-02-15", "from=2026-01-01&to=2027-01-01"


@pytest.fixture
def split_since(cast: Cast) -> Opportunity:
    """Alice's won deal of 1,000 of January; since March Bob has half of it."""
    make_deals(cast)
    deal = Opportunity.objects.get(name="Deal 0")
    OpportunityChange.objects.filter(opportunity=deal).delete()
    january = datetime(2026, 1, 10, 9, tzinfo=UTC)
    OpportunityChange.objects.create(
        opportunity=deal, happened_on=january, recorded_at=january, stage=deal.stage, outcome="won", amount=1000,
        currency="USD", owner=cast.alice, closed_on=january,
    )  # fmt: skip
    build.credit(deal, a=(cast.alice, "0.5", "owner"), b=(cast.bob, "0.5"))
    Credit.objects.update(recorded_at=datetime(2026, 3, 1, tzinfo=UTC))
    recompute(cast)
    return deal


def test_page_drawer_and_api_tell_the_same_shares_of_the_day(cast: Cast, split_since: Opportunity) -> None:
    alice = cast.client("alice")
    for asked, bookings in (({"as_of": THEN}, "$3,000"), ({}, "$5,500")):
        page = get(alice, "/me/", period="year", **asked)
        assert shown(page)["revenue"] == bookings
        [tile] = [tile for tile in page.context["page"].figures if "metric=revenue&" in tile.why_href]
        reason = alice.get(tile.why_href).context["page"]
        amounts = {row.cells[0].text: row.cells[2].value for row in reason.rows.rows}
        assert (reason.text, amounts["Deal 0"]) == (bookings, Decimal(1000 if asked else 500))
        back = "".join(f"&{name}={value}" for name, value in asked.items())
        client = program(cast, "alice")
        why = client.get(f"/api/v1/metrics/why?metric=revenue&person={cast.alice.pk}&{YEAR}{back}").json()
        [told] = [row for row in why["rows"] if row["deal"] == split_since.pk]
        assert told["amount"] == ("1000" if asked else "500"), told
        assert f"${Decimal(why['value']):,.0f}" == bookings


def test_where_a_row_comes_from_tells_the_shares_of_the_day(cast: Cast, split_since: Opportunity) -> None:
    build.credit(split_since, c=(cast.carol, "0.1", "overlay"))
    told = Credit.objects.filter(role="overlay")
    told.update(recorded_at=datetime(2026, 4, 1, tzinfo=UTC))
    client, path = cast.client("dana"), f"/why/deals/{split_since.pk}/"
    for day, expected in (
        ("2026-02-15", ["The owner of then, all of it"]),
        ("2026-03-15", ["Alice Ames, 50%", "Bob Brand, 50%"]),
        ("2026-04-15", ["Alice Ames, 50%", "Bob Brand, 50%", f"{cast.carol.name}, 10% (outside team totals)"]),
    ):
        facts = client.get(path, {"as_of": day}).context["page"].facts
        assert [text for label, text in facts if label.startswith("Credit on")] == expected, day
    assert not [1 for label, _ in client.get(path).context["page"].facts if label.startswith("Credit on")]


def test_shares_from_before_times_were_kept_count_from_the_beginning(cast: Cast, split_since: Opportunity) -> None:
    def told(day: str) -> dict[str, str]:
        rows = build.table(build.ask(cast.organization, "revenue", by="person", on=date(2026, 5, 1), as_of=day))
        return {who: rows[who] for who in (cast.alice.name, cast.bob.name)}

    before = told("2026-02-15")
    Credit.objects.update(recorded_at=None)
    halved = told("2026-02-15")
    assert [Decimal(before[who]) - Decimal(halved[who]) for who in before] == [500, -500]
    Credit.objects.filter(opportunity=split_since).delete()
    assert told("2026-02-15") == halved, "taken away today"
