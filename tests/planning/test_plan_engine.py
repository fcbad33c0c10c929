"""Properties of dividing a number, and the engine beside its slow twin."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goals.engine.allocation import Node, allocate, gaps_between
from goals.engine.proration import Basis, cut, days_of, prorate, prorate_parts
from goals.engine.ramp import Presence, Ramp, month_factor
from goals.engine.rounding import apportion
from goals.engine.season import from_history, spread
from kernel.period import FiscalCalendar, Grain, Period
from tests.planning.plan_reference import divided, one_by_one, tenure_factor

weights = st.lists(st.integers(0, 50), min_size=1, max_size=8).filter(any)
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
CALENDAR = FiscalCalendar()
YEAR = CALENDAR.periods_between(Grain.MONTH, date(2026, 1, 1), date(2027, 1, 1))


@st.composite
def trees(draw: st.DrawFn, with_locks: bool = True) -> tuple[list[Node], list[int]]:
    """A tree of three levels for two months, with the company's numbers; locks are small beside the numbers."""
    over = st.sampled_from([Fraction(0), Fraction(0), Fraction(1, 20)])
    lock = st.one_of(st.none(), st.none(), st.none(), st.integers(0, 5)) if with_locks else st.none()
    nodes = [Node("C", None, over=draw(over))]
    for team in range(draw(st.integers(1, 3))):
        nodes.append(Node(f"t{team}", "C", over=draw(over)))
        for person in range(draw(st.integers(1, 4))):
            own = [Fraction(draw(st.integers(1, 20))) for _ in range(2)]
            nodes.append(Node(f"t{team}p{person}", f"t{team}", own, [draw(lock), draw(lock)]))
    return nodes, [draw(st.integers(60, 150)) for _ in range(2)]


@settings(deadline=None)
@given(st.integers(0, 120), weights, st.integers(0, 11))
def test_shares_are_what_giving_units_away_one_by_one_leads_to(total: int, given: list[int], turn: int) -> None:
    exact = [Fraction(weight) for weight in given]
    assert apportion(total, exact, turn=turn) == one_by_one(total, exact, turn)


@given(st.integers(0, 10**12), weights, st.sampled_from([1, 100, 10_000]))
def test_shares_add_up_to_the_total_whatever_the_step(total: int, given: list[int], step: int) -> None:
    shares = apportion(total, given, step=step)
    assert sum(shares) == total
    assert min(shares) >= 0
    assert sum(1 for share in shares if share % step) <= 1


@given(st.integers(0, 10**6), weights, st.data())
def test_a_larger_weight_or_total_never_takes_anything_away(total: int, given: list[int], data: Any) -> None:
    place = data.draw(st.integers(0, len(given) - 1))
    raised = [weight + (n == place) * data.draw(st.integers(1, 20)) for n, weight in enumerate(given)]
    assert apportion(total, raised)[place] >= apportion(total, given)[place]
    more = apportion(total + data.draw(st.integers(1, 50)), given)
    assert all(one >= two for one, two in zip(more, apportion(total, given), strict=True))


def test_equal_weights_take_turns_over_the_months() -> None:
    months = [apportion(100, [1, 1, 1], turn=month) for month in range(3)]
    assert [sum(shares) for shares in zip(*months, strict=True)] == [100, 100, 100]


@pytest.mark.parametrize(("total", "given", "step"), [(-1, [1], 1), (1, [-1, 2], 1), (1, [1], 0)])
def test_what_is_below_zero_is_refused(total: int, given: list[int], step: int) -> None:
    with pytest.raises(ValueError, match="zero or more"):
        apportion(total, given, step=step)


@settings(deadline=None, max_examples=60)
@given(trees())
def test_a_tree_is_divided_as_its_slow_twin_does(case: tuple[list[Node], list[int]]) -> None:
    nodes, top = case
    result = allocate(top, nodes)
    for month, number in enumerate(top):
        if not result.issues:
            assert {key: cells[month] for key, cells in result.cells.items()} == divided(nodes, number, month)


@given(trees())
def test_sums_are_conserved_at_every_level_and_month_and_locks_are_kept(case: tuple[list[Node], list[int]]) -> None:
    nodes, top = case
    result = allocate(top, nodes)
    parents = {node.key: node.parent for node in nodes}
    gaps = gaps_between(result.cells, parents)
    found = {issue.field for issue in result.issues}
    for node in nodes:
        cells = result.cells[node.key]
        for month, amount in enumerate(cells):
            if node.locked and node.locked[month] is not None:
                assert amount == node.locked[month]
            if node.key in gaps and node.key not in found:
                more = gaps[node.key][month]
                assert abs(more - amount * node.over) <= Fraction(1, 2)
    assert result.cells["C"] == top


@given(trees(), st.data())
def test_nobody_gets_less_because_their_own_weight_grew(case: tuple[list[Node], list[int]], data: Any) -> None:
    nodes, top = case
    people = [node for node in nodes if node.weights]
    chosen = data.draw(st.sampled_from(people))
    more = data.draw(st.integers(1, 30))
    raised = [
        Node(node.key, node.parent, [weight + more for weight in node.weights], node.locked, node.over)
        if node is chosen
        else node
        for node in nodes
    ]
    before, after = allocate(top, nodes), allocate(top, raised)
    if not before.issues:
        for one, two in zip(before.cells[chosen.key], after.cells[chosen.key], strict=True):
            assert two >= one


@pytest.mark.parametrize(
    "nodes",
    [
        [Node("C", None), Node("C", "C")],
        [Node("C", None), Node("D", None)],
        [Node("C", None), Node("p", "t"), Node("t", "C")],
        [Node("t", "C")],
    ],
)
def test_nodes_that_make_no_tree_are_an_error(nodes: list[Node]) -> None:
    with pytest.raises(ValueError, match="second root"):
        allocate([1], nodes)


@pytest.mark.parametrize(
    "node",
    [
        Node("p", "C", [Fraction(-1)]),
        Node("p", "C", [Fraction(1)], [-1]),
        Node("p", "C", [Fraction(1)], over=Fraction(-1, 10)),
    ],
)
def test_a_weight_lock_or_over_assignment_below_zero_divides_nothing(node: Node) -> None:
    result = allocate([100], [Node("C", None), node])
    assert (result.cells, [issue.code for issue in result.issues]) == ({}, ["negative"])


@given(
    days, st.integers(1, 500), st.sets(st.integers(0, 520), max_size=6), st.integers(0, 10**9), st.sampled_from(Basis)
)
def test_the_parts_of_a_period_add_up_to_the_whole(
    first: date, length: int, at: set[int], amount: int, basis: Basis
) -> None:
    period = Period(first, first + timedelta(days=length))
    parts = cut(period, {first + timedelta(days=offset) for offset in at})
    shares = prorate_parts(amount, period, parts, basis)
    assert sum(shares) == amount
    assert min(shares) >= 0


@given(days, st.integers(3, 200), st.integers(0, 10**6), st.data())
def test_a_part_cut_again_adds_up_to_the_part(first: date, length: int, amount: int, data: Any) -> None:
    period = Period(first, first + timedelta(days=length))
    one, two, three = sorted(data.draw(st.sets(st.integers(0, length), min_size=3, max_size=3)))
    at = [first + timedelta(days=offset) for offset in (one, two, three)]
    halves = prorate(amount, period, Period(at[0], at[1])) + prorate(amount, period, Period(at[1], at[2]))
    assert halves == prorate(amount, period, Period(at[0], at[2]))


@given(days, st.integers(1, 400), st.sets(days, max_size=5))
def test_working_days_are_counted_as_by_hand(first: date, length: int, holidays: set[date]) -> None:
    period = Period(first, first + timedelta(days=length))
    by_hand = sum(1 for day in period.dates() if day.weekday() < 5 and day not in holidays)
    assert days_of(period, Basis.WORKING, holidays) == by_hand


def test_days_outside_of_the_period_get_nothing() -> None:
    assert prorate(100, Period(date(2026, 1, 1), date(2026, 2, 1)), Period(date(2026, 2, 1), date(2026, 3, 1))) == 0


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 28),
    st.integers(0, 40),
    st.lists(st.sampled_from([Fraction(0), Fraction(1, 4), Fraction(1, 2)]), max_size=3),
    st.lists(st.integers(0, 320), max_size=2, unique=True),
)
def test_ramp_is_what_walking_through_the_days_gives(
    day: int, offset: int, shares: list[Fraction], leaves: list[int]
) -> None:
    hired_on = date(2026, 1, day)
    periods: list[Period] = []
    for first in sorted(leaves):
        start = date(2026, 1, 1) + timedelta(days=first)
        if not periods or periods[-1].ends_before <= start:
            periods.append(Period(start, start + timedelta(days=10)))
    away = {each for period in periods for each in period.dates()}
    there = Period(hired_on + timedelta(days=offset), date(2026, 11, 15))
    presence = Presence(there, hired_on, periods)
    for month in YEAR:
        slow = tenure_factor(
            month.starts_on, month.ends_before, (there.starts_on, there.ends_before), hired_on, away, shares
        )
        assert month_factor(month, presence, Ramp(tuple(shares))) == slow


def test_a_share_of_a_ramp_lies_between_nothing_and_the_whole() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Ramp((Fraction(3, 2),))


def test_season_is_the_mean_of_the_years_known_and_says_what_is_missing() -> None:
    history = {date(2024, 1, 1): Decimal(100), date(2025, 1, 1): Decimal(300), date(2025, 2, 1): Decimal(-5)}
    found, issues = from_history(history, YEAR[:3])
    assert found == [200, 0, 100]
    assert [(issue.code, issue.value) for issue in issues] == [
        ("season_below_zero", "2"),
        ("season_month_unknown", "3"),
    ]
    assert from_history({}, YEAR)[0] == [1] * 12


@given(st.integers(0, 10**9), st.lists(st.integers(1, 9), min_size=12, max_size=12), st.integers(0, 11))
def test_the_months_add_up_to_the_year_and_a_locked_one_stays(total: int, given: list[int], place: int) -> None:
    exact = [Fraction(weight) for weight in given]
    locked = [total // 20 if n == place else None for n in range(12)]
    for spreaded in (spread(total, exact), spread(total, exact, locked)):
        assert sum(spreaded) == total
    assert spread(total, exact, locked)[place] == total // 20


def test_locked_months_above_the_total_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        spread(100, [Fraction(1)] * 2, [101, None])
    with pytest.raises(ValueError, match="do not fit"):
        spread(100, [Fraction(1)] * 2, [40, 50])
