"""Figures as they stood on a past day equal a second calculation over the history, deal by deal."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from crm.models import Opportunity, OpportunityChange
from metrics.catalogue import CATALOGUE
from metrics.selectors.parse import QuestionError
from people.models import Organization
from people.wall import tenant
from tests.cast import Cast
from tests.metrics import build, oracle
from tests.metrics.numbers import get, make_deals, words
from tests.metrics.test_oracle import METRICS

FIRST = date(2017, 1, 1)
DAYS = [FIRST + timedelta(n) for n in (0, 40, 95, 200, 330)]
TODAY = date(2017, 12, 31)


@dataclass
class Known:
    organization: Organization
    structure: oracle.Structure
    changes: dict[int, list[OpportunityChange]]

    def stood(self, day: date) -> list[oracle.Deal]:
        """Every deal as it was known at the end of a day."""
        rows = Opportunity.objects.filter(is_deleted=False).select_related("owner", "product", "stage", "account")
        found = [self._then(row, self.changes[row.pk], day) for row in rows]
        return [oracle.deal_of(row, self.organization) for row in found if row is not None]

    def _then(self, row: Opportunity, changes: list[OpportunityChange], day: date) -> Any:
        if all(change.happened_on <= day for change in changes):
            exists = (row.created_on or row.engaged_on or row.closed_on or day) <= day
            return row if exists else None
        known = [change for change in changes if change.happened_on <= day]
        begun = [each for each in (row.created_on, row.engaged_on) if each]
        if not known and (not begun or min(begun) > day):
            return None
        state = known[-1] if known else changes[0]
        row.owner, row.converted_amount, row.probability = state.owner, state.amount, None
        if known:
            row.stage, row.outcome, row.closed_on = state.stage, state.outcome, state.closed_on
        else:
            row.stage_id, row.outcome, row.closed_on = None, "open", None
        return row


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Known]:
    """A year in which deals change their stage, amount, close date and owner up to four times."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = build.organization("lookback")
        with tenant(made.pk):
            changes = _fill(random.Random(11))
            yield Known(made, oracle.Structure(), changes)
        transaction.set_rollback(True)


def _fill(chance: random.Random) -> dict[int, list[OpportunityChange]]:
    turn = date(2017, 5, 1)
    top = build.team("Top")
    north, south = build.team("North", top), build.team("South", top)
    people = [build.person(f"P{n}") for n in range(3)]
    build.seated(people[0], north, ends_before=turn)
    build.seated(people[0], south, starts_on=turn)
    build.seated(people[1], north)
    build.seated(people[2], south)
    stages = build.stages(likely=Decimal("0.75"))
    product = build.product("GTX")
    rows, histories = [], []
    for _ in range(150):
        days = sorted(chance.sample(range(1, 340), chance.randrange(1, 5)))
        states = [_state(chance, FIRST + timedelta(day), stages, people) for day in days]
        created = None if chance.random() < 0.2 else FIRST + timedelta(max(days[0] - chance.randrange(60), 0))
        last = states[-1]
        rows.append(
            build.deal(
                last["stage"], last["owner"], last["amount"], closed_on=last["closed_on"], created_on=created,
                product=chance.choice([product, None]), probability=chance.choice([None, Decimal("0.4")]),
            )
        )  # fmt: skip
        histories.append(states)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL app.history = 'off'")
    build.deals(*rows)
    changes = [
        OpportunityChange(
            opportunity=row, recorded_at=datetime(2017, 1, 1, tzinfo=UTC) + timedelta(minutes=n), currency="USD",
            outcome=state["stage"].outcome, **state,
        )
        for row, states in zip(rows, histories, strict=True)
        for n, state in enumerate(states)
    ]  # fmt: skip
    OpportunityChange.objects.bulk_create(changes)
    found: dict[int, list[OpportunityChange]] = {}
    for change in changes:
        found.setdefault(change.opportunity_id, []).append(change)
    return found


def _state(chance: random.Random, day: date, stages: dict[str, Any], people: list[Any]) -> dict[str, Any]:
    stage = stages[chance.choice(["open", "likely", "won", "lost"])]
    closes = day if stage.outcome != "open" else chance.choice([None, day + timedelta(chance.randrange(1, 90))])
    amount = chance.choice([None, Decimal(chance.randrange(0, 1000))])
    return {
        "happened_on": day, "stage": stage, "owner": chance.choice([*people, None]), "amount": amount,
        "closed_on": closes,
    }  # fmt: skip


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("by", ["", "person", "team", "product", "month", "team,quarter"])
@pytest.mark.parametrize("metric", METRICS)
def test_the_figure_stood_as_the_history_says(company: Known, metric: str, by: str, day: date) -> None:
    rows = build.ask(company.organization, metric, by=by, on=TODAY, as_of=day.isoformat())
    ours = {tuple(row.names.values()): None if row.figure.value is None else f"{row.figure.value:f}" for row in rows}
    theirs: dict[tuple[str | None, ...], list[oracle.Deal]] = {group: [] for group in ours}
    for deal in oracle.counted(metric, company.stood(day)):
        for group in oracle.groups(metric, by, deal, day, company.structure):
            theirs.setdefault(group, []).append(deal)
    assert ours == {group: oracle.value(metric, some) for group, some in theirs.items()}


def test_today_looks_back_to_the_same_figures(company: Known) -> None:
    """What changed by today is all there is, apart from deals that close in days still to come."""
    for metric in ("revenue", "won_count", "created_count"):
        now = build.figure(company.organization, metric, on=TODAY)
        assert build.figure(company.organization, metric, on=TODAY, as_of=TODAY.isoformat()) == now


def test_a_day_still_to_come_is_refused(company: Known) -> None:
    with pytest.raises(QuestionError, match="still to come"):
        build.ask(company.organization, "revenue", on=TODAY, as_of="2018-01-01")


def test_the_explorer_says_that_it_looks_back(cast: Cast) -> None:
    make_deals(cast)
    client = cast.client("erin")
    now = get(client, "/metrics/revenue/", by="person")
    then = get(client, "/metrics/revenue/", by="person", as_of="2026-02-01")
    assert "A look back to" in words(then)
    assert "A look back to" not in words(now)
    page = then.context["page"]
    assert page.figure.value < now.context["page"].figure.value
    reason = client.get(page.figure.why_href)
    assert "As it stood on" in words(reason)
    for text in ("nonsense", "9999-01-01", "2026-13-01", "0001-01-01"):
        assert client.get("/metrics/revenue/", {"as_of": text}).status_code == 200


def test_every_metric_that_can_looks_back(cast: Cast) -> None:
    make_deals(cast)
    client = cast.client("erin")
    for name in CATALOGUE:
        assert client.get(f"/metrics/{name}/", {"as_of": "2026-02-01"}).status_code == 200, name
