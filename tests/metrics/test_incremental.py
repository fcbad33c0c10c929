"""Whatever happens to the facts, working off the marks gives what a full rebuild gives."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from crm.models import Opportunity, Quota, Stage
from metrics import marks
from metrics.models import DailyBreakdown, DailyRollup, DataVersion, DirtyBucket, DirtyTeam, TeamRollup
from metrics.services import rollups_recompute
from people.models import Organization, Person, Seat, SeatHolding
from people.wall import tenant
from tests.metrics import build, oracle

FIRST = date(2017, 1, 28)
SHOWN = (0, 0, date(1, 1, 1))  # the mark of what is shown though no figure depends on it
DAYS = st.one_of(st.none(), st.integers(0, 5).map(lambda n: FIRST + timedelta(n)))
AMOUNTS = st.one_of(st.none(), st.decimals(-5, 1000, places=2))
FIELDS = st.fixed_dictionaries(
    {
        "owner": st.integers(0, 3),
        "product": st.integers(0, 2),
        "stage": st.sampled_from(["open", "likely", "won", "lost"]),
        "amount": AMOUNTS,
        "plan_amount": AMOUNTS,
        "closed_on": DAYS,
        "created_on": DAYS,
        "engaged_on": DAYS,
        "probability": st.one_of(st.none(), st.sampled_from([Decimal("0.2"), Decimal(1)])),
        "is_deleted": st.booleans(),
    }
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("insert"), st.lists(FIELDS, min_size=1, max_size=4)),
        st.tuples(st.just("update"), st.integers(0, 9), FIELDS),
        st.tuples(st.just("delete"), st.integers(0, 9)),
        st.tuples(st.just("merge"), st.integers(1, 3), st.integers(1, 3)),
        st.tuples(st.just("probability"), st.one_of(st.none(), st.just(Decimal("0.5")))),
        st.tuples(st.just("cycle_start"), st.sampled_from(["engaged", "created"])),
        st.tuples(st.just("seat"), st.integers(1, 3), st.integers(0, 1), st.integers(0, 5)),
        st.tuples(st.just("leave"), st.integers(1, 3)),
        st.tuples(st.just("seats_move"), st.integers(0, 1)),
        st.tuples(st.just("quota"), st.integers(1, 3), st.integers(0, 4), st.booleans()),
        st.tuples(st.just("quota_gone"), st.integers(1, 3)),
        st.tuples(st.just("recompute"), st.integers(1, 3)),
    ),
    max_size=12,
)


class World:
    """A small organization whose facts are changed in every way the product changes them."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self.stages = build.stages(likely=Decimal("0.75"))
        self.people: list[Person | None] = [None, *(build.person(f"P{n}") for n in range(3))]
        self.teams = [build.team("North"), build.team("South")]
        self.products = [None, build.product("A"), build.product("B")]

    def take(self, step: tuple[Any, ...]) -> None:
        getattr(self, f"_{step[0]}")(*step[1:])

    def _values(self, fields: dict[str, Any]) -> dict[str, Any]:
        stage = self.stages[fields["stage"]]
        return {
            **fields,
            "owner": self.people[fields["owner"]],
            "product": self.products[fields["product"]],
            "stage": stage,
            "outcome": stage.outcome,
            "converted_amount": fields["amount"],
            "plan_amount": fields["plan_amount"],
        }

    def _insert(self, rows: list[dict[str, Any]]) -> None:
        made = []
        for row in rows:
            deal = build.deal(self.stages["open"])
            for name, value in self._values(row).items():
                setattr(deal, name, value)
            made.append(deal)
        build.deals(*made)

    def _pick(self, number: int) -> Any:
        ids = list(Opportunity.objects.order_by("id").values_list("id", flat=True))
        return Opportunity.objects.filter(pk=ids[number % len(ids)] if ids else 0)

    def _update(self, number: int, fields: dict[str, Any]) -> None:
        self._pick(number).update(**self._values(fields))

    def _delete(self, number: int) -> None:
        self._pick(number).delete()

    def _merge(self, one: int, other: int) -> None:
        Opportunity.objects.filter(owner=self.people[one]).update(owner=self.people[other])

    def _probability(self, chance: Decimal | None) -> None:
        Stage.objects.filter(name="likely").update(probability=chance)

    def _cycle_start(self, start: str) -> None:
        Organization.objects.filter(pk=self.organization.pk).update(cycle_start=start)
        self.organization.refresh_from_db()

    def _seat(self, who: int, team: int, day: int) -> None:
        """From a day on, in a team, for good."""
        first = FIRST + timedelta(day)
        SeatHolding.objects.filter(person=self.people[who], starts_on__gte=first).delete()
        SeatHolding.objects.filter(person=self.people[who], ends_before__gt=first).update(ends_before=first)
        person = self.people[who]
        assert person
        build.seated(person, self.teams[team], starts_on=first)

    def _leave(self, who: int) -> None:
        SeatHolding.objects.filter(person=self.people[who]).delete()

    def _seats_move(self, team: int) -> None:
        Seat.objects.update(team=self.teams[team])

    def _quota(self, who: int, day: int, is_overlay: bool) -> None:
        person, first = self.people[who], FIRST + timedelta(day)
        assert person
        self._quota_gone(who)
        build.quota(person, 100, first, first + timedelta(2), is_overlay=is_overlay)

    def _quota_gone(self, who: int) -> None:
        Quota.objects.filter(person=self.people[who]).delete()

    def _recompute(self, batch: int) -> None:
        rollups_recompute(organization_id=self.organization.pk, batch=batch)


def rollups() -> list[list[dict[str, Any]]]:
    return [
        sorted(
            ({key: value for key, value in row.items() if key != "organization_id"} for row in model.objects.values()),
            key=str,
        )
        for model in (DailyRollup, DailyBreakdown, TeamRollup)
    ]


@pytest.fixture(scope="module")
def blocker(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> DjangoDbBlocker:
    return django_db_blocker


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_incremental_equals_full_equals_the_oracle(blocker: DjangoDbBlocker, steps: list[tuple[Any, ...]]) -> None:
    with blocker.unblock(), transaction.atomic():
        organization = build.organization("property")
        with tenant(organization.pk):
            world = World(organization)
            for step in steps:
                world.take(step)
            rollups_recompute(organization_id=organization.pk, batch=2)
            incremental = rollups()
            assert not DirtyBucket.objects.exists()
            assert not DirtyTeam.objects.exists()
            _teams_like_their_people(world)
            rollups_recompute(organization_id=organization.pk, is_full=True)
            assert incremental == rollups()
            _like_the_oracle(world)
        transaction.set_rollback(True)


def _teams_like_their_people(world: World) -> None:
    """What the rollup of teams says is what their people add up to, one row at a time."""
    quotas = list(Quota.objects.filter(is_overlay=False))
    seats = list(SeatHolding.objects.select_related("seat"))
    found: dict[tuple[int, date], list[Decimal]] = {}
    for row in DailyRollup.objects.all():
        for held in seats:
            on = min(row.day, date(9999, 12, 30))
            if held.person_id == row.person_id and held.starts_on <= on < held.ends_before:
                sums = found.setdefault((held.seat.team_id, row.day), [Decimal(0)] * 3)
                due = any(q.person_id == row.person_id and q.starts_on <= row.day < q.ends_before for q in quotas)
                added = (row.won_amount, row.lost_count, row.won_amount if due else 0)
                sums[:] = [Decimal(one) + Decimal(str(more)) for one, more in zip(sums, added, strict=True)]
    assert found == {
        (row.team_id, row.day): [row.won_amount, row.lost_count, row.attained_amount]
        for row in TeamRollup.objects.all()
    }


def _like_the_oracle(world: World) -> None:
    deals = oracle.read(world.organization)
    for metric in ("won_count", "win_rate_by_value", "cycle_days_mean", "cycle_days_p90", "pipeline_weighted"):
        [row] = build.ask(world.organization, metric)
        value = None if row.figure.value is None else f"{row.figure.value:f}"
        assert value == oracle.value(metric, oracle.counted(metric, deals)), metric


# --- Marks ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def world(acme: Organization) -> Iterator[World]:
    made = World(acme)
    build.deals(
        build.deal(
            made.stages["won"],
            made.people[1],
            100,
            product=made.products[1],
            closed_on=date(2017, 3, 1),
            created_on=date(2017, 1, 1),
        )
    )
    rollups_recompute(organization_id=acme.pk)
    yield made


def marked() -> set[tuple[int, int, date | None]]:
    return set(DirtyBucket.objects.values_list("person_id", "product_id", "day"))


def test_a_change_that_no_figure_depends_on_leaves_no_mark(world: World) -> None:
    Opportunity.objects.update(name="Renamed", account_text="x", row_number=3)
    assert marked() == set()


def test_a_moved_deal_marks_the_day_it_left_and_the_day_it_came_to(world: World) -> None:
    person, product = world.people[1].pk, world.products[1].pk  # type: ignore[union-attr]
    Opportunity.objects.update(closed_on=date(2017, 4, 1))
    assert marked() == {(person, product, date(2017, 3, 1)), (person, product, date(2017, 4, 1))}


def test_a_new_owner_marks_both_owners_on_both_days(world: World) -> None:
    one, other, product = world.people[1].pk, world.people[2].pk, world.products[1].pk  # type: ignore[union-attr]
    Opportunity.objects.update(owner=world.people[2])
    days = (date(2017, 3, 1), date(2017, 1, 1))
    assert marked() == {(who, product, day) for who in (one, other) for day in days}


def test_another_probability_marks_the_open_deals_of_the_stage_only(world: World) -> None:
    build.deals(build.deal(world.stages["likely"], world.people[2], 5, closed_on=date(2017, 5, 1)))
    build.deals(build.deal(world.stages["likely"], None, 5, probability=Decimal("0.3")))
    rollups_recompute(organization_id=world.organization.pk)
    Stage.objects.filter(name="likely").update(probability=Decimal("0.9"))
    assert marked() == {SHOWN, (world.people[2].pk, 0, date(2017, 5, 1))}  # type: ignore[union-attr]


def test_renaming_a_stage_makes_no_figure_due_but_what_is_shown(world: World) -> None:
    Stage.objects.update(name="x")
    assert marked() == {SHOWN}


def test_settings_that_every_figure_depends_on_make_everything_due(world: World) -> None:
    Organization.objects.update(name="Other")
    assert marked() == set()
    Organization.objects.filter(pk=world.organization.pk).update(cycle_start="created")
    assert marked() == {(0, 0, None)}
    assert rollups_recompute(organization_id=world.organization.pk).rebuilds == 1


def test_a_setting_can_change_outside_of_any_tenant(db: None) -> None:
    made = build.organization("outside")
    Organization.objects.filter(pk=made.pk).update(currency="EUR")
    with tenant(made.pk):
        assert marked() == {(0, 0, None)}


def test_a_large_load_leaves_one_mark(world: World) -> None:
    stage = world.stages["won"]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO crm_opportunity (source, external_id, name, owner_text, account_text, product_text, stage_id,
                outcome, currency, lead_source, is_deleted, updated_at, closed_on, lead_text)
            SELECT 'bulk', n, '', '', '', '', %s, 'won', 'USD', '', false, now(), DATE '2017-01-01' + (n %% 300)::int,
                   ''
            FROM generate_series(1, %s) n
            """,
            [stage.pk, marks.MANY],
        )
    assert marked() == {(0, 0, None)}
    rollups_recompute(organization_id=world.organization.pk)
    assert build.figure(world.organization, "won_count") == str(marks.MANY + 1)


def test_who_sits_where_counts_the_version_up(world: World) -> None:
    before = DataVersion.objects.get().version
    build.seated(world.people[1], build.team("T"))  # type: ignore[arg-type]
    rollups_recompute(organization_id=world.organization.pk)
    assert DataVersion.objects.get().version > before


def test_nothing_due_changes_nothing(world: World) -> None:
    before = DataVersion.objects.get().version
    assert rollups_recompute(organization_id=world.organization.pk).marks == 0
    assert DataVersion.objects.get().version == before
