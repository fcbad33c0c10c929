"""Territories and named accounts: of seats, for ranges of days; who looks after an account, worked out twice."""

import json
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from crm.models import Account, NamedAccount, Territory, TerritoryAssignment
from crm.selectors.territories import account_covers, territories_listed
from crm.services.mending import merge
from crm.services.territories import account_assign, account_release, territory_assign, territory_save
from people.models import Seat, Team
from people.services.team import seat_assign, seat_vacate
from people.wall import tenant
from tests.api.calls import Program, make_key
from tests.cast import NOW, TODAY, Cast
from tests.metrics import build

DAY = timedelta(1)
MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


def account(name: str, region: str = "", industry: str = "") -> Account:
    return Account.objects.create(name=name, name_key=name.lower(), region=region, industry=industry)


def seat_of(cast: Cast, name: str) -> Seat:
    return Seat.objects.get(holdings__person=cast.people[name])


def cover(row: Account, on: date = TODAY) -> list[tuple[int | None, int]]:
    return [(each.territory_id, each.seat_id) for each in account_covers([row.pk], on)]


def territory(name: str, seat: Seat | None = None, **values: Any) -> Territory:
    made = territory_save(viewer=None, at=NOW, name=name, **values)
    if seat is not None:
        territory_assign(viewer=None, territory=made, seat=seat, on=MAY, at=NOW)
    return made


def test_the_narrowest_territory_looks_after_an_account_and_a_name_comes_before_it(cast: Cast) -> None:
    alice, carol = seat_of(cast, "alice"), seat_of(cast, "carol")
    uk = territory("UK", alice, regions=["Wales", "England"])
    banks = territory("Welsh banks", carol, parent=uk, regions=["wales"], industries=["Banking"])
    rope, bank = account("Rope", "Wales", "Retail"), account("Bank", "WALES", "banking")
    assert (cover(rope), cover(bank)) == ([(uk.pk, alice.pk)], [(banks.pk, carol.pk)])
    assert cover(rope, MAY - DAY) == []
    account_assign(viewer=None, account=rope, seat=carol, starts_on=JUNE, ends_before=JULY, at=NOW)
    assert (cover(rope, MAY), cover(rope, JUNE), cover(rope, JULY)) == (
        [(uk.pk, alice.pk)],
        [(None, carol.pk)],
        [(uk.pk, alice.pk)],
    )


def test_a_territory_stays_with_the_seat_when_somebody_moves_on(cast: Cast) -> None:
    seat = seat_of(cast, "alice")
    territory("UK", seat, regions=["Wales"])
    viewer = cast.viewer("ada")
    seat_vacate(viewer=viewer, seat=seat, at=NOW, on=JUNE)
    seat_assign(viewer=viewer, seat=seat, person=cast.nils, at=NOW, on=JULY)
    holders = [territories_listed(viewer, on)[0].holder for on in (MAY, JUNE, JULY)]
    assert [holder and holder.person for holder in holders] == ["Alice Ames", "", "Nils Nord"]


def test_a_territory_has_one_seat_at_a_time_and_giving_it_ends_the_former(cast: Cast) -> None:
    uk = territory("UK", seat_of(cast, "alice"), regions=["Wales"])
    territory_assign(viewer=None, territory=uk, seat=seat_of(cast, "carol"), on=JULY, at=NOW)
    territory_assign(viewer=None, territory=uk, seat=seat_of(cast, "carol"), on=JUNE, at=NOW)
    rows = TerritoryAssignment.objects.order_by("starts_on").values_list("starts_on", "ends_before")
    assert [first for first, _last in rows] == [MAY, JUNE]
    with pytest.raises(IntegrityError), transaction.atomic():
        TerritoryAssignment.objects.create(territory=uk, seat=seat_of(cast, "alice"), starts_on=TODAY)


@pytest.mark.parametrize(
    ("first", "second", "is_refused"),
    [(True, True, True), (True, False, True), (False, True, True), (False, False, False)],
)
def test_an_account_that_a_seat_has_for_itself_is_nobody_elses_on_these_days(
    cast: Cast, first: bool, second: bool, is_refused: bool
) -> None:
    rope, alice, carol = account("Rope"), seat_of(cast, "alice"), seat_of(cast, "carol")
    values = {"account": rope, "starts_on": MAY, "ends_before": JULY}
    NamedAccount.objects.create(seat=alice, is_exclusive=first, **values)
    NamedAccount.objects.create(seat=carol, is_exclusive=second, account=rope, starts_on=JULY)
    NamedAccount.objects.filter(starts_on=JULY).delete()
    if is_refused:
        with pytest.raises(IntegrityError), transaction.atomic():
            NamedAccount.objects.create(seat=carol, is_exclusive=second, **values)
    else:
        NamedAccount.objects.create(seat=carol, is_exclusive=second, **values)
        assert len(cover(rope)) == 2


def test_pages_set_up_give_and_take_back(cast: Cast) -> None:
    client, seat = cast.client("dana"), seat_of(cast, "alice")
    account("Rope", "Wales")
    data = {"name": "Wales", "regions": "Wales, wales; Gwent", "industries": ""}
    here = client.post("/territories/add/", data)["Location"]
    assert Territory.objects.get().regions == ["Wales", "Gwent"]
    assert client.post(f"{here}assign/", {"seat": seat.pk, "on": "2026-05-01"}).status_code == 302
    assert "Alice Ames" in client.get("/territories/").content.decode()
    assert "Rope" in client.get(here).content.decode()
    named = {"account": "rope", "seat": seat.pk, "starts_on": "2026-05-01", "is_exclusive": "on"}
    assert client.post("/named-accounts/add/", named).status_code == 302
    again = client.post("/named-accounts/add/", named)
    assert (again.status_code, "already on some of these days" in again.content.decode()) == (422, True)
    [row] = NamedAccount.objects.all()
    assert "Rope" in client.get("/named-accounts/?q=rope").content.decode()
    assert "Rope" not in client.get("/named-accounts/?q=zzz").content.decode()
    client.post(f"/named-accounts/{row.pk}/end/", {"on": "2026-05-01"})
    assert not NamedAccount.objects.exists()
    client.post(f"{here}delete/")
    assert not Territory.objects.exists()


@pytest.mark.parametrize(
    ("address", "data", "words"),
    [
        ("/territories/add/", {"name": ""}, "This field is required"),
        ("/territories/add/", {"name": "Taken"}, "Another territory has this name"),
        ("/territories/{id}/change/", {"name": "Taken", "parent": "{id}"}, "Select a valid choice"),
        ("/territories/{id}/assign/", {"seat": "999999", "on": "2026-05-01"}, "Select a valid choice"),
        ("/territories/{id}/assign/", {"seat": "x", "on": "never"}, "Enter a valid date"),
        ("/named-accounts/add/", {"account": "Nobody", "starts_on": "2026-05-01"}, "There is no account of this name"),
    ],
)
def test_bad_input_is_said_beside_the_field(cast: Cast, address: str, data: dict[str, str], words: str) -> None:
    taken = territory("Taken")
    data = {name: value.format(id=taken.pk) for name, value in data.items()}
    answer = cast.client("dana").post(address.format(id=taken.pk), data)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)


def test_a_circle_of_territories_is_refused(cast: Cast) -> None:
    uk = territory("UK")
    wales = territory("Wales", parent=uk)
    answer = cast.client("dana").post(f"/territories/{uk.pk}/change/", {"name": "UK", "parent": wales.pk})
    assert "cannot be part of itself" in answer.content.decode()
    answer = cast.client("dana").post(f"/territories/{uk.pk}/delete/", follow=True)
    assert "It has parts" in answer.content.decode()


def test_merged_accounts_keep_one_seat_a_day(cast: Cast) -> None:
    rope, ropes = account("Rope"), account("Ropes")
    account_assign(viewer=None, account=rope, seat=seat_of(cast, "alice"), starts_on=MAY, ends_before=JUNE, at=NOW)
    account_assign(viewer=None, account=ropes, seat=seat_of(cast, "carol"), starts_on=MAY, ends_before=JUNE, at=NOW)
    account_assign(viewer=None, account=ropes, seat=seat_of(cast, "carol"), starts_on=JUNE, at=NOW)
    merge(viewer=cast.viewer("ada"), name="account", keep_id=rope.pk, ids=[ropes.pk], at=NOW)
    rows = NamedAccount.objects.order_by("starts_on").values_list("account", "seat")
    assert list(rows) == [(rope.pk, seat_of(cast, "alice").pk), (rope.pk, seat_of(cast, "carol").pk)]


def command(*words: str) -> dict[str, Any]:
    out = StringIO()
    call_command("crm_territory", "--organization", "acme", "--format", "json", *words, stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def test_the_command_sets_up_and_takes_a_file_whole_or_not_at_all(cast: Cast, tmp_path: Path) -> None:
    account("Rope", "Wales"), account("Bank", "Wales")
    command("--add", "UK", "--region", "Wales")
    told = command("--assign", "UK", "--person", "Alice Ames", "--on", "2026-05-01")["accounts"]
    assert [(row["account"], row["person"], row["territory"]) for row in told] == [
        ("Bank", "Alice Ames", "UK"),
        ("Rope", "Alice Ames", "UK"),
    ]
    path = tmp_path / "named.csv"
    path.write_text("account,person,starts_on\nBank,Carol Cole,2026-05-01\nNowhere,Carol Cole,2026-05-01\n")
    with pytest.raises(CommandError, match=r"line 3: No account is called “Nowhere”\. Nothing was written"):
        command("--accounts", str(path))
    assert not NamedAccount.objects.exists()
    path.write_text("account,person,starts_on\nBank,Carol Cole,2026-05-01\n")
    answer = command("--accounts", str(path), "--on", "2026-05-01")
    assert (answer["given"], answer["accounts"][0]["person"], answer["accounts"][0]["territory"]) == (
        1,
        "Carol Cole",
        None,
    )


def test_a_program_sets_up_gives_and_asks(cast: Cast) -> None:
    program, rope = Program(make_key(cast, "ada")[1]), account("Rope", "Wales")
    made = program.post("/api/v1/territories", {"name": "UK", "regions": ["Wales"]})
    assert made.status_code == 201, made.content
    seat = seat_of(cast, "alice")
    key = made.json()["id"]
    assert (
        program.post(f"/api/v1/territories/{key}/assign", {"seat_id": seat.pk, "on": "2026-05-01"}).status_code == 200
    )
    [told] = program.get(f"/api/v1/accounts/{rope.pk}/covers").json()
    assert told == {"seat_id": seat.pk, "person_id": cast.alice.pk, "territory_id": key}
    tag = program.get(f"/api/v1/territories/{key}")["ETag"]
    changed = program.patch(f"/api/v1/territories/{key}", {"name": "Britain"}, **{"If-Match": tag})
    assert (changed.status_code, changed.json()["regions"]) == (200, ["Wales"])


REGIONS = st.sampled_from(["", "wales", "kent"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("give"), st.integers(0, 3), st.integers(0, 2), st.integers(0, 6)),
        st.tuples(st.just("name"), st.integers(0, 2), st.integers(0, 2), st.integers(0, 6)),
    ),
    max_size=12,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=STEPS, regions=st.lists(REGIONS, min_size=3, max_size=3), day=st.integers(0, 6))
def test_covers_equal_a_slow_search(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, steps: Any, regions: list[str], day: int
) -> None:
    with django_db_blocker.unblock(), transaction.atomic():
        organization = build.organization("covers")
        with tenant(organization.pk):
            team = Team.objects.create(name="North")
            seats = [Seat.objects.create(team=team) for _n in range(3)]
            accounts = [account(f"A{n}", region, "bank" if n else "") for n, region in enumerate(regions)]
            top = territory("Top", regions=["wales", "kent"])
            made = [top, territory("Wales", parent=top, regions=["WALES"]), territory("Banks", industries=["bank"])]
            made.append(territory("None"))
            for what, one, two, number in steps:
                on = MAY + number * DAY
                if what == "give":
                    territory_assign(viewer=None, territory=made[one], seat=seats[two], on=on, at=NOW)
                else:
                    for row in NamedAccount.objects.filter(account=accounts[one]):
                        account_release(viewer=None, named=row, on=on, at=NOW)
                    account_assign(viewer=None, account=accounts[one], seat=seats[two], starts_on=on, at=NOW)
            for row in accounts:
                assert cover(row, MAY + day * DAY) == slow_cover(row, made, MAY + day * DAY)
        transaction.set_rollback(True)


def slow_cover(row: Account, made: list[Territory], on: date) -> list[tuple[int | None, int]]:
    named = [each for each in NamedAccount.objects.filter(account=row) if each.starts_on <= on < each.ends_before]
    if named:
        return [(None, each.seat_id) for each in named]
    best: list[tuple[int, bool, int, int]] = []
    for each in made:
        has_rule = bool(each.regions or each.industries)
        in_region = not each.regions or row.region in [word.lower() for word in each.regions]
        in_industry = not each.industries or row.industry in each.industries
        held = [a for a in each.assignments.all() if a.starts_on <= on < a.ends_before]
        if has_rule and in_region and in_industry and held:
            is_wide = not (each.regions and each.industries)
            best.append((-1 if each.parent else 0, is_wide, each.pk, held[0].seat_id))
    return [(key, seat) for _depth, _wide, key, seat in sorted(best)[:1]]
