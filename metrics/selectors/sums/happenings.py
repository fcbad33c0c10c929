"""Parts of leads and activities from their rollups, or from the facts of the period where a trait is asked about; parts of
touches from the won deals and their activities."""

from collections.abc import Sequence

from metrics.engine.parts import Family, Part
from metrics.facts import NO_DAY
from metrics.happenings import (
    COUNTS,
    LEAD_PARTS,
    TYPES,
    WITHIN,
    activity_events,
    cohort_events,
    customer_events,
    sums_of,
)
from metrics.selectors.question import Dimension, Question, Window
from metrics.selectors.sums.sql import Sql
from metrics.selectors.sums.statement import EVER_BELOW, OWN_DAY, sums_statement
from metrics.selectors.sums.traits import column_of, facts_with, trait_columns
from people.models import Organization

Statements = list[tuple[Sequence[Part], Sql]]


def lead_statements(
    question: Question, window: Window, parts: Sequence[Part], organization: Organization
) -> Statements:
    """The statement of sums per group."""
    counted = _lead_source(question, window)
    young = ", ".join(
        f"CASE WHEN day > %s::date - {days} AND day < {NO_DAY} THEN lead_count ELSE 0 END AS lead_young_{days}_count"
        for days in WITHIN
    )
    aged = Sql(f"(SELECT c.*, {young} FROM {counted.text}) s", [*[question.on] * len(WITHIN), *counted.parameters])
    return [(parts, sums_statement(question, window, parts, aged, Sql(OWN_DAY)))]


def _lead_source(question: Question, window: Window) -> Sql:
    traits = question.traits
    if not traits and question.as_of is None:
        return Sql("metrics_leadrollup c")
    source, columns = (
        facts_with(Family.LEADS, traits, question.as_of),
        trait_columns(Family.LEADS, traits, question.as_of),
    )
    cohort, customers = (_narrowed(question, window, day, "o.owner_id") for day in ("o.created_on", "o.converted_on"))
    events = (
        f"{cohort_events(source=source, where=cohort.text, columns=columns)} UNION ALL "
        f"{customer_events(source=source, where=customers.text, columns=columns)}"
    )
    keys = ", ".join(["person_id", "day", *map(column_of, traits)])
    return Sql(
        f"(SELECT {keys}, {sums_of(LEAD_PARTS)} FROM ({events}) e GROUP BY {keys}) c",
        cohort.parameters + customers.parameters,
    )


def activity_statements(
    question: Question, window: Window, parts: Sequence[Part], organization: Organization
) -> Statements:
    """The statement of sums per group."""
    source = _activity_source(question, window)
    return [(parts, sums_statement(question, window, parts, source, Sql(OWN_DAY)))]


def _activity_source(question: Question, window: Window) -> Sql:
    traits = question.traits
    if set(traits) <= {Dimension.TYPE} and question.as_of is None:
        types = ", ".join(f"('{each}', r.{each}_count)" for each in TYPES)
        return Sql(
            "(SELECT r.person_id, r.day, t.type AS type_id, t.n AS activity_count"
            f" FROM metrics_activityrollup r CROSS JOIN LATERAL (VALUES {types}) t (type, n) WHERE t.n <> 0) s"
        )
    where = _narrowed(question, window, "o.occurred_on", "o.person_id")
    columns = trait_columns(Family.ACTIVITIES, traits, question.as_of)
    source = facts_with(Family.ACTIVITIES, traits, question.as_of)
    events = activity_events(source=source, where=where.text, columns=columns)
    keys = ", ".join(["person_id", "day", *map(column_of, traits)])
    return Sql(f"(SELECT {keys}, count(*) AS activity_count FROM ({events}) e GROUP BY {keys}) s", where.parameters)


TOUCHES = """
    (SELECT coalesce(o.owner_id, 0) AS person_id, coalesce(o.closed_on, DATE '9999-12-31') AS day, 1 AS touched_count,
            {touches} AS touch_count{columns}
     FROM {source} WHERE {where} AND o.outcome = 'won') s
"""


def touches() -> str:
    """How many activities there were on a won deal `o` up to its close."""
    return """(SELECT count(*) FROM crm_activity a WHERE a.opportunity_id = o.id AND NOT a.is_deleted
        AND a.occurred_on <= coalesce(o.closed_on, a.occurred_on))"""


def touch_statements(
    question: Question, window: Window, parts: Sequence[Part], organization: Organization
) -> Statements:
    """The statement of sums per group, from the won deals of the period."""
    traits = [*question.traits, *([Dimension.PRODUCT] if question.uses_products else [])]
    where = _narrowed(question, window, "o.closed_on", "o.owner_id")
    text = TOUCHES.format(
        touches=touches(),
        columns=trait_columns(Family.TOUCHES, traits, question.as_of),
        source=facts_with(Family.TOUCHES, traits, question.as_of),
        where=where.text,
    )
    source = Sql(text, where.parameters)
    return [(parts, sums_statement(question, window, parts, source, Sql(OWN_DAY)))]


def _narrowed(question: Question, window: Window, day: str, person: str) -> Sql:
    """Keep a breakdown from reading more facts than it needs."""
    sql = Sql(COUNTS)
    if window.starts_on:
        sql.add(f"{day} >= %s AND {day} < %s", window.starts_on, window.ends_before)
    if question.scope.person_ids is not None and 0 not in question.scope.person_ids:
        sql.add(f"{person} = ANY(%s)", list(question.scope.person_ids))
    if question.scope.team_id is not None:
        sql.add(f"{person} = ANY(ARRAY({EVER_BELOW}))", question.scope.team_id)
    return sql
