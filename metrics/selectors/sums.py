"""Sums of parts per group, and the values of rows for quantiles. Every statement here runs behind the wall.

Totals and product breakdowns of the company read `DailyBreakdown`, everything about people `DailyRollup`, a product
inside a team or of a person the facts. A team's figure is the sum of those who sat below it on the day: rollups are
first added up per seat's team and stretch without a reorganization, then along the closure of the tree, so that a deep
tree costs little.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection

from metrics.engine.definitions import BASIS_OF, Basis, Part, Quantile, RowValue
from metrics.facts import COUNTS, PART_NAMES, PART_SUMS, closed_events, created_events
from metrics.selectors.question import Dimension, Question, Window

Key = tuple[int, ...]
Parameters = list[Any]
LAST_STRUCTURE = "DATE '9999-12-30'"  # the last day on which a row that holds forever holds


@dataclass
class Sql:
    """A piece of a statement with its parameters."""

    text: str
    parameters: Parameters = field(default_factory=list)


def sums(question: Question, window: Window, parts: Iterable[Part], start: str) -> dict[Key, dict[Part, Decimal]]:
    """Group → part → sum. One statement; two when teams are asked about open deals too."""
    wanted = sorted(parts)
    found: dict[Key, dict[Part, Decimal]] = {}
    for some, day in _families(question, wanted):
        for row in _rows(_sums_statement(question, window, some, day, start)):
            key, values = tuple(row[: len(row) - len(some)]), row[len(row) - len(some) :]
            found.setdefault(key, {}).update(
                {part: Decimal(value or 0) for part, value in zip(some, values, strict=True)}
            )
    return found


def quantiles(
    question: Question, window: Window, wanted: Iterable[Quantile], start: str
) -> dict[Key, dict[Quantile, Decimal | None]]:
    """Group → quantile of its won deals. One statement."""
    asked = sorted(wanted, key=lambda quantile: (quantile.of, quantile.fraction))
    found = {}
    for row in _rows(_quantiles_statement(question, window, asked, start)):
        key, values = tuple(row[: len(row) - len(asked)]), row[len(row) - len(asked) :]
        found[key] = dict(zip(asked, values, strict=True))
    return found


def _rows(statement: Sql) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement.text, statement.parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _families(question: Question, parts: Sequence[Part]) -> list[tuple[list[Part], Sql]]:
    """Parts that are asked together, and the day whose team structure they follow."""
    own_day = Sql(f"least(s.day, {LAST_STRUCTURE})")
    if not question.uses_teams:
        return [(list(parts), own_day)]
    due = [part for part in parts if _is_due(part)]
    dated = [part for part in parts if not _is_due(part)]
    return [(some, day) for some, day in ((dated, own_day), (due, Sql("%s::date", [question.on]))) if some]


def _is_due(part: Part) -> bool:
    return BASIS_OF[part] is Basis.DUE


def _sums_statement(question: Question, window: Window, parts: Sequence[Part], day: Sql, start: str) -> Sql:
    added = [f"sum({part}) AS {part}" for part in parts]
    source = _source(question, window, start)
    conditions = _conditions(question, window)
    groups = _groups(question, window)
    if not question.uses_teams:
        return _grouped(groups, added, f"FROM {source.text}", conditions, source.parameters)
    leaf = _leaf(groups, added, source, conditions, day)
    return _along_the_tree(question, groups, added, leaf)


def _source(question: Question, window: Window, start: str) -> Sql:
    """The smallest relation that knows what is asked."""
    if not question.uses_people:
        return Sql(
            f"(SELECT value_id AS product_id, day, {PART_NAMES} FROM metrics_dailybreakdown"
            " WHERE dimension = 'product') s"
        )
    if not question.uses_products:
        return Sql("metrics_dailyrollup s")
    closed, created = (
        _fact_conditions(question, window, "o.closed_on"),
        _fact_conditions(question, window, "o.created_on"),
    )
    events = f"{closed_events(start, where=closed.text)} UNION ALL {created_events(where=created.text)}"
    return Sql(
        f"(SELECT person_id, product_id, day, {PART_SUMS} FROM ({events}) e GROUP BY 1, 2, 3) s",
        closed.parameters + created.parameters,
    )


def _fact_conditions(question: Question, window: Window, day: str) -> Sql:
    """Keep a breakdown inside a team from reading more facts than it needs."""
    sql = Sql(COUNTS)
    if window.starts_on:
        _and(sql, f"{day} >= %s AND {day} < %s", window.starts_on, window.ends_before)
    if question.scope.person_ids is not None and 0 not in question.scope.person_ids:
        _and(sql, "o.owner_id = ANY(%s)", list(question.scope.person_ids))
    if question.scope.product_ids is not None and 0 not in question.scope.product_ids:
        _and(sql, "o.product_id = ANY(%s)", list(question.scope.product_ids))
    if question.scope.team_id is not None:
        _and(sql, f"o.owner_id = ANY(ARRAY({EVER_BELOW}))", question.scope.team_id)
    return sql


def _conditions(question: Question, window: Window) -> Sql:
    sql = Sql("true")
    if window.starts_on:
        _and(sql, "s.day >= %s AND s.day < %s", window.starts_on, window.ends_before)
    if question.scope.person_ids is not None:
        _and(sql, "s.person_id = ANY(%s::bigint[])", list(question.scope.person_ids))
    if question.scope.product_ids is not None:
        _and(sql, "s.product_id = ANY(%s::bigint[])", list(question.scope.product_ids))
    if question.scope.team_id is not None:
        _and(sql, f"s.person_id = ANY(ARRAY({EVER_BELOW}))", question.scope.team_id)
    return sql


# Narrows the rows to read; on which days somebody was there is decided by the joins.
EVER_BELOW = """
    SELECT ever.person_id FROM people_seatholding ever
    JOIN people_seat place ON place.id = ever.seat_id
    JOIN people_teamclosure under ON under.descendant_id = place.team_id
    WHERE under.ancestor_id = %s
"""


def _and(sql: Sql, text: str, *parameters: Any) -> None:
    sql.text += f" AND {text}"
    sql.parameters += parameters


def _groups(question: Question, window: Window) -> dict[str, Sql]:
    """What rows are told apart by below the team: name → expression over the source."""
    groups: dict[str, Sql] = {}
    if Dimension.PERSON in question.by:
        groups["person_id"] = Sql("s.person_id")
    if Dimension.PRODUCT in question.by:
        groups["product_id"] = Sql("s.product_id")
    if window.cuts:
        groups["cut"] = Sql("width_bucket(s.day, %s::date[])", [[period.starts_on for period in window.cuts]])
    return groups


def key_columns(question: Question, window: Window) -> list[str]:
    """The order in which a key names its group: as asked, the cut of time last."""
    return [f"{dimension}_id" for dimension in question.by] + (["cut"] if window.cuts else [])


def _grouped(groups: dict[str, Sql], added: list[str], source: str, where: Sql, before: Parameters) -> Sql:
    columns = [f"{sql.text} AS {name}" for name, sql in groups.items()] + added
    parameters = [value for sql in groups.values() for value in sql.parameters]
    text = f"SELECT {', '.join(columns)} {source} WHERE {where.text}"
    if groups:
        text += f" GROUP BY {', '.join(str(n + 1) for n in range(len(groups)))}"
    return Sql(text, parameters + before + where.parameters)


def _leaf(groups: dict[str, Sql], added: list[str], source: Sql, where: Sql, day: Sql) -> Sql:
    """Sums per team of the seat held on the day, and stretch of days in which the tree stood still."""
    leaf_groups = {
        **groups,
        "leaf_id": Sql("seat.team_id"),
        "since": Sql(f"still.days[width_bucket({day.text}, still.days)]", day.parameters),
    }
    joined = f"""
        FROM {source.text}
        JOIN people_seatholding h ON h.person_id = s.person_id
            AND h.starts_on <= {day.text} AND {day.text} < h.ends_before
        JOIN people_seat seat ON seat.id = h.seat_id
        CROSS JOIN still
    """
    return _grouped(leaf_groups, added, joined, where, source.parameters + day.parameters * 2)


STILL = """still AS (
    SELECT array_agg(day ORDER BY day) AS days FROM (
        SELECT starts_on AS day FROM people_teamclosure UNION SELECT ends_before FROM people_teamclosure
    ) d
)"""


def _along_the_tree(question: Question, groups: dict[str, Sql], added: list[str], leaf: Sql) -> Sql:
    names = {**dict.fromkeys(groups), "team_id": None} if Dimension.TEAM in question.by else dict.fromkeys(groups)
    ordered = [f"{dimension}_id" for dimension in question.by] + (["cut"] if "cut" in groups else [])
    assert set(ordered) == set(names)
    columns = ["up.ancestor_id AS team_id" if name == "team_id" else f"leaf.{name}" for name in ordered]
    again = [f"sum(leaf.{part.split(' AS ')[1]})" for part in added]
    joins, parameters = _tree_joins(question, "leaf.leaf_id", Sql("leaf.since"))
    text = f"WITH {STILL}, leaf AS ({leaf.text}) SELECT {', '.join(columns + again)} FROM leaf {joins}"
    if ordered:
        text += f" GROUP BY {', '.join(str(n + 1) for n in range(len(ordered)))}"
    return Sql(text, leaf.parameters + parameters)


def _tree_joins(question: Question, team: str, day: Sql) -> tuple[str, Parameters]:
    text, parameters = "", []
    for alias, is_asked in (("up", Dimension.TEAM in question.by), ("inside", question.scope.team_id is not None)):
        if is_asked:
            text += (
                f" JOIN people_teamclosure {alias} ON {alias}.descendant_id = {team}"
                f" AND {alias}.starts_on <= {day.text} AND {day.text} < {alias}.ends_before"
            )
            parameters += day.parameters * 2
    if question.scope.team_id is not None:
        text += " AND inside.ancestor_id = %s"
        parameters.append(question.scope.team_id)
    return text, parameters


VALUES = {RowValue.AMOUNT: "s.amount", RowValue.CYCLE_DAYS: "s.cycle_days"}


def _quantiles_statement(question: Question, window: Window, asked: Sequence[Quantile], start: str) -> Sql:
    """Sorted values per group, then the interpolated value at each fraction; exact, no floating point."""
    where = _fact_conditions(question, window, "o.closed_on")
    won = closed_events(start, where=f"{where.text} AND o.outcome = 'won'")
    values = sorted({quantile.of for quantile in asked})
    lists = [
        f"array_agg({VALUES[of]} ORDER BY {VALUES[of]}) FILTER (WHERE {VALUES[of]} IS NOT NULL) AS {of}"
        for of in values
    ]
    groups = _groups(question, window)
    joins, parameters = "", list[Any]()
    if question.uses_teams:
        day = Sql(f"least(s.day, {LAST_STRUCTURE})")
        joins = (
            f" JOIN people_seatholding h ON h.person_id = s.person_id AND h.starts_on <= {day.text}"
            f" AND {day.text} < h.ends_before JOIN people_seat seat ON seat.id = h.seat_id"
        )
        more, parameters = _tree_joins(question, "seat.team_id", day)
        joins += more
        if Dimension.TEAM in question.by:
            groups["team_id"] = Sql("up.ancestor_id")
    groups = {name: groups[name] for name in key_columns(question, window)}
    inner = _grouped(
        groups, lists, f"FROM ({won}) s {joins}", _conditions(question, window), where.parameters + parameters
    )
    picked = [_pick(quantile) for quantile in asked]
    return Sql(f"SELECT {', '.join([*groups, *picked])} FROM ({inner.text}) g", inner.parameters)


def _pick(quantile: Quantile) -> str:
    """The value at fraction × (n − 1) of the sorted list, between two neighbours linearly."""
    values, at = f"{quantile.of}", f"({quantile.fraction} * (cardinality({quantile.of}) - 1))"
    low, high = f"{values}[floor({at})::int + 1]", f"{values}[ceil({at})::int + 1]"
    return f"({low} + ({high} - {low}) * ({at} - floor({at})))::numeric"
