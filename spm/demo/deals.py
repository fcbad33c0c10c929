"""The deals, as columns: one NumPy array per field, one place per deal, so that a million of them take seconds.

Days are counted from 1 January 2000, amounts are whole cents, people, accounts, products and stages are places in the
lists of `staff` and `story`. `NO_DAY`, `NO_CENTS` and `NOBODY` stand for a missing value.

Decided deals come first from a systematic sample of the (rep, day) weights, so that a rep's month has about the number
of deals it should have and only the amounts are left to chance; wins are spread along each rep's deals in the same way
(a win whenever the accumulated probability passes a whole number).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from spm.demo import story
from spm.demo.season import Floats, Traits, number_of, weights
from spm.demo.staff import Staff
from spm.demo.story import LOST, WON, Days, Part

Ints = npt.NDArray[np.int64]

NO_DAY = -(2**31)  # -infinity, as Postgres writes a date
NO_CENTS = -1
NOBODY = -1

OPEN_CYCLE_DAYS = 65  # how long a deal stays open, for the share of open ones
_MAYA_SHARES = (0.12, 0.14, 0.08, 0.12, 0.08, 0.12, 0.26, 0.04, 0.04)  # she sells more of the platform


@dataclass
class Deals:
    """Where every deal stands today, and what its history needs: first values, pushes of the close date, hand-over."""

    owner: Ints
    account: Ints
    product: Ints
    stage: Ints
    reach: Ints  # the last open stage it entered
    created: Ints
    engaged: Ints
    closed: Ints  # expected while open
    cents: Ints
    currency: Ints  # a place in `currencies.CODES`; cents are of it
    source: Ints
    last: Ints  # day of the last change of an open deal
    first_cents: Ints
    first_due: Ints
    push_1: Ints  # day on which the close date was moved, NO_DAY for never
    due_1: Ints
    push_2: Ints
    due_2: Ints
    first_owner: Ints
    handed: Ints  # day of the hand-over, NO_DAY for never

    def __len__(self) -> int:
        return len(self.owner)

    def take(self, places: Ints) -> Deals:
        return Deals(**{field.name: getattr(self, field.name)[places] for field in fields(self)})

    @property
    def is_open(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.stage < WON)


def account_count(deals: int) -> int:
    """How many companies there are to sell to."""
    return int(min(max(deals // 14, 24), 20_000))


def account_regions(count: int, staff: Staff) -> Ints:
    """The region of every account, by place in `REGIONS`: as many as the region has reps."""
    places = {region.name: place for place, region in enumerate(story.REGIONS)}
    reps = np.zeros(len(story.REGIONS))
    for member in staff.members[: staff.rep_count]:
        reps[places[staff.region_of(member)]] += 1
    ends = np.cumsum(reps) / reps.sum() * count
    return np.asarray(np.searchsorted(ends, np.arange(count), side="right").clip(max=len(reps) - 1))


def deals_of(staff: Staff, traits: Traits, days: Days, count: int, seed: int) -> Deals:
    """So many deals that end today, in the order of their creation."""
    rng = np.random.default_rng([seed, 3, days.today.toordinal()])
    table = weights(staff, traits, days, rng)
    span = table.shape[1]
    open_count = min(count - 1, round(count * OPEN_CYCLE_DAYS / (OPEN_CYCLE_DAYS + span)))
    decided = _decided(table, staff, traits, days, count - open_count, rng)
    current = _open(table, staff, traits, days, open_count, rng)
    both = Deals(
        **{
            field.name: np.concatenate([getattr(decided, field.name), getattr(current, field.name)])
            for field in fields(Deals)
        }
    )
    return both.take(np.argsort(both.created, kind="stable"))


def _sample(weights: Floats, count: int, rng: np.random.Generator) -> Ints:
    """Places of a flat array, each about in proportion to its weight, in order."""
    ends = np.cumsum(weights)
    points = (np.arange(count) + rng.random(count)) / max(count, 1) * ends[-1]
    return np.asarray(np.minimum(np.searchsorted(ends, points, side="right"), len(weights) - 1))


def _choose(shares: npt.ArrayLike, count: int, rng: np.random.Generator) -> Ints:
    ends = np.cumsum(shares)
    return np.asarray(np.searchsorted(ends, rng.random(count) * ends[-1], side="right").clip(max=len(ends) - 1))


def _decided(table: Floats, staff: Staff, traits: Traits, days: Days, count: int, rng: np.random.Generator) -> Deals:
    place = _sample(table.ravel(), count, rng)
    owner, closed = place // table.shape[1], place % table.shape[1] + number_of(days.starts_on)
    product = _products(owner, rng)
    source = _choose([share for _, share in story.SOURCES], count, rng)
    is_won = _wins(owner, product, source, closed, traits, days, rng)
    cycle = _cycles(owner, product, closed, traits, days, rng)
    engaged = _after_hiring(closed - cycle, closed, owner, staff)
    planned = np.maximum(cycle * np.exp(rng.normal(-0.02, 0.22, count)), 3).astype(np.int64)
    deals = _with_basics(staff, traits, owner, product, source, engaged, rng)
    deals.closed = closed
    deals.stage = np.where(is_won, WON, LOST)
    deals.reach = np.where(is_won, 3, _choose([0.22, 0.30, 0.30, 0.18], count, rng))
    deals.first_due = engaged + planned
    is_late, is_very_late = closed > deals.first_due + 6, closed > deals.first_due + 40
    deals.push_1 = np.where(is_late, np.maximum(deals.first_due - 1, deals.created), NO_DAY)
    deals.due_1 = np.where(is_very_late, deals.first_due + 30, np.where(is_late, closed, NO_DAY))
    deals.push_2 = np.where(is_very_late, deals.first_due + 29, NO_DAY)
    deals.due_2 = np.where(is_very_late, closed, NO_DAY)
    deals.last = closed
    _hand_over_some(deals, staff, rng)
    return deals


def _open(table: Floats, staff: Staff, traits: Traits, days: Days, count: int, rng: np.random.Generator) -> Deals:
    today = number_of(days.today)
    by_rep = table[:, -28:].mean(axis=1) * np.array(
        [member.left_on is None for member in staff.members[: staff.rep_count]]
    )
    by_rep = np.clip(by_rep, by_rep.max() * 0.02, np.median(by_rep) * 2) * (by_rep > 0)
    owner = _sample(by_rep, count, rng)
    product = _products(owner, rng)
    source = _choose([share for _, share in story.SOURCES], count, rng)
    is_stale = rng.random(count) < 0.06
    age = np.where(
        is_stale, rng.integers(125, 250, count), np.minimum(rng.exponential(36, count), 110).astype(np.int64)
    )
    everyday = np.full(count, today)
    engaged = _after_hiring(today - age, everyday, owner, staff)
    age = today - engaged
    planned = np.maximum(_cycles(owner, product, everyday, traits, days, rng) * 1.25, 8).astype(np.int64)
    deals = _with_basics(staff, traits, owner, product, source, engaged, rng)
    deals.first_due = engaged + planned
    _push_open(deals, today, is_stale, rng)
    progress = age / (age + np.maximum(deals.closed - today, 0) + 1) * 4 + rng.normal(0, 0.7, count)
    deals.reach = np.clip(progress, 0, 3).astype(np.int64)
    deals.stage = deals.reach.copy()
    quiet = np.where(is_stale, rng.uniform(0.05, 0.4, count), rng.uniform(0.55, 1.0, count))
    deals.last = engaged + (age * quiet).astype(np.int64)
    _hand_over_some(deals, staff, rng)
    deals.handed = np.where(deals.handed > deals.last, deals.last, deals.handed)
    return deals


def _push_open(deals: Deals, today: int, is_stale: npt.NDArray[np.bool_], rng: np.random.Generator) -> None:
    """Deals past their first date were pushed, most of them; the others stand there overdue."""
    count = len(deals)
    is_due = deals.first_due <= today
    is_pushed = is_due & ~is_stale & (rng.random(count) > 0.14)
    new_due = today + rng.integers(2, 75, count)
    is_twice = is_pushed & (today - deals.first_due > 20)
    deals.push_1 = np.where(is_pushed, np.maximum(deals.first_due - 1, deals.created), NO_DAY)
    deals.due_1 = np.where(is_twice, deals.first_due + 14, np.where(is_pushed, new_due, NO_DAY))
    deals.push_2 = np.where(is_twice, deals.first_due + 13, NO_DAY)
    deals.due_2 = np.where(is_twice, new_due, NO_DAY)
    deals.closed = np.where(is_pushed, new_due, deals.first_due)


def _with_basics(
    staff: Staff, traits: Traits, owner: Ints, product: Ints, source: Ints, engaged: Ints, rng: np.random.Generator
) -> Deals:
    """Deals with what does not depend on their outcome; the other columns are filled in by the caller."""
    count = len(owner)
    blank = np.full(count, NO_DAY)
    cents = _cents(owner, product, traits, rng)
    asked = (cents * rng.uniform(0.82, 1.35, count) / 1000).astype(np.int64) * 1000
    columns = {field.name: blank.copy() for field in fields(Deals)}
    columns |= {"owner": owner, "product": product, "source": source, "engaged": engaged, "cents": cents}
    columns["created"] = engaged - np.minimum(rng.exponential(4, count), 21).astype(np.int64)
    columns["first_cents"] = np.where(rng.random(count) < 0.3, np.maximum(asked, 1000), cents)
    columns["first_owner"] = owner.copy()
    columns["currency"] = np.zeros(count, dtype=np.int64)
    return Deals(**columns)


def _products(owner: Ints, rng: np.random.Generator) -> Ints:
    """What each deal is about. Steps of the golden section give every dozen deals of a rep about the usual mix."""
    points = (np.arange(len(owner)) * 0.6180339887 + rng.random() + rng.random(len(owner)) * 0.15) % 1.0
    usual = np.cumsum([item.share for item in story.PRODUCTS])
    hers = np.cumsum(_MAYA_SHARES)
    product = np.searchsorted(usual, points * usual[-1], side="right")
    hers_too = np.searchsorted(hers, points * hers[-1], side="right")
    return np.asarray(np.where(owner == Part.MAYA, hers_too, product).clip(max=len(usual) - 1))


def _cents(owner: Ints, product: Ints, traits: Traits, rng: np.random.Generator) -> Ints:
    """List price, haggled over; in steps of ten dollars."""
    prices = np.array([item.list_price for item in story.PRODUCTS])
    amount = prices[product] * traits.size[owner] * np.exp(rng.normal(-0.12, 0.28, len(owner)))
    return np.maximum(np.round(amount / 10), 10).astype(np.int64) * 1000


def _cycles(owner: Ints, product: Ints, day: Ints, traits: Traits, days: Days, rng: np.random.Generator) -> Ints:
    """Days from first contact to the decision."""
    usual = np.array([item.cycle_days for item in story.PRODUCTS])
    cycle = usual[product] * traits.cycle[owner] * np.exp(rng.normal(-0.05, 0.32, len(owner)))
    cycle *= np.where((owner == Part.SLOWED) & (day >= number_of(days.slowed_from)), 2.1, 1.0)
    return np.maximum(cycle, 3).astype(np.int64)


def _after_hiring(engaged: Ints, closed: Ints, owner: Ints, staff: Staff) -> Ints:
    """Nobody works on a deal before their second day."""
    hired = np.array([number_of(member.hired_on) + 1 for member in staff.members[: staff.rep_count]])
    return np.asarray(np.minimum(np.maximum(engaged, hired[owner]), closed))


def _wins(
    owner: Ints, product: Ints, source: Ints, closed: Ints, traits: Traits, days: Days, rng: np.random.Generator
) -> npt.NDArray[np.bool_]:
    """Which decided deals are won. One of Maya's products is a thread of its own."""
    slipping = next(place for place, item in enumerate(story.PRODUCTS) if item.name == story.SLIPPING)
    chance = traits.win[owner] + np.array([-0.03, 0.0, 0.08, 0.02, -0.02])[source]
    maya, is_slipping = owner == Part.MAYA, product == slipping
    in_story = maya & (closed >= number_of(days.maya_from))
    chance = np.where(in_story, np.where(is_slipping, 0.26, 0.83), np.where(maya & is_slipping, 0.66, chance))
    chance = np.where((owner == Part.DROPPED) & (closed >= number_of(days.dropped_from)), 0.12, chance)
    thread = owner * 2 + (maya & is_slipping)
    order = np.lexsort((closed + rng.normal(0, 6, len(owner)), thread))
    total = np.cumsum(chance[order])
    starts = np.concatenate([[True], thread[order][1:] != thread[order][:-1]])[: len(order)]
    before = np.where(starts, total - chance[order], 0.0)
    own = total - np.maximum.accumulate(before) + rng.random(int(thread.max(initial=0)) + 1)[thread[order]]
    is_won = np.zeros(len(owner), dtype=bool)
    is_won[order] = np.floor(own) > np.floor(own - chance[order])
    return is_won


def _hand_over_some(deals: Deals, staff: Staff, rng: np.random.Generator) -> None:
    """A few deals begin with the team's manager, who passes them on."""
    managers = np.array([staff.team_manager(rep) for rep in range(staff.rep_count)])
    is_passed = rng.random(len(deals)) < 0.04
    end = np.minimum(deals.last, np.where(deals.is_open, deals.last, deals.closed))
    day = deals.created + ((end - deals.created) * rng.uniform(0.05, 0.5, len(deals))).astype(np.int64)
    deals.first_owner = np.where(is_passed, managers[deals.owner], deals.owner)
    deals.handed = np.where(is_passed, day, NO_DAY)
