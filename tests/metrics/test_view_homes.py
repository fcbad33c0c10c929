"""The pages of a rep, a manager and an executive say what the deals add up to."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from metrics.pages import company, person, team
from metrics.pages.frame import Asked
from people.components import Figure
from people.models import Team
from tests.cast import Cast, make_person, make_seat
from tests.metrics import build
from tests.metrics.numbers import QUARTER, get, make_deals, recompute, shown, words

QUARTER_DAY = date(2026, 3, 15)


@pytest.fixture
def deals(cast: Cast) -> dict[str, Any]:
    return make_deals(cast)


@pytest.mark.usefixtures("deals")
def test_a_rep_reads_their_own_number(cast: Cast) -> None:
    figures = shown(get(cast.client("alice"), "/me/"))
    assert figures["revenue"] == "$6,000"
    assert figures["win_rate"] == "75.0%"
    assert figures["won_count"] == "3"
    assert figures["deal_size_mean"] == "$2,000"
    assert figures["pipeline_open"] == "$1,200"
    assert figures["pipeline_weighted"] == "$600"
    assert figures["open_count"] == "2"


@pytest.mark.usefixtures("deals")
def test_a_rep_sees_what_is_past_due_and_what_was_decided(cast: Cast) -> None:
    page = get(cast.client("alice"), "/me/").context["page"]
    assert [row.cells[0].text for row in page.lists.pressing.rows] == ["Overdue"]
    assert "past due" in page.lists.pressing.rows[0].cells[1].status.label
    assert len(page.lists.recent.rows) == 4


@pytest.mark.usefixtures("deals")
def test_a_manager_reads_the_team_and_the_rows_add_up_to_it(cast: Cast) -> None:
    response = get(cast.client("bob"), "/team/")
    figures = shown(response)
    assert figures["revenue"] == figures["sides-total-revenue"] == "$6,400"
    assert figures[f"sides-{cast.alice.pk}-revenue"] == "$6,000"
    assert figures[f"sides-{cast.bob.pk}-revenue"] == "$400"
    assert figures["won_count"] == "4"
    assert "Carol" not in words(response)


@pytest.mark.usefixtures("deals")
def test_somebody_who_came_in_the_middle_counts_only_with_what_they_won_there(cast: Cast) -> None:
    """Carol sits in North for March: her deal of March is North's, that of February is South's."""
    cast.carol.holdings.all().delete()
    make_seat(cast.north, cast.carol, starts_on=date(2026, 3, 1), ends_before=date(2026, 4, 1))
    recompute(cast)
    figures = shown(get(cast.client("bob"), "/team/"))
    assert figures[f"sides-{cast.carol.pk}-revenue"] == "$5,000"
    assert figures["revenue"] == "$11,400"


@pytest.mark.usefixtures("deals")
def test_a_manager_of_teams_sees_them_and_what_is_in_none(cast: Cast) -> None:
    erin = cast.erin
    make_seat(cast.sales, erin, "manager")
    build.deals(build.deal(build.Stage.objects.get(name="won"), erin, 50, closed_on=QUARTER_DAY))
    recompute(cast)
    response = get(cast.client("erin"), "/team/")
    figures = shown(response)
    assert figures[f"sides-{cast.north.pk}-revenue"] == "$6,400"
    assert figures[f"sides-{cast.south.pk}-revenue"] == "$10,000"
    assert figures["sides-total-revenue"] == "$16,450"
    rest = response.context["page"].table.rows[-1]
    assert (rest.cells[0].text, rest.cells[1].value) == ("Directly in Sales", 50)
    people = shown(get(cast.client("erin"), "/team/", view="people"))
    assert people[f"sides-{cast.alice.pk}-revenue"] == "$6,000"
    assert people[f"sides-{erin.pk}-revenue"] == "$50"


@pytest.mark.usefixtures("deals")
def test_an_executive_reads_the_company_and_deals_without_an_owner_are_in_it(cast: Cast) -> None:
    response = get(cast.client("erin"), "/company/")
    figures = shown(response)
    assert figures["revenue"] == "$17,300"
    assert figures["win_rate"] == "70.0%"
    assert figures[f"sides-{cast.north.pk}-revenue"] == "$6,400"
    assert figures["sides-total-revenue"] == "$17,300"
    rest = response.context["page"].teams.rows[-1]
    assert (rest.cells[0].text, rest.cells[1].value) == ("In none of these teams", 900)


@pytest.mark.usefixtures("deals")
def test_products_of_the_company_are_drawn_with_the_largest_first(cast: Cast) -> None:
    chart = get(cast.client("erin"), "/company/").context["page"].products
    assert chart.categories == ["GTX", "Kit"]
    assert list(chart.series[0].values) == [13000, 4300]
    assert "product=" in chart.series[0].hrefs[0]


@pytest.mark.usefixtures("deals")
@pytest.mark.parametrize(
    ("sort", "first"),
    [("-revenue", "Alice Ames"), ("revenue", "Bob Brand"), ("name", "Alice Ames"), ("-name", "Bob Brand")],
)
def test_the_team_table_sorts_by_its_headings(cast: Cast, sort: str, first: str) -> None:
    table = get(cast.client("bob"), "/team/", sort=sort).context["page"].table
    assert table.rows[0].cells[0].person.name == first


@pytest.mark.usefixtures("deals")
def test_every_figure_leads_to_its_deals_and_to_its_reason(cast: Cast) -> None:
    figures = {each.key: each for each in get(cast.client("alice"), "/me/").context["page"].figures}
    bookings = figures["revenue"]
    rows = behind(cast, bookings)
    assert f"owner={cast.alice.pk}" in rows
    assert "outcome=won" in rows
    assert "closes_from=2026-01-01" in rows
    assert "closes_before=2026-04-01" in rows
    assert "outcome=decided" in behind(cast, figures["win_rate"])
    assert "closes" not in behind(cast, figures["pipeline_open"])


def behind(cast: Cast, figure: Figure) -> str:
    """Where the reason of Alice's figure leads for all the deals."""
    response = cast.client("alice").get(figure.why_href)
    assert response.status_code == 200
    return str(response.context["page"].actions[0].href)


@pytest.mark.usefixtures("deals")
def test_the_deals_behind_a_figure_are_as_many_as_it_counts(cast: Cast) -> None:
    """The link of the tile, followed: the list of deals says the same number and the same sum."""
    client = cast.client("alice")
    figure = next(each for each in get(client, "/me/").context["page"].figures if each.key == "revenue")
    listed = shown(client.get(behind(cast, figure)))
    assert (listed["deals"], listed["amount"]) == ("3", "$6,000")


def test_a_median_appears_from_five_people_on(cast: Cast) -> None:
    stages = make_deals(cast)
    table = get(cast.client("bob"), "/team/").context["page"].table
    assert all(row.cells[0].person for row in table.rows)
    for n in range(3):
        rep = make_person(f"Rep {n}")
        make_seat(cast.north, rep)
        build.deals(build.deal(stages["won"], rep, 100 * (n + 1), closed_on=QUARTER_DAY))
    recompute(cast)
    table = get(cast.client("bob"), "/team/").context["page"].table
    median = table.rows[-1]
    assert (median.cells[0].text, median.cells[1].value) == ("Median", 300)
    alice = get(cast.client("alice"), "/me/", compare="median").context["page"].figures[0]
    assert alice.delta.compared_with == "median of Sales" or "median of North" in alice.delta.compared_with


@pytest.mark.usefixtures("deals")
def test_dates_that_make_no_sense_are_said_and_change_nothing(cast: Cast) -> None:
    response = cast.client("alice").get("/me/", {"period": "custom", "from": "x", "to": "2026-01-01"})
    assert response.status_code == 200
    assert "These dates could not be read" in words(response)


# --- Queries ----------------------------------------------------------------------------------------------------------

PAGES = [
    ("alice", person.my_number, "/me/", {}, 9),
    ("alice", person.my_number, "/me/", {"compare": "median"}, 10),
    ("bob", team.my_team, "/team/", {}, 13),
    ("erin", company.company, "/company/", {}, 13),
    ("ada", company.company, "/company/", {}, 14),
]


@pytest.mark.parametrize(("who", "page", "path", "query", "count"), PAGES)
def test_a_home_asks_a_known_number_of_questions(
    cast: Cast, who: str, page: Any, path: str, query: dict[str, str], count: int
) -> None:
    """Under 15, and as many with more people and deals."""
    stages = make_deals(cast)
    assert queries(cast, who, page, path, query) == count
    for n in range(8):
        rep = make_person(f"Rep {n}")
        make_seat(Team.objects.create(name=f"Team {n}") if n > 5 else cast.north, rep)
        build.deals(*(build.deal(stages["won"], rep, 100, closed_on=QUARTER_DAY) for _ in range(5)))
    recompute(cast)
    more = queries(cast, who, page, path, query)
    assert more == (13 if query else count)  # with enough peers their medians are asked for
    assert more < 15


def queries(cast: Cast, who: str, page: Any, path: str, query: dict[str, str]) -> int:
    viewer = cast.viewer(who)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        page(Asked(viewer, path, {**QUARTER, **query}))
    return len(captured)


@pytest.mark.usefixtures("deals")
def test_a_template_asks_nothing(cast: Cast) -> None:
    """All queries of a request beyond the page's own are those of the frame, which every page has."""
    client = cast.client("bob")
    own = queries(cast, "bob", team.my_team, "/team/", {})
    get(client, "/team/")  # the first visit notes which home was chosen
    with CaptureQueriesContext(connection) as page:
        get(client, "/team/")
    with CaptureQueriesContext(connection) as frame:
        client.get("/nowhere/")
    assert len(page) - own <= len(frame) + 2  # the savepoint of the view
