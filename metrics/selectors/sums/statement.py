"""From a relation of facts to sums per group: by person, by team along the tree of each day, by cut of time.

The relation `s` has `person_id`, `day`, a column for each further dimension asked for, and the parts. A team's figure is
the sum of those who sat below it on the day: rows are first added up per seat's team and stretch without a
reorganization, then along the closure of the tree, so that a deep tree costs little.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from metrics.engine.parts import Part
from metrics.selectors.question import Dimension, Question, Window
from metrics.selectors.sums.sql import Parameters, Sql, rows_of
from metrics.selectors.sums.traits import array_type, asked_values, column_of

Key = tuple[Any, ...]  # a member of each dimension asked by, then the number of the cut
Found = dict[Key, dict[Part, Decimal]]
LAST_STRUCTURE = "DATE '9999-12-30'"  # the last day on which a row that holds forever holds
OWN_DAY = f"least(s.day, {LAST_STRUCTURE})"  # the day of a row, as the day whose team structure it follows


def added_up(question: Question, window: Window, statements: Sequence[tuple[Sequence[Part], Sql]]) -> Found:
    """Group → part → sum of several statements that name their groups alike. One query for all of them."""
    keys = key_columns(question, window)
    every = [part for parts, _ in statements for part in parts]
    selects, parameters = list[str](), list[Any]()
    for parts, sql in statements:
        columns = [*keys, *(f"{part}::numeric" if part in parts else "NULL::numeric" for part in every)]
        selects.append(f"SELECT {', '.join(columns)} FROM ({sql.text}) f{len(selects)}")
        parameters += sql.parameters
    found: Found = {}
    for row in rows_of(Sql(" UNION ALL ".join(selects), parameters)):
        values = zip(every, row[len(keys) :], strict=True)
        group = found.setdefault(tuple(row[: len(keys)]), {})
        group.update({part: Decimal(value) for part, value in values if value is not None})
    return found


def sums_statement(question: Question, window: Window, parts: Sequence[Part], source: Sql, day: Sql) -> Sql:
    """Sums of a relation; teams as they were on `day`, in the usual case the row's own (`OWN_DAY`)."""
    added = [f"sum({part}) AS {part}" for part in parts]
    where = conditions(question, window)
    groups = groups_of(question, window)
    if not question.uses_teams:
        return grouped(groups, added, f"FROM {source.text}", where, source.parameters)
    return along_the_tree(question, groups, added, leaf(groups, added, source, where, day))


def conditions(question: Question, window: Window) -> Sql:
    """Which rows of the relation are asked for."""
    sql = Sql("true")
    if window.starts_on:
        sql.add("s.day >= %s AND s.day < %s", window.starts_on, window.ends_before)
    if question.scope.person_ids is not None:
        sql.add("s.person_id = ANY(%s::bigint[])", list(question.scope.person_ids))
    for dimension, values in asked_values(question):
        sql.add(f"s.{column_of(dimension)} = ANY(%s::{array_type(dimension)})", values)
    if question.scope.team_id is not None:
        sql.add(f"s.person_id = ANY(ARRAY({EVER_BELOW}))", question.scope.team_id)
    return sql


# Narrows the rows to read; on which days somebody was there is decided by the joins.
EVER_BELOW = """
    SELECT ever.person_id FROM people_seatholding ever
    JOIN people_seat place ON place.id = ever.seat_id
    JOIN people_teamclosure under ON under.descendant_id = place.team_id
    WHERE under.ancestor_id = %s
"""


def groups_of(question: Question, window: Window) -> dict[str, Sql]:
    """What rows are told apart by below the team: name → expression over the source."""
    groups: dict[str, Sql] = {}
    for dimension in question.by:
        if dimension is not Dimension.TEAM:
            groups[column_of(dimension)] = Sql(f"s.{column_of(dimension)}")
    if window.cuts:
        groups["cut"] = Sql("width_bucket(s.day, %s::date[])", [[period.starts_on for period in window.cuts]])
    return groups


def key_columns(question: Question, window: Window) -> list[str]:
    """The order in which a key names its group: as asked, the cut of time last."""
    return [column_of(dimension) for dimension in question.by] + (["cut"] if window.cuts else [])


def grouped(groups: dict[str, Sql], added: list[str], source: str, where: Sql, before: Parameters) -> Sql:
    """Select, from, where and group by."""
    columns = [f"{sql.text} AS {name}" for name, sql in groups.items()] + added
    parameters = [value for sql in groups.values() for value in sql.parameters]
    text = f"SELECT {', '.join(columns)} {source} WHERE {where.text}"
    if groups:
        text += f" GROUP BY {', '.join(str(n + 1) for n in range(len(groups)))}"
    return Sql(text, parameters + before + where.parameters)


def leaf(groups: dict[str, Sql], added: list[str], source: Sql, where: Sql, day: Sql) -> Sql:
    """Sums per team of the seat held on the day, and stretch of days in which the tree stood still."""
    leaf_groups = {
        **groups,
        "leaf_id": Sql("seat.team_id"),
        "since": Sql(f"still.days[width_bucket({day.text}, still.days)]", day.parameters),
    }
    joined = f"FROM {source.text} {seats_join(day)} CROSS JOIN still"
    return grouped(leaf_groups, added, joined, where, source.parameters + day.parameters * 2)


def seats_join(day: Sql) -> str:
    """The seat that the person of a row held on the day; its parameters are the day's, twice."""
    return f"""
        JOIN people_seatholding h ON h.person_id = s.person_id
            AND h.starts_on <= {day.text} AND {day.text} < h.ends_before
        JOIN people_seat seat ON seat.id = h.seat_id
    """


STILL = """still AS (
    SELECT array_agg(day ORDER BY day) AS days FROM (
        SELECT starts_on AS day FROM people_teamclosure UNION SELECT ends_before FROM people_teamclosure
    ) d
)"""


def along_the_tree(question: Question, groups: dict[str, Sql], added: list[str], leaves: Sql) -> Sql:
    """Sums per team of a seat and stretch (`leaf_id`, `since`), added up along the closure of the tree."""
    names = {**dict.fromkeys(groups), "team_id": None} if Dimension.TEAM in question.by else dict.fromkeys(groups)
    ordered = [column_of(dimension) for dimension in question.by] + (["cut"] if "cut" in groups else [])
    assert set(ordered) == set(names)
    columns = ["up.ancestor_id AS team_id" if name == "team_id" else f"leaf.{name}" for name in ordered]
    parts = [part.split(" AS ")[1] for part in added]
    again = [f"sum(leaf.{part}) AS {part}" for part in parts]
    joins, parameters = tree_joins(question, "leaf.leaf_id", Sql("leaf.since"))
    text = f"WITH {STILL}, leaf AS ({leaves.text}) SELECT {', '.join(columns + again)} FROM leaf {joins}"
    if ordered:
        text += f" GROUP BY {', '.join(str(n + 1) for n in range(len(ordered)))}"
    return Sql(text, leaves.parameters + parameters)


def tree_joins(question: Question, team: str, day: Sql) -> tuple[str, Parameters]:
    """Joins from a team to those above it on a day (`up`), and to the one asked about (`inside`)."""
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
    if Dimension.TEAM in question.by and (members := question.members.get(Dimension.TEAM)):
        text += " AND up.ancestor_id = ANY(%s::bigint[])"
        parameters.append(sorted(members))
    return text, parameters
