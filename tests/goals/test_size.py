"""A company of many people: pages of goals ask as many questions as those of a small one, and show what fits."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goals.models import Goal
from goals.selectors import tree_lines
from goals.selectors.tree import OBJECTIVE, structure_of
from goals.selectors.tree_lines import Rest, placed
from tests.cast import Cast, make_person, make_seat
from tests.goals.aligning import LONG, align, check_in, make_goal, make_objective

PAGES = [
    ("erin", "/alignment/"),
    ("erin", "/alignment/?show=gaps"),
    ("erin", "/alignment/?below=objective:{objective}"),
    ("alice", "/alignment/"),
    ("alice", "/alignment/?show=mine"),
    ("alice", "/goals/"),
    ("bob", "/goals/teams/{north}/"),
    ("bob", "/goals/teams/{north}/set/"),
    ("bob", "/goals/carry/"),
    ("dana", "/goals/together/"),
    ("erin", "/company/"),
    ("erin", "/objectives/"),
    ("alice", "/objectives/{objective}/"),
    ("erin", "/objectives/{objective}/"),
    ("alice", "/alignment/objective/{objective}/"),
    ("bob", "/goals/{goal}/"),
]


def team_goal(cast: Cast) -> tuple[int, Goal]:
    """An objective by weight over a goal of North that adds up its people's."""
    top = make_objective("Grow", rolls_up_by="weight", owner=cast.erin, **LONG)
    goal = make_goal(cast.north, "North grows", 1000, rolls_up_by="sum", **LONG)
    align(goal, top, 100)
    return top.pk, goal


def more_people(cast: Cast, parent: Goal, numbers: range) -> None:
    """People of North with a goal that contributes, one that ended, and a check-in."""
    for number in numbers:
        who = make_person(f"Rep {number:03}")
        make_seat(cast.north, who)
        goal = make_goal(who, f"Goal {number:03}", 10, **LONG)
        align(goal, parent)
        check_in(goal, 3)
        make_goal(who, f"Bookings {number:03}", metric="revenue", unit="money", **LONG)
        make_goal(who, f"Before {number:03}", metric="won_count", unit="count")


def test_no_page_of_goals_asks_more_with_more_people(cast: Cast) -> None:
    objective, goal = team_goal(cast)
    known = {"objective": objective, "goal": goal.pk, "north": cast.north.pk}

    def asked() -> dict[str, int]:
        found = {}
        for who, page in PAGES:
            client = cast.client(who)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert client.get(page.format(**known)).status_code == 200
            found[f"{who} {page}"] = len(queries)
        return found

    more_people(cast, goal, range(3))
    asked()  # what is kept in the cache is there from now on
    few = asked()
    more_people(cast, goal, range(3, 40))
    many = asked()
    assert {page: count for page, count in many.items() if count > few[page]} == {}


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trees of more than twelve lines are large, rows of more than four long."""
    monkeypatch.setattr(tree_lines, "MOST_LINES", 12)
    monkeypatch.setattr(tree_lines, "MOST_BELOW", 4)


def test_a_large_tree_is_open_as_far_as_it_fits(cast: Cast, narrow: None) -> None:
    top = make_objective("Grow", **LONG)
    for number in range(5):
        goal = make_goal(cast.north, f"Part {number}", **LONG)
        align(goal, top)
        for below in range(3):
            align(make_goal(cast.alice, f"Share {number}{below}", **LONG), goal)
    forest = structure_of(cast.viewer("erin"))
    lines = placed(forest, forest.objectives)
    assert [(line.node.row.name, line.opens, line.folded) for line in lines] == [
        ("Grow", True, 0),
        *((f"Part {number}", False, 3) for number in range(4)),
    ]
    assert lines[-1].ends == (Rest((OBJECTIVE, top.pk), 4, 1),)
    rest = placed(forest, forest.objectives, first=4)
    assert [line.node.row.name for line in rest][:2] == ["Grow", "Part 4"]
    assert rest[-1].ends[-1] is None


def test_every_goal_of_a_large_tree_is_reached_by_its_links(cast: Cast, narrow: None) -> None:
    """By plain links, as without JavaScript."""
    top = make_objective("Grow", **LONG)
    wanted = set()
    for number in range(6):
        goal = make_goal(cast.north, f"Part {number}", **LONG)
        align(goal, top)
        for below in range(6):
            align(make_goal(cast.alice, f"Share {number}{below}", **LONG), goal)
            wanted.add(f"Share {number}{below}")
    erin = cast.client("erin")
    seen, waiting, found = set[str](), ["/alignment/"], set[str]()
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        page = erin.get(address).content.decode()
        found |= set(re.findall(r"Share \d\d", page))
        links = re.findall(r'class="tree__ask" href="([^"]+)"', page)
        waiting += [link.replace("&amp;", "&") for link in links]
    assert found == wanted
    assert 'hx-trigger="data-changed' not in erin.get("/alignment/").content.decode().split('id="live"')[1][:300]


def test_goals_that_contribute_to_nothing_stand_on_pages_of_their_own(cast: Cast) -> None:
    for number in range(60):
        make_goal(cast.alice, f"Stray {number:02}", **LONG)
    erin = cast.client("erin")
    first, second = (erin.get(f"/alignment/?page={page}").content.decode() for page in (1, 2))
    assert "Stray 00" in first and "Stray 59" not in first
    assert "Stray 59" in second and "Stray 00" not in second


@pytest.mark.parametrize("below", ["goal:²", "goal:", "nothing:1", "objective:999999999999999999999", "%00"])
def test_a_branch_that_is_none_shows_the_tree(cast: Cast, below: str) -> None:
    make_objective("Grow", **LONG)
    assert "Grow" in cast.client("erin").get(f"/alignment/?below={below}&from=²").content.decode()
