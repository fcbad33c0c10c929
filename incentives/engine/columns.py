"""Transactions as typed columns.

``person`` and ``tx`` are codes into sorted names, so that comparing codes is comparing names; ``day`` counts days as
``date.toordinal``; numbers keep the digits they were written with (``Number``); text columns are codes into categories.
A refund's row has no credit of its own: refunds are columns of their own class.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from incentives.engine.exact import NANO, Flags, Ints, ints, small
from incentives.facts.rows import Facts, Transaction
from incentives.language.choices import CreditDate

NO_DAY = 0


@dataclass(frozen=True)
class Number:
    """A numeric column: value = ``units`` ÷ 10 ** ``digits``."""

    units: Ints
    digits: int

    def take(self, rows: Ints) -> Number:
        return Number(self.units[rows], self.digits)


@dataclass(frozen=True)
class Words:
    """A text column: ``codes`` into ``categories``."""

    codes: Ints
    categories: tuple[str, ...]


@dataclass(frozen=True)
class Deals:
    """One row for each person's part of each transaction; rows of one transaction have the same ``tx``."""

    tx: Ints
    person: Ints
    day: Ints
    share: Ints
    overlay: Flags
    currency: Words
    numbers: Mapping[str, Number]
    words: Mapping[str, Words]
    days: Mapping[str, Ints]

    def __len__(self) -> int:
        return len(self.tx)


@dataclass(frozen=True)
class Refunds:
    """What reverses: its own code, the transaction's code, its day, and both amounts in the same units."""

    tx: Ints
    original: Ints
    day: Ints
    recorded: Ints
    amount: Ints
    whole: Ints


@dataclass(frozen=True)
class Input:
    """Everything columnar, with the names behind the codes."""

    ids: Sequence[str]
    people: tuple[str, ...]
    deals: Deals
    refunds: Refunds


def ordinal(day: date | None) -> int:
    """Return a day as a number; no day is 0."""
    return day.toordinal() if day else NO_DAY


def number_of(values: Sequence[Decimal]) -> Number:
    """Return decimals as integers with as many digits as the longest has."""
    digits = max((max(0, -int(value.normalize().as_tuple().exponent)) for value in values), default=0)
    units = [int(value.scaleb(digits)) for value in values]
    fits = all(abs(unit) < 2**62 for unit in units)
    return Number(np.array(units, dtype=np.int64 if fits else object), digits)


def words_of(values: Iterable[str]) -> Words:
    """Return text as codes into its sorted categories."""
    listed = list(values)
    categories = sorted(set(listed))
    place = {category: code for code, category in enumerate(categories)}
    return Words(ints([place[value] for value in listed]), tuple(categories))


def input_of(facts: Facts, credit_date: CreditDate, currency: str) -> Input:
    """Return the columns of checked facts."""
    ids = tuple(sorted({row.id for row in facts.transactions}))
    people = tuple(sorted(_named(facts)))
    deals = [row for row in facts.transactions if not row.reverses]
    originals = {row.id: row for row in reversed(deals)}
    refunds = sorted((row for row in facts.transactions if row.reverses), key=lambda row: (row.date, row.id))
    code = {name: place for place, name in enumerate(ids)}
    who = {name: place for place, name in enumerate(people)}
    return Input(
        ids, people, _deals(deals, code, who, credit_date, currency), _refunds(refunds, originals, code)
    )  # fmt: skip


def _named(facts: Facts) -> set[str]:
    named = {row.participant for row in facts.transactions if row.participant}
    for rows in (facts.participants, facts.quotas, facts.adjustments, facts.write_offs):
        named |= {row.participant for row in rows}
    for report in facts.hierarchy:
        named |= {report.person, report.manager}
    return named


def _deals(
    rows: list[Transaction], code: Mapping[str, int], who: Mapping[str, int], credit_date: CreditDate, currency: str
) -> Deals:
    dated: dict[str, list[date] | list[date | None]] = {
        "date": [row.date for row in rows],
        "booked_on": [row.booked_on for row in rows],
        "invoiced_on": [row.invoiced_on for row in rows],
        "delivered_on": [row.delivered_on for row in rows],
        "paid_on": [row.paid_on for row in rows],
        "recorded_on": [row.recorded_on for row in rows],
    }
    days = {name: small([ordinal(day) for day in values]) for name, values in dated.items()}
    named = sorted({name for row in rows for name in row.numbers})
    numbers = {name: number_of([row.numbers.get(name, Decimal(0)) for row in rows]) for name in named}
    numbers["amount"] = number_of([row.amount for row in rows])
    text = sorted({name for row in rows for name in row.columns} | {"type", "product", "account", "currency"})
    return Deals(
        tx=small([code[row.id] for row in rows]),
        person=ints([who[row.participant] for row in rows]),
        day=days["date" if credit_date is CreditDate.CLOSED else f"{credit_date}_on"],
        share=ints([int(row.split_percent * NANO) for row in rows]),
        overlay=np.array([row.split_kind == "overlay" for row in rows], dtype=bool),
        currency=words_of(row.currency or currency for row in rows),
        numbers=numbers,
        words={name: words_of(_word(row, name) for row in rows) for name in text},
        days=days,
    )


def _word(row: Transaction, name: str) -> str:
    written = row.columns.get(name)
    return written if written is not None else str(getattr(row, name, ""))


def _refunds(rows: list[Transaction], originals: Mapping[str, Transaction], code: Mapping[str, int]) -> Refunds:
    amounts = number_of([abs(row.amount) for row in rows] + [abs(originals[row.reverses].amount) for row in rows]).units
    return Refunds(
        tx=ints([code[row.id] for row in rows]),
        original=ints([code[row.reverses] for row in rows]),
        day=ints([ordinal(row.date) for row in rows]),
        recorded=ints([ordinal(row.recorded_on) for row in rows]),
        amount=amounts[: len(rows)],
        whole=amounts[len(rows) :],
    )
