"""Single deals that were changed by hand: what the story needs and what the data-health page has to find.

Each function takes deals out of one shuffled pool, so that no deal is used twice; a small demo has fewer of each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spm.demo import story
from spm.demo.deals import NO_CENTS, NO_DAY, NOBODY, Deals, Ints
from spm.demo.season import number_of
from spm.demo.staff import Staff
from spm.demo.story import LOST, NEGOTIATION, WON, Days, Part

NEAR_DUPLICATE = len(story.PRODUCTS)  # place of the product that is typed in two ways

WITHOUT_AMOUNT, AT_ZERO, CLOSED_BEFORE_START, TYPED, UNMATCHED, WITHOUT_DATE, HANDED_OVER = 7, 3, 4, 6, 5, 3, 12
FORGOTTEN_OPEN, FORGOTTEN_WON = 3, 2  # still in the name of who left
CLOSED_TODAY = 6  # beside Maya's


@dataclass
class _Pool:
    """Deals of nobody in particular; whoever takes some removes them."""

    free: Ints

    def take(self, among: Ints, count: int) -> Ints:
        taken = self.free[np.isin(self.free, among)][:count]
        self.free = self.free[~np.isin(self.free, taken)]
        return taken


def plant(deals: Deals, staff: Staff, days: Days, seed: int) -> None:
    """Change the deals in place."""
    today = number_of(days.today)
    _close_today(deals, staff, today)
    _ready_to_close(deals, today)
    _let_slip(deals, today)
    rng = np.random.default_rng([seed, 4, days.today.toordinal()])
    story_parts = [Part.MAYA, Part.DROPPED, Part.SLOWED, Part.OVERDUE]
    everyone = np.nonzero(~np.isin(deals.owner, story_parts) & (deals.closed != today))[0]
    pool = _Pool(rng.permutation(everyone))
    _hand_over(deals, staff, days, pool)
    _spoil(deals, pool, today)


def _close_today(deals: Deals, staff: Staff, today: int) -> None:
    """Two of Maya's deals and some of others' are decided today; one of them is lost."""
    decided = np.nonzero(~deals.is_open & (deals.closed < today))[0]
    latest = decided[np.argsort(-deals.closed[decided], kind="stable")]
    slipping = [item.name for item in story.PRODUCTS].index(story.SLIPPING)
    hers = latest[
        (deals.owner[latest] == Part.MAYA) & (deals.product[latest] != slipping) & (deals.stage[latest] == WON)
    ]
    others = latest[~np.isin(deals.owner[latest], (Part.MAYA, Part.DROPPED, Part.SLOWED))]
    _, firsts = np.unique(deals.owner[others], return_index=True)
    chosen = np.concatenate([hers[:2], others[np.sort(firsts)][:CLOSED_TODAY]])
    before = deals.closed[chosen]
    deals.closed[chosen] = deals.last[chosen] = today
    deals.due_1[chosen] = np.where(deals.due_1[chosen] == before, today, deals.due_1[chosen])
    deals.due_2[chosen] = np.where(deals.due_2[chosen] == before, today, deals.due_2[chosen])
    deals.stage[chosen], deals.reach[chosen] = WON, 3
    deals.stage[chosen[-1:]] = LOST


def _ready_to_close(deals: Deals, today: int) -> None:
    """Maya's two best open deals are in negotiation and due this week: `demo_deal_closes` closes them."""
    hers = np.nonzero(deals.is_open & (deals.owner == Part.MAYA) & (deals.created < today - 10))[0]
    best = hers[np.argsort(-deals.cents[hers], kind="stable")][:2]
    deals.stage[best] = deals.reach[best] = NEGOTIATION
    deals.push_1[best] = np.where(deals.push_1[best] == NO_DAY, deals.last[best], deals.push_1[best])
    deals.push_2[best] = NO_DAY
    deals.due_1[best] = deals.closed[best] = today + np.arange(2, 2 + len(best))


def _let_slip(deals: Deals, today: int) -> None:
    """A third of one rep's open deals is past the day on which it should have closed, and nobody moved the date."""
    theirs = np.nonzero(deals.is_open & (deals.owner == Part.OVERDUE))[0]
    slipped = theirs[deals.created[theirs] < today - 12][: max(4, len(theirs) * 2 // 5)]
    deals.push_1[slipped] = deals.push_2[slipped] = NO_DAY
    deals.closed[slipped] = np.maximum(deals.created[slipped] + 5, today - 6 - 3 * np.arange(len(slipped)))
    deals.first_due[slipped] = deals.closed[slipped]


def _hand_over(deals: Deals, staff: Staff, days: Days, pool: _Pool) -> None:
    """The leaver's deals went to the rest of the team on the day of leaving, but for some that nobody thought of."""
    if staff.rep_count <= Part.LEFT:
        return
    left = number_of(days.left_on)
    team = staff.members[Part.LEFT].team
    mates = [rep for rep in range(staff.rep_count) if staff.members[rep].team == team and rep != Part.LEFT]
    theirs = np.isin(deals.owner, mates) & (deals.created < left)
    forgotten = np.concatenate(
        [
            pool.take(np.nonzero(theirs & deals.is_open)[0], FORGOTTEN_OPEN),
            pool.take(np.nonzero(theirs & (deals.stage == WON) & (deals.closed > left))[0], FORGOTTEN_WON),
        ]
    )
    deals.owner[forgotten] = deals.first_owner[forgotten] = Part.LEFT
    deals.handed[forgotten] = NO_DAY
    end = np.where(deals.is_open, deals.last, deals.closed)
    chosen = pool.take(np.nonzero(np.isin(deals.owner, mates) & (deals.created < left) & (end >= left))[0], HANDED_OVER)
    deals.first_owner[chosen], deals.handed[chosen] = Part.LEFT, left


def _spoil(deals: Deals, pool: _Pool, today: int) -> None:
    """What real data has: a few deals that somebody has to mend."""
    recent = deals.closed > today - 300
    won = np.nonzero((deals.stage == WON) & recent)[0]
    without = pool.take(won, WITHOUT_AMOUNT)
    deals.cents[without] = deals.first_cents[without] = NO_CENTS
    at_zero = pool.take(won, AT_ZERO)
    deals.cents[at_zero] = deals.first_cents[at_zero] = 0
    backward = pool.take(won, CLOSED_BEFORE_START)
    deals.engaged[backward] = deals.closed[backward] + 3
    slipping = [item.name for item in story.PRODUCTS].index(story.SLIPPING)
    deals.product[pool.take(np.nonzero((deals.product == slipping) & recent)[0], TYPED)] = NEAR_DUPLICATE
    strays = np.concatenate([pool.take(won, UNMATCHED - 2), pool.take(np.nonzero(deals.is_open)[0], 2)])
    deals.owner[strays] = deals.first_owner[strays] = NOBODY
    deals.handed[strays] = NO_DAY
    someday = pool.take(np.nonzero(deals.is_open)[0], WITHOUT_DATE)
    for column in (deals.closed, deals.first_due, deals.push_1, deals.push_2):
        column[someday] = NO_DAY
