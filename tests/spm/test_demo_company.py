"""The generator by itself, without a database: the same company from the same seed, plausible whatever the day."""

from dataclasses import fields
from datetime import date

import numpy as np
import pytest

from crm.engine.near import near_groups
from spm.demo import names, story
from spm.demo.copying import packed
from spm.demo.deals import NO_DAY, Deals, deals_of
from spm.demo.history import Changes, changes_of
from spm.demo.plants import FORGOTTEN_OPEN, FORGOTTEN_WON, plant
from spm.demo.season import EPOCH, calendar_weights, number_of, traits_of
from spm.demo.staff import Staff, staff_of
from spm.demo.story import WON, Part, days_of

TODAYS = [
    date(2024, 2, 29),
    date(2025, 12, 31),
    date(2026, 1, 1),
    date(2026, 4, 1),
    date(2026, 5, 17),
    date(2026, 8, 31),
]
DAYS = pytest.mark.parametrize("today", TODAYS, ids=str)


def company(
    today: date, *, reps: int = 40, deals: int = 10_000, months: int = 24, seed: int = 7
) -> tuple[Staff, Deals]:
    days = days_of(today, months)
    staff = staff_of(reps, seed, days, "demo.example")
    made = deals_of(staff, traits_of(staff.rep_count, seed), days, deals, seed)
    plant(made, staff, days, seed)
    return staff, made


def history(deals: Deals) -> Changes:
    return changes_of(deals, np.random.default_rng(1))


def test_the_same_seed_and_day_give_the_same_company() -> None:
    (one, deals), (other, others) = company(TODAYS[0]), company(TODAYS[0])
    assert one == other
    assert all((getattr(deals, field.name) == getattr(others, field.name)).all() for field in fields(Deals))


def test_another_seed_gives_another_company() -> None:
    (one, deals), (other, others) = company(TODAYS[0]), company(TODAYS[0], seed=8)
    assert [m.name for m in one.members] != [m.name for m in other.members]
    assert (deals.cents != others.cents).any()


def test_people_keep_their_names_from_day_to_day() -> None:
    assert [m.name for m in company(TODAYS[0])[0].members] == [m.name for m in company(TODAYS[3])[0].members]


@pytest.mark.parametrize(
    ("reps", "deals", "months"),
    [(1, 100, 3), (2, 100, 24), (5, 300, 6), (13, 999, 12), (40, 10_000, 24), (300, 5_000, 36)],
)
def test_a_company_of_any_size_has_as_many_deals_as_asked_for(reps: int, deals: int, months: int) -> None:
    staff, made = company(TODAYS[4], reps=reps, deals=deals, months=months)
    assert len(made) == deals
    assert sum(1 for member in staff.members if member.role == "rep" and member.left_on is None) == reps


@DAYS
def test_facts_end_today(today: date) -> None:
    _, deals = company(today)
    decided = deals.closed[~deals.is_open]
    assert decided.max() == number_of(today)
    assert (decided == number_of(today)).sum() >= 8
    assert max(deals.created.max(), deals.last.max()) <= number_of(today)
    assert decided.min() >= number_of(days_of(today, 24).starts_on)


@DAYS
def test_a_history_ends_where_the_deal_stands(today: date) -> None:
    _, deals = company(today)
    changes = history(deals)
    is_last = np.append(np.diff(changes.deal) != 0, True)
    assert (changes.deal[is_last] == np.arange(len(deals))).all()
    for column in ("stage", "cents", "closed", "owner"):
        assert (getattr(changes, column)[is_last] == getattr(deals, column)).all(), column


@DAYS
def test_a_history_never_goes_back_and_ends_on_the_close_day(today: date) -> None:
    _, deals = company(today)
    changes = history(deals)
    same = np.diff(changes.deal) == 0
    assert (np.diff(changes.day)[same] >= 0).all()
    assert changes.day.max() <= number_of(today)
    decided = changes.stage >= WON
    assert (changes.day[decided] == deals.closed[changes.deal[decided]]).all()
    assert decided.sum() == (~deals.is_open).sum()


@DAYS
def test_nobody_owns_a_deal_after_leaving_or_before_being_hired_but_for_what_was_forgotten(today: date) -> None:
    staff, deals = company(today)
    reps = staff.members[: staff.rep_count]
    owned = deals.owner >= 0
    hired = np.array([number_of(member.hired_on) for member in reps])
    clean = owned & (deals.engaged <= deals.closed)
    assert (deals.engaged[clean] > hired[deals.owner[clean]]).all()
    left = reps[Part.LEFT].left_on
    assert left is not None
    still_theirs = (deals.owner == Part.LEFT) & (deals.is_open | (deals.closed >= number_of(left)))
    assert still_theirs.sum() == FORGOTTEN_OPEN + FORGOTTEN_WON


def test_a_history_tells_of_pushes_amounts_and_hand_overs() -> None:
    _, deals = company(TODAYS[4])
    changes = history(deals)
    same = np.diff(changes.deal) == 0
    for column in (changes.closed, changes.cents, changes.owner):
        assert ((np.diff(column) != 0) & same).sum() > 100
    from_leaver = (changes.owner[:-1] == Part.LEFT) & (changes.owner[1:] != Part.LEFT) & same
    assert 5 <= from_leaver.sum() <= 12


def test_open_deals_stand_in_every_open_stage() -> None:
    _, deals = company(TODAYS[4])
    assert (np.bincount(deals.stage[deals.is_open], minlength=4) > 50).all()
    overdue = deals.is_open & (deals.closed < number_of(TODAYS[4])) & (deals.closed != NO_DAY)
    assert 20 < overdue.sum() < deals.is_open.sum() / 4


def test_quarters_end_busily_and_summer_is_quiet() -> None:
    numbers = np.arange(number_of(date(2025, 1, 1)), number_of(date(2026, 1, 1)))
    month = (np.datetime64(EPOCH) + numbers).astype("datetime64[M]").astype(int) % 12
    by_month = np.bincount(month, weights=calendar_weights(numbers))
    assert by_month[[2, 5, 8, 11]].min() > np.delete(by_month, [2, 5, 8, 11]).max()
    assert by_month[[6, 7]].max() < by_month[[3, 4, 9, 10]].min()


def test_teams_stand_on_three_levels_with_a_manager_each() -> None:
    staff, _ = company(TODAYS[4])
    assert [team.level for team in staff.teams].count(0) == 1
    assert {team.level for team in staff.teams} == {0, 1, 2}
    assert set(staff.manager_of_team) == set(range(len(staff.teams)))
    assert 8 <= sum(1 for member in staff.members if member.role == "manager") <= 12
    assert all(staff.teams[team.parent].level == team.level - 1 for team in staff.teams if team.parent is not None)


def test_a_large_company_has_teams_that_one_person_can_lead() -> None:
    staff, _ = company(TODAYS[4], reps=1000, deals=1000)
    sizes = np.bincount([member.team for member in staff.members[: staff.rep_count]])
    assert sizes.max() <= 9
    assert len({team.name for team in staff.teams}) == len(staff.teams)


def test_nobody_is_called_like_somebody_else() -> None:
    people = names.person_names(4_000, np.random.default_rng(3), taken=frozenset({story.REP.name}))
    assert len(set(people)) == 4_000
    assert len({names.address(name, "demo.example") for name in people}) == 4_000


def test_the_only_near_duplicate_is_the_one_that_was_planted() -> None:
    companies = [company.name for company in names.companies(700, np.random.default_rng(7))]
    people = names.person_names(100, np.random.default_rng(7), taken=frozenset())
    products = [product.name for product in story.PRODUCTS] + [story.NEAR_DUPLICATE]
    assert near_groups(companies) == near_groups(people) == []
    assert near_groups(products) == [[story.SLIPPING, story.NEAR_DUPLICATE]]


def test_more_companies_than_there_are_names_are_refused() -> None:
    with pytest.raises(ValueError, match="there are names for"):
        names.companies(10**6, np.random.default_rng(1))


def test_packed_rows_are_the_binary_format_of_copy() -> None:
    block = {"day": np.array([1]), "cents": np.array([-1])}
    rows = packed(block, {"day": "date", "cents": "bigint"})
    assert rows[:19] == b"PGCOPY\n\xff\r\n\0" + bytes(8)
    assert rows[19:] == b"\0\2" + b"\0\0\0\4" + b"\0\0\0\1" + b"\0\0\0\x08" + b"\xff" * 8 + b"\xff\xff"
