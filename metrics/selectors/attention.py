"""Who of a team needs help, with what, and on which facts that rests."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from kernel.ratio import Ratio
from metrics.catalogue.deals import REVENUE, WIN_RATE
from metrics.engine.attention import Concern, Evidence, concerns
from metrics.engine.evaluate import Value
from metrics.engine.peers import middle
from metrics.selectors.answer import figures_of
from metrics.selectors.question import Dimension, Question, Scope
from metrics.selectors.subject import Chosen, Subject
from people.models import Organization

EARLIER = 4  # periods of the own past


@dataclass(frozen=True)
class Attention:
    """A person with everything the rules say about them, the heaviest first."""

    subject: Subject
    concerns: list[Concern]

    @property
    def weight(self) -> Decimal:
        return self.concerns[0].weight


IN_TEAMS = """
    SELECT DISTINCT p.id, p.name FROM people_seatholding h
    JOIN people_seat s ON s.id = h.seat_id AND s.role = 'rep'
    JOIN people_person p ON p.id = h.person_id
    JOIN people_teamclosure c ON c.descendant_id = s.team_id AND c.starts_on <= %(on)s AND %(on)s < c.ends_before
    WHERE h.starts_on <= %(on)s AND %(on)s < h.ends_before AND {within}
"""

DEALS_OF_PEOPLE = """
    WITH person AS MATERIALIZED ({who})
    SELECT person.id, person.name, coalesce(open.count, 0), coalesce(open.past_due, 0), coalesce(open.past_due_amount, 0), (
        SELECT max(o.closed_on) FROM crm_opportunity o
        WHERE o.owner_id = person.id AND o.outcome IN ('won', 'lost') AND NOT o.is_deleted AND o.closed_on <= %(on)s
    )
    FROM person
    LEFT JOIN (
        SELECT o.owner_id, count(*) AS count, count(*) FILTER (WHERE o.closed_on < %(on)s) AS past_due,
               sum(o.converted_amount) FILTER (WHERE o.closed_on < %(on)s) AS past_due_amount
        FROM crm_opportunity o
        WHERE o.owner_id = ANY(ARRAY(SELECT id FROM person)) AND o.outcome = 'open' AND NOT o.is_deleted
        GROUP BY o.owner_id
    ) open ON open.owner_id = person.id
"""


@dataclass(frozen=True)
class Deals:
    """Somebody's open deals, and when one was decided last."""

    count: int
    past_due_count: int
    past_due_amount: Decimal
    last_decided_on: date | None


def attention(organization: Organization, subject: Subject, chosen: Chosen) -> list[Attention]:
    """People of a team, or of the company, who need help, the heaviest concern first. Two queries."""
    found = []
    for each in _evidence(organization, subject, _reps(subject, chosen.on), chosen):
        said = concerns(each, win_rate=WIN_RATE, bookings=REVENUE, on=chosen.on)
        if said:
            found.append(Attention(Subject(each.name, each.person_id, subject.team_id), said))
    return sorted(found, key=lambda each: (-each.weight, each.subject.name))


def _reps(subject: Subject, on: date) -> dict[int, tuple[str, Deals]]:
    """Those asked about: their names and open deals. One query."""
    within = "c.ancestor_id = %(team)s" if subject.team_id else "c.depth = 0"
    who = "SELECT id, name FROM people_person WHERE id = %(person)s"
    statement = DEALS_OF_PEOPLE.format(who=who if subject.person_id else IN_TEAMS.format(within=within))
    found = _select(statement, {"on": on, "team": subject.team_id, "person": subject.person_id})
    return {person: (name, Deals(*known)) for person, name, *known in found}


def _evidence(
    organization: Organization, subject: Subject, people: Mapping[int, tuple[str, Deals]], chosen: Chosen
) -> list[Evidence]:
    if not people:
        return []
    earlier = [*dict.fromkeys(chosen.earlier(EARLIER))]
    question = Question(
        (WIN_RATE, REVENUE),
        chosen.on,
        (Dimension.PERSON,),
        scope=Scope(tuple(people), subject.team_id),
        cuts=(*earlier, chosen.period),
        members={Dimension.PERSON: {person: name for person, (name, _deals) in people.items()}},
    )
    values: dict[tuple[int, str, Any], Value] = {
        (row.ids[Dimension.PERSON], row.metric.name, row.period): row.figure
        for row in figures_of(organization, question)
    }
    rates = middle([values[person, "win_rate", chosen.period].value for person in people])
    worth = middle([values[person, "revenue", chosen.period].value for person in people])
    found = []
    for person, (name, deals) in people.items():
        found.append(
            Evidence(
                person,
                name,
                win_rate=values[person, "win_rate", chosen.period],
                win_rate_before=Ratio.total(_ratio(values[person, "win_rate", period]) for period in earlier),
                peers_win_rate=rates,
                bookings=values[person, "revenue", chosen.period],
                bookings_before=[values[person, "revenue", period] for period in earlier],
                peers_bookings=worth,
                open_count=deals.count,
                past_due_count=deals.past_due_count,
                past_due_amount=deals.past_due_amount,
                last_decided_on=deals.last_decided_on,
            )
        )
    return found


def _ratio(value: Value) -> Ratio:
    return Ratio(value.numerator or Decimal(0), value.denominator or Decimal(0))


def _select(text: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
