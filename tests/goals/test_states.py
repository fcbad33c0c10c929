"""What a goal is on a day follows from the facts, the check-ins and the day; nothing is stored, so nothing gets stuck."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Opportunity
from goals.engine.pace import Status
from goals.models import CheckIn, Goal, Milestone
from goals.selectors.states import State, goal_states, objective_states
from metrics.services import rollups_recompute
from tests.cast import NOW, TODAY, Cast
from tests.crm.access import make_deal, make_stage
from tests.goals.build import align, make_goal, make_objective

pytestmark = pytest.mark.django_db
MAY = date(2026, 5, 1)


def state_of(cast: Cast, goal: Goal, on: date = TODAY) -> State:
    rollups_recompute(organization_id=cast.organization.pk)
    return goal_states(cast.organization, [goal], on)[goal.pk]


def lost() -> None:
    Opportunity.objects.filter(external_id="A1").update(outcome="open", stage=make_stage("Engaging", "open", 2))


def test_progress_computes_itself_and_is_exact_above_the_target(cast: Cast) -> None:
    make_deal("A1", cast.alice, amount=Decimal("1234.56"), closed_on=MAY)
    goal = make_goal(cast.alice, target=Decimal(1000))
    state = state_of(cast, goal)
    assert (state.value, state.ratio) == (Decimal("1234.56"), Decimal("1.23456"))
    assert state.status is Status.MET


def test_a_reopened_deal_unreaches_the_goal(cast: Cast) -> None:
    make_deal("A1", cast.alice, amount=Decimal(1500), closed_on=MAY)
    goal = make_goal(cast.alice, target=Decimal(1000))
    assert state_of(cast, goal).status is Status.MET
    lost()
    assert state_of(cast, goal).status is Status.BEHIND


def test_a_goal_whose_days_are_over_is_met_or_missed_and_a_late_deal_still_changes_that(cast: Cast) -> None:
    goal = make_goal(cast.alice, target=Decimal(1000))
    assert state_of(cast, goal, goal.ends_before).status is Status.MISSED
    make_deal("A1", cast.alice, amount=Decimal(1500), closed_on=MAY)
    assert state_of(cast, goal, goal.ends_before).status is Status.MET
    lost()
    assert state_of(cast, goal, goal.ends_before).status is Status.MISSED


def test_only_what_lies_in_the_days_and_belongs_to_the_owner_counts(cast: Cast) -> None:
    for name, owner, day in [
        ("A1", cast.alice, date(2026, 3, 31)),
        ("A2", cast.alice, date(2026, 4, 1)),
        ("A3", cast.alice, date(2026, 6, 30)),
        ("A4", cast.alice, date(2026, 7, 1)),
        ("C1", cast.carol, MAY),
    ]:
        make_deal(name, owner, amount=Decimal(10), closed_on=day)
    assert state_of(cast, make_goal(cast.alice)).value == 20
    assert state_of(cast, make_goal(cast.sales)).value == 30  # the team with all below it
    assert state_of(cast, make_goal(cast.south)).value == 10


def test_lower_is_better_from_baseline_to_target(cast: Cast) -> None:
    goal = make_goal(
        cast.alice, kind="manual", unit="days", direction="lower", baseline=Decimal(500), target=Decimal(400)
    )
    CheckIn.objects.create(goal=goal, on=MAY, value=Decimal(460), created_at=NOW)
    assert state_of(cast, goal).ratio == Decimal("0.4")


def test_the_latest_entered_value_counts_and_a_check_in_without_one_keeps_it(cast: Cast) -> None:
    goal = make_goal(cast.alice, kind="manual", target=Decimal(100))
    assert state_of(cast, goal).status is Status.NO_FIGURE
    for day, value in [(MAY, 30), (MAY + timedelta(days=1), 40), (MAY + timedelta(days=2), None)]:
        CheckIn.objects.create(goal=goal, on=day, value=value, confidence="low", created_at=NOW)
    state = state_of(cast, goal)
    assert (state.value, state.last_check_in) == (40, MAY + timedelta(days=2))
    assert state_of(cast, goal, MAY).value == 30


def test_milestones_count_by_weight(cast: Cast) -> None:
    goal = make_goal(cast.alice, kind="milestones", unit="ratio", target=Decimal(1))
    Milestone.objects.create(goal=goal, name="Pilot", weight=3, done_on=MAY)
    Milestone.objects.create(goal=goal, name="Contract", weight=1)
    assert state_of(cast, goal).ratio == Decimal("0.75")


def test_a_goal_limited_to_a_source_counts_only_that(cast: Cast) -> None:
    make_deal("A1", cast.alice, amount=Decimal(10), closed_on=MAY, lead_source="fair")
    make_deal("A2", cast.alice, amount=Decimal(20), closed_on=MAY, lead_source="web")
    limited = [{"by": "source", "values": ["fair"], "text": "fair"}]
    assert state_of(cast, make_goal(cast.alice, filters=limited)).value == 10


def test_a_median_is_read_from_the_deals_of_the_days(cast: Cast) -> None:
    for n, amount in enumerate([10, 20, 90]):
        make_deal(f"A{n}", cast.alice, amount=Decimal(amount), closed_on=MAY)
    goal = make_goal(cast.alice, metric="deal_size_median", target=Decimal(50))
    assert state_of(cast, goal).value == 20


def test_a_check_in_is_due_by_the_organization_s_day_not_by_the_clock_s(cast: Cast) -> None:
    organization = cast.organization
    organization.time_zone = "Pacific/Auckland"
    late = datetime(2026, 6, 1, 20, tzinfo=UTC)  # 2 June in Auckland
    goal = make_goal(cast.alice, cadence="weekly", starts_on=date(2026, 5, 1), created_at=late)
    due = {day: goal_states(organization, [goal], day)[goal.pk].is_due for day in (date(2026, 6, 8), date(2026, 6, 9))}
    assert list(due.values()) == [False, True]


def test_a_check_in_is_due_after_its_cadence_and_never_when_the_goal_is_over(cast: Cast) -> None:
    goal = make_goal(cast.alice, cadence="weekly")
    assert not state_of(cast, goal, goal.starts_on + timedelta(days=6)).is_due
    assert state_of(cast, goal, goal.starts_on + timedelta(days=7)).is_due
    CheckIn.objects.create(goal=goal, on=goal.starts_on + timedelta(days=5), note="Fine", created_at=NOW)
    assert not state_of(cast, goal, goal.starts_on + timedelta(days=7)).is_due
    assert not state_of(cast, goal, goal.ends_before).is_due


def test_a_goal_that_was_set_late_asks_for_a_check_in_a_cadence_after_that(cast: Cast) -> None:
    goal = make_goal(cast.alice, cadence="weekly", created_at=NOW)
    assert not state_of(cast, goal, NOW.date() + timedelta(days=6)).is_due
    assert state_of(cast, goal, NOW.date() + timedelta(days=7)).is_due


def test_children_roll_up_by_sum_and_by_weight(cast: Cast) -> None:
    make_deal("A1", cast.alice, amount=Decimal(600), closed_on=MAY)
    make_deal("C1", cast.carol, amount=Decimal(100), closed_on=MAY)
    north, south = make_goal(cast.alice, target=Decimal(1000)), make_goal(cast.carol, target=Decimal(1000))
    for rule, wanted in [("sum", Decimal("0.35")), ("weight", Decimal("0.475"))]:
        parent = make_goal(cast.sales, f"By {rule}", target=Decimal(2000), rolls_up_by=rule)
        align(north, parent, 3)
        align(south, parent, 1)
        state = state_of(cast, parent)
        assert state.ratio == wanted
    objective = make_objective(rolls_up_by="sum", kind="manual", metric="", target=Decimal(2000))
    align(north, objective)
    align(south, objective)
    found = objective_states(cast.organization, [objective], TODAY)[objective.pk]
    assert (found.ratio, found.value) == (Decimal("0.35"), 700)


def test_many_goals_cost_as_many_queries_as_few(cast: Cast) -> None:
    make_deal("A1", cast.alice, amount=Decimal(600), closed_on=MAY, lead_source="fair")
    rollups_recompute(organization_id=cast.organization.pk)

    def more(count: int) -> None:
        for n in range(count):
            days = {
                "starts_on": date(2026, 1, 1) + timedelta(days=n),
                "ends_before": date(2026, 7, 1) + timedelta(days=n),
            }
            make_goal(cast.alice, f"Own {n}", **days)
            make_goal(cast.north, f"Team {n}", metric="win_rate", unit="ratio", target=Decimal("0.6"), **days)
            limited = [{"by": "source", "values": ["fair"], "text": "fair"}]
            make_goal(cast.carol, f"Limited {n}", filters=limited, **days)
            make_goal(cast.bob, f"Entered {n}", kind="manual", **days)

    def queries() -> int:
        goals = list(Goal.objects.all())
        with CaptureQueriesContext(
            connection,
        ) as seen:
            goal_states(cast.organization, goals, TODAY)
        return len(seen)

    more(2)
    few = queries()
    more(20)
    assert queries() == few <= 5


def test_every_value_is_what_plain_sql_says(cast: Cast) -> None:
    """Won amounts of many goals in overlapping days, held against one statement each."""
    for n in range(40):
        owner = [cast.alice, cast.bob, cast.carol][n % 3]
        make_deal(
            f"D{n}", owner, amount=Decimal(n) + Decimal("0.25"), closed_on=date(2026, 1, 1) + timedelta(days=4 * n)
        )
    goals = [
        make_goal(
            [cast.alice, cast.bob, cast.carol][n % 3],
            f"Goal {n}",
            starts_on=date(2026, 1, 1) + timedelta(days=3 * n),
            ends_before=date(2026, 3, 1) + timedelta(days=5 * n),
        )
        for n in range(20)
    ]
    rollups_recompute(organization_id=cast.organization.pk)
    states = goal_states(cast.organization, goals, TODAY)
    for goal in goals:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(sum(amount), 0) FROM crm_opportunity WHERE owner_id = %s AND outcome = 'won'"
                " AND closed_on >= %s AND closed_on < %s",
                [goal.person_id, goal.starts_on, goal.ends_before],
            )
            [(wanted,)] = cursor.fetchall()
        assert states[goal.pk].value == wanted
