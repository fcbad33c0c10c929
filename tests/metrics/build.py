"""Tiny builders of facts and structure, and the plain way to read a figure."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from crm.models import Credit, Opportunity, Pipeline, Product, Quota, Stage
from metrics.selectors.answer import Row, answer
from metrics.selectors.parse import question_of
from metrics.services import rollups_recompute
from people.models import BEGINNING, FOREVER, Organization, Person, Seat, SeatHolding, Team, TeamPlacement

TODAY = date(2017, 12, 31)
_numbers = count(1)


def organization(slug: str = "acme", **fields: Any) -> Organization:
    return Organization.objects.create(slug=slug, name=slug.title(), **{"currency": "USD", **fields})


def person(name: str, **fields: Any) -> Person:
    return Person.objects.create(name=name, **fields)


def team(name: str, below: Team | None = None, starts_on: date = BEGINNING, ends_before: date = FOREVER) -> Team:
    made = Team.objects.create(name=name)
    if below:
        TeamPlacement.objects.create(team=made, parent=below, starts_on=starts_on, ends_before=ends_before)
    return made


def seated(
    who: Person, where: Team, starts_on: date = BEGINNING, ends_before: date = FOREVER, role: str = "rep"
) -> None:
    seat = Seat.objects.create(team=where, role=role, starts_on=starts_on, ends_before=ends_before)
    SeatHolding.objects.create(seat=seat, person=who, starts_on=starts_on, ends_before=ends_before)


def stages(**probabilities: Decimal | None) -> dict[str, Stage]:
    """Won, lost, and open stages with their probabilities."""
    line, _ = Pipeline.objects.get_or_create(name="Sales", defaults={"is_default": True})
    wanted = [("open", "open", None), *((name, "open", chance) for name, chance in probabilities.items())]
    wanted += [("won", "won", None), ("lost", "lost", None)]
    return {
        name: Stage.objects.create(
            pipeline=line, name=name, name_key=name, position=n, outcome=outcome, probability=chance
        )
        for n, (name, outcome, chance) in enumerate(wanted)
    }


def product(name: str) -> Product:
    return Product.objects.create(name=name, name_key=name.lower())


def deal(stage: Stage, owner: Person | None = None, amount: Any = None, **fields: Any) -> Opportunity:
    """A deal, not saved: give it to `deals`."""
    worth = None if amount is None else Decimal(amount)
    return Opportunity(
        source="test",
        external_id=f"d{next(_numbers)}",
        stage=stage,
        outcome=stage.outcome,
        owner=owner,
        amount=worth,
        converted_amount=worth,
        currency="USD",
        **fields,
    )


def deals(*made: Opportunity) -> list[Opportunity]:
    return Opportunity.objects.bulk_create(made)


def quota(who: Person | Team, amount: Any, starts_on: date, ends_before: date, **fields: Any) -> Quota:
    """A quota of a person or a team."""
    holder = {"person" if isinstance(who, Person) else "team": who}
    worth = Decimal(amount)
    values = {"currency": "USD", "converted_amount": worth, **fields}
    return Quota.objects.create(amount=worth, starts_on=starts_on, ends_before=ends_before, **holder, **values)


def ask(
    where: Organization,
    metrics: str,
    by: str = "",
    starts_on: str | None = None,
    ends_before: str | None = None,
    filters: Sequence[str] = (),
    on: date = TODAY,
    as_of: str | None = None,
) -> list[Row]:
    """Rows of a question, after recomputing what is due."""
    rollups_recompute(organization_id=where.pk)
    question = question_of(
        metrics=metrics, on=on, by=by, starts_on=starts_on, ends_before=ends_before, filters=filters, as_of=as_of
    )
    return answer(where, question).rows


def table(rows: Sequence[Row]) -> dict[Any, Any]:
    """Group → figure as text, None when undefined; one metric."""
    found = {}
    for row in rows:
        names = tuple(row.names.values())
        found[names[0] if len(names) == 1 else names] = None if row.figure.value is None else f"{row.figure.value:f}"
    return found


def figure(where: Organization, metric: str, **question: Any) -> str | None:
    """The one figure of a question without groups."""
    [row] = ask(where, metric, **question)
    return None if row.figure.value is None else f"{row.figure.value:f}"


def credit(deal: Opportunity, **shares: tuple[Person | None, Any] | Any) -> None:
    """The credits of a saved deal, in one statement: name=(person or None, share[, role])."""
    made = []
    for who, share, *role in shares.values():
        made.append(Credit(opportunity=deal, person=who, share=Decimal(share), role=role[0] if role else "split"))
    Credit.objects.bulk_create(made)
