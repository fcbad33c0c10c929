"""What happened to the deals, change by change, derived from their columns.

Every deal has a row for its creation, one for each stage it entered, for each move of its close date, for a change of
its amount, for a hand-over, and one for the decision. A row holds the whole state from that day on; rows that change
nothing are left out. Rows of a deal are in order, days never go back, and the last row is the deal as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spm.demo.deals import NO_DAY, Deals, Ints

_SLOTS = 9
_CREATED, _STAGE_1, _STAGE_2, _STAGE_3, _PUSH_1, _PUSH_2, _AMOUNT, _OWNER, _DECIDED = range(_SLOTS)


@dataclass(frozen=True)
class Changes:
    """One place per change; `deal` is the deal's place among those given."""

    deal: Ints
    day: Ints
    slot: Ints  # kind of change; also the order within a day
    stage: Ints
    cents: Ints
    closed: Ints
    owner: Ints

    def __len__(self) -> int:
        return len(self.deal)


def changes_of(deals: Deals, rng: np.random.Generator) -> Changes:
    """The history of the deals given; at most nine changes each."""
    days = _days(deals, rng)
    deal, slot = np.nonzero(days != NO_DAY)
    day = days[deal, slot]
    order = np.argsort((deal << 32) + ((day - day.min(initial=0)) << 8) + slot, kind="stable")
    deal, slot, day = deal[order], slot[order], day[order]
    first = slot == _CREATED
    changes = Changes(
        deal=deal,
        day=day,
        slot=slot,
        stage=_stages(deals, deal, slot),
        cents=_latest(deals.first_cents[deal], deals.cents[deal], first, slot == _AMOUNT),
        closed=_due_days(deals, deal, slot),
        owner=_latest(deals.first_owner[deal], deals.owner[deal], first, slot == _OWNER),
    )
    return _without_repeats(changes, first)


def _days(deals: Deals, rng: np.random.Generator) -> Ints:
    """The day of every kind of change, shape (deals, kinds); NO_DAY where there is none."""
    count = len(deals)
    days = np.full((count, _SLOTS), NO_DAY)
    end = np.where(deals.is_open, deals.last, deals.closed)
    length = np.maximum(end - deals.created, 0)
    days[:, _CREATED] = deals.created
    steps = np.sort(rng.uniform(0.03, 0.97, (count, 3)), axis=1)
    skips = rng.random((count, 3)) < 0.07
    for stage in (1, 2, 3):
        enters = (deals.reach >= stage) & (~skips[:, stage - 1] | (deals.reach == stage))
        day = deals.created + (length * steps[:, stage - 1]).astype(np.int64)
        days[:, _STAGE_1 + stage - 1] = np.where(enters, day, NO_DAY)
    days[:, _PUSH_1], days[:, _PUSH_2] = deals.push_1, deals.push_2
    change = deals.created + (length * rng.uniform(0.3, 0.9, count)).astype(np.int64)
    days[:, _AMOUNT] = np.where(deals.first_cents != deals.cents, change, NO_DAY)
    days[:, _OWNER] = deals.handed
    days[:, _DECIDED] = np.where(deals.is_open, NO_DAY, deals.closed)
    return days


def _latest(first: Ints, then: Ints, is_first: Ints, is_then: Ints) -> Ints:
    """A value that changes at most once per deal: `first` until a row where `is_then`."""
    is_set = is_first | is_then
    here = np.maximum.accumulate(np.where(is_set, np.arange(len(is_set)), 0))
    return np.where(is_first, first, then)[here]


def _stages(deals: Deals, deal: Ints, slot: Ints) -> Ints:
    value = np.where(slot == _DECIDED, deals.stage[deal], slot)  # slots 1 to 3 are the stages of that place
    is_set = (slot <= _STAGE_3) | (slot == _DECIDED)
    return value[np.maximum.accumulate(np.where(is_set, np.arange(len(slot)), 0))]


def _due_days(deals: Deals, deal: Ints, slot: Ints) -> Ints:
    value = np.select(
        [slot == _PUSH_1, slot == _PUSH_2, slot == _DECIDED],
        [deals.due_1[deal], deals.due_2[deal], deals.closed[deal]],
        default=deals.first_due[deal],
    )
    is_set = np.isin(slot, (_CREATED, _PUSH_1, _PUSH_2, _DECIDED))
    return value[np.maximum.accumulate(np.where(is_set, np.arange(len(slot)), 0))]


def _without_repeats(changes: Changes, first: Ints) -> Changes:
    columns = [changes.stage, changes.cents, changes.closed, changes.owner]
    is_new = first.copy()
    for column in columns:
        is_new[1:] |= column[1:] != column[:-1]
    kept = np.nonzero(is_new)[0]
    return Changes(changes.deal[kept], changes.day[kept], changes.slot[kept], *(column[kept] for column in columns))
