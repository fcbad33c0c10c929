"""Double entry: every movement of a pay period takes from one account what it gives to another.

=================================== =========== ===========
movement                            debit       credit
=================================== =========== ===========
earned (negative: un-earned)        expense     held
taken from pay already paid         debts       held
due                                 held        payable
draw, recoverable                   draws       payable
draw, not recoverable               expense     payable
recovered of draws / of debts       payable     draws / debts
written off or forgiven             expense     draws / debts
paid out                            payable     paid
=================================== =========== ===========

``held`` is what was earned and is not payable yet, negative results carried forward included; ``draws`` and ``debts``
are what the person still owes. Amounts are minor units; a movement of nothing is no entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from incentives.engine.exact import Ints, ints
from incentives.engine.statement import Totals


class Account(IntEnum):
    """Where money stands; each person has their own."""

    EXPENSE = 0
    HELD = 1
    PAYABLE = 2
    DRAWS = 3
    DEBTS = 4
    PAID = 5


_MOVEMENTS = (
    ("earned", Account.EXPENSE, Account.HELD),
    ("owed", Account.DEBTS, Account.HELD),
    ("incentive", Account.HELD, Account.PAYABLE),
    ("draw_lent", Account.DRAWS, Account.PAYABLE),
    ("draw_given", Account.EXPENSE, Account.PAYABLE),
    ("draw_recovered", Account.PAYABLE, Account.DRAWS),
    ("debt_recovered", Account.PAYABLE, Account.DEBTS),
    ("draw_written_off", Account.EXPENSE, Account.DRAWS),
    ("debt_written_off", Account.EXPENSE, Account.DEBTS),
    ("payable", Account.PAYABLE, Account.PAID),
)


@dataclass(frozen=True)
class Entries:
    """Columns: the person's row in the totals, the pay period, both accounts, the amount."""

    row: Ints
    period: Ints
    debit: Ints
    credit: Ints
    amount: Ints

    def balances(self, people: int, periods: int) -> Ints:
        """Return each account's balance (debits − credits) after each period: (account, person, period)."""
        table = np.zeros((len(Account), people, periods), dtype=np.int64)
        np.add.at(table, (self.debit, self.row, self.period), self.amount)
        np.add.at(table, (self.credit, self.row, self.period), -self.amount)
        return np.cumsum(table, axis=2)


def entries_of(totals: Totals) -> Entries:
    """Return the entries of all pay periods, in order of period, movement and person."""
    found = []
    for movement, (name, debit, credit) in enumerate(_MOVEMENTS):
        table = getattr(totals, name)
        row, period = np.nonzero(table)
        size = len(row)
        columns = (
            period,
            np.full(size, movement),
            row,
            np.full(size, debit),
            np.full(size, credit),
            table[row, period],
        )
        found.append(np.stack([ints(column) for column in columns]))
    period, movement, row, debit, credit, amount = np.concatenate(found, axis=1)
    order = np.lexsort((row, movement, period))
    return Entries(*(column[order] for column in (row, period, debit, credit, amount)))
