"""What stands beside the deals of the demo agrees with the deals."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from people.models import Organization
from people.wall import tenant
from spm.demo.load import demo_create

AT = datetime(2026, 5, 17, 16, tzinfo=UTC)


def make(slug: str) -> Organization:
    return demo_create(slug=slug, reps=12, deals=600, months=12, seed=7, at=AT)


@pytest.fixture
def demo(db: None) -> Iterator[Organization]:
    organization = make("demo")
    with tenant(organization.pk):
        yield organization


def ask(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


@pytest.mark.usefixtures("demo")
def test_leads_became_customers_by_won_deals_and_only_by_those() -> None:
    [(leads, converted)] = ask("SELECT count(*), count(*) FILTER (WHERE is_converted) FROM crm_lead")
    assert 0 < converted < leads
    wrong = """SELECT count(*) FROM crm_lead l LEFT JOIN crm_opportunity o ON o.id = l.opportunity_id
        WHERE l.is_converted IS DISTINCT FROM coalesce(o.outcome = 'won', false)
            OR l.is_converted AND (l.converted_on <> o.closed_on OR l.external_id <> o.lead_text)"""
    assert ask(wrong) == [(0,)]
    assert len(ask("SELECT DISTINCT lead_source FROM crm_lead")) == 5


@pytest.mark.usefixtures("demo")
def test_bookings_add_up_to_the_won_deals() -> None:
    won = "SELECT sum(amount), count(*) FROM crm_opportunity WHERE outcome = 'won' AND closed_on <= '2026-05-17'"
    assert ask("SELECT sum(amount), count(*) FROM crm_transaction WHERE type = 'booking'") == ask(won)
    assert {kind for (kind,) in ask("SELECT DISTINCT type FROM crm_transaction")} >= {
        "booking", "invoice", "payment", "delivery",
    }  # fmt: skip


@pytest.mark.usefixtures("demo")
def test_every_rep_has_one_quota_on_every_day_they_sit_somewhere() -> None:
    days = """SELECT h.person_id, d FROM people_seatholding h JOIN people_seat s ON s.id = h.seat_id AND s.role = 'rep'
        JOIN generate_series(DATE '2025-07-01', DATE '2026-06-30', '1 day') d ON d >= h.starts_on AND d < h.ends_before"""
    wrong = f"""SELECT count(*) FROM ({days}) held LEFT JOIN crm_quota q
        ON q.person_id = held.person_id AND q.starts_on <= held.d AND q.ends_before > held.d WHERE q.id IS NULL"""
    assert ask(wrong) == [(0,)]
    assert ask("SELECT count(*) FROM crm_quota WHERE amount < 1000 OR amount % 1000 <> 0") == [(0,)]


@pytest.mark.usefixtures("demo")
def test_a_team_is_to_sell_a_little_less_than_its_people_together() -> None:
    of_people = ask("SELECT sum(amount) FROM crm_quota WHERE person_id IS NOT NULL")[0][0]
    of_teams = ask("SELECT sum(amount) FROM crm_quota WHERE team_id IS NOT NULL")[0][0]
    assert of_people * 9 / 10 < of_teams < of_people


@pytest.mark.usefixtures("demo")
def test_a_cancellation_takes_back_no_more_than_its_booking() -> None:
    wrong = """SELECT count(*) FROM crm_transaction c LEFT JOIN crm_transaction b ON b.id = c.cancels_id
        WHERE c.type = 'cancellation' AND (b.type IS DISTINCT FROM 'booking' OR abs(c.amount) > b.amount)"""
    assert ask(wrong) == [(0,)]


@pytest.mark.usefixtures("demo")
def test_nothing_happened_in_the_future_and_no_activity_at_a_weekend() -> None:
    for table in ("crm_activity", "crm_transaction"):
        assert ask(f"SELECT count(*) FROM {table} WHERE occurred_on > '2026-05-17'") == [(0,)]
    assert ask("SELECT count(*) FROM crm_activity WHERE extract(isodow FROM occurred_on) > 5") == [(0,)]
    assert len(ask("SELECT DISTINCT type FROM crm_activity")) >= 5


@pytest.mark.usefixtures("demo")
def test_deals_have_types_reasons_steps_segments_and_roles() -> None:
    assert {kind for (kind,) in ask("SELECT DISTINCT deal_type FROM crm_opportunity")} == {
        "new",
        "expansion",
        "renewal",
    }
    assert ask("SELECT count(*) FROM crm_opportunity WHERE (outcome = 'lost') <> (loss_reason <> '')") == [(0,)]
    assert ask("SELECT count(*) FROM crm_opportunity WHERE next_step <> '' AND outcome <> 'open'") == [(0,)]
    [(segments, amounts)] = ask("SELECT count(*) FILTER (WHERE number IS NULL), count(number) FROM crm_customvalue")
    assert segments > 500 and amounts > 50
    assert ask("SELECT count(*) FROM crm_dealrole r JOIN crm_opportunity o ON o.id = r.opportunity_id"
               " WHERE r.person_id = o.owner_id") == [(0,)]  # fmt: skip


def test_the_same_seed_and_day_give_the_same_facts(db: None) -> None:
    found = []
    for slug in ("one", "two"):
        with tenant(make(slug).pk):
            found.append(
                ask("SELECT external_id, type, occurred_on FROM crm_activity ORDER BY 1")
                + ask("SELECT external_id, type, occurred_on, amount FROM crm_transaction ORDER BY 1")
                + ask("SELECT external_id, created_on, is_converted FROM crm_lead ORDER BY 1")
            )
    assert found[0] == found[1] and len(found[0]) > 1_000
