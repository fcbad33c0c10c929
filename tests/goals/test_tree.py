"""The alignment tree, what each number is made of, and what nobody looks after."""

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from goals.selectors.coverage import Kind, gaps_of
from goals.selectors.tree import GOAL, OBJECTIVE, forest_of, why_of
from goals.selectors.tree_lines import placed
from tests.cast import Cast, make_person, make_seat, make_team
from tests.goals.aligning import LONG, align, check_in, make_goal, make_objective


@pytest.fixture
def aligned(cast: Cast) -> dict:
    """An objective by weight over Bob's goal (by sum, over Alice's and a colleague's) and a goal of South."""
    top = make_objective("Grow", rolls_up_by="weight", owner=cast.erin, **LONG)
    bobs = make_goal(cast.bob, "North grows", 100, rolls_up_by="sum", **LONG)
    alices = make_goal(cast.alice, "Alice grows", 60, **LONG)
    ken = make_person("Ken King")
    make_seat(cast.north, ken)
    kens = make_goal(ken, "Ken grows", 40, **LONG)
    south = make_goal(cast.south, "South grows", 50, **LONG)
    align(bobs, top, 60)
    align(south, top, 40)
    align(alices, bobs)
    align(kens, bobs)
    check_in(alices, 45)
    check_in(kens, 10)
    check_in(south, 25)
    return {"top": top, "bobs": bobs, "alices": alices, "kens": kens, "south": south}


def test_progress_rolls_up_from_people_to_the_objective_by_sum_and_by_weight(cast: Cast, aligned: dict) -> None:
    forest = forest_of(cast.viewer("erin"))
    bobs, top = forest.nodes[(GOAL, aligned["bobs"].pk)], forest.nodes[(OBJECTIVE, aligned["top"].pk)]
    assert bobs.state.ratio == Decimal("0.55")
    assert top.state.ratio == Decimal("0.6") * Decimal("0.55") + Decimal("0.4") * Decimal("0.5")


def test_each_number_says_what_it_is_made_of(cast: Cast, aligned: dict) -> None:
    viewer = cast.viewer("erin")
    forest = forest_of(viewer)
    why = why_of(viewer, forest, (OBJECTIVE, aligned["top"].pk))
    brought = {node.row.name: line.brings for node, _weight, line in why.lines}
    assert brought == {"North grows": Fraction(33, 100), "South grows": Fraction(1, 5)}
    assert why.rolled.progress.value == forest.nodes[(OBJECTIVE, aligned["top"].pk)].state.ratio
    assert why_of(viewer, forest, (GOAL, aligned["alices"].pk)) is None


def test_lines_stand_in_order_with_their_depth_and_close_what_they_open(cast: Cast, aligned: dict) -> None:
    forest = forest_of(cast.viewer("erin"))
    lines = placed(forest, forest.objectives)
    assert [(line.node.row.name, line.depth) for line in lines] == [
        ("Grow", 0),
        ("North grows", 1),
        ("Alice grows", 2),
        ("Ken grows", 2),
        ("South grows", 1),
    ]
    assert sum(line.opens for line in lines) == sum(line.closes for line in lines) == 2


def test_a_goal_that_contributes_to_two_things_stands_below_both_with_one_branch(cast: Cast, aligned: dict) -> None:
    second = make_objective("Also grow")
    align(aligned["bobs"], second)
    forest = forest_of(cast.viewer("erin"))
    shown = [line for line in placed(forest, forest.objectives) if line.node.row.name == "North grows"]
    assert [(line.opens, line.is_repeated) for line in shown] == [(True, False), (False, True)]


def test_a_peer_of_another_team_sees_titles_but_no_numbers(cast: Cast, aligned: dict) -> None:
    forest = forest_of(cast.viewer("carol"))
    assert forest.nodes[(GOAL, aligned["alices"].pk)].state is None
    assert forest.nodes[(GOAL, aligned["south"].pk)].state is not None
    shown = cast.client("carol").get("/alignment/").content.decode()
    assert "Alice grows" in shown
    assert "Numbers not open to you" in shown
    assert "75%" not in shown  # Alice's
    assert "45 of 60" not in shown


def test_somebody_sees_how_the_goals_around_them_relate_to_theirs(cast: Cast, aligned: dict) -> None:
    forest = forest_of(cast.viewer("alice"))
    own = [key for key, node in forest.nodes.items() if node.is_own]
    around = {forest.nodes[key].row.name for key in forest.around(own)}
    assert around == {"Grow", "North grows", "Alice grows", "Ken grows"}


def test_drafts_withdrawn_and_past_ones_are_not_in_the_tree(cast: Cast) -> None:
    make_objective("Draft", is_published=False)
    make_objective("Past", starts_on=date(2025, 1, 1), ends_before=date(2026, 1, 1))
    make_goal(cast.alice, "Over", starts_on=date(2026, 1, 1), ends_before=date(2026, 4, 1))
    assert not forest_of(cast.viewer("erin")).nodes


def kinds(cast: Cast, who: str = "erin") -> set:
    viewer = cast.viewer(who)
    return {(gap.kind, gap.name) for gap in gaps_of(viewer, forest_of(viewer))}


def test_what_nobody_looks_after_is_named(cast: Cast, aligned: dict) -> None:
    make_objective("Forgotten")
    empty = make_team("West")
    make_seat(empty, make_person("Wes West"))
    found = kinds(cast)
    assert (Kind.NO_OWNER, "Forgotten") in found
    assert (Kind.NO_GOALS, "Forgotten") in found
    assert (Kind.TEAM_WITHOUT, "West") in found
    assert (Kind.PERSON_WITHOUT, "Carol Cole") in found
    assert not {name for kind, name in found if kind in (Kind.NO_GOALS, Kind.NO_OWNER)} & {"Grow"}
    assert Kind.NOT_WHOLE not in {kind for kind, _name in found}


def test_weights_that_do_not_total_100_are_named_unless_all_count_alike(cast: Cast, aligned: dict) -> None:
    link = aligned["south"].alignments.get()
    link.weight = Decimal(30)
    link.save()
    assert (Kind.NOT_WHOLE, "Grow") in kinds(cast)
    aligned["bobs"].alignments.update(weight=1)
    aligned["south"].alignments.update(weight=1)
    assert Kind.NOT_WHOLE not in {kind for kind, _name in kinds(cast)}


def test_parts_that_do_not_add_up_to_the_whole_are_named(cast: Cast, aligned: dict) -> None:
    assert Kind.SUM_SHORT not in {kind for kind, _name in kinds(cast)}
    aligned["bobs"].target = 150
    aligned["bobs"].save()
    assert (Kind.SUM_SHORT, "North grows") in kinds(cast)


def test_a_manager_is_told_of_the_teams_they_look_after_and_a_rep_of_none(cast: Cast) -> None:
    make_goal(cast.alice)
    assert {name for kind, name in kinds(cast, "bob") if kind is Kind.PERSON_WITHOUT} == {"Bob Brand"}
    assert not {kind for kind, _name in kinds(cast, "alice")} & {Kind.TEAM_WITHOUT, Kind.PERSON_WITHOUT, Kind.STRAY}


@pytest.mark.parametrize("people", [4, 60])
def test_a_tree_asks_the_same_number_of_questions_whatever_its_size(
    cast: Cast, people: int, django_assert_num_queries
) -> None:
    top = make_objective(rolls_up_by="weight", owner=cast.erin)
    for number in range(people):
        who = make_person(f"Rep {number}")
        make_seat(cast.north, who)
        goal = make_goal(who, f"Goal {number}", metric="won_count")
        align(goal, top)
    viewer = cast.viewer("erin")
    with django_assert_num_queries(QUERIES):
        forest = forest_of(viewer)
        gaps_of(viewer, forest)
    assert len(placed(forest, forest.objectives)) == people + 1


QUERIES = 15


def test_the_page_nests_properly_and_leads_to_what_a_number_is_made_of(cast: Cast, aligned: dict) -> None:
    erin = cast.client("erin")
    shown = erin.get("/alignment/").content.decode()
    inner = shown[shown.index('<ul class="tree">') :]
    inner = inner[: inner.index("</section>")]
    for tag in ("ul", "li", "details"):
        assert len(re.findall(f"<{tag}[ >]", inner)) == inner.count(f"</{tag}>")
    why = erin.get(f"/alignment/objective/{aligned['top'].pk}/").content.decode()
    assert "Why 53.0%" in why
    assert "33.0%" in why and "20.0%" in why
    assert erin.get(f"/alignment/goal/{aligned['alices'].pk}/").status_code == 404
    assert cast.client("carol").get(f"/alignment/goal/{aligned['bobs'].pk}/").status_code == 404
    assert erin.get("/alignment/nothing/1/").status_code == 404
    assert "Person without goals" in erin.get("/alignment/?show=gaps").content.decode()
