"""`/healthz` and `/readyz`: what they say, to whom, and what they keep to themselves."""

from collections.abc import Iterator

import pytest
import redis
from django.db import OperationalError, connection
from django.test import Client, override_settings

from spm import health, heartbeat, schema


@pytest.fixture
def a_worker_lives() -> Iterator[None]:
    heartbeat.say()
    yield
    heartbeat.broker().delete(heartbeat.KEY)


@pytest.fixture
def no_worker_lives() -> None:
    heartbeat.broker().delete(heartbeat.KEY)


@pytest.mark.django_db
def test_all_is_well(client: Client, a_worker_lives: None, django_assert_num_queries: pytest.FixtureRequest) -> None:
    with django_assert_num_queries(2):  # type: ignore[operator]
        answer = client.get("/readyz")
    assert answer.status_code == 200
    assert set(answer.json().values()) == {"ok"}


@pytest.mark.django_db
def test_without_a_worker_it_is_not_ready(client: Client, no_worker_lives: None) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["worker"] == "none"
    assert answer.json()["database"] == "ok"


@pytest.mark.django_db
def test_an_answer_that_it_is_not_ready_fills_no_log(
    client: Client, no_worker_lives: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.handler.addFilter(health.NoProbes())
    client.get("/readyz")
    assert caplog.records == []
    client.get("/nowhere/")
    assert [record.getMessage() for record in caplog.records] == ["Not Found: /nowhere/"]


@pytest.mark.django_db
def test_a_workers_word_is_good_for_seconds_only(a_worker_lives: None) -> None:
    assert 0 < heartbeat.broker().ttl(heartbeat.KEY) <= heartbeat.SECONDS


@pytest.mark.django_db(transaction=True)
def test_who_passes_the_wall_is_not_ready(client: Client, a_worker_lives: None) -> None:
    with schema.as_owner(connection):
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "wall" in answer.json()["role"]


@pytest.mark.django_db
def test_a_migration_that_was_not_applied_is_seen(
    client: Client, a_worker_lives: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_on_disk", lambda: frozenset({("people", "9999_later")}))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["migrations"] == "not all applied"


@pytest.mark.django_db
def test_the_migrations_that_were_applied_are_those_on_disk() -> None:
    assert ("people", "0001_initial") in health._on_disk()


def test_a_database_that_is_down_costs_a_503_and_shows_no_address(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OperationalError('connection to server at "10.0.0.7" failed: password authentication failed for "spm"')

    monkeypatch.setattr(connection, "cursor", refuse)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] == "does not answer"
    assert "10.0.0.7" not in answer.content.decode()
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
@override_settings(CELERY_BROKER_URL="redis://127.0.0.1:1/0")
def test_a_broker_that_is_down_costs_a_503_and_the_worker_nothing(client: Client) -> None:
    with pytest.raises(redis.ConnectionError):
        heartbeat.broker().ping()
    heartbeat.say()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["broker"] == "does not answer"


def test_a_probe_needs_no_host_name_no_session_and_no_database(client: Client) -> None:
    answer = client.get("/healthz", headers={"host": "10.1.2.3:8000"})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert not answer.cookies
