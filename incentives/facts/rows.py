"""The facts a calculation reads, one frozen class per file, with every value checked and exact.

Amounts are decimals in major units of their own currency, shares and percentages are fractions, days are dates.
``row`` is the line in the file it came from (the heading is line 1), so that every issue can name it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date as Day
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Transaction:
    """One person's part of one transaction; several rows of one id are a split."""

    id: str
    date: Day
    participant: str = ""
    amount: Decimal = Decimal(0)
    currency: str = ""
    type: str = ""
    product: str = ""
    account: str = ""
    split_percent: Decimal = Decimal(1)
    split_kind: str = "owner"
    reverses: str = ""
    booked_on: Day | None = None
    invoiced_on: Day | None = None
    delivered_on: Day | None = None
    paid_on: Day | None = None
    recorded_on: Day | None = None
    row: int = 0
    columns: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Participant:
    """One person on one plan for some days; several rows of one person are changes."""

    participant: str
    name: str = ""
    role: str = ""
    plan: str = ""
    hired_on: Day | None = None
    left_on: Day | None = None
    target_pay: Decimal | None = None
    starts_on: Day | None = None
    ends_before: Day | None = None
    recovery_authorised_on: Day | None = None
    row: int = 0
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quota:
    """What a person (or team) should reach in ``[starts_on, ends_before)``, or in each ``per`` while in force."""

    participant: str
    starts_on: Day
    ends_before: Day
    amount: Decimal
    per: str = ""
    measure: str = "amount"
    reason: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """Who reports to whom, on which days."""

    person: str
    manager: str
    starts_on: Day | None = None
    ends_before: Day | None = None
    row: int = 0


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of ``source`` is worth in ``target`` from ``date`` until the next row."""

    date: Day
    source: str
    target: str
    rate: Decimal
    row: int = 0


@dataclass(frozen=True, slots=True)
class Measure:
    """A number that the transactions do not hold: a score, a satisfaction rate."""

    participant: str
    measure: str
    starts_on: Day
    ends_before: Day
    value: Decimal
    row: int = 0


@dataclass(frozen=True, slots=True)
class Leave:
    """Days of leave; never the kind."""

    participant: str
    starts_on: Day
    ends_before: Day
    row: int = 0


@dataclass(frozen=True, slots=True)
class Hold:
    """Pay for a transaction that waits, by whom and until when (empty: until released)."""

    transaction: str
    held_by: str
    until: Day | None = None
    counts_for_attainment: bool = True
    row: int = 0


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Pay by hand, with its reason and two different people."""

    participant: str
    date: Day
    amount: Decimal
    reason: str
    entered_by: str
    approved_by: str
    row: int = 0


@dataclass(frozen=True, slots=True)
class WriteOff:
    """An open balance that two people gave up."""

    participant: str
    date: Day
    amount: Decimal
    reason: str
    entered_by: str
    approved_by: str
    row: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that happened and was agreed, as rows."""

    transactions: tuple[Transaction, ...] = ()
    participants: tuple[Participant, ...] = ()
    quotas: tuple[Quota, ...] = ()
    hierarchy: tuple[Report, ...] = ()
    rates: tuple[Rate, ...] = ()
    measures: tuple[Measure, ...] = ()
    leaves: tuple[Leave, ...] = ()
    holds: tuple[Hold, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    write_offs: tuple[WriteOff, ...] = ()
