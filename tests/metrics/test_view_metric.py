"""The catalogue, a metric's own page, its file, and why a figure is what it is."""

import csv
import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from metrics.catalogue import CATALOGUE
from people.formats import spreadsheet_text
from tests.cast import Cast
from tests.metrics.numbers import QUARTER, get, make_deals, shown, words


@pytest.fixture(autouse=True)
def deals(cast: Cast) -> dict[str, Any]:
    return make_deals(cast)


def test_the_catalogue_names_every_metric_and_shows_the_readers_own_figure(cast: Cast) -> None:
    response = get(cast.client("alice"), "/metrics/")
    figures = shown(response)
    assert figures.keys() >= CATALOGUE.keys()
    assert figures["win_rate"] == "75.0%"
    assert "3 of 4" in words(response)


@pytest.mark.parametrize("name", sorted(CATALOGUE))
@pytest.mark.parametrize("by", ["month", "person", "product"])
def test_every_metric_has_a_page_by_anything(cast: Cast, name: str, by: str) -> None:
    page = get(cast.client("erin"), f"/metrics/{name}/", by=by).context["page"]
    assert page.table.rows
    assert page.figure.key == name


def test_a_metric_nobody_defined_has_no_page(cast: Cast) -> None:
    assert cast.client("erin").get("/metrics/luck/").status_code == 404
    assert cast.client("erin").get("/why/", {"metric": "luck"}).status_code == 404


def rows(cast: Cast, who: str, name: str, **query: str) -> dict[str, str]:
    response = get(cast.client(who), f"/metrics/{name}/rows.csv", **query)
    assert response["Content-Type"].startswith("text/csv")
    found = csv.DictReader(StringIO(response.content.decode("utf-8-sig")))
    return {row[query["by"]]: row["value"] for row in found}


def test_the_file_holds_the_same_rows_as_the_command(cast: Cast, capsys: Any) -> None:
    for by in ("person", "team", "product", "month"):
        out = StringIO()
        call_command(
            "metrics", organization="acme", metric="revenue", by=by, starts_on="2026-01-01", ends_before="2026-04-01",
            format="json", stdout=out,
        )  # fmt: skip
        said = {row["group"][by] or "": row["value"] for row in json.loads(out.getvalue())["rows"]}
        assert rows(cast, "erin", "revenue", by=by) == said, by


def test_a_managers_file_ends_at_the_team(cast: Cast) -> None:
    assert rows(cast, "bob", "revenue", by="person") == {"Alice Ames": "6000.00", "Bob Brand": "400.00"}
    assert rows(cast, "bob", "revenue", by="team") == {"North": "6400.00"}


def test_a_reps_file_holds_their_own_deals_only(cast: Cast) -> None:
    assert rows(cast, "alice", "revenue", by="product") == {"GTX": "3000.00", "Kit": "3000.00", "": "0.00"}
    assert sum(float(value) for value in rows(cast, "alice", "revenue", by="month").values()) == 6000


def test_a_spreadsheet_takes_no_name_for_a_formula() -> None:
    assert spreadsheet_text("=1+1") == "'=1+1"
    assert spreadsheet_text("Ames") == "Ames"
    assert spreadsheet_text("-5.50") == "-5.50"


def test_the_reason_of_a_ratio_names_both_parts_and_its_deals(cast: Cast) -> None:
    response = get(cast.client("bob"), "/why/", metric="win_rate", person=cast.alice.pk)
    said = words(response)
    assert shown(response)["why"] == "75.0%"
    assert "3: won deals" in said
    assert "4: won and lost deals" in said
    assert "Alice Ames" in said
    page = response.context["page"]
    assert len(page.rows.rows) == 4
    assert f"owner={cast.alice.pk}" in page.actions[0].href
    assert b"data-drawer-content" in response.content


def test_the_reason_of_a_figure_without_value_says_why_there_is_none(cast: Cast) -> None:
    response = get(cast.client("bob"), "/why/", metric="win_rate", person=cast.bob.pk, period="2025Q1")
    assert shown(response)["why"] == "–"
    assert "nothing to count" in words(response)


def test_the_reason_of_the_pipeline_is_what_stands_open_now(cast: Cast) -> None:
    response = cast.client("alice").get("/why/", {"metric": "pipeline_open"})
    assert shown(response)["why"] == "$1,200"
    assert "as they stand now" in words(response)


@pytest.mark.parametrize("query", [{"person": "0"}, {"person": "x"}, {"team": "99999"}, {"team": "-1"}])
def test_what_does_not_exist_is_not_found(cast: Cast, query: dict[str, str]) -> None:
    for path in (reverse("metrics:metric", args=["revenue"]), "/why/"):
        assert cast.client("erin").get(path, {"metric": "revenue", **QUARTER, **query}).status_code == 404
