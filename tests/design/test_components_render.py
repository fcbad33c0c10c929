"""Every component renders from the context it documents, and says what it must."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal as D
from typing import get_args

import plotly.graph_objects as go
import pytest
from django.core.paginator import Paginator
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation

from people.components import (
    Cell,
    Chart,
    Column,
    Delta,
    Figure,
    Pages,
    Progress,
    Row,
    Series,
    Sparkline,
    Table,
    sort_rows,
)
from people.components.charts import Mark, Mode, Orientation, round_steps
from people.components.tables import with_query
from people.templatetags.pieces import sparkline
from spm.gallery import samples

STATES = [(section, state) for section in samples.sections({}) for state in section.states]


@pytest.mark.parametrize("state", [s for _, s in STATES], ids=[f"{x.slug}-{n}" for n, (x, _) in enumerate(STATES)])
def test_a_sample_of_the_gallery_renders(state: samples.State) -> None:
    html = state.render()
    assert html.strip()
    assert " style=" not in html and "{{" not in html and "None" not in html


@pytest.mark.parametrize("language", ["en", "de"])
def test_svg_numbers_do_not_follow_the_language(language: str) -> None:
    progress = Progress("x", D("61.5"), D(100), pace=D("0.585"))
    with translation.override(language):
        bar = render_to_string("components/progress.html", {"progress": progress})
        line = sparkline(Sparkline([1, 2, 4]))
    assert 'width="61.50"' in bar and 'x1="58.50"' in bar
    assert re.search(r'points="0.0,29.0 60.0,20.3 120.0,3.0"', line)


def test_a_figure_without_a_value_shows_a_dash_and_why() -> None:
    html = render_to_string(
        "components/figure.html", {"figure": Figure("Win rate", None, "percent", reason="No deal decided.")}
    )
    assert ">–<" in html and "No deal decided." in html


def test_a_figure_never_shows_none_as_zero() -> None:
    assert Figure("x", None, "money", "USD").text == "–"
    assert Figure("x", 0, "money", "USD").text == "$0"


def test_progress_is_exact_above_the_target() -> None:
    progress = Progress("x", D("742350"), D("600000"))
    assert progress.percent == "123.7%"
    assert progress.width == "100.00"
    assert progress.target_at == "80.82"


def test_progress_without_a_target_has_no_ratio() -> None:
    assert Progress("x", D(5), None).percent == "–"
    assert Progress("x", D(5), D(0)).state == "unknown"


@pytest.mark.parametrize(
    ("delta", "tone", "words"),
    [
        (Delta(D("0.124"), "last month"), "good", "12.4% more than last month"),
        (Delta(D("-0.124"), "last month"), "bad", "12.4% less than last month"),
        (Delta(D("-0.124"), "last month", better="lower"), "good", "12.4% less than last month"),
        (Delta(D("-0.124"), "last month", better="neither"), "neutral", "12.4% less than last month"),
        (Delta(D("-0.124"), "last month", is_noise=True), "neutral", "12.4% less than last month"),
        (Delta(D(0), "last month"), "neutral", "the same as last month"),
        (Delta(None, "last month"), "neutral", "nothing to compare with in last month"),
    ],
)
def test_a_change_is_said_in_words_and_coloured_by_what_is_better(delta: Delta, tone: str, words: str) -> None:
    assert (delta.tone, delta.words) == (tone, words)


@pytest.mark.parametrize(
    ("now", "before", "unit", "text"),
    [
        (D(120), D(100), "money", "+20.0%"),
        (D("0.61"), D("0.65"), "percent", "−4.0 pts"),
        (48, 53, "days", "−5 days"),
        (D(5), D(0), "count", "+5"),
        (D(0), D(0), "count", "0.0%"),
        (None, D(3), "count", "–"),
        (D(3), None, "count", "–"),
        (D(-5), D(-10), "count", "+5"),
    ],
)
def test_a_change_is_relative_only_where_that_means_something(now: D, before: D, unit: str, text: str) -> None:
    assert Delta.between(now, before, compared_with="x", unit=unit).text == text


def test_a_trend_breaks_where_a_value_is_missing() -> None:
    assert len(Sparkline([1, None, 2, 3]).lines) == 2
    assert Sparkline([]).lines == []
    assert Sparkline([None, None]).lines == []


def chart() -> Chart:
    return Chart(
        "c", "Bookings", "Up.", ["Jan", "Feb"], [Series("Won", [D("10.5"), None], ["/a", "/b"])], "money", "USD"
    )


def test_a_chart_and_its_table_show_the_same_numbers() -> None:
    trace = chart().figure["data"][0]
    cells = [[text for _, _, text in line] for line in chart().table.lines]
    assert list(trace["x"]) == [row[0] for row in cells] == ["Jan", "Feb"]
    assert list(trace["text"]) == [row[1] for row in cells] == ["$11", "–"]


def test_a_chart_drills_where_its_table_links() -> None:
    html = render_to_string("components/chart.html", {"chart": chart()})
    data = json.loads(re.search(r'<script id="c-data" type="application/json">(.*?)</script>', html, re.DOTALL)[1])
    assert data["data"][0]["customdata"] == ["/a", "/b"]
    assert 'href="/a"' in html and 'href="/b"' in html


@pytest.mark.parametrize("target", [None, D("12.5")])
@pytest.mark.parametrize("mode", get_args(Mode))
@pytest.mark.parametrize("orientation", get_args(Orientation))
@pytest.mark.parametrize("mark", get_args(Mark))
def test_plotly_takes_a_figure_as_it_is(mark: Mark, orientation: Orientation, mode: Mode, target: D | None) -> None:
    series = [
        Series("One", [1, None, D("-2.5")], ["/1", "", "/3"], mark),
        Series("Two", [D(3), 4, 5], mark=mark, is_dashed=True),
    ]
    chart = Chart("c", "x", "y", ["a", "b", "c"], series, "money", "USD", "", orientation, mode, target, "Quota")
    figure = json.loads(json.dumps(chart.figure))
    taken = json.loads(json.dumps(go.Figure(figure).to_plotly_json()))
    assert taken["data"] == figure["data"]
    assert {**taken["layout"], "template": {}} == figure["layout"]


def test_chart_data_cannot_leave_its_block() -> None:
    evil = Chart("c", "x", "y", ["</script><script>alert(1)</script>"], [Series("x", [1])])
    html = render_to_string("components/chart.html", {"chart": evil})
    assert "<script>alert" not in html


def test_names_in_a_chart_are_shown_word_for_word() -> None:
    """Plotly takes some tags in a text for markup, and %{…} in a template for a value."""
    name = '<a href="https://elsewhere.example">R&D</a> %{customdata}'
    figure = Chart("c", "x", "y", [name], [Series(name, [1], ["/x"])], target=1, target_label=name).figure
    [trace] = figure["data"]
    assert [trace["x"][0], trace["name"]] == [
        '&lt;a href="https://elsewhere.example"&gt;R&amp;D&lt;/a&gt; %{customdata}'
    ] * 2
    assert "<a" not in figure["layout"]["shapes"][0]["name"] and name not in trace["hovertemplate"]


@pytest.mark.parametrize(
    ("low", "high"), [(0, 618000), (-3, 5), (0, "0.68"), (0, 1), ("-0.001", "0.0004"), (0, 10**12)]
)
def test_steps_of_an_axis_are_round_and_span_the_values(low: object, high: object) -> None:
    steps = round_steps(D(str(low)), D(str(high)))
    assert steps[0] <= D(str(low)) and steps[-1] >= D(str(high))
    assert 3 <= len(steps) <= 9
    assert str((steps[1] - steps[0]).normalize().as_tuple().digits[0]) in "125"


def test_an_axis_without_any_extent_has_one_step() -> None:
    assert round_steps(D(0), D(0)) == [D(0)]


COLUMNS = [Column("name", "Name", is_sortable=True), Column("won", "Won", "count", is_sortable=True)]


def test_a_heading_sorts_numbers_from_the_largest_and_words_from_the_first() -> None:
    table = Table("t", "T", COLUMNS, [], query={"q": "a", "page": "3"})
    assert [heading.href for heading in table.headings] == ["?q=a&sort=name", "?q=a&sort=-won"]


def test_a_second_click_turns_the_order_round_and_is_announced() -> None:
    table = Table("t", "T", COLUMNS, [Row([Cell(text="A"), Cell(3)])], sort="-won")
    assert table.headings[1].href == "?sort=won"
    assert 'aria-sort="descending"' in render_to_string("components/table.html", {"table": table})


def test_a_row_with_too_few_cells_is_an_error() -> None:
    with pytest.raises(ValueError, match="shorter"):
        Table("t", "T", COLUMNS, [Row([Cell(text="A")])]).lines  # noqa: B018


@pytest.mark.parametrize(("sort", "order"), [("won", [1, 2, None]), ("-won", [2, 1, None]), ("nonsense", [None, 2, 1])])
def test_undefined_values_stand_last_in_either_order(sort: str, order: list[int | None]) -> None:
    assert sort_rows([None, 2, 1], sort, {"won": lambda value: value}) == order


def test_a_query_keeps_repeated_values() -> None:
    assert with_query(QueryDict("team=1&team=2&page=4"), page=None, sort="x") == "team=1&team=2&sort=x"


def test_pages_keep_the_filters() -> None:
    pages = Pages(Paginator(range(120), 50).page(2), {"q": "kan"})
    assert (pages.previous_href, pages.next_href) == ("?q=kan&page=1", "?q=kan&page=3")
    assert pages.words == "51 to 100 of 120"


def test_a_name_from_a_file_is_escaped() -> None:
    table = Table("t", "T", COLUMNS, [Row([Cell("<b>x</b>"), Cell(1)])])
    assert "<b>x</b>" not in render_to_string("components/table.html", {"table": table})


def test_the_gallery_shows_every_section(sign_in: Callable[[str], Client]) -> None:
    answer = sign_in("alice").get("/design/?sort=name")
    assert answer.status_code == 200
    assert answer.content.count(b'class="gallery__section"') == len(samples.sections({})) + 2


def test_an_htmx_request_gets_the_page_without_its_frame(sign_in: Callable[[str], Client]) -> None:
    answer = sign_in("alice").get("/design/", headers={"HX-Request": "true"}).content.decode()
    assert 'id="team"' in answer
    assert "<script src" not in answer and '<script type="module"' not in answer
    assert 'id="navigation"' not in answer and "plotly.js-style-global" not in answer


def test_as_of_is_a_moment_in_the_readers_zone() -> None:
    html = render_to_string("components/as_of.html", {"as_of": datetime(2026, 11, 20, 14, 5, tzinfo=UTC)})
    assert "20 Nov 2026, 14:05" in html
