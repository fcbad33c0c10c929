"""Rules, and the two kinds of rate tables: tiers and curves."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from incentives.language.plan.values import Amount, Number, Percent, Words
from incentives.language.settings import required, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Which transactions earn. Rules are tried in order and the first that matches wins."""

    name: str = required("Shown on the statement and in explanations.")
    where: dict[str, Words] = setting(
        dict,
        "Column of the transaction, or `person.<column>` of the participant, and what it must be: one value, a list "
        'of values, or a comparison such as `">= 1000"`, `"< 5"` or `"not services"`. All must hold.',
    )
    credit: Percent = setting(Percent(Decimal(1)), "Share of the transaction that counts; `0%` excludes it by name.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """One band of a rate table: from this point to the next tier's. Exactly one kind of rate is given."""

    start: Percent | Number = required("Where the band starts, in units of the basis; the first starts at 0.", "from")
    rate: Percent | None = setting(None, "Share of the base, such as `8%`.")
    times_base: Number | None = setting(None, "n × the rate of the first tier.")
    times_below: Number | None = setting(None, "n × the rate of the tier just below.")
    points: Number | None = setting(
        None, "n payout points per attainment point: n × target pay ÷ quota, the individual commission rate."
    )
    amount: Amount | None = setting(None, "Money for each unit of the base; for the measures `count` and `units`.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One point of a curve. Between two points the value is interpolated on a straight line."""

    at: Percent | Number = required("Place on the basis, such as `80%` of quota.")
    pays: Percent = required("Share of target pay (interpolated payout) or rate (interpolated rate) at that place.")
