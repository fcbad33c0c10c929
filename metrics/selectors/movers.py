"""Whose bookings rose and fell most against an earlier period."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kernel.period import Period
from metrics.catalogue.deals import REVENUE
from metrics.engine.evaluate import Value
from metrics.selectors.answer import figures_of
from metrics.selectors.kept import kept
from metrics.selectors.question import Dimension, Question
from people.models import Person
from people.viewer import Viewer


@dataclass(frozen=True)
class Move:
    """A person's bookings now, and how much more (or less) that is than before."""

    person_id: int
    name: str
    now: Value
    change: Decimal


def movers(viewer: Viewer, *, now: Period, before: Period, limit: int, as_of: date | None = None) -> list[Move]:
    """The `limit` largest rises and the `limit` largest falls, from the largest rise to the largest fall.

    For viewers who see everyone; the house (deals without an owner) is nobody. Two queries.
    """
    question = Question(
        (REVENUE,),
        as_of or viewer.on,
        (Dimension.PERSON,),
        cuts=tuple(sorted({now, before})),
        members={Dimension.PERSON: {}},
        as_of=as_of,
    )
    if as_of:
        return _movers(viewer, question, now, before, limit)
    asked = ("movers", question.on, now, before, limit)
    return kept(asked, lambda: _movers(viewer, question, now, before, limit))


def _movers(viewer: Viewer, question: Question, now: Period, before: Period, limit: int) -> list[Move]:
    values = _values(viewer, question)
    changes = {person: _amount(found, now) - _amount(found, before) for person, found in values.items() if person}
    ordered = sorted((person for person, change in changes.items() if change), key=lambda person: -changes[person])
    rises = [person for person in ordered if changes[person] > 0][:limit]
    falls = [person for person in ordered if changes[person] < 0][-limit:]
    names = dict(Person.objects.filter(pk__in=[*rises, *falls]).values_list("pk", "name"))
    return [
        Move(person, names.get(person, ""), values[person].get(now, Value(None)), changes[person])
        for person in [*rises, *falls]
    ]


def _values(viewer: Viewer, question: Question) -> dict[int, dict[Period, Value]]:
    """One query: whoever has facts in either period."""
    found: dict[int, dict[Period, Value]] = {}
    for row in figures_of(viewer.organization, question):
        if row.period:
            found.setdefault(row.ids[Dimension.PERSON], {})[row.period] = row.figure
    return found


def _amount(values: dict[Period, Value], period: Period) -> Decimal:
    value = values.get(period)
    return value.value if value and value.value is not None else Decimal(0)
