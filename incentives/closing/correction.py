"""The open period's net lines and what they do to its totals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from incentives.closing.posted import Posted
from incentives.engine.exact import Ints, ints
from incentives.engine.ledger.corrections import Compared, Postings, changes, net_lines
from incentives.engine.ledger.difference import Difference, pay_difference
from incentives.engine.run import Result
from incentives.engine.trace import Story
from kernel.trace import Trace


@dataclass(frozen=True)
class Correction:
    """Net lines as plain data, and everybody's changes of the open period's totals, in minor units."""

    lines: list[dict[str, Any]]
    totals: dict[str, dict[str, int]]


class Names:
    """Numbers names that a recalculation may no longer hold."""

    def __init__(self, known: Sequence[str]) -> None:
        self.names = list(known)
        self._code = {name: code for code, name in enumerate(known)}

    def code(self, name: str | None) -> int:
        if name is None:
            return -1
        if name not in self._code:
            self._code[name] = len(self.names)
            self.names.append(name)
        return self._code[name]


class Closing:
    """Compares what was posted for the periods before ``open_period`` with a recalculation."""

    def __init__(self, result: Result, story: Story, posted: Posted, open_period: int) -> None:
        self.result, self.story, self.posted, self.open = result, story, posted, open_period
        self.people = Names(result.data.people)
        self.components = Names(result.components)
        self.transactions = Names(result.data.ids)
        self.period = {label: number for number, label in enumerate(story.labels)}

    def correction(self) -> Correction:
        posted, again = self._posted(), self._recalculated()
        net = net_lines(posted, again, self.open)
        reasons = self._reasons(changes(posted, again, self.open))
        lines = [self._line(net, number, reasons) for number in range(len(net))]
        return Correction(lines, self._totals(net))

    def _minor(self, amount: Decimal) -> int:
        return int(amount.scaleb(self.story.digits))

    def _posted(self) -> Postings:
        rows = self.posted.lines
        return Postings(
            ints([self.people.code(row.participant) for row in rows]),
            ints([self.components.code(row.component) for row in rows]),
            ints([self.period[row.period] for row in rows]),
            ints([self.transactions.code(row.transaction) for row in rows]),
            ints([self._minor(row.amount) for row in rows]),
        )

    def _recalculated(self) -> Postings:
        lines = self.result.lines
        columns = (lines.person, self.result.component, lines.period, lines.tx, lines.amount)
        return Postings(*(ints(column) for column in columns))

    def _reasons(self, found: Compared) -> dict[tuple[int, int, int], list[Trace]]:
        """Return, for each net line, the transactions that differ."""
        reasons: dict[tuple[int, int, int], list[Trace]] = defaultdict(list)
        for number in range(len(found)):
            tx = int(found.tx[number])
            words = f"posted {self._money(found.posted[number])}, now {self._money(found.recalculated[number])}"
            name = self.transactions.names[tx] if tx >= 0 else "lines without a transaction"
            reasons[_key(found, number)].append(Trace("because of", name, words))
        return reasons

    def _money(self, amount: Any) -> str:
        return self.story.money(int(amount))

    def _line(self, net: Compared, number: int, reasons: dict[tuple[int, int, int], list[Trace]]) -> dict[str, Any]:
        corrects = self.story.labels[int(net.period[number])]
        steps = (
            Trace("closed period", corrects, f"posted in {self.story.labels[self.open]}"),
            Trace("posted", self._money(net.posted[number])),
            Trace("recalculated", self._money(net.recalculated[number])),
            *reasons[_key(net, number)],
        )
        amount = self._money(net.net[number])
        return {
            "plan": self.result.plan.plan,
            "participant": self.people.names[int(net.person[number])],
            "period": self.story.labels[self.open],
            "component": self.components.names[int(net.component[number])],
            "transaction": None,
            "kind": "net",
            "tier": None,
            "base": None,
            "rate": None,
            "amount": amount,
            "rule": "late",
            "cause": None,
            "corrects": corrects,
            "trace": Trace("amount", amount, "the difference to what a closed period posted", steps).to_dict(),
        }

    def _totals(self, net: Compared) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for person, amount in zip(net.person.tolist(), net.net.tolist(), strict=True):
            found[self.people.names[person]]["earned"] += amount
        persons = self.result.totals.persons.tolist()
        difference = self._difference(persons)
        for row, person in enumerate(persons):
            own = found[self.people.names[person]]
            own["payable"] += int(difference.at_once[row] - difference.taken[row])
            own["recovered"] += int(difference.taken[row])
            own["overpaid"] += int(difference.left[row])
        on_plan = {self.people.names[person] for person in persons}
        for (name, period), amount in self.posted.paid.items():
            if name not in on_plan and self.period[period] < self.open:
                found[name]["overpaid"] += self._minor(amount)
        return found

    def _difference(self, persons: list[int]) -> Difference:
        row = {self.people.names[person]: number for number, person in enumerate(persons)}
        paid: Ints = np.zeros_like(self.result.totals.payable)
        for (name, period), amount in self.posted.paid.items():
            if name in row and self.period[period] < self.open:
                paid[row[name], self.period[period]] += self._minor(amount)
        return pay_difference(self.result.statement, self.result.totals, paid, self.open)


def _key(found: Compared, number: int) -> tuple[int, int, int]:
    return int(found.person[number]), int(found.component[number]), int(found.period[number])
