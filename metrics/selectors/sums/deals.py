"""Parts of deals. Totals and product breakdowns of the company read `DailyBreakdown`, everything about people
`DailyRollup`; a product inside a team or of a person, and every other dimension, the facts of the period."""

from collections.abc import Collection, Sequence
from datetime import date

from metrics.engine.parts import BASIS_OF, Basis, Family, Part
from metrics.facts import (
    COUNTS,
    PART_NAMES,
    PART_SUMS,
    closed_credits,
    closed_events,
    created_credits,
    created_events,
    cycle_start,
)
from metrics.selectors.question import Dimension, Question, Window
from metrics.selectors.sums.credits_then import credits_of
from metrics.selectors.sums.rollups_then import people_then, products_then
from metrics.selectors.sums.sql import Parameters, Sql
from metrics.selectors.sums.statement import EVER_BELOW, OWN_DAY, sums_statement
from metrics.selectors.sums.teams import is_about_teams, team_sums
from metrics.selectors.sums.traits import column_of, facts_with, trait_columns
from people.models import Organization

OF_PEOPLE = "metrics_dailyrollup s"
OPEN_OF_PEOPLE = "(SELECT * FROM metrics_dailyrollup WHERE open_count > 0 OR NOT open_amount = 0) s"


def statements(
    question: Question, window: Window, parts: Sequence[Part], organization: Organization
) -> list[tuple[Sequence[Part], Sql]]:
    """Statements of sums per group: one; two when teams are asked about open deals too."""
    start = cycle_start(organization)
    found: list[tuple[Sequence[Part], Sql]] = []
    for some, day in _by_structure(question, parts):
        bases = {BASIS_OF[part] for part in some}
        source = deal_source(question, window, start, bases)
        if bases == {Basis.DUE} and source.text == OF_PEOPLE and _is_named(question):
            source = Sql(OPEN_OF_PEOPLE)
        if question.uses_teams and is_about_teams(question, some):
            found.append((some, team_sums(question, window, some, source)))
        else:
            found.append((some, sums_statement(question, window, some, source, day or Sql(OWN_DAY))))
    return found


def _is_named(question: Question) -> bool:
    """Whether the groups are known, so that it does not matter where nothing is open."""
    return all(dimension in question.members for dimension in question.by)


def _by_structure(question: Question, parts: Sequence[Part]) -> list[tuple[list[Part], Sql | None]]:
    """Parts that are asked together, and the day whose team structure they follow where it is not their own."""
    if not question.uses_teams:
        return [(list(parts), None)]
    due = [part for part in parts if BASIS_OF[part] is Basis.DUE]
    dated = [part for part in parts if BASIS_OF[part] is not Basis.DUE]
    return [(some, day) for some, day in ((dated, None), (due, Sql("%s::date", [question.on]))) if some]


def deal_source(question: Question, window: Window, start: str, bases: Collection[Basis] = tuple(Basis)) -> Sql:
    """The smallest relation that knows what is asked of facts dated by these bases."""
    traits = question.traits
    is_rolled_up = not traits and question.as_of is None
    if not question.uses_people and is_rolled_up:
        return Sql(
            f"(SELECT value_id AS product_id, day, {PART_NAMES} FROM metrics_dailybreakdown"
            " WHERE dimension = 'product') s"
        )
    if not question.uses_products and is_rolled_up:
        return Sql(OF_PEOPLE)
    if question.as_of and not traits and (then := _rollup_then(question, question.as_of, start)):
        return Sql(then)
    source = facts_with(Family.DEALS, traits, question.as_of)
    columns = trait_columns(Family.DEALS, traits, question.as_of)
    credits = credits_of(question.as_of)
    events, parameters = [], Parameters()
    if {*bases} - {Basis.CREATED}:
        where = fact_conditions(question, window, "o.closed_on")
        events.append(closed_events(start, source=source, where=where.text, columns=columns))
        credited = fact_conditions(question, window, "o.closed_on", "c.person_id")
        events.append(closed_credits(source=source, where=credited.text, columns=columns, credits=credits))
        parameters += where.parameters + credited.parameters
    if Basis.CREATED in bases:
        where = fact_conditions(question, window, "o.created_on")
        events.append(created_events(source=source, where=where.text, columns=columns))
        credited = fact_conditions(question, window, "o.created_on", "c.person_id")
        events.append(created_credits(source=source, where=credited.text, columns=columns, credits=credits))
        parameters += where.parameters + credited.parameters
    keys = ", ".join(["person_id", "product_id", "day", *map(column_of, traits)])
    return Sql(f"(SELECT {keys}, {PART_SUMS} FROM ({' UNION ALL '.join(events)}) e GROUP BY {keys}) s", parameters)


def _rollup_then(question: Question, as_of: date, start: str) -> str:
    """The rollup of a past day; empty where it is not kept what is asked."""
    if not question.uses_people:
        return products_then(as_of, start)
    return "" if question.uses_products else people_then(as_of, start)


def fact_conditions(question: Question, window: Window, day: str, who: str = "o.owner_id") -> Sql:
    """Keep a breakdown inside a team from reading more facts than it needs."""
    sql = Sql(COUNTS)
    if window.starts_on:
        sql.add(f"{day} >= %s AND {day} < %s", window.starts_on, window.ends_before)
    if question.scope.person_ids is not None and 0 not in question.scope.person_ids:
        sql.add(f"{who} = ANY(%s)", list(question.scope.person_ids))
    if question.scope.product_ids is not None and 0 not in question.scope.product_ids:
        sql.add("o.product_id = ANY(%s)", list(question.scope.product_ids))
    for dimension, values in question.scope.traits:
        if dimension is Dimension.ACCOUNT and 0 not in values:
            sql.add("o.account_id = ANY(%s)", list(values))
    if question.scope.team_id is not None:
        sql.add(f"{who} = ANY(ARRAY({EVER_BELOW}))", question.scope.team_id)
    return sql
