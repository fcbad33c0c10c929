"""Open deals by stage, and what products bring."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from metrics.catalogue import CATALOGUE
from metrics.engine.parts import Basis, Family
from metrics.facts import COUNTS, DEALS, closed_credits, closed_events, cycle_start
from metrics.selectors.answer import Row, figures_of
from metrics.selectors.kept import kept
from metrics.selectors.question import Dimension, Question
from metrics.selectors.subject import Chosen, Subject
from metrics.selectors.sums.credits_then import credits_of
from metrics.selectors.sums.looking_back import facts_then
from people.models import Organization


@dataclass(frozen=True)
class StageRow:
    """A stage with the open deals in it as they stand now. Amounts in the organization's currency.

    `weighted_amount` is None where a deal with an amount has no probability."""

    stage_id: int
    name: str
    probability: Decimal | None
    count: int
    amount: Decimal
    without_amount: int
    weighted_amount: Decimal | None
    past_due_count: int
    past_due_amount: Decimal


STAGES = """
    SELECT st.id, st.name, st.probability, {sums}
    FROM crm_stage st
    JOIN crm_pipeline line ON line.id = st.pipeline_id
    LEFT JOIN {deals}
    WHERE st.outcome = 'open'
    GROUP BY st.id, st.name, st.probability, st.position, line.is_default, line.name
    ORDER BY line.is_default DESC, line.name, st.position
"""

# of the company: shares make the whole, so that the deals alone are read, from an index
WHOLE = {
    "sums": """count(o.stage_id), coalesce(sum(o.converted_amount), 0), count(o.stage_id) - count(o.converted_amount),
           CASE WHEN count(o.converted_amount) = count(o.converted_amount * coalesce(o.probability, st.probability))
                THEN coalesce(sum(o.converted_amount * coalesce(o.probability, st.probability)), 0) END,
           count(o.stage_id) FILTER (WHERE o.closed_on < %(on)s),
           coalesce(sum(o.converted_amount) FILTER (WHERE o.closed_on < %(on)s), 0)""",
    "deals": "{deals} ON o.stage_id = st.id AND o.outcome = 'open' AND NOT o.is_deleted",
}
# of people and teams: counts are of the owner's deals, amounts follow the shares, as in every other figure
SHARED = {
    "sums": """count(*) FILTER (WHERE s.is_own), coalesce(sum(s.credit), 0),
           count(*) FILTER (WHERE s.is_own) - count(s.amount),
           CASE WHEN count(s.amount) = count(s.amount * s.probability)
                THEN coalesce(sum(s.credit * s.probability), 0) END,
           count(*) FILTER (WHERE s.is_own AND s.day < %(on)s),
           coalesce(sum(s.credit) FILTER (WHERE s.day < %(on)s), 0)""",
    "deals": "({own} UNION ALL {shares}) s ON s.stage_id = st.id",
}

BELOW = """
    {who} IN (
        SELECT h.person_id FROM people_seatholding h
        JOIN people_seat s ON s.id = h.seat_id
        JOIN people_teamclosure c ON c.descendant_id = s.team_id AND c.starts_on <= %(on)s AND %(on)s < c.ends_before
        WHERE c.ancestor_id = %(team)s AND h.starts_on <= %(on)s AND %(on)s < h.ends_before
    )
"""


def pipeline_by_stage(
    organization: Organization, subject: Subject, chosen: Chosen, as_of: date | None = None
) -> list[StageRow]:
    """Every open stage in order, with or without deals, now or as they stood on a past day. One query."""
    parameters = {"on": chosen.on, "person": subject.person_id, "team": subject.team_id}

    def read() -> list[StageRow]:
        with connection.cursor() as cursor:
            cursor.execute(_stages(organization, subject, as_of), parameters)
            return [StageRow(*row) for row in cursor.fetchall()]

    if as_of or subject.person_id is not None:
        return read()
    return kept(("stages", chosen.on, subject.team_id), read)


def _stages(organization: Organization, subject: Subject, as_of: date | None) -> str:
    deals = DEALS if as_of is None else facts_then(Family.DEALS, as_of)
    if subject.is_company:
        return STAGES.format(sums=WHOLE["sums"], deals=WHOLE["deals"].format(deals=deals))

    def mine(who: str) -> str:
        conditions = [COUNTS, "o.outcome = 'open'"]
        if subject.person_id is not None:
            conditions.append(f"{who} = %(person)s")
        if subject.team_id is not None:
            conditions.append(BELOW.format(who=who))
        return " AND ".join(conditions)

    start, columns = cycle_start(organization), ", o.stage_id"
    own = closed_events(start, source=deals, where=mine("o.owner_id"), columns=columns)
    shares = closed_credits(source=deals, where=mine("c.person_id"), columns=columns, credits=credits_of(as_of))
    return STAGES.format(sums=SHARED["sums"], deals=SHARED["deals"].format(own=own, shares=shares))


def breakdown_by_product(
    organization: Organization,
    subject: Subject,
    chosen: Chosen,
    names: Sequence[str] = ("revenue", "won_count", "win_rate"),
) -> list[Row]:
    """A row per metric and product; open deals as they stand, everything else in the period. Six queries at most."""
    rows: list[Row] = []
    for is_due in (False, True):
        metrics = tuple(metric for name in names if ((metric := CATALOGUE[name]).basis is Basis.DUE) == is_due)
        if metrics:
            period = chosen.period
            question = Question(
                metrics,
                chosen.on,
                (Dimension.PRODUCT,),
                starts_on=None if is_due else period.starts_on,
                ends_before=None if is_due else period.ends_before,
                scope=subject.scope,
            )
            rows += figures_of(organization, question)
    return rows
