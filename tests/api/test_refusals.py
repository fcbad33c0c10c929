"""Whatever is wrong with a request, the answer is a problem document that says what to do."""

from typing import Any
from unittest.mock import patch

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.db import InterfaceError, OperationalError
from redis.exceptions import ConnectionError as RedisDown

from people.cache import RedisCache
from tests.api.calls import Program, problem_of, program
from tests.cast import Cast

PEOPLE = "/api/v1/people"


@pytest.fixture
def ada(cast: Cast) -> Program:
    return program(cast, "ada")


@pytest.mark.parametrize(
    ("method", "address", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("GET", "/api/v1/people/", 404, "not_found"),
        ("GET", "/api/", 404, "not_found"),
        ("POST", "/api/v1/nothing", 404, "not_found"),
        ("GET", "/api/v1/people/999999", 404, "not_found"),
        ("GET", f"/api/v1/people/{'9' * 30}", 404, "not_found"),
        ("DELETE", PEOPLE, 405, "method_not_allowed"),
        ("PUT", PEOPLE, 405, "method_not_allowed"),
        ("GET", f"{PEOPLE}?color=red", 400, "unknown_parameter"),
        ("GET", f"{PEOPLE}?state=asleep", 400, "invalid_parameter"),
        ("GET", f"{PEOPLE}?state=all&state=left", 400, "invalid_parameter"),
        ("GET", f"{PEOPLE}?limit=0", 400, "invalid_parameter"),
        ("GET", f"{PEOPLE}?limit=1001", 400, "invalid_parameter"),
        ("GET", f"{PEOPLE}?cursor=later", 400, "invalid_parameter"),
        ("GET", "/api/v1/teams?on=2026-02-30", 400, "invalid_parameter"),
        ("GET", "/api/v1/me?x=1", 400, "unknown_parameter"),
        ("POST", f"{PEOPLE}?dry=1", 400, "unknown_parameter"),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(ada: Program, method: str, address: str, status: int, code: str) -> None:
    answer = ada.send(method, address)
    assert (answer.status_code, problem_of(answer)["code"]) == (status, code)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nonsense",
        b'{"name": NaN}',
        b'{"name": Infinity}',
        b'{"name": 1e999999}',
        b'{"name": ' + b"9" * 5_000 + b"}",
        b'{"name": "a", "name": "b"}',
        b'{"name": "\\u0000"}',
        b'{"name": "\\ud800"}',
        b'{"\\u0000": "x"}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b"[" * 25 + b"]" * 25,
    ],
    ids=lambda body: repr(body[:20]),
)
def test_a_body_that_is_no_json_we_can_keep_is_refused(ada: Program, body: bytes) -> None:
    answer = ada.post(PEOPLE, body)
    assert (answer.status_code, problem_of(answer)["code"]) == (400, "malformed")


@pytest.mark.parametrize("body", [[], "text", 5, None, [{"name": "x"}], {"name": {}}, {"name": []}, {"name": True}])
def test_json_of_another_shape_is_refused_by_field(ada: Program, body: Any) -> None:
    answer = ada.post(PEOPLE, b"null" if body is None else body)
    assert answer.status_code == 422
    assert problem_of(answer)["errors"]


def test_a_body_that_is_not_json_is_refused(ada: Program) -> None:
    answer = ada.post(PEOPLE, b"name=x", **{"Content-Type": "application/x-www-form-urlencoded"})
    assert (answer.status_code, problem_of(answer)["code"]) == (415, "unsupported_media_type")


def test_who_accepts_no_json_is_told(ada: Program) -> None:
    answer = ada.get("/api/v1/me", Accept="text/csv")
    assert (answer.status_code, problem_of(answer)["code"]) == (406, "not_acceptable")


def test_a_body_that_is_too_large_is_refused(ada: Program, settings: LazySettings) -> None:
    settings.API_MOST_BYTES = 100
    answer = ada.post(PEOPLE, {"name": "x" * 100})
    assert (answer.status_code, problem_of(answer)["code"]) == (413, "too_large")


def test_an_unknown_parameter_names_the_one_that_was_meant(ada: Program) -> None:
    assert "“state”" in problem_of(ada.get(f"{PEOPLE}?stat=all"))["detail"]


def test_a_405_says_what_is_allowed(ada: Program) -> None:
    assert "POST" in ada.send("DELETE", PEOPLE)["Allow"]


def test_an_error_of_the_program_is_a_problem_and_undoes_everything(ada: Program, cast: Cast) -> None:
    with patch("people.api.people._person_response", side_effect=RuntimeError("secret of the house")):
        answer = ada.post(PEOPLE, {"name": "Half Done"})
    assert answer.status_code == 500
    assert problem_of(answer)["code"] == "program_failed"
    assert b"secret" not in answer.content
    assert ada.get(f"{PEOPLE}?q=Half").json()["results"] == []


def test_an_error_outside_of_the_views_is_a_problem_too(ada: Program) -> None:
    with patch("people.api.callers.viewer_of_person", side_effect=RuntimeError):
        answer = ada.get("/api/v1/me")
    assert (answer.status_code, problem_of(answer)["code"]) == (500, "program_failed")


@pytest.mark.parametrize("place", ["people.api.people._person_response", "people.api.callers.viewer_of_person"])
@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_is_away_is_told_apart_from_a_fault(ada: Program, place: str, error: type[Exception]) -> None:
    with patch(place, side_effect=error("server at 10.0.0.7 closed the connection")):
        answer = ada.post(PEOPLE, {"name": "Half Done"})
    assert (answer.status_code, problem_of(answer)["code"], answer["Retry-After"]) == (503, "unavailable", "5")
    assert b"10.0.0.7" not in answer.content
    assert ada.get(f"{PEOPLE}?q=Half").json()["results"] == []


def test_the_sentences_are_in_the_language_asked_for_and_the_codes_are_not(ada: Program) -> None:
    answer = ada.get(f"{PEOPLE}?color=red", **{"Accept-Language": "de"})
    assert problem_of(answer)["code"] == "unknown_parameter"
    assert answer["Content-Language"] == "de"


# --- How often --------------------------------------------------------------------------------------------------------


@pytest.fixture
def empty_cache() -> Any:
    cache.clear()
    yield
    cache.clear()


@pytest.mark.usefixtures("empty_cache")
def test_more_requests_than_allowed_are_refused_until_the_next_minute(cast: Cast, settings: LazySettings) -> None:
    settings.API_READS_PER_MINUTE = 2
    ada, bob = program(cast, "ada"), program(cast, "bob")
    with patch("people.api.throttling.time.time", return_value=6_000.0):
        assert [ada.get("/api/v1/me")["RateLimit-Remaining"] for _each in range(2)] == ["1", "0"]
        answer = ada.get("/api/v1/me")
        assert (answer.status_code, problem_of(answer)["code"]) == (429, "too_many_requests")
        assert (answer["Retry-After"], answer["RateLimit-Remaining"]) == ("60", "0")
        assert ada.post(PEOPLE, {"name": "Counted By Itself"}).status_code == 201
        assert bob.get("/api/v1/me").status_code == 200
    with patch("people.api.throttling.time.time", return_value=6_060.0):
        assert ada.get("/api/v1/me").status_code == 200


def test_a_cache_that_is_down_lets_everybody_in(ada: Program, settings: LazySettings) -> None:
    settings.API_READS_PER_MINUTE = 1
    with (
        patch.object(RedisCache, "get_backend_timeout", side_effect=RedisDown),
        patch.object(RedisCache, "make_and_validate_key", side_effect=RedisDown),
    ):
        assert [ada.get("/api/v1/me").status_code for _each in range(3)] == [200, 200, 200]


VALUES, WHY = "/api/v1/metrics/values", "/api/v1/metrics/why"


@pytest.mark.parametrize(
    ("address", "field"),
    [
        (f"{PEOPLE}?limit=0", "limit"),
        (f"{PEOPLE}?cursor=later", "cursor"),
        (VALUES, "metric"),
        (f"{VALUES}?metric=nothing", "metric"),
        (f"{VALUES}?metric=revenue&by=nothing", "by"),
        (f"{VALUES}?metric=revenue&by=month,year", "by"),
        (f"{VALUES}?metric=lead_count&by=stage", "by"),
        (f"{VALUES}?metric=revenue&from=spring", "from"),
        (f"{VALUES}?metric=revenue&from=2026-02-01&to=2026-01-01", "to"),
        (f"{VALUES}?metric=revenue&filter=nothing", "filter"),
        (f"{VALUES}?metric=revenue&filter=person=Nobody Known", "filter"),
        (f"{VALUES}?metric=lead_count&filter=stage=", "filter"),
        (f"{VALUES}?metric=revenue&as_of=2999-01-01", "as_of"),
        (f"{WHY}?metric=revenue,win_rate", "metric"),
        (f"{WHY}?metric=revenue&from=2026-01-01", "to"),
        (f"{WHY}?metric=revenue&limit=0", "limit"),
    ],
)
def test_a_bad_parameter_is_named(ada: Program, address: str, field: str) -> None:
    problem = problem_of(ada.get(address))
    [error] = problem["errors"]
    assert (error["field"], error["code"], error["message"]) == (field, problem["code"], problem["detail"])
    assert "--" not in problem["detail"] and "as-of" not in problem["detail"]
