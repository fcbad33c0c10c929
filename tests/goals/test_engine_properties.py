"""What the engines of goals promise, on goals that nobody made up by hand."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goals.engine.ambition import Ambition, against_history, against_peers
from goals.engine.pace import (
    CheckIn,
    Curve,
    Status,
    Tolerance,
    confidence_of,
    measured_status,
    month_weights,
    needed_per_working_day,
)
from goals.engine.progress import Direction, Level, Milestone, Scale, milestones_progress, problems, progress_of
from goals.engine.rollup import Child, Node, Rule, roll_up, roll_up_tree, weights_total
from kernel.money import MoneyError
from kernel.period import Period
from kernel.ratio import Ratio
from tests.goals import slow_goals as slow

amounts = st.decimals(min_value=-(10**6), max_value=10**6, places=2)
sizes = st.decimals(min_value=Decimal("0.01"), max_value=10**6, places=2)
weights = st.decimals(min_value=0, max_value=100, places=2)
directions = st.sampled_from(list(Direction))
days = st.dates(date(2023, 1, 1), date(2028, 12, 31))


def fraction(ratio):
    return Fraction(ratio.numerator) / Fraction(ratio.denominator) if ratio.is_defined else None


@st.composite
def periods(draw):
    first = draw(st.dates(date(2024, 1, 1), date(2026, 12, 31)))
    return Period(first, first + timedelta(days=draw(st.integers(1, 130))))


@st.composite
def curves(draw):
    period = draw(periods())
    off = draw(st.frozensets(st.dates(period.starts_on, period.last_day), max_size=5))
    months = draw(st.dictionaries(st.integers(1, 12), weights, max_size=12))
    return Curve(period, draw(st.frozensets(st.integers(0, 6), max_size=7)), off, months)


@st.composite
def scales(draw):
    """A goal whose target is not behind its baseline."""
    direction, baseline, way = draw(directions), draw(amounts), draw(sizes)
    return Scale(baseline, baseline + (way if direction is Direction.HIGHER else -way), direction)


@given(amounts, amounts, directions, amounts)
def test_progress_is_that_of_the_slow_calculation(baseline, target, direction, value):
    found = progress_of(Scale(baseline, target, direction), value)
    assert fraction(found.ratio) == slow.progress(baseline, target, value)


@given(scales())
def test_progress_is_nothing_at_the_baseline_and_all_at_the_target(scale):
    assert fraction(progress_of(scale, scale.baseline).ratio) == 0
    assert fraction(progress_of(scale, scale.target).ratio) == 1


@given(scales(), amounts, sizes)
def test_a_better_value_has_more_progress_and_no_lower_level(scale, value, more):
    better = value + more if scale.direction is Direction.HIGHER else value - more
    worse_found, better_found = progress_of(scale, value), progress_of(scale, better)
    assert fraction(better_found.ratio) > fraction(worse_found.ratio)
    assert better_found.level >= worse_found.level
    assert better_found.left <= worse_found.left


@given(scales(), amounts)
def test_a_goal_mirrored_at_nought_has_the_same_progress(scale, value):
    other = Direction.LOWER if scale.direction is Direction.HIGHER else Direction.HIGHER
    mirrored = progress_of(Scale(-scale.baseline, -scale.target, other), -value)
    found = progress_of(scale, value)
    assert (fraction(mirrored.ratio), mirrored.level, mirrored.left) == (fraction(found.ratio), found.level, found.left)


@given(scales(), amounts)
def test_the_target_is_reached_exactly_when_progress_is_all(scale, value):
    found = progress_of(scale, value)
    assert (fraction(found.ratio) >= 1) is (found.level >= Level.TARGET) is (found.left == 0)


def test_a_float_is_never_a_value():
    with pytest.raises(MoneyError):
        Scale(Decimal(0), 1.5)
    with pytest.raises(MoneyError):
        progress_of(Scale(Decimal(0), Decimal(2)), 1.5)


@given(st.lists(st.tuples(weights, st.booleans()), max_size=8))
def test_milestones_lie_between_nothing_and_all(parts):
    ratio = milestones_progress(Milestone(weight, is_done) for weight, is_done in parts)
    assert ratio.is_defined is any(weight for weight, _ in parts)
    assert not ratio.is_defined or 0 <= fraction(ratio) <= 1


@pytest.mark.parametrize(
    ("scale", "codes"),
    [
        (Scale(Decimal(0), Decimal(10)), []),
        (Scale(Decimal(0), Decimal(10), commit=Decimal(8), stretch=Decimal(12)), []),
        (Scale(Decimal(0), Decimal(10), commit=Decimal(11)), ["commit_out_of_order"]),
        (Scale(Decimal(0), Decimal(10), stretch=Decimal(9)), ["stretch_out_of_order"]),
        (Scale(Decimal(10), Decimal(0)), ["target_behind_baseline"]),
        (Scale(Decimal(10), Decimal(0), Direction.LOWER, Decimal(3), Decimal(-1)), []),
        (Scale(Decimal(10), Decimal(0), Direction.LOWER, Decimal(-1)), ["commit_out_of_order"]),
        (Scale(Decimal(10), Decimal(10)), ["no_way_to_come"]),
    ],
)
def test_settings_that_contradict_each_other_are_told(scale, codes):
    assert [issue.code for issue in problems(scale)] == codes


@given(curves(), days)
def test_what_is_expected_is_that_of_the_slow_calculation(curve, day):
    again = slow.expected(
        curve.period.starts_on,
        curve.period.last_day,
        day,
        weekdays=curve.weekdays,
        days_off=curve.days_off,
        months=curve.months,
    )
    assert curve.expected(day) == again


@given(curves())
def test_what_is_expected_never_falls_and_ends_at_all(curve):
    shares = [curve.expected(day) for day in curve.period.dates()]
    assert shares == sorted(shares)
    assert curve.expected(curve.period.starts_on - timedelta(days=1)) == 0
    assert shares[-1] == curve.expected(curve.period.ends_before + timedelta(days=9)) == 1


def is_working(curve: Curve, day: date) -> bool:
    return day.weekday() in curve.weekdays and day not in curve.days_off


@given(curves(), days)
def test_working_days_that_are_left_are_those_after_the_day(curve, day):
    left = [each for each in curve.period.dates() if each > day and is_working(curve, each)]
    assert curve.working_days_left(day) == len(left)


@given(st.lists(st.tuples(days, amounts), max_size=30))
def test_weights_of_months_are_means_that_do_not_depend_on_how_many_years_are_known(history):
    assert month_weights(history) == month_weights(history * 2)
    assert all(weight >= 0 for weight in month_weights(history).values())


def test_weights_of_months_are_told_apart_from_no_history():
    assert month_weights([]) == month_weights([(date(2025, 1, 1), Decimal(0))]) == {}
    history = [(date(2024, 1, 1), Decimal(10)), (date(2025, 1, 1), Decimal(20)), (date(2025, 2, 1), Decimal(-5))]
    assert month_weights(history) == {1: Decimal(15), 2: Decimal(0)}


@given(scales(), st.none() | amounts, curves(), days, st.booleans())
def test_status_is_that_of_the_slow_calculation(scale, value, curve, day, adds_up):
    first, last = curve.period.starts_on, curve.period.last_day
    again = slow.status(
        scale.direction, scale.baseline, scale.target, value, adds_up, first, last, day, curve.expected(day)
    )
    assert measured_status(scale, value, curve, day, adds_up=adds_up) == again


@given(scales(), st.none() | amounts, curves(), st.integers(0, 900), st.booleans())
def test_a_goal_whose_period_is_over_is_met_or_missed(scale, value, curve, later, adds_up):
    day = curve.period.ends_before + timedelta(days=later)
    assert measured_status(scale, value, curve, day, adds_up=adds_up).is_final


@given(scales(), curves(), st.integers(0, 400), sizes)
def test_a_reopened_deal_takes_a_reached_goal_back(scale, curve, later, lost):
    day = curve.period.starts_on + timedelta(days=later)
    short = scale.target - lost if scale.direction is Direction.HIGHER else scale.target + lost
    assert measured_status(scale, scale.target, curve, day) is Status.MET
    assert measured_status(scale, short, curve, day) is not Status.MET


@given(scales(), amounts, curves(), st.data(), sizes)
def test_a_better_value_never_has_a_worse_status(scale, value, curve, data, more):
    rank = [Status.BEHIND, Status.AT_RISK, Status.ON_TRACK, Status.AHEAD, Status.MET]
    better = value + more if scale.direction is Direction.HIGHER else value - more
    day = data.draw(st.dates(curve.period.starts_on, curve.period.last_day))
    before, after = measured_status(scale, value, curve, day), measured_status(scale, better, curve, day)
    assert rank.index(after) >= rank.index(before)


@given(scales(), amounts, curves(), days)
def test_what_each_day_must_bring_adds_up_to_the_target(scale, value, curve, day):
    needed = needed_per_working_day(scale, value, curve, day)
    if needed:
        assert needed * curve.working_days_left(day) == Fraction(progress_of(scale, value).left)
    elif needed is None:
        assert curve.working_days_left(day) == 0
    else:
        assert scale.direction.is_reached(value, scale.target)


def test_what_a_tolerance_says_must_be_in_order():
    with pytest.raises(ValueError, match="on track"):
        Tolerance(on_track=Decimal("0.2"))


@given(st.lists(st.tuples(days, st.none() | st.sampled_from(["high", "medium", "low"])), max_size=8), days)
def test_confidence_is_the_last_that_was_given(said, day):
    found = confidence_of([CheckIn(on, value) for on, value in said], day, cadence_days=7)
    given_by_then = [(on, value) for on, value in said if on <= day and value is not None]
    if not given_by_then:
        assert found is None
    else:
        last = max(on for on, _ in given_by_then)
        assert found.given_on == last
        assert found.value == [value for on, value in given_by_then if on == last][-1]


@st.composite
def partitions(draw):
    """Children that partition their parent: (baseline, way, came) of each, ways above zero."""
    return draw(st.lists(st.tuples(amounts, sizes, amounts), min_size=1, max_size=12)), draw(directions)


@given(partitions())
def test_children_that_partition_their_parent_roll_up_to_it_by_either_rule(family):
    parts, direction = family
    sign = 1 if direction is Direction.HIGHER else -1
    whole = Scale(sum(base for base, _, _ in parts), sum(base + sign * way for base, way, _ in parts), direction)
    own = progress_of(whole, sum(base + came for base, _, came in parts)).ratio
    children = [
        Child(key, way, progress_of(Scale(base, base + sign * way, direction), base + came).ratio)
        for key, (base, way, came) in enumerate(parts)
    ]
    for rule in (Rule.WEIGHT, Rule.SUM):
        assert fraction(roll_up(children, rule).progress) == fraction(own)


children_of_any_kind = st.lists(
    st.builds(Child, st.integers(0, 99), weights, st.builds(Ratio, amounts, st.just(Decimal(0)) | sizes)), max_size=10
)


@given(children_of_any_kind)
def test_a_roll_up_is_that_of_the_slow_calculation(children):
    parts = [(child.weight, child.progress.numerator, child.progress.denominator) for child in children]
    assert fraction(roll_up(children, Rule.WEIGHT).progress) == slow.by_weight(parts)
    assert fraction(roll_up(children, Rule.SUM).progress) == slow.by_sum(parts)


@given(children_of_any_kind, st.sampled_from([Rule.WEIGHT, Rule.SUM]))
def test_what_children_bring_adds_up_to_the_whole(children, rule):
    found = roll_up(children, rule)
    brought = [line.brings for line in found.lines if line.brings is not None]
    assert [line.key for line in found.lines] == [child.key for child in children]
    if found.progress.is_defined:
        assert sum(brought) == fraction(found.progress)
        assert sum(line.share for line in found.lines if line.share is not None) == 1
    else:
        assert not brought


@given(children_of_any_kind)
def test_a_roll_up_by_weight_lies_between_its_children(children):
    found = fraction(roll_up(children, Rule.WEIGHT).progress)
    known = [fraction(child.progress) for child in children if child.progress.is_defined and child.weight]
    if found is not None:
        assert min(known) <= found <= max(known)


def test_a_goal_of_its_own_is_not_rolled_up():
    with pytest.raises(ValueError, match="own progress"):
        roll_up([], Rule.OWN)
    with pytest.raises(ValueError, match="weighs"):
        Child(1, Decimal(-1), Ratio.of(1, 2))


@st.composite
def trees(draw):
    """Nodes whose children have higher keys, so that there is no circle; leaves have progress of their own."""
    size = draw(st.integers(1, 12))
    nodes = []
    for key in range(size):
        below = draw(st.lists(st.tuples(st.integers(key + 1, size), weights), max_size=4, unique_by=lambda row: row[0]))
        rule = draw(st.sampled_from(list(Rule))) if below else Rule.OWN
        nodes.append(Node(key, Ratio(draw(amounts), draw(sizes)), rule, tuple(below)))
    return draw(st.permutations(nodes))


def climb(nodes, key):
    """The progress of a node as (came, way), by asking downwards again and again."""
    node = nodes.get(key)
    if node is None:
        return Fraction(0), Fraction(0)
    if node.rule is Rule.OWN:
        return Fraction(node.own.numerator), Fraction(node.own.denominator)
    parts = [(weight, *climb(nodes, child)) for child, weight in node.children]
    if node.rule is Rule.SUM:
        parts = [part for (child, _), part in zip(node.children, parts, strict=True) if has_number(nodes, child)]
        return sum(came for _, came, _ in parts), sum(way for _, _, way in parts)
    known = [(Fraction(weight), came / way) for weight, came, way in parts if way]
    return sum((weight * come for weight, come in known), Fraction(0)), sum(
        (weight for weight, _ in known), Fraction(0)
    )


def has_number(nodes, key):
    return key in nodes and nodes[key].rule is not Rule.WEIGHT


@given(trees())
def test_a_tree_is_that_of_asking_downwards(nodes):
    found, issues = roll_up_tree(nodes)
    assert not issues
    by_key = {node.key: node for node in nodes}
    for key in by_key:
        came, way = climb(by_key, key)
        assert fraction(found[key].progress) == (came / way if way else None)


def test_a_circle_is_named_and_what_is_beside_it_is_still_right():
    own = Ratio.of(1, 2)
    nodes = [
        Node(1, rule=Rule.WEIGHT, children=((2, Decimal(1)), (5, Decimal(1)))),
        Node(2, rule=Rule.WEIGHT, children=((3, Decimal(1)),)),
        Node(3, rule=Rule.WEIGHT, children=((2, Decimal(1)), (5, Decimal(1)))),
        Node(4, rule=Rule.WEIGHT, children=((5, Decimal(1)),)),
        Node(5, own),
    ]
    found, issues = roll_up_tree(nodes)
    assert sorted(issue.value for issue in issues) == ["1", "2", "3"]
    assert {issue.code for issue in issues} == {"circle"}
    assert not any(found[key].progress.is_defined for key in (1, 2, 3))
    assert fraction(found[4].progress) == fraction(own) == fraction(found[5].progress)


def test_a_tree_a_thousand_deep_is_rolled_up():
    chain = [Node(key, rule=Rule.WEIGHT, children=((key + 1, Decimal(1)),)) for key in range(5000)]
    found, _ = roll_up_tree([*chain, Node(5000, Ratio.of(3, 4))])
    assert fraction(found[0].progress) == Fraction(3, 4)


def test_weights_are_added_up():
    assert weights_total([Decimal(60), Decimal("39.5")]) == Decimal("99.5")
    assert weights_total([]) == 0


@given(amounts, st.lists(st.none() | amounts, max_size=10), directions, sizes)
def test_a_harder_target_is_never_more_modest(target, history, direction, more):
    rank = [Ambition.MODEST, Ambition.AMBITIOUS, Ambition.BEYOND]
    harder = target + more if direction is Direction.HIGHER else target - more
    easy, hard = against_history(target, history, direction), against_history(harder, history, direction)
    assert hard.reached <= easy.reached
    if easy.word is not Ambition.UNKNOWN:
        assert rank.index(hard.word) >= rank.index(easy.word)
        assert (easy.word is Ambition.BEYOND) is (not direction.is_reached(easy.best, target))


@given(amounts, st.lists(st.none() | amounts, max_size=12), directions)
def test_a_percentile_is_that_of_the_slow_calculation(target, peers, direction):
    found = against_peers(target, peers, direction)
    assert found.percentile == slow.percentile(direction, target, peers)
    assert found.percentile is None or 0 <= found.percentile <= 100


def test_a_group_under_five_has_neither_percentile_nor_middle():
    few = against_peers(Decimal(5), [Decimal(1)] * 4 + [None])
    assert (few.peers, few.percentile, few.middle) == (4, None, None)
