"""Who needs help, and with what: rules over a person's own figures, their own past, and their peers.

A rule speaks only when enough deals stand behind both sides and the difference is more than noise; peers count only
where there are enough of them. The own past begins with the first period in which something was won. What a rule says
is a code with the facts it was decided on; words are put to it elsewhere.

================ ========================================================================== ===============
code             when                                                                       at least
================ ========================================================================== ===============
win_rate_down    below the own mean of the periods before and below the peers' median       8 now, 20 before
bookings_down    below 70 % of the own mean of the periods before and below the peers'      6 won before
past_due         open deals whose close date has passed: 3 of them, and a fifth of all      3
no_decision      no deal won or lost for 30 days although deals are open                    1 open
================ ========================================================================== ===============
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import dropwhile

from kernel.ratio import Ratio
from metrics.engine.comparison import is_noise
from metrics.engine.definitions import Metric
from metrics.engine.evaluate import Value

DECIDED_NOW, DECIDED_BEFORE, WON_BEFORE = 8, 20, 6
DROP = Decimal("0.7")
PAST_DUE, PAST_DUE_SHARE = 3, Decimal("0.2")
QUIET_DAYS = 30


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one person. `before` are the periods just before, up to the same day of theirs."""

    person_id: int
    name: str
    win_rate: Value
    win_rate_before: Ratio
    peers_win_rate: Decimal | None
    bookings: Value
    bookings_before: Sequence[Value]
    peers_bookings: Decimal | None
    open_count: int
    past_due_count: int
    past_due_amount: Decimal
    last_decided_on: date | None


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing that is wrong: what it is now, what it was, what peers have, and how much it weighs (0 to 1)."""

    person_id: int
    name: str
    code: str
    weight: Decimal
    now: Decimal | None = None
    before: Decimal | None = None
    peers: Decimal | None = None
    count: int = 0
    since: date | None = None


def concerns(each: Evidence, *, win_rate: Metric, bookings: Metric, on: date) -> list[Concern]:
    """Everything the rules say about one person, the heaviest first."""
    found = [
        _win_rate(each, win_rate),
        _bookings(each, bookings),
        _past_due(each),
        _no_decision(each, on),
    ]
    return sorted((concern for concern in found if concern), key=lambda concern: -concern.weight)


def _win_rate(each: Evidence, metric: Metric) -> Concern | None:
    now, before = each.win_rate, each.win_rate_before.rounded(6)
    earlier = int(each.win_rate_before.denominator)
    if now.value is None or before is None or now.count < DECIDED_NOW or earlier < DECIDED_BEFORE:
        return None
    if now.value >= before or (each.peers_win_rate is not None and now.value >= each.peers_win_rate):
        return None
    if is_noise(metric, now, Value(before, count=earlier)):
        return None
    weight = min(Decimal(1), (before - now.value) / before)
    return Concern(
        each.person_id, each.name, "win_rate_down", weight, now.value, before, each.peers_win_rate, now.count
    )


def _bookings(each: Evidence, metric: Metric) -> Concern | None:
    known = list(dropwhile(lambda value: value.count == 0, each.bookings_before))
    count, now = sum(value.count for value in known), each.bookings.value
    if not known or now is None or count < WON_BEFORE:
        return None
    mean = sum((value.value or Decimal(0) for value in known), Decimal(0)) / len(known)
    if mean <= 0 or now >= mean * DROP or (each.peers_bookings is not None and now >= each.peers_bookings):
        return None
    if is_noise(metric, each.bookings, Value(mean, count=round(count / len(known)))):
        return None
    return Concern(
        each.person_id,
        each.name,
        "bookings_down",
        min(Decimal(1), (mean - now) / mean),
        now,
        mean,
        each.peers_bookings,
        each.bookings.count,
    )


def _past_due(each: Evidence) -> Concern | None:
    if each.past_due_count < PAST_DUE or each.past_due_count < each.open_count * PAST_DUE_SHARE:
        return None
    weight = Decimal(each.past_due_count) / Decimal(max(each.open_count, 1)) / 2
    return Concern(each.person_id, each.name, "past_due", weight, now=each.past_due_amount, count=each.past_due_count)


def _no_decision(each: Evidence, on: date) -> Concern | None:
    if not each.open_count or each.last_decided_on is None:
        return None
    days = (on - each.last_decided_on).days
    if days < QUIET_DAYS:
        return None
    weight = min(Decimal(1), Decimal(days) / 120)
    return Concern(
        each.person_id,
        each.name,
        "no_decision",
        weight,
        now=Decimal(days),
        count=each.open_count,
        since=each.last_decided_on,
    )
