"""Nobody works out a hidden goal by subtraction: not on the pages, not by the API, not from two figures together."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goals.engine.disclosure import coarse, telling
from goals.models import Goal, Objective
from goals.selectors.sight import GOAL, OBJECTIVE, rounded_keys
from goals.selectors.tree import forest_of, why_of
from kernel.ratio import Ratio
from tests.api.calls import Program, program
from tests.cast import Cast, make_person, make_seat, make_team
from tests.goals.aligning import LONG, align, check_in, make_goal, make_objective

SOUTH, WEST, EAST, ABROAD = range(1, 5)


@pytest.mark.parametrize(
    ("unknown", "told"),
    [
        ({"A": [SOUTH]}, {"A"}),
        ({"A": []}, set()),
        ({"B": [SOUTH, WEST, EAST]}, set()),
        ({"B": [SOUTH, WEST, EAST], "C": [SOUTH, WEST, EAST, ABROAD]}, {"C"}),
        ({"B": [SOUTH, WEST], "C": [SOUTH, WEST]}, {"B", "C"}),
        ({"B": [SOUTH, WEST, EAST], "C": [SOUTH, WEST, EAST]}, set()),
        ({"A": [SOUTH], "C": [SOUTH, WEST]}, {"A"}),  # what A says of South is rounded, so C − A tells nothing exactly
        ({"B": [SOUTH, WEST], "C": [EAST, ABROAD]}, set()),
    ],
)
def test_figures_that_tell_a_hidden_part_are_found(unknown: dict, told: set) -> None:
    assert telling({key: frozenset(parts) for key, parts in unknown.items()}) == told


@given(st.decimals(min_value=-5, max_value=5, places=4), st.integers(1, 1000))
def test_a_rounded_figure_is_never_more_than_the_exact_one_and_less_than_a_tenth_below(value: Decimal, of: int) -> None:
    exact = Ratio(value * of, Decimal(of))
    shown = coarse(exact).value
    assert shown is not None and exact.value is not None
    assert 0 <= exact.value - shown < Decimal("0.1")
    assert (shown * 10) % 1 == 0
    assert (shown >= 1) == (exact.value >= 1)


def test_what_has_no_figure_has_none_when_rounded() -> None:
    assert not coarse(Ratio(Decimal(0), Decimal(0))).is_defined


@pytest.fixture
def two_teams(cast: Cast) -> dict[str, Goal | Objective]:
    """One objective by weight and one by sum over a goal of North and one of South, whose numbers Alice does not see."""
    weighed = make_objective("Grow", rolls_up_by="weight", owner=cast.erin, **LONG)
    summed = make_objective("Count", 150, rolls_up_by="sum", owner=cast.erin, **LONG)
    north, south = make_goal(cast.north, "North grows", 100, **LONG), make_goal(cast.south, "South grows", 50, **LONG)
    for goal, weight in ((north, 60), (south, 40)):
        align(goal, weighed, weight)
        align(goal, summed)
    check_in(north, 75)
    return {"weighed": weighed, "summed": summed, "north": north, "south": south}


def read_by(cast: Cast, who: str, rows: dict[str, Goal | Objective], caller: Program) -> str:
    """Every page and answer of the API on which the two objectives stand, without what changes by itself."""
    client = cast.client(who)
    addresses = ["/alignment/", "/alignment/?show=gaps", "/objectives/"]
    for name in ("weighed", "summed"):
        addresses += [f"/objectives/{rows[name].pk}/", f"/alignment/objective/{rows[name].pk}/"]
    pages = [client.get(address).content.decode() for address in addresses]
    answers = [str(caller.get(path).json()) for path in ("/api/v1/alignment", "/api/v1/objectives")]
    words = [re.sub(r"<script.*?</script>|<[^>]*>", " ", page, flags=re.S) for page in pages]
    return "\n".join([*words, *answers])


def test_subtraction_finds_nothing_of_the_one_hidden_goal(cast: Cast, two_teams: dict) -> None:
    """With South at 10 of 50 and at 14 of 50 Alice reads the same everywhere; Erin, who may, reads the difference."""
    check_in(two_teams["south"], 10)
    programs = {who: program(cast, who) for who in ("alice", "erin")}
    before = [read_by(cast, who, two_teams, caller) for who, caller in programs.items()]
    two_teams["south"].check_ins.update(value=14)
    after = [read_by(cast, who, two_teams, caller) for who, caller in programs.items()]
    assert "about 50%" in before[0]
    assert before[0] == after[0]
    assert before[1] != after[1]


def test_amounts_that_would_tell_a_hidden_target_are_left_out_too(cast: Cast, two_teams: dict) -> None:
    check_in(two_teams["south"], 10)
    viewer = cast.viewer("alice")
    forest = forest_of(viewer)
    why = why_of(viewer, forest, (OBJECTIVE, two_teams["summed"].pk))
    assert why is not None and why.node.state is not None
    assert (why.node.state.value, why.node.state.left) == (None, None)
    assert [line.share for _node, _weight, line in why.lines] == [None, None]
    by_weight = why_of(viewer, forest, (OBJECTIVE, two_teams["weighed"].pk))
    assert by_weight is not None
    brought = {node.row.name: line.brings for node, _weight, line in by_weight.lines}
    assert brought == {"North grows": Decimal("0.45"), "South grows": None}  # her own, which she can work out anyway


def test_with_two_hidden_goals_the_whole_is_exact_and_the_lines_are_parts_of_it(cast: Cast, two_teams: dict) -> None:
    west = make_goal(make_team("West"), "West grows", 50, **LONG)
    align(west, two_teams["summed"])
    check_in(two_teams["south"], 10)
    check_in(west, 25)
    viewer = cast.viewer("alice")
    why = why_of(viewer, forest_of(viewer), (OBJECTIVE, two_teams["summed"].pk))
    assert why is not None and why.node.state is not None
    assert (why.node.state.is_rounded, why.node.state.value) == (False, 110)
    shares = {node.row.name: line.share for node, _weight, line in why.lines}
    assert shares == {"North grows": Decimal("0.5"), "South grows": None, "West grows": None}


def test_two_figures_that_differ_by_one_hidden_goal_do_not_tell_it(cast: Cast) -> None:
    goals = {name: make_goal(make_team(name), f"{name} grows", 50, **LONG) for name in ("West", "East", "Abroad")}
    small, large = (make_objective(name, rolls_up_by="sum", **LONG) for name in ("Home", "World"))
    for name in ("West", "East"):
        align(goals[name], small)
    for goal in goals.values():
        align(goal, large)
    assert rounded_keys(cast.viewer("alice"), [small]) == {(OBJECTIVE, large.pk)}


def test_a_hidden_goal_two_levels_down_is_not_told_either(cast: Cast) -> None:
    """Alice sees her team's goal, but not what a colleague of South brings to it."""
    top = make_objective("Grow", rolls_up_by="weight", **LONG)
    team = make_goal(cast.north, "North grows", 100, rolls_up_by="sum", **LONG)
    align(team, top)
    for who in (cast.alice, cast.carol):
        goal = make_goal(who, f"{who.name} sells", 50, **LONG)
        align(goal, team)
        check_in(goal, 33)
    assert rounded_keys(cast.viewer("alice"), [top]) == {(OBJECTIVE, top.pk), (GOAL, team.pk)}
    assert rounded_keys(cast.viewer("dana"), [top]) == set()
    shown = cast.client("alice").get(f"/goals/{team.pk}/").content.decode()
    assert "An exact figure would tell a goal that is not open to you." in shown
    assert "about 60%" in shown
    assert "66" not in re.sub(r"<[^>]*>", " ", shown)


@pytest.mark.parametrize("people", [3, 40])
def test_what_is_rounded_is_found_in_the_same_number_of_queries(
    cast: Cast, people: int, django_assert_num_queries
) -> None:
    top = make_objective("Grow", rolls_up_by="weight", **LONG)
    for number in range(people):
        who = make_person(f"Rep {number}")
        make_seat(cast.south, who)
        align(make_goal(who, f"Goal {number}", **LONG), top)
    viewer = cast.viewer("alice")
    with django_assert_num_queries(4):
        rounded_keys(viewer, [top])
