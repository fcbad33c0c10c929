"""Parts of how open deals are looked after: next steps, and days since the last activity. Read from the facts."""

from collections.abc import Sequence

from metrics.engine.parts import STALE_DAYS, Family, Part
from metrics.selectors.question import Dimension, Question, Window
from metrics.selectors.sums.deals import fact_conditions
from metrics.selectors.sums.looking_back import value_then
from metrics.selectors.sums.sql import Sql
from metrics.selectors.sums.statement import OWN_DAY, sums_statement
from metrics.selectors.sums.traits import facts_with, trait_columns
from people.models import Organization

Statements = list[tuple[Sequence[Part], Sql]]

# days since the last activity on a deal up to a day, or since it began
IDLE = """(SELECT CASE WHEN done.last IS NOT NULL THEN greatest(0, {day} - done.last) END FROM (SELECT coalesce(
    (SELECT max(a.occurred_on) FROM crm_activity a
     WHERE a.opportunity_id = o.id AND NOT a.is_deleted AND a.occurred_on <= {day}),
    o.engaged_on, o.created_on) AS last) done)"""

UPKEEP = """
    (SELECT coalesce(o.owner_id, 0) AS person_id, coalesce(o.closed_on, DATE '9999-12-31') AS day,
            ({stepless})::int AS stepless_count, idle.days AS idle_days, (idle.days IS NOT NULL)::int AS idle_count,
            coalesce(idle.days >= {stale}, false)::int AS stale_count{columns}
     FROM {source} CROSS JOIN LATERAL (SELECT {idle} AS days) idle
     WHERE {where} AND o.outcome = 'open') s
"""


def stepless(question: Question) -> str:
    """Whether a deal `o` has no next step."""
    if question.as_of is None:
        return "o.next_step = '' AND o.next_step_on IS NULL"
    words = value_then("next_step", "o.next_step", question.as_of)
    day = value_then("next_step_on", "coalesce(o.next_step_on::text, '')", question.as_of)
    return f"{words} = '' AND {day} = ''"


def idle_days(question: Question) -> str:
    """For how many days nothing was done about a deal `o`; NULL where even its beginning is unknown."""
    return IDLE.format(day=f"DATE '{question.on.isoformat()}'")


def statements(question: Question, window: Window, parts: Sequence[Part], organization: Organization) -> Statements:
    """The statement of sums per group, from the open deals."""
    traits = [*question.traits, *([Dimension.PRODUCT] if question.uses_products else [])]
    where = fact_conditions(question, window, "o.closed_on")
    text = UPKEEP.format(
        stepless=stepless(question),
        idle=idle_days(question),
        stale=STALE_DAYS,
        columns=trait_columns(Family.UPKEEP, traits, question.as_of),
        source=facts_with(Family.UPKEEP, traits, question.as_of),
        where=where.text,
    )
    day = Sql("%s::date", [question.on]) if question.uses_teams else Sql(OWN_DAY)
    return [(parts, sums_statement(question, window, parts, Sql(text, where.parameters), day))]
