"""Facts out of named lists of text rows, as an example in a plan or a set of files gives them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from incentives.facts.checks import checked
from incentives.facts.parse import KINDS, read_rows
from incentives.facts.rows import Facts, Transaction
from kernel.issue import IssueCollector

Lines = Iterable[tuple[int, Mapping[str, str]]]


def facts_of(lists: Mapping[str, Lines], issues: IssueCollector) -> Facts:
    """Return the checked facts of ``lists`` (kind → numbered rows); what cannot be used is an issue."""
    read = {kind: tuple(read_rows(kind, lists.get(kind, ()), issues, kind)) for kind in KINDS}
    return checked(Facts(**read), issues)


def number_of(row: Transaction, name: str) -> Decimal:
    """Return a numeric column of a transaction; an empty or absent one is 0."""
    return row.amount if name == "amount" else row.numbers.get(name, Decimal(0))
