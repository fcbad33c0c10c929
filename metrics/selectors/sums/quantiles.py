"""Quantiles of won deals, exact: from sorted values, without floating point."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from metrics.engine.definitions import Quantile, RowValue
from metrics.engine.parts import Family
from metrics.facts import closed_events, cycle_start
from metrics.selectors.question import Dimension, Question, Window
from metrics.selectors.sums.deals import fact_conditions
from metrics.selectors.sums.sql import Sql, rows_of
from metrics.selectors.sums.statement import (
    OWN_DAY,
    Key,
    conditions,
    grouped,
    groups_of,
    key_columns,
    seats_join,
    tree_joins,
)
from metrics.selectors.sums.traits import facts_with, trait_columns
from people.models import Organization

VALUES = {RowValue.AMOUNT: "s.amount", RowValue.CYCLE_DAYS: "s.cycle_days"}


def quantiles(
    question: Question, window: Window, wanted: Iterable[Quantile], organization: Organization
) -> dict[Key, dict[Quantile, Decimal | None]]:
    """Group → quantile of its won deals. One statement."""
    asked = sorted(wanted, key=lambda quantile: (quantile.of, quantile.fraction))
    found = {}
    for row in rows_of(quantiles_statement(question, window, asked, cycle_start(organization))):
        key, values = tuple(row[: len(row) - len(asked)]), row[len(row) - len(asked) :]
        found[key] = dict(zip(asked, values, strict=True))
    return found


def quantiles_statement(question: Question, window: Window, asked: Sequence[Quantile], start: str) -> Sql:
    """Sorted values per group, then the interpolated value at each fraction."""
    where = fact_conditions(question, window, "o.closed_on")
    won = closed_events(
        start,
        source=facts_with(Family.DEALS, question.traits, question.as_of),
        where=f"{where.text} AND o.outcome = 'won'",
        columns=trait_columns(Family.DEALS, question.traits, question.as_of),
    )
    values = sorted({quantile.of for quantile in asked})
    lists = [
        f"array_agg({VALUES[of]} ORDER BY {VALUES[of]}) FILTER (WHERE {VALUES[of]} IS NOT NULL) AS {of}"
        for of in values
    ]
    groups = groups_of(question, window)
    joins, parameters = "", list[Any]()
    if question.uses_teams:
        joins = seats_join(Sql(OWN_DAY))
        more, parameters = tree_joins(question, "seat.team_id", Sql(OWN_DAY))
        joins += more
        if Dimension.TEAM in question.by:
            groups["team_id"] = Sql("up.ancestor_id")
    groups = {name: groups[name] for name in key_columns(question, window)}
    inner = grouped(
        groups,
        lists,
        f"FROM ({won}) s {joins}",
        conditions(question, Window(None, None, window.cuts)),
        where.parameters + parameters,
    )
    picked = [_pick(quantile) for quantile in asked]
    return Sql(f"SELECT {', '.join([*groups, *picked])} FROM ({inner.text}) g", inner.parameters)


def _pick(quantile: Quantile) -> str:
    """The value at fraction × (n − 1) of the sorted list, between two neighbours linearly."""
    values, at = f"{quantile.of}", f"({quantile.fraction} * (cardinality({quantile.of}) - 1))"
    low, high = f"{values}[floor({at})::int + 1]", f"{values}[ceil({at})::int + 1]"
    return f"({low} + ({high} - {low}) * ({at} - floor({at})))::numeric"
