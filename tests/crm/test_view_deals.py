"""The list of deals and the page of a deal."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.models import Account, Pipeline, Product, Stage
from tests.cast import Cast
from tests.crm.access import make_batch, make_deal, make_stage

pytestmark = pytest.mark.django_db

FRAME = 10  # session, user, tenant, viewer and the savepoints around them
SignIn = Callable[[str], Client]


def test_a_rep_sees_their_own_a_manager_their_peoples_operations_all(cast: Cast, sign_in: SignIn) -> None:
    make_deal("A-1", cast.alice)
    make_deal("C-1", cast.carol)
    make_deal("H-1")
    seen = {}
    for name in ("alice", "bob", "carol", "dana", "finn"):
        page = sign_in(name).get("/deals/").content.decode()
        seen[name] = {key for key in ("A-1", "C-1", "H-1") if key in page}
    assert seen == {
        "alice": {"A-1"},
        "bob": {"A-1"},
        "carol": {"C-1"},
        "dana": {"A-1", "C-1", "H-1"},
        "finn": set(),
    }


def test_the_totals_are_those_of_the_filtered_list(cast: Cast, sign_in: SignIn) -> None:
    make_deal("A-1", cast.alice, amount=Decimal("1000"))
    make_deal("A-2", cast.alice, amount=None)
    make_deal("A-3", cast.alice, stage=make_stage("Lost", "lost", 2), amount=Decimal("77"))
    page = sign_in("dana").get("/deals/", {"outcome": "won"})
    assert [stat.text for stat in page.context["stats"]] == ["2", "$1,000"]
    assert page.context["stats"][1].hint == "1 without amount"


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"q": "acme"}, {"A-1"}),
        ({"q": "carol"}, {"C-1"}),
        ({"q": "%"}, set()),
        ({"closes_from": "2026-05-01", "closes_before": "2026-06-01"}, {"A-1"}),
        ({"amount_from": "150"}, {"C-1"}),
        ({"amount_to": "150"}, {"A-1"}),
        ({"oddity": "no_owner"}, set()),
        ({"owner": "not a number"}, set()),
    ],
)
def test_filters_find_what_they_say(cast: Cast, sign_in: SignIn, query: dict[str, str], wanted: set[str]) -> None:
    acme = Account.objects.create(name="Acme", name_key="acme")
    make_deal("A-1", cast.alice, account=acme, closed_on=date(2026, 5, 1))
    make_deal("C-1", cast.carol, amount=Decimal(200), closed_on=date(2026, 6, 1))
    page = sign_in("dana").get("/deals/", query)
    assert {row.cells[0].value for row in page.context["table"].rows} == wanted


def test_a_team_holds_everybody_below_it(cast: Cast, sign_in: SignIn) -> None:
    make_deal("A-1", cast.alice)
    make_deal("C-1", cast.carol)
    client = sign_in("dana")
    found = {
        name: {row.cells[0].value for row in client.get("/deals/", {"team": team.pk}).context["table"].rows}
        for name, team in cast.teams.items()
        if name in {"sales", "north", "south"}
    }
    assert found == {"sales": {"A-1", "C-1"}, "north": {"A-1"}, "south": {"C-1"}}


def test_pages_and_orders_show_every_deal_once(cast: Cast, sign_in: SignIn) -> None:
    for number in range(120):
        make_deal(f"A-{number}", cast.alice, amount=Decimal(number % 7) if number % 5 else None)
    client = sign_in("dana")
    for sort in ("closes", "-closes", "amount", "-amount", "created", "-created", "nonsense"):
        seen = [
            row.cells[0].value
            for page in (1, 2, 3)
            for row in client.get("/deals/", {"sort": sort, "page": page}).context["table"].rows
        ]
        assert len(seen) == len(set(seen)) == 120


def test_the_list_asks_the_same_number_of_questions_at_any_size(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("dana")
    make_deal("A-0", cast.alice)
    client.get("/deals/")
    with CaptureQueriesContext(connection) as few:
        client.get("/deals/")
    product = Product.objects.create(name="Rope", name_key="rope")
    for number in range(1, 60):
        make_deal(f"A-{number}", cast.alice, product=product)
    with CaptureQueriesContext(connection) as many:
        client.get("/deals/")
    assert len(few) == len(many) == FRAME + 8


def test_a_deal_shows_its_history_and_the_line_it_came_from(cast: Cast, sign_in: SignIn) -> None:
    batch = make_batch(state="applied", columns=["opportunity_id", "deal_stage"])
    batch.rows.create(number=7, raw=["A-1", "Won"], result="created")
    deal = make_deal(
        "A-1",
        cast.alice,
        stage=make_stage("Engaging", "open", 2),
        batch=batch,
        row_number=7,
        engaged_on=date(2026, 1, 2),
    )
    won = make_stage()
    deal.stage, deal.outcome, deal.amount = won, "won", Decimal(250)
    deal.save()
    client = sign_in("dana")
    client.get(f"/deals/{deal.pk}/")
    with CaptureQueriesContext(connection) as asked:
        page = client.get(f"/deals/{deal.pk}/")
    assert [event.title for event in page.context["events"]] == ["Engaging → Won", "First known in Engaging"]
    assert "$100 → $250" in page.context["events"][0].detail
    assert page.context["line"] == [("opportunity_id", "A-1"), ("deal_stage", "Won")]
    assert len(asked) == FRAME + 10


def test_a_deal_out_of_sight_is_not_found(cast: Cast, sign_in: SignIn) -> None:
    deal = make_deal("C-1", cast.carol)
    assert sign_in("alice").get(f"/deals/{deal.pk}/").status_code == 404
    deal.is_deleted = True
    deal.save()
    assert sign_in("dana").get(f"/deals/{deal.pk}/").status_code == 404


def test_stages_of_the_same_name_say_their_pipeline(cast: Cast, sign_in: SignIn) -> None:
    make_stage("Offer", "open", 1)
    renewals = Pipeline.objects.create(name="Renewals")
    Stage.objects.create(pipeline=renewals, name="Offer", name_key="offer", position=1, outcome="open")
    page = sign_in("dana").get("/deals/").content.decode()
    assert ">Offer</option>" in page and ">Offer (Renewals)</option>" in page
