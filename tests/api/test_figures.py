"""Figures by the API are the command's, and open to whom the pages open them."""

import json
from io import StringIO
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.management import call_command

from metrics.catalogue import CATALOGUE
from tests.api.calls import Program, problem_of, program
from tests.cast import Cast
from tests.metrics.numbers import make_deals

VALUES = "/api/v1/metrics/values"


@pytest.fixture
def ada(cast: Cast) -> Program:
    make_deals(cast)
    return program(cast, "ada", ["metrics:read"])


def by_command(**options: Any) -> Any:
    out = StringIO()
    call_command("metrics", organization="acme", format="json", no_wait=True, stdout=out, **options)
    return json.loads(out.getvalue())


@pytest.mark.parametrize(
    "query",
    [
        {"metric": ",".join(CATALOGUE)},
        {"metric": "revenue,win_rate", "by": "person"},
        {"metric": "revenue", "by": "team,month", "from": "2026-01-01", "to": "2026-04-01"},
        {"metric": "deal_size_median,cycle_days_mean", "by": "product", "from": "2026-01-01", "to": "2026-04-01"},
        {"metric": "win_rate", "by": "quarter", "filter": "team=North"},
        {"metric": "pipeline_open", "filter": "person=alice@acme.example"},
    ],
    ids=lambda query: urlencode(query)[:60],
)
def test_the_rows_are_those_of_the_command(ada: Program, query: dict[str, str]) -> None:
    options = {"starts_on": query.get("from"), "ends_before": query.get("to"), "filter": [query.get("filter")]}
    options = {name: value for name, value in options.items() if value and value != [None]}
    asked = {name: query[name] for name in ("metric", "by") if name in query}
    found = ada.get(f"{VALUES}?{urlencode(query)}")
    assert found.status_code == 200, found.content
    assert found.json() == by_command(**asked, **options)
    assert found.json()["rows"]


def value(answer: Any) -> str | None:
    assert answer.status_code == 200, answer.content
    found: str | None = answer.json()["rows"][0]["value"]
    return found


@pytest.mark.usefixtures("ada")
def test_everybody_gets_the_figures_that_are_open_to_them_and_no_others(cast: Cast) -> None:
    alice, bob = program(cast, "alice"), program(cast, "bob")
    assert value(alice.get(f"{VALUES}?metric=revenue&filter=person=id:{cast.alice.pk}")) == "6000.00"
    assert value(bob.get(f"{VALUES}?metric=revenue&filter=team=North")) == "6400.00"
    assert value(bob.get(f"{VALUES}?metric=revenue&filter=person=Alice%20Ames")) == "6000.00"
    for caller, query, status in [
        (alice, "", 403),
        (alice, "&by=person", 403),
        (alice, f"&filter=person=id:{cast.bob.pk}", 404),
        (alice, "&filter=team=North", 404),
        (bob, "&filter=team=Sales", 404),
        (bob, "&filter=person=Carol%20Cole", 404),
        (bob, "&filter=product=GTX", 403),
        (bob, "&filter=team=Nowhere", 404),
    ]:
        answer = caller.get(f"{VALUES}?metric=revenue{query}")
        assert (answer.status_code, problem_of(answer)["status"]) == (status, status), query
    assert {row["group"]["person"] for row in bob.get(f"{VALUES}?metric=revenue&by=person&filter=team=North").json()["rows"]} == {
        "Alice Ames",
        "Bob Brand",
    }  # fmt: skip


@pytest.mark.parametrize(
    "query",
    [
        "",
        "metric=",
        "metric=revenu",
        "metric=revenue&by=colour",
        "metric=revenue&by=day,month",
        "metric=revenue&from=yesterday",
        "metric=revenue&from=2026-02-30",
        "metric=revenue&from=2026-02-01&to=2026-01-01",
        "metric=revenue&filter=x",
        "metric=revenue&filter=colour=red",
        "metric=revenue&filter=person=%00",
        "metric=%00",
        "metric=revenue&metric=win_rate",
        "metric=revenue&colour=red",
        "metric=revenue&by=day,person&from=0001-01-01&to=9999-12-31",
        "metric=revenue&by=day&from=0001-01-01",
    ],
)
def test_a_senseless_question_is_told_what_is_wrong(ada: Program, query: str) -> None:
    answer = ada.get(f"{VALUES}?{query}")
    assert answer.status_code == 400
    assert "--" not in problem_of(answer)["detail"]


def test_the_catalogue_says_what_every_metric_means(ada: Program) -> None:
    found = {row["name"]: row for row in ada.get("/api/v1/metrics").json()}
    assert found.keys() == CATALOGUE.keys()
    assert found["win_rate"]["numerator"] and found["win_rate"]["denominator"]


WHY = "/api/v1/metrics/why"


def test_a_figure_leads_to_its_deals_and_their_lines(ada: Program, cast: Cast) -> None:
    days = "from=2026-01-01&to=2026-04-01"
    found = ada.get(f"{WHY}?metric=revenue&person={cast.alice.pk}&{days}").json()
    assert (found["value"], sorted(deal["amount"] for deal in found["deals"])) == ("6000.00", ["1000", "2000", "3000"])
    assert found["definition"]["name"] == "revenue"
    assert {"import_id", "import_line"} <= found["deals"][0].keys()
    parts = ada.get(f"{WHY}?metric=revenue&{days}&limit=2").json()
    assert len(parts["deals"]) == 2 and parts["next"]
    rest = ada.get(parts["next"]).json()
    assert not {deal["id"] for deal in parts["deals"]} & {deal["id"] for deal in rest["deals"]}


@pytest.mark.usefixtures("ada")
def test_why_is_open_to_whom_the_figure_is(cast: Cast) -> None:
    alice, bob = program(cast, "alice"), program(cast, "bob")
    assert alice.get(f"{WHY}?metric=revenue").status_code == 403
    assert alice.get(f"{WHY}?metric=revenue&person={cast.bob.pk}").status_code == 404
    assert alice.get(f"{WHY}?metric=revenue&person={cast.alice.pk}").status_code == 200
    assert bob.get(f"{WHY}?metric=revenue&team={cast.north.pk}").json()["value"] == "6400.00"
    assert bob.get(f"{WHY}?metric=revenue&team={cast.south.pk}").status_code == 404


@pytest.mark.parametrize(
    "query", ["", "metric=x", "metric=revenue,win_rate", "metric=revenue&from=2026-01-01", "metric=revenue&by=person"]
)
def test_a_senseless_why_is_refused(ada: Program, query: str) -> None:
    assert problem_of(ada.get(f"{WHY}?{query}"))["status"] == 400


def test_a_person_that_no_row_can_be_is_nothing(ada: Program) -> None:
    for number in ["0", "-1", "9" * 30, "x"]:
        assert ada.get(f"{WHY}?metric=revenue&person={number}").status_code == 404
