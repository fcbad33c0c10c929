"""Whose bookings rose and fell most against an earlier period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kernel.period import Period
from metrics.catalogue.deals import REVENUE
from metrics.engine.evaluate import Value
from metrics.selectors.answer import figures_of
from metrics.selectors.kept import kept, kept_by_days
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
    if as_of:
        return _movers(_values(viewer, (now, before), as_of), limit)

    def read() -> list[Move]:
        return _movers(kept_by_days("moved", (now, before), lambda periods: _values(viewer, periods)), limit)

    return kept(("movers", now, before, limit), read)


def _movers(values: Sequence[dict[int, Value]], limit: int) -> list[Move]:
    now, before = values
    changes = {person: _amount(now, person) - _amount(before, person) for person in now.keys() | before.keys()}
    ordered = sorted((person for person, change in changes.items() if change), key=lambda person: -changes[person])
    rises = [person for person in ordered if changes[person] > 0][:limit]
    falls = [person for person in ordered if changes[person] < 0][-limit:]
    names = dict(Person.objects.filter(pk__in=[*rises, *falls]).values_list("pk", "name"))
    return [
        Move(person, names.get(person, ""), now.get(person, Value(None)), changes[person])
        for person in [*rises, *falls]
    ]


def _values(viewer: Viewer, periods: Sequence[Period], as_of: date | None = None) -> list[dict[int, Value]]:
    """What everybody booked, of those with facts in a period. One query."""
    question = Question(
        (REVENUE,),
        as_of or viewer.on,
        (Dimension.PERSON,),
        cuts=tuple(sorted(periods)),
        members={Dimension.PERSON: {}},
        as_of=as_of,
    )
    found: dict[Period, dict[int, Value]] = {period: {} for period in periods}
    for row in figures_of(viewer.organization, question):
        if row.period and (person := row.ids[Dimension.PERSON]):
            found[row.period][person] = row.figure
    return list(found.values())


def _amount(values: dict[int, Value], person: int) -> Decimal:
    value = values.get(person)
    return value.value if value and value.value is not None else Decimal(0)
