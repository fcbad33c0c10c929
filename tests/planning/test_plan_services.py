"""Quota plans from the number to the quotas in force: sums, locks, versions, states, and two people at once."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Quota
from goals.models import PlanCell, PlanLine, PlanVersion
from goals.selectors.planning.sheet import sheet_of
from goals.services.planning import editing, plans
from goals.services.planning.cells import plan_undo
from people.models import AuditEntry, Leave, SeatHolding
from tests.cast import NOW, TODAY, Cast, make_person, make_seat
from tests.planning.access import approve_all, divide, hand_in, line_of, make_plan

pytestmark = pytest.mark.django_db


def totals(version: PlanVersion) -> dict[str, Decimal]:
    sheet = sheet_of(version)
    return {line.name or "company": sheet.money(line.total) for line in sheet.lines}


def change(cast: Cast, version: PlanVersion, name: str, amount: str, month: int = 1, seen: int | None = None) -> None:
    editing.plan_cells_change(
        viewer=cast.viewer("dana"),
        version=version,
        line=line_of(version, name),
        changes=[editing.CellChange(date(2026, month, 1), Decimal(amount), version.revision if seen is None else seen)],
        at=NOW,
    )


def test_the_lines_are_the_teams_and_people_as_they_are_dated(cast: Cast) -> None:
    SeatHolding.objects.filter(person=cast.alice).update(ends_before=date(2026, 7, 1))
    make_seat(cast.south, cast.alice, starts_on=date(2026, 7, 1))
    version = make_plan(cast)
    lines = [(line.depth, line.name, line.days.starts_on.month) for line in sheet_of(version).lines]
    assert lines == [
        (0, "Sales", 1),
        (1, "North", 1),
        (2, "Alice Ames", 1),
        (1, "South", 1),
        (2, "Alice Ames", 7),
        (2, "Carol Cole", 1),
    ]


def test_a_mid_year_transfer_has_a_share_in_each_team_by_its_days(cast: Cast) -> None:
    SeatHolding.objects.filter(person=cast.alice).update(ends_before=date(2026, 4, 16))
    make_seat(cast.south, cast.alice, starts_on=date(2026, 4, 16))
    version = make_plan(cast, amount="120000")
    april = {
        (line.name, line.team_name): sheet_of(version).money(line.cells[3].amount)
        for line in sheet_of(version).lines
        if line.person_id
    }
    assert april == {
        ("Alice Ames", "North"): Decimal("2500.00"),
        ("Alice Ames", "South"): Decimal("2500.00"),
        ("Carol Cole", "South"): Decimal("5000.00"),
    }


def test_leave_lightens_the_months_away_and_the_others_carry_it(cast: Cast) -> None:
    Leave.objects.create(person=cast.alice, starts_on=date(2026, 3, 1), ends_before=date(2026, 4, 1))
    sheet = sheet_of(make_plan(cast, amount="120000"))
    cells = {line.name: line.cells for line in sheet.lines}
    assert cells["Alice Ames"][2].amount == 0
    assert cells["Carol Cole"][2].amount == 1_000_000
    assert cells["Alice Ames"][3].amount == 500_000


def test_a_locked_person_keeps_their_number_and_undo_puts_all_back(cast: Cast) -> None:
    version = make_plan(cast)
    change(cast, version, "Alice", "99999.99")
    version.refresh_from_db()
    before = totals(version)
    divide(cast, version)
    assert sheet_of(version).by_id[line_of(version, "Alice").pk].cells[0].amount == 9_999_999
    assert sum(sheet_of(version).lines[0].amounts) == 120_000_000
    plan_undo(viewer=cast.viewer("dana"), version=version, at=NOW)
    assert totals(version) == before


def test_nothing_is_undone_once_a_number_was_changed_since(cast: Cast) -> None:
    version = make_plan(cast)
    change(cast, version, "Alice", "5")
    with pytest.raises(ValidationError, match="changed since"):
        plan_undo(viewer=cast.viewer("dana"), version=version, at=NOW)


def test_whoever_comes_second_is_told_and_the_first_number_stays(cast: Cast) -> None:
    version = make_plan(cast)
    seen = version.revision
    change(cast, version, "Alice", "111", seen=seen)
    with pytest.raises(ValidationError, match=r"Dana Diaz has changed .* it is \$111.00") as caught:
        change(cast, version, "Alice", "222", seen=seen)
    assert caught.value.code == "changed_meanwhile"
    change(cast, version, "Alice", "333", month=2, seen=seen)  # another number is nobody's conflict
    cells = sheet_of(version).by_id[line_of(version, "Alice").pk].cells
    assert [cell.amount for cell in cells[:2]] == [11_100, 33_300]


def test_what_cannot_be_divided_changes_nothing_and_says_where(cast: Cast) -> None:
    version = make_plan(cast)
    before = totals(version)
    for name in ("Alice", "Carol"):
        editing.plan_lock(
            viewer=cast.viewer("dana"), version=version, line=line_of(version, name), is_locked=True, at=NOW
        )
    plans.plan_change(viewer=cast.viewer("dana"), version=version, at=NOW, amount=Decimal(2_000_000))
    with pytest.raises(ValidationError, match="everything below is locked and adds up to less, in 12 months"):
        divide(cast, version)
    assert totals(version) == before


def test_over_assignment_of_a_level_is_what_those_below_have_beyond_it(cast: Cast) -> None:
    version = make_plan(cast, over_ratios=[Decimal(0), Decimal("0.05")])
    found = totals(version)
    assert found["company" if "company" in found else "Sales"] == 1_200_000
    assert found["North"] + found["South"] == 1_200_000
    assert (found["Alice Ames"], found["Carol Cole"]) == (
        found["North"] * Decimal("1.05"),
        found["South"] * Decimal("1.05"),
    )


def test_estimates_are_entered_below_and_taken_over_as_locked_numbers(cast: Cast) -> None:
    version = make_plan(cast)
    alice = line_of(version, "Alice")
    bob = cast.viewer("bob")
    editing.plan_estimates_enter(
        viewer=bob, version=version, estimates={alice.pk: (Decimal(500_000), "new accounts")}, at=NOW
    )
    sheet = sheet_of(version)
    estimates = {line.name: estimate for line in sheet.lines if (estimate := sheet.estimates()[line.id]) is not None}
    assert estimates == {"Sales": 110_000_000, "North": 50_000_000, "Alice Ames": 50_000_000}
    editing.plan_estimates_take(viewer=cast.viewer("dana"), version=version, at=NOW)
    line = sheet_of(version).by_id[alice.pk]
    assert (line.total, line.is_locked, line.cells[0].source) == (50_000_000, True, PlanCell.Source.BOTTOM_UP)


def test_a_manager_estimates_for_their_own_team_only(cast: Cast) -> None:
    version = make_plan(cast)
    carol = line_of(version, "Carol")
    with pytest.raises(ValidationError, match="your teams only"):
        editing.plan_estimates_enter(
            viewer=cast.viewer("bob"), version=version, estimates={carol.pk: (Decimal(1), "")}, at=NOW
        )


def test_the_way_to_in_force_and_what_it_writes(cast: Cast) -> None:
    Quota.objects.create(
        person=cast.alice,
        starts_on=date(2025, 12, 1),
        ends_before=date(2026, 3, 1),
        amount=Decimal(9_000),
        converted_amount=Decimal(9_000),
        currency="USD",
    )
    version = make_plan(cast, amount="120000")
    hand_in(version, cast.viewer("dana"))
    with pytest.raises(ValidationError, match="no draft any more"):
        divide(cast, version)
    assert approve_all(version, cast.organization) == ["Bob Brand", "Ada Abel"]
    alice = list(Quota.objects.filter(person=cast.alice).order_by("starts_on").values_list("starts_on", "amount"))
    assert alice[0] == (date(2025, 12, 1), Decimal("3100.000000"))  # 31 of 90 days stay outside of the plan
    assert alice[1:] == [(date(2026, month, 1), Decimal(5_000)) for month in range(1, 13)]
    assert Quota.objects.filter(team=cast.north).count() == 12
    assert (version.state, version.decided_by) == ("in_force", cast.ada)


def test_a_second_version_in_force_replaces_the_first_and_its_quotas(cast: Cast) -> None:
    dana = cast.viewer("dana")
    first = hand_in(make_plan(cast, amount="120000"), dana)
    approve_all(first, cast.organization)
    second = plans.plan_version_copy(viewer=dana, version=first, at=NOW)
    change(cast, second, "Alice", "1")
    plans.plan_change(viewer=dana, version=second, at=NOW, grain="quarter")
    second.refresh_from_db()
    approve_all(hand_in(second, dana), cast.organization)
    first.refresh_from_db()
    assert first.state == "replaced"
    assert Quota.objects.filter(person=cast.alice).count() == 4
    assert Quota.objects.get(person=cast.alice, starts_on=date(2026, 1, 1)).amount == 10_001


def test_reading_people_anew_keeps_numbers_and_brings_newcomers(cast: Cast) -> None:
    version = make_plan(cast)
    change(cast, version, "Alice", "4242")
    make_seat(cast.north, make_person("Nora New"), starts_on=date(2026, 9, 1))
    row = plans.plan_structure_refresh(viewer=cast.viewer("dana"), version=version, on=TODAY, at=NOW)
    found = {line.name: line for line in sheet_of(row).lines}
    assert (found["Alice Ames"].cells[0].amount, found["Nora New"].total) == (424_200, 0)


def test_a_copy_has_everything_and_changes_alone(cast: Cast) -> None:
    version = make_plan(cast)
    copy = plans.plan_version_copy(viewer=cast.viewer("dana"), version=version, at=NOW)
    assert totals(copy) == totals(version)
    change(cast, copy, "Alice", "7")
    assert totals(copy) != totals(version)
    plans.plan_version_delete(viewer=cast.viewer("dana"), version=copy, at=NOW)
    assert not PlanLine.objects.filter(version=copy.pk).exists()


def test_every_change_of_a_plan_is_in_the_audit_log(cast: Cast) -> None:
    version = make_plan(cast)
    change(cast, version, "Alice", "7")
    found = AuditEntry.objects.filter(subject="planversion", subject_id=version.pk).values_list("action", flat=True)
    assert list(found) == ["plan_create", "plan_allocate", "plan_cells_change"]


def test_whoever_may_not_change_plans_is_refused(cast: Cast) -> None:
    version = make_plan(cast)
    for name in ("alice", "bob", "erin", "otto"):
        with pytest.raises(PermissionDenied):
            plans.plan_change(viewer=cast.viewer(name), version=version, at=NOW, amount=Decimal(1))


@pytest.mark.parametrize(
    ("first", "last", "said"), [((2026, 1, 2), (2027, 1, 1), "whole months"), ((2026, 1, 1), (2029, 1, 1), "24 months")]
)
def test_a_plan_is_made_of_whole_months(cast: Cast, first: Any, last: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        plans.plan_create(
            viewer=cast.viewer("dana"), at=NOW, on=TODAY, name="x", starts_on=date(*first), ends_before=date(*last),
            amount=Decimal(1), currency="USD",
        )  # fmt: skip


def test_the_sheet_takes_as_many_queries_for_many_people_as_for_few(cast: Cast) -> None:
    small = make_plan(cast, "small")
    for number in range(30):
        make_seat(cast.south, make_person(f"Rep {number:02}"))
    large = make_plan(cast, "large")

    def queries(version: PlanVersion) -> int:
        row = PlanVersion.objects.select_related("plan").get(pk=version.pk)
        with CaptureQueriesContext(connection) as found:
            sheet_of(row)
        return len(found)

    assert queries(small) == queries(large) == 2
