"""Quotas of seats: cut to their holders to the cent, whatever moves, and read by every attainment."""

import itertools
import json
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from crm.models import Quota, SeatQuota
from crm.services.quotas import quota_change, quota_delete
from crm.services.seat_quotas import seat_quota_change, seat_quota_create, seat_quota_delete
from people.engine.moves import Line
from people.models import Holiday, Organization, Person, Seat, SeatHolding, Team
from people.services.holiday import holiday_add, holiday_delete
from people.services.moves import sheet_apply, sheet_create, sheet_preview, sheet_undo
from people.services.team import seat_assign, seat_vacate
from people.wall import tenant
from tests.api.calls import Program, make_key
from tests.cast import NOW, TODAY, Cast
from tests.crm.access import make_quota
from tests.metrics import build

DAY = timedelta(1)
APRIL, MAY, JUNE, JULY = date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


def seat_of(cast: Cast, name: str) -> Seat:
    return Seat.objects.get(holdings__person=cast.people[name])


def quota_of(seat: Seat, amount: Any = 9100, **values: Any) -> SeatQuota:
    days = {"starts_on": APRIL, "ends_before": JULY, **values}
    return seat_quota_create(viewer=None, at=NOW, seat=seat, amount=Decimal(amount), currency="USD", **days)


def in_force() -> list[tuple[str, date, date, Decimal]]:
    found = Quota.objects.select_related("person").order_by("starts_on")
    return [(q.person.name if q.person else "", q.starts_on, q.ends_before, q.amount) for q in found]


def test_whoever_holds_the_seat_has_its_quota_for_the_days_they_sit_there(cast: Cast) -> None:
    seat = seat_of(cast, "alice")
    quota_of(seat)
    assert in_force() == [("Alice Ames", APRIL, JULY, Decimal(9100))]
    seat_vacate(viewer=cast.viewer("ada"), seat=seat, at=NOW, on=MAY)
    assert in_force() == [("Alice Ames", APRIL, MAY, Decimal(3000))]
    seat_assign(viewer=cast.viewer("ada"), seat=seat, person=cast.nils, at=NOW, on=JUNE)
    assert in_force() == [("Alice Ames", APRIL, MAY, Decimal(3000)), ("Nils Nord", JUNE, JULY, Decimal(3000))]


def test_working_days_cut_where_they_are_chosen(cast: Cast) -> None:
    seat = seat_of(cast, "alice")
    row = quota_of(seat, 6500, proration="working")
    seat_vacate(viewer=cast.viewer("ada"), seat=seat, at=NOW, on=MAY)
    assert in_force()[0][3] == 2200, "22 of 65 working days"
    seat_quota_change(viewer=cast.viewer("dana"), seat_quota=row, at=NOW, reason="as agreed", proration="calendar")
    assert in_force()[0][3] == Decimal("2142.86"), "30 of 91 days"


def test_a_holiday_is_no_working_day_and_the_quota_is_cut_anew(cast: Cast) -> None:
    seat = seat_of(cast, "alice")
    quota_of(seat, 6400, proration="working")
    seat_vacate(viewer=cast.viewer("ada"), seat=seat, at=NOW, on=MAY)
    assert in_force()[0][3] == Decimal("2166.15"), "22 of 65 working days"
    easter = holiday_add(viewer=cast.viewer("dana"), at=NOW, day=date(2026, 4, 6), name="Easter Monday")
    assert in_force()[0][3] == 2100, "21 of 64 working days"
    holiday_delete(viewer=cast.viewer("dana"), row=easter, at=NOW)
    assert in_force()[0][3] == Decimal("2166.15")


def test_a_move_in_mid_period_counts_in_attainment_of_both(org: Organization) -> None:
    ann, bob = build.person("Ann"), build.person("Bob")
    seat = Seat.objects.create(team=Team.objects.create(name="North"))
    SeatHolding.objects.create(seat=seat, person=ann, starts_on=APRIL, ends_before=MAY)
    SeatHolding.objects.create(seat=seat, person=bob, starts_on=MAY)
    quota_of(seat)
    won = build.stages()["won"]
    build.deals(
        build.deal(won, ann, 1500, closed_on=APRIL),
        build.deal(won, ann, 999, closed_on=MAY),
        build.deal(won, bob, 6100, closed_on=JUNE),
    )
    # what is still in Ann's name in May is Bob's, who holds the seat she left: (6100 + 999) / 6100
    assert build.table(build.ask(org, "attainment", by="person")) == {"Ann": "0.500000", "Bob": "1.163770"}
    assert build.figure(org, "quota") == "9100.00"


def test_a_quota_of_the_holders_own_stands_and_the_seats_comes_back_without_it(cast: Cast) -> None:
    own = make_quota(cast.alice, 100)
    seat = seat_of(cast, "alice")
    quota_of(seat)
    assert [amount for *_rest, amount in in_force()] == [100]
    words = cast.client("dana").get("/seat-quotas/").content.decode()
    assert "Alice Ames: a quota of their own stands instead" in words
    quota_delete(viewer=cast.viewer("dana"), quota=own, at=NOW)
    assert [amount for *_rest, amount in in_force()] == [9100]


def test_what_follows_is_changed_with_the_seats_and_goes_with_it(cast: Cast) -> None:
    row = quota_of(seat_of(cast, "alice"))
    piece, dana = Quota.objects.get(), cast.viewer("dana")
    with pytest.raises(ValidationError, match="follows from the quota of the seat"):
        quota_change(viewer=dana, quota=piece, at=NOW, reason="x", amount=Decimal(1))
    with pytest.raises(ValidationError, match="follows from the quota of the seat"):
        quota_delete(viewer=dana, quota=piece, at=NOW)
    seat_quota_change(viewer=dana, seat_quota=row, at=NOW, reason="more", amount=Decimal("0.03"))
    assert [amount for *_rest, amount in in_force()] == [Decimal("0.03")]
    seat_quota_delete(viewer=dana, seat_quota=row, at=NOW)
    assert in_force() == []


def test_a_sheet_moves_quotas_along_and_its_undoing_takes_them_back(cast: Cast) -> None:
    quota_of(seat_of(cast, "alice"))
    lines = [Line(1, "Alice Ames", "leaves", "2026-05-01"), Line(2, "Zoe Zahn", "joins", "2026-05-01", "North", "rep")]
    sheet = sheet_create(viewer=None, lines=lines, at=NOW)
    digest = sheet_preview(sheet=sheet).digest
    sheet_apply(viewer=cast.viewer("ada"), sheet=sheet, at=NOW, on=TODAY, digest=digest)
    assert in_force() == [("Alice Ames", APRIL, MAY, Decimal(3000)), ("Zoe Zahn", MAY, JULY, Decimal(6100))]
    sheet.refresh_from_db()
    sheet_undo(viewer=cast.viewer("ada"), sheet=sheet, at=NOW)
    assert in_force() == [("Alice Ames", APRIL, JULY, Decimal(9100))]


def test_pages_add_change_and_take_away(cast: Cast) -> None:
    client, seat = cast.client("dana"), seat_of(cast, "alice")
    data = {"seat": seat.pk, "measure": "bookings", "starts_on": "2026-04-01", "ends_before": "2026-07-01"}
    data |= {"amount": "9100", "currency": "USD", "proration": "calendar"}
    assert client.post("/seat-quotas/add/", data).status_code == 302
    again = client.post("/seat-quotas/add/", data)
    assert (again.status_code, "has a quota for some of these days already" in again.content.decode()) == (422, True)
    row = SeatQuota.objects.get()
    assert "Alice Ames $9,100.00" in client.get("/seat-quotas/").content.decode()
    here = f"/seat-quotas/{row.pk}/change/"
    assert client.post(here, {**data, "amount": "1"}).status_code == 422, "a change needs its reason"
    assert client.post(here, {**data, "amount": "1", "reason": "less"}).status_code == 302
    assert client.post(f"/seat-quotas/{row.pk}/delete/").status_code == 302
    assert not Quota.objects.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seat": ""}, "This field is required"),
        ({"amount": "-1"}, "greater than or equal to 0"),
        ({"ends_before": "2026-04-01"}, "The end must come after the start"),
        ({"starts_on": "0001-01-01"}, "needs a first day and an end"),
        ({"proration": "moons"}, "Select a valid choice"),
    ],
)
def test_bad_input_is_said_beside_the_field(cast: Cast, change: dict[str, str], words: str) -> None:
    data: dict[str, Any] = {"seat": seat_of(cast, "alice").pk, "measure": "bookings", "starts_on": "2026-04-01"}
    data |= {"ends_before": "2026-07-01", "amount": "9100", "currency": "USD", "proration": "calendar", **change}
    answer = cast.client("dana").post("/seat-quotas/add/", data)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)


def test_command_and_program_do_the_same(cast: Cast) -> None:
    def command(*words: str) -> Any:
        out = StringIO()
        call_command("crm_seat_quota", "--organization", "acme", "--format", "json", *words, stdout=out)
        return json.loads(out.getvalue())["seat_quotas"]

    days = ["--from", "2026-04-01", "--to", "2026-07-01", "--amount", "9100"]
    [row] = command("--person", "Alice Ames", *days)
    assert row["holders"] == [
        {"person": "Alice Ames", "starts_on": "2026-04-01", "ends_before": "2026-07-01", "amount": "9100"}
    ]
    for words in (["--person", "Alice Ames", *days], ["--seat", "0", *days], ["--seat", "1"], ["--delete", "0"]):
        with pytest.raises(CommandError):
            command(*words)
    assert command("--delete", str(row["id"])) == []
    program, seat = Program(make_key(cast, "ada")[1]), seat_of(cast, "alice")
    sent = {"seat_id": seat.pk, "starts_on": "2026-04-01", "ends_before": "2026-07-01", "amount": "9100"}
    made = program.post("/api/v1/seat-quotas", sent)
    assert (made.status_code, made.json()["amount"]) == (201, "9100"), made.content
    assert program.post("/api/v1/seat-quotas", sent).status_code == 422
    assert program.send("DELETE", f"/api/v1/seat-quotas/{made.json()['id']}").status_code == 204
    assert in_force() == []


def slow_pieces(row: SeatQuota, holdings: Sequence[SeatHolding]) -> dict[tuple[int, date], Decimal]:
    """Day by day: what was to be reached by each evening, rounded, and the difference over each stretch."""
    days = [row.starts_on + n * DAY for n in range((row.ends_before - row.starts_on).days)]
    off = set(Holiday.objects.values_list("day", flat=True))
    counts = [row.proration == "calendar" or (day.isoweekday() < 6 and day not in off) for day in days]
    if not any(counts):
        counts = [True] * len(days)

    def by(day: date) -> Decimal:
        share = Fraction(row.amount) * sum(counts[: (day - row.starts_on).days]) / sum(counts)
        value = Decimal(share.numerator) / Decimal(share.denominator)
        return value.quantize(Decimal("0.01"), ROUND_HALF_UP)

    found = {}
    for each in holdings:
        first, end = max(each.starts_on, row.starts_on), min(each.ends_before, row.ends_before)
        if first < end:
            found[(each.person_id, first)] = by(end) - by(first)
    return found


STEPS = st.lists(
    st.tuples(st.sampled_from(["sit", "rise", "off", "on"]), st.integers(0, 2), st.integers(0, 24)), max_size=10
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    steps=STEPS,
    amount=st.decimals(0, 99999, places=2),
    length=st.integers(1, 20),
    proration=st.sampled_from(["calendar", "working"]),
)
def test_pieces_equal_the_slow_way_and_a_seat_held_throughout_gives_the_whole(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    steps: Any,
    amount: Decimal,
    length: int,
    proration: str,
) -> None:
    with django_db_blocker.unblock(), transaction.atomic():
        organization = build.organization("seatquotas")
        with tenant(organization.pk):
            seat = Seat.objects.create(team=Team.objects.create(name="North"))
            people: list[Person] = [build.person(f"P{n}") for n in range(3)]
            row = quota_of(seat, amount, starts_on=MAY, ends_before=MAY + length * DAY, proration=proration)
            for what, who, number in steps:
                on = MAY + (number - 2) * DAY
                if what in ("off", "on"):
                    Holiday.objects.filter(day=on).delete()
                    if what == "off":
                        Holiday.objects.create(day=on, name="Off")
                    continue
                rows = SeatHolding.objects.filter(seat=seat)
                rows.filter(starts_on__gte=on).delete()
                rows.filter(ends_before__gt=on).update(ends_before=on)
                if what == "sit":
                    SeatHolding.objects.create(seat=seat, person=people[who], starts_on=on)
            row.refresh_from_db()
            holdings = list(SeatHolding.objects.filter(seat=seat))
            pieces = {(q.person_id, q.starts_on): q.amount for q in Quota.objects.all()}
            assert pieces == slow_pieces(row, holdings)
            SeatHolding.objects.all().delete()
            assert not Quota.objects.exists()
            cuts = sorted({MAY + min(number, length) * DAY for _what, _who, number in steps} | {MAY, row.ends_before})
            for n, (first, end) in enumerate(itertools.pairwise(cuts)):
                SeatHolding.objects.create(seat=seat, person=people[n % 2], starts_on=first, ends_before=end)
            assert sum(Quota.objects.values_list("amount", flat=True)) == row.amount
        transaction.set_rollback(True)
